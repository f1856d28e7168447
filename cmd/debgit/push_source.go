package main

import (
	"context"
	"fmt"
	"strings"

	"debgit/gitmap"
	"debgit/upload"

	"github.com/spf13/cobra"
)

const pushSourceHelp = `Makes a source-only upload of the commit that is checked out, and publishes it:
its commits and signed tags on the distro's git server, and its files in the
upload queue. SUITE must be the one that debian/changelog is for.

First everything is worked out: what the archive and the git server hold is
fetched; if the branch keeps patches in a way that needs it, commits are made
for the upload; the source package is built in a private copy of the commit, and
unpacked again to see that it is that commit; and all that could refuse the push
is tried, such as an upload that the branch lacks, an orig tarball that is not
the archive's, or a key that cannot sign. If one of these checks fails, the push
ends there, and nothing has been done.

--dry-run ends there, too, and prints the plan: what was checked, and each step
that would follow. With --json it has all: commits, texts of tags, digests of
files, and what goes to which server.

Then the plan is carried out step by step:

  1. all signatures are made, of the tags and of the files
  2. your branch moves, if the quilt mode or --trust-changelog has put a commit
     on top of it; the tags are stored
  3. commits and tags are pushed to the git server
  4. the tracking branch dgit/dgit/SUITE follows
  5. the files get their final names, in the directory for such files
  6. the upload goes to the queue, by dput

If it fails at the first step, as when no passphrase is given, nothing is left
of it. Later each step is noted as it is done, also if debgit is killed, and two
commands take it from there:

  debgit push --continue   does what is left; signatures are there already
  debgit push --abort      puts branch, tags and files back, as far as nothing
                           is public yet, and says what is

The exit status is 29 if a check refuses the push, and 6 if the source package
would not unpack to just the commit.`

const pushSourceExample = `  debgit push-source
  debgit push-source --dry-run
  debgit push-source --json --dry-run | jq .checks
  debgit push-source --new -k 0x0123456789ABCDEF
  debgit push-source --quilt=gbp --trust-changelog`

// pushSourceFlags are the options of push-source, and of push, which is the same.
type pushSourceFlags struct {
	pushFlags
	dryRun, dampRun bool
}

func newPushSourceCommand(env *environment) *cobra.Command {
	var opts pushSourceFlags
	cmd := &cobra.Command{
		Use:     "push-source [SUITE]",
		Short:   "Make a source-only upload and publish it, with its git history",
		Long:    pushSourceHelp,
		Example: pushSourceExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPushSource(cmd.Context(), env, "push-source", strings.Join(args, ""), opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	return cmd
}

func (o *pushSourceFlags) add(cmd *cobra.Command) {
	o.pushFlags.add(cmd)
	flags := cmd.Flags()
	flags.BoolVarP(&o.dryRun, "dry-run", "n", false, "only work out and print what would be done")
	flags.BoolVarP(&o.dampRun, "damp-run", "L", false, "do only what nobody else sees, and sign nothing: the branch moves, and the files get their names")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "damp-run")
}

func runPushSource(ctx context.Context, env *environment, command, suite string, opts pushSourceFlags) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	pushOptions, err := opts.pushOptions(env, command, suite, progress.report)
	if err != nil {
		return err
	}
	pushOptions.DryRun, pushOptions.DampRun = opts.dryRun, opts.dampRun
	push, err := upload.PlanPush(ctx, repo, pushOptions)
	progress.close()
	if err != nil {
		return err
	}
	defer push.Close()
	for _, w := range push.Warnings {
		env.warn(w)
	}
	if opts.dryRun {
		return printPlan(env, push.Plan)
	}
	return performPush(ctx, env, push)
}

// performPush carries a push out, or what is left of it, and says what has become of it.
func performPush(ctx context.Context, env *environment, push *upload.Push) error {
	say := func(text string) {
		if !env.options.quiet {
			env.message("note", "36", text)
		}
	}
	if b := push.Plan.Branch; b != nil {
		say(branchNote(push.Plan))
	}
	err := push.Perform(ctx, upload.PerformOptions{
		Getenv: env.getenv,
		Begin:  func(s upload.PlannedStep) { say(s.What) },
		Stdin:  stdinFile(env),
		Output: env.stderr,
	})
	if err != nil {
		return err
	}
	if env.options.json {
		return env.resultJSON("push", newPushJSON(push.Plan))
	}
	if !env.options.quiet {
		env.result(pushSummary(env, push.Plan))
	}
	return nil
}

