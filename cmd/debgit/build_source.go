package main

import (
	"debgit/upload"

	"github.com/spf13/cobra"
)

const buildSourceHelp = `Makes the source package of the commit that is checked out, with dpkg-source(1)
and dpkg-genchanges(1): PACKAGE_VERSION.dsc, the files that it lists, and
PACKAGE_VERSION_source.changes. They appear beside the work tree, or in the
directory of --build-products-dir, when all are complete. The upstream tarballs
must be there, or beside the work tree. Nothing is signed.

It works in a private copy of the commit: nothing of the work tree is changed,
and nothing in it that is not committed has a say. So that nothing is forgotten,
changes that are not committed are refused, and files that git does not know of
as the clean mode says. With --include-dirty, a copy of the work tree is built
instead.

Before that, what the branch changes of upstream's files becomes patches, as the
quilt mode says: where that means commits on top of the branch, they are made
and told (see debgit quilt-fixup); in a split view the branch stays as it is.

At the end the source package is unpacked in memory and compared with the
commit. If it has other files, that is told file by file with the likely cause,
the exit status is 6, and the files are left for you to look at. The key
build-source-check-correspondence of the configuration switches that off.

The .changes tells what is new since the version that the archive has in the
suite of debian/changelog. If the archive cannot be asked, say with -v which
version that is.`

const buildSourceExample = `  debgit build-source
  debgit build-source -v_ --build-products-dir=../build
  debgit build-source --include-dirty --clean=none`

func newBuildSourceCommand(env *environment) *cobra.Command {
	var opts buildFlags
	cmd := &cobra.Command{
		Use:     "build-source",
		Short:   "Build the source package of a commit",
		Example: buildSourceExample,
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return opts.runBuild(cmd.Context(), env, upload.Job{})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd, "dpkg-buildpackage")
	cmd.Long = buildSourceHelp + cleanModeHelp + opts.programs.help() + limitHelp()
	return cmd
}
