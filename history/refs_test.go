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

func TestIsRefName(t *testing.T) {
	tests := []struct {
		name string
		want bool
	}{
		{"refs/heads/hello", true},
		{"refs/heads/dgit/sid", true},
		{"refs/heads/-x@y,{}é\xff", true},
		{"refs/heads/@", true},
		{"refs/heads/a.lock.b", true},
		{"refs/heads/", false},
		{"refs/heads//a", false},
		{"refs/heads/a/", false},
		{"refs/heads/a.", false},
		{"refs/heads/.a", false},
		{"refs/heads/a/.b", false},
		{"refs/heads/a..b", false},
		{"refs/heads/a.lock", false},
		{"refs/heads/a.lock/b", false},
		{"refs/heads/a@{1}", false},
		{"refs/heads/a b", false},
		{"refs/heads/a\tb", false},
		{"refs/heads/a\x7f", false},
		{"refs/heads/a~1", false},
		{"refs/heads/a^", false},
		{"refs/heads/a:b", false},
		{"refs/heads/a?", false},
		{"refs/heads/a*", false},
		{"refs/heads/a[b", false},
		{`refs/heads/a\b`, false},
	}
	for _, tt := range tests {
		if got := isRefName(tt.name); got != tt.want {
			t.Errorf("isRefName(%q) = %v, want %v", tt.name, got, tt.want)
		}
		if git := exec.Command("git", "check-ref-format", tt.name).Run() == nil; git != tt.want {
			t.Errorf("git check-ref-format says %v of %q, want %v", git, tt.name, tt.want)
		}
	}
}

func TestRefNamed(t *testing.T) {
	tests := []struct {
		name, want string
		ok         bool
	}{
		{"hello", "refs/heads/hello", true},
		{"refs/imports/hello", "refs/imports/hello", true},
		{"a/-x", "refs/heads/a/-x", true},
		{"refs/tags/-x", "refs/tags/-x", true},
		{"-x", "refs/heads/-x", false},
		{"refs/heads/-x", "refs/heads/-x", false},
		{"HEAD", "refs/heads/HEAD", false},
		{"a/HEAD", "refs/heads/a/HEAD", true},
		{"@", "refs/heads/@", false},
		{"a b", "refs/heads/a b", false},
		{"refs/debgit/imports/x", "refs/debgit/imports/x", false},
	}
	for _, tt := range tests {
		if got, ok := RefNamed(tt.name); got != tt.want || ok != tt.ok {
			t.Errorf("RefNamed(%q) = %q, %t, want %q, %t", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
