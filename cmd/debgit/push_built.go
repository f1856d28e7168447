package main

import (
	"strings"

	"github.com/spf13/cobra"
)

const pushBuiltHelp = `Does what debgit push-source does, but with an upload that was built before and
may have binary packages. That is the one whose .changes -C names or,
without -C, the only one of this version that is where the files of uploads are.
The .dsc must unpack to just the commit that is checked out.

The .dsc gets the field Dgit, which names the commit, and with it, the .changes
and the .buildinfo change. That is done to copies of them, which are signed, and
take the place of these files before the upload goes to the queue; debgit push
--abort brings the old ones back.`

const pushBuiltExample = `  debgit push-built
  debgit push-built -C ../build-area/hello_2.10-4_amd64.changes --new`

func newPushBuiltCommand(env *environment) *cobra.Command {
	var opts plannedPushFlags
	cmd := &cobra.Command{
		Use:     "push-built [SUITE]",
		Short:   "Publish an upload that was built before, with its git history",
		Long:    pushBuiltHelp,
		Example: pushBuiltExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPlannedPush(cmd.Context(), env, pushOf{"push-built", strings.Join(args, ""), true}, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	return cmd
}
