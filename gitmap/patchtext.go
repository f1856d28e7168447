package gitmap

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapeInvalid replaces bytes that are not UTF-8 by "\xNN".
func escapeInvalid(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&s, `\x%02x`, b[0])
		} else {
			s.Write(b[:size])
		}
		b = b[size:]
	}
	return s.String()
}

// textLines reads bytes as lines of text, each of which ends in "\n" whether that
// was LF, CR LF or CR. What is not UTF-8 becomes U+FFFD.
type textLines struct{ rest []byte }

func (t *textLines) next() (string, bool) {
	if len(t.rest) == 0 {
		return "", false
	}
	end := bytes.IndexAny(t.rest, "\r\n")
	if end < 0 {
		line := replaceInvalid(t.rest)
		t.rest = nil
		return line, true
	}
	line := replaceInvalid(t.rest[:end]) + "\n"
	if bytes.HasPrefix(t.rest[end:], []byte("\r\n")) {
		end++
	}
	t.rest = t.rest[end+1:]
	return line, true
}

// replaceInvalid replaces what is not UTF-8 by U+FFFD: one for each longest start of
// a valid sequence (The Unicode Standard, 3.9, "maximal subparts").
func replaceInvalid(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var s strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			size = validStart(b)
		}
		s.WriteRune(r)
		b = b[size:]
	}
	return s.String()
}

// validStart is how many bytes of b, which starts with no valid sequence, could
// start one; at least 1.
func validStart(b []byte) int {
	for size := min(len(b), utf8.UTFMax-1); size > 1; size-- {
		if !utf8.FullRune(b[:size]) {
			return size
		}
	}
	return 1
}

// isSpace is what Python takes for white space; unicode.IsSpace knows all but the
// four information separators.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func trimSpace(s string) string     { return strings.TrimFunc(s, isSpace) }
func trimSpaceLeft(s string) string { return strings.TrimLeftFunc(s, isSpace) }
