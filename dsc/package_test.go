package dsc_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

const helloTar = "hello_1.0.tar.gz"

// writeHello writes a small source package and returns its directory.
func writeHello(t *testing.T) (dir string) {
	t.Helper()
	p := &dsctest.Package{
		Format: "1.0", Source: "hello", Version: "1.0",
		Files: []dsctest.File{{Name: helloTar, Entries: []dsctest.Entry{{Name: "hello/a", Content: "A\n"}}}},
	}
	dir = t.TempDir()
	if _, err := p.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

// checkHello makes sure that p is the package of writeHello.
func checkHello(t *testing.T, p *dsc.Package) {
	t.Helper()
	if got, want := p.Source().ID, (dsc.ID{Package: "hello", Version: "1.0"}); got != want {
		t.Errorf("Source().ID = %v, want %v", got, want)
	}
	if len(p.Contents()) != 1 || p.Contents()[0].File() != p.Source().Files[0] {
		t.Fatalf("Contents() = %v, want %v", p.Contents(), p.Source().Files)
	}
	for range 2 { // each time from its start
		tarball, err := dsc.OpenTarball(p.Contents()[0], dsc.TarballLimits{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := tarball.Next()
		if err != nil || e.Name() != "hello/a" {
			t.Fatalf("first entry is %v, %v, want hello/a", e, err)
		}
		if content, err := io.ReadAll(tarball); string(content) != "A\n" || err != nil {
			t.Errorf("hello/a has %q, %v", content, err)
		}
		if e, err := tarball.Next(); err != io.EOF {
			t.Errorf("second entry is %v, %v", e, err)
		}
		if got, want := p.Contents()[0].Position(), p.Source().Files[0].Size; got != want {
			t.Errorf("Position() = %d after all was read, want %d", got, want)
		}
		if err := tarball.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenLocal(t *testing.T) {
	keyring := openKeyring(t, keyringOf(t))
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string) dsc.LocalOptions
		signed  bool
	}{
		{"unsigned", func(t *testing.T, dir string) dsc.LocalOptions { return dsc.LocalOptions{} }, false},
		{"signed, not checked", func(t *testing.T, dir string) dsc.LocalOptions {
			signHello(t, dir, "unlisted")
			return dsc.LocalOptions{}
		}, false},
		{"signed", func(t *testing.T, dir string) dsc.LocalOptions {
			signHello(t, dir, "good")
			return dsc.LocalOptions{Keyring: keyring}
		}, true},
		{"CRLF", func(t *testing.T, dir string) dsc.LocalOptions {
			path := filepath.Join(dir, "hello_1.0.dsc")
			write(t, path, strings.ReplaceAll(read(t, path), "\n", "\r\n"))
			return dsc.LocalOptions{}
		}, false},
		{"files elsewhere", func(t *testing.T, dir string) dsc.LocalOptions {
			other := t.TempDir()
			if err := os.Rename(filepath.Join(dir, helloTar), filepath.Join(other, helloTar)); err != nil {
				t.Fatal(err)
			}
			return dsc.LocalOptions{Dir: other}
		}, false},
		{"links", func(t *testing.T, dir string) dsc.LocalOptions {
			for _, name := range []string{helloTar, "hello_1.0.dsc"} {
				real := filepath.Join(dir, "real_"+name)
				if err := errors.Join(os.Rename(filepath.Join(dir, name), real), os.Symlink(real, filepath.Join(dir, name))); err != nil {
					t.Fatal(err)
				}
			}
			return dsc.LocalOptions{}
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := writeHello(t)
			p, err := dsc.OpenLocal(filepath.Join(dir, "hello_1.0.dsc"), tt.prepare(t, dir))
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			checkHello(t, p)
			if got := p.Signed() != nil; got != tt.signed {
				t.Errorf("Signed() = %v, want one: %t", p.Signed(), tt.signed)
			}
		})
	}
}

// signHello puts a signature of the named key around the .dsc.
func signHello(t *testing.T, dir, key string) {
	t.Helper()
	path := filepath.Join(dir, "hello_1.0.dsc")
	write(t, path, clearsign(t, read(t, path), by(key, 2020)))
}

func TestOpenLocalRefuses(t *testing.T) {
	keyring := openKeyring(t, keyringOf(t))
	change := func(file string, change func(string) string) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, file)
			write(t, path, change(read(t, path)))
		}
	}
	replaceWith := func(file string, make func(path string) error) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, file)
			if err := errors.Join(os.Remove(path), make(path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	mkfifo := func(path string) error { return syscall.Mkfifo(path, 0o666) }
	mkdir := func(path string) error { return os.Mkdir(path, 0o777) }
	tests := []struct {
		name    string
		prepare func(t *testing.T, dir string)
		opts    dsc.LocalOptions
		is      error  // nil, or what the error matches
		want    string // DIR stands for the directory, SIZE and SHA256 for what is listed of the tarball
	}{
		{"no .dsc", replaceWith("hello_1.0.dsc", func(string) error { return nil }), dsc.LocalOptions{}, fs.ErrNotExist,
			"open DIR/hello_1.0.dsc: no such file or directory"},
		{".dsc is a directory", replaceWith("hello_1.0.dsc", mkdir), dsc.LocalOptions{}, nil, "open DIR/hello_1.0.dsc: not a regular file"},
		{".dsc is a pipe", replaceWith("hello_1.0.dsc", mkfifo), dsc.LocalOptions{}, nil, "open DIR/hello_1.0.dsc: not a regular file"},
		{".dsc too large", change("hello_1.0.dsc", func(s string) string { return s + strings.Repeat("\n", 4<<20) }), dsc.LocalOptions{}, nil,
			"hello_1.0.dsc: more bytes of .dsc than the limit of 4194304"},
		{".dsc over limit", func(t *testing.T, dir string) {}, dsc.LocalOptions{DscSize: 10}, nil, "hello_1.0.dsc: more bytes of .dsc than the limit of 10"},
		{".dsc empty", change("hello_1.0.dsc", func(s string) string { return "" }), dsc.LocalOptions{}, nil, "hello_1.0.dsc: no control fields in it"},
		{"unsigned", func(t *testing.T, dir string) {}, dsc.LocalOptions{Keyring: keyring}, nil, "hello_1.0.dsc: no signature"},
		{"unknown key", func(t *testing.T, dir string) { signHello(t, dir, "unlisted") }, dsc.LocalOptions{Keyring: keyring}, nil,
			"hello_1.0.dsc: signed by unknown key 0x" + keys()["unlisted"].ID()},
		{"text before signature", func(t *testing.T, dir string) {
			signHello(t, dir, "good")
			change("hello_1.0.dsc", func(s string) string { return "Source: evil\n\n" + s })(t, dir)
		}, dsc.LocalOptions{}, nil, `hello_1.0.dsc: line 1: text before the line "-----BEGIN PGP SIGNED MESSAGE-----"`},
		{"no tarball", replaceWith(helloTar, func(string) error { return nil }), dsc.LocalOptions{}, fs.ErrNotExist,
			"hello 1.0: open DIR/hello_1.0.tar.gz: no such file or directory"},
		{"tarball is a directory", replaceWith(helloTar, mkdir), dsc.LocalOptions{}, nil, "hello 1.0: open DIR/hello_1.0.tar.gz: not a regular file"},
		{"tarball is a pipe", replaceWith(helloTar, mkfifo), dsc.LocalOptions{}, nil, "hello 1.0: open DIR/hello_1.0.tar.gz: not a regular file"},
		{"tarball is a dangling link", replaceWith(helloTar, func(path string) error { return os.Symlink("nothing", path) }), dsc.LocalOptions{}, fs.ErrNotExist,
			"hello 1.0: open DIR/hello_1.0.tar.gz: no such file or directory"},
		{"tarball is endless", replaceWith(helloTar, func(path string) error { return os.Symlink("/dev/zero", path) }), dsc.LocalOptions{}, nil,
			"hello 1.0: open DIR/hello_1.0.tar.gz: not a regular file"},
		{"tarball longer", change(helloTar, func(s string) string { return s + "x" }), dsc.LocalOptions{}, nil,
			"hello 1.0: hello_1.0.tar.gz: size is over SIZE bytes, but hello_1.0.dsc says SIZE"},
		{"tarball empty", change(helloTar, func(s string) string { return "" }), dsc.LocalOptions{}, nil,
			"hello 1.0: hello_1.0.tar.gz: size is 0 bytes, but hello_1.0.dsc says SIZE"},
		{"tarball other", change(helloTar, func(s string) string { return strings.Repeat("x", len(s)) }), dsc.LocalOptions{}, nil,
			"hello 1.0: hello_1.0.tar.gz: SHA256 is GOT, but hello_1.0.dsc says SHA256"},
		{"lists a .dsc", change("hello_1.0.dsc", func(s string) string { return strings.ReplaceAll(s, helloTar, "hello_1.0.dsc") }), dsc.LocalOptions{}, nil,
			"hello 1.0: hello_1.0.dsc: lists hello_1.0.dsc, but a source package has no file with such an ending"},
		{"lists a .tmp", change("hello_1.0.dsc", func(s string) string { return strings.ReplaceAll(s, helloTar, "hello.tmp") }), dsc.LocalOptions{}, nil,
			"hello 1.0: hello_1.0.dsc: lists hello.tmp, but a source package has no file with such an ending"},
		{"lists ../x", change("hello_1.0.dsc", func(s string) string { return strings.ReplaceAll(s, helloTar, "../x") }), dsc.LocalOptions{}, nil,
			`hello_1.0.dsc: line 8: file name "../x": "." is not allowed there`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := writeHello(t)
			original, err := dsc.OpenLocal(filepath.Join(dir, "hello_1.0.dsc"), dsc.LocalOptions{})
			if err != nil {
				t.Fatal(err)
			}
			original.Close()
			tt.prepare(t, dir)
			p, err := dsc.OpenLocal(filepath.Join(dir, "hello_1.0.dsc"), tt.opts)
			if err == nil {
				t.Fatalf("OpenLocal = %v, want an error", p.Source())
			}
			file := original.Source().Files[0]
			got := ""
			if mismatch, ok := errors.AsType[*dsc.MismatchError](err); ok {
				got = mismatch.Got
			}
			want := strings.NewReplacer("DIR", dir, "SIZE", fmt.Sprint(file.Size), "says SHA256", "says "+file.Digest.Hex, "GOT", got).Replace(tt.want)
			if err.Error() != want {
				t.Errorf("OpenLocal: %v\nwant %s", err, want)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("OpenLocal: %v does not match %v", err, tt.is)
			}
			id, inPackage := errors.AsType[*dsc.PackageError](err)
			if inPackage != strings.HasPrefix(tt.want, "hello 1.0: ") || inPackage && id.ID != original.Source().ID {
				t.Errorf("OpenLocal: error is a %T about %v", err, id)
			}
		})
	}
}

// Another file under the same name is not read; the same file, changed, is noticed.
func TestContentChanged(t *testing.T) {
	dir := writeHello(t)
	p, err := dsc.OpenLocal(filepath.Join(dir, "hello_1.0.dsc"), dsc.LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	path := filepath.Join(dir, helloTar)
	original := read(t, path)
	write(t, path+".new", strings.Repeat("x", len(original)))
	if err := errors.Join(os.Rename(path, path+".old"), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
	checkHello(t, p)

	// The same decompressed content, but other bytes: the system in the header of gzip.
	changed := []byte(original)
	changed[9] ^= 1
	write(t, path+".old", string(changed))
	tarball, err := dsc.OpenTarball(p.Contents()[0], dsc.TarballLimits{})
	if err != nil {
		t.Fatal(err)
	}
	defer tarball.Close()
	if _, err := tarball.Next(); err != nil {
		t.Fatal(err)
	}
	_, err = tarball.Next()
	if mismatch, ok := errors.AsType[*dsc.MismatchError](err); !ok || mismatch.Property != "SHA256" || mismatch.File != helloTar {
		t.Errorf("after the last entry: %v, want a MismatchError", err)
	}
}
