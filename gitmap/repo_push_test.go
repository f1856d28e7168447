package gitmap

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testCommit writes a commit with one file, and makes no ref.
func testCommit(t *testing.T, r *Repo, content string, parents ...CommitID) CommitID {
	t.Helper()
	pack := testPack(t, r)
	tree, err := pack.WriteFiles(map[string][]byte{"file": []byte(content)})
	if err != nil {
		t.Fatal(err)
	}
	const person = "A <a@example.org> 1700000000 +0000"
	c, err := pack.WriteCommit(tree, parents, person, person, content+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWriteTag(t *testing.T) {
	repo := testRepo(t)
	c := testCommit(t, repo, "one")
	text := "object " + c.String() + "\ntype commit\ntag x/1\ntagger A <a@example.org> 1700000000 +0000\n\ntext\n"
	id, err := repo.WriteTag(t.Context(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got, err := repo.Git(t.Context(), "cat-file", "tag", id.String())
	if err != nil || got != text {
		t.Errorf("the tag is %q, %v; want %q", got, err, text)
	}
	if err := repo.VerifyTag(t.Context(), id); err == nil {
		t.Error("VerifyTag of a tag without a signature = nil, want an error")
	}
	if _, err := repo.WriteTag(t.Context(), []byte("tag x\n")); err == nil {
		t.Error("WriteTag of what is no tag = nil, want an error")
	}
}

// A push that a server refuses in part is refused as a whole.
func TestPush(t *testing.T) {
	repo, server := testRepo(t), testRepo(t)
	one := testCommit(t, repo, "one")
	two := testCommit(t, repo, "two", one)
	other := testCommit(t, repo, "other")
	url := server.GitDir()
	hook := filepath.Join(url, "hooks/post-receive")
	if err := os.MkdirAll(filepath.Dir(hook), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho thank you\necho bye >&2\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	said, err := repo.Push(t.Context(), url, two.String()+":refs/dgit/sid")
	if err != nil || said != "thank you\nbye\n" {
		t.Fatalf("Push = %q, %v; want what the hook of the server said", said, err)
	}
	_, err = repo.Push(t.Context(), url, other.String()+":refs/dgit/sid", one.String()+":refs/tags/x")
	var refused *PushRefusedError
	if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "refs/dgit/sid [rejected] (non-fast-forward)") {
		t.Errorf("Push = %v, want that refs/dgit/sid was refused", err)
	}
	refs, err := server.Refs(t.Context())
	if err != nil || len(refs) != 1 || refs["refs/dgit/sid"] != ObjectID(two) {
		t.Errorf("the server has %v, %v; want refs/dgit/sid at %s only", refs, err, two)
	}
	if _, err := repo.Push(t.Context(), url, "+"+other.String()+":refs/dgit/sid"); err != nil {
		t.Errorf("Push of what is not fast forward, with + = %v", err)
	}
	if _, err := repo.Push(t.Context(), url+"-none", two.String()+":refs/dgit/sid"); err == nil || errors.As(err, &refused) && refused.URL != url {
		t.Errorf("Push to nowhere = %v, want another error than a refusal", err)
	}
}

func TestFastForward(t *testing.T) {
	repo := testRepo(t)
	one := testCommit(t, repo, "one")
	two := testCommit(t, repo, "two", one)
	if err := repo.CheckOut(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	at := func() string {
		t.Helper()
		out, err := repo.Git(t.Context(), "show", "-s", "--format=%s", "HEAD")
		if err != nil {
			t.Fatal(err)
		}
		state, err := repo.WorkState(t.Context())
		if err != nil || !state.IsClean() {
			t.Errorf("the work tree has %+v, %v; want it clean", state, err)
		}
		return strings.TrimSpace(out)
	}
	if err := repo.FastForward(t.Context(), two, "test"); err != nil || at() != "two" {
		t.Errorf("FastForward = %v, at %s, want two", err, at())
	}
	if err := repo.FastForward(t.Context(), testCommit(t, repo, "other"), "test"); err == nil {
		t.Error("FastForward to what is no descendant = nil, want an error")
	}
	if err := repo.MoveBack(t.Context(), one, "test"); err != nil || at() != "one" {
		t.Errorf("MoveBack = %v, at %s, want one", err, at())
	}
}
