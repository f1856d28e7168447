package history

import "testing"

func TestGitURL(t *testing.T) {
	const f = "g dgit-distro.foo."
	host := []string{f + "git-proto=x:", f + "git-host=h", f + "git-path=/p"}
	with := func(lines ...string) []string { return append(lines, host...) }
	tests := []struct {
		opts  AccessOptions
		lines []string
		want  string
	}{
		{AccessOptions{Distro: "foo"}, nil, ""},
		{AccessOptions{Distro: "foo"}, []string{f + "git-url=http://u"}, "http://u/pkg.git"},
		{AccessOptions{Distro: "foo"}, []string{f + "git-url=http://u", f + "git-url-suffix="}, "http://u/pkg"},
		{AccessOptions{Distro: "foo"}, []string{f + "git-url=-u"}, "wrong: dgit-distro.foo.git-url"},
		{AccessOptions{Distro: "foo"}, host, "x:h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, with(f + "git-url-suffix=.zz"), "x:h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, with(f + "git-url="), "x:h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, with(f+"git-user=u", f+"username=n"), "x:u@h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, with(f+"git-user=u", f+"git-user-force=v"), "x:v@h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, with(f + "username=n"), "x:n@h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, with(f+"git-user=", f+"username=n"), "x:h/p/pkg.git"},
		{AccessOptions{Distro: "foo"}, []string{f + "git-proto=x:"}, "missing: dgit-distro.foo.git-host dgit.default.git-host"},
		{AccessOptions{Distro: "foo"}, []string{f + "git-proto=x:", f + "git-host=h"}, "missing: dgit-distro.foo.git-path dgit.default.git-path"},
		{AccessOptions{Distro: "debian"}, nil, "https://git.dgit.debian.org/pkg"},
		{AccessOptions{Distro: "debian", Push: true}, nil, "git+ssh://dgit@push.dgit.debian.org/dgit/debian/repos/pkg.git"},
		{AccessOptions{Distro: "test-dummy"}, nil, "/dummy/git/pkg.git"},
	}
	for _, tt := range tests {
		got := ""
		a, err := configured(tt.lines...).Access(tt.opts)
		if err == nil {
			got, err = a.GitURL("pkg")
		}
		if got := outcome(got, err); got != tt.want {
			t.Errorf("git URL for %+v with %q is %q, want %q", tt.opts, tt.lines, got, tt.want)
		}
	}
}
