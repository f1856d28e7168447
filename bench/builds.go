package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The steps of building a source package from a commit.
const (
	preparation = "preparation" // a repository, or a directory, that has it; not in the tables
	firstBuild  = "build"       // where the upstream tarballs were never looked into
	secondBuild = "again"       // where they are known by a build before
)

// measureBuilds times builds of the source packages from git.
func measureBuilds(opts options, dir string) (string, error) {
	var report strings.Builder
	for i, p := range opts.packages {
		where := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(where, 0o777); err != nil {
			return "", err
		}
		steps := []string{firstBuild, secondBuild}
		tables, err := compare(p.first.label(), buildTools(opts, p.first), steps, opts.rounds, where)
		if err != nil {
			return "", err
		}
		tables[0].write(&report, p.first.label(), i == 0)
		tables[1].write(&report, p.first.label()+", its upstream tarballs known", false)
		if err := os.RemoveAll(where); err != nil {
			return "", err
		}
	}
	if report.Len() == 0 {
		return "", nil
	}
	return introduction(opts) + "debgit and dgit make the same files from a commit, and compare them with it: the .dsc, what it lists, and\n" +
		"the .changes. dpkg-source -b makes the .dsc and what it lists alone, from a directory. Of a 3.0 (quilt)\n" +
		"package, debgit has dpkg-source look only at what patches change, since git knows that all else is as in the\n" +
		"upstream tarballs: what is left is the start of dpkg-source and dpkg-genchanges, and xz for the debian tarball. Of\n" +
		"a native package, dpkg-source and xz bound the time. The wall time of short processes depends much on what else the\n" +
		"machine does.\n\n" + report.String(), nil
}

// buildTools returns the tools that build a version, each from what suits it.
func buildTools(opts options, v version) []tool {
	fromGit := func(program string) tool {
		build := [][]string{{program, "-wn", "-v_", "build-source"}}
		return tool{name: filepath.Base(program) + " build-source", source: v.files, repository: "repo", steps: []step{
			{name: preparation, commands: importCommands(opts, v)},
			{name: firstBuild, in: "repo", commands: build},
			{name: secondBuild, in: "repo", commands: build},
		}}
	}
	dgit := fromGit(opts.dgit)
	dgit.peer = true
	build := [][]string{sourceBuild("unpacked")}
	dpkg := tool{name: "dpkg-source -b", peer: true, source: v.files, steps: []step{
		{name: preparation, commands: [][]string{{"dpkg-source", "--no-check", "-x", filepath.Base(v.dsc), "unpacked"}}},
		{name: firstBuild, commands: build},
		{name: secondBuild, commands: build},
	}}
	return []tool{fromGit(opts.debgit), dgit, dpkg}
}

// importCommands make the repository "repo" of a version whose files are here, without memory of
// what the tarballs unpack to: a clone has none.
func importCommands(opts options, v version) [][]string {
	return [][]string{
		{"git", "init", "-q", "made"},
		{"sh", "-c", "cd made && exec \"$0\" -q import-dsc --force-import-dsc-with-dgit-field ../" + filepath.Base(v.dsc) + " refs/heads/main", opts.debgit},
		{"git", "clone", "-q", "-b", "main", "made", "repo"},
	}
}

// sourceBuild is the command that dgit has build a source package from a directory.
func sourceBuild(dir string) []string {
	return []string{"dpkg-source", `-i(?:^|/)\.git(?:/|$)`, "-I.git", "-b", "--include-removal", "--no-preparation", dir}
}
