package dsc

import "testing"

func TestParseFormat(t *testing.T) {
	tests := []struct {
		line, want string
		err        string
	}{
		{line: "3.0 (quilt)", want: "3.0 (quilt)"},
		{line: "3 \t(native)", want: "3.0 (native)"},
		{line: "1.5", want: "1.0"},
		{line: "2.0", want: "2.0"},
		{line: "3.0 (git)", want: "3.0 (git)"},
		{line: "", err: `"" is no source format`},
		{line: "3.0 (quilt) ", err: `"3.0 (quilt) " is no source format`},
		{line: " 1.0", err: `" 1.0" is no source format`},
		{line: "3.0 (Quilt)", err: `"3.0 (Quilt)" is no source format`},
		{line: "3.0", err: `dpkg-source knows no source format "3.0"`},
		{line: "03.0 (quilt)", err: `dpkg-source knows no source format "03.0 (quilt)"`},
		{line: "4.0", err: `dpkg-source knows no source format "4.0"`},
		{line: "1.0 (quilt)", err: `dpkg-source knows no source format "1.0 (quilt)"`},
	}
	for _, tt := range tests {
		got, err := ParseFormat(tt.line)
		text := ""
		if err != nil {
			text = err.Error()
		}
		if got != tt.want || text != tt.err {
			t.Errorf("ParseFormat(%q) = %q, %q, want %q, %q", tt.line, got, text, tt.want, tt.err)
		}
	}
}
