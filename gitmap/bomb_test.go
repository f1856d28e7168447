package gitmap_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// A bomb is a package that wants far more than it is large.
type bomb struct {
	name   string
	pkg    *dsctest.Package
	limit  string // NAME=VALUE; or the defaults
	want   string // the error; "" if the package is imported
	memory int64  // in MiB, at most
}

// skipWithRaces skips a test that is about memory and time: the race detector takes ten
// times as much of both, and finds in large packages what it finds in small ones.
func skipWithRaces(t *testing.T) {
	t.Helper()
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			t.Skip("counts memory, of which the race detector takes much")
		}
	}
}

// What a package can make an import do is bounded, in time and in memory.
func TestBombs(t *testing.T) {
	skipWithRaces(t)
	for _, tt := range bombs(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newChildSandbox(t)
			path := s.write(t, tt.pkg)
			tt.pkg.Files = nil // gone from memory
			before := s.files(t)
			c := s.importer(t, path, childLimit+"="+tt.limit)
			start := time.Now()
			err := c.Run()
			t.Logf("%.1f s, %d MiB", time.Since(start).Seconds(), c.memory(t))
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("Import = error %q, want a commit", &c.stderr)
			case tt.want != c.stderr.String():
				t.Errorf("Import = error %q, want %q", &c.stderr, tt.want)
			case tt.want != "":
				s.checkUnchanged(t, before)
			}
			if c.memory(t) > tt.memory {
				t.Errorf("Import took %d MiB of memory, want at most %d", c.memory(t), tt.memory)
			}
		})
	}
}

func bombs(t *testing.T) []bomb {
	zeros := rawTarball(func(r *rawTar) {
		for i := range 4 {
			r.file('0', fmt.Sprintf("foo-1.0/%d", i), strings.Repeat("\x00", 8<<20))
		}
	})
	after := rawTarball(func(r *rawTar) {}) + strings.Repeat("\x00", 32<<20)
	var list []bomb
	for _, ext := range []string{".gz", ".xz", ".lzma", ".bz2"} {
		refusal := "foo 1.0: foo_1.0.tar" + ext + ": more bytes of content than the limit of 16777216"
		list = append(list,
			bomb{"files" + ext, native(ext, zeros), "size=16777216", refusal, 100},
			bomb{"after the end" + ext, native(ext, after), "size=16777216", refusal, 100})
	}
	list = append(list, tarballBombs()...)
	list = append(list, patchBombs()...)
	return append(list,
		bomb{"dictionary.xz", storedFile("foo_1.0.tar.xz", hugeDictionaryXZ(t)), "",
			"foo 1.0: read foo_1.0.tar.xz: entry 1: decompress foo_1.0.tar.xz: xz: exit status 1: Memory usage limit reached", 100},
		bomb{"dictionary.lzma", storedFile("foo_1.0.tar.lzma", "\x5d\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00"+strings.Repeat("x", 100)), "",
			"foo 1.0: read foo_1.0.tar.lzma: entry 1: decompress foo_1.0.tar.lzma: xz: exit status 1: Memory usage limit reached", 100},
	)
}

// tarballBombs have many entries, or large control files.
func tarballBombs() []bomb {
	many := rawTarball(func(r *rawTar) {
		for i := range 100_000 {
			r.file('0', fmt.Sprintf("foo-1.0/%d/%d", i%100, i), "")
		}
	})
	again := rawTarball(func(r *rawTar) {
		for range 100_000 {
			r.file('0', "foo-1.0/x", "")
		}
	})
	deep := rawTarball(func(r *rawTar) {
		for i := range 2000 {
			r.file('L', "././@LongLink", fmt.Sprintf("foo-1.0/%d/%sx\x00", i, strings.Repeat("d/", 200)))
			r.file('0', "x", "")
		}
	})
	below := rawTarball(func(r *rawTar) {
		for i := range 50_000 {
			r.file('L', "././@LongLink", fmt.Sprintf("foo-1.0/%s%d\x00", strings.Repeat(strings.Repeat("d", 249)+"/", 15), i))
			r.file('0', "x", "")
		}
	})
	mixed := rawTarball(func(r *rawTar) {
		for i := range 100 {
			r.file('0', fmt.Sprintf("foo-1.0/%d", i), fmt.Sprint(i, strings.Repeat("large", 800<<10)))
			for j := range 10 {
				r.file('0', fmt.Sprintf("foo-1.0/%d.%d", i, j), fmt.Sprint(i, j))
			}
		}
	})
	names := rawTarball(func(r *rawTar) {
		for i := range 1000 {
			r.file('L', "././@LongLink", fmt.Sprintf("foo-1.0/%0200d\x00", i))
			r.file('0', "x", "")
		}
	})
	links := rawTarball(func(r *rawTar) {
		r.file('K', "././@LongLink", strings.Repeat("./", 2000)+"\x00")
		r.file('2', "foo-1.0/l", "")
		for range 1000 {
			r.file('0', "foo-1.0/"+strings.Repeat("l/", 35)+"x", "")
		}
	})
	changelog := func(text string) string {
		var r rawTar
		r.file('0', "foo-1.0/debian/changelog", text)
		r.Write(make([]byte, 1024))
		return r.String()
	}
	return []bomb{
		{"empty files", native(".gz", many), "", "", 150},
		{"too many files", native(".gz", many), "entries=50000", "foo 1.0: foo_1.0.tar.gz: more entries than the limit of 50000", 100},
		{"the same file again", native(".gz", again), "entries=50000", "foo 1.0: foo_1.0.tar.gz: more entries than the limit of 50000", 100},
		{"directories that no entry makes", native(".gz", deep), "entries=50000", "foo 1.0: foo_1.0.tar.gz: more entries than the limit of 50000", 100},
		{"deep directories", native(".gz", deep), "", "", 250},
		{"small files in long directories", native(".gz", below), "", "", 100},
		{"small files after large ones", native(".gz", mixed), "", "", 100},
		{"long names", native(".gz", names), "names=100000", "foo 1.0: foo_1.0.tar.gz: more bytes of names than the limit of 100000", 100},
		{"ways through links", native(".gz", links), "entries=2000", "foo 1.0: foo_1.0.tar.gz: more directories to pass through than the limit of 128000", 100},
		{"large file", native("", rawTarball(func(r *rawTar) { r.file('0', "foo-1.0/a", strings.Repeat("a", 2000)) })),
			"file=1000", "foo 1.0: foo_1.0.tar: more bytes in a file than the limit of 1000", 100},
		{"large changelog", native(".gz", changelog(attackChangelog+strings.Repeat("\n", 8<<20))), "",
			"foo 1.0: debian/changelog: more bytes of changelog than the limit of 8388608", 150},
		{"changelog of blank lines", native(".gz", changelog(strings.Repeat("\n", 7<<20)+"  * x\n")), "", "", 400},
		{"changelog of one line", native(".gz", changelog(strings.Repeat("x", 1<<20))), "", "", 400},
	}
}

