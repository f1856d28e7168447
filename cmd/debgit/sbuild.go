package main

import (
	"debgit/upload"

	"github.com/spf13/cobra"
)

const sbuildHelp = `Builds the source package of the commit that is checked out, as debgit
build-source does, and then its binary packages with sbuild(1), in a chroot of
the suite of debian/changelog. sbuild gets the OPTIONs; if nothing else says so,
it builds the packages of one architecture alone: -A is for all.

What was built appears beside the work tree, or in the directory of
--build-products-dir, when all of it is complete, with one .changes for all,
PACKAGE_VERSION_multi.changes; those that are part of it get the ending
.inmulti. If sbuild fails, its log is kept there. Nothing is signed.`

const sbuildExample = `  debgit sbuild -- -A
  debgit sbuild -v_ -- -A --no-run-lintian`

func newSbuildCommand(env *environment) *cobra.Command {
	var opts buildFlags
	cmd := &cobra.Command{
		Use:     "sbuild [-- OPTION...]",
		Short:   "Build the packages of a commit with sbuild",
		Example: sbuildExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return opts.runBuild(cmd.Context(), env, upload.Job{Binaries: &upload.Binaries{Tool: upload.Sbuild, Args: args}})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd, "dpkg-buildpackage", "mergechanges", "sbuild")
	cmd.Long = sbuildHelp + cleanModeHelp + opts.programs.help() + limitHelp()
	return cmd
}
