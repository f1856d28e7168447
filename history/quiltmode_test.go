package history

import "testing"

func TestSplitView(t *testing.T) {
	tests := []struct {
		lines []string
		asked string
		want  string
	}{
		{nil, "", "auto"},
		{nil, "always", "always"},
		{[]string{"g dgit.default.split-view=always"}, "", "always"},
		{[]string{"g dgit.default.split-view=always", "l dgit-distro.foo.split-view=never"}, "", "never"},
		{[]string{"g dgit.default.split-view=always"}, "auto", "auto"},
		{[]string{"g dgit.default.split-view=perhaps"}, "", "wrong: dgit.default.split-view"},
		{[]string{"l dgit-distro.foo.split-view="}, "", "wrong: dgit-distro.foo.split-view"},
	}
	for _, tt := range tests {
		a, err := configured(tt.lines...).Access(AccessOptions{Distro: "foo"})
		if err != nil {
			t.Fatal(err)
		}
		always, never, err := a.SplitView(tt.asked)
		got := map[[2]bool]string{{true, false}: "always", {false, true}: "never", {}: "auto"}[[2]bool{always, never}]
		if got = outcome(got, err); got != tt.want {
			t.Errorf("SplitView(%q) with %q = %q, want %q", tt.asked, tt.lines, got, tt.want)
		}
	}
}
