package upload

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// asciiTable has the characters that iconv(1) of the GNU C library, asked for ASCII//TRANSLIT,
// writes otherwise than what is left of their compatibility decomposition: a line has what is left
// of that in the name of a patch, "" for nothing, and the code points.
//
//go:embed ascii.txt
var asciiTable string

var asciiOf = sync.OnceValue(func() map[rune]string {
	table := map[rune]string{}
	for line := range strings.Lines(asciiTable) {
		words := strings.Fields(line)
		for _, span := range words[1:] {
			var first, last rune
			if n, _ := fmt.Sscanf(span, "%X-%X", &first, &last); n < 2 {
				last = first
			}
			for r := first; r <= last; r++ {
				table[r] = strings.Trim(words[0], `"`)
			}
		}
	}
	return table
})

// toASCII writes a text in ASCII, as far as that matters for the name of a patch. What has no
// likeness there goes.
func toASCII(text string) string {
	var b strings.Builder
	for _, r := range text {
		if s, ok := asciiOf()[r]; ok {
			b.WriteString(s)
			continue
		}
		for _, part := range norm.NFKD.String(string(r)) {
			if part < 0x80 {
				b.WriteRune(part)
			}
		}
	}
	return b.String()
}
