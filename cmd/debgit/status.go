package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

const statusHelp = `Tells where the work tree stands between the last upload and the next: what
the archive holds in the suite, and which uploads of that the branch lacks, such
as an NMU, with the command to get them; whether the orig tarballs are there and
are those of the archive; whether the patches are applied; what is not
committed; and what a push would complain about.

SUITE is as for debgit fetch. If it is left out and APT is configured for its
security updates, those are looked at, too. If the archive cannot be reached, or
with --offline, the tracking branches tell what was known at the last fetch.

It works in any repository of a source package, whoever made it and however the
patches are kept, and changes nothing.

The exit status is 0 whatever there is to tell, as of git status. With
--exit-code it is 28 if the branch lacks an upload or a push would complain.`

const statusExample = `  debgit status
  debgit status --offline
  debgit status trixie,-security
  debgit status --exit-code -q || echo something to do`

type statusOptions struct {
	archiveFlags
	offline, exitCode bool
}

func newStatusCommand(env *environment) *cobra.Command {
	var opts statusOptions
	cmd := &cobra.Command{
		Use:     "status [SUITE]",
		Short:   "Tell what the suite holds, what the branch lacks, and what is to do",
		Long:    statusHelp,
		Example: statusExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runStatus(cmd.Context(), env, strings.Join(args, ""), opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := cmd.Flags()
	addOpenFlags(cmd, &opts.open)
	flags.BoolVar(&opts.offline, "offline", false, "ask no archive; tell what the tracking branches know")
	flags.BoolVar(&opts.exitCode, "exit-code", false, "end with status 28 if there is something to do")
	return cmd
}

// A somethingToDoError is why status --exit-code ends as it does. What there is to do the
// result has told.
type somethingToDoError struct{}

func (somethingToDoError) Error() string { return "there is something to do" }

func runStatus(ctx context.Context, env *environment, suite string, opts statusOptions) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	fetchOptions, err := opts.fetchOptions(env, "status", suite, progress.report)
	if err != nil {
		return err
	}
	s, err := history.ReadStatus(ctx, repo, history.StatusOptions{ArchiveOptions: fetchOptions.ArchiveOptions, Suite: suite, Offline: opts.offline})
	progress.close()
	if err != nil {
		return err
	}
	layout, err := upload.SeenLayout(ctx, repo, upload.SeenIn(s))
	if err != nil {
		return err
	}
	for _, w := range s.Warnings {
		env.warn(w)
	}
	for _, suite := range s.Suites {
		if suite.NotAsked != nil {
			env.warn(fmt.Sprintf("%v\nOf %s it is told what was known at the last fetch.", suite.NotAsked, suite.Suite))
		}
	}
	if err := upload.UnfinishedPush(repo); err != nil {
		env.warn(err.Error() + "\nfinish it: debgit push --continue; or give it up: debgit push --abort")
	}
	switch {
	case env.options.json:
		if err := env.resultJSON("status", newStatusJSON(s, layout)); err != nil {
			return err
		}
	case !env.options.quiet:
		env.result(statusText(env, s, layout))
	}
	if opts.exitCode && s.NeedsWork() {
		return somethingToDoError{}
	}
	return nil
}

// statusText is what status prints for people.
func statusText(env *environment, s *history.Status, layout *upload.DetectedLayout) string {
	var b strings.Builder
	width := len("patches")
	for _, suite := range s.Suites {
		width = max(width, len(suite.Suite))
	}
	row := func(label string, lines ...string) {
		for _, line := range lines {
			fmt.Fprintf(&b, "%-*s  %s\n", width, harmlessLine(label), harmlessLine(line))
			label = ""
		}
	}
	fmt.Fprintf(&b, "%s, %s\n\n", env.strong(harmlessLine(s.Package+" "+string(s.Version()))), harmlessLine(headText(s)))
	for _, suite := range s.Suites {
		row(suite.Suite, suiteLines(s, suite)...)
	}
	row("tree", workText(s.Work))
	row("format", s.Format)
	row("patches", patchLines(s.Patches)...)
	row("layout", layoutText(layout))
	row("origs", origLines(env, s)...)
	row("push", complaintLines(s)...)
	return b.String()
}

// headText says what is checked out.
func headText(s *history.Status) string {
	text := "branch " + s.Branch
	if s.Branch == "" {
		text = "detached HEAD"
	}
	if s.Head.IsZero() {
		return text + ", without a commit yet"
	}
	return text + ", commit " + short(s.Head)
}

// suiteLines says what a suite holds, and what of that the branch has.
func suiteLines(s *history.Status, suite *history.SuiteStatus) []string {
	holds := "has " + string(suite.Version)
	switch {
	case suite.Version == "" && suite.Where != "":
		return []string{"does not have " + s.Package + " (" + suite.Where + ")"}
	case suite.Version == "":
		return []string{"not known here; to look it up: debgit fetch " + suite.Suite}
	case suite.Where == "":
		holds = "had " + string(suite.Version) + " at the last fetch"
	}
	var lines []string
	switch {
	case suite.LacksUpload():
		lines = append(lines, holds+", which this branch lacks")
		for _, l := range suite.Lacks {
			lines = append(lines, "  "+lackedText(l))
		}
		lines = append(lines, mergeHint(s, suite))
	case suite.Version == s.Version() && !suite.InHistory:
		lines = append(lines, holds+", as the changelog of this branch")
	case suite.Version == s.Version() && suite.Same:
		lines = append(lines, holds+", which is this branch")
	case suite.InHistory && suite == s.Suites[0]:
		lines = append(lines, fmt.Sprintf("%s; this branch builds on it, with %s since", holds, count(suite.Since, "commit", "commits")))
	case suite.InHistory:
		lines = append(lines, holds+"; this branch builds on it")
	default:
		lines = append(lines, holds+", which the changelog of this branch names")
	}
	if suite == s.Suites[0] && len(suite.NotUploaded) > 0 {
		var names []string
		for _, e := range suite.NotUploaded {
			names = append(names, string(e.Version))
		}
		lines = append(lines, "does not have "+allOf(names)+" yet")
	}
	return lines
}

// lackedText names an upload that the branch lacks.
func lackedText(l history.LackedUpload) string {
	if l.Entry == nil {
		return string(l.Version)
	}
	entry := &history.LogEntry{ChangelogEntry: l.Entry}
	date, _, _ := strings.Cut(uploadDate(entry), " ")
	text := string(l.Version) + ", " + date + ", " + uploader(entry)
	if kind := l.Entry.Kind(); kind != dsc.Usual {
		text += " (" + string(kind) + ")"
	}
	if closes := closesText(entry); closes != "" {
		text += ", closes " + closes
	}
	if cves := l.Entry.CVEs(); len(cves) > 0 {
		text += ", " + strings.Join(cves, ", ")
	}
	return text
}

// mergeHint says how to get what the branch lacks.
func mergeHint(s *history.Status, suite *history.SuiteStatus) string {
	fetch := "debgit fetch " + suite.Suite
	switch {
	case !s.HasMaintainerView():
		return "to merge it: debgit pull " + suite.Suite
	case suite.Tracked == suite.Version:
		fetch = ""
	default:
		fetch += " && "
	}
	why := "the patches are not applied here"
	if s.Patches.State == history.PackagingOnly {
		why = "there is only debian/ here"
	}
	return fmt.Sprintf("%s, so it cannot be merged as it is; to see it: %sdebgit diff --full HEAD %s", why, fetch, quote(string(suite.Version)))
}

// mostNamed is how many files are named.
const mostNamed = 3

// workText says what is not committed.
func workText(w *gitmap.WorkState) string {
	var parts []string
	for _, p := range []struct {
		paths []string
		what  string
	}{{w.Conflicts, "in conflict"}, {w.Changed, "changed"}, {w.Untracked, "untracked"}} {
		if len(p.paths) == 0 {
			continue
		}
		names := p.paths[:min(len(p.paths), mostNamed)]
		text := fmt.Sprintf("%d %s: %s", len(p.paths), p.what, strings.Join(names, ", "))
		if len(p.paths) > mostNamed {
			text += ", ..."
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "clean"
	}
	return strings.Join(parts, "; ")
}

// patchLines says how many patches there are, and whether they are applied.
func patchLines(p *history.PatchExamination) []string {
	n := count(len(p.Names), "patch", "patches")
	lines := []string{"none"}
	switch p.State {
	case history.NoPatches:
	case history.PackagingOnly:
		lines = []string{n + "; there is only debian/ here"}
	case history.PatchesMixed:
		lines = []string{n + ", neither all applied nor all unapplied"}
	default:
		lines = []string{n + ", " + stateWords[p.State]}
	}
	if p.Why != nil {
		lines = append(lines, p.Why.Error())
	}
	return lines
}

// origLines says which orig tarballs are there.
func origLines(env *environment, s *history.Status) []string {
	o := s.Origs
	switch {
	case o == nil && s.Format == "3.0 (native)":
		return []string{"none: the source format is native"}
	case o == nil:
		return []string{"none: the version " + string(s.Version()) + " has no revision"}
	}
	var lines []string
	missing := false
	for _, f := range o.Files {
		text := filepath.Join(f.Dir, f.Name)
		if rel, err := filepath.Rel(env.cwd, text); err == nil {
			text = rel
		}
		switch f.State {
		case history.OrigSame:
			text += ", as " + o.Listed + " has it"
		case history.OrigOther:
			text += " is not the one that " + o.Listed + " has"
		case history.OrigMissing:
			text += " is not there"
			missing = true
		case history.OrigUnlisted:
			text += ", which no .dsc that is known here lists"
		}
		lines = append(lines, text)
	}
	if missing {
		lines = append(lines, "to fetch it: "+history.GetOrigsCommand)
	}
	return lines
}

// complaintLines says what a push would complain about.
func complaintLines(s *history.Status) []string {
	switch {
	case s.IsUploaded():
		return []string{"nothing to upload"}
	case len(s.Complain) == 0 && s.Suites[0].Version == "":
		return []string{"nothing is known to be in the way, but neither is what " + s.Suites[0].Suite + " has"}
	case len(s.Complain) == 0:
		return []string{"nothing is in the way that can be told before building"}
	}
	lines := []string{"would complain:"}
	for _, c := range s.Complain {
		text := "  " + c.Text
		if c.Option != "" {
			text += "; can be pushed with " + c.Option
		}
		if c.Remedy != "" {
			text += "; " + c.Remedy
		}
		lines = append(lines, text)
	}
	return lines
}
