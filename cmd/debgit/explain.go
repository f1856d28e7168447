package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const explainHelp = `Tells in plain words what the import is that COMMIT is part of or builds on
(default: HEAD): of which upload, which tarball and which patch became which
commit, by whom and when, whether dgit makes the same commits, and what the
tarballs have that git does not hold.

Of a commit that is no part of an import it tells the layout, too: debgit help
layouts.

debgit keeps a record of each import that it makes. An import without one, such
as one that dgit made, is known by the messages of its commits; what only the
record could tell is left open then. A record is the ref
refs/debgit/imports/COMMIT, which may be deleted at any time.`

const explainExample = `  debgit explain
  debgit explain --all dgit/sid
  debgit explain HEAD~3`

func newExplainCommand(env *environment) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use:     "explain [COMMIT|BRANCH]",
		Short:   "Tell what an import was made from, and what it lacks",
		Long:    explainHelp,
		Example: explainExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExplain(cmd.Context(), env, strings.Join(args, ""), all)
		},
		ValidArgsFunction: env.completeBranches,
	}
	cmd.Flags().BoolVar(&all, "all", false, "list all commits, and all that git does not hold")
	return cmd
}

// completeBranches offers the branches of the repository, also those that are followed.
func (env *environment) completeBranches(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	repo, err := gitmap.Open(cmd.Context(), env.cwd)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	refs, err := repo.Refs(cmd.Context(), "refs/heads", "refs/remotes")
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	for ref := range refs {
		names = append(names, strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/remotes/"))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func runExplain(ctx context.Context, env *environment, rev string, all bool) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	found, err := history.FindImport(ctx, repo, rev)
	if err != nil {
		return err
	}
	if env.options.json {
		return env.resultJSON("explain", newFoundJSON(found))
	}
	text := explanation(env, found, all)
	if !found.IsPart() {
		layout, err := layoutAt(ctx, repo, found.Commit.ID)
		if err != nil {
			return err
		}
		if layout != nil {
			text += "The layout of commit " + short(found.Commit.ID) + ": " + harmlessLine(layoutText(layout)) + "\n"
		}
	}
	env.result(text)
	return nil
}

// explanation is what explain prints for people.
func explanation(env *environment, f *history.Found, all bool) string {
	var b strings.Builder
	b.WriteString(describePart(env, f) + "\n")
	if f.Import == nil {
		b.WriteString("The other commits of that import are not in this repository.\n")
		return b.String()
	}
	b.WriteString("\n")
	writeCommitTable(&b, f, all)
	b.WriteString("\nThe committer of all of them is ")
	if gitmap.IsImporter(f.Import.Main.Committer) {
		b.WriteString("dgit's importer, as from dgit 14 and from debgit.\n")
	} else {
		b.WriteString("a person: dgit 13 or older made this import.\n")
	}
	b.WriteString("\n")
	if f.Import.Record != nil {
		for _, line := range describeReport(f.Import.Record.Report, all) {
			b.WriteString(line + "\n")
		}
	} else {
		b.WriteString(withoutRecord)
	}
	for _, other := range f.Others {
		fmt.Fprintf(&b, "The commit is part of the import of %s, too: %s\n", harmlessLine(other.ID().String()), short(other.Tip().ID))
	}
	return b.String()
}

const withoutRecord = `debgit has no record of this import, which dgit may have made, or somebody else's
debgit. So it is not known which .dsc it was made from, how its patches were
applied, and what the tarballs have that git does not hold.
To prove that it is what its .dsc gives: debgit verify
`

// describePart says what the commit is that was asked for.
func describePart(env *environment, f *history.Found) string {
	commit := "Commit " + env.strong(short(f.Commit.ID))
	upload := "an import"
	if f.Import != nil {
		upload = "the import of " + env.strong(harmlessLine(f.Import.ID().String()))
	}
	if f.IsPart() {
		return fmt.Sprintf("%s is %s of %s.", commit, partName(f), upload)
	}
	text := fmt.Sprintf("%s is not part of an import. It builds on %s, %s of %s", commit, short(f.Part.ID), partName(f), upload)
	switch {
	case f.Import == nil:
	case f.Commit.Tree == f.Import.Tip().Tree:
		text += ", and has the same files as that"
	default:
		text += ", and has other files than that"
	}
	return text + "."
}

// partName says which commit of an import Part is.
func partName(f *history.Found) string {
	m, _ := f.Part.Marker()
	patch, isPatch := f.Part.Patch()
	switch last := f.Import != nil && f.Part.ID == f.Import.Tip().ID; {
	case isPatch && last:
		return "the last commit (all patches applied)"
	case isPatch:
		return "the commit of the patch " + harmlessLine(patch)
	case m.IsMain() && m.Kind == gitmap.MarkerUnpatched && !last:
		return "the main commit (before patches)"
	case m.IsMain():
		return "the main commit"
	}
	return "the commit of the tarball " + harmlessLine(m.File)
}

// mostPatches is how many patches are listed if not all are wanted.
const mostPatches = 20

// writeCommitTable lists the commits of an import, from the tarballs up.
func writeCommitTable(b *strings.Builder, f *history.Found, all bool) {
	row := func(c *gitmap.Commit, what string) {
		mark := " "
		if c.ID == f.Part.ID {
			mark = "*"
		}
		fmt.Fprintf(b, "%s %s  %s\n%16sby %s\n", mark, short(c.ID), harmlessLine(what), "", describeIdentity(c.Author))
	}
	for _, c := range f.Import.Tarballs {
		m, _ := c.Marker()
		row(c, "tarball "+m.File)
	}
	row(f.Import.Main, describeMain(f.Import))
	for i, c := range f.Import.Patches {
		if i == mostPatches && !all {
			fmt.Fprintf(b, "  and %d more patches, listed with --all\n", len(f.Import.Patches)-i)
			break
		}
		name, _ := c.Patch()
		row(c, "patch "+name+": "+c.Subject())
	}
}

func describeMain(i *history.Import) string {
	m, _ := i.Main.Marker()
	switch {
	case len(i.Main.Parents) == 0:
		return "the whole source package, unpacked"
	case m.Kind == gitmap.MarkerUnpatched:
		return "all of them unpacked, without patches"
	}
	return "the source package, unpacked"
}

// describeIdentity is an author or committer with the date in a form for people.
func describeIdentity(line string) string {
	person, seconds, zone := gitmap.SplitIdentity(line)
	if zone == "" {
		return harmlessLine(person)
	}
	return harmlessLine(person) + ", " + identityTime(seconds, zone).Format("2006-01-02 15:04:05 ") + harmlessLine(zone)
}

// identityTime is the time of a commit in its own zone, such as "-0330".
func identityTime(seconds int64, zone string) time.Time {
	offset := 0
	if n, err := strconv.Atoi(zone); err == nil {
		offset = n/100*3600 + n%100*60
	}
	return time.Unix(seconds, 0).In(time.FixedZone(zone, offset))
}

// describeReport says, as lines, what the record of an import knows.
func describeReport(r gitmap.Report, all bool) []string {
	lines := []string{"dgit makes the same commits of this source package."}
	if len(r.DgitRefuses) > 0 {
		lines = []string{"dgit makes no such commits of this source package, so the ids are debgit's own:"}
		for _, reason := range r.DgitRefuses {
			lines = append(lines, "  "+harmlessLine(reason))
		}
	}
	if r.Patches > 0 {
		lines = append(lines, describeMethod(r))
	}
	if r.Unpatched != "" {
		lines = append(lines, "No patch changes a file, since dpkg-source applies none before a build:", "  "+harmlessLine(r.Unpatched))
	}
	lines = append(lines, describeLosses(r.Losses, all)...)
	return append(lines, "The SHA-256 digest of the .dsc is "+harmlessLine(r.Dsc)+".")
}

func describeMethod(r gitmap.Report) string {
	switch r.Method {
	case "first":
		return "The patches are applied as git applies them, which is dgit's first method."
	case "fallback":
		return "The patches are applied by dgit's second method, because the first fails:\n  " + harmlessLine(r.Reason)
	}
	return "The patches are applied so that the files are those that dpkg-source unpacks."
}
