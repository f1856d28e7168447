package dsc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openTar(data string, limits TarballLimits) *Tarball {
	return newTarball("t.tar", io.NopCloser(iotest.HalfReader(strings.NewReader(data))), limits.withDefaults(0))
}

// readTar returns the entries of a tarball before the first error, and that.
func readTar(t *Tarball) (all []Entry, err error) {
	for {
		e, err := t.Next()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, *e)
		if _, err := io.Copy(io.Discard, t); err != nil {
			return all, err
		}
	}
}

func TestTarball(t *testing.T) {
	tarball := openTar(rawHeader{name: "./dir/", typ: "5", mode: "0000700"}.block()+
		rawHeader{name: "/dir//file", mode: "0004755"}.with("content\n")+
		rawHeader{name: "dir/./link", typ: "2", link: "../x//y"}.block()+
		rawHeader{name: "hard", typ: "1", link: "./dir/file"}.block()+
		rawHeader{name: "fifo", typ: "6"}.block()+
		rawHeader{name: "char", typ: "3", major: "0000001", minor: "0000003"}.block()+
		rawHeader{name: "block", typ: "4"}.block()+tarEnd, TarballLimits{})
	want := []struct {
		Entry
		content string
	}{
		{Entry{Path: []string{"dir"}, Type: Directory, Mode: 0o700, Dotted: true}, ""},
		{Entry{Path: []string{"dir", "file"}, Type: Regular, Mode: 0o4755, Size: 8}, "content\n"},
		{Entry{Path: []string{"dir", "link"}, Type: Symlink, Mode: 0o644, Link: "../x//y"}, ""},
		{Entry{Path: []string{"hard"}, Type: HardLink, Mode: 0o644, Hard: []string{"dir", "file"}}, ""},
		{Entry{Path: []string{"fifo"}, Type: Special, Mode: 0o644, Special: "fifo"}, ""},
		{Entry{Path: []string{"char"}, Type: Special, Mode: 0o644, Special: "character device"}, ""},
		{Entry{Path: []string{"block"}, Type: Special, Mode: 0o644, Special: "block device"}, ""},
	}
	for _, w := range want {
		e, err := tarball.Next()
		if err != nil {
			t.Fatal(err)
		}
		w.Time = time.Unix(1600000000, 0).UTC() // as rawHeader has it
		if diff := cmp.Diff(w.Entry, *e); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", w.Name(), diff)
		}
		if content, err := io.ReadAll(tarball); string(content) != w.content || err != nil {
			t.Errorf("%s: content %q, %v, want %q", w.Name(), content, err, w.content)
		}
	}
	for range 2 {
		if e, err := tarball.Next(); err != io.EOF {
			t.Errorf("after the last entry: %v, %v, want io.EOF", e, err)
		}
	}
}

