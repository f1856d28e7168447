package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const logHelp = `Shows the uploads that a branch is made of, newest first: version, date, by
whom, for which suite, which bugs they close and CVEs they mention, and which
patches they add (+), drop (-) and change (~).

All uploads are shown that debian/changelog names. Where the repository has the
files of one, its commit is shown, and how that is known:

- by a tag, named as dgit, git-buildpackage and DEP-14 name tags;
- by an import that debgit or dgit made of the upload;
- by changelog: the commit completed the changelog's entry, no more is known.

An upload of which the repository has no commit is marked "not here". One that
is in the history but that the changelog does not name, such as an NMU that a
later upload did not take up, is marked "not in the changelog".

RANGE is END, for all uploads up to that one, or START..END, for those that END
has and START lacks. Each is the version of an upload, else a commit or branch;
HEAD if it is left out.`

const logExample = `  debgit log
  debgit log -n 3 --changes
  debgit log 2.10-1..
  debgit log dgit/bookworm..dgit/sid
  debgit log --json | jq '.uploads[].closes'`

type logOptions struct {
	most                      int
	oneline, changes, noPager bool
}

func newLogCommand(env *environment) *cobra.Command {
	var opts logOptions
	cmd := &cobra.Command{
		Use:     "log [RANGE]",
		Short:   "Show the uploads that a branch is made of",
		Long:    logHelp,
		Example: logExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("max-count") && opts.most < 1 {
				return &usageError{cause: "log: --max-count must be at least 1"}
			}
			return runLog(cmd.Context(), env, strings.Join(args, ""), opts)
		},
		ValidArgsFunction: env.completeUploads(1),
	}
	flags := cmd.Flags()
	flags.IntVarP(&opts.most, "max-count", "n", 0, "show the newest `NUMBER` uploads only")
	flags.BoolVar(&opts.oneline, "oneline", false, "show each upload on a line of its own")
	flags.BoolVar(&opts.changes, "changes", false, "show what the changelog says of each, too")
	addPagerFlag(flags, &opts.noPager)
	return cmd
}

// completeUploads offers the uploads that the repository has, and its branches, for so many
// arguments.
func (env *environment) completeUploads(most int) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names, directive := env.completeBranches(cmd, nil, toComplete)
		repo, err := gitmap.Open(cmd.Context(), env.cwd)
		if err != nil {
			return names, directive
		}
		log, err := history.ReadLog(cmd.Context(), repo, history.LogOptions{})
		if err != nil {
			return names, directive
		}
		for _, e := range log.Entries {
			if e.Holding != nil {
				names = append(names, string(e.Version))
			}
		}
		return names, directive
	}
}

func runLog(ctx context.Context, env *environment, span string, opts logOptions) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	from, to := splitRange(span)
	log, err := history.ReadLog(ctx, repo, history.LogOptions{From: from, To: to, Most: opts.most})
	if err != nil {
		return err
	}
	if log.Short {
		env.warn("the history is long: the commits of older uploads are known by tags and recorded imports only")
	}
	switch {
	case env.options.json:
		return env.resultJSON("log", newLogJSON(log))
	case opts.oneline:
		return env.page(ctx, repo, opts.noPager, onelineLog(log))
	}
	return env.page(ctx, repo, opts.noPager, logText(env, log, opts.changes))
}

// splitRange splits START..END. What is left out stands for HEAD.
func splitRange(span string) (from, to string) {
	from, to, isRange := strings.Cut(span, "..")
	switch {
	case !isRange:
		return "", span
	case from == "":
		from = "HEAD"
	}
	return from, to
}

// logText is what log prints for people.
func logText(env *environment, log *history.Log, changes bool) string {
	var b strings.Builder
	missing := 0
	for i, e := range log.Entries {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s%s\n", env.strong("upload "+harmlessLine(string(e.Version))), uploadMarks(e))
		row := func(label, text string) { fmt.Fprintf(&b, "%-9s%s\n", label+":", harmlessLine(text)) }
		row("Date", uploadDate(e))
		row("By", uploader(e))
		row("Suite", uploadSuites(e))
		switch {
		case e.Holding != nil:
			row("Commit", short(e.Holding.Commit)+", "+holdingText(e.Holding))
		case e.IsReleased():
			missing++
		}
		if closes := closesText(e); closes != "" {
			row("Closes", closes)
		}
		if cves := e.CVEs(); len(cves) > 0 {
			row("CVEs", strings.Join(cves, ", "))
		}
		writePatchNames(&b, log, i)
		if changes {
			fmt.Fprintf(&b, "\n%s\n", harmless(strings.Join(e.Changes, "\n")))
		}
	}
	if missing > 0 {
		fmt.Fprintf(&b, "\n%s not here: known from the changelog only. To get those that the\narchive still has: debgit fetch --uploads=all\n", count(missing, "upload is", "uploads are"))
	}
	return b.String()
}

// uploadMarks says what is unusual about an upload.
func uploadMarks(e *history.LogEntry) string {
	var marks []string
	switch {
	case !e.IsReleased():
		marks = append(marks, "not uploaded")
	case e.Holding == nil:
		marks = append(marks, "not here")
	}
	if e.Unmentioned {
		marks = append(marks, "not in the changelog")
	}
	if kind := e.Kind(); kind != dsc.Usual {
		marks = append(marks, string(kind))
	}
	if len(marks) == 0 {
		return ""
	}
	return " (" + strings.Join(marks, ", ") + ")"
}

// uploadDate is the date of an upload in its own time zone; as it is written if it
// is not a date.
func uploadDate(e *history.LogEntry) string {
	seconds, zone, err := e.Time()
	if err != nil {
		return orNone(e.Date)
	}
	return identityTime(seconds, zone).Format("2006-01-02 15:04:05 ") + zone
}

func uploader(e *history.LogEntry) string {
	if e.Maintainer == "" {
		return "nobody yet"
	}
	return e.Maintainer
}

func uploadSuites(e *history.LogEntry) string {
	text := strings.Join(e.Distributions, " ")
	if now := slices.DeleteFunc(slices.Clone(e.Suites), func(s string) bool { return s == text }); len(now) > 0 {
		return text + ", now in " + allOf(now)
	}
	if len(e.Suites) > 0 {
		return text + ", which has it now"
	}
	return text
}

func holdingText(h *history.Holding) string {
	switch h.By {
	case history.HeldByTag:
		return "tag " + h.Tag
	case history.HeldByImport:
		return "an import"
	}
	return "by changelog"
}

// closesText lists the bugs that an upload closes.
func closesText(e *history.LogEntry) string {
	var all []string
	for _, n := range e.Closes() {
		all = append(all, "#"+strconv.Itoa(n))
	}
	for _, n := range e.Launchpad() {
		all = append(all, "LP: #"+strconv.Itoa(n))
	}
	return strings.Join(all, ", ")
}

// writePatchNames lists the patches in which upload number i differs from the one before.
func writePatchNames(b *strings.Builder, log *history.Log, i int) {
	e := log.Entries[i]
	if e.Patches == nil {
		return
	}
	var lines []string
	for _, part := range []struct {
		mark  string
		names []string
	}{{"+", e.Patches.Added}, {"-", e.Patches.Dropped}, {"~", e.Patches.Changed}} {
		for _, name := range part.names {
			lines = append(lines, part.mark+" "+harmlessLine(name))
		}
	}
	if len(lines) == 0 {
		return
	}
	if i+1 == len(log.Entries) || log.Entries[i+1].Version != e.Before {
		lines = append([]string{"since " + harmlessLine(string(e.Before)) + ":"}, lines...)
	}
	fmt.Fprintf(b, "Patches: %s\n", strings.Join(lines, "\n         "))
}

// onelineLog has a line for each upload.
func onelineLog(log *history.Log) string {
	var b strings.Builder
	width := 0
	for _, e := range log.Entries {
		width = max(width, len(e.Version))
	}
	for _, e := range log.Entries {
		commit := "------------"
		if e.Holding != nil {
			commit = short(e.Holding.Commit)
		}
		date, _, _ := strings.Cut(uploadDate(e), " ")
		person, _, _ := strings.Cut(uploader(e), " <")
		line := fmt.Sprintf("%s %-*s %s %s%s, %s", commit, width, e.Version, date, person, uploadMarks(e), strings.Join(e.Distributions, " "))
		if closes := closesText(e); closes != "" {
			line += ", closes " + closes
		}
		if cves := e.CVEs(); len(cves) > 0 {
			line += ", " + strings.Join(cves, ", ")
		}
		b.WriteString(harmlessLine(line) + "\n")
	}
	return b.String()
}
