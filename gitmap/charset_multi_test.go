package gitmap

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"
)

var allCodes = flag.Bool("all-codes", false, "compare all codes with those of iconv, and many more texts in charsets with states")

// everyNth is n, or 1 if all codes are wanted.
func everyNth(n int) int {
	if *allCodes || *writeCharsets {
		return 1
	}
	return n
}

// codesToTry returns the codes that c may have, those of three or four bytes as they begin
// there; without -all-codes only a part of them.
func codesToTry(c *multiByteCharset) [][]byte {
	var all [][]byte
	for i := range 0x100 {
		all = append(all, []byte{byte(i)})
	}
	for i := 0x8000; i < 0x10000; i += everyNth(3) {
		all = append(all, []byte{byte(i >> 8), byte(i)})
	}
	add := func(prefix ...byte) {
		for i := 0; i < 96*96; i += everyNth(11) {
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
		for i := 0; i < 126*10*126*10; i += everyNth(1001) {
			all = append(all, []byte{byte(0x81 + i/12600), byte('0' + i/1260%10), byte(0x81 + i/10%126), byte('0' + i%10)})
		}
	}
	return all
}

// iconvAll returns what iconv(1) makes of each part of a text in charset without what is invalid.
// It begins and ends each with marks.
func iconvAll(t *testing.T, charset, marks string, parts [][]byte) [][]rune {
	t.Helper()
	var all [][]rune
	for some := range slices.Chunk(parts, 1000) { // the library can hang where it has more to write than fits in 32 kB
		converted, ok := iconvParts(charset, marks, some)
		if !ok {
			t.Fatalf("iconv -f %s does not keep the parts apart", charset)
		}
		all = append(all, converted...)
	}
	return all
}

// iconvEnded is [iconvAll] for parts that may end within a code.
func iconvEnded(t *testing.T, charset string, parts [][]byte) [][]rune {
	t.Helper()
	after := []rune("\x03\x04\x05\x06") // of which what is invalid may take the first ones with it
	var ended [][]byte
	for _, part := range parts {
		ended = append(ended, append(slices.Clone(part), string(after)...))
	}
	all := iconvAll(t, charset, "\x01\x02", ended)
	for i, chars := range all {
		for j := range after {
			if n := len(chars) - len(after[j:]); n >= 0 && slices.Equal(chars[n:], after[j:]) {
				all[i] = chars[:n]
				break
			}
		}
	}
	return all
}

// iconvCodes returns the characters of the codes in charset, nil for those that are none.
func iconvCodes(t *testing.T, charset string, codes [][]byte) [][]rune {
	var firsts, followed, tails [][]byte
	for b := range 256 {
		firsts = append(firsts, []byte{byte(b)})
	}
	singles := iconvEnded(t, charset, firsts)
	for _, code := range codes {
		f := append(slices.Clone(code), 0xa4, 0xa1) // means something else after half a code
		followed, tails = append(followed, f), append(tails, f[1:])
	}
	chars, with, without := iconvEnded(t, charset, codes), iconvEnded(t, charset, followed), iconvEnded(t, charset, tails)
	for i, code := range codes {
		if len(chars[i]) == 0 || len(code) > 1 && (len(singles[code[0]]) > 0 || slices.Equal(with[i], without[i])) { // the first byte is a code, or was dropped
			chars[i] = nil
		}
		if slices.Contains(chars[i], '\ufffd') { // which may stand for what would be dropped
			cmd := exec.Command("iconv", "-f", charset, "-t", "UTF-8")
			cmd.Stdin = bytes.NewReader(code)
			if cmd.Run() != nil {
				chars[i] = nil
			}
		}
	}
	return chars
}

// shiftedCodesToTry returns the codes that a [shiftedCharset] may have.
func shiftedCodesToTry() [][]byte {
	var all [][]byte
	for i := range 0x100 {
		if i != shiftOut && i != shiftIn {
			all = append(all, []byte{byte(i)})
		}
	}
	for i := 0x100; i < 0x10000; i += everyNth(5) {
		if b := byte(i >> 8); b != shiftOut && b != shiftIn {
			all = append(all, []byte{b, byte(i)})
		}
	}
	return all
}

// iconvCodesBetween is [iconvCodes] for the codes of two bytes between two sequences, which
// are not needed around those of one byte.
func iconvCodesBetween(t *testing.T, charset, marks, before, after string, codes [][]byte) [][]rune {
	t.Helper()
	var parts [][]byte
	for _, code := range codes {
		if len(code) == 2 {
			code = slices.Concat([]byte(before), code, []byte(after))
		}
		parts = append(parts, code)
	}
	chars := iconvAll(t, charset, marks, parts)
	for i := range chars {
		if len(chars[i]) == 0 {
			chars[i] = nil
		}
	}
	return chars
}

// tableBases says on which table another one that has all of it, or nearly so, is based.
var tableBases = map[string]string{
	"IBM939": "IBM930", "IBM1390": "IBM930", "IBM1399": "IBM1390", "IBM1364": "IBM933", "IBM1388": "IBM935", "IBM1371": "IBM937",
}

// A codesInTable is what a table has, and what it need not have.
type codesInTable struct {
	table, base    string
	codes          [][]byte
	chars, already [][]rune
}

// iconvTables returns all tables, with the characters that iconv(1) says.
func iconvTables(t *testing.T) []codesInTable {
	var all []codesInTable
	for _, c := range multiByteCharsets {
		if c.table == "" {
			continue
		}
		in := codesInTable{table: c.table, codes: codesToTry(&c)}
		if c.table == "ISO-IR-165" {
			in.codes, in.chars = isoIR165Codes(t)
		} else {
			in.chars = iconvCodes(t, c.table, in.codes)
		}
		c.table = ""
		for _, code := range in.codes {
			in.already = append(in.already, c.codes().whole(code))
		}
		all = append(all, in)
	}
	chars := map[string][][]rune{}
	for _, c := range shiftedCharsets {
		in := codesInTable{table: c.table, base: tableBases[c.table], codes: shiftedCodesToTry()}
		in.chars = iconvCodesBetween(t, c.table, "\xc1\xc2", "\x0e", "\x0f", in.codes)
		chars[c.table], in.already = in.chars, chars[in.base]
		c.table = ""
		for i := 0; in.base == "" && i < len(in.codes); i++ {
			already, _ := c.codes().lookUp(in.codes[i])
			in.already = append(in.already, already)
		}
		all = append(all, in)
	}
	return all
}

// isoIR165Codes returns the codes that ISO-IR-165 may have, with the high bits, and their characters.
func isoIR165Codes(t *testing.T) (codes [][]byte, chars [][]rune) {
	var low [][]byte
	for a := byte(0x21); a <= 0x7e; a++ {
		for b := byte(0x21); b <= 0x7e; b++ {
			low, codes = append(low, []byte{a, b}), append(codes, []byte{a | 0x80, b | 0x80})
		}
	}
	return codes, iconvCodesBetween(t, "ISO-2022-CN-EXT", "AB", "\x1b$)E\x0e", "\x0f", low)
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
	for _, in := range iconvTables(t) {
		fmt.Fprintln(&text, strings.TrimSpace(in.table+" "+in.base))
		appendCodes(&text, in.codes, in.chars, in.already)
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
	needIconv(t, "charsets_multi.txt.xz", writeCodeTables)
	for i := range multiByteCharsets {
		c := &multiByteCharsets[i]
		name, codes := strings.Fields(c.names)[0], codesToTry(c)
		var want [][]rune
		if c.table == "ISO-IR-165" {
			codes, want = isoIR165Codes(t)
		} else {
			want = iconvCodes(t, name, codes)
		}
		compareCodes(t, name, codes, want, c.codes().whole)
	}
	for i := range shiftedCharsets {
		c := &shiftedCharsets[i]
		name, codes := strings.Fields(c.names)[0], shiftedCodesToTry()
		compareCodes(t, name, codes, iconvCodesBetween(t, name, "\xc1\xc2", "\x0e", "\x0f", codes), func(code []byte) []rune {
			chars, _ := c.codes().lookUp(code)
			return chars
		})
	}
}

func compareCodes(t *testing.T, name string, codes [][]byte, want [][]rune, charsOf func(code []byte) []rune) {
	t.Helper()
	wrong := 0
	for i, code := range codes {
		if got := charsOf(code); !slices.Equal(got, want[i]) {
			if wrong++; wrong < 10 {
				t.Errorf("%s: code %x has the characters %q, iconv says %q", name, code, string(got), string(want[i]))
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%s: %d codes differ", name, wrong)
	}
}
