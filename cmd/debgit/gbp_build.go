package main

import (
	"debgit/upload"

	"github.com/spf13/cobra"
)

const gbpBuildHelp = `Builds the source package of the commit that is checked out, as debgit
build-source does, and its binary packages with gbp buildpackage, which gets the
OPTIONs. Of these -S, -b, -A, -B, -F, -g, -G and --build=TYPES say what is
built: source and binary packages if there is none.

The quilt mode is gbp, if neither --quilt nor the configuration says another
one. gbp builds from the branch, in a private directory (--git-export-dir). What
was built appears beside the work tree, or in the directory of
--build-products-dir, when all of it is complete, with one .changes for all,
PACKAGE_VERSION_multi.changes; those that are part of it get the ending
.inmulti. Nothing is signed.`

const gbpBuildExample = `  debgit gbp-build
  debgit gbp-build -- -A --git-pristine-tar`

func newGbpBuildCommand(env *environment) *cobra.Command {
	var opts buildFlags
	cmd := &cobra.Command{
		Use:     "gbp-build [-- OPTION...]",
		Aliases: []string{"git-build"},
		Short:   "Build the packages of a commit with gbp buildpackage",
		Example: gbpBuildExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := dpkgJob(upload.GbpBuildpackage, args)
			if err != nil {
				return err
			}
			return opts.runBuild(cmd.Context(), env, job)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd, "dpkg-buildpackage", "mergechanges", "gbp-build")
	cmd.Long = gbpBuildHelp + cleanModeHelp + opts.programs.help() + limitHelp()
	return cmd
}
