package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// A dgitCommand is a command of dgit. What it does is done by the command of debgit that
// is called so.
type dgitCommand struct {
	name     string
	usage    string // of its arguments
	anywhere bool   // it needs no work tree
	options  bool   // options may stand after its name, too

	// place returns where relative paths in options start, if that is not the top.
	place func(args []string) string

	// least and most are how many arguments there may be, if translate is nil. Else it
	// returns the arguments for debgit's command, options of its own among them. What is
	// relative to top becomes relative to the working directory.
	least, most int
	translate   func(args []string, top string) ([]string, error)
}

var dgitCommands = []dgitCommand{
	{name: "clone", usage: "PACKAGE [SUITE] [./DIR|/DIR]", anywhere: true, options: true, least: 1, most: 3, place: dgitCloneDir},
	{name: "fetch", usage: "[SUITE]", options: true, most: 1},
	{name: "pull", usage: "[SUITE]", options: true, most: 1},
	{name: "checkout", usage: "SUITE", options: true, least: 1, most: 1},
	{name: "import-dsc", usage: "[--require-valid-signature] DSC [+|..]BRANCH", translate: dgitImportDsc},
	{name: "update-vcs-git", usage: "[SUITE|.] [-|FETCH-OPTION...]", translate: func(args []string, _ string) ([]string, error) { return args, nil }},
	{name: "download-unfetched-origs", usage: "[--write-sha256sums=FILE]", translate: dgitDownloadOrigs},
	{name: "setup-new-tree"},
	{name: "setup-useremail"},
	{name: "setup-mergechangelogs"},
	{name: "setup-gitattributes"},
	{name: "print-unapplied-treeish"},
	{name: "print-dpkg-source-ignores", anywhere: true},
	{name: "archive-api-query", usage: "PATH", anywhere: true, least: 1, most: 1},
	{name: "print-dgit-repos-server-source-url", anywhere: true},
	{name: "clone-dgit-repos-server", usage: "DIR", anywhere: true, least: 1, most: 1},
	{name: "build-source"}, {name: "build", usage: "[DPKG-BUILDPACKAGE-OPTION...]", translate: dgitBuild},
	{name: "sbuild", usage: "[SBUILD-OPTION...]", translate: dgitBuild}, {name: "pbuilder", usage: "[DPKG-BUILDPACKAGE-OPTION...]", translate: dgitBuild},
	{name: "cowbuilder", usage: "[DPKG-BUILDPACKAGE-OPTION...]", translate: dgitBuild},
	{name: "gbp-build", usage: "[GBP-OPTION...]", translate: dgitBuild}, {name: "git-build", usage: "[GBP-OPTION...]", translate: dgitBuild},
	{name: "clean"}, {name: "quilt-fixup"},
	{name: "push", usage: "[SUITE]", options: true, most: 1}, {name: "push-source", usage: "[SUITE]", options: true, most: 1},
	{name: "push-built", usage: "[SUITE]", options: true, most: 1},
	{name: "rpush", usage: "HOST:DIR|HOST DIR [SUITE]", anywhere: true, least: 1, most: 3},
	{name: "rpush-source", usage: "HOST:DIR|HOST DIR [SUITE]", anywhere: true, least: 1, most: 3},
	{name: "rpush-built", usage: "HOST:DIR|HOST DIR [SUITE]", anywhere: true, least: 1, most: 3},
	{name: "remote-push-build-host", anywhere: true, least: 3, most: 4}, {name: "remote-push-source-build-host", anywhere: true, least: 3, most: 4},
}

// findDgitCommand returns the command of dgit that is called so.
func findDgitCommand(name string) (dgitCommand, bool) {
	i := slices.IndexFunc(dgitCommands, func(c dgitCommand) bool { return c.name == name })
	if i < 0 {
		return dgitCommand{}, false
	}
	return dgitCommands[i], true
}

// findCommand returns the command of root that is called so, or nil.
func findCommand(root *cobra.Command, name string) *cobra.Command {
	for _, c := range root.Commands() {
		if c.Name() == name || slices.Contains(c.Aliases, name) {
			return c
		}
	}
	return nil
}

// arguments checks and translates the arguments of the command.
func (c dgitCommand) arguments(args []string, top string) ([]string, error) {
	if c.translate != nil {
		return c.translate(args, top)
	}
	if len(args) < c.least || len(args) > c.most {
		return nil, &usageError{cause: "incorrect arguments to dgit " + c.name}
	}
	return append([]string{"--"}, args...), nil
}

// dgitCloneDir is the directory of the new clone, from which dgit works.
func dgitCloneDir(args []string) string {
	if dir := args[len(args)-1]; len(args) > 1 && isDir(dir) {
		return dir
	}
	return args[0]
}

// dgitImportDsc takes a relative path for one from the top of the work tree, as dgit does.
func dgitImportDsc(args []string, top string) ([]string, error) {
	var own []string
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if args[0] != "--require-valid-signature" {
			return nil, &usageError{cause: fmt.Sprintf("unknown option %s of dgit import-dsc", args[0])}
		}
		own, args = append(own, args[0]), args[1:]
	}
	if len(args) != 2 {
		return nil, &usageError{cause: "usage: dgit import-dsc [--require-valid-signature] DSC BRANCH"}
	}
	return append(own, "--", below(top, args[0]), args[1]), nil
}

// dgitDownloadOrigs takes a relative path for one from the top of the work tree, as dgit does.
func dgitDownloadOrigs(args []string, top string) ([]string, error) {
	var own []string
	for _, arg := range args {
		file, ok := strings.CutPrefix(arg, "--write-sha256sums=")
		if !ok || file == "" {
			return nil, &usageError{cause: "usage: dgit download-unfetched-origs [--write-sha256sums=FILE]"}
		}
		own = append(own, "--write-sha256sums="+below(top, file))
	}
	return own, nil
}

// dgitBuild leaves all that follows the command to the program that builds.
func dgitBuild(args []string, _ string) ([]string, error) {
	return append([]string{"--"}, args...), nil
}

// below returns path as seen from top; "" is where we are.
func below(top, path string) string {
	if top == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(top, path)
}
