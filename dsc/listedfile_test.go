package dsc

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetFile(t *testing.T) {
	const before = `Format: 1.8
Checksums-Sha1:
 aaaa 4 hello_1.dsc
 bbbb 5 hello_1.tar.xz
Checksums-Sha256:
 aaaa 4 hello_1.dsc
Checksums-Md5:
 aaaa 4 hello_1.dsc
Files:
 aaaa 4 devel optional hello_1.dsc
 bbbb 5 devel optional hello_1.tar.xz
Changes:
 a b hello_1.dsc
`
	// The digests are those of sha1sum, sha256sum and md5sum.
	const after = `Format: 1.8
Checksums-Sha1:
 f572d396fae9206628714fb2ce00f72e94f2258f 6 hello_1.dsc
 bbbb 5 hello_1.tar.xz
Checksums-Sha256:
 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 6 hello_1.dsc
Checksums-Md5:
 b1946ac92492d2347c6235b4d2611184 6 hello_1.dsc
Files:
 b1946ac92492d2347c6235b4d2611184 6 devel optional hello_1.dsc
 bbbb 5 devel optional hello_1.tar.xz
Changes:
 a b hello_1.dsc
`
	p, err := ParseParagraph("x.changes", []byte(before))
	if err != nil {
		t.Fatal(err)
	}
	p.SetFile("other.dsc", []byte("hello\n"))
	if diff := cmp.Diff(before, p.String()); diff != "" {
		t.Errorf("SetFile of a file that is not listed (-want +got):\n%s", diff)
	}
	p.SetFile("hello_1.dsc", []byte("hello\n"))
	if diff := cmp.Diff(after, p.String()); diff != "" {
		t.Errorf("SetFile (-want +got):\n%s", diff)
	}
}

func TestAddAndRemoveFile(t *testing.T) {
	const source = "Checksums-Sha1:\n bbbb 5 hello_1.orig.tar.xz\nChecksums-Sha256:\n cccc 5 hello_1.orig.tar.xz\nFiles:\n aaaa 5 hello_1.orig.tar.xz\n"
	const without = "Checksums-Sha1:\n aaaa 4 hello_1.dsc\nChecksums-Sha256:\n aaaa 4 hello_1.dsc\nFiles:\n aaaa 4 devel optional hello_1.dsc\n"
	const with = "Checksums-Sha1:\n aaaa 4 hello_1.dsc\n bbbb 5 hello_1.orig.tar.xz\nChecksums-Sha256:\n aaaa 4 hello_1.dsc\n cccc 5 hello_1.orig.tar.xz\n" +
		"Files:\n aaaa 4 devel optional hello_1.dsc\n aaaa 5 devel optional hello_1.orig.tar.xz\n"
	lists, err := ParseParagraph("x.dsc", []byte(source))
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParseParagraph("x.changes", []byte(without))
	if err != nil {
		t.Fatal(err)
	}
	const name = "hello_1.orig.tar.xz"
	if p.Lists(name) || !p.Lists("hello_1.dsc") {
		t.Errorf("Lists(%s) = %v, of the .dsc %v; want false, true", name, p.Lists(name), p.Lists("hello_1.dsc"))
	}
	p.AddFile(name, lists, Section{Section: "devel", Priority: "optional"})
	if diff := cmp.Diff(with, p.String()); diff != "" {
		t.Errorf("AddFile (-want +got):\n%s", diff)
	}
	p.RemoveFile(name)
	if diff := cmp.Diff(without, p.String()); diff != "" {
		t.Errorf("RemoveFile (-want +got):\n%s", diff)
	}
}
