package main

import (
	"testing"

	"debgit/upload/uploadtest"
)

// What the real dgit pushes, debgit clones and fetches.
func TestDgitPush(t *testing.T) {
	needsRealDgit(t)
	w := newPushWorld(t, uploadtest.Options{Dispatch: dispatchPath(t), Reprepro: true})
	w.nativePackage("foo", "1")
	w.dgit("foo", "--new", "push-source")
	w.check(w.Accept())
	w.run("", "debgit", "clone", "foo", uploadtest.Suite, "./clone")
	head := w.run("foo", "git", "rev-parse", "HEAD")
	if got := w.run("clone", "git", "rev-parse", "HEAD"); got != head {
		t.Errorf("debgit clone has %s, dgit pushed %s", got, head)
	}
	w.nativePackage("foo", "2")
	w.dgit("foo", "push-source")
	w.check(w.Accept())
	w.run("clone", "debgit", "pull")
	head = w.run("foo", "git", "rev-parse", "HEAD")
	if got := w.run("clone", "git", "rev-parse", "HEAD"); got != head {
		t.Errorf("debgit pull has %s, dgit pushed %s", got, head)
	}
}
