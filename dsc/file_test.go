package dsc

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

const (
	md5OfX  = "9dd4e461268c8034f5c8564e155c67a6"
	sha1OfX = "11f6ad8ec52a2984abaafd7c3b516503785c2072"
)

func TestParseDigest(t *testing.T) {
	tests := []struct {
		algorithm Algorithm
		hex       string
		want      string // of its String
		wantErr   string
	}{
		{MD5, md5OfX, "md5:" + md5OfX, ""},
		{SHA1, sha1OfX, "sha1:" + sha1OfX, ""},
		{SHA256, strings.ToUpper(sha256OfX), "sha256:" + sha256OfX, ""},
		{SHA256, sha1OfX, ":", `"` + sha1OfX + `" is no SHA256 digest`},
		{MD5, md5OfX[:31] + "g", ":", `"` + md5OfX[:31] + `g" is no MD5 digest`},
		{MD5, "", ":", `"" is no MD5 digest`},
	}
	for _, tt := range tests {
		got, err := ParseDigest(tt.algorithm, tt.hex)
		if got.String() != tt.want || errorText(err) != tt.wantErr {
			t.Errorf("ParseDigest(%s, %q) = %v, %v, want %s, %s", tt.algorithm, tt.hex, got, err, tt.want, tt.wantErr)
		}
	}
}

func TestCheckName(t *testing.T) {
	tests := []struct{ name, want string }{
		{"hello_2.10-3.debian.tar.xz", ""},
		{"0ad_1:2~rc1+x.tar.gz.asc", ""},
		{"a..b", ""},
		{"", "file name is empty"},
		{"../x", `file name "../x": "." is not allowed there`},
		{"..", `file name "..": "." is not allowed there`},
		{".dsc", `file name ".dsc": "." is not allowed there`},
		{"/abs", `file name "/abs": "/" is not allowed there`},
		{"a/b", `file name "a/b": "/" is not allowed there`},
		{"a/../b", `file name "a/../b": "/" is not allowed there`},
		{"-rf", `file name "-rf": "-" is not allowed there`},
		{"~root", `file name "~root": "~" is not allowed there`},
		{"a b", `file name "a b": " " is not allowed there`},
		{"a\nb", `file name "a\nb": "\n" is not allowed there`},
		{"a\x00b", `file name "a\x00b": "\x00" is not allowed there`},
		{"a\x1b[2J", `file name "a\x1b[2J": "\x1b" is not allowed there`},
		{"a\\b", `file name "a\\b": "\\" is not allowed there`},
		{"a%2fb", `file name "a%2fb": "%" is not allowed there`},
		{"caf\u00e9", `file name "caf` + "\u00e9" + `": "\xc3" is not allowed there`},
	}
	for _, tt := range tests {
		if got := errorText(CheckName(tt.name)); got != tt.want {
			t.Errorf("CheckName(%q) = %s, want %s", tt.name, got, tt.want)
		}
	}
}

// endless counts what is read of it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	e.n += int64(len(p))
	return len(p), nil
}

func TestCopyVerified(t *testing.T) {
	file := func(size int64, a Algorithm, hex string) File {
		return File{Name: "f", Size: size, Digest: Digest{a, hex}, ListedIn: "x.dsc"}
	}
	tests := []struct {
		file    File
		content string
		wantErr string
	}{
		{file(1, SHA256, sha256OfX), "x", ""},
		{file(1, SHA1, sha1OfX), "x", ""},
		{file(1, MD5, md5OfX), "x", ""},
		{file(0, MD5, "d41d8cd98f00b204e9800998ecf8427e"), "", ""},
		{file(2, SHA256, sha256OfX), "x", "f: size is 1 bytes, but x.dsc says 2"},
		{file(1, SHA256, sha256OfX), "", "f: size is 0 bytes, but x.dsc says 1"},
		{file(1, SHA256, sha256OfX), "xy", "f: size is over 1 bytes, but x.dsc says 1"},
		{file(1, MD5, md5OfX), "y", "f: MD5 is 415290769594460e2e485922904f345d, but x.dsc says " + md5OfX},
	}
	for _, tt := range tests {
		var dst bytes.Buffer
		err := tt.file.CopyVerified(&dst, strings.NewReader(tt.content))
		if errorText(err) != tt.wantErr || err == nil && dst.String() != tt.content {
			t.Errorf("%v of %q: %q, %v, want %s", tt.file, tt.content, dst.String(), err, tt.wantErr)
		}
		if _, ok := errors.AsType[*MismatchError](err); err != nil && !ok {
			t.Errorf("%v of %q: error is a %T", tt.file, tt.content, err)
		}
	}
	source := new(endless)
	var dst bytes.Buffer
	if err := file(1000, SHA256, sha256OfX).CopyVerified(&dst, source); errorText(err) != "f: size is over 1000 bytes, but x.dsc says 1000" {
		t.Errorf("endless source: %v", err)
	}
	if source.n > 1001 || dst.Len() > 1001 {
		t.Errorf("%d bytes read, %d written, want 1001 at most", source.n, dst.Len())
	}
	broken := errors.New("wire cut")
	if err := file(1, SHA256, sha256OfX).Verify(failingReader{strings.NewReader("x"), broken}); err != broken {
		t.Errorf("failing source: %v, want %v", err, broken)
	}
	if err := file(1, SHA256, sha256OfX).CopyVerified(failingWriter{broken}, io.LimitReader(strings.NewReader("x"), 1)); err != broken {
		t.Errorf("failing destination: %v, want %v", err, broken)
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }
