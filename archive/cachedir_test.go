package archive

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDefaultCacheDir(t *testing.T) {
	home, tmp := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", tmp)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	if got, err := defaultCacheDir(); err != nil || got != filepath.Join(home, "cache", "debgit") {
		t.Errorf("defaultCacheDir() = %q, %v, want that of the home", got, err)
	}

	// Without a home it is one among the temporary files.
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	for range 2 {
		got, err := defaultCacheDir()
		if err != nil || filepath.Dir(got) != tmp {
			t.Fatalf("defaultCacheDir() without a home = %q, %v, want one in %s", got, err, tmp)
		}
	}

	// But not if others can write to it.
	got, _ := defaultCacheDir()
	if err := os.Chmod(got, 0o777); err != nil {
		t.Fatal(err)
	}
	if dir, err := defaultCacheDir(); err == nil {
		t.Errorf("defaultCacheDir() = %s, which others can write to", dir)
	}
}
