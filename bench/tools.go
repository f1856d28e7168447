package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A tool does a task: its commands, one after another, in an empty directory.
type tool struct {
	name string
	// source has the paths of the files that the directory gets beforehand. If
	// there are any, it also gets an empty repository, named repo.
	source   []string
	in       string     // where in the directory the commands run
	commands [][]string // programs and their arguments
	// The commit that the commands made, if they make one that has to be the
	// same whatever the tool is.
	repository, revision string
}

// importTools returns the tools that unpack or import the source package of dsc.
func importTools(opts options, dsc string) ([]tool, error) {
	source, err := sourceFiles(dsc)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(dsc)
	// dgit refuses a .dsc with a Dgit field that it cannot follow, unless forced.
	arguments := []string{"--force-import-dsc-with-dgit-field", "import-dsc", "../" + name, "refs/heads/imported"}
	toCommits := func(tool tool, program string) tool {
		tool.in, tool.commands = "repo", [][]string{append([]string{program}, arguments...)}
		tool.repository, tool.revision = "repo", "refs/heads/imported"
		return tool
	}
	var decoders [][]string
	for _, file := range source {
		decoder, found := map[string]string{".xz": "xz -T1 -dc", ".gz": "gzip -dc", ".bz2": "bzip2 -dc"}[filepath.Ext(file)]
		if found {
			decoders = append(decoders, append(strings.Fields(decoder), filepath.Base(file)))
		}
	}
	return []tool{
		toCommits(tool{name: "debgit import-dsc", source: source}, opts.debgit),
		toCommits(tool{name: "dgit import-dsc", source: source}, opts.dgit),
		{name: "gbp import-dsc", source: source, commands: [][]string{
			{"gbp", "import-dsc", "--allow-unauthenticated", "--no-pristine-tar", name, "unpacked"}}},
		{name: "dpkg-source -x", source: source, commands: [][]string{{"dpkg-source", "-x", name, "unpacked"}}},
		{name: "decoding alone", source: source, commands: decoders},
	}, nil
}

// cloneTools returns the tools that clone a source package from a suite. They
// do without the git server, so that each turns the upload into commits.
func cloneTools(opts options, name string) []tool {
	clone := func(program string, settings ...string) tool {
		args := append([]string{program, "-cdgit-distro.debian.git-check=false"}, settings...)
		return tool{
			name:       filepath.Base(program) + " clone",
			commands:   [][]string{append(args, "clone", name, opts.suite, "./clone")},
			repository: "clone", revision: "HEAD",
		}
	}
	tools := []tool{clone(opts.debgit)}
	if opts.mirror != "" {
		tools = append(tools, clone(opts.dgit,
			"-cdgit-distro.debian.archive-query=aptget:", "-cdgit-distro.debian.mirror="+opts.mirror))
	}
	return tools
}

// prepare fills the directory dir for the tool.
func (t tool) prepare(dir string) error {
	if len(t.source) == 0 {
		return nil
	}
	// Copies, because dgit wants to own the files, and links them beside the repository.
	if err := exec.Command("cp", append([]string{"-t", dir}, t.source...)...).Run(); err != nil {
		return fmt.Errorf("copy %s: %w", t.source[0], err)
	}
	return exec.Command("git", "init", "-q", filepath.Join(dir, "repo")).Run()
}

// sourceFiles returns the paths of a .dsc and of the files in its
// Checksums-Sha256 field.
func sourceFiles(dsc string) ([]string, error) {
	content, err := os.ReadFile(dsc)
	if err != nil {
		return nil, err
	}
	_, list, found := strings.Cut(string(content), "\nChecksums-Sha256:")
	if !found {
		return nil, fmt.Errorf("%s: no Checksums-Sha256 field", dsc)
	}
	files := []string{dsc}
	for _, line := range strings.Split(list, "\n")[1:] {
		fields := strings.Fields(line)
		if !strings.HasPrefix(line, " ") || len(fields) != 3 {
			break
		}
		files = append(files, filepath.Join(filepath.Dir(dsc), filepath.Base(fields[2])))
	}
	return files, nil
}
