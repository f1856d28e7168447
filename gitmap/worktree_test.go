package gitmap

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// After a checkout all files have one time, and git knows that they are unchanged without
// reading them, whatever the form of the index.
func TestCheckOut(t *testing.T) {
	tests := []struct {
		name   string
		config []string
		plain  bool // an index that we can change
	}{
		{"usual", nil, true},
		{"extended entries", []string{"core.sparseCheckout", "true"}, true},
		{"without checksum", []string{"index.skipHash", "true"}, true},
		{"several threads", []string{"index.threads", "2"}, true},
		{"version 4", []string{"index.version", "4"}, false},
		{"split", []string{"core.splitIndex", "true"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			repo := testRepo(t)
			if tt.config != nil {
				gitOutput(t, repo, append([]string{"config"}, tt.config...)...)
			}
			if tt.name == "extended entries" { // those that are not checked out
				sparse := filepath.Join(repo.gitDir, "info", "sparse-checkout")
				if err := os.WriteFile(sparse, []byte("/*\n!/left-out\n"), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			c := commitFiles(t, repo)
			if err := repo.CheckOut(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			checkTimes(t, repo)
			if got := gitOutput(t, repo, "status", "--porcelain"); got != "" {
				t.Errorf("git status says %s", got)
			}
			if _, err := parseIndex(readIndex(t, repo)); (err == nil) != tt.plain {
				t.Errorf("parseIndex = %v, want it to work: %v", err, tt.plain)
			}
		})
	}
}

// TestIndexLocked has another program at work on the index.
func TestIndexLocked(t *testing.T) {
	repo, err := Init(t.Context(), t.TempDir(), "main")
	if err != nil {
		t.Fatal(err)
	}
	if err := repo.CheckOut(t.Context(), commitFiles(t, repo)); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(repo.gitDir, "index.lock")
	if err := os.WriteFile(lock, []byte("theirs"), 0o666); err != nil {
		t.Fatal(err)
	}
	before := readIndex(t, repo)
	if err := repo.setIndexedTimes(time.Unix(1e9, 0)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("setIndexedTimes of a locked index = %v, want fs.ErrExist", err)
	}
	if got, err := os.ReadFile(lock); string(got) != "theirs" {
		t.Errorf("the lock is %q, %v; want it left alone", got, err)
	}
	if !bytes.Equal(readIndex(t, repo), before) {
		t.Error("the index has changed")
	}
	checkTimes(t, repo)
}

// commitFiles returns a commit of files whose names have all lengths that the end of
// an index entry depends on.
func commitFiles(t *testing.T, repo *Repo) CommitID {
	t.Helper()
	pack := testPack(t, repo)
	files := map[string][]byte{"left-out": []byte("x\n")}
	for n := 1; n < 20; n++ {
		files[strings.Repeat("n", n)] = []byte("content\n")
	}
	tree, err := pack.WriteFiles(files)
	if err != nil {
		t.Fatal(err)
	}
	link, err := pack.newFile([]byte("n"))
	if err != nil {
		t.Fatal(err)
	}
	link.kind = linkNode
	top := newDir()
	top.set("dir", &node{kind: dirNode, written: true, id: tree})
	top.set("link", link)
	top.set("left-out", link)
	if tree, err = pack.writeRoot(top); err != nil {
		t.Fatal(err)
	}
	const person = "A <a@example.org> 1700000000 +0000"
	c, err := pack.WriteCommit(tree, nil, person, person, "files\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	return c
}

// checkTimes checks that all files have one time, and that the index says what they are
// like; git diff-files does not look at their contents if it does.
func checkTimes(t *testing.T, repo *Repo) {
	t.Helper()
	times := map[time.Time]bool{}
	for _, name := range []string{"link", "dir/n", "dir/nnnnnnnnnnnnnnnnnnn"} {
		info, err := os.Lstat(filepath.Join(repo.workTree, name))
		if err != nil {
			t.Fatal(err)
		}
		times[info.ModTime()] = true
	}
	if len(times) != 1 {
		t.Errorf("files have the times %v, want one", times)
	}
	if got := gitOutput(t, repo, "diff-files", "--name-only"); got != "" {
		t.Errorf("git takes these files for changed: %s", got)
	}
}

func readIndex(t *testing.T, repo *Repo) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(repo.gitDir, "index"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
