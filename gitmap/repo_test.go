package gitmap

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What the environment says of another repository, or of how objects are named, does not
// reach the repository that was opened.
func TestGitEnvironment(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for _, name := range []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"} {
		t.Setenv(name, elsewhere)
	}
	t.Setenv("GIT_NAMESPACE", "other")
	t.Setenv("GIT_DEFAULT_HASH", "sha256")
	repo := testRepo(t)
	if _, err := repo.Git(t.Context(), "config", "a.b", "c"); err != nil {
		t.Fatal(err)
	}
	config, err := repo.Config(t.Context())
	if err != nil || config.Value("a.b") != "c" {
		t.Errorf("a.b = %q, %v, want %q", config.Value("a.b"), err, "c")
	}
	if _, err := os.Lstat(elsewhere); err == nil {
		t.Errorf("%s was made", elsewhere)
	}
}

// A program that git started and that keeps its pipes open does not keep us.
func TestGitEndsWithContext(t *testing.T) {
	t.Parallel()
	repo := testRepo(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := repo.Git(ctx, "-c", "alias.wait=!sleep 20", "wait")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("git wait = %v, want %v", err, context.DeadlineExceeded)
	}
	if took := time.Since(start); took > gitEndTime+10*time.Second {
		t.Errorf("it took %v to end git", took)
	}
}

// A signal to all processes of a terminal may end git before it ends the context.
func TestInterruptedGit(t *testing.T) {
	t.Parallel()
	killed := exec.Command("sh", "-c", "kill -INT $$").Run()
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if !interrupted(ctx, killed) {
		t.Error("git died of the signal that ended the context, but is not taken for interrupted")
	}
	if interrupted(t.Context(), killed) {
		t.Error("git died of a signal of its own, but is taken for interrupted")
	}
}

// An index of version 1 is passed over, as git reads it still.
func TestKnownObjectsVersion1(t *testing.T) {
	repo := testRepo(t)
	var tree ObjectID
	for _, name := range []string{"a", "b"} {
		pack := testPack(t, repo)
		var err error
		if tree, err = pack.WriteFiles(map[string][]byte{name: []byte(name)}); err != nil {
			t.Fatal(err)
		}
		if err := pack.Finish(); err != nil {
			t.Fatal(err)
		}
	}
	if err := repo.UpdateRefs(t.Context(), "test", RefUpdate{Ref: "refs/test", New: CommitID(tree)}); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]bool{"1": false, "2": true} {
		if _, err := repo.Git(t.Context(), "-c", "pack.indexVersion="+version, "repack", "-adqf"); err != nil {
			t.Fatal(err)
		}
		known, err := openKnownObjects(repo.packDir())
		if err != nil {
			t.Fatalf("index of version %s: %v", version, err)
		}
		if got := known.has(tree); got != want {
			t.Errorf("index of version %s: has = %v, want %v", version, got, want)
		}
		known.close()
	}
}

// Another process may add a pack at any time: its index comes after it, or never if it is killed.
func TestObjectsOfOthers(t *testing.T) {
	repo := testRepo(t)
	add := func(text string) ObjectID {
		pack, err := newPackWriter(repo.packDir(), Config{})
		if err != nil {
			t.Fatal(err)
		}
		id, err := pack.put(pack.newDeflater(), blobObject, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := pack.finish(); err != nil {
			t.Fatal(err)
		}
		return id
	}
	check := func(id ObjectID, text string) {
		t.Helper()
		size, err := repo.blobSize(id)
		if err != nil || size != int64(len(text)) {
			t.Errorf("size of the blob %q = %d, %v, want %d", text, size, err, len(text))
		}
		if got, err := repo.blob(id); err != nil || string(got) != text {
			t.Errorf("blob = %q, %v, want %q", got, err, text)
		}
	}
	first := add("first\n")
	// Names before and after that of any other pack.
	for _, name := range []string{strings.Repeat("0", 39) + "1", strings.Repeat("f", 40)} {
		if err := os.WriteFile(filepath.Join(repo.packDir(), "pack-"+name+".pack"), nil, 0o444); err != nil {
			t.Fatal(err)
		}
	}
	check(first, "first\n")
	second := add("second\n")
	check(second, "second\n")
	gitOutput(t, repo, "repack", "-a", "-d", "-q", "--keep-unreachable")
	third := add("third\n")
	check(first, "first\n")
	check(third, "third\n")
}
