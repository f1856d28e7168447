package history

import (
	"context"
	"errors"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"debgit/archive/archivetest"
	"debgit/dsc"

	"github.com/google/go-cmp/cmp"
)

func versionsOf(uploads []Upload) []dsc.Version {
	var versions []dsc.Version
	for _, u := range uploads {
		versions = append(versions, u.ID.Version)
	}
	return versions
}

func TestUploadsWanted(t *testing.T) {
	tests := []struct {
		which string
		want  []dsc.Version
		gone  []dsc.Version
	}{
		{"1", []dsc.Version{"1.2-1"}, nil},
		{"3", []dsc.Version{"1.2-1", "1.1-1~bpo1", "1.1-1"}, nil},
		{"9", []dsc.Version{"1.2-1", "1.1-1~bpo1", "1.1-1", "1.0-1+deb1u1", "1.0-1"}, []dsc.Version{"1.0-2"}},
		{"since:1.0-2", []dsc.Version{"1.2-1", "1.1-1~bpo1", "1.1-1"}, []dsc.Version{"1.0-2"}},
		{"since:0", []dsc.Version{"1.2-1", "1.1-1~bpo1", "1.1-1", "1.0-1+deb1u1", "1.0-1"}, []dsc.Version{"1.0-2"}},
	}
	l := newUploadLab(t)
	suites := slices.DeleteFunc(publishChimes(l), func(s string) bool { return s == "trixie" })
	for _, tt := range tests {
		l.repo = newRepo(t)
		h := l.mustFetch(tt.which, suites...)
		if diff := cmp.Diff(tt.want, versionsOf(h.Uploads)); diff != "" {
			t.Errorf("uploads %s -want +got:\n%s", tt.which, diff)
		}
		if diff := cmp.Diff(tt.gone, h.Gone); diff != "" {
			t.Errorf("uploads %s: gone -want +got:\n%s", tt.which, diff)
		}
	}
	l.repo = newRepo(t)
	_, err := l.fetch("since:2", suites...)
	var none *NoneSelectedError
	if !errors.As(err, &none) || none.Newest != "1.2-1" {
		t.Errorf("uploads since:2: error %v, want a %T", err, none)
	}
	if refs := l.git("for-each-ref"); refs != nil {
		t.Errorf("refs after the refusal: %v", refs)
	}
}

