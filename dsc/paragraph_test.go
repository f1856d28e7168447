package dsc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseParagraph(t *testing.T) {
	tests := []struct {
		text string
		want Paragraph
	}{
		{"A: b\n", Paragraph{{"A", "b", 1}}},
		{"A: b", Paragraph{{"A", "b", 1}}},
		{"A:b:c\nB:\n", Paragraph{{"A", "b:c", 1}, {"B", "", 2}}},
		{"\n \t\nA: \t b \t\n\n\n", Paragraph{{"A", "b", 3}}},
		{"A: b\r\n c\r\n\r\n", Paragraph{{"A", "b\n c", 1}}},
		{"A:\n b\n\t c  \n  .\nB: d\n", Paragraph{{"A", "\n b\n\t c\n  .", 1}, {"B", "d", 5}}},
		{"Caf!/'~_0: caf\xe9 \x1b\n", Paragraph{{"Caf!/'~_0", "caf\xe9 \x1b", 1}}},
		{"A: b\n# no comment: it continues nothing\n", nil},
	}
	for _, tt := range tests {
		got, err := ParseParagraph("f", []byte(tt.text))
		if (err == nil) != (tt.want != nil) {
			t.Errorf("ParseParagraph(%q): %v", tt.text, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseParagraph(%q) (-want +got)\n%s", tt.text, diff)
		}
	}
}

func TestParseParagraphRefuses(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "F%d: x\n", i)
		}
		return b.String()
	}
	tests := []struct{ text, want string }{
		{"", "f: no control fields in it"},
		{" \n\t\n", "f: no control fields in it"},
		{"A: b\n\nB: c\n", "f: line 3: a second paragraph"},
		{"A: b\n \nB: c\n", "f: line 3: a second paragraph"},
		{"A: b\nB: c\na: d\n", "f: line 3: field a is already in line 1"},
		{" A: b\n", "f: line 1: continuation line before the first field"},
		{"A: b\n\n c\n", "f: line 3: continuation line before the first field"},
		{"A: b\nc\n", "f: line 2: no colon"},
		{"A: b\x00\n", "f: line 1: NUL character"},
		{"A: b\n c\x00d\n", "f: line 2: NUL character"},
		{": b\n", `f: line 1: field name ""`},
		{"A : b\n", `f: line 1: field name "A "`},
		{"#A: b\n", `f: line 1: field name "#A"`},
		{"-A: b\n", `f: line 1: field name "-A"`},
		{"A B: c\n", `f: line 1: field name "A B"`},
		{"\u0410: b\n", `f: line 1: field name "` + "\u0410" + `"`},
		{"A\x1b: b\n", `f: line 1: field name "A\x1b"`},
		{"\xef\xbb\xbfA: b\n", `f: line 1: field name "\ufeffA"`},
		{"\vA: b\n", `f: line 1: field name "\vA"`},
		{many(1001), "f: line 1001: more than 1000 fields"},
		{strings.Repeat("A", 16<<20) + ":", "f: 16777217 bytes of control data, over the limit of 16777216"},
	}
	for _, tt := range tests {
		p, err := ParseParagraph("f", []byte(tt.text))
		if _, ok := errors.AsType[*SyntaxError](err); !ok || err.Error() != tt.want || p != nil {
			t.Errorf("ParseParagraph(%.60q) = %.3v, %v, want %s", tt.text, p, err, tt.want)
		}
	}
	if p, err := ParseParagraph("f", []byte(many(1000))); len(p) != 1000 || err != nil {
		t.Errorf("ParseParagraph of 1000 fields: %d, %v", len(p), err)
	}
}

func TestParseParagraphs(t *testing.T) {
	got, err := ParseParagraphs("f", []byte("\nA: 1\n b\n\n \n\na: 2\nC: 3\n\n"))
	want := []Paragraph{{{"A", "1\n b", 2}}, {{"a", "2", 7}, {"C", "3", 8}}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("ParseParagraphs: %v (-want +got)\n%s", err, diff)
	}
	if got, err := ParseParagraphs("f", nil); got != nil || err != nil {
		t.Errorf("ParseParagraphs of nothing = %v, %v", got, err)
	}
}

// A field of many lines is read in a time that grows with its length, not faster.
func TestParseParagraphLong(t *testing.T) {
	lines := strings.Repeat("\n x", 1<<20)
	start := time.Now()
	p, err := ParseParagraph("f", []byte("A:"+lines+"\nB: c\n"))
	if err != nil || len(p) != 2 || p.Value("a") != lines || p.Value("B") != "c" {
		t.Errorf("field of %d bytes: %v, %d bytes", len(lines), err, len(p.Value("a")))
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("takes %v", d)
	}
}

func TestParagraphField(t *testing.T) {
	p := Paragraph{{"Source", "hello", 1}, {"Files", "\n x", 2}}
	if got := p.Value("sOURCE"); got != "hello" {
		t.Errorf("Value(sOURCE) = %q, want hello", got)
	}
	if f, ok := p.Field("files"); !ok || f != p[1] {
		t.Errorf("Field(files) = %v, %v", f, ok)
	}
	if f, ok := p.Field("Binary"); ok || p.Value("Binary") != "" {
		t.Errorf("Field(Binary) = %v, %v", f, ok)
	}
	if got, want := p.String(), "Source: hello\nFiles:\n x\n"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}

func FuzzParseParagraph(f *testing.F) {
	for _, s := range []string{"A: b\n", "A:\n b\n\t.\n", "A: b\r\nB:c\n\n", "A: b\n\nC: d", "A:\r b\n", " x", "A: \v\n \f\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := ParseParagraphs("f", data)
		if err != nil {
			return
		}
		var text []string
		for _, p := range first {
			text = append(text, p.String())
		}
		second, err := ParseParagraphs("f", []byte(strings.Join(text, "\n")))
		if err != nil {
			t.Fatalf("ParseParagraphs(%q): %v", text, err)
		}
		for _, ps := range [][]Paragraph{first, second} {
			for _, p := range ps {
				for i := range p {
					p[i].Line = 0
				}
			}
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("written and read again: (-first +second)\n%s", diff)
		}
		one, err := ParseParagraph("f", data)
		if (err == nil) != (len(first) == 1) || err == nil && one.String() != text[0] {
			t.Errorf("ParseParagraph = %v, %v, but there are %d paragraphs", one, err, len(first))
		}
	})
}
