package gitmap

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a history holds may be larger than memory: it is refused, and the reader goes on.
func TestReaderRefusesHugeObjects(t *testing.T) {
	dir := t.TempDir()
	repo, err := Init(t.Context(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int64{"most": maxObject, "more": maxObject + 1} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(f.Truncate(size), f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	head := commitWorkTree(t, repo)
	commits, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer commits.Close()
	if data, err := commits.File(head, "most"); err != nil || len(data) != maxObject {
		t.Errorf("File(most) = %d bytes, %v, want %d", len(data), err, maxObject)
	}
	if data, err := commits.File(head, "more"); err == nil || !strings.Contains(err.Error(), "67108865 bytes, more than 67108864") {
		t.Errorf("File(more) = %d bytes, %v, want a refusal that says how many it has", len(data), err)
	}
	trees, err := repo.NewTreeReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer trees.Close()
	commit, err := commits.Read(head)
	if err != nil {
		t.Fatal(err)
	}
	more, err := trees.Entry(commit.Tree, "more")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trees.Blob(more.ID); err == nil {
		t.Errorf("Blob(more) is not refused")
	}
	if has, err := commits.Has(more.ID); !has || err != nil {
		t.Errorf("Has(more) = %v, %v, want true", has, err)
	}
	if c, err := commits.Read(head); err != nil || c.ID != head {
		t.Errorf("Read after a refusal = %v, %v, want %s", c, err, head)
	}
}

func TestReaderInterrupted(t *testing.T) {
	repo, err := Init(t.Context(), t.TempDir(), "main")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	reader, err := repo.NewCommitReader(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if has, err := reader.Has(ObjectID{1}); has || err != nil {
		t.Fatalf("Has = %v, %v, want false", has, err)
	}
	cancel()
	for range 2 {
		for err = nil; err == nil; {
			_, err = reader.Has(ObjectID{1}) // git may answer until the signal reaches it
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Has after its context was cancelled: error %v, want %v", err, context.Canceled)
		}
	}
}

// What stands in for an object in refs/replace is no part of a history.
func TestReaderIgnoresReplacements(t *testing.T) {
	repo := testRepo(t)
	one := testCommit(t, repo, "one")
	other := testCommit(t, repo, "other")
	gitOutput(t, repo, "replace", one.String(), other.String())
	reader, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if c, err := reader.Read(one); err != nil || c.Subject() != "one" {
		t.Errorf("Read of a commit that is replaced = %+v, %v, want the commit itself", c, err)
	}
}
