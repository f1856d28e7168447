package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// versionField matches the field Version of a .dsc.
var versionField = regexp.MustCompile(`(?m)^Version: *(\S+)$`)

// revise makes the next Debian revision of v in the directory dir: with the same
// upstream tarballs and one changelog stanza more. v must be of format 3.0 (quilt).
func revise(v version, dir string) (version, error) {
	dsc, err := os.ReadFile(v.dsc)
	if err != nil {
		return version{}, err
	}
	field := versionField.FindSubmatch(dsc)
	if field == nil {
		return version{}, fmt.Errorf("%s: no field Version", v.dsc)
	}
	number := string(field[1]) + "+bench1"
	stanza := fmt.Sprintf("%s (%s) unstable; urgency=medium\n\n  * Change nothing.\n\n -- Bench <bench@example.org>  Mon, 01 Sep 2025 09:15:00 +0000\n\n", v.pkg(), number)
	var files []string
	for _, f := range v.files[1:] {
		to := filepath.Join(dir, filepath.Base(f))
		if start, _, found := strings.Cut(to, ".debian.tar."); found {
			to = start + "+bench1.debian.tar.xz"
			err = prependChangelog(f, to, stanza, filepath.Join(dir, "debian"))
		} else {
			err = exec.Command("cp", f, to).Run()
		}
		if err != nil {
			return version{}, fmt.Errorf("make %s: %w", to, err)
		}
		files = append(files, to)
	}
	return writeDsc(v.pkg(), number, files)
}

// prependChangelog packs a debian tarball again, with a stanza more in its changelog; it is
// unpacked into the directory dir meanwhile.
func prependChangelog(from, to, stanza, dir string) error {
	defer os.RemoveAll(dir)
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	if err := exec.Command("tar", "-C", dir, "-xf", from).Run(); err != nil {
		return err
	}
	name := filepath.Join(dir, "debian/changelog")
	changelog, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(name, append([]byte(stanza), changelog...), 0o666); err != nil {
		return err
	}
	return exec.Command("tar", "-C", dir, "--sort=name", "--owner=0", "--group=0", "-caf", to, "debian").Run()
}
