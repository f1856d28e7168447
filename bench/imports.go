package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// The steps of importing a source package.
const (
	firstStep    = "first"    // into an empty repository
	secondStep   = "second"   // another version, into the repository of the first step
	revisionStep = "revision" // a revision with the upstream tarballs of the first step, into that, too
)

// measureImports times imports, and checks them against what we aim at.
func measureImports(opts options, dir string) (string, error) {
	var report, targets strings.Builder
	for i, p := range opts.packages {
		where := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(where, 0o777); err != nil {
			return "", err
		}
		revision, err := revise(p.first, where)
		if err != nil {
			return "", err
		}
		steps := []string{firstStep, secondStep, revisionStep}
		versions := map[string]version{firstStep: p.first, revisionStep: revision}
		labels := map[string]string{firstStep: p.first.label(), revisionStep: "then " + revision.label() + ", its upstream tarballs known"}
		if p.second != nil {
			versions[secondStep], labels[secondStep] = *p.second, "then "+p.second.label()
		} else {
			warnf("%s: no second version", p.first.pkg())
			steps = []string{firstStep, revisionStep}
		}
		tables, err := compare(p.first.label(), importTools(opts, versions, steps), steps, opts.rounds, filepath.Join(where, "runs"))
		if err != nil {
			return "", err
		}
		for _, t := range tables {
			t.write(&report, labels[t.step], i == 0 && t.step == firstStep)
		}
		writeTargets(&targets, p.first.pkg(), tables, runtime.NumCPU())
		if err := os.RemoveAll(where); err != nil {
			return "", err
		}
	}
	if report.Len() == 0 {
		return "", nil
	}
	return introduction(opts) + report.String() + "\n### Targets\n\n" + targetHeader + targets.String(), nil
}

// importTools returns the tools that import, or do a part of that, version after version.
func importTools(opts options, versions map[string]version, steps []string) []tool {
	var source []string
	have := map[string]bool{}
	for _, s := range steps {
		for _, f := range versions[s].files {
			if !have[filepath.Base(f)] {
				have[filepath.Base(f)] = true
				source = append(source, f)
			}
		}
	}
	toCommits := func(program string) tool {
		t := tool{name: filepath.Base(program) + " import-dsc", source: source, repository: "repo", init: true}
		for _, s := range steps {
			// dgit refuses a .dsc with a Dgit field that it cannot follow, unless forced.
			t.steps = append(t.steps, step{s, "repo", [][]string{{program, "--force-import-dsc-with-dgit-field", "import-dsc",
				"../" + filepath.Base(versions[s].dsc), "refs/heads/" + s}}, "refs/heads/" + s})
		}
		return t
	}
	dgit := toCommits(opts.dgit)
	dgit.peer = true
	gbp := tool{name: "gbp import-dsc", peer: true, source: source, repository: "unpacked"}
	dpkg := tool{name: "dpkg-source -x", peer: true, source: source}
	for i, s := range steps {
		name := filepath.Base(versions[s].dsc)
		command := []string{"gbp", "import-dsc", "--allow-unauthenticated", "--no-pristine-tar"}
		if i == 0 {
			gbp.steps = append(gbp.steps, step{s, "", [][]string{append(command, name, "unpacked")}, ""})
		} else {
			gbp.steps = append(gbp.steps, step{s, "unpacked", [][]string{append(command, "../"+name)}, ""})
		}
		dpkg.steps = append(dpkg.steps, step{s, "", [][]string{{"dpkg-source", "-x", name, "unpacked-" + s}}, ""})
	}
	return []tool{toCommits(opts.debgit), dgit, gbp, dpkg,
		decoding(versions, steps, source, 1), decoding(versions, steps, source, 0)}
}

// decoding is the tool that does nothing but decompress.
func decoding(versions map[string]version, steps, source []string, threads int) tool {
	t := tool{name: fmt.Sprintf("decoding alone, -T%d", threads), source: source}
	decoders := map[string]string{".xz": fmt.Sprintf("xz -T%d -dc", threads), ".gz": "gzip -dc", ".bz2": "bzip2 -dc"}
	for _, s := range steps {
		var commands [][]string
		for _, file := range versions[s].files {
			if decoder, found := decoders[filepath.Ext(file)]; found {
				commands = append(commands, append(strings.Fields(decoder), filepath.Base(file)))
			}
		}
		t.steps = append(t.steps, step{name: s, commands: commands})
	}
	return t
}
