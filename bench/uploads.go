package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// compareUploads times the import of many versions of a source package, from an archive
// that the script versions made, below dir. gbp takes so long that what the caches hold
// makes no difference: it runs once.
func compareUploads(opts options, dir string) (table, error) {
	dscs, err := filepath.Glob(filepath.Join(opts.versions, "pool/main/*/*/*.dsc"))
	if err != nil {
		return table{}, err
	}
	if len(dscs) == 0 {
		return table{}, fmt.Errorf("%s: no archive of many versions; make one with bench/versions", opts.versions)
	}
	archive, err := filepath.Abs(opts.versions)
	if err != nil {
		return table{}, err
	}
	name, _, _ := strings.Cut(filepath.Base(dscs[0]), "_")
	gbp := []string{"gbp", "import-dscs", "--allow-unauthenticated", "--no-pristine-tar"}
	for _, dsc := range dscs {
		path, err := filepath.Abs(dsc)
		if err != nil {
			return table{}, err
		}
		gbp = append(gbp, path)
	}
	result := table{sourcePackage: fmt.Sprintf("%s, %d versions", name, len(dscs))}
	for _, t := range []struct {
		tool
		rounds int
	}{
		{tool{name: "debgit clone --uploads=all", commands: [][]string{{opts.debgit, "-cdgit-distro.bench.git-check=false", "clone",
			"--archive", archive, "--keyring", filepath.Join(archive, "keyring.gpg"), name, "versions", "./clone", "--uploads=all"}}}, opts.rounds},
		{tool{name: "gbp import-dscs", commands: [][]string{gbp}}, 1},
	} {
		var samples []sample
		for round := range t.rounds {
			one, _, err := t.run(filepath.Join(dir, fmt.Sprint(t.name, round)))
			if err != nil {
				fmt.Fprintf(os.Stderr, "bench: warning: %s: %s is left out: %v\n", result.sourcePackage, t.name, err)
				samples = nil
				break
			}
			fmt.Fprintf(os.Stderr, "%s: round %d of %d: %s: %.2f s\n", result.sourcePackage, round+1, t.rounds, t.name, one.wall.Seconds())
			samples = append(samples, one)
		}
		result.rows = append(result.rows, row{t.name, median(samples)})
	}
	return result, nil
}
