package archive_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"debgit/archive"
	"debgit/dsc"
)

func TestOpenDsc(t *testing.T) {
	path := writePackage(t, "g++", "1:1.0")
	dir := filepath.Dir(path)
	writeFile(t, dir, "bad.dsc", []byte("no .dsc\n"))
	server := serve(t, dir)
	want := dsc.ID{Package: "g++", Version: "1:1.0"}
	for _, place := range []string{path, "file://" + path, server.URL + "/g++_1.0.dsc", server.URL + "/g%2B%2B_1.0.dsc"} {
		c := newClient(t)
		u, err := c.OpenDsc(t.Context(), place, quick())
		if err != nil {
			t.Errorf("OpenDsc(%s): %v", place, err)
			continue
		}
		to := t.TempDir()
		p, err := c.Fetch(t.Context(), u, to)
		if err != nil || u.ID() != want || p.Source().ID != want {
			t.Errorf("OpenDsc(%s) is %v; Fetch: %v", place, u.ID(), err)
			continue
		}
		p.Close()
		for _, name := range []string{"g++_1.0.dsc", "g++_1.0.tar.xz"} {
			if _, err := os.Stat(filepath.Join(to, name)); err != nil {
				t.Error(err)
			}
		}
	}
	if n := len(server.Requests("g++_1.0.dsc")); n != 2 {
		t.Errorf("the .dsc was asked for %d times, want once for each of 2 places", n)
	}
	// Where the files are already.
	c := newClient(t)
	u, err := c.OpenDsc(t.Context(), path, quick())
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Fetch(t.Context(), u, dir)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	for place, want := range map[string]any{
		filepath.Join(dir, "bad.dsc"):     new(*dsc.SyntaxError),
		filepath.Join(dir, "g++.tar"):     new(*archive.PlaceError),
		"ftp://x.example.org/g++_1.0.dsc": new(*archive.PlaceError),
		server.URL + "/..%2fx.dsc":        new(*archive.PlaceError),
		server.URL + "/missing.dsc":       new(*archive.MirrorError),
	} {
		if _, err := newClient(t).OpenDsc(t.Context(), place, quick()); !errors.As(err, want) {
			t.Errorf("OpenDsc(%s): %v, want a %T", place, err, want)
		}
	}
	if _, err := newClient(t).OpenDsc(t.Context(), filepath.Join(dir, "missing.dsc"), quick()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenDsc of a file that is not there: %v, want one that matches fs.ErrNotExist", err)
	}
}
