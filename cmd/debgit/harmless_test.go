package main

import (
	"strings"
	"testing"
)

func TestHarmless(t *testing.T) {
	tests := []struct{ in, want string }{
		{"plain, Grüße, 日本語 🙂\n\ttab", "plain, Grüße, 日本語 🙂\n\ttab"},
		{"\x1b[2J\x1b]0;title\x07", `\x1b[2J\x1b]0;title\x07`},
		{"a\rb\x00\x7f", `a\x0db\x00\x7f`},
		{"\u009b31m", `\u009b31m`},                     // CSI as one character
		{"\x9b31m", `\x9b31m`},                         // and as one byte, which is no UTF-8
		{"caf\xe9", `caf\xe9`},                         // Latin-1
		{"abc\u202edcba\u2066", `abc\u202edcba\u2066`}, // text that runs backwards
		{"zero\u200bwidth\ufeff", `zero\u200bwidth\ufeff`},
		{"tag\U000e0041", `tag\U000e0041`},
		{"line\u2028end", `line\u2028end`},
		{"\ufffd", "\ufffd"}, // a replacement character that is really there
	}
	for _, tt := range tests {
		if got := harmless(tt.in); got != tt.want {
			t.Errorf("harmless(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	if got, want := harmlessLine("a\nb\tc"), `a\nb\tc`; got != want {
		t.Errorf("harmlessLine = %q, want %q", got, want)
	}
}

func FuzzHarmless(f *testing.F) {
	f.Add("\x1b[31m\u202e\xff")
	f.Fuzz(func(t *testing.T, in string) {
		out := harmless(in)
		if again := harmless(out); again != out {
			t.Errorf("harmless(%q) = %q, and of that %q", in, out, again)
		}
		for _, r := range out {
			if r != '\n' && r != '\t' && hidden(r) {
				t.Errorf("harmless(%q) has %U", in, r)
			}
		}
	})
}

func TestHarmlessWriter(t *testing.T) {
	for _, tt := range []struct {
		writes  []string
		written string // before it is closed
		closed  string
	}{
		{[]string{"a\x1b[2J\nb", "c\nd"}, `a\x1b[2J` + "\nbc\n", `a\x1b[2J` + "\nbc\nd"},
		{[]string{"é\r\nx\ry\n"}, "é\nx\\x0dy\n", "é\nx\\x0dy\n"},
		{[]string{"\xc3", "\xa9\n"}, "é\n", "é\n"}, // a letter in two parts
		{[]string{strings.Repeat("x", longLine)}, strings.Repeat("x", longLine), strings.Repeat("x", longLine)},
	} {
		var b strings.Builder
		w := &harmlessWriter{w: &b}
		for _, text := range tt.writes {
			if n, err := w.Write([]byte(text)); n != len(text) || err != nil {
				t.Errorf("Write(%q) = %d, %v", text, n, err)
			}
		}
		if b.String() != tt.written {
			t.Errorf("after %q there is %q, want %q", tt.writes, b.String(), tt.written)
		}
		if err := w.Close(); b.String() != tt.closed || err != nil {
			t.Errorf("after %q and Close, %v, there is %q, want %q", tt.writes, err, b.String(), tt.closed)
		}
	}
}
