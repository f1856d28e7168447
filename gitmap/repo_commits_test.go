package gitmap

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCommitReaderFile(t *testing.T) {
	dir := t.TempDir()
	repo, err := Init(t.Context(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "debian"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"link": "debian/changelog", "outside": "/etc/passwd", "nowhere": "nothing", "loop": "loop", "directory": "debian",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "debian/changelog"), []byte("text\n\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	head := commitWorkTree(t, repo)
	reader, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tests := []struct{ path, want string }{ // want "": there is no such file
		{"debian/changelog", "text\n\n"},
		{"link", "text\n\n"},
		{"outside", ""},
		{"nowhere", ""},
		{"loop", ""},
		{"directory", ""},
		{"debian", ""},
		{"debian/changelog/x", ""},
		{"none", ""},
		{"none\nlink", ""},
	}
	for _, tt := range tests {
		got, err := reader.File(head, tt.path)
		if string(got) != tt.want || errors.Is(err, fs.ErrNotExist) != (tt.want == "") {
			t.Errorf("File(%q) = %q, %v, want %q", tt.path, got, err, tt.want)
		}
		if c, err := reader.Read(head); err != nil || c.ID != head { // the reader is where it should be
			t.Fatalf("Read after File(%q) = %v, %v", tt.path, c, err)
		}
	}
}

// A commit may have a header of millions of lines: that must not take minutes.
func TestCommitOfManyLines(t *testing.T) {
	id := strings.Repeat("1", 40)
	extra := strings.Repeat("x\n", 2<<20)
	c, err := newCommit([]byte("tree " + id + "\nparent " + id + "\nauthor a\ncommitter c\n" + extra + "\nm\n\nm\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Extra != extra || len(c.Parents) != 1 || c.Tree.String() != id || c.Author != "a" || c.Committer != "c" || c.Message != "m\n\nm\n" {
		t.Errorf("newCommit gives %d bytes of other lines, want %d; the rest is %v %v %q %q %q",
			len(c.Extra), len(extra), c.Tree, c.Parents, c.Author, c.Committer, c.Message)
	}
}

// commitWorkTree commits all files of the work tree.
func commitWorkTree(t *testing.T, repo *Repo) CommitID {
	t.Helper()
	for _, args := range [][]string{{"add", "."}, {"-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "files"}} {
		if _, err := repo.Git(t.Context(), args...); err != nil {
			t.Fatal(err)
		}
	}
	head, _, err := repo.Commit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	return head
}
