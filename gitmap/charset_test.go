package gitmap

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestDecodeCharset(t *testing.T) {
	const refused = "<refused>"
	tests := []struct{ charset, text, want string }{
		{"ISO-8859-1", "\xa4\x80", "¤\u0080"},
		{"iso-8859-15", "\xa4", "€"},
		{"Windows-1252", "\x80", "€"},
		{"windows-1252", "\x81", refused},
		{"koi8-r", "\xc6\xca\xcc", "фйл"},
		{"us-ascii", "a", "a"},
		{"US-ASCII", "\xe9", refused},
		{"latin-1", "\xe9", "é"},
		{"latin1***", "\xe9", "é"},
		{"latin--1", "\xe9", refused},
		{"utf-8;", "é", "é"},
		{"utf-8;", "\xe9", refused}, // a plain "utf-8" is not checked
		{"*", "é", "é"},
		{"klingon", "a", refused},
	}
	for _, tt := range tests {
		got, ok := decodeCharset([]byte(tt.text), tt.charset)
		if !ok {
			got = []byte(refused)
		}
		if string(got) != tt.want {
			t.Errorf("decodeCharset(%q, %q) = %q, want %q", tt.text, tt.charset, got, tt.want)
		}
	}
}

func TestCharsetsAgainstGit(t *testing.T) {
	for _, c := range charsets {
		high := []rune(c.high)
		first := 256 - len(high)
		var word strings.Builder
		bad := -1
		for i := 128; i < 256; i++ {
			if i >= first && high[i-first] == utf8.RuneError {
				bad = i
				continue
			}
			fmt.Fprintf(&word, "=%02x", i)
		}
		names := strings.Fields(c.names)
		if testing.Short() {
			names = names[:1]
		}
		for _, name := range names {
			compareMailInfo(t, fmt.Appendf(nil, "Subject: =?%s?q?a%s?=\n\n", name, word.String()))
		}
		if bad >= 0 {
			compareMailInfo(t, fmt.Appendf(nil, "Subject: =?%s?q?a=%02x?=\n\n", names[0], bad))
		}
	}
}
