package history

import "testing"

func TestVcsGitURL(t *testing.T) {
	for field, want := range map[string]string{
		"https://git.example.org/foo.git":                     "https://git.example.org/foo.git",
		"https://git.example.org/foo.git -b debian/sid [a b]": "https://git.example.org/foo.git",
		"  http://git.example.org/foo ":                       "http://git.example.org/foo",
		"git://git.example.org:9418/foo":                      "git://git.example.org:9418/foo",
		"ssh://me@git.example.org/~me/foo":                    "ssh://me@git.example.org/~me/foo",
		"git+ssh://git.example.org/foo":                       "git+ssh://git.example.org/foo",
		"https://[2001:db8::1]/foo":                           "https://[2001:db8::1]/foo",
		"git@git.example.org:team/foo.git":                    "git@git.example.org:team/foo.git",
		"git.example.org:/srv/foo.git -b master":              "git.example.org:/srv/foo.git",
		"":                                                    "",
		"/srv/foo":                                            "",
		"foo.git":                                             "",
		"../foo:bar":                                          "",
		"file:///srv/foo":                                     "",
		"ext::sh -c date":                                     "",
		"ext::date":                                           "",
		"https::https://git.example.org/foo":                  "",
		"svn://git.example.org/foo":                           "",
		"-oProxyCommand=date:foo":                             "",
		"-o@git.example.org:foo":                              "",
		"ssh://-oProxyCommand=date/foo":                       "",
		"ssh://me@-oProxyCommand=date/foo":                    "",
		"https:///foo":                                        "",
		"https://git.example.org/foo https://git.example.org/b": "",
	} {
		if got := vcsGitURL(field); got != want {
			t.Errorf("vcsGitURL(%q) = %q, want %q", field, got, want)
		}
	}
}