// patchBombs are patches, and what they are applied to.
func patchBombs() []bomb {
	const change = "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n"
	quilt := func(series string, upstream []dsctest.Entry, debian ...dsctest.Entry) *dsctest.Package {
		return &dsctest.Package{Format: "3.0 (quilt)", Source: "foo", Version: "1.0-1", Files: []dsctest.File{
			{Name: "foo_1.0.orig.tar.gz", Entries: append([]dsctest.Entry{{Name: "foo-1.0/"}, {Name: "foo-1.0/a", Content: "one\n"}}, upstream...)},
			{Name: "foo_1.0-1.debian.tar.gz", Entries: append([]dsctest.Entry{
				{Name: "debian/changelog", Content: strings.Replace(attackChangelog, "1.0", "1.0-1", 1)},
				{Name: "debian/patches/series", Content: series},
			}, debian...)},
		}}
	}
	patch := func(name, content string) dsctest.Entry {
		return dsctest.Entry{Name: "debian/patches/" + name, Content: content}
	}
	noise := func(n int) string { return strings.Repeat("noise\n", n/6) }
	zipped := func(n int) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		w.Write([]byte(noise(n)))
		w.Close()
		return b.String()
	}
	diff := &dsctest.Package{Format: "1.0", Source: "foo", Version: "1.0-1", Files: []dsctest.File{
		{Name: "foo_1.0.orig.tar.gz", Entries: []dsctest.Entry{{Name: "foo-1.0/a", Content: "one\n"}}},
		{Name: "foo_1.0-1.diff.gz", Content: noise(65 << 20)},
	}}
	var wide []dsctest.Entry
	for i := range 20_000 {
		wide = append(wide, dsctest.Entry{Name: fmt.Sprintf("foo-1.0/%d", i)})
	}
	large := dsctest.Entry{Name: "foo-1.0/b", Content: strings.Repeat(strings.Repeat("x", 63)+"\n", 60<<20>>6)}
	copies := "--- a/b\n+++ b/b\n@@ -0,0 +1 @@\n+two\n"
	for i := range 100 {
		copies += fmt.Sprintf("diff --git a/b b/c%d\ncopy from b\ncopy to c%d\n", i, i)
	}
	return []bomb{
		{"copies of a large file", quilt("fix.patch\n", []dsctest.Entry{large}, patch("fix.patch", copies)), "",
			"foo 1.0-1: debian/patches/fix.patch: more bytes made by a patch than the limit of 134217728", 300},
		{"many changes of a large file", quilt("fix.patch\n", []dsctest.Entry{large}, patch("fix.patch", strings.Repeat("--- a/b\n+++ b/b\n@@ -0,0 +1 @@\n+two\n", 1000))), "patch-search=20000000",
			"foo 1.0-1: debian/patches/fix.patch: more steps of applying a patch than the limit of 20000000", 400},
		{"many lines to be patched", quilt("fix.patch\n", []dsctest.Entry{{Name: "foo-1.0/b", Content: strings.Repeat("\n", 60<<20)}}, patch("fix.patch", "--- a/b\n+++ b/b\n@@ -0,0 +1 @@\n+two\n")), "",
			"foo 1.0-1: b: more bytes to be patched than the limit of 67108864", 200},
		{"many blanks in the names of a patch", quilt("fix.patch\n", nil, patch("fix.patch", change+"diff --git a/"+strings.Repeat(" /", 4<<20)+"x\n--- a/"+strings.Repeat(" ", 4<<20)+"x\n")), "",
			"foo 1.0-1: debian/patches/fix.patch: line 7: ends between --- and +++", 200},
		{"many patches", quilt(strings.Repeat("fix.patch\n", 10_001), nil, patch("fix.patch", change)), "",
			"foo 1.0-1: debian/patches/series: more patches than the limit of 10000", 150},
		{"large series", quilt(strings.Repeat("#\n", 3<<20), nil), "",
			"foo 1.0-1: debian/patches/series: more bytes of series than the limit of 4194304", 150},
		{"the same patch again", quilt(strings.Repeat("fix.patch\n", 1000), nil, patch("fix.patch", change+noise(1<<20))), "patch-work=104857600",
			"foo 1.0-1: debian/patches/fix.patch: line 3: hunk 1 does not match a", 150},
		{"long patch", quilt("fix.patch\n", nil, patch("fix.patch", noise(65<<20))), "",
			"foo 1.0-1: debian/patches/series: line 1: debian/patches/fix.patch: more bytes of patch than the limit of 67108864", 150},
		{"patch of one line", quilt("fix.patch\n", nil, patch("fix.patch", change+"x"+strings.Repeat("x", 60<<20))), "", "", 400},
		{"patch of many lines", quilt("fix.patch\n", nil, patch("fix.patch", "--- /dev/null\n+++ b/b\n@@ -0,0 +1,5000000 @@\n"+strings.Repeat("+\n", 5_000_000))), "",
			"foo 1.0-1: debian/patches/fix.patch: more lines of patch than the limit of 2097152", 250},
		{"patch.gz", quilt("fix.patch.gz\n", nil, patch("fix.patch.gz", zipped(65<<20))), "",
			"foo 1.0-1: debian/patches/fix.patch.gz: more bytes of patch than the limit of 67108864", 300},
		{".diff.gz", diff, "", "foo 1.0-1: foo_1.0-1.diff.gz: more bytes of patch than the limit of 67108864", 300},
		{"patch of a large file", quilt("fix.patch\n", []dsctest.Entry{{Name: "foo-1.0/b", Content: strings.Repeat("one\n", 1<<20)}},
			patch("fix.patch", "--- a/b\n+++ b/b\n@@ -1 +1 @@\n-one\n+two\n")), "patched=1048576",
			"foo 1.0-1: b: more bytes to be patched than the limit of 1048576", 100},
		{"binary patch", quilt("fix.patch\n", nil, patch("fix.patch", strings.Repeat("diff --git a/b b/b\nnew file mode 100644\nindex 0000000..1111111\nGIT binary patch\nliteral 67108864\nzcmZQz\n\n", 5))), "",
			"foo 1.0-1: debian/patches/fix.patch: line 4: dpkg-source cannot apply the binary change of b", 100},
		{"patches in a wide directory", quilt(onePatchEach(50), wide, patchEntries(50)...), "patch-work=20000000",
			"foo 1.0-1: debian/patches/16: more bytes of work on patches than the limit of 20000000", 150},
		{"long messages", quilt(onePatchEach(20), nil, patchEntries(20)...), "messages=200000",
			"foo 1.0-1: debian/patches/series: more bytes of commit messages than the limit of 200000", 150},
	}
}

