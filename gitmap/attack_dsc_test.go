package gitmap_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"

	"golang.org/x/sys/unix"
)

func TestAttackDsc(t *testing.T) {
	b, err := native("", rawTarball(func(r *rawTar) {})).Build()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b.DSC.Data)
	size := fmt.Sprintf(" %d ", len(b.Files[0].Data))
	rename := func(name string) string { return strings.ReplaceAll(good, "foo_1.0.tar\n", name+"\n") }
	lines := strings.SplitAfter(good, "\n")
	sha256Line, md5Line := lines[7], strings.TrimSpace(lines[9])
	tests := []struct {
		name, text, want string
	}{
		{"parent directory", rename("../foo_1.0.tar"), `foo_1.0.dsc: line 8: file name "../foo_1.0.tar": "." is not allowed there`},
		{"absolute", rename("/etc/passwd"), `foo_1.0.dsc: line 8: file name "/etc/passwd": "/" is not allowed there`},
		{"directory", rename("a/b.tar"), `foo_1.0.dsc: line 8: file name "a/b.tar": "/" is not allowed there`},
		{"option", rename("-rf"), `foo_1.0.dsc: line 8: file name "-rf": "-" is not allowed there`},
		{"escape sequence", rename("a\x1b[2J.tar"), `foo_1.0.dsc: line 8: file name "a\x1b[2J.tar": "\x1b" is not allowed there`},
		{"hidden file", rename(".bashrc"), `foo_1.0.dsc: line 8: file name ".bashrc": "." is not allowed there`},
		{"another .dsc", rename("bar_1.0.dsc"), "foo 1.0: foo_1.0.dsc: lists bar_1.0.dsc, but a source package has no file with such an ending"},
		{"twice", strings.Replace(good, sha256Line, sha256Line+sha256Line, 1), "foo_1.0.dsc: line 9: foo_1.0.tar is listed twice"},
		{"size that lies", strings.ReplaceAll(good, size, " 7 "), "foo 1.0: foo_1.0.tar: size is over 7 bytes, but foo_1.0.dsc says 7"},
		{"digests that disagree", strings.Replace(good, md5Line, strings.Repeat("0", 32)+md5Line[32:], 1),
			"foo 1.0: foo_1.0.tar: MD5 is " + md5Line[:32] + ", but foo_1.0.dsc says " + strings.Repeat("0", 32)},
		{"size in one list", strings.Replace(good, size, " 7 ", 1), fmt.Sprintf("foo_1.0.dsc: line 9: size of foo_1.0.tar is %d in Files, but 7 in Checksums-Sha256", len(b.Files[0].Data))},
		{"negative size", strings.ReplaceAll(good, size, " -1 "), `foo_1.0.dsc: line 8: " ` + strings.TrimSpace(strings.ReplaceAll(sha256Line, size, " -1 ")) + `" is not of the form "DIGEST SIZE NAME"`},
		{"other names in one list", strings.Replace(good, "foo_1.0.tar\n", "bar_1.0.tar\n", 1), "foo_1.0.dsc: line 9: Files lists foo_1.0.tar, but Checksums-Sha256 does not"},
		{"duplicate field", good + "Version: 2.0\n", "foo_1.0.dsc: line 11: field Version is already in line 5"},
		{"duplicate field in other case", good + "FILES:\n", "foo_1.0.dsc: line 11: field FILES is already in line 9"},
		{"second paragraph", good + "\nSource: bar\n", "foo_1.0.dsc: line 12: a second paragraph"},
		{"NUL", good + "X: a\x00b\n", "foo_1.0.dsc: line 11: NUL character"},
		{"version with a path", strings.Replace(good, "Version: 1.0", "Version: ../../x", 1), `foo_1.0.dsc: line 5: version "../../x": version number does not start with digit`},
		{"source with a path", strings.Replace(good, "Source: foo", "Source: ../foo", 1), `foo_1.0.dsc: line 2: "../foo" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
		{"text before the signed text", "Source: bar\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + good, `foo_1.0.dsc: line 1: text before the line "-----BEGIN PGP SIGNED MESSAGE-----"`},
		{"text after the signed text", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n" + good + "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\nSource: bar\n", "foo_1.0.dsc: line 18: text after the signature"},
		{"field in the headers of the signed text", "-----BEGIN PGP SIGNED MESSAGE-----\nSource: bar\n\n" + good, `foo_1.0.dsc: line 2: "Source: bar" is no header of a signed text`},
		{"too many files", strings.Replace(good, sha256Line, manyFiles(sha256Line, 501), 1), "foo_1.0.dsc: line 7: Checksums-Sha256 lists 501 files, over the limit of 500"},
		{"too large", good + "X: " + strings.Repeat("x", 4<<20) + "\n", "foo_1.0.dsc: more bytes of .dsc than the limit of 4194304"},
		{"no files", strings.Join(lines[:6], ""), "foo_1.0.dsc: no field Checksums-Sha256, Checksums-Sha1 or Files"},
		{"no format", strings.Replace(good, "Format: 3.0 (native)", "Format: ../1.0", 1), `foo 1.0: source format "../1.0": only 1.0, 2.0, 3.0 (native) and 3.0 (quilt) can be imported`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSandbox(t)
			built := *b
			built.DSC.Data = []byte(tt.text)
			path, err := built.Write(filepath.Join(s.dir, "packages"))
			if err != nil {
				t.Fatal(err)
			}
			if tt.text == good {
				t.Fatal("the case is that of a sound .dsc")
			}
			s.refuse(t, path, gitmap.Limits{}, tt.want)
		})
	}
}

func manyFiles(line string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Replace(line, "foo_1.0", fmt.Sprintf("foo_1.0.%d", i), 1))
	}
	return b.String()
}

// A file of the package that is not regular is refused, not waited for.
func TestAttackSpecialFile(t *testing.T) {
	s := newSandbox(t)
	path := s.write(t, native("", rawTarball(func(r *rawTar) {})))
	name := filepath.Join(filepath.Dir(path), "foo_1.0.tar")
	for what, replace := range map[string]func() error{
		"fifo":      func() error { return unix.Mkfifo(name, 0o666) },
		"directory": func() error { return os.Mkdir(name, 0o777) },
	} {
		if err := os.RemoveAll(name); err != nil {
			t.Fatal(err)
		}
		if err := replace(); err != nil {
			t.Fatal(err)
		}
		t.Log(what)
		s.refuse(t, path, gitmap.Limits{}, "foo 1.0: open "+name+": not a regular file")
	}
}

// What is imported is what was verified, whatever becomes of the file meanwhile.
func TestAttackReplacedFile(t *testing.T) {
	content := rawTarball(func(r *rawTar) { r.file('0', "foo-1.0/a", "verified") })
	other := rawTarball(func(r *rawTar) { r.file('0', "foo-1.0/a", "hostile!") })
	for _, ext := range []string{"", ".gz", ".bz2", ".xz", ".lzma"} {
		open := func(t *testing.T, s *sandbox) (pkg *dsc.Package, file string, hostile []byte) {
			path := s.write(t, native(ext, content))
			b, err := native(ext, other).Build()
			if err != nil {
				t.Fatal(err)
			}
			if pkg, err = dsc.OpenLocal(path, dsc.LocalOptions{}); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { pkg.Close() })
			return pkg, filepath.Join(filepath.Dir(path), "foo_1.0.tar"+ext), b.Files[0].Data
		}
		t.Run("by another file"+ext, func(t *testing.T) {
			s := newSandbox(t)
			pkg, file, hostile := open(t, s)
			if err := os.WriteFile(file+".new", hostile, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(file+".new", file); err != nil {
				t.Fatal(err)
			}
			imp, err := gitmap.Import(t.Context(), s.repo, pkg, gitmap.ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if got := treeContent(t, s.repo, imp.Tree.String())["a"]; got != "verified" {
				t.Errorf("a = %q, want what was verified", got)
			}
		})
		t.Run("in place"+ext, func(t *testing.T) {
			s := newSandbox(t)
			pkg, file, hostile := open(t, s)
			if err := os.WriteFile(file, hostile, 0o666); err != nil {
				t.Fatal(err)
			}
			before := s.files(t)
			_, err := gitmap.Import(t.Context(), s.repo, pkg, gitmap.ImportOptions{})
			if _, ok := errors.AsType[*dsc.MismatchError](err); !ok {
				t.Errorf("Import = error %v, want a MismatchError", err)
			}
			s.checkUnchanged(t, before)
		})
	}
}
