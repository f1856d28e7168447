package main

import (
	"context"
	"slices"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const setupNewTreeHelp = `Prepares a git repository of a Debian package for work, as debgit clone does
for a new one: what setup-mergechangelogs, setup-useremail and
setup-gitattributes do, but for what the configuration switches off
(dgit-distro.DISTRO.setup-NAME).`

const setupMergeChangelogsHelp = `Has git merge debian/changelog with dpkg-mergechangelogs(1), which knows its
format: sets the merge driver in the repository's configuration, and a line for
it in .git/info/attributes.`

const setupUserHelp = `Sets user.email and user.name in the repository's configuration to what
DEBEMAIL and DEBFULLNAME say in the environment, or else
dgit-distro.DISTRO.user-email and user-name in the configuration, which count
for more.`

const setupAttributesHelp = `Keeps git from changing the content of files between commits and work tree,
whatever .gitattributes the package has: a line in .git/info/attributes
switches off all attributes with such an effect. One that an older dgit made is
completed, since it lacks some of them.`

// newSetupCommands are the commands that prepare a repository, all or one part of it.
func newSetupCommands(env *environment) []*cobra.Command {
	var commands []*cobra.Command
	for _, c := range []struct {
		name, short, long string
		parts             []history.Setup
	}{
		{"setup-new-tree", "Prepare a repository for work on a package", setupNewTreeHelp, nil},
		{"setup-mergechangelogs", "Merge changelogs by their format", setupMergeChangelogsHelp, []history.Setup{history.SetupMergeChangelogs}},
		{"setup-useremail", "Commit as the Debian person that you are", setupUserHelp, []history.Setup{history.SetupUser}},
		{"setup-gitattributes", "Keep git from changing files", setupAttributesHelp, []history.Setup{history.SetupAttributes}},
	} {
		var distro string
		cmd := &cobra.Command{
			Use:   c.name,
			Short: c.short,
			Long:  c.long,
			Args:  arguments(0, 0),
			RunE: func(cmd *cobra.Command, _ []string) error {
				return runSetup(cmd.Context(), env, c.parts, distro)
			},
			ValidArgsFunction: cobra.NoFileCompletions,
		}
		if c.parts == nil || slices.Contains(c.parts, history.SetupUser) { // for which distros have keys
			cmd.Flags().StringVarP(&distro, "distro", "d", "", "take the configuration of `DISTRO` (default: dgit.default.distro)")
		}
		commands = append(commands, cmd)
	}
	return commands
}

func runSetup(ctx context.Context, env *environment, parts []history.Setup, distro string) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	return history.SetUp(ctx, repo, history.SetupOptions{Parts: parts, Distro: distro, Getenv: env.getenv})
}
