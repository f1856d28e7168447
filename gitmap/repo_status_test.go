package gitmap

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWorkState(t *testing.T) {
	repo := testRepo(t)
	for _, setting := range [][2]string{{"user.name", "A"}, {"user.email", "a@example.org"}, {"status.showUntrackedFiles", "no"}, {"status.branch", "true"}, {"status.short", "true"}} {
		gitOutput(t, repo, "config", setting[0], setting[1])
	}
	state := func() WorkState {
		t.Helper()
		s, err := repo.WorkState(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return *s
	}
	write := func(path, content string) {
		t.Helper()
		path = filepath.Join(repo.WorkTree(), path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if s := state(); !s.IsClean() || len(s.Untracked) > 0 {
		t.Errorf("an empty repository: %+v", s)
	}
	write(".gitignore", "*.o\n")
	write("a b", "1\n")
	write("c", "1\n")
	write("moved", "a\nb\nc\n")
	gitOutput(t, repo, "add", ".")
	if s := state(); s.IsClean() {
		t.Errorf("before the first commit: %+v", s)
	}
	gitOutput(t, repo, "commit", "-qm", "one")
	if s := state(); !s.IsClean() {
		t.Errorf("after a commit: %+v", s)
	}
	write("a b", "2\n")
	write("x.o", "")
	write("new/file", "")
	write("new\nline", "")
	gitOutput(t, repo, "mv", "moved", "there")
	want := WorkState{Changed: []string{"a b", "moved", "there"}, Untracked: []string{"new\nline", "new/"}}
	if diff := cmp.Diff(want, state()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	gitOutput(t, repo, "commit", "-qam", "two")
	gitOutput(t, repo, "checkout", "-qb", "other", "HEAD~")
	write("a b", "3\n")
	gitOutput(t, repo, "commit", "-qam", "three")
	if _, err := repo.Git(t.Context(), "merge", "-q", "main"); err == nil {
		t.Fatal("no conflict")
	}
	if s := state(); s.IsClean() || len(s.Conflicts) != 1 || s.Conflicts[0] != "a b" {
		t.Errorf("in a conflict: %+v", s)
	}
}
