package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// harmless returns text in a form that can be shown on a terminal: what would
// move the cursor, change colours or the direction of writing, or hide is
// written as an escape such as \x1b. Text of packages, servers and file names
// goes through it. Newlines and tabs stay.
func harmless(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '\n' || r == '\t' || !hidden(r):
			b.WriteString(text[i : i+size])
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
		i += size
	}
	return b.String()
}

// A harmlessWriter passes on what another host or its programs say, made harmless, line by line; ssh ends its lines
// with a carriage return, too. A line that does not end is passed on when it is long, and at the end.
type harmlessWriter struct {
	w    io.Writer
	line []byte
}

// longLine is how long a line may become, in bytes, before it is passed on without its end.
const longLine = 4096

// Write implements io.Writer.
func (h *harmlessWriter) Write(p []byte) (int, error) {
	h.line = append(h.line, p...)
	n := bytes.LastIndexByte(h.line, '\n') + 1
	if n == 0 && len(h.line) < longLine {
		return len(p), nil
	}
	if n == 0 {
		n = len(h.line)
	}
	_, err := io.WriteString(h.w, harmless(strings.ReplaceAll(string(h.line[:n]), "\r\n", "\n")))
	h.line = append(h.line[:0], h.line[n:]...)
	return len(p), err
}

// Close passes on what is left.
func (h *harmlessWriter) Close() error {
	_, err := io.WriteString(h.w, harmless(string(h.line)))
	h.line = nil
	return err
}

// harmlessLine is harmless for text that must stay on its line.
func harmlessLine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(harmless(text), "\n", `\n`), "\t", `\t`)
}

// hidden says whether r acts on a terminal instead of being seen there: control
// characters, bidirectional formatting (Unicode UAX 9), zero-width and tag
// characters, line and paragraph separators.
func hidden(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	case r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}
