package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const fetchHelp = `Brings the branch dgit/dgit/SUITE, which follows what the archive holds in a
suite, up to date. Neither the work tree nor a branch of yours is touched;
debgit pull merges it into one.

SUITE is a codename such as trixie, or a name such as stable. If it is left
out, the branch dgit/SUITE that is checked out tells it, else debian/changelog.
Several suites as in trixie,-security, where -security stands for
trixie-security, are each fetched, and become one branch with the tree of the
highest version; all but the first need not have the package.

The branch only moves forward. An upload that was made with dgit brings its own
commits, and tags, from the distro's git server; a tag that is here already is
never replaced. Any other upload is imported, and goes on top of what was
there, as history that it supersedes. What is here of a version is not imported
again.

If there is nothing new, nothing changes. A fetch that is interrupted has
changed nothing either.`

const fetchExample = `  debgit fetch
  debgit fetch experimental
  debgit fetch trixie,-security
  debgit fetch --uploads=all
  git log --oneline dgit/sid..dgit/dgit/sid`

func newFetchCommand(env *environment) *cobra.Command {
	var opts archiveFlags
	cmd := &cobra.Command{
		Use:     "fetch [SUITE]",
		Short:   "Get what is new in a suite",
		Long:    fetchHelp + limitHelp(),
		Example: fetchExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFetch(cmd.Context(), env, strings.Join(args, ""), opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addPackage(cmd)
	opts.addDryRun(cmd)
	addUploadsFlag(cmd, &opts.uploads)
	cmd.Flags().BoolVar(&opts.notForward, "deliberately-not-fast-forward", false, "also list what a push with this option could replace: all refs of the git server")
	cmd.Flags().BoolVar(&opts.freshRepo, "deliberately-fresh-repo", false, "likewise, for a push with this option")
	return cmd
}

func runFetch(ctx context.Context, env *environment, suite string, opts archiveFlags) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	fetchOptions, err := opts.fetchOptions(env, "fetch", suite, progress.report)
	if err != nil {
		return err
	}
	result, err := history.Fetch(ctx, repo, fetchOptions)
	progress.close()
	if result == nil {
		return err
	}
	return errors.Join(printFetched(env, result, opts.dryRun), err)
}

// printFetched tells what was fetched, which is an error if uploads are missing without a good
// reason.
func printFetched(env *environment, result *history.FetchResult, dryRun bool) error {
	warnings := fetchWarnings(env, result)
	for _, w := range warnings {
		env.warn(w)
	}
	if env.options.json {
		if err := env.resultJSON("fetch", newFetchJSON(result, warnings)); err != nil {
			return err
		}
	} else if !env.options.quiet {
		env.result(fetchSummary(env, result, dryRun))
	}
	if result.Uploads != nil {
		return result.Uploads.Err()
	}
	return nil
}

// fetchWarnings are what the user should know of a fetch that went well.
func fetchWarnings(env *environment, r *history.FetchResult) []string {
	warnings := append([]string(nil), r.Warnings...)
	switch {
	case r.Skew != nil && env.program == dgitName:
		warnings = append(warnings, dgitSkew(r.Skew))
	case r.Skew != nil:
		warnings = append(warnings, r.Skew.Error())
	}
	if r.GitServer != nil {
		warnings = append(warnings, fmt.Sprintf("%v\n"+
			"Only the archive was read. If the maintainers of %s have pushed their git history with dgit, it may be missing here; once the server can be reached, get it with: debgit fetch",
			r.GitServer, r.ID.Package))
	}
	if r.Unverified != nil {
		warnings = append(warnings, fmt.Sprintf("nothing vouches for %s: %s has no signed index, and the signature of the .dsc is not verified: %v", r.ID, r.Where, r.Unverified))
	}
	warnings = append(warnings, uploadWarnings(r.Uploads)...)
	if r.Missing != nil {
		warnings = append(warnings, fmt.Sprintf("%v\nIts files were imported instead.", r.Missing))
	}
	return append(warnings, importWarnings(r.Import)...)
}

// fetchSummary says what the branch is now, or would be.
func fetchSummary(env *environment, r *history.FetchResult, dryRun bool) string {
	var b strings.Builder
	for _, line := range serverRefLines(r) {
		b.WriteString(harmlessLine(line) + "\n")
	}
	if env.program == dgitName && !dryRun {
		return b.String() + dgitOK("fetched into "+history.TrackingRef(r.Suite))
	}
	for _, part := range append(r.Parts, r) {
		b.WriteString(fetchLine(env, part, dryRun))
	}
	if r.Uploads != nil {
		b.WriteString(uploadSummary(r.Uploads))
	}
	if lost := lossSummary(r.Import); lost != "" {
		b.WriteString(lost + "\n")
	}
	return b.String()
}

func fetchLine(env *environment, r *history.FetchResult, dryRun bool) string {
	var text string
	ref, commit := history.TrackingRef(r.Suite), short(r.Commit)
	switch {
	case r.Commit == r.Old:
		text = fmt.Sprintf("nothing new in %s, commit %s", ref, commit)
	case dryRun:
		text = fmt.Sprintf("would be fetched into %s", ref)
	default:
		text = fmt.Sprintf("fetched into %s, commit %s", ref, commit)
	}
	if r.Import != nil {
		text += ", " + madeFrom(r.Import)
	}
	return env.strong(harmlessLine(fmt.Sprintf("%s %s", r.ID.Package, r.Version))) + ": " + harmlessLine(text) + "\n"
}

// serverRefLines are the refs of the git server, if they were asked for.
func serverRefLines(r *history.FetchResult) (lines []string) {
	for _, ref := range slices.Sorted(maps.Keys(r.ServerRefs)) {
		lines = append(lines, fmt.Sprintf("the git server has %s %s", r.ServerRefs[ref], ref))
	}
	for _, part := range r.Parts {
		lines = append(lines, serverRefLines(part)...)
	}
	return lines
}
