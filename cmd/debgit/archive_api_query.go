package main

import (
	"context"

	"debgit/history"

	"github.com/spf13/cobra"
)

const apiQueryHelp = `Asks the API of a distro's archive, which the key archive-query-url of the
configuration names, and prints what it answers, as it is. PATH is what follows
that URL, such as dsc_in_suite/sid/hello. Nothing of the answer is verified.`

const apiQueryExample = `  debgit archive-api-query suites
  debgit archive-api-query dsc_in_suite/sid/hello
  debgit archive-api-query 'madison?package=hello&f=json'`

func newAPIQueryCommand(env *environment) *cobra.Command {
	var distro string
	cmd := &cobra.Command{
		Use:     "archive-api-query PATH",
		Short:   "Ask the API of the archive",
		GroupID: forTools.ID,
		Long:    apiQueryHelp,
		Example: apiQueryExample,
		Args:    arguments(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runAPIQuery(cmd.Context(), env, distro, args[0])
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	addDistroFlag(cmd, &distro)
	return cmd
}

func runAPIQuery(ctx context.Context, env *environment, distro, path string) error {
	access, err := distroAccess(ctx, env, history.AccessOptions{Distro: distro})
	if err != nil {
		return err
	}
	return access.AskAPI(ctx, path, resultWriter{env})
}

// resultWriter is a writer that prints a result that was asked for.
type resultWriter struct{ env *environment }

// Write implements io.Writer.
func (w resultWriter) Write(data []byte) (int, error) {
	w.env.result(string(data))
	return len(data), w.env.resultError
}
