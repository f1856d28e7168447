package history

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// newSSH makes a directory for a git server, and a program in the place of ssh that runs its
// commands here. It answers a question about policy with the file policy, and fails without it.
func newSSH(t *testing.T) (dir string, lines []string) {
	t.Helper()
	dir = t.TempDir()
	script := `#!/bin/sh
shift
case "$*" in
": dgit foo policy-client-query hello "*) exec cat '` + dir + `/policy';;
*) exec sh -c "$*";;
esac
`
	for name, content := range map[string]string{"ssh": script, "git/_template/HEAD": "ref: refs/heads/main\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	const f = "g dgit-distro.foo"
	return dir, []string{
		f + ".ssh=" + dir + "/ssh", f + ".git-host=h", f + ".git-path=" + dir + "/git",
		f + ".git-url=https://git.example.org", f + "/push.git-url=", f + "/push.git-proto=ssh://", f + ".git-check=ssh-cmd",
	}
}

func TestPushServer(t *testing.T) {
	dir, lines := newSSH(t)
	a, err := configured(append(lines, "g dgit-distro.foo.git-create=ssh-cmd")...).Access(AccessOptions{Distro: "foo", Push: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, exists := range []bool{false, true} {
		s, err := a.PushServer(t.Context(), "hello")
		if err != nil {
			t.Fatal(err)
		}
		if want := "ssh://h" + dir + "/git/hello.git"; s.URL != want || s.Exists != exists {
			t.Errorf("URL = %s, Exists = %v; want %s, %v", s.URL, s.Exists, want, exists)
		}
		if !exists {
			if err := s.Create(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "git/hello.git/HEAD")); err != nil {
		t.Error(err)
	}
}

func TestNoPushServer(t *testing.T) {
	a, err := configured("g dgit-distro.foo.git-check=false").Access(AccessOptions{Distro: "foo", Push: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.PushServer(t.Context(), "hello"); fmt.Sprint(err) != "distro foo has no git server for dgit" {
		t.Errorf("PushServer = %v, want a *NoGitServerError", err)
	}
}

func TestPolicy(t *testing.T) {
	const supported = "g dgit-distro.foo.policy-query-supported-ssh="
	tests := []struct {
		lines  []string
		policy string // what the server answers; "": it fails
		want   string // the answer, or an error
	}{
		{nil, "[]\n", "[]\n"},
		{nil, "\n", ""},
		{nil, "", ""}, // there need not be any
		{[]string{supported + "true"}, "[1,\n2]\n", "[1,\n2]\n"},
		{[]string{supported + "true"}, "", "error"},
		{[]string{supported + "false"}, "[]\n", ""},
		{[]string{supported + "perhaps"}, "[]\n", "error"},
	}
	for _, tt := range tests {
		dir, lines := newSSH(t)
		if tt.policy != "" {
			if err := os.WriteFile(filepath.Join(dir, "policy"), []byte(tt.policy), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		a, err := configured(append(lines, tt.lines...)...).Access(AccessOptions{Distro: "foo", Push: true})
		if err != nil {
			t.Fatal(err)
		}
		s, err := a.PushServer(t.Context(), "hello")
		if err != nil {
			t.Fatal(err)
		}
		answer, err := s.Policy(t.Context(), "tainted-objects", "sid")
		got := string(answer)
		if err != nil {
			got = "error"
		}
		if got != tt.want {
			t.Errorf("with %q and answer %q: Policy = %q, %v; want %q", tt.lines, tt.policy, got, err, tt.want)
		}
	}
}
