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
		t.Skip("no dpkg-source here")
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
