package gitmap

import (
	"bytes"
	_ "embed"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mikelolasagasti/xz"
)

// codeTablesFile has, compressed, what the charsets of the GNU C library (2.36) with codes of
// more than one byte have besides those of golang.org/x/text. It is text. A line of one
// name begins a table, a line of two a table that has all of the second one that
// it does not have otherwise. The lines of a table begin with a tab and a code in hexadecimal:
//
//	8140 CHARACTERS    of the code and those that follow it, U+FFFF for none
//	8861+16 가         of the code, and of the 16 that follow it those that follow 가
//	8862= CHARACTERS   all of this one code
//
// "go test -run MultiByteCharsetsAgainstIconv -write-charsets" makes it.
//
//go:embed charsets_multi.txt.xz
var codeTablesFile []byte

// noCode stands in a table for the character of a code that has none.
const noCode = '\uffff'

// A codeTable has the characters of codes.
type codeTable struct {
	base *codeTable // has those that are not in runs, if it is not nil
	runs []codeRun  // in the order of their codes
}

// A codeRun has the characters of codes that follow each other, one each, or all those of one code.
type codeRun struct {
	first uint32
	chars []rune
	one   bool // code, of all chars
}

// codeTables has the tables of codeTablesFile by name. It takes some 20 ms, once.
var codeTables = sync.OnceValue(func() map[string]*codeTable {
	all := map[string]*codeTable{}
	r, err := xz.NewReader(bytes.NewReader(codeTablesFile), 0)
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	var t *codeTable
	for line := range strings.Lines(string(text)) {
		if run, ok := strings.CutPrefix(line, "\t"); ok {
			t.runs = append(t.runs, parseCodeRun(strings.TrimSuffix(run, "\n")))
			continue
		}
		name, base, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		t = &codeTable{base: all[base]}
		all[name] = t
	}
	return all
})

func parseCodeRun(line string) codeRun {
	code, chars, _ := strings.Cut(line, " ")
	run := codeRun{chars: []rune(chars)}
	code, run.one = strings.CutSuffix(code, "=")
	code, more, _ := strings.Cut(code, "+")
	first, _ := strconv.ParseUint(code, 16, 32)
	run.first = uint32(first)
	n, _ := strconv.Atoi(more)
	for range n {
		run.chars = append(run.chars, run.chars[len(run.chars)-1]+1)
	}
	return run
}

// lookUp returns the characters of code, nil if it has none, and whether t knows the code.
func (t *codeTable) lookUp(code uint32) ([]rune, bool) {
	if t == nil {
		return nil, false
	}
	i, found := slices.BinarySearchFunc(t.runs, code, func(r codeRun, code uint32) int { return int(int64(r.first) - int64(code)) })
	if !found {
		i-- // the last run that begins before code
	}
	if i >= 0 {
		run, at := t.runs[i], int(code-t.runs[i].first)
		switch {
		case run.one && at == 0:
			return run.chars, true
		case !run.one && at < len(run.chars) && run.chars[at] == noCode:
			return nil, true
		case !run.one && at < len(run.chars):
			return run.chars[at : at+1], true
		}
	}
	return t.base.lookUp(code)
}

// A converted text is what the C library has written into a buffer as git gives it: as long as the
// text at first, and whenever that is full, with room for 31 bytes and twice those of the text
// that are still to be read.
//
// It matters for codes of several characters. If the buffer is full after one of them, the library
// keeps the next for later, so it is lost at the end of the text; and of more than
// one it repeats the first. (In EUC-JISX0213 and SHIFT_JISX0213, not at the end, the library then makes
// git ask for ever, or crash. There is nothing to follow in that.)
type converted struct {
	out  []byte
	room int // bytes that still fit in the buffer
	rest int // bytes of the text after the code that was written last
}

func newConverted(text []byte) *converted {
	return &converted{make([]byte, 0, 2*len(text)), len(text), len(text)}
}

// add writes the characters of a code that rest bytes of the text follow.
func (c *converted) add(chars []rune, rest int) {
	kept := 0 // the character that was kept for later, if any
	for i, char := range chars {
		if kept > 0 {
			char = chars[kept]
		}
		if utf8.RuneLen(char) > c.room {
			if i > 0 {
				if rest == 0 {
					return
				}
				kept, c.rest = i, rest
			}
			c.room = 2*c.rest + 31
		}
		c.room -= utf8.RuneLen(char)
		c.out = utf8.AppendRune(c.out, char)
	}
	c.rest = rest
}
