package main

import (
	"strings"

	"github.com/spf13/cobra"
)

const pushSourceHelp = `Makes a source-only upload of the commit that is checked out, and publishes it:
its commits and signed tags on the distro's git server, and its files in the
upload queue. SUITE must be the one that debian/changelog is for.

First everything is worked out: what the archive and the git server hold is
fetched; if the branch keeps patches in a way that needs it, commits are made
for the upload; the source package is built in a private copy of the commit, and
unpacked again to see that it is that commit; and all that could refuse the push
is tried, such as an upload that the branch lacks, an orig tarball that is not
the archive's, or a key that cannot sign. If one of these checks fails, the push
ends there, and nothing has been done.

--dry-run ends there, too, and prints the plan: what was checked, and each step
that would follow. With --json it has all: commits, texts of tags, digests of
files, and what goes to which server.

Then the plan is carried out step by step:

  1. all signatures are made, of the tags and of the files
  2. your branch moves, if the quilt mode or --trust-changelog has put a commit
     on top of it; the tags are stored
  3. commits and tags are pushed to the git server
  4. the tracking branch dgit/dgit/SUITE follows
  5. the files get their final names, in the directory for such files
  6. the upload goes to the queue, by dput

If it fails at the first step, as when no passphrase is given, nothing is left
of it. Later each step is noted as it is done, also if debgit is killed, and two
commands take it from there:

  debgit push --continue   does what is left; signatures are there already
  debgit push --abort      puts branch, tags and files back, as far as nothing
                           is public yet, and says what is

The exit status is 29 if a check refuses the push, and 6 if the source package
would not unpack to just the commit.`

const pushSourceExample = `  debgit push-source
  debgit push-source --dry-run
  debgit push-source --json --dry-run | jq .checks
  debgit push-source --new -k 0x0123456789ABCDEF
  debgit push-source --quilt=gbp --trust-changelog`

// plannedPushFlags are the options of the commands that plan a push.
type plannedPushFlags struct {
	pushFlags
	dryRun, dampRun bool
}

func newPushSourceCommand(env *environment) *cobra.Command {
	var opts plannedPushFlags
	cmd := &cobra.Command{
		Use:     "push-source [SUITE]",
		Short:   "Make a source-only upload and publish it, with its git history",
		Long:    pushSourceHelp,
		Example: pushSourceExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runPlannedPush(cmd.Context(), env, pushOf{command: "push-source", suite: strings.Join(args, "")}, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addBuild(cmd)
	return cmd
}

func (o *plannedPushFlags) add(cmd *cobra.Command) {
	o.pushFlags.add(cmd)
	o.addRetry(cmd)
	flags := cmd.Flags()
	flags.BoolVarP(&o.dryRun, "dry-run", "n", false, "only work out and print what would be done")
	flags.BoolVarP(&o.dampRun, "damp-run", "L", false, "do only what nobody else sees, and sign nothing: the branch moves, and the files get their names")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "damp-run")
}
