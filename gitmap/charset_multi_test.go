package gitmap

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

var allCodes = flag.Bool("all-codes", false, "compare all codes of GB18030 with those of iconv, and many more texts in charsets with states")

// codesToTry returns the codes that c may have: of three or four bytes only those that begin
// as they do there, and without -all-codes only a part of them.
func codesToTry(c *multiByteCharset) [][]byte {
	var all [][]byte
	for i := range 0x10000 {
		switch {
		case i < 0x100:
			all = append(all, []byte{byte(i)})
		case i >= 0x8000:
			all = append(all, []byte{byte(i >> 8), byte(i)})
		}
	}
	every := 11
	if *allCodes || *writeCharsets {
		every = 1
	}
	add := func(prefix ...byte) {
		for i := 0; i < 96*96; i += every {
			all = append(all, append(slices.Clone(prefix), byte(0xa0+i/96), byte(0xa0+i%96)))
		}
	}
	switch {
	case strings.Contains(c.names, "EUC-J"):
		add(0x8f)
	case strings.Contains(c.names, "EUC-TW"):
		for plane := byte(0xa0); plane < 0xb2; plane++ {
			add(0x8e, plane)
		}
	case c.names == "GB18030":
		for i := 0; i < 126*10*126*10; i += every * every * every {
			all = append(all, []byte{byte(0x81 + i/12600), byte('0' + i/1260%10), byte(0x81 + i/10%126), byte('0' + i%10)})
		}
	}
	return all
}

// iconvAll returns what iconv(1) makes of each part of a text in charset without what is invalid.
func iconvAll(t *testing.T, charset string, parts [][]byte) [][]rune {
	after := []rune("\x03\x04\x05\x06") // of which what is invalid may take the first ones with it
	var all [][]rune
	for some := range slices.Chunk(parts, 1000) { // the library can hang where it has more to write than fits in 32 kB
		var ended [][]byte
		for _, part := range some {
			ended = append(ended, append(slices.Clone(part), string(after)...))
		}
		converted, ok := iconvParts(charset, "\x01\x02", ended)
		if !ok {
			t.Fatalf("iconv -f %s does not keep the parts apart", charset)
		}
		for _, chars := range converted {
			for i := range after {
				if n := len(chars) - len(after[i:]); n >= 0 && slices.Equal(chars[n:], after[i:]) {
					chars = chars[:n]
					break
				}
			}
			all = append(all, chars)
		}
	}
	return all
}

// iconvCodes returns the characters of the codes in charset, nil for those that are none.
func iconvCodes(t *testing.T, charset string, codes [][]byte) [][]rune {
	var firsts, tails [][]byte
	for b := range 256 {
		firsts = append(firsts, []byte{byte(b)})
	}
	singles := iconvAll(t, charset, firsts)
	for _, code := range codes {
		tails = append(tails, code[1:])
	}
	chars := iconvAll(t, charset, codes)
	for i, without := range iconvAll(t, charset, tails) {
		if len(chars[i]) == 0 || len(tails[i]) > 0 && (len(singles[codes[i][0]]) > 0 || slices.Equal(chars[i], without)) { // the first byte is a code, or was dropped
			chars[i] = nil
		}
		if slices.Contains(chars[i], '\ufffd') { // which may stand for what would be dropped
			cmd := exec.Command("iconv", "-f", charset, "-t", "UTF-8")
			cmd.Stdin = bytes.NewReader(codes[i])
			if cmd.Run() != nil {
				chars[i] = nil
			}
		}
	}
	return chars
}

// charsOf returns the characters of code in c, nil if it is none.
func (r codeReader) charsOf(code []byte) []rune {
	if chars, size := r.first(code); size == len(code) {
		return chars
	}
	return nil
}

// codeNumber is code as a number.
func codeNumber(code []byte) uint32 {
	return binary.BigEndian.Uint32(append(make([]byte, 4-len(code)), code...))
}

// appendCodes appends the lines of a table to b: those of the codes whose characters are not already
// what they should be.
func appendCodes(b *bytes.Buffer, codes [][]byte, chars, already [][]rune) {
	var run []rune
	next := uint32(0) // the code after run
	for i, code := range codes {
		number := codeNumber(code)
		if slices.Equal(chars[i], already[i]) {
			continue
		}
		if number != next || number&0xff == 0 || len(chars[i]) > 1 {
			appendRun(b, next-uint32(len(run)), run)
			run = nil
		}
		next = number + 1
		switch len(chars[i]) {
		case 0:
			run = append(run, noCode)
		case 1:
			run = append(run, chars[i]...)
		default:
			fmt.Fprintf(b, "\t%x= %s\n", number, string(chars[i]))
		}
	}
	appendRun(b, next-uint32(len(run)), run)
}

// appendRun appends the lines of a table for codes that follow each other.
func appendRun(b *bytes.Buffer, first uint32, chars []rune) {
	const most = 5 // characters in turn that are not worth a line of their own
	for len(chars) > 0 {
		start, n := 0, 0 // of characters in turn
		for ; start < len(chars) && n <= most; start += n {
			for n = 1; start+n < len(chars) && chars[start+n] == chars[start]+rune(n); n++ {
			}
		}
		if n > most {
			start -= n
		} else {
			n = 0
		}
		if start > 0 {
			fmt.Fprintf(b, "\t%x %s\n", first, string(chars[:start]))
		}
		if n > 0 {
			fmt.Fprintf(b, "\t%x+%d %c\n", first+uint32(start), n-1, chars[start])
		}
		first, chars = first+uint32(start+n), chars[start+n:]
	}
}

// writeCodeTables writes charsets_multi.txt.xz.
func writeCodeTables(t *testing.T) {
	var text bytes.Buffer
	for _, c := range multiByteCharsets {
		if c.table == "" {
			continue
		}
		codes := codesToTry(&c)
		chars := iconvCodes(t, c.table, codes)
		fmt.Fprintln(&text, c.table)
		c.table = ""
		var already [][]rune
		for _, code := range codes {
			already = append(already, c.codes().charsOf(code))
		}
		appendCodes(&text, codes, chars, already)
	}
	var file bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("charsets_multi.txt.xz", file.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestMultiByteCharsetsAgainstIconv(t *testing.T) {
	if _, err := exec.LookPath("iconv"); err != nil {
		t.Skip("there is no iconv")
	}
	if *writeCharsets {
		writeCodeTables(t)
		t.Skip("charsets_multi.txt.xz is written; build the test again")
	}
	for i := range multiByteCharsets {
		c := &multiByteCharsets[i]
		name := strings.Fields(c.names)[0]
		codes := codesToTry(c)
		r := c.codes()
		wrong := 0
		for j, want := range iconvCodes(t, name, codes) {
			if got := r.charsOf(codes[j]); !slices.Equal(got, want) {
				if wrong++; wrong < 10 {
					t.Errorf("%s: code %x has the characters %q, iconv says %q", name, codes[j], string(got), string(want))
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d codes differ", name, wrong)
		}
	}
}
