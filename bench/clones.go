package main

import (
	"path/filepath"
	"strings"
)

// measureClones times clones from the archive.
func measureClones(opts options, dir string) (string, error) {
	if opts.suite == "" || len(opts.packages) == 0 {
		return "", nil
	}
	var report strings.Builder
	for i, p := range opts.packages {
		name := p.first.pkg()
		const task = "clone"
		tables, err := compare("clone "+name, cloneTools(opts, name, task), []string{task}, opts.rounds, filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		tables[0].write(&report, name+" of "+opts.suite, i == 0)
	}
	return "From the archive, its indexes in the cache, with the checkout; without the git server, so that each tool makes the\ncommits.\n\n" + report.String(), nil
}

// cloneTools returns the tools that clone a source package.
func cloneTools(opts options, name, task string) []tool {
	tools := []tool{cloneTool(opts.debgit, name, opts.suite, task)}
	if opts.mirror != "" {
		dgit := cloneTool(opts.dgit, name, opts.suite, task,
			"-cdgit-distro.debian.archive-query=aptget:", "-cdgit-distro.debian.mirror="+opts.mirror)
		dgit.peer = true
		tools = append(tools, dgit)
	}
	return tools
}

func cloneTool(program, name, suite, task string, settings ...string) tool {
	args := append([]string{program, "-cdgit-distro.debian.git-check=false"}, settings...)
	return tool{
		name:       filepath.Base(program) + " clone",
		repository: "clone",
		steps:      []step{{task, "", [][]string{append(args, "clone", name, suite, "./clone")}, "HEAD"}},
	}
}
