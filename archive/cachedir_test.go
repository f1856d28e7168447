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

// TestCacheOfDirectories has two archives that are called the same from where they are.
func TestCacheOfDirectories(t *testing.T) {
	c := NewClient(ClientOptions{CacheDir: t.TempDir()})
	caches := map[string]bool{}
	for _, name := range []string{"one", "two"} {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.MkdirAll(filepath.Join(dir, "archive"), 0o777); err != nil {
			t.Fatal(err)
		}
		t.Chdir(dir)
		for _, place := range []string{"archive", filepath.Join(dir, "archive"), "./archive/"} {
			m, err := NewDirectory(place)
			if err != nil {
				t.Fatal(err)
			}
			cache, err := c.cacheDir(m, "sid")
			if err != nil {
				t.Fatal(err)
			}
			caches[cache] = true
		}
	}
	if len(caches) != 2 {
		t.Errorf("two directories, each under three names, have %d caches, want 2: %v", len(caches), caches)
	}
}
