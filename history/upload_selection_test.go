package history

import "testing"

func TestParseUploadSelection(t *testing.T) {
	tests := []struct{ text, err string }{ // err "": accepted
		{"all", ""},
		{"1", ""},
		{"100", ""},
		{"since:1:2.10~rc1-3", ""},
		{"", `uploads "": neither "all" nor a number nor "since:VERSION"`},
		{"ALL", `uploads "ALL": neither "all" nor a number nor "since:VERSION"`},
		{"0", `uploads "0": 0 is no number of uploads`},
		{"-3", `uploads "-3": -3 is no number of uploads`},
		{"99999999999999999999", `uploads "99999999999999999999": neither "all" nor a number nor "since:VERSION"`},
		{"since:", `uploads "since:": version "": version string is empty`},
		{"since: 1", `uploads "since: 1": version " 1": blank around it`},
		{"2.10-3", `uploads "2.10-3": neither "all" nor a number nor "since:VERSION"`},
	}
	for _, tt := range tests {
		s, err := ParseUploadSelection(tt.text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != tt.err || s.IsZero() != (err != nil) {
			t.Errorf("ParseUploadSelection(%q) = %q, error %q, want error %q", tt.text, s, got, tt.err)
		}
	}
}
