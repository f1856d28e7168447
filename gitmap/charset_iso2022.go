package gitmap

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decodeISO2022JP decodes ISO-2022-JP (RFC 1468), which switches between charsets
// of seven bits. A switch that is not known is text. The characters of two bytes are
// those of EUC-JP, without its high bits.
func decodeISO2022JP(text []byte) ([]byte, bool) {
	const ascii, roman, kanji = 'A', 'R', 'K'
	switches := []struct {
		sequence string
		charset  byte
	}{{"\x1b(B", ascii}, {"\x1b(J", roman}, {"\x1b$@", kanji}, {"\x1b$B", kanji}}
	eucJP := findMultiByteCharset("EUC-JP").codes()
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
			chars, _ := eucJP.first([]byte{c | 0x80, text[1] | 0x80})
			if text[1] >= utf8.RuneSelf || chars == nil {
				return nil, false
			}
			char = chars[0]
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

// decodeISO2022KR decodes ISO-2022-KR (RFC 1557), which switches between ASCII and the
// characters of EUC-KR without its high bits.
func decodeISO2022KR(text []byte) ([]byte, bool) {
	const shiftOut, shiftIn, header = 0x0e, 0x0f, "\x1b$)C"
	eucKR := findMultiByteCharset("EUC-KR").codes()
	out := make([]byte, 0, 2*len(text))
	shifted := false
	for len(text) > 0 {
		char, size := rune(text[0]), 1
		switch c := text[0]; {
		case c >= utf8.RuneSelf:
			return nil, false
		case bytes.HasPrefix(text, []byte(header)):
			text = text[len(header):]
			continue
		case strings.HasPrefix(header, string(text)): // cut off
			return nil, false
		case c == shiftOut || c == shiftIn:
			shifted = c == shiftOut
			text = text[1:]
			continue
		case !shifted:
		case len(text) == 1 || text[1] >= utf8.RuneSelf:
			return nil, false
		default:
			var chars []rune
			chars, size = eucKR.first([]byte{c | 0x80, text[1] | 0x80})
			if size != 2 || chars == nil {
				return nil, false
			}
			char = chars[0]
		}
		out = utf8.AppendRune(out, char)
		text = text[size:]
	}
	return out, true
}
