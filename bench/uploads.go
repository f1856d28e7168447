package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// measureUploads times the import of many versions of a source package, from an archive
// that the script versions made.
func measureUploads(opts options, dir string) (string, error) {
	if opts.versions == "" {
		return "", nil
	}
	archive, err := filepath.Abs(opts.versions)
	if err != nil {
		return "", err
	}
	dscs, err := filepath.Glob(filepath.Join(archive, "pool/main/*/*/*.dsc"))
	if err != nil {
		return "", err
	}
	if len(dscs) == 0 {
		return "", fmt.Errorf("%s: no archive of many versions; make one with bench/versions", opts.versions)
	}
	name, _, _ := strings.Cut(filepath.Base(dscs[0]), "_")
	const task = "uploads"
	debgit := cloneTool(opts.debgit, name, "versions", task)
	clone := &debgit.steps[0]
	clone.revision = "" // gbp makes other commits
	clone.commands[0] = append(clone.commands[0], "--archive", archive, "--keyring", filepath.Join(archive, "keyring.gpg"), "--uploads=all")
	debgit.name += " --uploads=all"
	clone.commands[0][1] = "-cdgit-distro.bench.git-check=false"
	gbp := tool{name: "gbp import-dscs", peer: true, repository: name}
	command := append([]string{"gbp", "import-dscs", "--allow-unauthenticated", "--no-pristine-tar"}, dscs...)
	gbp.steps = []step{{name: task, commands: [][]string{command}}}
	tables, err := compare(fmt.Sprintf("%d versions of %s", len(dscs), name), []tool{debgit, gbp}, []string{task}, opts.rounds, dir)
	if err != nil {
		return "", err
	}
	var report strings.Builder
	tables[0].write(&report, fmt.Sprintf("%s, %d versions", name, len(dscs)), true)
	return "Five Debian revisions of each upstream version, which differs from the one before in every tenth file.\n\n" + report.String(), nil
}
