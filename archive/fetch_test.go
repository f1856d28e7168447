package archive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
)

// TestFetchDsc fetches a .dsc, then a file that it lists.
func TestFetchDsc(t *testing.T) {
	a := build(t, archivetest.Suite{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: writePackage(t, "hello", "1.0")}}})
	c := newClient(t)
	u, err := openSuite(t, c, place(t, a, "sid")).Find(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	src, err := c.FetchDsc(t.Context(), u, dir)
	if err != nil {
		t.Fatal(err)
	}
	if src.ID != u.ID() {
		t.Errorf("the .dsc is of %v, want %v", src.ID, u.ID())
	}
	if got, want := listDir(t, dir), []string{"hello_1.0.dsc"}; !slices.Equal(got, want) {
		t.Errorf("after FetchDsc there are %q, want %q", got, want)
	}
	for _, tt := range []struct {
		ending string
		want   []string
	}{
		{".orig.tar.xz", nil},
		{".tar.xz", []string{"hello_1.0.tar.xz"}},
	} {
		paths, err := c.FetchFiles(t.Context(), u, src, dir, func(f dsc.File) bool { return strings.HasSuffix(f.Name, tt.ending) })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range paths {
			if _, err := os.Stat(p); err != nil {
				t.Error(err)
			}
			got = append(got, filepath.Base(p))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("FetchFiles of *%s: %q, want %q", tt.ending, got, tt.want)
		}
	}
	src.ID.Version = "2.0"
	if _, err := c.FetchFiles(t.Context(), u, src, dir, func(dsc.File) bool { return true }); !errors.As(err, new(*dsc.MismatchError)) {
		t.Errorf("FetchFiles by the .dsc of another version: %v, want a MismatchError", err)
	}
}

func listDir(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestFetchMissing tells a .dsc that is not there from another file.
func TestFetchMissing(t *testing.T) {
	for _, tt := range []struct {
		file  string
		noDsc bool
	}{
		{"hello_1.0.dsc", true},
		{"hello_1.0.tar.xz", false},
	} {
		a := build(t, archivetest.Suite{Codename: "sid", Uploads: []archivetest.Upload{{Dsc: writePackage(t, "hello", "1.0")}}})
		if err := os.Remove(filepath.Join(a.Dir, "pool/main/h/hello", tt.file)); err != nil {
			t.Fatal(err)
		}
		c := newClient(t)
		u, err := openSuite(t, c, place(t, a, "sid")).Find(t.Context(), "hello")
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Fetch(t.Context(), u, t.TempDir())
		missing, noDsc := errors.AsType[*archive.NoDscError](err)
		if noDsc != tt.noDsc || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("without %s: Fetch: %v; is a NoDscError: %v, want %v", tt.file, err, noDsc, tt.noDsc)
		}
		if noDsc && missing.ID != u.ID() {
			t.Errorf("NoDscError is about %v, want %v", missing.ID, u.ID())
		}
	}
}
