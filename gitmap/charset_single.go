package gitmap

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// charsetsText has the charsets of the GNU C library (2.36) each byte of which is a
// character, whatever comes before and after it. A line of names is followed by lines
// that begin with a tab, of runs of bytes whose characters have other numbers than they: the
// first byte of the run, and their characters, in hexadecimal; "-" stands for none.
//
// "go test -run SingleByteCharsets -write-charsets" makes it.
//
//go:embed charsets.txt
var charsetsText string

// none says that bytes have no character.
const none = utf8.RuneError

// A singleByteCharset has the characters of the 256 bytes.
type singleByteCharset [256]rune

// singleByteCharsets has those of charsetsText by all their names.
var singleByteCharsets = sync.OnceValue(func() map[string]*singleByteCharset {
	all := map[string]*singleByteCharset{}
	var t *singleByteCharset
	for line := range strings.Lines(charsetsText) {
		words := strings.Fields(line)
		if line[0] == '\t' {
			t.setRun(words)
			continue
		}
		t = new(singleByteCharset)
		for b := range t {
			t[b] = rune(b)
		}
		for _, name := range words {
			all[name] = t
		}
	}
	return all
})

func addSingleByteCharsets(all charsetMap) {
	for name, t := range singleByteCharsets() {
		all.add(name, t)
	}
}

// setRun sets the characters of a run of bytes.
func (t *singleByteCharset) setRun(words []string) {
	first, _ := strconv.ParseUint(words[0], 16, 8)
	for i, word := range words[1:] {
		char := uint64(none)
		if word != "-" {
			char, _ = strconv.ParseUint(word, 16, 21)
		}
		t[int(first)+i] = rune(char)
	}
}

func (t *singleByteCharset) decode(text []byte) ([]byte, bool) {
	out := make([]byte, 0, 2*len(text))
	for _, b := range text {
		if t[b] == none {
			return nil, false
		}
		out = utf8.AppendRune(out, t[b])
	}
	return out, true
}
