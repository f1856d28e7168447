package main

import (
	"fmt"
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
