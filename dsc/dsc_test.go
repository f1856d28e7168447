package dsc

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const dscHead = "Format: 3.0 (quilt)\nSource: hello\nVersion: 1:2.10-3\n"

// The lists of one file x.tar.gz with the content "x".
const (
	sha256List = "Checksums-Sha256:\n " + sha256OfX + " 1 x.tar.gz\n"
	sha1List   = "Checksums-Sha1:\n " + sha1OfX + " 1 x.tar.gz\n"
	md5List    = "Files:\n " + md5OfX + " 1 x.tar.gz\n"
)

func TestParse(t *testing.T) {
	id := ID{"hello", "1:2.10-3"}
	weaker := func(digests ...Digest) map[string][]Digest { return map[string][]Digest{"x.tar.gz": digests} }
	file := func(a Algorithm, hex string) []File {
		return []File{{"x.tar.gz", 1, Digest{a, hex}, "h.dsc"}}
	}
	tests := []struct {
		text string
		want Source
	}{
		{dscHead + md5List + sha1List + sha256List, Source{ID: id, Format: "3.0 (quilt)", Files: file(SHA256, sha256OfX), weaker: weaker(Digest{SHA1, sha1OfX}, Digest{MD5, md5OfX})}},
		{dscHead + md5List + sha1List, Source{ID: id, Format: "3.0 (quilt)", Files: file(SHA1, sha1OfX), weaker: weaker(Digest{MD5, md5OfX})}},
		{dscHead + md5List, Source{ID: id, Format: "3.0 (quilt)", Files: file(MD5, md5OfX)}},
		{"SOURCE: hello\nversion: 1:2.10-3\nfIlEs:\n\t" + strings.ToUpper(md5OfX) + "  1\tx.tar.gz \n", Source{ID: id, Format: "1.0", Files: file(MD5, md5OfX)}},
		{strings.ReplaceAll(dscHead+sha256List, "\n", "\r\n"), Source{ID: id, Format: "3.0 (quilt)", Files: file(SHA256, sha256OfX)}},
		{dscHead + sha256List + "Dgit: 0123 debian archive/debian/1 x\nVcs-Git: a -b c\n", Source{
			ID: id, Format: "3.0 (quilt)", Files: file(SHA256, sha256OfX), DgitRef: "0123 debian archive/debian/1 x", VcsGit: "a -b c"}},
		{dscHead + sha256List + "Vcs-Dgit-Master: 0123\n", Source{ID: id, Format: "3.0 (quilt)", Files: file(SHA256, sha256OfX), DgitRef: "0123"}},
		{dscHead + sha256List + " " + sha256OfX + " 999999999999999999 a\n", Source{ID: id, Format: "3.0 (quilt)", Files: append(
			file(SHA256, sha256OfX), File{"a", 999999999999999999, Digest{SHA256, sha256OfX}, "h.dsc"})}},
	}
	for _, tt := range tests {
		got, err := Parse("h.dsc", []byte(tt.text))
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.text, err)
			continue
		}
		if got.Fields.Value("source") != "hello" {
			t.Errorf("Parse(%q).Fields = %v", tt.text, got.Fields)
		}
		got.Fields = nil
		if diff := cmp.Diff(&tt.want, got, cmp.AllowUnexported(Source{})); diff != "" {
			t.Errorf("Parse(%q) (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	listed := func(name string) string { return dscHead + "Files:\n " + md5OfX + " 1 " + name + "\n" }
	list := func(lines string) string { return dscHead + "Files:" + lines + "\n" }
	tests := []struct{ text, want string }{
		{"", "h.dsc: no control fields in it"},
		{"Version: 1\n" + md5List, "h.dsc: no field Source"},
		{"Source: hello\n" + md5List, "h.dsc: no field Version"},
		{dscHead, "h.dsc: no field Checksums-Sha256, Checksums-Sha1 or Files"},
		{dscHead + "source: evil\n" + md5List, "h.dsc: line 4: field source is already in line 2"},
		{dscHead + md5List + md5List, "h.dsc: line 6: field Files is already in line 4"},
		{dscHead + "\n" + dscHead + md5List, "h.dsc: line 5: a second paragraph"},
		{"Source: ../hello\nVersion: 1\n" + md5List, `h.dsc: line 1: "../hello" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
		{"Source: Hello\nVersion: 1\n" + md5List, `h.dsc: line 1: "Hello" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
		{"Source: h\nVersion: 1\n" + md5List, `h.dsc: line 1: "h" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
		{"Source: hello\n x\nVersion: 1\n" + md5List, `h.dsc: line 1: "hello\n x" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
		{"Source: hello (1.0)\nVersion: 1\n" + md5List, `h.dsc: line 1: "hello (1.0)" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
		{"Source: hello\nVersion: ../../x\n" + md5List, `h.dsc: line 2: version "../../x": version number does not start with digit`},
		{"Source: hello\nVersion: 1/../../x\n" + md5List, `h.dsc: line 2: version "1/../../x": invalid character in version number`},
		{"Source: hello\nVersion:\n" + md5List, `h.dsc: line 2: version "": version string is empty`},

		{listed("../x"), `h.dsc: line 5: file name "../x": "." is not allowed there`},
		{listed("/abs"), `h.dsc: line 5: file name "/abs": "/" is not allowed there`},
		{listed("a/b"), `h.dsc: line 5: file name "a/b": "/" is not allowed there`},
		{listed("-rf"), `h.dsc: line 5: file name "-rf": "-" is not allowed there`},
		{listed(".dsc"), `h.dsc: line 5: file name ".dsc": "." is not allowed there`},
		{listed("a\x1b[2J"), `h.dsc: line 5: file name "a\x1b[2J": "\x1b" is not allowed there`},
		{listed("a b"), `h.dsc: line 5: " ` + md5OfX + ` 1 a b" is not of the form "DIGEST SIZE NAME"`},
		{listed("a\nb"), "h.dsc: line 6: no colon"},
		{listed("a\n b"), `h.dsc: line 6: " b" is not of the form "DIGEST SIZE NAME"`},
		{listed("a\x00"), "h.dsc: line 5: NUL character"},
		{listed("a\n " + md5OfX + " 1 a"), "h.dsc: line 6: a is listed twice"},

		{list(""), "h.dsc: line 4: Files lists no file"},
		{list("\n " + md5OfX + " x"), `h.dsc: line 5: " ` + md5OfX + ` x" is not of the form "DIGEST SIZE NAME"`},
		{list("\n x " + md5OfX), `h.dsc: line 5: " x ` + md5OfX + `" is not of the form "DIGEST SIZE NAME"`},
		{list(" " + md5OfX + " 1 x"), `h.dsc: line 4: Files: "` + md5OfX + ` 1 x" is not in a line of its own`},
		{list("\n " + md5OfX + " -1 x"), `h.dsc: line 5: " ` + md5OfX + ` -1 x" is not of the form "DIGEST SIZE NAME"`},
		{list("\n " + md5OfX + " +1 x"), `h.dsc: line 5: " ` + md5OfX + ` +1 x" is not of the form "DIGEST SIZE NAME"`},
		{list("\n " + md5OfX + " 0x1 x"), `h.dsc: line 5: " ` + md5OfX + ` 0x1 x" is not of the form "DIGEST SIZE NAME"`},
		{list("\n " + md5OfX + " 9223372036854775807 x"), `h.dsc: line 5: " ` + md5OfX + ` 9223372036854775807 x" is not of the form "DIGEST SIZE NAME"`},
		{list("\n " + md5OfX + "\u00a01\u00a0x"), `h.dsc: line 5: " ` + md5OfX + `\u00a01\u00a0x" is not of the form "DIGEST SIZE NAME"`},
		{list("\n " + sha1OfX + " 1 x"), `h.dsc: line 5: "` + sha1OfX + `" is no MD5 digest`},
		{list("\n " + md5OfX + " 1 x main optional x.deb"), `h.dsc: line 5: " ` + md5OfX + ` 1 x main optional x.deb" is not of the form "DIGEST SIZE NAME"`},

		{dscHead + sha256List + "Files:\n " + md5OfX + " 1 y.tar.gz\n", "h.dsc: line 6: Files lists y.tar.gz, but Checksums-Sha256 does not"},
		{dscHead + sha256List + "Files:\n " + md5OfX + " 2 x.tar.gz\n", "h.dsc: line 6: size of x.tar.gz is 2 in Files, but 1 in Checksums-Sha256"},
		{dscHead + md5List + sha256List + " " + sha256OfX + " 1 y\n", "h.dsc: line 4: Files lists 1 files, but Checksums-Sha256 lists 2"},
		{dscHead + md5List + " " + md5OfX + " 1 y\n" + sha1List, "h.dsc: line 4: Files lists y, but Checksums-Sha1 does not"},
		{dscHead + sha256List + "Files:\n", "h.dsc: line 6: Files lists no file"},
		{dscHead + sha256List + "Files:\n " + md5OfX + " 1 ../x\n", `h.dsc: line 7: file name "../x": "." is not allowed there`},

		{dscHead + md5List + "X: " + strings.Repeat("x", 16<<20) + "\n", "h.dsc: 16777324 bytes of control data, over the limit of 16777216"},
	}
	for _, tt := range tests {
		s, err := Parse("h.dsc", []byte(tt.text))
		if _, ok := errors.AsType[*SyntaxError](err); !ok || err.Error() != tt.want {
			t.Errorf("Parse(%.200q) = %v, %v\nwant %s", tt.text, s, err, tt.want)
		}
	}
	if _, err := Parse("h.dsc", []byte(dscHead+md5List+"X: "+strings.Repeat("x", 10<<20)+"\n")); err != nil {
		t.Errorf("Parse with a field of 10 MiB: %v", err)
	}
}

func TestIsSignature(t *testing.T) {
	for name, want := range map[string]bool{
		"hello_1.orig.tar.gz.asc": true, "a.sig": true, "a.gpg": true, "a.pgp": true,
		"hello_1.orig.tar.gz": false, "asc": false, "a.ASC": false, "": false,
	} {
		if got := IsSignature(name); got != want {
			t.Errorf("IsSignature(%q) = %t, want %t", name, got, want)
		}
	}
}

func TestPackageError(t *testing.T) {
	cause := &MismatchError{"f", "size", "1 bytes", "2", "x.dsc"}
	err := error(&PackageError{ID{"hello", "1:2.10-3"}, cause})
	if got, want := err.Error(), "hello 1:2.10-3: f: size is 1 bytes, but x.dsc says 2"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if got, ok := errors.AsType[*MismatchError](err); !ok || got != cause {
		t.Errorf("the cause is %v, want %v", got, cause)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		dscHead + md5List + sha1List + sha256List, dscHead + md5List,
		"SOURCE: hello\nversion: 1\nfIlEs:\n\t" + md5OfX + "  1\tx.tar.gz \n", dscHead + sha256List + "Files:\n x\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := Parse("f", data)
		if err != nil {
			return
		}
		if len(first.Files) == 0 || CheckPackageName(first.Package) != nil {
			t.Errorf("Parse = %v", first)
		}
		if v, err := ParseVersion(string(first.Version)); err != nil || v != first.Version {
			t.Errorf("version %q: %v", first.Version, err)
		}
		for _, file := range first.Files {
			if err := CheckName(file.Name); err != nil || file.Size < 0 || len(file.Digest.Hex) != file.Digest.Algorithm.hexLength() {
				t.Errorf("file %v: %v", file, err)
			}
		}
		second, err := Parse("f", []byte(first.Fields.String()))
		if err != nil {
			t.Fatalf("written and read again: %v", err)
		}
		first.Fields, second.Fields = nil, nil
		if diff := cmp.Diff(first, second, cmp.AllowUnexported(Source{})); diff != "" {
			t.Errorf("written and read again: (-first +second)\n%s", diff)
		}
	})
}

func TestIDString(t *testing.T) {
	tests := []struct {
		id   ID
		want string
	}{
		{ID{"hello", "1:2-3"}, "hello 1:2-3"},
		{ID{Package: "hello"}, "hello"},
	}
	for _, tt := range tests {
		if got := tt.id.String(); got != tt.want {
			t.Errorf("(%#v).String() = %q, want %q", tt.id, got, tt.want)
		}
	}
}
