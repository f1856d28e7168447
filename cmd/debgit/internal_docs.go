package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cpuguy83/go-md2man/v2/md2man"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// newInternalDocsCommand is for the build of debgit itself.
func newInternalDocsCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:    "internal-docs",
		Short:  "Write what the build of debgit installs",
		Hidden: true,
		Args:   unknownCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			return &usageError{cause: "internal-docs: an argument is missing; wanted: man DIR"}
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "man DIR",
		Short: "Write the man pages into DIR",
		Long: `The date in the pages is that of SOURCE_DATE_EPOCH in the environment; there is
none if that is not set, so that the same source always gives the same pages.`,
		Args: arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error { return runMan(env, args[0]) },
	})
	return cmd
}

// runMan writes a page for debgit and one for each command.
func runMan(env *environment, dir string) error {
	date := ""
	if epoch := env.getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is %q, but should be a number of seconds", epoch)
		}
		date = time.Unix(seconds, 0).UTC().Format(time.DateOnly)
	}
	root := newRootCommand(env)
	root.InitDefaultHelpFlag()
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		if cmd != root && !cmd.IsAvailableCommand() {
			continue
		}
		page, err := manPage(cmd, env.version, date)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1"
		if err := os.WriteFile(filepath.Join(dir, name), page, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// manPage is the page of one command. What cobra writes lacks the sections that
// all pages share, and writes options with their defaults instead of arguments.
func manPage(cmd *cobra.Command, version, date string) ([]byte, error) {
	cmd.DisableAutoGenTag = true
	title := strings.ToUpper(strings.ReplaceAll(cmd.CommandPath(), " ", "-"))
	when := time.Date(2001, 2, 1, 0, 0, 0, 0, time.UTC)
	var page bytes.Buffer
	err := doc.GenMan(cmd, &doc.GenManHeader{Title: title, Section: "1", Date: &when, Source: "debgit " + version, Manual: "debgit"}, &page)
	if err != nil {
		return nil, err
	}
	text := strings.Replace(page.String(), `"`+when.Format("Jan 2006")+`"`, `"`+date+`"`, 1)
	text = strings.Replace(text, "\\fB"+cmd.UseLine()+"\\fP", "\\fB"+usageLine(cmd)+"\\fP", 1)
	if !cmd.HasParent() {
		text = strings.Replace(text, ".SH OPTIONS", manSections(manCommands(cmd))+".SH OPTIONS", 1)
	}
	text = manOption.ReplaceAllStringFunc(text, func(option string) string {
		m := manOption.FindStringSubmatch(option)
		return ".TP\n" + m[1] + manArgument(cmd.Flag(m[2])) + "\n"
	})
	text = strings.Replace(text, ".SH OPTIONS INHERITED FROM PARENT COMMANDS", ".SH OPTIONS OF ALL COMMANDS", 1)
	before, seeAlso, found := strings.Cut(text, ".SH SEE ALSO")
	if found {
		seeAlso = strings.TrimRight(seeAlso, "\n") + ",\n"
	} else {
		seeAlso = "\n.PP\n"
	}
	return []byte(strings.TrimRight(before, "\n") + "\n" + manSections(manTopics(cmd)+manExitStatus()+manFiles) + ".SH SEE ALSO" + seeAlso + manSeeAlso), nil
}

// manOption is an option as cobra writes it: its name, the default, a tab before
// what it does.
var manOption = regexp.MustCompile(`(?m)^(?:\.PP\n)?((?:\\fB-[a-z]\\fP, )?\\fB--([a-z-]+)\\fP)\[?=[^\n]*\n\t`)

func manArgument(flag *pflag.Flag) string {
	if flag == nil || flag.Value.Type() == "bool" {
		return ""
	}
	name, _ := pflag.UnquoteUsage(flag)
	return `=\fI` + strings.ReplaceAll(name, "-", `\-`) + `\fP`
}

// manSections renders sections. The first heading of a text becomes its title, so
// there is one more.
func manSections(markdown string) string {
	text := string(md2man.Render([]byte("# TITLE\n\n" + markdown)))
	_, sections, _ := strings.Cut(text, ".SH")
	return ".SH" + sections
}

func manCommands(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("# COMMANDS\n\n")
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			fmt.Fprintf(&b, "**%s**\n: %s\n\n", strings.TrimPrefix(c.Use, "debgit "), c.Short)
		}
	}
	return b.String()
}

// manTopics are, in the page of debgit itself, the topics that have no section of
// their own. What is indented in them is to be typed.
func manTopics(cmd *cobra.Command) string {
	var b strings.Builder
	for _, c := range cmd.Commands() {
		if c.IsAdditionalHelpTopicCommand() && c.Name() != "exit-status" {
			fmt.Fprintf(&b, "# %s\n\n%s\n\n", strings.ToUpper(c.Short), strings.ReplaceAll(c.Long, "\n  ", "\n    "))
		}
	}
	return b.String()
}

func manExitStatus() string {
	var b strings.Builder
	b.WriteString("# EXIT STATUS\n\n")
	for _, s := range exitStatuses {
		fmt.Fprintf(&b, "**%d**\n: %s\n\n", s.code, s.meaning)
	}
	return b.String()
}

const manFiles = `# FILES

**~/.cache/debgit/**
: Indexes of archives, verified, to save reading them again. May be removed at any time. Its place is below **$XDG_CACHE_HOME** if that is set.

**/etc/apt/sources.list**, **/etc/apt/sources.list.d/**
: Where the archives are, and the keys that sign them, unless options say so.

**~/.gitconfig**, **.git/config**
: Git's configuration, see **THE KEYS OF THE CONFIGURATION** in **debgit(1)**.

`

const manSeeAlso = `\fBdgit(1)\fP, \fBdgit(7)\fP, \fBgit(1)\fP, \fBdpkg-source(1)\fP, \fBsources.list(5)\fP
`
