package main

import (
	"debgit/upload"

	"github.com/spf13/cobra"
)

const buildHelp = `Builds the source package of the commit that is checked out, as debgit
build-source does, and its binary packages with dpkg-buildpackage(1), which gets
the OPTIONs. Of these -S, -b, -A, -B, -F, -g, -G and --build=TYPES say what is
built: source and binary packages if there is none.

It works in a private copy of the commit. What was built appears beside the work
tree, or in the directory of --build-products-dir, when all of it is complete.
If there are source and binary packages, mergechanges(1) makes one .changes for
both, PACKAGE_VERSION_multi.changes; those that are part of it get the ending
.inmulti. Nothing is signed, and nothing is compared with the commit: a push
does that.`

const buildExample = `  debgit build
  debgit build -- -A -j4
  debgit build --include-dirty -v_ -- -b`

func newBuildCommand(env *environment) *cobra.Command {
	var opts buildFlags
	cmd := &cobra.Command{
		Use:     "build [-- OPTION...]",
		Short:   "Build source and binary packages of a commit",
		Example: buildExample,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			job, err := dpkgJob(upload.DpkgBuildpackage, args)
			if err != nil {
				return err
			}
			return opts.runBuild(cmd.Context(), env, job)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd, "dpkg-buildpackage", "mergechanges")
	cmd.Long = buildHelp + cleanModeHelp + opts.programs.help() + limitHelp()
	return cmd
}

// dpkgJob is what options of dpkg-buildpackage say is to be built, with a tool that knows them.
func dpkgJob(tool upload.BinaryTool, args []string) (upload.Job, error) {
	source, kind, others, err := upload.SplitBuildOptions(args)
	if err != nil {
		return upload.Job{}, &usageError{cause: err.Error()}
	}
	job := upload.Job{NoSource: !source && !tool.NeedsSource()}
	if kind != "" {
		job.Binaries = &upload.Binaries{Tool: tool, Kind: kind, Args: others}
	}
	if job.NoSource && job.Binaries == nil {
		return job, &usageError{cause: "these options leave nothing to build"}
	}
	return job, nil
}
