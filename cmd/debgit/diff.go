package main

import (
	"context"
	"fmt"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const diffHelp = `Compares two versions of a source package as its maintainers think of it: the
packaging, the patches, and how much upstream changed. OLD and NEW are versions
of uploads that the repository has, else commits or branches. NEW is the work
tree if it is left out, and OLD the newest upload that the repository has.

Of the patches it is told which are added (+), dropped (-) and changed (~). They
are paired by what they change, then by name, so that one that was renamed is
known again; of a changed one the difference is shown, without numbers of lines
and the like. "Taken up" is a dropped patch of which the new upstream files have
the change: it can be taken away from them, and not be applied to them.

Of the packaging, which is debian/ without the patches, the difference is shown.
Of the upstream files only its size is, without --full. They are compared
without patches where that can be done, else with the patches applied.

Untracked files of the work tree do not count, as for git diff.`

const diffExample = `  debgit diff
  debgit diff 2.10-2 2.10-3
  debgit diff --stat 2.10-2
  debgit diff --full dgit/bookworm dgit/sid`

type diffOptions struct{ stat, full, noPager bool }

func newDiffCommand(env *environment) *cobra.Command {
	var opts diffOptions
	cmd := &cobra.Command{
		Use:     "diff [OLD [NEW]]",
		Short:   "Compare two versions of a source package",
		Long:    diffHelp,
		Example: diffExample,
		Args:    arguments(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.stat && opts.full {
				return &usageError{cause: "diff: --stat and --full exclude each other"}
			}
			return runDiff(cmd.Context(), env, args, opts)
		},
		ValidArgsFunction: env.completeUploads(2),
	}
	flags := cmd.Flags()
	flags.BoolVar(&opts.stat, "stat", false, "show only which files and patches differ, not in what")
	flags.BoolVar(&opts.full, "full", false, "show the difference of the upstream files and the text of added and dropped patches, too")
	addPagerFlag(flags, &opts.noPager)
	return cmd
}

// diffArguments returns OLD and NEW, which may also be written OLD..NEW.
func diffArguments(args []string) (old, new string) {
	switch len(args) {
	case 0:
		return "", ""
	case 1:
		old, new, _ = strings.Cut(args[0], "..")
		return old, new
	}
	return args[0], args[1]
}

func runDiff(ctx context.Context, env *environment, args []string, opts diffOptions) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	old, new := diffArguments(args)
	d, err := history.ComparePackages(ctx, repo, history.DiffOptions{Old: old, New: new, Texts: !opts.stat, Upstream: opts.full})
	if err != nil {
		return err
	}
	if env.options.json {
		return env.resultJSON("diff", newDiffJSON(d, opts))
	}
	return env.page(ctx, repo, opts.noPager, diffText(env, d, opts))
}

// diffText is what diff prints for people: a summary, then the differences.
func diffText(env *environment, d *history.PackageDiff, opts diffOptions) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", env.strong(harmlessLine(fmt.Sprintf("%s %s .. %s", d.Package, d.Old.Version, d.New.Version))))
	row := func(label, text string) { fmt.Fprintf(&b, "%-11s%s\n", label, harmlessLine(text)) }
	row("old", sideText(&d.Old))
	row("new", sideText(&d.New))
	if len(d.Between) > 0 {
		row("between", betweenText(d.Between))
	}
	if d.IsNative() {
		row("files", upstreamText(d))
	} else {
		row("upstream", upstreamText(d))
	}
	row("patches", patchesText(d))
	for _, p := range d.Patches {
		if p.Change != history.PatchSame || p.Missing || p.OldName != "" {
			fmt.Fprintf(&b, "  %s\n", patchLine(p))
		}
	}
	row("packaging", filesText(d.Packaging))
	writeFileChanges(&b, d.Packaging.Files)
	if opts.stat {
		return b.String()
	}
	for _, p := range d.Patches {
		whole := p.Change == history.PatchAdded || p.Change == history.PatchDropped
		if p.Diff != "" && (opts.full || !whole) {
			fmt.Fprintf(&b, "\n%s\n", env.strong(string(p.Change)+" patch "+harmlessLine(p.Name)))
			env.writeDiff(&b, indent(p.Diff, "    "), "    ")
		}
	}
	for _, text := range []string{d.Packaging.Text, upstreamDiff(d)} {
		if text != "" {
			b.WriteString("\n")
			env.writeDiff(&b, text, "")
		}
	}
	return b.String()
}

func upstreamDiff(d *history.PackageDiff) string {
	if d.Upstream == nil {
		return ""
	}
	return d.Upstream.Text
}

// sideText says what a side is.
func sideText(s *history.DiffSide) string {
	switch {
	case s.IsWorkTree():
		return string(s.Version) + ", the work tree"
	case s.Holding != nil:
		return string(s.Version) + ", commit " + short(s.Commit) + ", " + holdingText(s.Holding)
	}
	return string(s.Version) + ", commit " + short(s.Commit)
}

// mostBetween is how many uploads between the two are named.
const mostBetween = 4

// betweenText names uploads, the newest of which is the first.
func betweenText(versions []dsc.Version) string {
	if n := len(versions); n > mostBetween {
		return fmt.Sprintf("%d uploads, %s to %s", n, versions[n-1], versions[0])
	}
	var names []string
	for _, v := range versions {
		names = append([]string{string(v)}, names...)
	}
	return strings.Join(names, ", ")
}

