package gitmap

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// toUTF8 converts text from charset. It leaves text alone, whatever it is, if
// charset is empty or a plain name of UTF-8.
//
// Known are the charsets of the GNU C library, and so of git, but for those that need tables
// of thousands of characters and that nobody writes mail in, such as IBM-1399: see
// [unknownCharsets].
func (r *mailReader) toUTF8(text []byte, charset string) []byte {
	switch asciiLower(charset) {
	case "", "utf-8", "utf8":
		return text
	}
	out, ok := decodeCharset(text, charset)
	switch {
	case ok:
	case slices.Contains(unknownCharsets, libraryName(charset)):
		r.fail("cannot convert %q from charset %q, which debgit does not know, though git does", text, charset)
	default:
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

// unknownCharsets are the charsets of the C library that are missing here.
var unknownCharsets = strings.Fields(`
	CP930 CP933 CP935 CP937 CP939 CP1364 CP1371 CP1388 CP1390 CP1399 CSIBM930 CSIBM933 CSIBM935
	CSIBM937 CSIBM939 CSIBM1364 CSIBM1371 CSIBM1388 CSIBM1390 CSIBM1399 CSISO2022CN CSISO2022JP2
	IBM-930 IBM-933 IBM-935 IBM-937 IBM-939 IBM-1364 IBM-1371 IBM-1388 IBM-1390 IBM-1399 IBM930
	IBM933 IBM935 IBM937 IBM939 IBM1364 IBM1371 IBM1388 IBM1390 IBM1399 ISO-2022-CN-EXT
	ISO-2022-CN ISO-2022-JP-2 ISO-2022-JP-3 ISO2022CN ISO2022CNEXT ISO2022JP2 TSCII UTF-7-IMAP
`)

// findCharset returns the decoder of the charset with the name, nil if there is none.
func findCharset(name string) decoder {
	switch name {
	case "UTF-8", "UTF8", "ISO-10646/UTF-8", "ISO-10646/UTF8", "ISO-IR-193", "OSF05010001", "": // nothing is the locale's
		return func(text []byte) ([]byte, bool) { return text, utf8.Valid(text) }
	case "LATIN-1": // git's own addition
		return findCharset("LATIN1")
	case "CSISO2022JP", "ISO-2022-JP", "ISO2022JP":
		return decodeISO2022JP
	case "CSISO2022KR", "ISO-2022-KR", "ISO2022KR":
		return decodeISO2022KR
	case "UTF-7", "UTF7":
		return decodeUTF7
	}
	if f := findUnicodeForm(name); f != nil {
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
