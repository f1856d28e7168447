package main

import (
	"context"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const printServerURLHelp = `Prints where the source of the software is that runs the distro's git server,
as those who may push reach it. It is the repository _dgit-repos-server on that
server; debgit clone-dgit-repos-server clones it.`

// serverSource is the name of the repository, among those of packages, that has the source
// of a git server.
const serverSource = "_dgit-repos-server"

func newPrintServerURLCommand(env *environment) *cobra.Command {
	var distro string
	cmd := &cobra.Command{
		Use:     "print-dgit-repos-server-source-url",
		Short:   "Print the URL of the git server's source",
		GroupID: forTools.ID,
		Long:    printServerURLHelp,
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			url, err := serverSourceURL(cmd.Context(), env, distro)
			if err == nil {
				env.result(url + "\n")
			}
			return err
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	addDistroFlag(cmd, &distro)
	return cmd
}

// addDistroFlag adds the option that names the distro whose services are meant.
func addDistroFlag(cmd *cobra.Command, distro *string) {
	cmd.Flags().StringVarP(distro, "distro", "d", "", "ask the services of `DISTRO` (default: the distro of the suite, or dgit.default.distro)")
}

func serverSourceURL(ctx context.Context, env *environment, distro string) (string, error) {
	access, err := distroAccess(ctx, env, history.AccessOptions{Distro: distro, Push: true})
	if err != nil {
		return "", err
	}
	url, err := access.GitURL(serverSource)
	if err == nil && url == "" {
		err = &history.NoGitServerError{Distro: access.Base}
	}
	return url, err
}

// distroAccess returns the access to a distro, by what the configuration says outside of
// any repository.
func distroAccess(ctx context.Context, env *environment, opts history.AccessOptions) (*history.Access, error) {
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return nil, err
	}
	return history.NewSettings(config, env.getenv).Access(opts)
}
