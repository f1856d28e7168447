package main

import (
	"context"
	"strings"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const pullHelp = `Does what debgit fetch does, and merges the branch dgit/dgit/SUITE into the
branch that is checked out, with git merge. SUITE is as for debgit fetch.

A branch with the maintainer view of a 3.0 (quilt) package (split view, or one
of the quilt modes gbp, unapplied, dpm and baredebian) is refused: the archive
view cannot be merged into that.`

const pullExample = `  debgit pull
  debgit pull trixie,-security`

type pullOptions struct {
	archiveFlags
	allowUnrelated bool
	quilt          string
	split          splitFlag
}

func newPullCommand(env *environment) *cobra.Command {
	var opts pullOptions
	cmd := &cobra.Command{
		Use:     "pull [SUITE]",
		Short:   "Get what is new in a suite, and merge it",
		Long:    pullHelp + limitHelp(),
		Example: pullExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPull(cmd.Context(), env, strings.Join(args, ""), opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addPackage(cmd)
	opts.addDryRun(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&opts.allowUnrelated, "allow-unrelated-histories", false, "merge histories that have no commit in common, too")
	flags.StringVar(&opts.quilt, "quilt", "", "the branch is kept in this quilt `MODE` (default: as configured, else by what is in the branch)")
	addSplitFlag(flags, &opts.split, "the branch has the maintainer view: `always`, never, or auto, if the quilt mode is one of those")
	return cmd
}

func runPull(ctx context.Context, env *environment, suite string, opts pullOptions) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	fetchOptions, err := opts.fetchOptions(env, "pull", suite, progress.report)
	if err != nil {
		return err
	}
	result, err := history.Pull(ctx, repo, history.PullOptions{
		FetchOptions:   fetchOptions,
		AllowUnrelated: opts.allowUnrelated,
		QuiltMode:      opts.quilt,
		DefaultMode:    string(env.defaultMode()),
		SplitView:      string(opts.split),
	})
	progress.close()
	if result == nil {
		return err
	}
	warnings := fetchWarnings(env, result)
	for _, w := range warnings {
		env.warn(w)
	}
	switch {
	case err != nil:
		return err
	case env.options.json:
		return env.resultJSON("pull", newFetchJSON(result, warnings))
	case !env.options.quiet:
		env.result(pullSummary(env, result, opts.dryRun))
	}
	return nil
}

func pullSummary(env *environment, r *history.FetchResult, dryRun bool) string {
	switch {
	case dryRun:
		return fetchSummary(env, r, true)
	case env.program == dgitName:
		return dgitOK("fetched to " + history.TrackingRef(r.Suite) + " and merged into HEAD")
	}
	return fetchSummary(env, r, false) + "merged into HEAD\n"
}
