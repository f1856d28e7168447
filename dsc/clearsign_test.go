package dsc_test

import (
	"errors"
	"strings"
	"testing"

	"debgit/dsc"
)

func TestClearsignedText(t *testing.T) {
	block := clearsign(t, "Source: hello\n", by("good", 2022))
	head, signature, _ := strings.Cut(block, "Source: hello\n")
	lines := strings.Count(block, "\n")
	tests := []struct {
		name string
		data string
		want string // the text
		line int    // of the syntax error, if the text is not to be had
	}{
		{"block", block, "Source: hello\n", 0},
		{"empty lines around", "\n\r\n" + block + "\n \n", "Source: hello\n", 0},
		{"CR LF", strings.ReplaceAll(block, "\n", "\r\n"), "Source: hello\n", 0},
		{"blanks at the end of a line", head + "Source: hello \t\n" + signature, "Source: hello\n", 0},
		{"escapes", head + "- - a\n- From b\n- \n" + signature, "- a\nFrom b\n\n", 0},
		{"no text", head + signature, "", 0},
		{"no Hash header", strings.Replace(block, "Hash: SHA256\n", "", 1), "Source: hello\n", 0},
		{"Comment in the armour", strings.Replace(block, "-----BEGIN PGP SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE-----\nComment: x\n", 1), "Source: hello\n", 0},

		{"field before", "Source: evil\n\n" + block, "", 1},
		{"field after", block + "Source: evil\n", "", lines + 1},
		{"two blocks", block + block, "", lines + 1},
		{"another header", strings.Replace(block, "Hash:", "Source:", 1), "", 2},
		{"NotDashEscaped", strings.Replace(block, "Hash: SHA256", "NotDashEscaped: GnuPG", 1), "", 2},
		{"text in the headers", strings.Replace(block, "Hash: SHA256\n", "Hash: SHA256\nsome text\n", 1), "", 3},
		{"blank before the first line", " " + block, "", 1},
		{"not escaped", head + "-evil\n" + signature, "", 4},
		{"a block inside", head + "-----BEGIN PGP SIGNED MESSAGE-----\n" + signature, "", 4},
		{"no signature", head + "Source: hello\n", "", 4},
		{"no end", strings.Replace(block, "-----END PGP SIGNATURE-----\n", "", 1), "", lines - 1},
		{"only a signature", signature, "", 1},
		{"damaged armour", head + "x\n-----BEGIN PGP SIGNATURE-----\n\n????\n-----END PGP SIGNATURE-----\n", "", 8},
		{"text in the armour", strings.Replace(block, "-----BEGIN PGP SIGNATURE-----\n\n", "-----BEGIN PGP SIGNATURE-----\nSource evil\n\n", 1), "", 6},
	}
	for _, tt := range tests {
		text, signed, err := dsc.ClearsignedText("hello.dsc", []byte(tt.data))
		if tt.line == 0 {
			if err != nil || !signed || string(text) != tt.want {
				t.Errorf("%s: ClearsignedText = %q, %v, %v, want %q, true", tt.name, text, signed, err, tt.want)
			}
			continue
		}
		if e, ok := errors.AsType[*dsc.SyntaxError](err); !ok || e.Line != tt.line {
			t.Errorf("%s: ClearsignedText = %q, %v, %v, want a SyntaxError of line %d", tt.name, text, signed, err, tt.line)
		}
	}
}

func TestClearsignedTextUnsigned(t *testing.T) {
	const data = "Source: hello\n"
	text, signed, err := dsc.ClearsignedText("hello.dsc", []byte(data))
	if err != nil || signed || string(text) != data {
		t.Errorf("ClearsignedText = %q, %v, %v, want the data, false", text, signed, err)
	}
}

// FuzzClearsigned checks that what is taken for signed text is the same text when it
// is written again, and that no signature is made up.
func FuzzClearsigned(f *testing.F) {
	k := openKeyring(f, keyringOf(f))
	block := clearsign(f, signedText, by("good", 2022))
	f.Add(block)
	f.Add(strings.ReplaceAll(block, "\n", "\r\n"))
	f.Add(clearsign(f, signedText, by("unlisted", 2022), by("good", 2022)))
	f.Add(block + block)
	f.Add("Source: hello\n")
	f.Fuzz(func(t *testing.T, data string) {
		text, signed, err := dsc.ClearsignedText("x", []byte(data))
		if err != nil || !signed {
			if s, err := k.Open("x", []byte(data)); err == nil {
				t.Fatalf("Open takes for signed what ClearsignedText does not: %q", s.Text())
			}
			return
		}
		again, _, err := dsc.ClearsignedText("x", []byte(clearsign(t, string(text), by("good", 2022))))
		if err != nil || string(again) != string(text) {
			t.Fatalf("%q becomes %q, %v", text, again, err)
		}
		if s, err := k.Open("x", []byte(data)); err == nil && string(s.Text()) != signedText {
			t.Fatalf("a signature of %q", s.Text())
		}
	})
}
