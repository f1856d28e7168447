package dsctest_test

import (
	"archive/tar"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"debgit/dsc/dsctest"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// example is a package whose files can be written down below.
func example() *dsctest.Package {
	return &dsctest.Package{
		Format: "1.0", Source: "foo", Version: "1:1.0-2",
		Fields: []dsctest.Field{
			{Name: "architecture", Value: "any"},
			{Name: "Maintainer"},
			{Name: "Package-List", Value: "\n foo deb"},
		},
		Files: []dsctest.File{
			{Name: "foo_1.0.asc", Content: "a\n"},
			{Name: "foo_1.0-2.diff", Content: ""},
		},
	}
}

func TestDSC(t *testing.T) {
	const want = `Format: 1.0
Source: foo
Binary: foo
architecture: any
Version: 1:1.0-2
Package-List:
 foo deb
Checksums-Sha256:
 87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7 2 foo_1.0.asc
 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 foo_1.0-2.diff
Files:
 60b725f10c9c85c70d97880dfe8191b3 2 foo_1.0.asc
 d41d8cd98f00b204e9800998ecf8427e 0 foo_1.0-2.diff
`
	dir := filepath.Join(t.TempDir(), "new")
	path, err := example().Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	if wantPath := filepath.Join(dir, "foo_1.0-2.dsc"); path != wantPath {
		t.Errorf("Write = %q, want %q", path, wantPath)
	}
	for name, want := range map[string]string{"foo_1.0-2.dsc": want, "foo_1.0.asc": "a\n", "foo_1.0-2.diff": ""} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestFilesFieldReplaced(t *testing.T) {
	p := example()
	p.Fields = []dsctest.Field{{Name: "Checksums-Sha256"}, {Name: "Files", Value: "\n 0 0 foo_1.0.asc"}}
	b, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	const want = `Format: 1.0
Source: foo
Binary: foo
Architecture: all
Version: 1:1.0-2
Maintainer: Control Maint <cm@example.net>
Files:
 0 0 foo_1.0.asc
`
	if diff := cmp.Diff(want, string(b.DSC.Data)); diff != "" {
		t.Errorf("Build().DSC: (-want +got)\n%s", diff)
	}
}

func TestSourcesStanza(t *testing.T) {
	b, err := example().Build()
	if err != nil {
		t.Fatal(err)
	}
	b.DSC.Data = []byte("signed\n")
	const want = `Package: foo
Format: 1.0
Binary: foo
architecture: any
Version: 1:1.0-2
Package-List:
 foo deb
Files:
 c5c7316a866499995563d79049a8e617 7 foo_1.0-2.dsc
 60b725f10c9c85c70d97880dfe8191b3 2 foo_1.0.asc
 d41d8cd98f00b204e9800998ecf8427e 0 foo_1.0-2.diff
Checksums-Sha256:
 ad093de033f89b590459503f94d25ea4a36fd044f7ce6d674f43e0d8412161f9 7 foo_1.0-2.dsc
 87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7 2 foo_1.0.asc
 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 foo_1.0-2.diff
Directory: pool/main/f/foo
`
	if diff := cmp.Diff(want, b.SourcesStanza("pool/main/f/foo")); diff != "" {
		t.Errorf("SourcesStanza: (-want +got)\n%s", diff)
	}
}

// An entry is what a tarball says about one of its entries.
type entry struct {
	Name    string
	Type    byte
	Mode    int64
	Link    string
	Content string
}

func TestTarball(t *testing.T) {
	p := example()
	p.Files = []dsctest.File{{Name: "foo_1.0.tar", Entries: []dsctest.Entry{
		{Name: "./d/"},
		{Name: "e", Type: tar.TypeDir, Mode: 0o700},
		{Name: "/caf\xe9", Content: "x\n"},
		{Name: "none", Mode: dsctest.NoPermissions},
		{Name: "setuid", Mode: 0o4755},
		{Name: "s", Type: tar.TypeSymlink, Link: "/"},
		{Name: "h", Type: tar.TypeLink, Link: "none"},
		{Name: "p", Type: tar.TypeFifo},
		{Name: "c", Type: tar.TypeChar},
	}}}
	want := []entry{
		{Name: "./d/", Type: tar.TypeDir, Mode: 0o755},
		{Name: "e", Type: tar.TypeDir, Mode: 0o700},
		{Name: "/caf\xe9", Type: tar.TypeReg, Mode: 0o644, Content: "x\n"},
		{Name: "none", Type: tar.TypeReg},
		{Name: "setuid", Type: tar.TypeReg, Mode: 0o4755},
		{Name: "s", Type: tar.TypeSymlink, Mode: 0o777, Link: "/"},
		{Name: "h", Type: tar.TypeLink, Mode: 0o644, Link: "none"},
		{Name: "p", Type: tar.TypeFifo, Mode: 0o644},
		{Name: "c", Type: tar.TypeChar, Mode: 0o644},
	}
	b, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	got := readTar(t, bytes.NewReader(b.Files[0].Data))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries: (-want +got)\n%s", diff)
	}
}

func readTar(t *testing.T, r io.Reader) []entry {
	t.Helper()
	var entries []entry
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if !h.ModTime.Equal(dsctest.ModTime) || h.Uid != 0 || h.Gid != 0 {
			t.Errorf("%s: time %v, owner %d:%d, want %v, 0:0", h.Name, h.ModTime, h.Uid, h.Gid, dsctest.ModTime)
		}
		entries = append(entries, entry{h.Name, h.Typeflag, h.Mode, h.Linkname, string(content)})
	}
}