// branchNote says what becomes of the user's branch.
func branchNote(p *upload.Plan) string {
	var what []string
	for _, c := range p.Commits {
		what = append(what, fmt.Sprintf("%s %s", short(c.Commit), c.What))
	}
	return fmt.Sprintf("your branch %s gets %s, for this upload:\n%s",
		strings.TrimPrefix(p.Branch.Ref, "refs/heads/"), count(len(what), "commit", "commits"), strings.Join(what, "\n"))
}

// pushSummary says what was published.
func pushSummary(env *environment, p *upload.Plan) string {
	if env.program == dgitName {
		return dgitOK("pushed and uploaded " + string(p.Version))
	}
	return env.strong(harmlessLine(p.ID().String())) + ": " + harmlessLine(fmt.Sprintf(
		"pushed commit %s to %s of %s, and uploaded %s to %s", short(p.Commit), p.Codename, p.Git.URL, p.Queue.Changes, p.Queue)) + "\n"
}

const pushHelp = `Does what debgit push-source does or, if the configuration has built for
dgit.default.push-subcmd, what debgit push-built does.

With --continue or --abort it goes on with a push that was begun in this work
tree and has not come to its end, or gives it up.

--continue does the steps that are not done. It asks the git server what has
arrived. A step that was interrupted half-way is done again. Signatures are
not made again.

--abort puts back what is not public: the branch, if there are no new commits on
it; the tags; and files that had the names of those of the upload. If the git
server has taken the push, its commits and tags stay in the repository, and the
version is used up: the next upload needs a higher one.`

func newPushCommand(env *environment) *cobra.Command {
	var opts pushSourceFlags
	var goOn, abort bool
	cmd := &cobra.Command{
		Use:   "push [SUITE]",
		Short: "Make an upload and publish it; or go on with that, or give it up",
		Long:  pushHelp,
		Args:  arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case (goOn || abort) && len(args) > 0:
				return &usageError{cause: "push: a push that was begun knows its suite; leave " + args[0] + " out"}
			case goOn:
				return runPushContinue(cmd.Context(), env)
			case abort:
				return runPushAbort(cmd.Context(), env)
			}
			return runPush(cmd.Context(), env, strings.Join(args, ""), opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	cmd.Flags().BoolVar(&goOn, "continue", false, "do what is left of a push that was interrupted")
	cmd.Flags().BoolVar(&abort, "abort", false, "put back what is not public of it")
	cmd.MarkFlagsMutuallyExclusive("continue", "abort")
	return cmd
}

// runPush does what the configuration has push do.
func runPush(ctx context.Context, env *environment, suite string, opts pushSourceFlags) error {
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
	if what.Kind == "built" {
		return &absentCommandError{"push-built"}
	}
	return runPushSource(ctx, env, "push", suite, opts)
}

func runPushContinue(ctx context.Context, env *environment) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	push, err := upload.ResumePush(ctx, repo, env.getenv)
	if err != nil {
		return err
	}
	defer push.Close()
	return performPush(ctx, env, push)
}

func runPushAbort(ctx context.Context, env *environment) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	aborted, err := upload.AbortPush(ctx, repo, env.getenv)
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

// abortSummary says what is public of a push that was given up.
func abortSummary(env *environment, a *upload.Aborted) string {
	p := a.Plan
	text := "nothing of it is public; branch, tags and files are what they were"
	switch {
	case a.Public && a.Sent:
		text = fmt.Sprintf("%s of %s has commit %s and the tags, and files may have been sent to %s; the next upload needs a higher version", p.Codename, p.Git.URL, short(p.Commit), p.Queue)
	case a.Public:
		text = fmt.Sprintf("%s of %s has commit %s and the tags, which stay here, too; nothing was uploaded; the next upload needs a higher version", p.Codename, p.Git.URL, short(p.Commit))
	}
	return env.strong(harmlessLine(p.ID().String())) + ": given up: " + harmlessLine(text) + "\n"
}
