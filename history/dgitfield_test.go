package history

import (
	"strings"
	"testing"
)

func TestParseDgitField(t *testing.T) {
	id := strings.Repeat("0123456789", 4)
	for value, want := range map[string]string{
		id + " debian archive/debian/1.0 https://git.example.org/x":            "debian archive/debian/1.0 https://git.example.org/x",
		id + " debian archive/debian/1.0 https://git.example.org/x and more":   "debian archive/debian/1.0 https://git.example.org/x",
		id + " debian archive/debian/1.0 https://git.example.org/x and\n more": "debian archive/debian/1.0 https://git.example.org/x",
		id:                             "",
		"\t" + id + " \n":              "",
		id + " debian":                 "refused",
		id + " debian archive/x":       "refused",
		id + " -x archive/x https://x": "refused",
		id + " debian x;y https://x":   "refused",
		id[1:]:                         "refused",
		"":                             "refused",
	} {
		field, err := parseDgitField("x.dsc", value)
		got := strings.TrimSpace(field.distro + " " + field.tag + " " + field.url)
		if err != nil {
			got = "refused"
		} else if field.commit.String() != id {
			t.Errorf("parseDgitField(%q): commit %s, want %s", value, field.commit, id)
		}
		if got != want {
			t.Errorf("parseDgitField(%q) = %q, %v, want %q", value, got, err, want)
		}
	}
}
