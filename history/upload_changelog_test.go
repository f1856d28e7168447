package history

import (
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// The changelog of an upload is in one of its files, whatever its format.
func TestChangelogOfUpload(t *testing.T) {
	text := stanza("1.0-1", "unstable")
	lines := strings.Count(text, "\n")
	tarball := func(name string, entries ...dsctest.Entry) dsctest.File {
		return dsctest.File{Name: name, Entries: entries}
	}
	orig := tarball("bell_1.0.orig.tar.gz", dsctest.Entry{Name: "bell-1.0/debian/changelog", Content: "upstream's\n"})
	diff := "--- bell-1.0.orig/README\n+++ bell-1.0/README\n@@ -1 +1 @@\n-a\n+b\n" +
		"--- bell-1.0.orig/debian/changelog\t2025-01-01\n+++ bell-1.0/debian/changelog\t2025-01-01\n@@ -0,0 +1," + string(rune('0'+lines)) + " @@\n" +
		"+" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n+") + "\n" +
		"--- bell-1.0.orig/debian/rules\n+++ bell-1.0/debian/rules\n@@ -0,0 +1 @@\n+x\n"
	for _, p := range []*dsctest.Package{
		{Format: "3.0 (quilt)", Version: "1.0-1", Files: []dsctest.File{orig, tarball("bell_1.0-1.debian.tar.xz",
			dsctest.Entry{Name: "debian/"}, dsctest.Entry{Name: "debian/changelog", Content: text}, dsctest.Entry{Name: "x/y/debian/changelog", Content: "no\n"})}},
		{Format: "3.0 (native)", Version: "1.0", Files: []dsctest.File{tarball("bell_1.0.tar.xz",
			dsctest.Entry{Name: "bell-1.0/"}, dsctest.Entry{Name: "bell-1.0/debian/changelog", Content: text}, dsctest.Entry{Name: "bell-1.0/README"})}},
		{Format: "1.0", Version: "1.0-1", Files: []dsctest.File{orig, {Name: "bell_1.0-1.diff.gz", Content: diff}}},
	} {
		p.Source = "bell"
		path, err := p.Write(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		pkg, err := dsc.OpenLocal(path, dsc.LocalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer pkg.Close()
		file, ok := packagingFile(pkg.Source())
		if !ok {
			t.Errorf("%s: no file with the packaging", p.Format)
			continue
		}
		for _, c := range pkg.Contents() {
			if c.File() != file {
				continue
			}
			read := changelogInTarball
			if p.Format == "1.0" {
				read = changelogInDiff
			}
			if got, err := read(c); err != nil || string(got) != text {
				t.Errorf("%s: %s: %q, %v, want %q", p.Format, file.Name, got, err, text)
			}
		}
	}
}
