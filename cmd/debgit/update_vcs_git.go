package main

import (
	"context"
	"fmt"
	"strings"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const updateVcsGitHelp = `Makes the maintainers' git repository the remote vcs-git, or gives that remote
its new URL, and fetches from it. The repository is the one that the field
Vcs-Git of the newest upload to SUITE names; of debian/control in the work
tree, if SUITE is a dot. SUITE is as for debgit fetch if it is left out.

Arguments from the first one that starts with a dash are for git fetch, such as
--prune. A lone dash has nothing fetched.`

const updateVcsGitExample = `  debgit update-vcs-git
  debgit update-vcs-git sid -
  debgit update-vcs-git . --prune`

func newUpdateVcsGitCommand(env *environment) *cobra.Command {
	var opts archiveFlags
	cmd := &cobra.Command{
		Use:                "update-vcs-git [SUITE|.] [-|FETCH-OPTION...]",
		Short:              "Follow the maintainers' git repository",
		Long:               updateVcsGitHelp,
		Example:            updateVcsGitExample,
		DisableFlagParsing: true, // options may be git's
		ValidArgsFunction:  cobra.NoFileCompletions,
	}
	addOpenFlags(cmd, &opts.open)
	opts.addPackage(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, rest := ownOptions(cmd, args)
		if err := cmd.Flags().Parse(own); err != nil {
			return cmd.FlagErrorFunc()(cmd, err)
		}
		if help, err := cmd.Flags().GetBool("help"); help || err != nil {
			return cmd.Help()
		}
		return runUpdateVcsGit(cmd.Context(), env, rest, opts)
	}
	return cmd
}

// ownOptions splits off the options at the start of args that are cmd's own.
func ownOptions(cmd *cobra.Command, args []string) (own, rest []string) {
	n := 0
	for n < len(args) && len(args[n]) > 1 && args[n][0] == '-' && args[n] != "--" {
		option := lookUpOption(args[n], cmd.Flags(), cmd.InheritedFlags())
		if option == nil {
			break
		}
		if takesNextWord(option, args[n]) && n+1 < len(args) {
			n++
		}
		n++
	}
	return args[:n], args[n:]
}

func runUpdateVcsGit(ctx context.Context, env *environment, args []string, flags archiveFlags) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	var opts history.UpdateVcsGitOptions
	suite := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		suite, args = args[0], args[1:]
	}
	if len(args) > 0 && args[0] == "-" {
		opts.NoFetch, args = true, args[1:]
		if len(args) > 0 {
			return &usageError{cause: fmt.Sprintf("update-vcs-git: nothing is fetched, so %q has no meaning", args[0])}
		}
	}
	opts.FetchArgs = args
	progress := env.progress()
	defer progress.close()
	if opts.FetchOptions, err = flags.fetchOptions(env, "update-vcs-git", suite, progress.report); err != nil {
		return err
	}
	result, err := history.UpdateVcsGit(ctx, repo, opts)
	progress.close()
	if err != nil {
		return err
	}
	for _, w := range result.Warnings {
		env.warn(w)
	}
	if env.options.json {
		return env.resultJSON("update-vcs-git", vcsGitJSON{result.URL, result.Old, !opts.NoFetch, list(result.Warnings)})
	}
	if !env.options.quiet {
		env.result(vcsGitSummary(result))
	}
	return nil
}

type vcsGitJSON struct {
	URL      string   `json:"url"`
	Old      string   `json:"old_url"` // "" if there was no remote vcs-git
	Fetched  bool     `json:"fetched"`
	Warnings []string `json:"warnings"`
}

func vcsGitSummary(r *history.UpdateVcsGitResult) string {
	switch r.Old {
	case "":
		return fmt.Sprintf("the remote vcs-git is set up: %s\n", harmlessLine(r.URL))
	case r.URL:
		return fmt.Sprintf("the remote vcs-git is unchanged: %s\n", harmlessLine(r.URL))
	}
	return fmt.Sprintf("the URL of the remote vcs-git is changed to %s\n", harmlessLine(r.URL))
}
