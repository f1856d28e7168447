package dsc

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	changesHead = "Format: 1.8\nSource: hello\nVersion: 1:2.10-3\nArchitecture: source\nDistribution: unstable\n"
	changesList = "Files:\n " + md5OfX + " 1 devel optional x.dsc\n"
)

func TestParseChanges(t *testing.T) {
	sha256 := "Checksums-Sha256:\n " + sha256OfX + " 1 x.dsc\n"
	want := Changes{
		ID: ID{"hello", "1:2.10-3"}, Distribution: "unstable", Architectures: []string{"source"},
		Files:  []File{{"x.dsc", 1, Digest{SHA256, sha256OfX}, "h.changes"}},
		Places: []Section{{"x.dsc", "devel", "optional"}},
	}
	got, err := ParseChanges("h.changes", []byte(changesHead+sha256+changesList))
	if err != nil {
		t.Fatal(err)
	}
	if !got.IsSourceOnly() || got.Dsc() != "x.dsc" {
		t.Errorf("source only %v, .dsc %q; want true, x.dsc", got.IsSourceOnly(), got.Dsc())
	}
	got.Fields = nil
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("ParseChanges (-want +got):\n%s", diff)
	}
	binary := "Source: hello (1:2.10-3)\nVersion: 1:2.10-3+b1\nArchitecture: source amd64\nDistribution: sid\nFiles:\n " + md5OfX + " 1 devel optional x.deb\n"
	if got, err = ParseChanges("h.changes", []byte(binary)); err != nil {
		t.Fatal(err)
	}
	if got.ID != (ID{"hello", "1:2.10-3+b1"}) || got.IsSourceOnly() || got.Dsc() != "" || !slices.Equal(got.Architectures, []string{"source", "amd64"}) {
		t.Errorf("ParseChanges of a .changes with binaries = %+v", got)
	}
}

func TestParseChangesRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{changesHead, "h.changes: no field Files"},
		{changesHead + "Checksums-Sha256:\n " + sha256OfX + " 1 x.dsc\n", "h.changes: no field Files"},
		{changesHead + "Files:\n", "h.changes: line 6: Files lists no file"},
		{changesHead + "Files:\n " + md5OfX + " 1 x.dsc\n", `h.changes: line 7: " ` + md5OfX + ` 1 x.dsc" is not of the form "DIGEST SIZE SECTION PRIORITY NAME"`},
		{changesHead + "Files:\n " + md5OfX + " 1 devel optional ../x.dsc\n", `h.changes: line 7: file name "../x.dsc": "." is not allowed there`},
		{changesHead + "Checksums-Sha256:\n " + sha256OfX + " 2 x.dsc\n" + changesList, "h.changes: line 8: size of x.dsc is 1 in Files, but 2 in Checksums-Sha256"},
		{"Source: hello (1) x\nVersion: 1\n" + changesList, `h.changes: line 1: "hello (1) x" is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit`},
	}
	for _, tt := range tests {
		if _, err := ParseChanges("h.changes", []byte(tt.text)); err == nil || err.Error() != tt.want {
			t.Errorf("ParseChanges(%q) = %v, want %s", tt.text, err, tt.want)
		}
	}
}

func FuzzParseChanges(f *testing.F) {
	f.Add([]byte(changesHead + changesList))
	f.Add([]byte(changesHead + sha256List + changesList))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := ParseChanges("f", data)
		if err != nil {
			return
		}
		second, err := ParseChanges("f", []byte(first.Fields.String()))
		if err != nil {
			t.Fatalf("ParseChanges(%q): %v", first.Fields.String(), err)
		}
		for i := range second.Fields {
			second.Fields[i].Line = 0
			first.Fields[i].Line = 0
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("written and read again (-before +after):\n%s", diff)
		}
		for _, file := range first.Files {
			if CheckName(file.Name) != nil {
				t.Errorf("file name %q", file.Name)
			}
		}
	})
}
