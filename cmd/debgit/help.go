package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rootHelp = `The Debian archive keeps source packages as tarballs and patches. debgit shows
each of them as a git repository: the tree is exactly what unpacking the source
package gives, with one commit per tarball and one per patch. The commits have
the same ids on every machine, and the same that dgit 17.0 makes.

Nothing is trusted that the archive's signature does not cover.`

// forTools is the group of commands that other programs use more than people do.
var forTools = &cobra.Group{ID: "tools", Title: "Commands for other tools"}

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Describe debgit, a command, or a topic",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return &usageError{cause: fmt.Sprintf("there is no command or topic %q", strings.Join(args, " ")), hint: "see what there is with: debgit help"}
			}
			return about.Help()
		},
	}
}

// newExitStatusTopic has no function to run, so it is something to read only.
func newExitStatusTopic() *cobra.Command {
	var b strings.Builder
	b.WriteString("These never change their meaning. Those below 20 are dgit's.\n\n")
	for _, s := range exitStatuses {
		fmt.Fprintf(&b, "  %3d  %s\n", s.code, s.meaning)
	}
	return &cobra.Command{
		Use:   "exit-status",
		Short: "What the exit status of debgit says",
		Long:  strings.TrimRight(b.String(), "\n"),
	}
}

// helpText is what -h prints for a command.
func helpText(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n", cmd.CommandPath(), cmd.Short)
	if cmd.Runnable() {
		fmt.Fprintf(&b, "\nUsage: %s\n", usageLine(cmd))
	}
	if cmd.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", cmd.Long)
	}
	writeCommands(&b, "Commands", cmd, func(c *cobra.Command) bool { return c.IsAvailableCommand() && c.GroupID == "" })
	for _, g := range cmd.Groups() {
		writeCommands(&b, g.Title, cmd, func(c *cobra.Command) bool { return c.IsAvailableCommand() && c.GroupID == g.ID })
	}
	if cmd.Example != "" {
		fmt.Fprintf(&b, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.Runnable() {
		writeFlags(&b, "Options", cmd.LocalNonPersistentFlags())
		writeFlags(&b, "Options of all commands", cmd.Root().PersistentFlags())
	}
	writeCommands(&b, "Topics", cmd, func(c *cobra.Command) bool { return c.IsAdditionalHelpTopicCommand() && !c.Hidden })
	if cmd.HasAvailableSubCommands() {
		b.WriteString("\nMore about one: debgit help COMMAND\n")
	}
	return b.String()
}

// usageLine is that of a command, in the words of the manual.
func usageLine(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return "debgit [OPTIONS] COMMAND [ARGUMENTS]"
	}
	return strings.Replace(cmd.UseLine(), "[flags]", "[OPTIONS]", 1)
}

func writeFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if flags.HasAvailableFlags() {
		fmt.Fprintf(b, "\n%s:\n%s", title, flags.FlagUsagesWrapped(80))
	}
}

// writeCommands lists the commands of cmd that are of a kind, names and what they do in
// two columns.
func writeCommands(b *strings.Builder, title string, cmd *cobra.Command, which func(*cobra.Command) bool) {
	width := 12
	var commands []*cobra.Command
	for _, c := range cmd.Commands() {
		if which(c) {
			width = max(width, len(c.Name()))
			commands = append(commands, c)
		}
	}
	if len(commands) == 0 {
		return
	}
	fmt.Fprintf(b, "\n%s:\n", title)
	for _, c := range commands {
		fmt.Fprintf(b, "  %-*s %s\n", width, c.Name(), c.Short)
	}
}
