package archive_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

func snapshotOf(t *testing.T, uploads ...string) (*archivetest.Snapshot, *archive.HTTP) {
	t.Helper()
	keep := archivetest.NewSnapshot()
	for i, path := range uploads {
		seen := time.Date(2020, 1, 1+i, 3, 0, 0, 0, time.UTC)
		if err := keep.Add(archivetest.Upload{Dsc: path}, seen); err != nil {
			t.Fatal(err)
		}
	}
	s := httptest.NewServer(keep)
	t.Cleanup(s.Close)
	return keep, newHTTP(t, s.URL, quick())
}

func TestSnapshot(t *testing.T) {
	_, service := snapshotOf(t, writePackage(t, "hello", "2.9-1"), writePackage(t, "hello", "2.10-1"), writePackage(t, "hello", "1:1.0~rc1"), writePackage(t, "other", "1"))
	c := newClient(t)
	s := c.OpenSnapshot(service)
	versions, err := s.Versions(t.Context(), "hello")
	if got, want := fmt.Sprint(versions), "[1:1.0~rc1 2.10-1 2.9-1]"; err != nil || got != want {
		t.Fatalf("Versions(hello) = %s, %v, want %s", got, err, want)
	}
	for i, v := range versions {
		id := dsc.ID{Package: "hello", Version: v}
		u, err := s.Find(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if want := time.Date(2020, 1, 3-i, 3, 0, 0, 0, time.UTC); !u.Date().Equal(want) {
			t.Errorf("%v: Date() = %v, want %v", id, u.Date(), want)
		}
		if u.Component() != "main" || u.Directory() != "pool/main/h/hello" {
			t.Errorf("%v: in component %q, directory %q, want main, pool/main/h/hello", id, u.Component(), u.Directory())
		}
		p, err := c.Fetch(t.Context(), u, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if p.Source().ID != id {
			t.Errorf("fetched %v, want %v", p.Source().ID, id)
		}
		p.Close()
	}
	for _, pkg := range []string{"hell", "", "../hello", "a b"} {
		unknown := &archive.UnknownPackageError{}
		if _, err := s.Versions(t.Context(), pkg); !errors.As(err, &unknown) || unknown.Package != pkg {
			t.Errorf("Versions(%q): %v, want an UnknownPackageError about it", pkg, err)
		}
	}
	_, err = s.Find(t.Context(), dsc.ID{Package: "hello", Version: "3"})
	if !errors.As(err, new(*archive.NoDscError)) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Find(hello 3): %v, want a NoDscError", err)
	}
}

// TestSnapshotTwoFiles has a tarball of one name and size twice: the .dsc decides. Which is
// seen first does not tell, as here.
func TestSnapshotTwoFiles(t *testing.T) {
	write := func(content string) string {
		p := &dsctest.Package{
			Format: "3.0 (native)", Source: "hello", Version: "1.0",
			Files: []dsctest.File{{Name: "hello_1.0.tar", Entries: []dsctest.Entry{{Name: "hello/"}, {Name: "hello/README", Content: content}}}},
		}
		path, err := p.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, contents := range [][2]string{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}, {"i", "j"}} {
		keep := archivetest.NewSnapshot()
		for _, c := range contents {
			if err := keep.Add(archivetest.Upload{Dsc: write(c)}, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
		}
		server := httptest.NewServer(keep)
		t.Cleanup(server.Close)
		c := newClient(t)
		u, err := c.OpenSnapshot(newHTTP(t, server.URL, quick())).Find(t.Context(), dsc.ID{Package: "hello", Version: "1.0"})
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.Fetch(t.Context(), u, t.TempDir())
		if err != nil {
			t.Errorf("%q: %v", contents, err)
			continue
		}
		p.Close()
	}
}

// TestSnapshotAnswers gives answers that break the rules of the service.
func TestSnapshotAnswers(t *testing.T) {
	const sha1 = "0123456789abcdef0123456789abcdef01234567"
	info := func(hash, fields string) string { return `{"fileinfo": {"` + hash + `": [{` + fields + `}]}}` }
	for name, tt := range map[string]struct {
		answer string
		want   any // nil: no error
	}{
		"sound":        {info(sha1, `"name": "hello_1.dsc", "size": 3, "path": "/pool/main/h/hello", "first_seen": "20200101T000000Z"`), nil},
		"no path":      {info(sha1, `"name": "hello_1.dsc", "size": 3, "first_seen": "20200101T000000Z"`), nil},
		"no .dsc":      {info(sha1, `"name": "hello_1.tar.xz", "size": 3, "first_seen": "20200101T000000Z"`), new(*archive.NoDscError)},
		"no files":     {`{"fileinfo": {}}`, new(*archive.NoDscError)},
		"no JSON":      {"oops", new(*archive.MirrorError)},
		"no digest":    {info("../../etc", `"name": "hello_1.dsc", "size": 3, "first_seen": "20200101T000000Z"`), new(*archive.MirrorError)},
		"path as name": {info(sha1, `"name": "../hello_1.dsc", "size": 3, "first_seen": "20200101T000000Z"`), new(*archive.MirrorError)},
		"no size":      {info(sha1, `"name": "hello_1.dsc", "size": -1, "first_seen": "20200101T000000Z"`), new(*archive.MirrorError)},
		"no date":      {info(sha1, `"name": "hello_1.dsc", "size": 3, "first_seen": "yesterday"`), new(*archive.MirrorError)},
	} {
		service := serviceWith(t, map[string]string{"/mr/package/hello/1/srcfiles?fileinfo=1": tt.answer})
		_, err := newClient(t).OpenSnapshot(service).Find(t.Context(), dsc.ID{Package: "hello", Version: "1"})
		if tt.want == nil && err != nil || tt.want != nil && !errors.As(err, tt.want) {
			t.Errorf("%s: %v, want %T", name, err, tt.want)
		}
	}
}

// TestSnapshotQuestions asks about a version with characters that an URL would read
// otherwise.
func TestSnapshotQuestions(t *testing.T) {
	keep, service := snapshotOf(t, writePackage(t, "g++", "1:1.0+b~1"))
	id := dsc.ID{Package: "g++", Version: "1:1.0+b~1"}
	if _, err := newClient(t).OpenSnapshot(service).Find(t.Context(), id); err != nil {
		t.Errorf("Find: %v", err)
	}
	if got, want := strings.Join(keep.Requests(), " "), "/mr/package/g++/1:1.0+b~1/srcfiles?fileinfo=1"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}

// TestSnapshotSize has the service say that a .dsc is larger than any is.
func TestSnapshotSize(t *testing.T) {
	const sha1 = "0123456789abcdef0123456789abcdef01234567"
	service := serviceWith(t, map[string]string{
		"/mr/package/hello/1/srcfiles?fileinfo=1": `{"fileinfo": {"` + sha1 + `": [{"name": "hello_1.dsc", "size": 1000000000000, "first_seen": "20200101T000000Z"}]}}`,
		"/file/" + sha1: "text",
	})
	c := newClient(t)
	u, err := c.OpenSnapshot(service).Find(t.Context(), dsc.ID{Package: "hello", Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.FetchDsc(t.Context(), u, t.TempDir()); !errors.As(err, new(*dsc.LimitError)) {
		t.Errorf("FetchDsc of a .dsc of a terabyte: %v, want a LimitError", err)
	}
}
