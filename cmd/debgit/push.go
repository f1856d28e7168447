package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"debgit/gitmap"
	"debgit/upload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const pushHelp = `Does what debgit push-source does or, if the configuration has built for
dgit.default.push-subcmd, what debgit push-built does.

With --continue or --abort it goes on with a push that was begun in this work
tree and has not come to its end, or gives it up.

--continue does the steps that are not done. It asks the git server what has
arrived. A step that was interrupted half-way is done again. Signatures are
not made again. Of the options of a push it takes --batch and --retry-schedule.
It does not look at the archive again: if an upload of somebody else was
accepted meanwhile, the git server refuses what does not build on it, where it
was pushed there. Otherwise it is the archive that judges the versions. If you
know of such an upload: --abort, debgit pull, and push anew.

--abort puts back what is not public: the branch, if there are no new commits on
it; the tags; and files that had the names of those of the upload. If the git
server has taken the push, its commits and tags stay in the repository, and the
version is used up: the next upload needs a higher one. --offline does not ask
it, for where it cannot be reached any more: what may be there stays, too.`

func newPushCommand(env *environment) *cobra.Command {
	var opts plannedPushFlags
	var goOn, abort, offline bool
	cmd := &cobra.Command{
		Use:   "push [SUITE]",
		Short: "Make an upload and publish it; or go on with that, or give it up",
		Long:  pushHelp,
		Args:  arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case goOn:
				if err := begunAsPlanned(cmd, args, "continue", "batch", "retry-schedule"); err != nil {
					return err
				}
				return runPushContinue(cmd.Context(), env, opts)
			case abort:
				if err := begunAsPlanned(cmd, args, "abort", "offline"); err != nil {
					return err
				}
				return runPushAbort(cmd.Context(), env, offline)
			case offline:
				return &usageError{cause: "--offline goes with --abort alone"}
			}
			return runPush(cmd.Context(), env, strings.Join(args, ""), opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addBuild(cmd)
	cmd.Flags().BoolVar(&goOn, "continue", false, "do what is left of a push that was interrupted")
	cmd.Flags().BoolVar(&abort, "abort", false, "put back what is not public of it")
	cmd.Flags().BoolVar(&offline, "offline", false, "with --abort: do not ask the git server what has arrived")
	cmd.MarkFlagsMutuallyExclusive("continue", "abort")
	return cmd
}

// begunAsPlanned refuses what a push that was begun cannot be told any more: a suite, or another option of
// push than these, of which the first is that it goes on, or is given up.
func begunAsPlanned(cmd *cobra.Command, args []string, options ...string) error {
	given := slices.Clone(args)
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && !slices.Contains(options, f.Name) {
			given = append(given, "--"+f.Name)
		}
	})
	if len(given) == 0 {
		return nil
	}
	return &usageError{cause: fmt.Sprintf("push --%s: a push that was begun is as it was planned; leave %s out", options[0], strings.Join(given, " "))}
}

// runPush does what the configuration has push do.
func runPush(ctx context.Context, env *environment, suite string, opts plannedPushFlags) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	what, err := upload.PushCommand(ctx, repo, env.getenv)
	if err != nil {
		return err
	}
	if what.Warn {
		env.warn("push is push-" + what.Kind + " here; say which one you mean, push-source or push-built")
	}
	return runPlannedPush(ctx, env, pushOf{"push", suite, what.Kind == "built"}, opts)
}

func runPushContinue(ctx context.Context, env *environment, opts plannedPushFlags) error {
	retry, err := opts.retries()
	if err != nil {
		return err
	}
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	push, err := upload.ResumePush(ctx, repo, env.getenv)
	if err != nil {
		return err
	}
	defer push.Close()
	return performPush(ctx, env, push, retry)
}

func runPushAbort(ctx context.Context, env *environment, offline bool) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	aborted, err := upload.AbortPush(ctx, repo, upload.AbortOptions{Getenv: env.getenv, Offline: offline})
	if err != nil {
		return err
	}
	for _, left := range aborted.Left {
		env.warn(left)
	}
	if env.options.json {
		return env.resultJSON("push-abort", newAbortedJSON(aborted))
	}
	env.result(abortSummary(env, aborted))
	return nil
}

// abortSummary says what has become of a push that was given up.
func abortSummary(env *environment, a *upload.Aborted) string {
	return env.strong(harmlessLine(a.Plan.ID().String())) + ": given up: " + harmlessLine(abortText(a)) + "\n"
}

// abortText says what is public of a push that was given up.
func abortText(a *upload.Aborted) string {
	p := a.Plan
	text := "nothing of it is public; branch, tags and files are what they were"
	switch {
	case a.Unsure:
		text = fmt.Sprintf("%s of %s may have commit %s and the tags, so these stay here, too; nothing was uploaded; if it has, the next upload needs a higher version", p.Codename, p.Git.URL, short(p.Commit))
	case a.Public && a.Sent:
		text = fmt.Sprintf("%s of %s has commit %s and the tags, and files may have been sent to %s; the next upload needs a higher version", p.Codename, p.Git.URL, short(p.Commit), p.Queue)
	case a.Public:
		text = fmt.Sprintf("%s of %s has commit %s and the tags, which stay here, too; nothing was uploaded; the next upload needs a higher version", p.Codename, p.Git.URL, short(p.Commit))
	}
	return text
}
