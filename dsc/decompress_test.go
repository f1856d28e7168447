package dsc

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/dsnet/compress/bzip2"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// compressed returns content in the format that ext stands for.
func compressed(t testing.TB, ext, content string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch ext {
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".bz2":
		w, err = bzip2.NewWriter(&b, nil)
	case ".xz":
		w, err = xz.NewWriter(&b)
	case ".lzma":
		w, err = lzma.NewWriter(&b)
	default:
		return content
	}
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// decompressAll returns the content of data, and the first error.
func decompressAll(name string, data io.Reader) (string, error) {
	r, err := Decompress(name, data)
	if err != nil {
		return "", err
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	return string(content), err
}

// bothWays runs f with xz(1), if there is one, and without it.
func bothWays(t *testing.T, f func(t *testing.T)) {
	t.Run("child", func(t *testing.T) {
		if _, err := exec.LookPath("xz"); err != nil {
			// Then there is no other way than the one below.
			t.Skip("xz is not installed")
		}
		f(t)
	})
	t.Run("in process", func(t *testing.T) {
		t.Setenv("PATH", "")
		f(t)
	})
}

const streamContent = "hello\n"

// A stream is made from the sound stream z. It decompresses to the content so many
// times as want says for its format; where that says nothing it is refused.
type stream struct {
	name string
	make func(z string) string
	want map[string]int
}

const garbage = "garbage, for as long as headers are"

func zeros(n int) string { return strings.Repeat("\x00", n) }

func flipped(z string) string {
	b := []byte(z)
	b[len(b)/2] ^= 0x10
	return string(b)
}

var streams = []stream{
	{"sound", func(z string) string { return z }, map[string]int{".gz": 1, ".bz2": 1, ".xz": 1, ".lzma": 1}},
	{"two", func(z string) string { return z + z }, map[string]int{".gz": 2, ".bz2": 2, ".xz": 2}},
	{"a zero", func(z string) string { return z + zeros(1) }, map[string]int{".gz": 1}},
	{"four zeros", func(z string) string { return z + zeros(4) }, map[string]int{".gz": 1, ".bz2": 1, ".xz": 1}},
	{"many zeros", func(z string) string { return z + zeros(100000) }, map[string]int{".gz": 1, ".bz2": 1, ".xz": 1}},
	{"zeros, stream", func(z string) string { return z + zeros(4) + z }, map[string]int{".bz2": 1, ".xz": 2}},
	{"zeros, garbage", func(z string) string { return z + zeros(4) + garbage }, map[string]int{".bz2": 1}},
	{"garbage", func(z string) string { return z + garbage }, map[string]int{".bz2": 1}},
	{"a byte of garbage", func(z string) string { return z + "g" }, nil},
	{"empty", func(z string) string { return "" }, nil},
	{"one byte", func(z string) string { return z[:1] }, nil},
	{"two bytes", func(z string) string { return z[:2] }, nil},
	{"twelve bytes", func(z string) string { return z[:12] }, nil},
	{"half", func(z string) string { return z[:len(z)/2] }, nil},
	{"last byte missing", func(z string) string { return z[:len(z)-1] }, nil},
	{"a bit flipped", flipped, nil},
	{"garbage only", func(z string) string { return garbage }, nil},
	{"part of a second", func(z string) string { return z + z[:len(z)-4] }, nil},
	{"one byte of a second", func(z string) string { return z + z[:1] }, nil},
	{"two bytes of a second", func(z string) string { return z + z[:2] }, nil},
	{"second turns garbage", func(z string) string { return z + z[:4] + garbage }, nil},
	{"second with a bit flipped", func(z string) string { return z + flipped(z) }, nil},
}

func TestDecompress(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		for _, ext := range []string{".gz", ".bz2", ".xz", ".lzma"} {
			z := compressed(t, ext, streamContent)
			for _, s := range streams {
				// One byte at a time: what a decoder reads ahead must not matter.
				got, err := decompressAll("f"+ext, iotest.OneByteReader(strings.NewReader(s.make(z))))
				want, sound := s.want[ext]
				switch {
				case sound && (err != nil || got != strings.Repeat(streamContent, want)):
					t.Errorf("%s, %s: %q, %v, want the content %d times", ext, s.name, got, err, want)
				case !sound && err == nil:
					t.Errorf("%s, %s: %q, want an error", ext, s.name, got)
				case errors.Is(err, io.EOF):
					t.Errorf("%s, %s: %v is taken for the end", ext, s.name, err)
				}
			}
		}
	})
	if got, err := decompressAll("f.tar", strings.NewReader("x")); got != "x" || err != nil {
		t.Errorf("f.tar: %q, %v, want what is in it", got, err)
	}
}

