package dsctest_test

import (
	"archive/tar"
	"strings"
	"testing"

	"debgit/dsc/dsctest"

	"github.com/google/go-cmp/cmp"
)

const header = "# A title.\nformat: 3.0 (quilt)\nsource: foo\nversion: 1:1.0-2\n"

const everything = `# All that a description can say.
# A second comment is not part of the title.
format: 3.0 (quilt)
source: foo
version: 1:1.0-2
field: Uploaders: A <a@example.org>,
 B <b@example.org>
field: Maintainer:
compress: foo_1.0.orig.tar.gz xz
want-commit: 0123456789012345678901234567890123456789
want-tree: abcdefabcdefabcdefabcdefabcdefabcdefabcd

-- foo_1.0.orig.tar.gz/./foo/ mode=0000 --
-- foo_1.0.orig.tar.gz//etc/passwd mode=4755 --
root

-- "foo_1.0.orig.tar.gz/caf\xe9 --" no-newline --
one
two
-- foo_1.0.orig.tar.gz/link symlink="a b" --
-- foo_1.0.orig.tar.gz/hard hardlink=caf --
-- foo_1.0.orig.tar.gz/pipe fifo mode=0600 --
-- foo_1.0.orig.tar.gz/char chardev --
-- foo_1.0.orig.tar.gz/block blockdev --
-- foo_1.0.orig.tar.gz.asc --
signature
-- foo_1.0.orig-a.tar.gz --
-- foo_1.0-2.debian.tar.xz/base64 base64 --
AAEC
Aw==
-- foo_1.0-2.debian.tar.xz/quoted quoted --
as it is
"blanks  \n"
"-- x --\n"
"no newline"
-- foo_1.0-2.debian.tar.xz/empty --
`

func TestParse(t *testing.T) {
	want := &dsctest.Package{
		Title:   "All that a description can say.",
		Format:  "3.0 (quilt)",
		Source:  "foo",
		Version: "1:1.0-2",
		Fields: []dsctest.Field{
			{Name: "Uploaders", Value: "A <a@example.org>,\n B <b@example.org>"},
			{Name: "Maintainer"},
		},
		Want: dsctest.Want{
			Commit: "0123456789012345678901234567890123456789",
			Tree:   "abcdefabcdefabcdefabcdefabcdefabcdefabcd",
		},
		Files: []dsctest.File{
			{Name: "foo_1.0.orig.tar.gz", Compression: dsctest.XZ, Entries: []dsctest.Entry{
				{Name: "./foo/", Mode: dsctest.NoPermissions},
				{Name: "/etc/passwd", Mode: 0o4755, Content: "root\n\n"},
				{Name: "caf\xe9 --", Content: "one\ntwo"},
				{Name: "link", Type: tar.TypeSymlink, Link: "a b"},
				{Name: "hard", Type: tar.TypeLink, Link: "caf"},
				{Name: "pipe", Type: tar.TypeFifo, Mode: 0o600},
				{Name: "char", Type: tar.TypeChar},
				{Name: "block", Type: tar.TypeBlock},
			}},
			{Name: "foo_1.0.orig.tar.gz.asc", Content: "signature\n"},
			{Name: "foo_1.0.orig-a.tar.gz"},
			{Name: "foo_1.0-2.debian.tar.xz", Entries: []dsctest.Entry{
				{Name: "base64", Content: "\x00\x01\x02\x03"},
				{Name: "quoted", Content: "as it is\nblanks  \n-- x --\nno newline"},
				{Name: "empty"},
			}},
		},
	}
	got, err := dsctest.Parse("all.txtar", []byte(everything))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse: (-want +got)\n%s", diff)
	}
}

