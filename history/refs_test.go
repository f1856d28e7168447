package history

import (
	"os/exec"
	"testing"

	"debgit/dsc"
)

func TestArchiveTag(t *testing.T) {
	tests := []struct {
		version dsc.Version
		want    string
	}{
		{"1.0-1", "archive/debian/1.0-1"},
		{"1:2.0~rc1-1", "archive/debian/1%2.0_rc1-1"},
		{"1.lock", "archive/debian/1.#lock"}, // git refuses a final ".lock", no other
		{"1.lock-1", "archive/debian/1.lock-1"},
		{"1..2", "archive/debian/1.#.2"},
		{"1...2", "archive/debian/1.#.#.2"},
		{"1.", "archive/debian/1.#"},
	}
	for _, tt := range tests {
		got := ArchiveTag("debian", tt.version)
		if got != tt.want {
			t.Errorf("ArchiveTag(%q) = %q, want %q", tt.version, got, tt.want)
		}
		if err := exec.Command("git", "check-ref-format", "refs/tags/"+got).Run(); err != nil {
			t.Errorf("git check-ref-format refs/tags/%s: %v", got, err)
		}
	}
}
