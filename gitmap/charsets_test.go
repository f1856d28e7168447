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
)

var writeCharsets = flag.Bool("write-charsets", false, "write charsets.txt and charsets_multi.txt.xz anew, from the iconv of this machine")

// iconvParts converts each part from charset by one run of iconv(1). A part is nil if
// it is invalid. ok is false if the parts cannot be told apart by the marks between them,
// two bytes that must have different characters.
func iconvParts(charset, marks string, parts [][]byte) (converted [][]rune, ok bool) {
	input := []byte(marks)
	for _, part := range parts {
		input = append(append(input, part...), marks...)
	}
	cmd := exec.Command("iconv", "-c", "-f", charset, "-t", "UTF-32BE")
	cmd.Stdin = bytes.NewReader(input)
	out, _ := cmd.Output() // fails if it has dropped anything
	var text []rune
	for ; len(out) >= 4; out = out[4:] {
		text = append(text, rune(binary.BigEndian.Uint32(out)))
	}
	if len(text) < 2 {
		return nil, false
	}
	between := text[:2]
	text = text[2:]
	for range parts {
		n := 0
		for ; n+2 <= len(text) && !slices.Equal(text[n:n+2], between); n++ {
		}
		if n+2 > len(text) {
			return nil, false
		}
		converted = append(converted, text[:n])
		text = text[n+2:]
	}
	return converted, len(text) == 0
}

// iconvTable returns the characters of the 256 bytes in charset, U+FFFD for those that have
// none, and the marks that it was found with; "" if it is not a charset of single bytes.
func iconvTable(charset string) (table [256]rune, marks string) {
	var parts [][]byte
	for b := range 256 {
		parts = append(parts, []byte{byte(b)})
	}
	for _, marks = range []string{"AB", "\xc1\xc2", "01", ":;"} { // the second for EBCDIC, the last for INIS-8
		converted, ok := iconvParts(charset, marks, parts)
		if !ok {
			continue
		}
		for b, chars := range converted {
			switch len(chars) {
			case 0:
				table[b] = none
			case 1:
				table[b] = chars[0]
			default:
				return table, ""
			}
		}
		return table, marks
	}
	return table, ""
}

// bytesAreIndependent says whether two bytes together mean what they mean one by one.
func bytesAreIndependent(charset, marks string, table [256]rune) bool {
	var parts [][]byte
	for a := range 256 {
		for b := range 256 {
			if table[a] != table[marks[0]] || table[b] != table[marks[1]] {
				parts = append(parts, []byte{byte(a), byte(b)})
			}
		}
	}
	converted, ok := iconvParts(charset, marks, parts)
	if !ok {
		return false
	}
	for i, part := range parts {
		var want []rune
		for _, b := range part {
			if table[b] != none {
				want = append(want, table[b])
			}
		}
		if !slices.Equal(converted[i], want) {
			return false
		}
	}
	return true
}

// charsetLines returns the lines of charsets.txt for the charset with the names.
func charsetLines(names []string, table [256]rune) string {
	var b strings.Builder
	b.WriteString(strings.Join(names, " ") + "\n")
	inRun := false
	for i, char := range table {
		if char == rune(i) {
			if inRun {
				b.WriteByte('\n')
			}
			inRun = false
			continue
		}
		if !inRun {
			fmt.Fprintf(&b, "\t%02x", i)
		}
		inRun = true
		if char == none {
			b.WriteString(" -")
		} else {
			fmt.Fprintf(&b, " %x", char)
		}
	}
	if inRun {
		b.WriteByte('\n')
	}
	return b.String()
}

// writeCharsetsFile writes charsets.txt: all charsets that iconv(1) knows and whose
// characters are single bytes, each whatever comes before and after it, and those that compose them.
func writeCharsetsFile(t *testing.T) {
	list, err := exec.Command("iconv", "-l").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := map[[256]rune][]string{}
	for _, line := range strings.Fields(string(list)) {
		name := libraryName(line)
		if charsetName(line) != line || strings.Contains(name, "2022") {
			continue // listed again without what does not count; or with sequences of three bytes
		}
		_, composing := charsets()[name].(*composingCharset)
		if table, marks := iconvTable(name); marks != "" && (composing || bytesAreIndependent(name, marks, table)) {
			names[table] = append(names[table], name)
		}
	}
	var lines []string
	for table, n := range names {
		slices.Sort(n)
		lines = append(lines, charsetLines(n, table))
	}
	slices.Sort(lines)
	if err := os.WriteFile("charsets.txt", []byte(strings.Join(lines, "")), 0o666); err != nil {
		t.Fatal(err)
	}
}

// needIconv skips a test where there is no iconv(1). If the tables are to be written anew, write
// does that, into file, instead of the test.
func needIconv(t *testing.T, file string, write func(*testing.T)) {
	t.Helper()
	if _, err := exec.LookPath("iconv"); err != nil {
		// It is what is compared with, and tests have to pass without.
		t.Skip("there is no iconv")
	}
	if *writeCharsets {
		write(t)
		// The test has the tables of before in it.
		t.Skip(file + " is written; build the test again")
	}
}

func TestSingleByteCharsetsAgainstIconv(t *testing.T) {
	needIconv(t, "charsets.txt", writeCharsetsFile)
	for line := range strings.Lines(charsetsText) {
		if line[0] == '\t' {
			continue
		}
		names := strings.Fields(line)
		if testing.Short() {
			names = names[:1]
		}
		for _, name := range names {
			want, marks := iconvTable(name)
			if got := singleByteCharsets()[name]; marks == "" || [256]rune(*got) != want {
				t.Errorf("charset %s has the characters %x, iconv says %x", name, *got, want)
			}
		}
	}
}
