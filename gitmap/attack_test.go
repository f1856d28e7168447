package gitmap_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc/dsctest"
	"debgit/gitmap"

	"github.com/google/go-cmp/cmp"
)

// A sandbox is a directory with a repository, a directory for source packages and one
// for temporary files, in which a hostile import must change nothing.
type sandbox struct {
	dir  string
	repo *gitmap.Repo
}

// newSandbox makes a sandbox for imports by this process.
func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	s := newChildSandbox(t)
	t.Setenv("TMPDIR", s.tmp())
	return s
}

// newChildSandbox makes a sandbox for imports by children, of which many may run at once.
func newChildSandbox(t *testing.T) *sandbox {
	t.Helper()
	s := &sandbox{dir: t.TempDir()}
	for _, dir := range []string{s.tmp(), filepath.Join(s.dir, "packages")} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if s.repo, err = gitmap.Init(t.Context(), filepath.Join(s.dir, "repo"), "main"); err != nil {
		t.Fatal(err)
	}
	return s
}

// tmp is the directory for temporary files.
func (s *sandbox) tmp() string { return filepath.Join(s.dir, "tmp") }

// write writes a package, and returns the path of its .dsc.
func (s *sandbox) write(t *testing.T, p *dsctest.Package) string {
	t.Helper()
	path, err := p.Write(filepath.Join(s.dir, "packages"))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// files returns mode and digest of every file in the sandbox, by path.
func (s *sandbox) files(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		files[path] = info.Mode().String()
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			files[path] += fmt.Sprintf(" %x", sha256.Sum256(data))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// refuse imports the package of dscPath, which must fail with the error want and
// change nothing.
func (s *sandbox) refuse(t *testing.T, dscPath string, limits gitmap.Limits, want string) error {
	t.Helper()
	before := s.files(t)
	imp, err := importWith(t, s.repo, dscPath, gitmap.ImportOptions{Limits: limits})
	switch {
	case err == nil:
		t.Errorf("Import = commit %s, want error %q", imp.Commit, want)
	case err.Error() != want:
		t.Errorf("Import = error %q, want %q", err, want)
	}
	s.checkUnchanged(t, before)
	return err
}

// checkUnchanged compares the files with those before an import that failed.
func (s *sandbox) checkUnchanged(t *testing.T, before map[string]string) {
	t.Helper()
	if diff := cmp.Diff(before, s.files(t)); diff != "" {
		t.Errorf("an import that failed changed files (-before +after)\n%s", diff)
	}
}

const attackChangelog = `foo (1.0) unstable; urgency=medium

  * Change.

 -- Maint Ainer <maint@example.org>  Tue, 02 Jan 2024 03:04:05 +0530
`

// native is a native package of one tarball, foo_1.0.tar or foo_1.0.tar.EXT.
func native(ext, content string) *dsctest.Package {
	return &dsctest.Package{Format: "3.0 (native)", Source: "foo", Version: "1.0",
		Files: []dsctest.File{{Name: "foo_1.0.tar" + ext, Content: content}}}
}

// A rawTar is a tarball under construction, byte by byte.
type rawTar struct{ bytes.Buffer }

// header adds a header; edit may change it before its checksum is made.
func (r *rawTar) header(typ byte, name string, size int64, edit func(block []byte)) {
	b := make([]byte, 512)
	copy(b, name)
	copy(b[100:], "0000644\x00")
	copy(b[124:], fmt.Sprintf("%011o\x00", size))
	copy(b[136:], "14000000000\x00")
	b[156] = typ
	copy(b[257:], "ustar\x0000")
	if edit != nil {
		edit(b)
	}
	copy(b[148:], "        ")
	sum := 0
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	r.Write(b)
}

// file adds an entry with its content.
func (r *rawTar) file(typ byte, name, content string) {
	r.header(typ, name, int64(len(content)), nil)
	r.WriteString(content)
	r.Write(make([]byte, -len(content)&511))
}

// pax adds an extended header.
func (r *rawTar) pax(typ byte, records ...string) {
	var text strings.Builder
	for _, record := range records {
		n := len(record) + 2
		for n != len(fmt.Sprint(n))+len(record)+2 {
			n = len(fmt.Sprint(n)) + len(record) + 2
		}
		fmt.Fprintf(&text, "%d %s\n", n, record)
	}
	r.file(typ, "pax", text.String())
}

// end adds a changelog and the end of the archive.
func (r *rawTar) end() string {
	r.file('0', "foo-1.0/debian/changelog", attackChangelog)
	r.Write(make([]byte, 1024))
	return r.String()
}

func rawTarball(build func(r *rawTar)) string {
	var r rawTar
	build(&r)
	return r.end()
}

func TestAttackTarball(t *testing.T) {
	long := strings.Repeat("d/", 100_000) + "x"
	tests := []struct {
		name    string
		content string
		want    string
	}{
		{"negative size", rawTarball(func(r *rawTar) {
			r.header('0', "foo-1.0/a", 0, func(b []byte) { copy(b[124:136], bytes.Repeat([]byte{0xff}, 12)) })
		}), `read foo_1.0.tar: entry 1: size "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff" is out of range`},
		{"huge size", rawTarball(func(r *rawTar) {
			r.header('0', "foo-1.0/a", 0, func(b []byte) { copy(b[124:136], "\x80\x00\x00\x00\x70\x00\x00\x00\x00\x00\x00\x00") })
		}), "foo_1.0.tar: more bytes of content than the limit of 1074253824"},
		{"size that is no number", rawTarball(func(r *rawTar) {
			r.header('0', "foo-1.0/a", 0, func(b []byte) { copy(b[124:136], "-0000000001\x00") })
		}), `read foo_1.0.tar: entry 1: size "-0000000001" is no octal number`},
		{"negative size in an extended header", rawTarball(func(r *rawTar) {
			r.pax('x', "size=-1")
			r.file('0', "foo-1.0/a", "x")
		}), `read foo_1.0.tar: entry 1: extended header: size is "-1"`},
		{"name in an extended header leads out", rawTarball(func(r *rawTar) {
			r.pax('x', "path=foo-1.0/../../escaped")
			r.file('0', "foo-1.0/a", "x")
		}), `read foo_1.0.tar: entry 1: name "foo-1.0/../../escaped" leads out of the directory that is unpacked into`},
		{"name in a global extended header leads out", rawTarball(func(r *rawTar) {
			r.pax('g', "path=../escaped")
			r.file('0', "foo-1.0/a", "x")
		}), `read foo_1.0.tar: entry 1: name "../escaped" leads out of the directory that is unpacked into`},
		{"link in an extended header leads out", rawTarball(func(r *rawTar) {
			r.pax('x', "linkpath=../../etc/passwd")
			r.file('1', "foo-1.0/a", "")
		}), `read foo_1.0.tar: entry 1: name "../../etc/passwd" leads out of the directory that is unpacked into`},
		{"long name leads out", rawTarball(func(r *rawTar) {
			r.file('L', "././@LongLink", "foo-1.0/../../escaped\x00")
			r.file('0', "foo-1.0/a", "x")
		}), `read foo_1.0.tar: entry 1: name "foo-1.0/../../escaped" leads out of the directory that is unpacked into`},
		{"long link leads out", rawTarball(func(r *rawTar) {
			r.file('K', "././@LongLink", "../escaped\x00")
			r.file('1', "foo-1.0/a", "")
		}), `read foo_1.0.tar: entry 1: name "../escaped" leads out of the directory that is unpacked into`},
		{"prefix leads out", rawTarball(func(r *rawTar) {
			r.header('0', "escaped", 0, func(b []byte) { copy(b[345:], "..") })
		}), `read foo_1.0.tar: entry 1: name "../escaped" leads out of the directory that is unpacked into`},
		{"directories without end", rawTarball(func(r *rawTar) {
			r.file('L', "././@LongLink", long+"\x00")
			r.file('0', "x", "")
		}), "foo_1.0.tar: more bytes in a name than the limit of 4095"},
		{"many directories", rawTarball(func(r *rawTar) {
			r.file('L', "././@LongLink", strings.Repeat("d/", 300)+"x\x00")
			r.file('0', "x", "")
		}), "foo_1.0.tar: more directories in a name than the limit of 255"},
		{"long name of a file", rawTarball(func(r *rawTar) {
			r.file('L', "././@LongLink", "foo-1.0/"+strings.Repeat("x", 256)+"\x00")
			r.file('0', "x", "")
		}), fmt.Sprintf("unpack foo_1.0.tar: %q: a name of 256 bytes, but no file has one of more than 255", "foo-1.0/"+strings.Repeat("x", 256))},
		{"long target", rawTarball(func(r *rawTar) {
			r.file('K', "././@LongLink", strings.Repeat("x", 4096)+"\x00")
			r.file('2', "foo-1.0/l", "")
		}), "foo_1.0.tar: more bytes in the target of a link than the limit of 4095"},
		{"huge extended header", rawTarball(func(r *rawTar) { r.header('x', "pax", 2<<20, nil) }),
			"foo_1.0.tar: more bytes in an extended header than the limit of 1048576"},
		{"huge long name", rawTarball(func(r *rawTar) { r.header('L', "././@LongLink", 2<<30, nil) }),
			"foo_1.0.tar: more bytes in an extended header than the limit of 1048576"},
		{"huge sparse file", rawTarball(func(r *rawTar) {
			r.pax('x', "GNU.sparse.major=0", "GNU.sparse.minor=1", "GNU.sparse.name=foo-1.0/a",
				"GNU.sparse.size=1152921504606846976", "GNU.sparse.map=0,1,1152921504606846976,0")
			r.file('0', "x", "x")
		}), "foo_1.0.tar: more bytes of content than the limit of 1074561024"},
		{"sparse file that overlaps", rawTarball(func(r *rawTar) {
			r.pax('x', "GNU.sparse.major=0", "GNU.sparse.minor=1", "GNU.sparse.name=foo-1.0/a",
				"GNU.sparse.size=2", "GNU.sparse.map=0,1,0,1")
			r.file('0', "x", "xx")
		}), "read foo_1.0.tar: entry 1: sparse file: 1 bytes at 0 do not fit in"},
		{"wrong checksum", rawTarball(func(r *rawTar) {
			r.file('0', "foo-1.0/a", "")
			r.Bytes()[0] = 'F'
		}), "read foo_1.0.tar: entry 1: checksum of the header is 2994, but it says 3026"},
		{"truncated in the content", rawTarball(func(r *rawTar) {})[:700], "read foo_1.0.tar: entry 1: unexpected EOF"},
		{"no archive", "#!/bin/sh\ntouch escaped\n", "read foo_1.0.tar: entry 1: not a tar archive"},
		{"random blocks", strings.Repeat("random", 1000), `read foo_1.0.tar: entry 1: checksum "omrandom" is no octal number`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSandbox(t)
			s.refuse(t, s.write(t, native("", tt.content)), gitmap.Limits{}, "foo 1.0: "+tt.want)
		})
	}
}

// What GNU tar takes without harm has the files that it unpacks.
func TestAttackTarballKept(t *testing.T) {
	whole := rawTarball(func(r *rawTar) { r.file('0', "foo-1.0/a", "a") })
	tests := []struct {
		name, content string
		want          map[string]string // content by name; nil for that of whole
	}{
		{"concatenated", whole + rawTarball(func(r *rawTar) { r.file('0', "foo-1.0/a", "other") }), nil},
		{"trailing garbage", whole + strings.Repeat("garbage", 1000), nil},
		{"no end", whole[:len(whole)-1024], nil},
		{"name ends at a NUL", rawTarball(func(r *rawTar) {
			r.pax('x', "path=foo-1.0/a\x00/../../escaped")
			r.file('0', "x", "a")
		}), nil},
		{"times and owners out of range", rawTarball(func(r *rawTar) {
			r.pax('x', "mtime=-99999999999999999999", "uid=-1", "uname=../../root")
			r.file('0', "foo-1.0/a", "a")
		}), nil},
		// GNU tar agrees where inode numbers are not used again at once, such as on
		// tmpfs; on ext4 it takes the new file for what it had put in the place of the link.
		{"file over an absolute link", rawTarball(func(r *rawTar) {
			r.header('2', "foo-1.0/a", 0, func(b []byte) { copy(b[157:], "/etc/passwd") })
			r.file('0', "foo-1.0/a", "a")
		}), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSandbox(t)
			imp, err := importInto(t, s.repo, s.write(t, native("", tt.content)))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"a": "a", "debian/changelog": attackChangelog, "debian/source/format": "3.0 (native)\n"}
			if diff := cmp.Diff(want, treeContent(t, s.repo, imp.Tree.String())); diff != "" {
				t.Errorf("files (-want +got)\n%s", diff)
			}
		})
	}
}

