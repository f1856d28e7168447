package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"
)

// pushOf is what is to be pushed.
type pushOf struct {
	command  string
	suite    string // "" for that of debian/changelog
	prebuilt bool   // what was built before
}

func runPlannedPush(ctx context.Context, env *environment, what pushOf, opts plannedPushFlags) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	pushOptions, err := opts.pushOptions(env, what.command, what.suite, progress.report)
	if err != nil {
		return err
	}
	pushOptions.DryRun, pushOptions.DampRun, pushOptions.Prebuilt = opts.dryRun, opts.dampRun, what.prebuilt
	retry, err := opts.retries()
	if err != nil {
		return err
	}
	push, err := planPush(ctx, env, repo, pushOptions)
	progress.close()
	if err != nil {
		return err
	}
	defer push.Close()
	warnings := push.Warnings
	if push.Fetched != nil {
		warnings = append(fetchWarnings(env, push.Fetched), warnings...)
	}
	for _, w := range warnings {
		env.warn(w)
	}
	if opts.dryRun {
		return printPlan(env, push.Plan)
	}
	return performPush(ctx, env, push, retry)
}

// planPush plans a push. dgit knows nothing of pushes that wait to be continued: under its name, one that has not
// come to its end is given up.
func planPush(ctx context.Context, env *environment, repo *gitmap.Repo, opts upload.PushOptions) (*upload.Push, error) {
	push, err := upload.PlanPush(ctx, repo, opts)
	var unfinished *upload.UnfinishedError
	if env.program != dgitName || opts.DryRun || !errors.As(err, &unfinished) {
		return push, err
	}
	abort := upload.AbortOptions{Getenv: env.getenv}
	aborted, err := upload.AbortPush(ctx, repo, abort)
	if unsure := (*upload.UnsureError)(nil); errors.As(err, &unsure) && unsure.Moved { // its address may have been wrong
		env.warn(err.Error())
		abort.Offline = true
		aborted, err = upload.AbortPush(ctx, repo, abort)
	}
	if err != nil {
		return nil, err
	}
	env.warn(fmt.Sprintf("the push of %s, which had not come to its end, is given up: %s", aborted.Plan.ID(), abortText(aborted)))
	for _, left := range aborted.Left {
		env.warn(left)
	}
	return upload.PlanPush(ctx, repo, opts)
}

// performPush carries a push out, or what is left of it, and says what has become of it.
func performPush(ctx context.Context, env *environment, push *upload.Push, retry []time.Duration) error {
	say := func(text string) {
		if !env.options.quiet {
			env.message("note", "36", text)
		}
	}
	if push.Plan.Layout != nil {
		say(layoutNote(push.Plan))
	}
	if push.Plan.Branch != nil {
		say(branchNote(push.Plan))
	}
	err := push.Perform(ctx, upload.PerformOptions{
		Getenv: env.getenv,
		Begin:  func(s upload.PlannedStep) { say(s.What) },
		Waiting: func(err error, wait time.Duration) {
			env.warn(fmt.Sprintf("%v; the next try is in %v", err, wait))
		},
		Retry:  retry,
		Stdin:  stdinFile(env),
		Output: env.stderr,
		Said:   env.remote,
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

// layoutNote says what layout the branch was found to have and, if that asks for it, that the upload is made from
// another commit.
func layoutNote(p *upload.Plan) string {
	l := p.Layout
	text := "the layout of the branch: " + layoutText(&upload.DetectedLayout{Layout: l.Layout, Mode: p.Mode, Why: l.Why})
	if p.Split {
		text += fmt.Sprintf("\nThe branch stays as it is; the upload is of %s, which was made from it.", short(p.Commit))
	}
	return harmless(text)
}

// branchNote says what becomes of the user's branch.
func branchNote(p *upload.Plan) string {
	var what []string
	for _, c := range p.Commits {
		what = append(what, fmt.Sprintf("%s %s", short(c.Commit), c.What))
	}
	return fmt.Sprintf("your branch %s gets %s, for this upload:\n%s",
		history.ShortHead(p.Branch.Ref), count(len(what), "commit", "commits"), strings.Join(what, "\n"))
}

// pushSummary says what was published.
func pushSummary(env *environment, p *upload.Plan) string {
	if env.program == dgitName {
		return dgitOK("pushed and uploaded " + string(p.Version))
	}
	return env.strong(harmlessLine(p.ID().String())) + ": " + harmlessLine(fmt.Sprintf(
		"pushed commit %s to %s of %s, and uploaded %s to %s", short(p.Commit), p.Codename, p.Git.URL, p.Queue.Changes, p.Queue)) + "\n"
}
