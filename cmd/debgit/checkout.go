package main

import (
	"context"
	"fmt"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const checkoutHelp = `Makes the branch dgit/SUITE the current one. If it is not there it is made from
what the archive holds in the suite, which is fetched unless that has been done
before; to fetch again, use debgit pull.

Changes in the work tree are kept, or else git refuses.`

func newCheckoutCommand(env *environment) *cobra.Command {
	var opts archiveFlags
	cmd := &cobra.Command{
		Use:     "checkout SUITE",
		Short:   "Work on a suite",
		Long:    checkoutHelp + limitHelp(),
		Example: "  debgit checkout trixie",
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCheckout(cmd.Context(), env, args[0], opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addPackage(cmd)
	return cmd
}

func runCheckout(ctx context.Context, env *environment, suite string, opts archiveFlags) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	fetchOptions, err := opts.fetchOptions(env, "checkout", suite, progress.report)
	if err != nil {
		return err
	}
	result, err := history.Checkout(ctx, repo, fetchOptions)
	progress.close()
	if err != nil {
		return err
	}
	warnings := []string{}
	if result.Fetched != nil {
		warnings = fetchWarnings(env, result.Fetched)
	}
	for _, w := range warnings {
		env.warn(w)
	}
	if env.options.json {
		return env.resultJSON("checkout", checkoutJSON{result.Branch, result.Commit.String(), result.Created, warnings})
	}
	if !env.options.quiet {
		env.result(checkoutSummary(env, result))
	}
	return nil
}

type checkoutJSON struct {
	Branch   string   `json:"branch"`
	Commit   string   `json:"commit"`
	Created  bool     `json:"created"`
	Warnings []string `json:"warnings"`
}

func checkoutSummary(env *environment, r *history.CheckoutResult) string {
	how := "is checked out"
	if r.Created {
		how = "is made and checked out"
	}
	return fmt.Sprintf("%s %s, commit %s\n", env.strong(harmlessLine(r.Branch)), how, short(r.Commit))
}
