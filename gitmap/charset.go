package gitmap

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// toUTF8 converts text from charset. It leaves text alone, whatever it is, if
// charset is empty or a plain name of UTF-8.
//
// Known are the charsets that mail is written in. The C library, and with it git,
// knows more; here they are an error.
func (r *mailReader) toUTF8(text []byte, charset string) []byte {
	switch asciiLower(charset) {
	case "", "utf-8", "utf8":
		return text
	}
	out, ok := decodeCharset(text, charset)
	if !ok {
		r.fail("cannot convert %q from charset %q", text, charset)
	}
	return out
}

func decodeCharset(text []byte, charset string) ([]byte, bool) {
	switch name := charsetName(charset); name {
	case "UTF-8", "UTF8", "": // nothing is the locale's
		return text, utf8.Valid(text)
	case "LATIN-1": // git's own addition
		return decodeCharset(text, "LATIN1")
	case "CSISO2022JP", "ISO-2022-JP", "ISO2022JP":
		return decodeISO2022JP(text)
	default:
		c := findCharset(name)
		if c == nil {
			return nil, false
		}
		return c.decode(text)
	}
}

// charsetName is s without the characters that the C library ignores in the name
// of a charset, and in upper case.
func charsetName(s string) string {
	name := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z':
			name = append(name, c-'a'+'A')
		case isAlpha(c) || isDigit(c) || strings.IndexByte("_-/.,:", c) >= 0:
			name = append(name, c)
		}
	}
	return string(name)
}

// findCharset returns the charset with the name, nil if there is none.
func findCharset(name string) *charset {
	for i := range charsets {
		if slices.Contains(strings.Fields(charsets[i].names), name) {
			return &charsets[i]
		}
	}
	return nil
}

// A charset is what the GNU C library takes the bytes of a text for.
type charset struct {
	names    string            // that the C library knows, in upper case
	encoding encoding.Encoding // which agrees with the C library, except
	except   []codes           // for these
}

// codes are all codes of the same length with each byte between that of first and that
// of last. A code is the bytes of one character as a number, the first byte the highest.
type codes struct {
	first, last uint32
	char        rune // of first; it grows with the last byte. U+FFFD: they have none
}

func (c codes) contains(code uint32) bool {
	for shift := 24; shift >= 0; shift -= 8 {
		if b := byte(code >> shift); b < byte(c.first>>shift) || byte(c.last>>shift) < b {
			return false
		}
	}
	return true
}

func (c *charset) decode(text []byte) ([]byte, bool) {
	out := make([]byte, 0, 2*len(text))
	decoder := c.encoding.NewDecoder()
	for len(text) > 0 {
		char, size := c.decodeRune(decoder, text)
		if char == none {
			return nil, false
		}
		out = utf8.AppendRune(out, char)
		text = text[size:]
	}
	return out, true
}

// decodeRune returns the first character of text and the length of its code. The
// character is U+FFFD if text does not begin with a code.
func (c *charset) decodeRune(decoder transform.Transformer, text []byte) (rune, int) {
	var code uint32
	for size := 1; size <= min(len(text), 4); size++ {
		code = code<<8 | uint32(text[size-1])
		for _, e := range c.except {
			switch {
			case !e.contains(code):
			case e.char == none:
				return none, size
			default:
				return e.char + rune(code-e.first), size
			}
		}
		var out [2 * utf8.UTFMax]byte
		n, _, err := decoder.Transform(out[:], text[:size], false)
		if err == transform.ErrShortSrc {
			continue
		}
		char, length := utf8.DecodeRune(out[:n])
		if err != nil || length != n { // the rest was no part of the code
			char = none
		}
		return char, size
	}
	return none, 0
}

// decodeISO2022JP decodes ISO-2022-JP (RFC 1468), which switches between charsets
// of seven bits. A switch that is not known is text. The characters of two bytes are
// those of EUC-JP, without its high bits.
func decodeISO2022JP(text []byte) ([]byte, bool) {
	const ascii, roman, kanji = 'A', 'R', 'K'
	switches := []struct {
		sequence string
		charset  byte
	}{{"\x1b(B", ascii}, {"\x1b(J", roman}, {"\x1b$@", kanji}, {"\x1b$B", kanji}}
	eucJP := findCharset("EUC-JP")
	decoder := eucJP.encoding.NewDecoder()
	out := make([]byte, 0, 2*len(text))
	current := byte(ascii)
next:
	for len(text) > 0 {
		for _, s := range switches {
			if bytes.HasPrefix(text, []byte(s.sequence)) {
				current = s.charset
				text = text[len(s.sequence):]
				continue next
			}
		}
		char, size := rune(text[0]), 1
		switch c := text[0]; {
		case c >= utf8.RuneSelf:
			return nil, false
		case c == 0x1b && len(text) < 3: // a switch, cut off
			return nil, false
		case c <= ' ' || c == 0x7f || current == ascii:
		case current == roman:
			char = romanJIS(c)
		case len(text) == 1:
			return nil, false
		default:
			size = 2
			char, _ = eucJP.decodeRune(decoder, []byte{c | 0x80, text[1] | 0x80})
			if text[1] >= utf8.RuneSelf || char == none {
				return nil, false
			}
		}
		out = utf8.AppendRune(out, char)
		text = text[size:]
	}
	return out, true
}

// romanJIS returns the character of c, below 0x80, in JIS X 0201.
func romanJIS(c byte) rune {
	switch c {
	case '\\':
		return '¥'
	case '~':
		return '‾'
	}
	return rune(c)
}
