package main

import "github.com/spf13/cobra"

const dgitTopicHelp = `Called under the name dgit, debgit takes dgit's command line: its commands, and
its options before and after them, with dgit's exit statuses. Other programs,
scripts and habits that call dgit then use debgit.

The Debian package does not take over /usr/bin/dgit. For yourself, put a link
where PATH has it before /usr/bin:

  mkdir -p ~/.local/bin
  ln -s "$(command -v debgit)" ~/.local/bin/dgit

For one command, (exec -a dgit debgit ...) does in bash.

Every option of dgit 17.0 is understood. Those that have no meaning for the
command are named in a note, and change nothing. The real dgit can be used in
the same repository, in turn, because refs, commits, tags and configuration are
the same.

Of dgit's exit statuses, 4 means that the source package is not in the suite, 6
that it is not what the commit has, 8 that the command line is wrong, 12 that
the configuration is, and 255 all else: what debgit help exit-status lists from
20 up is only told apart under debgit's own name. So are its other options, such
as --json.

Builds work in a private copy, where dgit's use the work tree: what they leave
there is gone with it, and the clean modes clean the copy. A push that has not
come to its end is given up by the next one, as far as nothing of it is public.

dgit help lists the commands. dgit version prints the version of dgit whose
place is taken, and that of debgit.`

func newDgitTopic() *cobra.Command {
	return &cobra.Command{Use: "dgit", Short: "Using debgit in the place of dgit", Long: dgitTopicHelp}
}
