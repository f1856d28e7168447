package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc/dsctest"
)

func TestFind(t *testing.T) {
	binary := func(names string) dsctest.Field { return dsctest.Field{Name: "Binary", Value: names} }
	uploads := []archivetest.Upload{
		{Dsc: writePackage(t, "hello", "1:1.0", binary("hello, hello-doc,\n libhello1"))},
		{Dsc: writePackage(t, "hello", "9.0")},
		{Dsc: writePackage(t, "hello", "1:0.9~rc1")},
		{Dsc: writePackage(t, "hello", "1:1.1"), ExtraSourceOnly: true},
		{Dsc: writePackage(t, "hello", "1:2.0"), Component: "contrib"},
		{Dsc: writePackage(t, "help", "1.0")},
		{Dsc: writePackage(t, "helium", "1.0")},
		{Dsc: writePackage(t, "halo", "1.0"), Component: "contrib"},
		{Dsc: writePackage(t, "game", "1.0"), Component: "contrib"},
		{Dsc: writePackage(t, "kept", "1.0", binary("kept-bin")), ExtraSourceOnly: true},
		{Dsc: writePackage(t, "kept-new", "1.0", binary("kept-bin"))},
	}
	a := build(t, archivetest.Suite{Codename: "sid", Name: "unstable", Uploads: uploads, Components: []string{"main", "contrib", "non-free"}})
	tests := []struct {
		pkg        string
		components []string
		want       string // version and component
		err        error
	}{
		{"hello", []string{"main"}, "1:1.0 main", nil},
		{"hello", []string{"updates/main"}, "1:1.0 main", nil},
		{"hello", nil, "1:2.0 contrib", nil},
		{"hello", []string{"contrib", "main"}, "1:2.0 contrib", nil},
		{"game", []string{"main"}, "1.0 contrib", nil},
		{"game", []string{"none"}, "1.0 contrib", nil},
		{"helo", []string{"main"}, "", &archive.UnknownPackageError{Package: "helo", Suite: "sid", Near: []string{"help", "hello", "halo"}}},
		{"libhello1", []string{"main"}, "", &archive.UnknownPackageError{Package: "libhello1", Suite: "sid", Source: "hello"}},
		{"hello-doc", nil, "", &archive.UnknownPackageError{Package: "hello-doc", Suite: "sid", Source: "hello"}},
		{"kept-bin", nil, "", &archive.UnknownPackageError{Package: "kept-bin", Suite: "sid", Source: "kept-new"}},
		{"kept", nil, "", &archive.UnknownPackageError{Package: "kept", Suite: "sid", Near: []string{"kept", "kept-new"}}},
		{"hello 1:1.0", nil, "", &archive.UnknownPackageError{Package: "hello 1:1.0", Suite: "sid"}},
		{"", nil, "", &archive.UnknownPackageError{Suite: "sid"}},
	}
	for _, tt := range tests {
		p := place(t, a, "sid")
		p.Components = tt.components
		u, err := openSuite(t, newClient(t), p).Find(t.Context(), tt.pkg)
		if err == nil {
			if got := string(u.ID().Version) + " " + u.Component(); got != tt.want {
				t.Errorf("Find(%q) in %v = %s, want %s", tt.pkg, tt.components, got, tt.want)
			}
			continue
		}
		if diff := cmp.Diff(tt.err, err); diff != "" {
			t.Errorf("Find(%q) in %v (-want +got)\n%s", tt.pkg, tt.components, diff)
		}
	}
	all, err := openSuite(t, newClient(t), place(t, a, "unstable")).FindAll(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range all {
		got = append(got, string(u.ID().Version))
	}
	if want := []string{"1:2.0", "1:1.1", "1:1.0", "1:0.9~rc1", "9.0"}; !slices.Equal(got, want) {
		t.Errorf("FindAll = %q, want %q", got, want)
	}
}

// indexFiles returns the files of the indexes in the cache.
func indexFiles(t *testing.T, cache string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(cache, "suites/*/main_*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The cache saves reading Sources again, is made anew where it is damaged, and has
// only the last index of a component.
func TestCache(t *testing.T) {
	a := build(t, archivetest.Suite{Codename: "sid", Date: yesterday, Uploads: []archivetest.Upload{{Dsc: writePackage(t, "hello", "1.0")}}})
	server, err := archivetest.Serve(a.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	m, err := archive.NewHTTP(server.URL, archive.HTTPOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cache := t.TempDir()
	// find looks hello up with a new client, and returns how often Sources was read.
	find := func(want string) int {
		t.Helper()
		before := len(server.Requests(""))
		c := archive.NewClient(archive.ClientOptions{CacheDir: cache})
		u, err := openSuite(t, c, a.Place(m, "sid")).Find(t.Context(), "hello")
		if err != nil {
			t.Fatal(err)
		}
		if got := string(u.ID().Version); got != want {
			t.Errorf("Find = %s, want %s", got, want)
		}
		n := 0
		for _, r := range server.Requests("")[before:] {
			if strings.Contains(r.Path, "/source/") {
				n++
			}
		}
		return n
	}
	if n := find("1.0"); n != 1 {
		t.Errorf("cold: Sources read %d times, want 1", n)
	}
	if n := find("1.0"); n != 0 {
		t.Errorf("warm: Sources read %d times, want 0", n)
	}
	files := indexFiles(t, cache)
	if len(files) != 1 {
		t.Fatalf("indexes: %q, want one", files)
	}
	sound, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for i := range sound {
		if i >= 10 && i < len(sound)-300 && i%7 != 0 {
			continue // each byte of the rest is the same to us
		}
		damaged := slices.Clone(sound)
		damaged[i] ^= 0x20
		if err := os.WriteFile(files[0], damaged, 0o666); err != nil {
			t.Fatal(err)
		}
		find("1.0")
	}
	for _, size := range []int{0, 1, len(sound) / 2, len(sound) - 1} {
		if err := os.WriteFile(files[0], sound[:size], 0o666); err != nil {
			t.Fatal(err)
		}
		if n := find("1.0"); n != 1 {
			t.Errorf("cut to %d bytes: Sources read %d times, want 1", size, n)
		}
	}
	if err := a.Upload("sid", archivetest.Upload{Dsc: writePackage(t, "hello", "2.0")}); err != nil {
		t.Fatal(err)
	}
	if n := find("2.0"); n != 1 {
		t.Errorf("after an upload: Sources read %d times, want 1", n)
	}
	if got := indexFiles(t, cache); len(got) != 1 || got[0] == files[0] {
		t.Errorf("indexes after an upload: %q, want another one", got)
	}
}

// Several clients may make the same index at once.
func TestCacheConcurrent(t *testing.T) {
	a := build(t, archivetest.Suite{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: writePackage(t, "hello", "1.0")}}})
	cache := t.TempDir()
	p := place(t, a, "sid")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c := archive.NewClient(archive.ClientOptions{CacheDir: cache})
			s, err := c.OpenSuite(t.Context(), "sid", []archive.Place{p})
			if err == nil {
				_, err = s.Find(t.Context(), "hello")
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	entries, err := filepath.Glob(filepath.Join(cache, "suites/*/*"))
	if err != nil || len(entries) != 2 { // newest, and the index
		t.Errorf("the cache has %q, want two files", entries)
	}
}

// What was left unfinished is removed, but not what may still be at work.
func TestCacheCleans(t *testing.T) {
	a := build(t, archivetest.Suite{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: writePackage(t, "hello", "1.0")}}})
	cache := t.TempDir()
	c := archive.NewClient(archive.ClientOptions{CacheDir: cache})
	s := openSuite(t, c, place(t, a, "sid"))
	dirs, err := filepath.Glob(filepath.Join(cache, "suites/*"))
	if err != nil || len(dirs) != 1 {
		t.Fatalf("directories: %q, %v", dirs, err)
	}
	stale, fresh := filepath.Join(dirs[0], "tmp-stale"), filepath.Join(dirs[0], "tmp-fresh")
	for _, path := range []string{stale, fresh} {
		if err := os.WriteFile(path, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(stale, yesterday.Add(-time.Hour), yesterday.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stale); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is unfinished for a day: %v, want it removed", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("a file that was just begun: %v, want it kept", err)
	}
}
