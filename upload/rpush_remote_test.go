package upload

import (
	"errors"
	"strings"
	"testing"
)

// What the other side has signed is taken only if it is the tag that was asked for.
func TestRemoteTag(t *testing.T) {
	const text = "object 1234567890123456789012345678901234567890\ntype commit\ntag example/1\ntagger Ann Author <ann@example.org> 1704144845 +0530\n\nfoo release 1 for unstable (sid) [dgit]\n\n[dgit distro=example]\n"
	const signature = "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"
	tests := []struct {
		name, old, new string
		taken          bool
	}{
		{"the same", "", "", true},
		{"other items, which are for git servers", "distro=example", "distro=example no-split", true},
		{"the time zone of the other host", "+0530", "+0000", true},
		{"another commit", "object 1", "object 2", false},
		{"another time", "1704144845", "1704144846", false},
		{"another tagger", "ann@", "bob@", false},
		{"another version", "release 1 ", "release 2 ", false},
		{"another name", "tag example/1\n", "tag example/2\n", false},
		{"without a signature", signature, "", false},
	}
	for _, tt := range tests {
		tag := []byte(strings.Replace(text+signature, tt.old, tt.new, 1))
		r := &remoteSigner{tags: map[string][]byte{tagName(tag): tag}}
		got, err := r.Tag(t.Context(), []byte(text))
		if tt.taken && (err != nil || string(got) != string(tag)) || !tt.taken && !errors.As(err, new(*WireError)) {
			t.Errorf("%s: Tag = %q, %v; taken should be %v", tt.name, got, err, tt.taken)
		}
	}
}
