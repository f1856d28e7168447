package archive_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
)

// describe returns what a signed list would say about content.
func describe(name string, content []byte) dsc.File {
	sum := sha256.Sum256(content)
	return dsc.File{Name: name, Size: int64(len(content)), Digest: dsc.Digest{Algorithm: dsc.SHA256, Hex: hex.EncodeToString(sum[:])}, ListedIn: "Sources"}
}

// A downloadTest is a served file and a place to put it.
type downloadTest struct {
	*archivetest.Server
	content  []byte
	transfer archive.Transfer
}

func newDownloadTest(t *testing.T, content []byte) *downloadTest {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, dir, "file", content)
	return &downloadTest{serve(t, dir), content, archive.Transfer{Path: "file", File: describe("file", content), Dest: filepath.Join(t.TempDir(), "file")}}
}

// run downloads without any retry within a stream.
func (d *downloadTest) run(t *testing.T) error {
	t.Helper()
	opts := quick()
	opts.Retries = -1
	return archive.Download(context.Background(), newHTTP(t, d.URL, opts), []archive.Transfer{d.transfer}, archive.DownloadOptions{})
}

// check wants the whole file in its place and nothing beside it.
func (d *downloadTest) check(t *testing.T) {
	t.Helper()
	got, err := os.ReadFile(d.transfer.Dest)
	if err != nil || !bytes.Equal(got, d.content) {
		t.Errorf("%s has %q, %v, want %q", d.transfer.Dest, got, err, d.content)
	}
	d.checkTmp(t, nil)
}

// checkTmp wants content in the .tmp file; nil: no such file.
func (d *downloadTest) checkTmp(t *testing.T, content []byte) {
	t.Helper()
	got, err := os.ReadFile(d.transfer.Dest + ".tmp")
	if content == nil && errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil || content == nil || !bytes.Equal(got, content) {
		t.Errorf("the .tmp file has %q, %v, want %q", got, err, content)
	}
}

func TestDownload(t *testing.T) {
	for _, content := range []string{"", "x", text} {
		d := newDownloadTest(t, []byte(content))
		for range 2 { // the second run finds it there
			if err := d.run(t); err != nil {
				t.Errorf("%d bytes: %v", len(content), err)
			}
			d.check(t)
		}
		if n := len(d.Requests("")); n > 1 {
			t.Errorf("%d bytes: %d requests, want 1", len(content), n)
		}
	}
}

func TestDownloadResumesAtEveryByte(t *testing.T) {
	for n := range int64(len(text)) {
		d := newDownloadTest(t, []byte(text))
		d.Fail("file", 1, archivetest.Cut(n))
		if err := d.run(t); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("cut after %d bytes: %v, want io.ErrUnexpectedEOF", n, err)
		}
		if n > 0 {
			d.checkTmp(t, []byte(text)[:n])
		} else if _, err := os.Stat(d.transfer.Dest + ".tmp"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("cut before the first byte: Stat(.tmp) = %v, want fs.ErrNotExist", err)
		}
		if _, err := os.Stat(d.transfer.Dest); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("cut after %d bytes: Stat(Dest) = %v, want fs.ErrNotExist", n, err)
		}
		if err := d.run(t); err != nil {
			t.Errorf("second run after %d bytes: %v", n, err)
		}
		d.check(t)
		if rs := d.Requests("file"); len(rs) != 2 || (rs[1].Range == "") != (n == 0) {
			t.Errorf("cut after %d bytes: requests %+v, want a second one for the rest", n, rs)
		}
	}
}

func TestDownloadUsesTmp(t *testing.T) {
	other := bytes.Repeat([]byte("?"), len(text))
	tests := []struct {
		name  string
		tmp   []byte
		fault archivetest.Fault
		asked int
	}{
		{"all of it", []byte(text), nil, 0},
		{"wrong start", other[:10], nil, 2},
		{"wrong whole", other, nil, 1},
		{"too long", append(other, '?'), nil, 1},
		{"no ranges", []byte(text)[:10], archivetest.NoRange(), 1},
		{"server error while resuming", []byte(text)[:10], archivetest.Status(500), 2},
	}
	for _, tt := range tests {
		d := newDownloadTest(t, []byte(text))
		if tt.fault != nil {
			d.Fail("file", 1, tt.fault)
		}
		if err := os.WriteFile(d.transfer.Dest+".tmp", tt.tmp, 0o644); err != nil {
			t.Fatal(err)
		}
		err := d.run(t)
		if err != nil { // the fault was one that ends a run
			err = d.run(t)
		}
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		d.check(t)
		if n := len(d.Requests("")); n != tt.asked {
			t.Errorf("%s: %d requests, want %d", tt.name, n, tt.asked)
		}
	}
}

