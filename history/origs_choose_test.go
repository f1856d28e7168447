package history

import (
	"errors"
	"strings"
	"testing"

	"debgit/dsc"
)

func TestChooseOrigs(t *testing.T) {
	tests := []struct {
		files string // NAME=CONTENT@PLACE...
		want  string // names; or "more than one WHAT: FILES"
	}{
		{"", ""},
		{"p_1.orig.tar.gz=a@main", "p_1.orig.tar.gz"},
		{"p_1.orig-b.tar.xz=b@main p_1.orig.tar.gz=a@main p_1.orig-a.tar.xz=c@main", "p_1.orig.tar.gz p_1.orig-a.tar.xz p_1.orig-b.tar.xz"},
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.gz.asc=s@main", "p_1.orig.tar.gz p_1.orig.tar.gz.asc"},

		// The same file in two places, and another file under its name.
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.gz=a@contrib", "p_1.orig.tar.gz"},
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.gz=b@contrib", "more than one upstream tarball: p_1.orig.tar.gz in contrib, p_1.orig.tar.gz in main"},

		// Other tarballs of a component.
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.xz=a@main", "more than one upstream tarball: p_1.orig.tar.gz in main, p_1.orig.tar.xz in main"},
		{"p_1.orig.tar.gz=a@main p_1.orig-b.tar.gz=a@main p_1.orig-b.tar.xz=b@main", "more than one tarball of component b: p_1.orig-b.tar.gz in main, p_1.orig-b.tar.xz in main"},

		// Signatures of what is not there, and two of what is.
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.xz.asc=s@main p_1.orig-b.tar.gz.sig=s@main", "p_1.orig.tar.gz"},
		{"p_1.orig.tar.gz.asc=s@main", ""},
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.gz.asc=s@main p_1.orig.tar.gz.gpg=s@main", "more than one signature of p_1.orig.tar.gz: p_1.orig.tar.gz.asc in main, p_1.orig.tar.gz.gpg in main"},
		{"p_1.orig.tar.gz=a@main p_1.orig.tar.gz.asc=s@main p_1.orig.tar.gz.asc=s@contrib", "p_1.orig.tar.gz p_1.orig.tar.gz.asc"},
	}
	for _, tt := range tests {
		var candidates []origCandidate
		for _, word := range strings.Fields(tt.files) {
			file, place, _ := strings.Cut(word, "@")
			name, content, _ := strings.Cut(file, "=")
			candidates = append(candidates, origCandidate{place, Orig{Name: name, Digest: dsc.Digest{Algorithm: dsc.SHA256, Hex: content}}})
		}
		origs, err := chooseOrigs(candidates)
		var names []string
		for _, o := range origs {
			names = append(names, o.Name)
		}
		got := strings.Join(names, " ")
		if e, ok := errors.AsType[*AmbiguousOrigsError](err); ok {
			got = "more than one " + e.Of + ": " + strings.Join(e.Files, ", ")
		} else if err != nil {
			t.Error(err)
		}
		if got != tt.want {
			t.Errorf("chooseOrigs(%s) = %q, want %q", tt.files, got, tt.want)
		}
	}
}