// xz(1) takes the content of an .lzma under the name of an .xz, so dpkg-source does.
func TestDecompressLZMAAsXZ(t *testing.T) {
	z := compressed(t, ".lzma", streamContent)
	program, err := exec.LookPath("xz")
	if err != nil {
		t.Log("xz is not installed")
	}
	bothWays(t, func(t *testing.T) {
		for _, s := range streams {
			data := s.make(z)
			got, err := decompressAll("f.xz", iotest.OneByteReader(strings.NewReader(data)))
			if want, sound := s.want[".lzma"]; sound != (err == nil) || sound && got != strings.Repeat(streamContent, want) {
				t.Errorf("%s: %q, %v, want success: %t", s.name, got, err, sound)
			}
			if program == "" {
				continue
			}
			cmd := exec.Command(program, "-dc")
			cmd.Stdin = strings.NewReader(data)
			if _, programErr := cmd.Output(); (err == nil) != (programErr == nil) {
				t.Errorf("%s: %v, but xz says %v", s.name, err, programErr)
			}
		}
	})
	// From a file, which the child reads itself.
	path := filepath.Join(t.TempDir(), "f.xz")
	if err := os.WriteFile(path, []byte(z), 0o666); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got, err := decompressAll("f.xz", file); got != streamContent || err != nil {
		t.Errorf("file: %q, %v, want its content", got, err)
	}
	if got, err := decompressAll("f.xz", strings.NewReader("LZIP\x01"+z)); err == nil {
		t.Errorf(".lz: %q, want an error", got)
	}
}

// The programs take what we take. A single byte after a .bz2 is the exception: the
// program passes over it, we cannot tell it from a stream that was cut.
func TestDecompressAsPrograms(t *testing.T) {
	for ext, command := range map[string][]string{
		".gz": {"gzip", "-dc"}, ".bz2": {"bzip2", "-dc"}, ".xz": {"xz", "-dc"}, ".lzma": {"xz", "-dc", "--format=lzma"},
	} {
		program, err := exec.LookPath(command[0])
		if err != nil {
			t.Logf("%s is not installed", command[0])
			continue
		}
		z := compressed(t, ext, streamContent)
		for _, s := range streams {
			data := s.make(z)
			cmd := exec.Command(program, command[1:]...)
			cmd.Stdin = strings.NewReader(data)
			out, programErr := cmd.Output()
			got, err := decompressAll("f"+ext, strings.NewReader(data))
			if ext == ".bz2" && len(data) == len(z)+1 && data[len(z)] != z[0] {
				continue
			}
			if (err == nil) != (programErr == nil) || err == nil && got != string(out) {
				t.Errorf("%s, %s: %q, %v, but %s says %q, %v", ext, s.name, got, err, command[0], out, programErr)
			}
		}
	}
}