func TestDownloadMismatch(t *testing.T) {
	tests := []struct {
		name     string
		fault    archivetest.Fault // nil: none
		replaced string            // what the mirror has instead; "": nothing else
		tmp      string
		property string
	}{
		{"page", archivetest.HTML(), "", "", "size"},
		{"page instead of the rest", archivetest.HTML(), "", text[:10], "size"},
		{"too short a length", archivetest.WrongLength(5), "", "", "size"},
		{"longer file", nil, text + "!", text[:10], "size"},
		{"same size", nil, strings.Repeat("?", len(text)), text[:10], "SHA256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDownloadTest(t, []byte(text))
			if tt.fault != nil {
				d.Fail("file", -1, tt.fault)
			}
			if tt.replaced != "" {
				d.Replace("file", []byte(tt.replaced))
			}
			if err := os.WriteFile(d.transfer.Dest+".tmp", []byte(tt.tmp), 0o644); err != nil {
				t.Fatal(err)
			}
			err := d.run(t)
			var mismatch *dsc.MismatchError
			if !errors.As(err, &mismatch) || mismatch.Property != tt.property || mismatch.ListedIn != "Sources" {
				t.Errorf("got %v, want a MismatchError about the %s", err, tt.property)
			}
			d.checkTmp(t, nil)
			if _, err := os.Stat(d.transfer.Dest); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Stat(Dest) = %v, want fs.ErrNotExist", err)
			}
		})
	}
}

// A file that changes on the mirror while it is read is read again, once.
func TestDownloadChanged(t *testing.T) {
	d := newDownloadTest(t, []byte(text))
	d.Fail("file", 1, archivetest.Change(10, []byte(text)))
	m := newHTTP(t, d.URL, quick())
	if err := archive.Download(context.Background(), m, []archive.Transfer{d.transfer}, archive.DownloadOptions{}); err != nil {
		t.Error(err)
	}
	d.check(t)
}

func TestDownloadConflict(t *testing.T) {
	makers := map[string]func(dest string) error{
		"other content": func(dest string) error { return os.WriteFile(dest, []byte("mine"), 0o600) },
		"directory":     func(dest string) error { return os.Mkdir(dest, 0o755) },
		"dangling link": func(dest string) error { return os.Symlink("nowhere", dest) },
	}
	for name, make := range makers {
		d := newDownloadTest(t, []byte(text))
		if err := make(d.transfer.Dest); err != nil {
			t.Fatal(err)
		}
		before, _ := os.Lstat(d.transfer.Dest)
		err := d.run(t)
		var conflict *archive.ConflictError
		if !errors.As(err, &conflict) || conflict.Dest != d.transfer.Dest {
			t.Errorf("%s: got %v, want a ConflictError", name, err)
		}
		after, err := os.Lstat(d.transfer.Dest)
		if err != nil || !os.SameFile(before, after) || after.ModTime() != before.ModTime() {
			t.Errorf("%s: the file was touched", name)
		}
		if n := len(d.Requests("")); n != 0 {
			t.Errorf("%s: %d requests, want none", name, n)
		}
	}
}

// A .tmp file that is a link could be somebody's trick to have a file overwritten.
func TestDownloadLinkedTmp(t *testing.T) {
	d := newDownloadTest(t, []byte(text))
	victim := filepath.Join(t.TempDir(), "victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, d.transfer.Dest+".tmp"); err != nil {
		t.Fatal(err)
	}
	if err := d.run(t); err == nil {
		t.Error("no error")
	}
	if got, err := os.ReadFile(victim); err != nil || string(got) != "precious" {
		t.Errorf("victim has %q, %v, want it untouched", got, err)
	}
}

