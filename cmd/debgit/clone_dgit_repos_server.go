package main

import (
	"context"
	"os"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const cloneServerHelp = `Clones the source of the software that runs the distro's git server into DIR,
which must not exist.`

func newCloneServerCommand(env *environment) *cobra.Command {
	var distro string
	cmd := &cobra.Command{
		Use:     "clone-dgit-repos-server DIR",
		Short:   "Get the source of the git server",
		GroupID: forTools.ID,
		Long:    cloneServerHelp,
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCloneServer(cmd.Context(), env, distro, args[0])
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
	addDistroFlag(cmd, &distro)
	return cmd
}

func runCloneServer(ctx context.Context, env *environment, distro, dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return &history.DirExistsError{Dir: dir}
	}
	url, err := serverSourceURL(ctx, env, distro)
	if err != nil {
		return err
	}
	if err := gitmap.CloneURL(ctx, url, dir); err != nil {
		return err
	}
	if !env.options.quiet {
		env.result(url + " is in " + quote(dir) + "\n")
	}
	return nil
}
