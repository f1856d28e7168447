package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxQuality is how many bytes a source package may have for its repository to be measured:
// dgit and git gc take many minutes for linux.
const maxQuality = 50e6

// measureQuality times what people do with the repositories that debgit and dgit make of
// the same versions: before and after "git gc", and that itself.
func measureQuality(opts options, dir string) (string, error) {
	var report strings.Builder
	for i, p := range opts.packages {
		var size int64
		for _, f := range p.first.files {
			size += sizeOf(f)
		}
		if size > maxQuality {
			warnf("quality: %s is too large", p.first.pkg())
			continue
		}
		where := filepath.Join(dir, fmt.Sprint(i))
		if err := measureRepositories(opts, p, where, &report); err != nil {
			return "", err
		}
		if err := os.RemoveAll(where); err != nil {
			return "", err
		}
	}
	if report.Len() == 0 {
		return "", nil
	}
	return "The repository after one import, or after two where there is a second version: the same commits, whoever made\n" +
		"them. \"×\" is the wall time against that with debgit's repository, and should not be below 0.9.\n\n" + tableHeader + report.String(), nil
}

// measureRepositories measures the repositories of one source package.
func measureRepositories(opts options, p sourcePackage, dir string, report *strings.Builder) error {
	versions, label := []version{p.first}, p.first.label()
	if p.second != nil {
		versions = append(versions, *p.second)
		label += strings.TrimPrefix(p.second.label(), p.first.pkg())
	}
	var makers, looks []tool
	for _, program := range []string{opts.debgit, opts.dgit} {
		name := filepath.Base(program)
		maker, home, work := makerOf(program, versions), filepath.Join(dir, name, "home"), filepath.Join(dir, name, "work")
		err := errors.Join(os.MkdirAll(home, 0o777), os.MkdirAll(work, 0o777))
		if err == nil {
			err = maker.prepare(home, work)
		}
		if err == nil {
			_, err = maker.runStep(maker.steps[0], home, work)
		}
		if err != nil {
			warnf("quality of %s: %s is left out: %v", label, name, err)
			continue
		}
		makers, looks = append(makers, maker), append(looks, lookAt(name, filepath.Join(work, maker.repository)))
	}
	if len(makers) == 0 {
		return nil
	}
	var names []string
	for _, s := range looks[0].steps {
		names = append(names, s.name)
	}
	for _, when := range []string{"", " after git gc"} {
		if when != "" {
			gc := table{}
			for _, m := range makers {
				took, err := m.runStep(step{in: "repo", commands: [][]string{{"git", "gc", "-q"}}}, filepath.Join(dir, m.name, "home"), filepath.Join(dir, m.name, "work"))
				if err != nil {
					return err
				}
				gc.rows = append(gc.rows, row{m.name, &took})
			}
			gc.write(report, label+": git gc", false)
		}
		tables, err := compare("quality of "+label+when, looks, names, opts.rounds, filepath.Join(dir, "runs"+when))
		if err != nil {
			return err
		}
		for _, t := range tables {
			t.write(report, label+": "+t.step+when, false)
		}
	}
	return nil
}

// makerOf returns the tool that imports the versions one after the other, in one step.
func makerOf(program string, versions []version) tool {
	t := tool{name: filepath.Base(program), repository: "repo", init: true}
	made := step{in: t.repository}
	for i, v := range versions {
		for _, f := range v.files {
			if !slices.Contains(t.source, f) {
				t.source = append(t.source, f)
			}
		}
		branch := "imported"
		if i > 0 {
			branch = ".." + branch
		}
		made.commands = append(made.commands, []string{program, "--force-import-dsc-with-dgit-field", "import-dsc", "../" + filepath.Base(v.dsc), branch})
	}
	t.steps = []step{made}
	return t
}

// lookAt returns what people do with a repository, as the steps of a tool.
func lookAt(name, repository string) tool {
	git := func(name string, args ...string) step {
		return step{name: name, commands: [][]string{append([]string{"git", "-C", repository}, args...)}}
	}
	return tool{name: name, steps: []step{
		git("git log -p", "log", "-p", "imported"),
		git("git blame", "blame", "imported", "--", "debian/changelog"),
		{name: "git clone", commands: [][]string{{"git", "clone", "-q", "--no-local", "--bare", repository, "clone"}}},
	}}
}
