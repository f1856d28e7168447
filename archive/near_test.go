package archive

import (
	"slices"
	"testing"
)

func TestNearest(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  []string
	}{
		{"hello", []string{"hello", "world", "hell", "jello", "help"}, []string{"hello", "hell", "jello"}},
		{"hlelo", []string{"hello"}, []string{"hello"}},                  // swapped
		{"helo", []string{"hello", "ohelo"}, []string{"hello", "ohelo"}}, // one too few
		{"hello", []string{"halo", "helpo2"}, nil},                       // two edits are too many
		{"coreutil", []string{"coreutils", "moreutils", "corectrl"}, []string{"coreutils", "corectrl", "moreutils"}},
		{"golang-github-foo-bar", []string{"golang-github-fob-bra", "golang-gitlab-foo-barr", "golang"}, []string{"golang-github-fob-bra", "golang-gitlab-foo-barr"}},
		{"aaaa", []string{"aaad", "aaac", "aaab", "aaae", "aaab"}, []string{"aaab", "aaac", "aaad"}},
		{"", []string{"a", "ab"}, []string{"a"}},
		{"postgres", []string{"postgresql-17", "postgresql-common", "apostgres-x", "postgresql-9"}, []string{"postgresql-9", "postgresql-17", "postgresql-common"}},
		{"postgres", []string{"postgresql-17", "postgrey"}, []string{"postgrey", "postgresql-17"}},
		{"firefox", []string{"firehol", "firefox-esr"}, []string{"firefox-esr", "firehol"}},
		{"slx", []string{"flx", "silx", "six", "sl"}, []string{"sl", "six", "silx"}}, // begin alike
		{"go", []string{"golang-1.24"}, nil},
		{"x", nil, nil},
	}
	for _, tt := range tests {
		n := newNearest(tt.name)
		for _, name := range tt.names {
			n.add([]byte(name))
		}
		if got := n.names(); !slices.Equal(got, tt.want) {
			t.Errorf("nearest to %q of %q: %q, want %q", tt.name, tt.names, got, tt.want)
		}
	}
}
