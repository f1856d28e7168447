package gitmap

import (
	"strings"
	"sync"
)

// toUTF8 converts text from charset. It leaves text alone, whatever it is, if
// charset is empty or a plain name of UTF-8.
//
// Known are all charsets of the GNU C library (2.36), and so of git: see [charsets].
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

// A charset converts text to UTF-8, or says that it cannot.
type charset interface {
	decode(text []byte) ([]byte, bool)
}

func decodeCharset(text []byte, name string) ([]byte, bool) {
	c := charsets()[libraryName(name)]
	if c == nil {
		return nil, false
	}
	return c.decode(text)
}

// A charsetMap has charsets by their names as [libraryName] gives them.
type charsetMap map[string]charset

// add adds a charset that has all these names, separated by spaces.
func (m charsetMap) add(names string, c charset) {
	for name := range strings.FieldsSeq(names) {
		m[name] = c
	}
}

// charsets has all charsets. To make it takes some 2 ms, once: the tables of all single bytes are read
// at once, but [codeTables] only when a charset that needs one decodes.
var charsets = sync.OnceValue(func() charsetMap {
	all := charsetMap{}
	addSingleByteCharsets(all)
	addComposingCharsets(all) // which are among those of single bytes, without the composing
	addMultiByteCharsets(all)
	addShiftedCharsets(all)
	addISO2022Charsets(all)
	addUnicodeForms(all)
	addUTF7Forms(all)
	all.add("UTF-8 UTF8 ISO-10646/UTF-8 ISO-10646/UTF8 ISO-IR-193 OSF05010001", utf8Form{})
	all[""] = utf8Form{}           // nothing is the locale's
	all["LATIN-1"] = all["LATIN1"] // git's own addition
	all["TSCII"] = tamilCharset{}
	return all
})

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
