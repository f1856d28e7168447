package main

import (
	"slices"
	"strings"
	"testing"
)

func TestOptionsAfterCommand(t *testing.T) {
	tests := []struct{ args, want string }{
		{"clone hello", "clone hello"},
		{"-q clone hello", "-q clone hello"},
		{"--require-valid-signature import-dsc a b", "import-dsc --require-valid-signature a b"},
		{"-q --dsc-keyring k -c a.b=c import-dsc a b", "-q -c a.b=c import-dsc --dsc-keyring k a b"},
		{"--dsc-keyring=k import-dsc a b", "import-dsc --dsc-keyring=k a b"},
		{"-ca.b=c --json import-dsc a", "-ca.b=c --json import-dsc a"},
		{"--no-such import-dsc", "--no-such import-dsc"}, // which then is refused
		{"--require-git-server", "--require-git-server"},
		{"--require-git-server -- clone x", "-- --require-git-server clone x"},
		{"import-dsc --dsc-keyring k", "import-dsc --dsc-keyring k"},
		{"", ""},
	}
	root := newRootCommand(&environment{})
	for _, tt := range tests {
		got := optionsAfterCommand(root, strings.Fields(tt.args))
		if want := strings.Fields(tt.want); !slices.Equal(got, want) {
			t.Errorf("optionsAfterCommand(%q) = %q, want %q", tt.args, got, want)
		}
	}
}