// onePatchEach is a series of n patches, those of patchEntries.
func onePatchEach(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d\n", i)
	}
	return b.String()
}

// patchEntries are n patches, each of which makes a file and says much about it.
func patchEntries(n int) []dsctest.Entry {
	var list []dsctest.Entry
	for i := range n {
		list = append(list, dsctest.Entry{Name: fmt.Sprintf("debian/patches/%d", i),
			Content: "Description: x\n" + strings.Repeat(" more about it\n", 1000) + fmt.Sprintf("--- /dev/null\n+++ b/new%d\n@@ -0,0 +1 @@\n+x\n", i)})
	}
	return list
}

// storedFile is a native package whose tarball has these bytes.
func storedFile(name, data string) *dsctest.Package {
	return &dsctest.Package{Format: "3.0 (native)", Source: "foo", Version: "1.0",
		Files: []dsctest.File{{Name: name, Compression: dsctest.None, Content: data}}}
}

// hugeDictionaryXZ returns a small .xz that asks for a dictionary of 4 GiB.
func hugeDictionaryXZ(t *testing.T) string {
	b, err := native(".xz", rawTarball(func(r *rawTar) {})).Build()
	if err != nil {
		t.Fatal(err)
	}
	data := b.Files[0].Data
	// The header of the first block follows the 12 bytes of that of the stream: its
	// size, in units of four bytes and less one, and at its end a checksum.
	header := data[12:]
	header = header[:4*(int(header[0])+1)]
	i := bytes.Index(header, []byte{0x21, 0x01}) // LZMA2, with one byte of properties
	if i < 0 {
		t.Fatalf("no filter LZMA2 in the block header %x", header)
	}
	header[i+2] = 40 // 4 GiB - 1
	sum := header[len(header)-4:]
	binary.LittleEndian.PutUint32(sum, crc32.ChecksumIEEE(header[:len(header)-4]))
	return string(data)
}

// A whole bomb, against the defaults: one gigabyte in one megabyte.
func TestBombDefaultSize(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	skipWithRaces(t)
	t.Parallel()
	// Each file is a member of its own of the .gz, and all have the same content.
	var content bytes.Buffer
	w := gzip.NewWriter(&content)
	w.Write(make([]byte, 64<<20))
	w.Close()
	var data bytes.Buffer
	for i := range 24 {
		var header rawTar
		header.header('0', fmt.Sprintf("foo-1.0/%d", i), 64<<20, nil)
		w := gzip.NewWriter(&data)
		w.Write(header.Bytes())
		w.Close()
		data.Write(content.Bytes())
	}
	size := int64(data.Len())
	s := newChildSandbox(t)
	path := s.write(t, storedFile("foo_1.0.tar.gz", data.String()))
	before := s.files(t)
	c := s.importer(t, path)
	if err := c.Run(); err == nil {
		t.Fatal("the import works")
	}
	if want := fmt.Sprintf("foo 1.0: foo_1.0.tar.gz: more bytes of content than the limit of %d", gitmap.DefaultSize(size)); c.stderr.String() != want {
		t.Errorf("Import = error %q, want %q", &c.stderr, want)
	}
	if c.memory(t) > 100 {
		t.Errorf("Import took %d MiB of memory, want at most 100", c.memory(t))
	}
	s.checkUnchanged(t, before)
}

// A machine with many processors takes hardly more memory than one with few.
func TestManyWorkersMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	skipWithRaces(t)
	noise := make([]byte, 15<<20)
	rand.NewChaCha8([32]byte{}).Read(noise)
	tarball := rawTarball(func(r *rawTar) {
		for i := range 20 {
			r.file('0', fmt.Sprintf("foo-1.0/%d", i), fmt.Sprint(i, string(noise)))
			for j := range 20 {
				r.file('0', fmt.Sprintf("foo-1.0/%d.%d", i, j), fmt.Sprint(i, j))
			}
		}
	})
	s := newChildSandbox(t)
	path := s.write(t, native("", tarball))
	c := s.importer(t, path, "GOMAXPROCS=64")
	if err := c.Run(); err != nil {
		t.Fatalf("Import = error %q", &c.stderr)
	}
	t.Logf("%d MiB", c.memory(t))
	if c.memory(t) > 250 {
		t.Errorf("Import took %d MiB of memory, want at most 250", c.memory(t))
	}
}
