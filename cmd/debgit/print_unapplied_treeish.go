package main

import (
	"context"

	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

const printUnappliedHelp = `Prints the name of a git tree: what the upstream tarballs unpack to, with the
debian directory of HEAD, patches not applied. What HEAD has of upstream's files
does not matter, but for those that debian/source/include-binaries lists.

The source format must be 3.0 (quilt), and the tarballs of the upstream version
in debian/changelog must be there. No branch moves.`

const printUnappliedExample = `  git diff "$(debgit print-unapplied-treeish)" HEAD
  git archive "$(debgit print-unapplied-treeish)" >unpatched.tar`

type printUnappliedOptions struct {
	packageFlags
	limits gitmap.Limits
}

func newPrintUnappliedCommand(env *environment) *cobra.Command {
	var opts printUnappliedOptions
	cmd := &cobra.Command{
		Use:     "print-unapplied-treeish",
		Short:   "Print the tree of upstream's files with debian/",
		GroupID: forTools.ID,
		Long:    printUnappliedHelp + limitHelp(),
		Example: printUnappliedExample,
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runPrintUnapplied(cmd.Context(), env, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	addLimitFlag(cmd.Flags(), &opts.limits)
	return cmd
}

func runPrintUnapplied(ctx context.Context, env *environment, opts printUnappliedOptions) error {
	work, err := opts.open(ctx, env, history.AccessOptions{})
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	trees, err := upload.OrigTrees(ctx, work.Package, work.origDirs, upload.OrigOptions{Limits: opts.limits, Progress: progress.report})
	progress.close()
	if err != nil {
		return err
	}
	env.result(trees.Unpatched.String() + "\n")
	return nil
}
