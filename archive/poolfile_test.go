package archive_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"debgit/archive"
	"debgit/dsc"
)

// TestFindFilesThroughLinks searches a pool that lies on several disks.
func TestFindFilesThroughLinks(t *testing.T) {
	dir, second := t.TempDir(), t.TempDir()
	writeTree := func(dir string, names ...string) {
		for _, name := range names {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			writeFile(t, filepath.Dir(path), filepath.Base(path), []byte(name))
		}
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	writeTree(dir, "disk1/h/hello/hello_1.orig.tar.gz", "disk2/h/hello/hello_2.orig.tar.gz", "disk2/h/hello/other_1.orig.tar.gz")
	writeTree(second, "pool/main/h/hello/hello_1.orig.tar.gz", "pool/main/h/hello/hello_3.orig.tar.gz")
	if err := os.Mkdir(filepath.Join(dir, "disk3"), 0o777); err != nil {
		t.Fatal(err)
	}
	link("disk3", "pool")
	link("../disk1", "disk3/main")
	link("../disk2", "disk3/contrib")
	link("..", "disk2/h/up")                       // round and round
	link("nowhere", "disk1/h/hello_9.orig.tar.gz") // of a file that was removed
	link("hello_1.orig.tar.gz", "disk1/h/hello/hello_1a.orig.tar.gz")
	writeFile(t, dir, "suites", []byte(goodSuites))

	first := openDirectory(t, dir)
	for _, tt := range []struct {
		name   string
		mirror archive.Mirror
		want   []string
		all    bool
	}{
		{"one directory", first, []string{"pool/contrib/h/hello/hello_2.orig.tar.gz", "pool/main/h/hello/hello_1.orig.tar.gz", "pool/main/h/hello/hello_1a.orig.tar.gz"}, true},
		{"two directories", archive.WithFallback(first, openDirectory(t, second)),
			[]string{"pool/contrib/h/hello/hello_2.orig.tar.gz", "pool/main/h/hello/hello_1.orig.tar.gz", "pool/main/h/hello/hello_1a.orig.tar.gz", "pool/main/h/hello/hello_3.orig.tar.gz"}, true},
		{"a server behind the directory", archive.WithFallback(first, newHTTP(t, "http://127.0.0.1:9", quick())),
			[]string{"pool/contrib/h/hello/hello_2.orig.tar.gz", "pool/main/h/hello/hello_1.orig.tar.gz", "pool/main/h/hello/hello_1a.orig.tar.gz"}, false},
		{"a server", newHTTP(t, "http://127.0.0.1:9", quick()), nil, false},
	} {
		s, err := newClient(t).OpenAPI(t.Context(), "sid", first, tt.mirror)
		if err != nil {
			t.Fatal(err)
		}
		files, all, err := s.FindFiles(t.Context(), "hello_*.orig*.tar.*")
		var got []string
		for _, f := range files {
			got = append(got, f.Path)
		}
		if err != nil || all != tt.all || !slices.Equal(got, tt.want) {
			t.Errorf("%s: FindFiles = %q, %v, %v, want %q, %v", tt.name, got, all, err, tt.want, tt.all)
		}
	}
}

// TestFetchFile fetches a file of which the service tells no size.
func TestFetchFile(t *testing.T) {
	content := []byte("upstream")
	const path = "pool/main/h/hello/hello_1.orig.tar.gz"
	mirrorDir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(mirrorDir, filepath.Dir(path)), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name        string
		there, have string // on the mirror and in the directory; "" for nothing
		want        any    // an error to be found by errors.As; nil for none
	}{
		{"not here", string(content), "", nil},
		{"here already", "", string(content), nil},
		{"another of the same size here", string(content), "UPSTREAM", new(*archive.ConflictError)},
		{"another here", string(content), "other", new(*archive.ConflictError)},
		{"another on the mirror", "UPSTREAM", "", new(*dsc.MismatchError)},
		{"none on the mirror", "", "", new(*archive.MirrorError)},
	} {
		os.Remove(filepath.Join(mirrorDir, path))
		if tt.there != "" {
			writeFile(t, filepath.Join(mirrorDir, filepath.Dir(path)), filepath.Base(path), []byte(tt.there))
		}
		mirror := newHTTP(t, serve(t, mirrorDir).URL, quick())
		dir := t.TempDir()
		if tt.have != "" {
			writeFile(t, dir, filepath.Base(path), []byte(tt.have))
		}
		answer := fmt.Sprintf(`[{"component": "main", "filename": "h/hello/hello_1.orig.tar.gz", "sha256sum": %q}]`, describe("", content).Digest.Hex)
		api := serviceWith(t, map[string]string{"/suites": goodSuites, `/file_in_archive/%25/hello%5C_1.orig%25`: answer})
		c := newClient(t)
		s, err := c.OpenAPI(t.Context(), "sid", api, mirror)
		if err != nil {
			t.Fatal(err)
		}
		files, _, err := s.FindFiles(t.Context(), "hello_1.orig*")
		if err != nil || len(files) != 1 {
			t.Fatalf("FindFiles = %v, %v", files, err)
		}
		err = c.FetchFile(t.Context(), files[0], dir)
		switch {
		case tt.want == nil && err != nil, tt.want != nil && (err == nil || !errors.As(err, tt.want)):
			t.Errorf("%s: %v, want a %T", tt.name, err, tt.want)
		case tt.there == "" && tt.have == "" && !errors.Is(err, fs.ErrNotExist):
			t.Errorf("%s: %v does not match fs.ErrNotExist", tt.name, err)
		}
		got, _ := os.ReadFile(filepath.Join(dir, filepath.Base(path)))
		want := tt.have
		if tt.want == nil {
			want = string(content)
		}
		if string(got) != want {
			t.Errorf("%s: there is %q, want %q", tt.name, got, want)
		}
	}
}
