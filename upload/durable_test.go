package upload

import (
	"os"
	"path/filepath"
	"testing"
)

// TestPlaceDurably writes where somebody else may write, too.
func TestPlaceDurably(t *testing.T) {
	dir := t.TempDir()
	victim, path := filepath.Join(dir, "victim"), filepath.Join(dir, "bell_1.0.dsc")
	if err := os.WriteFile(victim, []byte("precious"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, path+temporary); err != nil {
		t.Fatal(err)
	}
	if err := writeDurably(path, []byte("text"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{victim: "precious", path: "text"} {
		if got, err := os.ReadFile(name); string(got) != want || err != nil {
			t.Errorf("%s has %q, %v; want %q", name, got, err, want)
		}
	}
	if left, err := filepath.Glob(path + "?*"); len(left) > 0 || err != nil {
		t.Errorf("%v is left, %v", left, err)
	}
}