// upstreamText says how much the upstream files differ.
func upstreamText(d *history.PackageDiff) string {
	if d.Upstream == nil {
		return "not compared: of " + packagingOnly(d) + " there is only debian/ in git"
	}
	text := filesText(*d.Upstream)
	switch d.UpstreamView {
	case history.ViewPatched:
		text += ", with the patches applied"
	case history.ViewAsIs:
		text += fmt.Sprintf(", as they are: the patches of the old ones are %s, those of the new ones %s",
			stateWords[d.Old.Patches.State], stateWords[d.New.Patches.State])
	}
	return text
}

// stateWords are how states of patches are told in a sentence.
var stateWords = map[history.PatchState]string{
	history.NoPatches:        "none",
	history.PatchesApplied:   "applied",
	history.PatchesUnapplied: "not applied",
	history.PatchesMixed:     "neither all applied nor all unapplied",
}

// packagingOnly names the sides that have no upstream files.
func packagingOnly(d *history.PackageDiff) string {
	var names []string
	for _, s := range []*history.DiffSide{&d.Old, &d.New} {
		if s.Patches.State == history.PackagingOnly {
			names = append(names, string(s.Version))
		}
	}
	return allOf(names)
}

// filesText says how many files differ, and how much.
func filesText(d history.Difference) string {
	if len(d.Files) == 0 {
		return "no difference"
	}
	var counts [256]int
	binary := 0
	for _, f := range d.Files {
		counts[f.Status]++
		if f.Binary {
			binary++
		}
	}
	added, removed := d.Total()
	text := count(len(d.Files), "file", "files") + ": "
	for _, part := range []struct {
		n    int
		word string
	}{{counts['A'], "new"}, {counts['D'], "gone"}, {counts['M'] + counts['T'], "changed"}} {
		if part.n > 0 {
			text += fmt.Sprintf("%d %s, ", part.n, part.word)
		}
	}
	text += fmt.Sprintf("%s added, %d removed", count(added, "line", "lines"), removed)
	if binary > 0 {
		text += fmt.Sprintf(", and %d binary", binary)
	}
	return text
}

// patchesText counts what became of the patches.
func patchesText(d *history.PackageDiff) string {
	counts := map[history.PatchChange]int{}
	for _, p := range d.Patches {
		counts[p.Change]++
	}
	var parts []string
	for _, part := range []struct {
		change history.PatchChange
		word   string
	}{
		{history.PatchAdded, "added"}, {history.PatchDropped, "dropped"}, {history.PatchChanged, "changed"},
		{history.PatchDescription, "described anew"}, {history.PatchRefreshed, "refreshed"}, {history.PatchSame, "the same"},
	} {
		if n := counts[part.change]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, part.word))
		}
	}
	switch {
	case len(parts) == 0:
		return "none"
	case d.Reordered:
		parts = append(parts, "in another order")
	}
	return strings.Join(parts, ", ")
}

// patchLine says what became of a patch.
func patchLine(p history.PatchDifference) string {
	mark := map[history.PatchChange]string{history.PatchAdded: "+", history.PatchDropped: "-"}[p.Change]
	if mark == "" {
		mark = "~"
	}
	text := mark + " " + p.Name
	if p.OldName != "" {
		text = mark + " " + p.OldName + " => " + p.Name
	}
	switch p.Change {
	case history.PatchSame:
		text += " (the same)"
	case history.PatchRefreshed:
		text += " (refreshed)"
	case history.PatchDescription:
		text += " (description)"
	}
	if p.TakenUp {
		text += " (taken up)"
	}
	if p.Missing {
		text = mark + " " + p.Name + " (in the series, but there is no such file)"
	}
	if p.Subject != "" && p.Subject != p.Name {
		text += ": " + p.Subject
	}
	return harmlessLine(text)
}

// mostFiles is how many files of the packaging are listed.
const mostFiles = 100

func writeFileChanges(b *strings.Builder, files []gitmap.FileChange) {
	for i, f := range files {
		if i == mostFiles {
			fmt.Fprintf(b, "  and %d more; --json lists all\n", len(files)-i)
			return
		}
		mark := map[byte]string{'A': "+", 'D': "-"}[f.Status]
		if mark == "" {
			mark = "~"
		}
		size := fmt.Sprintf("%d added, %d removed", f.Added, f.Removed)
		if f.Binary {
			size = "binary"
		}
		fmt.Fprintf(b, "  %s %s (%s)\n", mark, harmlessLine(f.Path), size)
	}
}

// indent puts blanks before each line.
func indent(text, blanks string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(blanks + line)
	}
	return b.String()
}

// writeDiff writes a diff, each line of which starts with skip, in colours on a terminal.
func (env *environment) writeDiff(b *strings.Builder, text, skip string) {
	colours := env.colours(env.stdout)
	for line := range strings.Lines(text) {
		line = harmless(strings.TrimSuffix(line, "\n"))
		if colour := diffColour(strings.TrimPrefix(line, skip)); colours && colour != "" {
			line = "\x1b[" + colour + "m" + line + "\x1b[0m"
		}
		b.WriteString(line + "\n")
	}
}

// diffColour is how git colours a line of a diff by default.
func diffColour(line string) string {
	for _, c := range []struct{ prefix, colour string }{
		{"+++ ", "1"}, {"--- ", "1"}, {"diff ", "1"}, {"index ", "1"}, {"@@", "36"}, {"+", "32"}, {"-", "31"},
	} {
		if strings.HasPrefix(line, c.prefix) {
			return c.colour
		}
	}
	return ""
}