func TestCompression(t *testing.T) {
	decompress := map[dsctest.Compression]func(io.Reader) (io.Reader, error){
		dsctest.None:  func(r io.Reader) (io.Reader, error) { return r, nil },
		dsctest.Gzip:  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		dsctest.XZ:    func(r io.Reader) (io.Reader, error) { return xz.NewReader(r) },
		dsctest.LZMA:  func(r io.Reader) (io.Reader, error) { return lzma.NewReader(r) },
		dsctest.Bzip2: func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil },
	}
	tests := []struct {
		name        string
		compression dsctest.Compression
		want        dsctest.Compression
	}{
		{"a.tar", dsctest.ByName, dsctest.None},
		{"a.tar.gz", dsctest.ByName, dsctest.Gzip},
		{"a.tar.xz", dsctest.ByName, dsctest.XZ},
		{"a.tar.lzma", dsctest.ByName, dsctest.LZMA},
		{"a.tar.bz2", dsctest.ByName, dsctest.Bzip2},
		{"a.diff.gz", dsctest.ByName, dsctest.Gzip},
		{"a.tar.gz.asc", dsctest.ByName, dsctest.None},
		{"a.tar.gz", dsctest.XZ, dsctest.XZ},
		{"a.tar.gz", dsctest.None, dsctest.None},
	}
	const content = "The same content again and again and again and again.\n"
	for _, tt := range tests {
		p := example()
		p.Files = []dsctest.File{{Name: tt.name, Compression: tt.compression, Content: content}}
		b, err := p.Build()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		r, err := decompress[tt.want](bytes.NewReader(b.Files[0].Data))
		if err != nil {
			t.Errorf("%s, compression %q: not %s: %v", tt.name, tt.compression, tt.want, err)
			continue
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != content {
			t.Errorf("%s, compression %q: %q, %v as %s, want %q", tt.name, tt.compression, got, err, tt.want, content)
		}
		again, err := p.Build()
		if err != nil || !bytes.Equal(again.Files[0].Data, b.Files[0].Data) {
			t.Errorf("%s, compression %q: other bytes when built again (%v)", tt.name, tt.compression, err)
		}
	}
}

func TestEmptyTarball(t *testing.T) {
	p := example()
	p.Files = []dsctest.File{{Name: "a.tar"}, {Name: "a.asc"}}
	b, err := p.Build()
	if err != nil {
		t.Fatal(err)
	}
	// Two blocks of zeros are the end of a tarball.
	if got := b.Files[0].Data; !bytes.Equal(got, make([]byte, 1024)) {
		t.Errorf("a.tar has %d bytes, want 1024 zeros", len(got))
	}
	if got := b.Files[1].Data; len(got) != 0 {
		t.Errorf("a.asc has %d bytes, want none", len(got))
	}
}

func TestBuildRefuses(t *testing.T) {
	tests := []struct {
		file dsctest.File
		want string
	}{
		{dsctest.File{Name: "../a"}, `build foo 1:1.0-2: "../a" is not the name of a file`},
		{dsctest.File{Name: ".."}, `build foo 1:1.0-2: ".." is not the name of a file`},
		{dsctest.File{Name: ""}, `build foo 1:1.0-2: "" is not the name of a file`},
		{dsctest.File{Name: "a.tar", Compression: "zip"}, `build foo 1:1.0-2: a.tar: unknown compression "zip"`},
		{dsctest.File{Name: "a.asc", Entries: []dsctest.Entry{{Name: "x"}}}, `build foo 1:1.0-2: a.asc: entries, but not the name of a tarball`},
		{dsctest.File{Name: "a.tar", Content: "x", Entries: []dsctest.Entry{{Name: "x"}}}, `build foo 1:1.0-2: a.tar: both entries and content`},
	}
	for _, tt := range tests {
		p := example()
		p.Files = []dsctest.File{tt.file}
		if _, err := p.Build(); err == nil || err.Error() != tt.want {
			t.Errorf("Build with %q = %v, want %s", tt.file.Name, err, tt.want)
		}
	}
	p := example()
	p.Version = "1/0"
	want := `build foo 1/0: "foo_1/0.dsc" is not the name of a file`
	if _, err := p.Build(); err == nil || err.Error() != want {
		t.Errorf("Build with version %q = %v, want %s", p.Version, err, want)
	}
}
