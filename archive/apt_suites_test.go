package archive

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// All that is enabled is found, each suite of a mirror once, in the order of the files.
func TestAPTSuites(t *testing.T) {
	root := t.TempDir()
	path := filepath.Join(root, "etc/apt/sources.list")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	suites := func() []string {
		t.Helper()
		apt, err := ReadAPT(t.Context(), APTOptions{Root: root})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range apt.Suites() {
			got = append(got, p.URI+" "+p.Suite)
		}
		return got
	}
	write("deb http://deb.example.org/debian trixie main\n" +
		"deb-src http://deb.example.org/debian trixie contrib\n" +
		"deb http://deb.example.org/debian sid main\n" +
		"deb http://private.example.org/apt stable main\n" +
		"deb http://exact.example.org/apt ./\n")
	want := []string{"http://deb.example.org/debian trixie", "http://deb.example.org/debian sid", "http://private.example.org/apt stable"}
	if got := suites(); !slices.Equal(got, want) {
		t.Errorf("Suites = %q, want %q", got, want)
	}
	write("")
	if got := suites(); got != nil {
		t.Errorf("Suites without any archive = %q, want none", got)
	}
}
