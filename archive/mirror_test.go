package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
)

// quick makes faults cost little time. The stall time leaves room for a busy machine.
func quick() archive.HTTPOptions {
	return archive.HTTPOptions{
		Timeout:  500 * time.Millisecond,
		Delay:    time.Millisecond,
		MaxDelay: 50 * time.Millisecond,
	}
}

func serve(t *testing.T, dir string) *archivetest.Server {
	t.Helper()
	s, err := archivetest.Serve(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func newHTTP(t *testing.T, url string, opts archive.HTTPOptions) *archive.HTTP {
	t.Helper()
	h, err := archive.NewHTTP(url, opts)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func openDirectory(t testing.TB, dir string) archive.Mirror {
	t.Helper()
	m, err := archive.NewDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func writeFile(t *testing.T, dir, path string, content []byte) {
	t.Helper()
	file := filepath.Join(dir, path)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// readAt returns the content of path from offset on, and where it really starts.
func readAt(m archive.Mirror, path string, offset int64) ([]byte, *archive.Stream, error) {
	s, err := m.Open(context.Background(), path, offset)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	content, err := io.ReadAll(s)
	return content, s, err
}

func TestMirrors(t *testing.T) {
	kinds := map[string]func(t *testing.T, dir string) archive.Mirror{
		"HTTP": func(t *testing.T, dir string) archive.Mirror {
			return newHTTP(t, serve(t, dir).URL, quick())
		},
		"HTTP in a subdirectory": func(t *testing.T, dir string) archive.Mirror {
			parent := t.TempDir()
			if err := os.Rename(dir, filepath.Join(parent, "de bian")); err != nil {
				t.Fatal(err)
			}
			return newHTTP(t, serve(t, parent).URL+"/de%20bian/", quick())
		},
		"Directory": func(t *testing.T, dir string) archive.Mirror { return openDirectory(t, dir) },
		"file URL": func(t *testing.T, dir string) archive.Mirror {
			m, err := archive.OpenMirror("file://"+dir, archive.HTTPOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return m
		},
		"fallback, of which the first has all": func(t *testing.T, dir string) archive.Mirror {
			return archive.WithFallback(openDirectory(t, dir), openDirectory(t, t.TempDir()))
		},
		"fallback, of which the first has nothing": func(t *testing.T, dir string) archive.Mirror {
			return archive.WithFallback(openDirectory(t, t.TempDir()), openDirectory(t, dir))
		},
	}
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) { testMirror(t, open) })
	}
}

// An archive on several disks is held together by links.
func TestDirectoryFollowsLinks(t *testing.T) {
	disk, dir := t.TempDir(), t.TempDir()
	writeFile(t, disk, "main/h/hello.dsc", []byte("hello"))
	if err := os.Symlink(disk, filepath.Join(dir, "pool")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("pool/main/h/hello.dsc", filepath.Join(dir, "file")); err != nil {
		t.Fatal(err)
	}
	m := openDirectory(t, dir)
	for _, path := range []string{"pool/main/h/hello.dsc", "file"} {
		if got, _, err := readAt(m, path, 0); string(got) != "hello" {
			t.Errorf("Open(%q) = %q, %v, want %q", path, got, err, "hello")
		}
	}
}

// testMirror is what every kind of Mirror must pass. open makes one over dir.
func testMirror(t *testing.T, open func(t *testing.T, dir string) archive.Mirror) {
	files := map[string][]byte{
		"small":                     []byte("0123456789"),
		"empty":                     {},
		"pool/main/h/a+b~1%41 ;.gz": []byte("odd name"),
		"dists/sid/InRelease":       bytes.Repeat([]byte("index "), 50000),
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "archive")
	for path, content := range files {
		writeFile(t, dir, path, content)
	}
	writeFile(t, parent, "secret", []byte("secret"))
	if err := os.Symlink("small", filepath.Join(dir, "in")); err != nil {
		t.Fatal(err)
	}
	m := open(t, dir)

	t.Run("offsets", func(t *testing.T) {
		for path, content := range files {
			size := int64(len(content))
			for _, offset := range []int64{0, 1, size / 2, size - 1, size, size + 1, size + 1000} {
				offset = max(offset, 0)
				got, s, err := readAt(m, path, offset)
				if err != nil {
					t.Errorf("Open(%q, %d): %v", path, offset, err)
					continue
				}
				want := offset
				if offset > size {
					want = 0
				}
				if s.Offset != want || s.Size != size || !bytes.Equal(got, content[s.Offset:]) {
					t.Errorf("Open(%q, %d) = %d bytes from %d of %d, want those from %d of %d", path, offset, len(got), s.Offset, s.Size, want, size)
				}
			}
		}
		if got, _, err := readAt(m, "in", 3); err != nil || string(got) != "3456789" {
			t.Errorf(`Open("in", 3) = %q, %v, want "3456789"`, got, err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		for _, path := range []string{"missing", "pool/missing", "small/x"} {
			_, _, err := readAt(m, path, 0)
			var failed *archive.MirrorError
			if !errors.As(err, &failed) || failed.Path != path || !strings.Contains(m.String(), failed.Mirror) {
				t.Errorf("Open(%q) = %v, want a MirrorError about it", path, err)
			}
			if path != "small/x" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Open(%q) = %v, want one that matches fs.ErrNotExist", path, err)
			}
		}
		for _, path := range []string{"", ".", "..", "../secret", "pool/../../secret", "pool/../small", "/small", "small/", "a//b", "./small", "sm\x00all", "small\n", `..\secret`, "pool"} {
			got, _, err := readAt(m, path, 0)
			if err == nil {
				t.Errorf("Open(%q) = %q, want an error", path, got)
			}
		}
		if _, _, err := readAt(m, "small", -1); err == nil {
			t.Error(`Open("small", -1) = nil, want an error`)
		}
	})
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		s, err := m.Open(ctx, "dists/sid/InRelease", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		cancel()
		if _, err := io.Copy(io.Discard, s); !errors.Is(err, context.Canceled) {
			t.Errorf("reading after cancel = %v, want context.Canceled", err)
		}
		if _, err := m.Open(ctx, "small", 0); !errors.Is(err, context.Canceled) {
			t.Errorf("Open after cancel = %v, want context.Canceled", err)
		}
	})
	t.Run("closed", func(t *testing.T) {
		s, err := m.Open(context.Background(), "small", 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
		if n, err := s.Read(make([]byte, 1)); n != 0 || err == nil || err == io.EOF {
			t.Errorf("Read after Close = %d, %v, want an error", n, err)
		}
	})
	t.Run("many at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for path, content := range files {
					if got, _, err := readAt(m, path, 0); err != nil || !bytes.Equal(got, content) {
						t.Errorf("Open(%q) = %d bytes, %v, want %d bytes", path, len(got), err, len(content))
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestPlacesAtSuite(t *testing.T) {
	keyring := filepath.Join(t.TempDir(), "keys.gpg")
	if err := os.WriteFile(keyring, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for suite, ok := range map[string]bool{
		"sid": true, "stretch/updates": true, "xenial-updates:queens": true,
		"": false, ".": false, "/": false, "sid/": false, "/sid": false, "a/../b": false, "a//b": false, "-x": false, "a b": false, "a\x1b": false,
	} {
		_, err := archive.PlacesAt(t.TempDir(), suite, []string{keyring})
		if (err == nil) != ok {
			t.Errorf("PlacesAt(%q): %v, want an error: %v", suite, err, !ok)
		}
	}
}

func TestOpenMirror(t *testing.T) {
	dir := t.TempDir()
	tests := []struct{ place, want string }{
		{dir, dir},
		{"file:" + dir, dir},
		{"copy://" + dir, dir},
		{"http://user:secret@mirror.example.org/debian", "http://mirror.example.org/debian"},
		{"HTTPS://mirror.example.org", "https://mirror.example.org"},
	}
	for _, tt := range tests {
		m, err := archive.OpenMirror(tt.place, archive.HTTPOptions{})
		if err != nil || m.String() != tt.want {
			t.Errorf("OpenMirror(%q) = %v, %v, want %s", tt.place, m, err, tt.want)
		}
	}
	for _, place := range []string{
		"", dir + "/missing", "file:" + dir + "/missing", "tor+http://mirror.example.org/debian", "ftp://mirror.example.org/",
		"http:///debian", "http:debian", "http://mirror.example.org/?x=secret", "http://user:secret@mirror example.org/",
	} {
		if m, err := archive.OpenMirror(place, archive.HTTPOptions{}); err == nil {
			t.Errorf("OpenMirror(%q) = %v, want an error", place, m)
		} else if place != "" && strings.Contains(err.Error(), "user:secret") {
			t.Errorf("OpenMirror(%q) tells the password: %v", place, err)
		}
	}
}

func TestDirectoryFaults(t *testing.T) {
	dir := t.TempDir()
	big := bytes.Repeat([]byte("x"), 100)
	m, err := archive.NewDirectory(dir)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "file", big)
	tests := []struct {
		name   string
		change func(file string) error
		want   error
	}{
		{"cut", func(file string) error { return os.Truncate(file, 50) }, io.ErrUnexpectedEOF},
		{"longer", func(file string) error { return os.Truncate(file, 150) }, archive.ErrChanged},
		{"replaced", os.Remove, nil}, // the old one stays readable
	}
	for _, tt := range tests {
		writeFile(t, dir, "file", big)
		s, err := m.Open(context.Background(), "file", 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(s, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		if err := tt.change(filepath.Join(dir, "file")); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(s)
		if !errors.Is(err, tt.want) || tt.want == nil && (err != nil || len(rest) != 90) {
			t.Errorf("%s: read %d bytes, %v, want %v", tt.name, len(rest), err, tt.want)
		}
		s.Close()
	}
}
