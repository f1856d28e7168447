package archive

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"debgit/dsc"
)

// scan returns what scanSources finds in text, as lines.
func scan(t testing.TB, r io.Reader, text string) (string, error) {
	t.Helper()
	var b strings.Builder
	n, err := scanSources(t.Context(), "Sources", r, func(s *stanza) {
		content := text[s.offset : s.offset+s.size]
		if crc32.Checksum([]byte(content), castagnoli) != s.crc {
			t.Errorf("stanza %q: wrong checksum", content)
		}
		fmt.Fprintf(&b, "%s %s %q %v %q\n", s.pkg, s.version, s.binary, s.extra, content)
	})
	if err == nil && n != int64(len(text)) {
		t.Errorf("scanSources read %d bytes, want %d", n, len(text))
	}
	return b.String(), err
}

func TestScanSources(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", ""},
		{"newlines", "\n\n\n", ""},
		{"one", "Package: a\nVersion: 1\n", `a 1 "" false "Package: a\nVersion: 1\n"` + "\n"},
		{"no newline at the end", "Package: a\nVersion: 1", `a 1 "" false "Package: a\nVersion: 1"` + "\n"},
		{"two", "Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n\n",
			`a 1 "" false "Package: a\nVersion: 1\n\n"` + "\n" + `b 2 "" false "Package: b\nVersion: 2\n\n"` + "\n"},
		{"newlines between", "\nPackage: a\nVersion: 1\n\n\n\nPackage: b\nVersion: 2\n",
			`a 1 "" false "Package: a\nVersion: 1\n\n"` + "\n" + `b 2 "" false "Package: b\nVersion: 2\n"` + "\n"},
		{"binaries", "Package: a\nBinary: a, b,\n c,\n\td\nVersion: 1\nUploaders: x,\n e\nExtra-Source-Only: yes\n",
			`a 1 " a, b,  c, \td" true "Package: a\nBinary: a, b,\n c,\n\td\nVersion: 1\nUploaders: x,\n e\nExtra-Source-Only: yes\n"` + "\n"},
		{"case and blanks", "PACKAGE:a\nversion:\t1 \r\n", `a 1 "" false "PACKAGE:a\nversion:\t1 \r\n"` + "\n"},
		{"like the fields", "Package: a\nVersion: 1\nPackage-List: x\nVersions: y\nB: z\nBinary-Only: y\nExtra-Source-Only: no\n",
			`a 1 "" false "Package: a\nVersion: 1\nPackage-List: x\nVersions: y\nB: z\nBinary-Only: y\nExtra-Source-Only: no\n"` + "\n"},
	}
	for _, tt := range tests {
		for _, r := range []io.Reader{strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text)), iotest.DataErrReader(strings.NewReader(tt.text))} {
			got, err := scan(t, r, tt.text)
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			} else if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%s (-want +got)\n%s", tt.name, diff)
			}
		}
	}
}

func TestScanSourcesRefuses(t *testing.T) {
	tests := []struct {
		text string
		line int
	}{
		{"Package: a\n", 1},
		{"Version: 1\n\nPackage: b\nVersion: 2\n", 2},
		{"Package: a\nVersion: 1\n\n\nFormat: 1.0\n", 5},
		{"Package: a\nPackage: b\nVersion: 1\n", 2},
		{"Package: a\nVersion: 1\nversion: 2\n", 3},
		{"Package: a b\nVersion: 1\n", 1},
		{"Package:\nVersion: 1\n", 1},
		{"Package: a\nVersion: 1\x00\n", 2},
		{"Package: a\n \nVersion: 1\n", 2},
		{"Package: a\nVersion: 1\n e\n", 3},
		{"Package: a\n\r\nVersion: 1\n", 2},
		{"Package: a\nVersion: 1\nDescription:" + strings.Repeat(" long", maxStanzaSize/5), 2},
	}
	for _, tt := range tests {
		got, err := scan(t, strings.NewReader(tt.text), tt.text)
		if e, ok := errors.AsType[*dsc.SyntaxError](err); !ok || e.Line != tt.line {
			t.Errorf("scanSources(%.60q) = %.200q, %v, want a SyntaxError of line %d", tt.text, got, err, tt.line)
		}
	}
	broken := errors.New("broken")
	if _, err := scan(t, iotest.ErrReader(broken), ""); err != broken {
		t.Errorf("scanSources: %v, want the error of the reader", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	many := strings.Repeat("Package: a\nVersion: 1\n\n", 5000)
	if _, err := scanSources(ctx, "Sources", strings.NewReader(many), func(*stanza) {}); err != broken {
		t.Errorf("scanSources: %v, want the cause of the cancellation", err)
	}
}

// makeTestIndex makes an index of text.
func makeTestIndex(t testing.TB, text string) (*index, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index")
	err := writeFile(path, func(w io.Writer) error {
		return buildIndex(t.Context(), w, strings.NewReader(text), dsc.File{Name: "Sources", Size: 1 << 40}, false)
	})
	if err != nil {
		return nil, err
	}
	x, err := openIndex(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.f.Close() })
	return x, nil
}

func TestBuildIndexLimit(t *testing.T) {
	const text = "Package: a\nVersion: 1\n"
	for size, want := range map[int64]bool{int64(len(text)): true, int64(len(text)) - 1: false, 0: false} {
		err := buildIndex(t.Context(), io.Discard, strings.NewReader(text), dsc.File{Name: "Sources", Size: size}, false)
		if (err == nil) != want {
			t.Errorf("buildIndex with at most %d of %d bytes: %v", size, len(text), err)
		}
	}
}

// stanzaOf returns a stanza as Sources has it.
func stanzaOf(pkg, version, binaries string) string {
	return fmt.Sprintf("Package: %s\nBinary: %s\nVersion: %s\nDirectory: pool/main/%s\nChecksums-Sha256:\n %s 1 %s_%s.dsc\n\n",
		pkg, binaries, version, pkg, emptySHA256, pkg, version)
}

// FuzzScanSources checks that each stanza is found again by its name, as it stands, and
// that the strict reader sees the same package and version in it.
func FuzzScanSources(f *testing.F) {
	f.Add(stanzaOf("hello", "1.0", "hello, hello-doc") + stanzaOf("help", "2", "help"))
	f.Add(stanzaOf("a", "1", "a\n , b") + "\n\n" + stanzaOf("a", "1", ""))
	f.Add("Package: a\nVersion: 1\n a")
	f.Fuzz(func(t *testing.T, text string) {
		var names []string
		_, err := scanSources(t.Context(), "Sources", strings.NewReader(text), func(s *stanza) {
			p, err := dsc.ParseParagraph("Sources", []byte(text[s.offset:s.offset+s.size]))
			if err != nil {
				return
			}
			pkg, version := string(s.pkg), string(s.version)
			if p.Value("Package") != pkg || p.Value("Version") != version {
				t.Errorf("%q %q, want %q %q", pkg, version, p.Value("Package"), p.Value("Version"))
			}
			names = append(names, pkg)
		})
		x, err2 := makeTestIndex(t, text)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("scanSources: %v, buildIndex: %v", err, err2)
		}
		if err != nil {
			return
		}
		for _, pkg := range names {
			if len(rows(x.uploaded, pkg)) == 0 {
				t.Errorf("%q is not in the index", pkg)
			}
			if _, err := x.uploads("main", pkg); errors.Is(err, errDamaged) {
				t.Errorf("%q: %v", pkg, err)
			}
			if _, err := x.source(pkg); err != nil {
				t.Errorf("%q: %v", pkg, err)
			}
		}
	})
}
