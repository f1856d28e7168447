package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc/dsctest"
	"debgit/upload/uploadtest"
)

// A push to the git server of Debian and to an archive of reprepro arrives at both, and those
// who clone get the commits that were pushed, the real dgit too, where it is there.
func TestPushToServer(t *testing.T) {
	w := newPushWorld(t, uploadtest.Options{Dispatch: dispatchPath(t), Reprepro: true})
	w.pushTwice()
}

// So it does where the git server is behind sshd, as Debian's is.
func TestPushBySSH(t *testing.T) {
	w := newPushWorld(t, uploadtest.Options{Dispatch: dispatchPath(t), Reprepro: true, SSHD: sshdPath(t)})
	w.pushTwice()
}

// pushTwice pushes two versions, and checks what others clone then.
func (w *pushWorld) pushTwice() {
	w.t.Helper()
	w.nativePackage("foo", "1")
	for _, version := range []string{"1", "2"} {
		if version != "1" {
			w.nativePackage("foo", version)
		}
		w.run("foo", "debgit", "push-source", "--new")
		w.check(w.Accept())
		head := w.run("foo", "git", "rev-parse", "HEAD")
		clones := map[string]string{"debgit": "debgit"}
		if path := realDgit(); path != "" {
			clones["dgit"] = path
		}
		for name, program := range clones {
			dir := name + "-" + version
			w.run("", program, "clone", "foo", uploadtest.Codename, "./"+dir)
			if got := w.run(dir, "git", "rev-parse", "HEAD"); got != head {
				w.t.Errorf("version %s: %s clone has %s, but %s was pushed", version, name, got, head)
			}
			tag := "archive/example/" + version
			if got, want := w.run(dir, "git", "rev-parse", tag), w.run("foo", "git", "rev-parse", tag); got != want {
				w.t.Errorf("version %s: %s clone has %s as %s, but %s was pushed", version, name, got, tag, want)
			}
		}
	}
}

// What the git server refuses is said with its reason, and can be put back.
func TestPushRefusedByServer(t *testing.T) {
	dispatch := dispatchPath(t)
	stranger, err := dsctest.NewKey("Sam Stranger", "sam@example.org", dsctest.KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w := newPushWorld(t, uploadtest.Options{Dispatch: dispatch, Keys: []*dsctest.Key{stranger}})
	w.nativePackage("foo", "1")
	w.run("foo", "debgit", "push-source", "--new")
	w.check(w.Accept())
	w.nativePackage("foo", "2")
	policy := func(script string) { w.write(filepath.Dir(w.Repos), "policy-hook", "#!/bin/sh\n"+script+"\n") }
	tests := []struct {
		name   string
		before func()
		args   []string
		reason string // in the words of the server
	}{
		{"unknown key", func() {}, []string{"-k", stranger.ID()}, "key"},
		{"refused by the policy", func() { policy(`[ "$5" != push ]`) }, nil, "policy"},
		{"not fast forward, and the policy lifts nothing", func() {
			policy("exit 0")
			w.run("foo", "git", "reset", "-q", "--hard", w.run("foo", "git", "commit-tree", "HEAD^{tree}", "-m", "Another past"))
		}, []string{"--deliberately-not-fast-forward"}, "fast forward"},
	}
	server := filepath.Join(w.Repos, "foo.git")
	for _, tt := range tests {
		tt.before()
		onServer := w.run("", "git", "-C", server, "for-each-ref")
		before := w.run("foo", "git", "for-each-ref")
		out, err := w.try("foo", "debgit", append([]string{"push-source"}, tt.args...)...)
		if err == nil || !strings.Contains(out, "debgit: error: ") || !strings.Contains(out, "dgit-repos-server: ") || !strings.Contains(out, tt.reason) {
			t.Errorf("%s: push: %v\n%s", tt.name, err, out)
		}
		if got := w.run("", "git", "-C", server, "for-each-ref"); got != onServer {
			t.Errorf("%s: refs of the server are\n%s\nwant\n%s", tt.name, got, onServer)
		}
		if files, _ := os.ReadDir(w.Queue); len(files) != 0 {
			t.Errorf("%s: the queue has %v", tt.name, files)
		}
		w.run("foo", "debgit", "push", "--abort")
		if got := w.run("foo", "git", "for-each-ref"); got != before {
			t.Errorf("%s: refs after --abort are\n%s\nwant\n%s", tt.name, got, before)
		}
	}
}
