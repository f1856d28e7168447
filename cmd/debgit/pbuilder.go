package main

import (
	"strings"

	"debgit/upload"

	"github.com/spf13/cobra"
)

const pbuilderHelp = `Builds the source package of the commit that is checked out, as debgit
build-source does, and then its binary packages with PROGRAM(8), in a
chroot of the suite of debian/changelog. The OPTIONs are those of
dpkg-buildpackage(1), which PROGRAM runs; -b, -A and -B among them say
which binary packages are built.

What was built appears beside the work tree, or in the directory of
--build-products-dir, when all of it is complete, with one .changes for
all, PACKAGE_VERSION_multi.changes; those that are part of it get the
ending .inmulti. Nothing is signed.

PROGRAM is run as root: sudo -E PROGRAM. --PROGRAM=COMMAND has another
command, of which blanks divide the words.`

// newPbuilderCommand makes the command for one of two programs that are run alike.
func newPbuilderCommand(env *environment, tool upload.BinaryTool) *cobra.Command {
	var opts buildFlags
	cmd := &cobra.Command{
		Use:     string(tool) + " [-- OPTION...]",
		Short:   "Build the packages of a commit with " + string(tool),
		Example: "  debgit " + string(tool) + "\n  debgit " + string(tool) + " -- -A",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := dpkgJob(tool, args)
			if err != nil {
				return err
			}
			return opts.runBuild(cmd.Context(), env, job)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd, "dpkg-buildpackage", "mergechanges", string(tool))
	cmd.Long = strings.ReplaceAll(pbuilderHelp, "PROGRAM", string(tool)) + cleanModeHelp + opts.programs.help() + limitHelp()
	return cmd
}