// A run that was killed after linking leaves both names; the next one tidies up.
func TestDownloadTidiesUp(t *testing.T) {
	d := newDownloadTest(t, []byte(text))
	if err := os.WriteFile(d.transfer.Dest+".tmp", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(d.transfer.Dest+".tmp", d.transfer.Dest); err != nil {
		t.Fatal(err)
	}
	if err := d.run(t); err != nil {
		t.Error(err)
	}
	d.check(t)
}

func TestDownloadSameFileAtOnce(t *testing.T) {
	content := make([]byte, 3<<20)
	rand.NewChaCha8([32]byte{1}).Read(content)
	d := newDownloadTest(t, content)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if err := d.run(t); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	d.check(t)
	if n := len(d.Requests("")); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestDownloadWaitsUntilCancelled(t *testing.T) {
	d := newDownloadTest(t, []byte(text))
	d.Fail("file", 1, archivetest.Stall(5))
	first, cancelFirst := context.WithCancel(context.Background())
	slow := newHTTP(t, d.URL, archive.HTTPOptions{Timeout: time.Minute})
	done := make(chan error)
	go func() {
		done <- archive.Download(first, slow, []archive.Transfer{d.transfer}, archive.DownloadOptions{})
	}()
	for start := time.Now(); len(d.Requests("")) == 0 && time.Since(start) < 10*time.Second; {
		time.Sleep(time.Millisecond)
	}
	second, cancelSecond := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancelSecond()
	if err := archive.Download(second, slow, []archive.Transfer{d.transfer}, archive.DownloadOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("second run: %v, want context.DeadlineExceeded", err)
	}
	cancelFirst()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("first run: %v, want context.Canceled", err)
	}
	if err := d.run(t); err != nil {
		t.Error(err)
	}
	d.check(t)
}

func TestDownloadManyWithError(t *testing.T) {
	dir, dest := t.TempDir(), t.TempDir()
	var transfers []archive.Transfer
	for _, name := range []string{"a", "slow", "missing", "b", "c", "d", "e", "f"} {
		if name != "missing" {
			writeFile(t, dir, name, []byte(text))
		}
		transfers = append(transfers, archive.Transfer{Path: name, File: describe(name, []byte(text)), Dest: filepath.Join(dest, name)})
	}
	s := serve(t, dir)
	s.Fail("slow", -1, archivetest.Stall(7))
	s.Fail("missing", -1, func(_ *archivetest.Server, w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil { // until the 7 bytes are there
			if info, err := os.Stat(filepath.Join(dest, "slow.tmp")); err == nil && info.Size() == 7 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		http.NotFound(w, r)
	})
	opts := quick()
	opts.Timeout = time.Minute
	start := time.Now()
	err := archive.Download(context.Background(), newHTTP(t, s.URL, opts), transfers, archive.DownloadOptions{Parallel: 2})
	var failed *archive.MirrorError
	if !errors.As(err, &failed) || failed.Path != "missing" || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that missing is missing", err)
	}
	if time.Since(start) > 30*time.Second {
		t.Error("the first error did not end the stalled transfer")
	}
	if got, err := os.ReadFile(filepath.Join(dest, "slow.tmp")); err != nil || string(got) != text[:7] {
		t.Errorf("slow.tmp has %q, %v, want what came", got, err)
	}
}

func TestDownloadProgress(t *testing.T) {
	dir, dest := t.TempDir(), t.TempDir()
	var transfers []archive.Transfer
	for _, name := range []string{"a", "b", "c"} {
		writeFile(t, dir, name, []byte(text))
		transfers = append(transfers, archive.Transfer{Path: name, File: describe(name, []byte(text)), Dest: filepath.Join(dest, name)})
	}
	writeFile(t, dest, "a", []byte(text))
	writeFile(t, dest, "b.tmp", []byte(text[:9]))
	s := serve(t, dir)
	var seen []int64
	want := int64(3 * len(text))
	opts := archive.DownloadOptions{Progress: func(phase string, done, total int64) {
		if phase != "download" || total != want || done > total {
			t.Errorf("Progress(%q, %d, %d), want download, at most %d, %d", phase, done, total, want, want)
		}
		seen = append(seen, done)
	}}
	if err := archive.Download(context.Background(), newHTTP(t, s.URL, quick()), transfers, opts); err != nil {
		t.Fatal(err)
	}
	if len(seen) == 0 || seen[0] != 0 || seen[len(seen)-1] != want {
		t.Errorf("progress was %v, want from 0 to %d", seen, want)
	}
}

func TestDownloadRefusesOneDestTwice(t *testing.T) {
	d := newDownloadTest(t, []byte(text))
	m := newHTTP(t, d.URL, quick())
	if err := archive.Download(context.Background(), m, []archive.Transfer{d.transfer, d.transfer}, archive.DownloadOptions{}); err == nil {
		t.Error("no error")
	}
	if err := archive.Download(context.Background(), m, nil, archive.DownloadOptions{}); err != nil {
		t.Errorf("nothing to do: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := archive.Download(ctx, m, []archive.Transfer{d.transfer}, archive.DownloadOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, want context.Canceled", err)
	}
}

// From a directory, too, and into a directory that is not there.
func TestDownloadFromDirectory(t *testing.T) {
	dir, dest := t.TempDir(), t.TempDir()
	writeFile(t, dir, "file", []byte(text))
	writeFile(t, dest, "file.tmp", []byte(text[:5]))
	m, err := archive.NewDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	transfer := archive.Transfer{Path: "file", File: describe("file", []byte(text)), Dest: filepath.Join(dest, "file")}
	if err := archive.Download(context.Background(), m, []archive.Transfer{transfer}, archive.DownloadOptions{}); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(transfer.Dest); err != nil || string(got) != text {
		t.Errorf("got %q, %v", got, err)
	}
	transfer.Dest = filepath.Join(dest, "none", "file")
	if err := archive.Download(context.Background(), m, []archive.Transfer{transfer}, archive.DownloadOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such directory: %v, want fs.ErrNotExist", err)
	}
}
