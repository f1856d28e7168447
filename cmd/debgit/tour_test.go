package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The packages of the tour are as sound as dpkg-source wants them.
func TestTourPackages(t *testing.T) {
	if _, err := exec.LookPath("dpkg-source"); err != nil {
		// Tests have to pass where nothing builds packages; "make test" installs it.
		t.Skip("dpkg-source is not installed")
	}
	suites, err := tourPackages()
	if err != nil {
		t.Fatal(err)
	}
	for suite, packages := range suites {
		for _, p := range packages {
			dir := t.TempDir()
			dscPath, err := p.Write(dir)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("dpkg-source", "--no-check", "-x", dscPath, filepath.Join(dir, "unpacked"))
			cmd.Env = append(os.Environ(), "TMPDIR="+dir)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s in %s: %v\n%s", p.Source, suite, err, out)
			}
		}
	}
}

// What the tour says to type next can be typed as it is, also if PATH has no
// debgit, or another one.
func TestTourProgramName(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	program := filepath.Join(dir, "debgit")
	for _, path := range []string{program, filepath.Join(other, "debgit")} {
		if err := os.WriteFile(path, nil, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct{ path, want string }{
		{dir, "debgit"},
		{other, program},
		{"", program},
	}
	for _, tt := range tests {
		t.Setenv("PATH", tt.path)
		if got := (&tour{program: program}).programName(); got != tt.want {
			t.Errorf("PATH=%q: programName() = %q, want %q", tt.path, got, tt.want)
		}
	}
}