// What was imported before a failure stays, is not downloaded again, and shows nothing yet.
func TestUploadsInterrupted(t *testing.T) {
	l := newUploadLab(t)
	suites := publishChimes(l)
	server, err := archivetest.Serve(l.archive.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l.mirror = server.URL
	const first, last = "pool/main/c/chime/chime_1.2-1.debian.tar.gz", "pool/main/c/chime/chime_1.0-1.debian.tar.gz"
	server.Fail(last, -1, archivetest.Status(403))
	_, err = l.fetch("all", suites...)
	if err == nil {
		t.Fatal("no error although the mirror refuses a file")
	}
	if got := len(l.git("for-each-ref", "refs/debgit/dsc")); got != len(chimes)-1 {
		t.Errorf("%d imports are there, want %d", got, len(chimes)-1)
	}
	if refs := l.git("for-each-ref", "refs/heads", "refs/tags", "refs/debgit/uploads", "refs/debgit/upload-index"); refs != nil {
		t.Errorf("refs of the history are there already: %v", refs)
	}
	l.git("fsck", "--connectivity-only")

	again, err := archivetest.Serve(l.archive.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	l.mirror = again.URL
	h := l.mustFetch("all", suites...)
	if h.Imported != 1 || len(h.Uploads) != len(chimes) {
		t.Errorf("%d imported and %d there, want 1 and %d", h.Imported, len(h.Uploads), len(chimes))
	}
	if n := len(again.Requests(first)); n != 0 {
		t.Errorf("%s was downloaded again", first)
	}
	if _, err := os.Stat(filepath.Join(l.repo.CommonDir(), "debgit", "uploads")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("downloads are left over: %v", err)
	}
}

// A tarball that several uploads have is downloaded once.
func TestUploadsShareTarballs(t *testing.T) {
	l := newUploadLab(t)
	suites := publishChimes(l)
	server, err := archivetest.Serve(l.archive.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l.mirror = server.URL
	l.mustFetch("all", suites...)
	for _, upstream := range []string{"1.0", "1.1", "1.2"} {
		path := "pool/main/c/chime/chime_" + upstream + ".orig.tar.gz"
		if n := len(server.Requests(path)); n != 1 {
			t.Errorf("%d requests for %s, want 1", n, path)
		}
	}
}

// An upload that cannot be had does not keep the others away.
func TestUploadsMissing(t *testing.T) {
	l := newUploadLab(t)
	suites := publishChimes(l)
	pool := filepath.Join(l.archive.Dir, "pool/main/c/chime")
	if err := os.Remove(filepath.Join(pool, "chime_1.0-2.debian.tar.gz")); err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(pool, "chime_1.1-1.debian.tar.gz")
	data, err := os.ReadFile(damaged)
	if err != nil {
		t.Fatal(err)
	}
	data[20] ^= 1
	if err := os.WriteFile(damaged, data, 0o666); err != nil {
		t.Fatal(err)
	}
	h, err := l.fetch("all", suites...)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range h.Missing {
		got = append(got, string(m.ID.Version)+" of "+strings.Join(m.Suites, " "))
	}
	if diff := cmp.Diff([]string{"1.1-1 of forky", "1.0-2 of trixie"}, got); diff != "" {
		t.Fatalf("missing -want +got:\n%s", diff)
	}
	if h.Missing[0].IsGone() || !h.Missing[1].IsGone() {
		t.Errorf("missing: %v and %v", h.Missing[0].Err, h.Missing[1].Err)
	}
	var differs *dsc.MismatchError
	if !errors.As(h.Err(), &differs) {
		t.Errorf("Err() = %v, want a %T", h.Err(), differs)
	}
	if want := []dsc.Version{"1.2-1", "1.1-1~bpo1", "1.0-1+deb1u1", "1.0-1"}; !slices.Equal(versionsOf(h.Uploads), want) {
		t.Errorf("uploads %v, want %v", versionsOf(h.Uploads), want)
	}
}

// What git cannot hold of an upload is said.
func TestUploadsOdd(t *testing.T) {
	l := newUploadLab(t)
	odd := chimes[3]
	odd.odd = true
	l.publish("forky", odd)
	l.publish("bookworm", chimes[0])
	if h := l.mustFetch("all", "forky", "bookworm"); !slices.Equal(h.Odd, []dsc.Version{dsc.Version(odd.version)}) {
		t.Errorf("odd: %v, want %v", h.Odd, odd.version)
	}
}

// Where nothing tells the digests of .dsc files, uploads are known by their versions.
func TestUploadsWithoutDigests(t *testing.T) {
	l := newUploadLab(t)
	keep := archivetest.NewSnapshot()
	for i, c := range chimes {
		path, err := c.source().Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if err := keep.Add(archivetest.Upload{Dsc: path}, time.Date(2025, 4, i+1, 0, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(keep)
	defer server.Close()
	l.past = server.URL
	l.publish("sid", chimes[5])
	if h := l.mustFetch("2", "sid"); h.Imported != 2 || len(h.Unverified) != 1 {
		t.Errorf("%d imported, %d of them unverified, want 2 and 1", h.Imported, len(h.Unverified))
	}
	if h := l.mustFetch("all", "sid"); h.Imported != len(chimes)-2 || len(h.Uploads) != len(chimes) || len(h.Gone) != 0 {
		t.Errorf("%d imported, %d there, gone %v, want %d and %d", h.Imported, len(h.Uploads), h.Gone, len(chimes)-2, len(chimes))
	}
	before := len(keep.Requests())
	if h := l.mustFetch("all", "sid"); h.Imported != 0 || len(keep.Requests()) != before+1 {
		t.Errorf("with nothing new: %d imported, %d requests", h.Imported, len(keep.Requests())-before)
	}
}

func TestUploadsOfAnotherPackage(t *testing.T) {
	l := newUploadLab(t)
	l.publish("sid", chimes[0])
	l.mustFetch("all", "sid")
	_, err := fetchUploads(t.Context(), l.repo, nil, uploadOptions{pkg: "gong"})
	var other *OtherHistoryError
	if !errors.As(err, &other) || other.Is != "chime" {
		t.Errorf("error %v, want a %T", err, other)
	}
}

// Two processes do not fetch uploads into one repository at a time.
func TestUploadsBusy(t *testing.T) {
	l := newUploadLab(t)
	l.publish("sid", chimes[0])
	dir := filepath.Join(l.repo.CommonDir(), "debgit", "uploads")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.fetch("all", "sid")
	var busy *BusyError
	if !errors.As(err, &busy) {
		t.Errorf("error %v, want a %T", err, busy)
	}
	lock.Close()
	l.mustFetch("all", "sid")
}

func TestUploadsCancelled(t *testing.T) {
	l := newUploadLab(t)
	suites := publishChimes(l)
	ctx, cancel := context.WithCancel(t.Context())
	l.ctx = ctx
	l.progress = func(phase string, done, total int64) {
		if phase == "import uploads" && done == 3 {
			cancel()
		}
	}
	if _, err := l.fetch("all", suites...); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want %v", err, context.Canceled)
	}
	if got := len(l.git("for-each-ref", "refs/debgit/dsc")); got != 3 {
		t.Errorf("%d imports are there, want 3", got)
	}
	l.ctx, l.progress = t.Context(), nil
	if h := l.mustFetch("all", suites...); h.Imported != len(chimes)-3 {
		t.Errorf("%d imported, want %d", h.Imported, len(chimes)-3)
	}
}

// TestUploads has a repository with imports of which some are in no upload history.
func TestUploads(t *testing.T) {
	l := newUploadLab(t)
	l.publish("sid", chimes[5])
	l.publish("bookworm", chimes[0])
	l.mustFetch("all", "sid", "bookworm")
	path, err := chimes[3].source().Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	importSmall(t, l.repo, path, "local")
	l.git("update-ref", TrackingRef("forky"), "local")
	l.git("update-ref", TrackingRef("sid"), "upload/1.0-1") // as it was long ago
	uploads, err := Uploads(t.Context(), l.repo)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range uploads {
		got = append(got, strings.Join([]string{u.ID.String(), u.Name, strings.Join(u.Suites, ","), u.Author, u.Date.Format("2006-01-02")}, "|"))
	}
	want := []string{
		"chime 1.2-1|1.2-1|sid|Chi Mer <chi@example.org>|2025-03-06",
		"chime 1.1-1||forky|Chi Mer <chi@example.org>|2025-03-04",
		"chime 1.0-1|1.0-1|bookworm|Chi Mer <chi@example.org>|2025-03-01",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Uploads -want +got:\n%s", diff)
	}
	if uploads[0].Parents[0] != uploads[2].Commit || !uploads[1].Commit.IsZero() {
		t.Errorf("commits and parents of %v are wrong", uploads)
	}
}