// Content that is not read, or not to its end, is passed over.
func TestTarballSkips(t *testing.T) {
	sparse := oldSparse(3000, []int{512, 512, 2048, 9, 3000, 0}, strings.Repeat("s", 512)+"ninebytes")
	for n := int64(0); n < 3000; n += 13 {
		tarball := openTar(sparse+tarB+tarEnd, TarballLimits{})
		if _, err := tarball.Next(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(io.Discard, tarball, n); err != nil {
			t.Fatal(err)
		}
		e, err := tarball.Next()
		if err != nil || e.Name() != "b" {
			t.Fatalf("after %d bytes: %v, %v, want b", n, e, err)
		}
		if content, err := io.ReadAll(tarball); string(content) != "B\n" || err != nil {
			t.Fatalf("after %d bytes: b has %q, %v", n, content, err)
		}
	}
}

func TestTarballRefuses(t *testing.T) {
	long := strings.Repeat("x", 200)
	tests := []struct {
		data    string
		limits  TarballLimits
		entries int // before the error
		want    string
	}{
		{"", TarballLimits{}, 0, "read t.tar: entry 1: not a tar archive"},
		{"garbage", TarballLimits{}, 0, "read t.tar: entry 1: not a tar archive"},
		{rawHeader{name: "a", sum: "        "}.block(), TarballLimits{}, 0, "read t.tar: entry 1: checksum is blank"},
		{pad(garbage), TarballLimits{}, 0, `read t.tar: entry 1: checksum of the header is 3432, but it says 0`},
		{tarA + rawHeader{name: "b", sum: "0000001"}.block(), TarballLimits{}, 1, "read t.tar: entry 2: checksum of the header is 3186, but it says 1"},
		{tarA + tarB[:513], TarballLimits{}, 2, "read t.tar: entry 2: unexpected EOF"},
		{tarA + tarB[:514], TarballLimits{}, 2, "read t.tar: entry 2: unexpected EOF"}, // the padding is missing
		{tarA + gnuLong("L", "b")[:600], TarballLimits{}, 1, "read t.tar: entry 2: unexpected EOF"},
		{rawHeader{name: "../a"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: name "../a" leads out of the directory that is unpacked into`},
		{rawHeader{name: "a/.."}.block(), TarballLimits{}, 0, `read t.tar: entry 1: name "a/.." leads out of the directory that is unpacked into`},
		{pax("x", "path=/../\x1b[2J") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: name "/../\x1b[2J" leads out of the directory that is unpacked into`},
		{rawHeader{name: "l", typ: "1", link: "../a"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: name "../a" leads out of the directory that is unpacked into`},
		{rawHeader{name: "l", typ: "1", link: "/"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: hard link to "/", which is no file`},
		{rawHeader{name: "l", typ: "2"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: symbolic link "l" has no target`},
		{rawHeader{}.block(), TarballLimits{}, 0, `read t.tar: entry 1: name "" is that of no file`},
		{rawHeader{name: "a/"}.with("A"), TarballLimits{}, 0, `read t.tar: entry 1: directory "a/" with 1 bytes of content`},
		{rawHeader{name: "m", typ: "M"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: "m" is continued from another volume`},
		{rawHeader{name: "a", size: "8"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: size "8" is no octal number`},
		{rawHeader{name: "a", size: "            "}.block(), TarballLimits{}, 0, `read t.tar: entry 1: size is blank`},
		{rawHeader{name: "a", size: strings.Repeat("\xff", 12)}.block(), TarballLimits{}, 0, `read t.tar: entry 1: size "` + strings.Repeat(`\xff`, 12) + `" is out of range`},
		{rawHeader{name: "a", mode: "rwx"}.block(), TarballLimits{}, 0, `read t.tar: entry 1: mode "rwx" is no octal number`},
		{pax("x", "size=-1") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: extended header: size is "-1"`},
		{rawPax("x", "99 a=b\n") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: extended header: record of length "99"`},
		{rawPax("x", "5 abc") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: extended header: record " abc"`},
		{paxSparseFile(9, "1\n0\n10\n", "0123456789"), TarballLimits{}, 0, `read t.tar: entry 1: sparse file: 10 bytes at 0 do not fit in`},
		{paxSparseFile(99, "2\n0\n1\n2\n1\n", "ab"), TarballLimits{}, 0, `read t.tar: entry 1: sparse file: the bytes at 2 do not start a block`},
		{paxSparseFile(99, "1\n0\n1\n", "ab"), TarballLimits{}, 0, `read t.tar: entry 1: sparse file: its parts have 1 bytes, but 2 are stored`},
		{paxSparseFile(99, "999\n"+strings.Repeat("0\n", 254), ""), TarballLimits{}, 0, `read t.tar: entry 1: sparse file: its map is longer than its content`},
		{paxSparseFile(99, strings.Repeat("0", 600), ""), TarballLimits{}, 0, `read t.tar: entry 1: sparse file: "00000000000000000000" in its map is no number`},
		{pax("x", "GNU.sparse.major=2") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: sparse file of format 2.0`},
		{pax("x", "GNU.sparse.map=0,1,2", "GNU.sparse.size=9") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: sparse file: odd map`},
		{pax("x", "GNU.sparse.numbytes=1") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: extended header: GNU.sparse.numbytes without an offset`},
		{pax("x", "GNU.sparse.offset=1", "GNU.sparse.offset=1") + tarA, TarballLimits{}, 0, `read t.tar: entry 1: extended header: GNU.sparse.offset twice`},

		{tarA + tarB, TarballLimits{Entries: 1}, 1, "t.tar: more entries than the limit of 1"},
		{tarA + rawHeader{name: "b", size: octal(1025)}.block(), TarballLimits{Size: 2048}, 1, "t.tar: more bytes of content than the limit of 2048"},
		{tarA + tarB, TarballLimits{Size: 1024}, 1, "t.tar: more bytes of content than the limit of 1024"},
		{tarA + tarEnd + zeros(9999), TarballLimits{Size: 2048}, 1, "t.tar: more bytes of content than the limit of 2048"},
		{rawHeader{name: "b", size: "77777777777"}.block(), TarballLimits{}, 0, "t.tar: more bytes of content than the limit of 1073741824"},
		{rawHeader{name: "b", size: base256(1<<62, 12)}.block(), TarballLimits{}, 0, "t.tar: more bytes of content than the limit of 1073741824"},
		{pax("x", "size=9223372036854775807") + tarA, TarballLimits{}, 0, "t.tar: more bytes of content than the limit of 1073741824"},
		{pax("x", "size=9223372036854775807") + rawHeader{name: "d", typ: "D"}.block(), TarballLimits{}, 0, "t.tar: more bytes of content than the limit of 1073741824"},
		{oldSparse(1<<32, []int{1<<32 - 1, 1}, "x"), TarballLimits{}, 0, "t.tar: more bytes of content than the limit of 1073741824"},
		{rawHeader{name: "x", typ: "L", size: base256(2<<30, 12)}.block(), TarballLimits{}, 0, "t.tar: more bytes in an extended header than the limit of 1048576"},
		{rawHeader{name: "x", typ: "x", size: base256(1<<20+1, 12)}.block(), TarballLimits{}, 0, "t.tar: more bytes in an extended header than the limit of 1048576"},
		{paxSparseFile(99, "1000000\n"+strings.Repeat("0\n", 1<<19-4), ""), TarballLimits{}, 0, "t.tar: more bytes in the map of a sparse file than the limit of 1048576"},
		{rawHeader{name: "x", typ: "x", size: base256(513, 12)}.block(), TarballLimits{Extension: 512}, 0, "t.tar: more bytes in an extended header than the limit of 512"},
		{paxSparseFile(99, "9000000000000000000\n", ""), TarballLimits{}, 0, "t.tar: more bytes in the map of a sparse file than the limit of 1048576"},
		{gnuLong("L", long) + tarA, TarballLimits{Path: 199}, 0, "t.tar: more bytes in a name than the limit of 199"},
		{gnuLong("L", strings.Repeat("x", 4096)) + tarA, TarballLimits{}, 0, "t.tar: more bytes in a name than the limit of 4095"},
		{gnuLong("K", long) + rawHeader{name: "l", typ: "2"}.block(), TarballLimits{Path: 199}, 0, "t.tar: more bytes in the target of a link than the limit of 199"},
		{gnuLong("K", long) + rawHeader{name: "l", typ: "1"}.block(), TarballLimits{Path: 199}, 0, "t.tar: more bytes in a name than the limit of 199"},
		{rawHeader{name: "a/b/c"}.block(), TarballLimits{Depth: 2}, 0, "t.tar: more directories in a name than the limit of 2"},
		{gnuLong("L", strings.Repeat("x/", 1000)+"x") + tarA, TarballLimits{}, 0, "t.tar: more directories in a name than the limit of 255"},
	}
	for _, tt := range tests {
		entries, err := readTar(openTar(tt.data, tt.limits))
		if len(entries) != tt.entries || err == nil || err.Error() != tt.want {
			t.Errorf("%.60q: %d entries, %v\nwant %d, %s", tt.data, len(entries), err, tt.entries, tt.want)
		}
		limit, isLimit := errors.AsType[*LimitError](err)
		if isLimit != strings.HasPrefix(tt.want, "t.tar: more ") || isLimit && limit != err {
			t.Errorf("%.60q: error is a %T", tt.data, err)
		}
	}
}

// What is just below a limit passes.
func TestTarballLimits(t *testing.T) {
	data := tarA + gnuLong("L", "x/y/"+strings.Repeat("z", 196)) + tarB + tarEnd
	if entries, err := readTar(openTar(data, TarballLimits{Entries: 2, Size: int64(len(data)) + 512, Path: 200, Depth: 3})); len(entries) != 2 || err != nil {
		t.Errorf("%d entries, %v, want 2", len(entries), err)
	}
	tests := []struct {
		limits     TarballLimits
		compressed int64
		want       TarballLimits
	}{
		{TarballLimits{}, 0, TarballLimits{4 << 20, 1 << 30, 4095, 255, 1 << 20}},
		{TarballLimits{}, 1 << 20, TarballLimits{4 << 20, 1<<30 + 200<<20, 4095, 255, 1 << 20}},
		{TarballLimits{}, 1 << 40, TarballLimits{4 << 20, 64 << 30, 4095, 255, 1 << 20}},
		{TarballLimits{1, 2, 3, 4, 5}, 1 << 40, TarballLimits{1, 2, 3, 4, 5}},
	}
	for _, tt := range tests {
		if got := tt.limits.withDefaults(tt.compressed); got != tt.want {
			t.Errorf("%v.withDefaults(%d) = %v, want %v", tt.limits, tt.compressed, got, tt.want)
		}
	}
}

// An error of the source is an error wherever it comes, and never the end.
func TestTarballSourceFails(t *testing.T) {
	data := tarA + gnuLong("L", "name") + tarB + tarEnd
	broken := errors.New("wire cut")
	for n := range len(data) + 1 {
		tarball := newTarball("t.tar", io.NopCloser(failingReader{strings.NewReader(data[:n]), broken}), TarballLimits{}.withDefaults(0))
		if entries, err := readTar(tarball); !errors.Is(err, broken) {
			t.Fatalf("source fails after %d bytes: %v, %v", n, entries, err)
		}
	}
}

// contentOf makes verified content of data.
func contentOf(t *testing.T, name string, data string) *Content {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return &Content{File{Name: name, Size: int64(len(data))}, f}
}

// Little that becomes much ends with a LimitError before it takes memory or time.
func TestTarballBombs(t *testing.T) {
	size := 2 << 20
	bombs := map[string]string{
		"one file":     rawHeader{name: "big", size: octal(size)}.block() + zeros(size) + tarEnd,
		"after end":    tarA + tarEnd + zeros(size),
		"many entries": strings.Repeat(rawHeader{name: "a"}.block(), size/512),
		"many headers": strings.Repeat(pax("x", "comment="), size/1024),
	}
	bothWays(t, func(t *testing.T) {
		for name, bomb := range bombs {
			for _, ext := range []string{".gz", ".bz2", ".xz", ".lzma"} {
				content := contentOf(t, "bomb.tar"+ext, bombStream(t, name, ext, bomb))
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				start := time.Now()
				tarball, err := OpenTarball(content, TarballLimits{Size: 1 << 18})
				if err != nil {
					t.Fatal(err)
				}
				_, err = readTar(tarball)
				if limit, ok := errors.AsType[*LimitError](err); !ok || *limit != (LimitError{"bomb.tar" + ext, "bytes of content", 1 << 18}) {
					t.Errorf("%s, %s: %v", name, ext, err)
				}
				tarball.Close()
				runtime.ReadMemStats(&after)
				if n := after.TotalAlloc - before.TotalAlloc; n > 40<<20 { // a decoder of .lzma takes its dictionary twice
					t.Errorf("%s, %s: took %d bytes of memory", name, ext, n)
				}
				if d := time.Since(start); d > 10*time.Second {
					t.Errorf("%s, %s: took %v", name, ext, d)
				}
			}
		}
	})
}

// bombStreams has what has been compressed already.
var bombStreams = map[string]string{}

func bombStream(t *testing.T, name, ext, bomb string) string {
	key := name + ext
	if bombStreams[key] == "" {
		bombStreams[key] = compressed(t, ext, bomb)
	}
	return bombStreams[key]
}

func FuzzTarball(f *testing.F) {
	for _, data := range rawTarballs {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := TarballLimits{Entries: 100, Size: 1 << 20, Path: 300, Depth: 20}
		first, total, err := fuzzTar(bytes.NewReader(data), limits)
		if total > limits.Size {
			t.Errorf("%d bytes of content, over the limit", total)
		}
		// However the content comes in pieces, the result is the same.
		again, _, errAgain := fuzzTar(iotest.DataErrReader(iotest.HalfReader(bytes.NewReader(data))), limits)
		if diff := cmp.Diff(first, again); diff != "" || errorText(err) != errorText(errAgain) {
			t.Errorf("in pieces: %v, %v\n%s", err, errAgain, diff)
		}
	})
}

// fuzzTar returns a line for each entry, and the size of all contents together.
func fuzzTar(r io.Reader, limits TarballLimits) (lines []string, total int64, err error) {
	tarball := newTarball("t.tar", io.NopCloser(r), limits)
	for {
		e, err := tarball.Next()
		if err == io.EOF {
			return lines, total, nil
		}
		if err != nil {
			return lines, total, err
		}
		for _, path := range [][]string{e.Path, e.Hard} {
			for _, part := range path {
				if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "/\x00") {
					return lines, total, fmt.Errorf("part %q of a name", part)
				}
			}
		}
		n, err := io.Copy(io.Discard, tarball)
		if total += n; err == nil && e.Type == Regular && n != e.Size {
			err = fmt.Errorf("%d bytes in a file of %d", n, e.Size)
		}
		lines = append(lines, fmt.Sprintf("%v %v", *e, err))
		if err != nil {
			return lines, total, err
		}
	}
}

func TestTarballTime(t *testing.T) {
	tests := []struct {
		mtime string // of a header
		want  time.Time
	}{
		{"00000000005", time.Unix(5, 0)},
		{base256(1<<33, 12), time.Unix(1<<33, 0)},
		{strings.Repeat("\xff", 12), time.Unix(-1, 0)},
		{strings.Repeat("\xff", 11) + "\x01", time.Unix(-255, 0)},
		{"\xfe" + strings.Repeat("\xff", 11), time.Time{}},
		{"junk", time.Time{}},
	}
	for _, tt := range tests {
		entries, err := readTar(openTar(rawHeader{name: "f", mtime: tt.mtime}.block()+tarEnd, TarballLimits{}))
		if err != nil || len(entries) != 1 || !entries[0].Time.Equal(tt.want) {
			t.Errorf("time %q: %v, %v, want one entry of %v", tt.mtime, entries, err, tt.want)
		}
	}
}
