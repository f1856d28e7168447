package main

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"
)

const completionHelp = `Prints the completion script for a shell. The Debian package of debgit installs
these scripts; without it, put one where your shell looks for them.`

const completionExample = `  source <(debgit completion bash)
  debgit completion zsh > ~/.zfunc/_debgit
  debgit completion fish > ~/.config/fish/completions/debgit.fish`

func newCompletionCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:       "completion bash|zsh|fish",
		Short:     "Print the completion script for a shell",
		Long:      completionHelp,
		Example:   completionExample,
		Args:      arguments(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish"},
		RunE: func(cmd *cobra.Command, args []string) error {
			return runCompletion(env, cmd.Root(), args[0])
		},
	}
}

func runCompletion(env *environment, root *cobra.Command, shell string) error {
	var script bytes.Buffer
	var err error
	switch shell {
	case "bash":
		err = root.GenBashCompletionV2(&script, true)
	case "zsh":
		err = root.GenZshCompletion(&script)
	case "fish":
		err = root.GenFishCompletion(&script, true)
	default:
		return &usageError{cause: fmt.Sprintf("completion: no script for the shell %q; there are bash, zsh, fish", shell)}
	}
	if err != nil {
		return err
	}
	env.result(script.String())
	return nil
}