func TestDecompressErrors(t *testing.T) {
	z := map[string]string{}
	for _, ext := range []string{".gz", ".bz2", ".xz", ".lzma"} {
		z[ext] = compressed(t, ext, streamContent)
	}
	tests := []struct {
		name, data string
		want       string
		wantChild  string // with xz(1); "" if it is the same
	}{
		{"f.gz", "", "decompress f.gz: unexpected EOF", ""},
		{"f.bz2", "", "decompress f.bz2: unexpected EOF", ""},
		{"f.xz", "", "decompress f.xz: xz: data is truncated or corrupt", "decompress f.xz: xz: exit status 1: File format not recognized"},
		{"f.lzma", "", "decompress f.lzma: unexpected EOF", "decompress f.lzma: xz: exit status 1: File format not recognized"},
		{"f.gz", garbage, "decompress f.gz: gzip: invalid header", ""},
		{"f.gz", z[".gz"] + garbage, "decompress f.gz: garbage after the compressed data", ""},
		{"f.gz", z[".gz"][:len(z[".gz"])-1], "decompress f.gz: unexpected EOF", ""},
		{"f.bz2", garbage, "decompress f.bz2: bzip2 data invalid: bad magic value", ""},
		{"f.xz", z[".xz"] + "g", "decompress f.xz: xz: data is truncated or corrupt", "decompress f.xz: xz: exit status 1: Unexpected end of input"},
		{"f.lzma", z[".lzma"] + "g", "decompress f.lzma: garbage after the compressed data", "decompress f.lzma: xz: exit status 1: Compressed data is corrupt"},
		{"f.xz", withDictionary(z[".xz"], 40), "decompress f.xz: xz: LZMA2 dictionary size exceeds max",
			"decompress f.xz: xz: exit status 1: Memory usage limit reached"},
		{"f.xz", withDictionary(z[".xz"], 33), "decompress f.xz: xz: LZMA2 dictionary size exceeds max",
			"decompress f.xz: xz: exit status 1: Memory usage limit reached"},
		{"f.lzma", z[".lzma"][:1] + "\xff\xff\xff\xff" + z[".lzma"][5:], "decompress f.lzma: wants a dictionary of 4294967295 bytes, over the limit of 268435456",
			"decompress f.lzma: xz: exit status 1: Memory usage limit reached"},
	}
	bothWays(t, func(t *testing.T) {
		for _, tt := range tests {
			want := tt.want
			if tt.wantChild != "" && os.Getenv("PATH") != "" {
				want = tt.wantChild
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := decompressAll(tt.name, strings.NewReader(tt.data))
			runtime.ReadMemStats(&after)
			if err == nil || err.Error() != want {
				t.Errorf("%s %.40q: %v\nwant %s", tt.name, tt.data, err, want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
				t.Errorf("%s %.40q: takes %d bytes of memory", tt.name, tt.data, n)
			}
		}
	})
}

// withDictionary changes the size of the dictionary that the stream z of xz asks for;
// code stands for it as in section 5.3.1 of the format.
func withDictionary(z string, code byte) string {
	b := []byte(z)
	header := b[12 : 12+4*(int(b[12])+1)] // of the first block, after that of the stream
	header[bytes.IndexByte(header, 0x21)+2] = code
	binary.LittleEndian.PutUint32(header[len(header)-4:], crc32.ChecksumIEEE(header[:len(header)-4]))
	return string(b)
}

func TestDecompressLargestDictionary(t *testing.T) {
	xz, lzma := compressed(t, ".xz", streamContent), compressed(t, ".lzma", streamContent)
	bothWays(t, func(t *testing.T) {
		for name, data := range map[string]string{
			"f.xz":   withDictionary(xz, 32),
			"f.lzma": lzma[:1] + "\x00\x00\x00\x10" + lzma[5:],
		} {
			if got, err := decompressAll(name, strings.NewReader(data)); got != streamContent || err != nil {
				t.Errorf("%s that wants 256 MiB: %q, %v, want %q", name, got, err, streamContent)
			}
		}
	})
}

// failingReader fails after its content.
type failingReader struct {
	r   io.Reader
	err error
}

func (f failingReader) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

// An error of the source is never the end of the content.
func TestDecompressSourceFails(t *testing.T) {
	broken := errors.New("wire cut")
	bothWays(t, func(t *testing.T) {
		for _, ext := range []string{".gz", ".bz2", ".xz", ".lzma", ""} {
			z := compressed(t, ext, streamContent)
			for _, n := range []int{0, 1, len(z) / 2, len(z)} {
				got, err := decompressAll("f"+ext, failingReader{strings.NewReader(z[:n]), broken})
				if err == nil {
					t.Errorf("%q, source fails after %d of %d bytes: %q, want an error", ext, n, len(z), got)
				}
			}
		}
	})
}

// Content that is closed before its end leaves nothing behind.
func TestDecompressClose(t *testing.T) {
	content := strings.Repeat("A line like all the others.\n", 200000)
	path := filepath.Join(t.TempDir(), "f.xz")
	z := compressed(t, ".xz", content)
	if err := os.WriteFile(path, []byte(z), 0o666); err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	bothWays(t, func(t *testing.T) {
		for range 5 {
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, source := range []io.Reader{file, strings.NewReader(z)} {
				r, err := Decompress("f.xz", source)
				if err != nil {
					t.Fatal(err)
				}
				start := make([]byte, 1000)
				if _, err := io.ReadFull(r, start); err != nil || string(start) != content[:1000] {
					t.Errorf("%.20q..., %v, want the start of the content", start, err)
				}
				for range 2 {
					if err := r.Close(); err != nil {
						t.Errorf("Close: %v", err)
					}
				}
				if c, ok := r.(*decoder).r.(*xzChild); ok && c.cmd.ProcessState == nil {
					t.Error("the child has not been waited for")
				}
			}
			file.Close()
		}
	})
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines more than before", runtime.NumGoroutine()-before)
}

func TestDecompressIgnoresEnvironment(t *testing.T) {
	t.Setenv("XZ_OPT", "--no-such-option")
	t.Setenv("XZ_DEFAULTS", "--memlimit=1")
	t.Setenv("LC_ALL", "de_DE.UTF-8")
	z := compressed(t, ".xz", streamContent)
	if got, err := decompressAll("f.xz", strings.NewReader(z)); got != streamContent || err != nil {
		t.Errorf("%q, %v, want %q", got, err, streamContent)
	}
}

func FuzzDecompress(f *testing.F) {
	for _, ext := range []string{".gz", ".bz2", ".xz", ".lzma"} {
		z := compressed(f, ext, streamContent)
		for _, s := range streams {
			f.Add(ext, []byte(s.make(z)))
		}
	}
	f.Setenv("PATH", "") // a child for each input takes too long
	f.Fuzz(func(t *testing.T, ext string, data []byte) {
		r, err := Decompress("f"+ext, bytes.NewReader(data))
		if err != nil {
			return
		}
		defer r.Close()
		if _, err := io.CopyN(io.Discard, r, 1<<20); err != nil && err != io.EOF {
			if _, again := r.Read(make([]byte, 1)); again == nil || again.Error() != err.Error() {
				t.Errorf("after %v comes %v", err, again)
			}
		}
	})
}

func BenchmarkDecompress(b *testing.B) {
	var text strings.Builder
	words := strings.Fields("the quick brown fox jumps over a lazy dog if (x == NULL) return -1; static int main void")
	r := rand.New(rand.NewPCG(1, 1))
	for text.Len() < 16<<20 {
		text.WriteString(words[r.IntN(len(words))])
		text.WriteByte(" \n"[r.IntN(2)])
	}
	for _, ext := range []string{".gz", ".xz"} {
		path := filepath.Join(b.TempDir(), "f"+ext)
		if err := os.WriteFile(path, []byte(compressed(b, ext, text.String())), 0o666); err != nil {
			b.Fatal(err)
		}
		b.Run(ext[1:], func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				f, err := os.Open(path)
				if err != nil {
					b.Fatal(err)
				}
				r, err := Decompress(f.Name(), f)
				if err != nil {
					b.Fatal(err)
				}
				if n, err := io.Copy(io.Discard, r); n != int64(text.Len()) || err != nil {
					b.Fatal(n, err)
				}
				r.Close()
				f.Close()
			}
		})
	}
}
