package main

import "github.com/spf13/cobra"

const printIgnoresHelp = `Prints the options that have dpkg-source(1) ignore git's own files, and nothing
else: what .gitignore names belongs to the source package. They are for tools
that build a source package from a work tree.`

// dpkgSourceIgnores ignores .git wherever it is, a file as in submodules or a directory.
const dpkgSourceIgnores = `-i(?:^|/)\.git(?:/|$) -I.git`

func newPrintIgnoresCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:     "print-dpkg-source-ignores",
		Short:   "Print options with which dpkg-source ignores git",
		GroupID: forTools.ID,
		Long:    printIgnoresHelp,
		Args:    arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			env.result(dpkgSourceIgnores + "\n")
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
}
