package main

import (
	"context"

	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

const cleanHelp = `Cleans the work tree in the way that the clean mode says. What git clean will
remove is said before it is removed; with --dry-run, that is all. Files that git
knows of are not touched by git clean, whether they are changed or not.`

const cleanExample = `  debgit clean --clean=git
  debgit clean -wn
  debgit clean -wgf --dry-run`

type cleanOptions struct {
	packageFlags
	cleanFlags
	programs programFlags
	quilt    string
	dryRun   bool
}

func newCleanCommand(env *environment) *cobra.Command {
	var opts cleanOptions
	cmd := &cobra.Command{
		Use:     "clean",
		Short:   "Remove from the work tree what builds have left",
		Example: cleanExample,
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runClean(cmd.Context(), env, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	addDistroFlag(cmd, &opts.distro)
	opts.cleanFlags.add(cmd)
	opts.programs.add(cmd, "dpkg-buildpackage")
	cmd.Flags().StringVar(&opts.quilt, "quilt", "", "the branch is kept in this quilt `MODE`: in baredebian, git clean is refused, as upstream's files are not in git (default: as configured)")
	cmd.Flags().BoolVarP(&opts.dryRun, "dry-run", "n", false, "only say what would be done")
	cmd.Long = cleanHelp + cleanModeHelp + opts.programs.help()
	return cmd
}

func runClean(ctx context.Context, env *environment, opts cleanOptions) error {
	opts.workTree = true
	work, err := opts.open(ctx, env, history.AccessOptions{})
	if err != nil {
		return err
	}
	clean := upload.CleanOptions{DryRun: opts.dryRun, Removing: env.sayRemoving}
	if clean.Mode, err = opts.chosen(work.access); err != nil {
		return err
	}
	view := upload.ViewOptions{OrigDirs: work.origDirs}
	if view.Mode, err = upload.ConfiguredQuiltMode(work.access, opts.quilt, "", env.defaultMode()); err != nil {
		return err
	}
	if err := clean.Mode.CheckBranch(ctx, work.Package, view); err != nil {
		return err
	}
	if clean.Programs, err = upload.NewPrograms(work.access, opts.programs.programs(env)); err != nil {
		return err
	}
	if clean.Terminal.Stdin = env.stdin; !env.options.quiet {
		clean.Terminal.Messages = env.stderr
		if env.program == dgitName { // where scripts look for what debian/rules says
			clean.Terminal.Messages = env.stdout
		}
	}
	return upload.Clean(ctx, work.Repo, clean)
}
