package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"debgit/history"

	"github.com/spf13/cobra"
)

const listHelp = `Lists the versions of a source package that there are, with the suites that have
each, the date of the upload, and whether there is git history of it: the commit
that it was made from, if it was pushed with dgit, and the maintainers'
repository.
PACKAGE may also be the name of a binary package, or the path of an installed
file.

The suites are those that APT is configured for here, and those that the same
mirrors have besides. The first time this downloads their indexes; from then on
only those that have changed. A date is when the upload was signed.

Versions that suites only keep because binary packages that were built from them
are still there are left out, if there are others; --kept lists and marks them.

With --snapshot all versions that ever were are listed, by the service that the
configuration key dgit-distro.DISTRO.snapshot-url names.`

const listExample = `  debgit list hello
  debgit list hello --suite sid --suite experimental
  debgit -c dgit-distro.debian.snapshot-url=URL list --snapshot hello`

func newListCommand(env *environment) *cobra.Command {
	var opts history.ListOptions
	cmd := &cobra.Command{
		Use:     "list PACKAGE",
		Short:   "List the versions of a source package in all suites",
		Long:    listHelp,
		Example: listExample,
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Package = args[0]
			return runList(cmd.Context(), env, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&opts.Suites, "suite", nil, "look into `SUITE` only; may be repeated (default: all that are known)")
	flags.BoolVar(&opts.Kept, "kept", false, "list versions, too, that suites only keep for the sake of binary packages")
	flags.BoolVar(&opts.Snapshot, "snapshot", false, "list past versions, too, which only a snapshot service has")
	addOpenFlags(cmd, &opts.OpenOptions)
	return cmd
}

func runList(ctx context.Context, env *environment, opts history.ListOptions) error {
	if err := checkOpenFlags("list", opts.OpenOptions); err != nil {
		return err
	}
	name, err := history.ResolveName(ctx, opts.Package)
	if err == nil && name.Dsc != "" {
		err = &usageError{cause: fmt.Sprintf("list: %s is a .dsc, no source package", name.Dsc)}
	}
	if err != nil {
		return err
	}
	for _, note := range name.Notes {
		env.warn(note)
	}
	opts.Package = name.Package
	progress := env.progress()
	defer progress.close()
	opts.Progress = progress.report
	listing, err := history.List(ctx, opts)
	progress.close()
	if err != nil {
		return err
	}
	for _, w := range listing.Warnings {
		env.warn(w)
	}
	if env.options.json {
		listing.Warnings = append(name.Notes, listing.Warnings...)
		return env.resultJSON("list", newListJSON(listing))
	}
	env.result(listTable(env, listing))
	return nil
}

// listTable is a table with a line for each version.
func listTable(env *environment, l *history.Listing) string {
	rows := [][]string{{"VERSION", "SUITES", "COMPONENT", "DATE", "GIT"}}
	for _, v := range l.Versions {
		rows = append(rows, []string{string(v.ID.Version), suitesColumn(v), componentColumn(v), dateColumn(v.Date), gitColumn(v)})
	}
	var widths [5]int
	for _, row := range rows {
		for i, cell := range row {
			row[i] = harmlessLine(cell)
			widths[i] = max(widths[i], len(row[i]))
		}
	}
	var b strings.Builder
	for i, row := range rows {
		var line strings.Builder
		for j, cell := range row {
			fmt.Fprintf(&line, "%-*s  ", widths[j], cell)
		}
		text := strings.TrimRight(line.String(), " ")
		if i == 0 {
			text = env.strong(text)
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

func suitesColumn(v history.ListedVersion) string {
	var names []string
	for _, s := range v.Suites {
		switch {
		case s.Codename == "":
			names = append(names, "(snapshot)")
		case s.Kept:
			names = append(names, s.Codename+" (kept)")
		default:
			names = append(names, s.Codename)
		}
	}
	return orDash(strings.Join(names, ", "))
}

// componentColumn names the components that the suites have a version in, which are
// hardly ever more than one.
func componentColumn(v history.ListedVersion) string {
	var names []string
	seen := map[string]bool{"": true}
	for _, s := range v.Suites {
		if !seen[s.Component] {
			seen[s.Component] = true
			names = append(names, s.Component)
		}
	}
	return orDash(strings.Join(names, ", "))
}

func dateColumn(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

func gitColumn(v history.ListedVersion) string {
	var parts []string
	if v.Dgit != "" {
		parts = append(parts, "dgit "+v.Dgit[:min(len(v.Dgit), 12)])
	}
	if v.VcsGit != "" {
		parts = append(parts, v.VcsGit)
	}
	return orDash(strings.Join(parts, ", "))
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// A listing as JSON. The rules of results.go hold.

type listJSON struct {
	Package  string              `json:"package"`
	Versions []listedVersionJSON `json:"versions"` // the highest first
	Warnings []string            `json:"warnings"`
}

type listedVersionJSON struct {
	Version string            `json:"version"`
	Suites  []listedSuiteJSON `json:"suites"`
	Date    *string           `json:"date"`    // null if it is not known
	Dgit    string            `json:"dgit"`    // the commit that the upload was made from, or ""
	VcsGit  string            `json:"vcs_git"` // or ""
}

type listedSuiteJSON struct {
	Suite     string `json:"suite"` // the codename; "" for a snapshot service
	Component string `json:"component"`
	Archive   string `json:"archive"`   // the mirror or service that was asked
	Assurance string `json:"assurance"` // "signed index", "digest from a service" or "unsigned list"
	Kept      bool   `json:"kept"`      // only for binary packages that are still there
}

func newListJSON(l *history.Listing) listJSON {
	j := listJSON{Package: l.Package, Versions: []listedVersionJSON{}, Warnings: list(l.Warnings)}
	for _, v := range l.Versions {
		version := listedVersionJSON{Version: string(v.ID.Version), Suites: []listedSuiteJSON{}, Dgit: v.Dgit, VcsGit: v.VcsGit}
		if !v.Date.IsZero() {
			date := v.Date.UTC().Format(time.RFC3339)
			version.Date = &date
		}
		for _, s := range v.Suites {
			version.Suites = append(version.Suites, listedSuiteJSON{s.Codename, s.Component, s.Where, s.Assurance.String(), s.Kept})
		}
		j.Versions = append(j.Versions, version)
	}
	return j
}