func TestParseWant(t *testing.T) {
	tests := []struct {
		lines string
		want  dsctest.Want
	}{
		{"", dsctest.Want{}},
		{"want: refused\n", dsctest.Want{Refused: true}},
		{"want-refusal: no: way\n", dsctest.Want{Refused: true, Refusal: "no: way"}},
		{"want: refused\ndgit-refuses: yes\n", dsctest.Want{Refused: true, DgitRefuses: true}},
	}
	for _, tt := range tests {
		p, err := dsctest.Parse("x", []byte(header+tt.lines))
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.lines, err)
		} else if p.Want != tt.want {
			t.Errorf("Parse(%q).Want = %+v, want %+v", tt.lines, p.Want, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	id := strings.Repeat("1", 40)
	tests := []struct {
		text string
		want string
	}{
		{"", `x:1: the first line must be a comment that says what the package shows`},
		{"#\n", `x:1: the first line must be a comment that says what the package shows`},
		{"format: 1.0\n", `x:1: the first line must be a comment that says what the package shows`},
		{"# T\nformat: 1.0\nsource: foo\n", `x:1: no "version" in the header`},

		{header + "wnat: refused\n", `x:5: unknown key "wnat"`},
		{header + "no colon\n", `x:5: no colon`},
		{header + "source: bar\n", `x:5: "source" is there twice`},
		{header + "want:\n", `x:5: "want" has no value`},
		{header + "want: commit\n", `x:5: want: "commit" is not "refused"`},
		{header + "dgit-refuses: no\n", `x:5: dgit-refuses: "no" is not "yes"`},
		{header + "want-commit: 12ab\n", `x:5: want-commit: "12ab" is no object id`},
		{header + "want-tree: " + id + "\n", `x:1: want-commit and want-tree go together`},
		{header + "want: refused\nwant-tree: " + id + "\nwant-commit: " + id + "\n", `x:1: a package that is refused has no want-commit`},
		{header + "\n# more\nfield: X\n", `x:7: field: "X" is not NAME: VALUE`},
		{header + "field: A: b\n c\nbad\n", `x:7: no colon`},
		{header + "compress: a.tar\n", `x:5: compress: "a.tar" is not FILE METHOD`},
		{header + "compress: a.tar zip\n", `x:5: compress: unknown method "zip"`},
		{header + "compress: a.tar xz\ncompress: a.tar gzip\n", `x:6: compress: "a.tar" is there twice`},
		{header + "compress: a.tar xz\n-- b.tar/x --\n", `x:5: compress: there is no file "a.tar"`},

		{header + "\n-- a.tar/x --\nx\n-- a.tar/y executable --\n", `x:8: unknown attribute "executable"`},
		{header + "-- a.tar/x owner=me --\n", `x:5: unknown attribute "owner"`},
		{header + "-- a.tar/x mode=0888 --\n", `x:5: mode "0888" is not an octal number up to 7777`},
		{header + "-- a.tar/x mode=10000 --\n", `x:5: mode "10000" is not an octal number up to 7777`},
		{header + "-- a.tar/x fifo symlink=y --\n", `x:5: an entry has one type`},
		{header + "-- a.tar/x quoted base64 --\n", `x:5: quoted and base64 exclude each other`},
		{header + "-- a.tar/x quoted --\nplain\n\"a\" b\n", `x:5: "\"a\" b\n" is not a Go string literal`},
		{header + "-- a.tar/x base64 --\n!\n", `x:5: base64: illegal base64 data at input byte 0`},
		{header + "-- a.tar/x no-newline --\n", `x:5: no-newline: there is no line`},
		{header + "-- \"a.tar/x --\n", `x:5: string literal in "\"a.tar/x": invalid syntax`},
		{header + "-- \"a.tar/x\"y --\n", `x:5: no blank after "a.tar/x"`},
		{header + "-- a.tar/x/ --\nx\n", `x:5: "a.tar/x/" is not a regular file, but has content`},
		{header + "-- a.tar/x symlink=y --\nx\n", `x:5: "a.tar/x" is not a regular file, but has content`},
		{header + "-- /x --\n", `x:5: "/x" has no name of a file`},
		{header + "-- a.asc/x --\n", `x:5: "a.asc" is not the name of a tarball`},
		{header + "-- a.asc mode=0644 --\n", `x:5: "a.asc" is not an entry of a tarball, so has no type and no mode`},
		{header + "-- a.asc --\n-- a.asc --\n", `x:6: "a.asc" is there twice`},
		{header + "-- a.tar --\nx\n-- a.tar/x --\n", `x:7: "a.tar" has a section for its whole content`},
		{header + "-- a.tar/x --\n-- a.tar --\nx\n", `x:6: "a.tar" is there twice`},
	}
	for _, tt := range tests {
		_, err := dsctest.Parse("x", []byte(tt.text))
		if err == nil {
			t.Errorf("Parse(%q) = nil, want %s", tt.text, tt.want)
		} else if err.Error() != tt.want {
			t.Errorf("Parse(%q) = %v, want %s", tt.text, err, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(header + "compress: a.tar lzma\n-- a.tar/x symlink=\"\\xff\" --\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := dsctest.Parse("x", data)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x:") {
				t.Errorf("Parse = %q, want a message that starts with the name of the file", err)
			}
			return
		}
		if p.Title == "" || p.Format == "" || p.Source == "" || p.Version == "" {
			t.Errorf("Parse = %+v, want Title, Format, Source and Version", p)
		}
		b, err := p.Build()
		if err != nil {
			return // such as a tarball entry whose name has a zero byte
		}
		if len(b.Files) != len(p.Files) {
			t.Errorf("Build made %d files, want %d", len(b.Files), len(p.Files))
		}
	})
}
