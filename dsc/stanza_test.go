package dsc

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const sha256OfX = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

func TestParseStanza(t *testing.T) {
	const good = "Package: hello\nFormat: 3.0 (quilt)\nVersion: 1:2.10-3\nDirectory: pool/main/h/hello\n" +
		"Checksums-Sha256:\n " + sha256OfX + " 1 hello_2.10-3.dsc\n"
	parse := func(text string) (*Source, error) {
		p, err := ParseParagraph("Sources", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return ParseStanza("Sources", p)
	}
	got, err := parse(good)
	if err != nil {
		t.Fatal(err)
	}
	want := &Source{
		ID:     ID{"hello", "1:2.10-3"},
		Format: "3.0 (quilt)",
		Files:  []File{{"hello_2.10-3.dsc", 1, Digest{SHA256, sha256OfX}, "Sources"}},
		Fields: got.Fields,
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Source{})); diff != "" {
		t.Errorf("ParseStanza (-want +got)\n%s", diff)
	}
	if got.Fields[0].Name != "Package" {
		t.Errorf("Fields[0] is %q, want Package", got.Fields[0].Name)
	}
	for _, bad := range []string{
		"Version: 1\nFiles:\n",
		"Package: hello\nSource: world\nVersion: 1\nFiles:\n",
		"Package: Hello\nVersion: 1\nFiles:\n",
		"Package: hello\nFiles:\n",
		"Package: hello\nVersion: ../1\nFiles:\n",
		"Package: hello\nVersion: 1\n",
		"Package: hello\nVersion: 1\nChecksums-Sha256:\n " + sha256OfX + " 1 ../hello_1.dsc\n",
	} {
		if s, err := parse(bad); err == nil {
			t.Errorf("ParseStanza(%q) = %v, want an error", bad, s)
		} else if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("ParseStanza(%q): %v, want a SyntaxError", bad, err)
		}
	}
}