// treeContent returns the contents of the files of a tree.
func treeContent(t *testing.T, repo *gitmap.Repo, tree string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for name := range importedFiles(t, repo, tree) {
		content, err := repo.Git(t.Context(), "cat-file", "blob", tree+":"+name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = content
	}
	return files
}

// A .gitmodules that git refuses to act upon is a file like any other: dgit keeps
// it, so the id is the same. Nothing of it is used in an import or a checkout.
func TestAttackGitmodules(t *testing.T) {
	s := newSandbox(t)
	const modules = "[submodule \"sub\"]\n\tpath = sub\n\turl = --upload-pack=touch escaped\n\tupdate = !touch escaped\n"
	imp, err := importInto(t, s.repo, s.write(t, native("", rawTarball(func(r *rawTar) { r.file('0', "foo-1.0/.gitmodules", modules) }))))
	if err != nil {
		t.Fatal(err)
	}
	if got := treeContent(t, s.repo, imp.Tree.String())[".gitmodules"]; got != modules {
		t.Errorf(".gitmodules = %q, want %q", got, modules)
	}
	if err := s.repo.CheckOut(t.Context(), imp.Commit); err != nil {
		t.Fatal(err)
	}
	for path := range s.files(t) {
		if strings.Contains(path, "escaped") {
			t.Errorf("%s is there", path)
		}
	}
}

// Of many names that git refuses all are counted, but few are listed.
func TestAttackManyLosses(t *testing.T) {
	s := newSandbox(t)
	imp, err := importInto(t, s.repo, s.write(t, native("", rawTarball(func(r *rawTar) {
		for i := range 3000 {
			r.file('0', fmt.Sprintf("foo-1.0/%d/.GIT", i), "")
		}
	}))))
	if err != nil {
		t.Fatal(err)
	}
	want := map[gitmap.LossKind]int{gitmap.LossName: 3000}
	const reasons = 1000 + 1 // the tarball is not compressed
	if !maps.Equal(imp.Losses.Counts, want) || len(imp.Losses.Listed) != 1000 || len(imp.Own) != reasons {
		t.Errorf("Losses = %v, %d listed, %d reasons, want %v, 1000 listed, 1001 reasons", imp.Losses.Counts, len(imp.Losses.Listed), len(imp.Own), want)
	}
}

// A repository in which other objects stand in for those of the package, and which has grafts,
// gets the same import as any other.
func TestAttackReplacements(t *testing.T) {
	s := newSandbox(t)
	path := s.write(t, &dsctest.Package{Format: "3.0 (quilt)", Source: "foo", Version: "1.0-1", Files: []dsctest.File{
		{Name: "foo_1.0.orig.tar.gz", Entries: []dsctest.Entry{{Name: "foo-1.0/a", Content: "one\n"}}},
		{Name: "foo_1.0-1.debian.tar.xz", Entries: []dsctest.Entry{
			{Name: "debian/changelog", Content: strings.Replace(attackChangelog, "1.0", "1.0-1", 1)},
			{Name: "debian/patches/series", Content: "fix.patch\n"},
			{Name: "debian/patches/fix.patch", Content: "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n"},
		}},
	}})
	want, err := importInto(t, s.repo, path)
	if err != nil {
		t.Fatal(err)
	}
	s.git(t, "config", "advice.graftFileDeprecated", "false")
	if err := os.WriteFile(filepath.Join(s.repo.CommonDir(), "info", "grafts"), []byte(want.Commit.String()+"\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name := range importedFiles(t, s.repo, want.Main.String()) {
		s.git(t, "replace", "-f", want.Main.String()+":"+name, want.Main.String()+":debian/source/format")
	}
	got, err := importInto(t, s.repo, path)
	if err != nil || got.Commit != want.Commit {
		t.Errorf("Import = %+v, %v, want commit %s", got, err, want.Commit)
	}
}
