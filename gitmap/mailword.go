package gitmap

import (
	"bytes"
	"strings"
)

// transferEncoding is how MIME carries bytes in lines of text.
type transferEncoding int

const (
	asIs transferEncoding = iota
	base64Encoding
	quotedPrintable
)

func transferEncodingOf(value string) transferEncoding {
	value = asciiLower(value)
	switch {
	case strings.Contains(value, "base64"):
		return base64Encoding
	case strings.Contains(value, "quoted-printable"):
		return quotedPrintable
	}
	return asIs
}

// decode decodes one line. It stops at a NUL, as git does.
func (e transferEncoding) decode(line []byte) []byte {
	if e == asIs {
		return line
	}
	line, _, _ = bytes.Cut(line, []byte{0})
	if e == base64Encoding {
		return decodeBase64(line)
	}
	return decodeQuoted(line, false)
}

// decodeBase64 ignores what is not base64, padding included, and an odd rest.
func decodeBase64(s []byte) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var out []byte
	bits, have := 0, 0
	for _, c := range s {
		v := strings.IndexByte(alphabet, c)
		if v < 0 {
			continue
		}
		bits, have = bits<<6|v, have+6
		if have >= 8 {
			have -= 8
			out = append(out, byte(bits>>have))
			bits &= 1<<have - 1
		}
	}
	return out
}

// decodeQuoted decodes quoted-printable, or the Q encoding of RFC 2047. It keeps
// an "=" without two hexadecimal digits, and drops what follows one at the end.
func decodeQuoted(s []byte, word bool) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '=' && (i+1 == len(s) || s[i+1] == '\n'):
			return out
		case c == '=' && i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0:
			out = append(out, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
			i += 2
		case c == '_' && word:
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

func hexDigit(c byte) int { return strings.IndexByte("0123456789abcdef", asciiLower(string(c))[0]) }

// decodeWords decodes the words of RFC 2047 in the value of a header, wherever
// they are. Blanks between two of them vanish. Any "=?" that does not start such a
// word is an error.
func (r *mailReader) decodeWords(value []byte) []byte {
	var out []byte
	rest, afterWord := value, false
	for {
		before, word, found := bytes.Cut(rest, []byte("=?"))
		if !found {
			return append(out, rest...)
		}
		if !afterWord || len(bytes.TrimLeft(before, gitBlanks)) > 0 {
			out = append(out, before...)
		}
		charset, word, ok := bytes.Cut(word, []byte("?"))
		if !ok || len(word) < 2 || word[1] != '?' {
			r.fail("%q holds a broken RFC 2047 word", value)
			return nil
		}
		encoding := word[0]
		text, after, ok := bytes.Cut(word[2:], []byte("?="))
		if !ok {
			r.fail("%q holds a broken RFC 2047 word", value)
			return nil
		}
		switch encoding {
		case 'b', 'B':
			text = decodeBase64(text)
		case 'q', 'Q':
			text = decodeQuoted(text, true)
		default:
			r.fail("%q holds an RFC 2047 word in encoding %q", value, encoding)
			return nil
		}
		out = append(out, r.toUTF8(text, string(charset))...)
		rest, afterWord = after, true
	}
}
