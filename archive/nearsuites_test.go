package archive

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The suites that may have been meant are those of the distro whose archive it is, in its time.
func TestSuitesOf(t *testing.T) {
	root := t.TempDir()
	info := filepath.Join(root, "usr/share/distro-info")
	if err := os.MkdirAll(info, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, lines := range map[string]string{
		"debian.csv": "4.0,Etch,etch,2005-06-06,2007-04-08,2010-02-15\n13,Trixie,trixie,2023-06-10,2025-08-09,2028-08-09\n" +
			"14,Forky,forky,2025-08-09\n15,Duke,duke,2027-08-01\n",
		"ubuntu.csv": "24.04 LTS,Noble,noble,2023-10-12,2024-04-25,2029-05-31\n",
	} {
		if err := os.WriteFile(filepath.Join(info, name), []byte(lines), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		distro string
		name   string
		want   bool
	}{
		{"", "sid", true},
		{"debian", "unstable", true},
		{"debian", "trixie-backports", true},
		{"debian", "forky", true},
		{"debian", "duke", false},
		{"debian", "etch", false},
		{"debian", "noble", false},
		{"ubuntu", "noble-security", true},
	}
	for _, tt := range tests {
		mirror, err := NewHTTP("http://mirror.example.org/", HTTPOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := suitesOf(root, Place{Mirror: mirror, Distro: tt.distro}, now)
		if slices.Contains(got, tt.name) != tt.want {
			t.Errorf("suitesOf %q has %s: %v, want %v", tt.distro, tt.name, !tt.want, tt.want)
		}
	}
}
