package upload

import (
	"os"
	"path/filepath"
	"testing"
)

// TestMoveFilesRefused moves files to another file system, one of which cannot be read: nothing is left
// there of the others, and what was there before is.
func TestMoveFilesRefused(t *testing.T) {
	from := t.TempDir()
	to, err := os.MkdirTemp("/dev/shm", "debgit-test-")
	if err != nil {
		t.Skipf("there is no other file system: %v", err)
	}
	defer os.RemoveAll(to)
	writeFiles(t, from, map[string]string{"a.dsc": "new\n", "a.changes": "new\n"})
	writeFiles(t, to, map[string]string{"a.changes": "old\n"})
	if err := moveFiles(from, to, []string{"a.dsc", "missing", "a.changes"}); err == nil {
		t.Fatal("moveFiles of a file that is not there succeeds")
	}
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory has %v, %v; want a.changes alone", entries, err)
	}
	if data, err := os.ReadFile(filepath.Join(to, "a.changes")); string(data) != "old\n" {
		t.Errorf("a.changes has %q, %v; want what it had", data, err)
	}
	victim := filepath.Join(from, "victim")
	writeFiles(t, from, map[string]string{"victim": "precious\n"})
	if err := os.Symlink(victim, filepath.Join(to, ".a.dsc.debgit-new")); err != nil {
		t.Fatal(err)
	}
	if err := moveFiles(from, to, []string{"a.dsc", "a.changes"}); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(victim); string(data) != "precious\n" {
		t.Errorf("a file that somebody has linked to has %q, %v", data, err)
	}
	if data, err := os.ReadFile(filepath.Join(to, "a.changes")); string(data) != "new\n" {
		t.Errorf("a.changes has %q, %v; want what was moved", data, err)
	}
}
