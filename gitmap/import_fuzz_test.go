package gitmap_test

import (
	"encoding/json"
	"runtime"
	"strings"
	"testing"

	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// aboutTexts are complaints of git-fsck(1) about what commits and files say, which is the
// package's own. The trees that hold them have to be sound.
var aboutTexts = strings.Fields(`
	badDate badDateOverflow badEmail badName badTimezone missingEmail missingNameBeforeEmail missingSpaceBeforeDate
	missingSpaceBeforeEmail multipleAuthors nulInCommit zeroPaddedDate gitattributesLarge gitattributesLineLength
	gitmodulesLarge gitmodulesName gitmodulesParse gitmodulesPath gitmodulesUpdate gitmodulesUrl
`)

// fuzzLimits keep each import short.
var fuzzLimits = gitmap.Limits{Entries: 1000, Size: 8 << 20, Patched: 1 << 20, PatchWork: 32 << 20, PatchSearch: 1 << 20}

// FuzzImport imports packages of all formats, whose tarball, control files, series and patches
// are anything. Twice, on other numbers of processors, the result must be the same; what is
// imported must be sound, and what is refused must leave nothing.
func FuzzImport(f *testing.F) {
	formats := []string{"3.0 (quilt)", "3.0 (native)", "1.0", "2.0"}
	changelog := strings.Replace(attackChangelog, "(1.0)", "(1.0-1)", 1)
	const (
		control = "Source: foo\nMaintainer: A <a@example.org>\n\nPackage: foo\nArchitecture: all\nDescription: x\n"
		change  = "From: B <b@example.org>\nSubject: change\n\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n"
		renamed = "diff --git a/a b/b\nsimilarity index 100%\nrename from a\nrename to b\n"
		made    = "Description: new\n more\n--- /dev/null\n+++ b/debian/new\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n"
	)
	upstream := rawTarball(func(r *rawTar) {
		r.file('0', "foo-1.0/a", "one\n")
		r.file('0', "foo-1.0/sub/b", "")
	})
	odd := rawTarball(func(r *rawTar) {
		r.pax('x', "path=foo-1.0/a", "mtime=1.5")
		r.file('0', "x", "one\n")
		r.header('2', "foo-1.0/link", 0, func(b []byte) { copy(b[157:], "sub/../a") })
		r.header('1', "foo-1.0/hard", 0, func(b []byte) { copy(b[157:], "foo-1.0/a") })
		r.file('6', "foo-1.0/fifo", "")
		r.file('5', "foo-1.0/empty/", "")
		r.file('0', "foo-1.0/.git/config", "[core]\n")
		r.file('0', "foo-1.0/.gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = -x\n")
	})
	for i := range formats {
		f.Add(byte(i), upstream, changelog, control, formats[i]+"\n", "a.patch\nb.patch\n", change, made)
		f.Add(byte(i), odd, changelog, control, formats[i]+"\n", "# no\na.patch -p1\n\nb.patch\n", change, renamed)
	}
	f.Add(byte(0), upstream, "", "", "", "a.patch", "", "")
	f.Fuzz(func(t *testing.T, format byte, tarball, changelog, control, says, series, a, b string) {
		p := &dsctest.Package{Format: formats[int(format)%len(formats)], Source: "foo", Version: "1.0-1"}
		debian := []dsctest.Entry{
			{Name: "debian/changelog", Content: changelog}, {Name: "debian/control", Content: control}, {Name: "debian/source/format", Content: says},
			{Name: "debian/patches/series", Content: series}, {Name: "debian/patches/a.patch", Content: a}, {Name: "debian/patches/b.patch", Content: b},
		}
		switch p.Format {
		case "3.0 (native)":
			p.Files = []dsctest.File{{Name: "foo_1.0.tar", Content: tarball}}
		case "1.0":
			p.Files = []dsctest.File{{Name: "foo_1.0.orig.tar", Content: tarball}, {Name: "foo_1.0-1.diff.gz", Content: a + b}}
		default:
			p.Files = []dsctest.File{{Name: "foo_1.0.orig.tar", Content: tarball}, {Name: "foo_1.0-1.debian.tar", Entries: debian}}
		}
		dscPath, err := p.Write(t.TempDir())
		if err != nil {
			t.Skip(err) // no tarball can hold that
		}
		one, oneErr := fuzzImport(t, dscPath, 1)
		four, fourErr := fuzzImport(t, dscPath, 4)
		switch {
		case (oneErr == nil) != (fourErr == nil) || oneErr != nil && oneErr.Error() != fourErr.Error():
			t.Errorf("Import on one processor: %v, on four: %v", oneErr, fourErr)
		case oneErr == nil && one.Commit != four.Commit:
			t.Errorf("Import on one processor = %s, on four %s", one.Commit, four.Commit)
		}
	})
}

func fuzzImport(t *testing.T, dscPath string, processors int) (*gitmap.Imported, error) {
	t.Helper()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
	repo := newRepo(t)
	imp, err := importWith(t, repo, dscPath, gitmap.ImportOptions{Limits: fuzzLimits})
	if err != nil {
		checkFiles(t, repo, true)
		return nil, err
	}
	if _, err := json.Marshal(imp.Report()); err != nil {
		t.Error(err)
	}
	var args []string
	for _, complaint := range aboutTexts {
		args = append(args, "-c", "fsck."+complaint+"=ignore")
	}
	if _, err := repo.Git(t.Context(), append(args, "fsck", "--strict", "--no-dangling")...); err != nil {
		t.Errorf("git fsck --strict: %v", err)
	}
	checkFiles(t, repo, false)
	return imp, nil
}
