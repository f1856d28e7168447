package gitmap

import (
	"strings"
	"unicode/utf8"
)

// toUTF8 converts text from charset. It leaves text alone, whatever it is, if
// charset is empty or a plain name of UTF-8.
//
// Known are all charsets of the GNU C library (2.36), and so of git: see [findCharset].
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

// A decoder converts text to UTF-8, or says that it cannot.
type decoder func(text []byte) ([]byte, bool)

func decodeCharset(text []byte, charset string) ([]byte, bool) {
	decode := findCharset(libraryName(charset))
	if decode == nil {
		return nil, false
	}
	return decode(text)
}

// findCharset returns the decoder of the charset with the name, nil if there is none.
func findCharset(name string) decoder {
	switch name {
	case "UTF-8", "UTF8", "ISO-10646/UTF-8", "ISO-10646/UTF8", "ISO-IR-193", "OSF05010001", "": // nothing is the locale's
		return func(text []byte) ([]byte, bool) { return text, utf8.Valid(text) }
	case "LATIN-1": // git's own addition
		return findCharset("LATIN1")
	case "TSCII":
		return decodeTSCII
	}
	if f := findUnicodeForm(name); f != nil {
		return f.decode
	}
	if f := findUTF7Form(name); f != nil {
		return f.decode
	}
	if c := findComposingCharset(name); c != nil {
		return c.decode
	}
	if t := singleByteCharsets()[name]; t != nil {
		return t.decode
	}
	if c := findMultiByteCharset(name); c != nil {
		return c.decode
	}
	if c := findShiftedCharset(name); c != nil {
		return c.decode
	}
	if c := findISO2022Charset(name); c != nil {
		return c.decode
	}
	return nil
}

// libraryName is the name by which the C library looks for the charset that s names: in upper
// case, without the characters that it ignores, and without what follows two slashes.
func libraryName(s string) string {
	name, _, _ := strings.Cut(charsetName(s), "//")
	return strings.TrimSuffix(name, "/")
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
