package main

import "github.com/spf13/cobra"

const pushingHelp = `An upload is published in two places: its history on the git server of the
distro, and its files in the archive. A push does both, and ties them together:

  refs/dgit/SUITE         on the git server, the suite branch; it only moves
                          forward, to the commit that you push
  archive/DISTRO/VERSION  a signed tag of that commit, by which the server knows
                          who pushes what
  DISTRO/VERSION          the tag of DEP-14, of the commit on your branch
  Dgit: COMMIT ...        a field of the .dsc, by which everybody else finds the
                          commit: debgit fetch gets it instead of an import

A first push, of a package that has been in the archive without dgit:

  debgit clone hello && cd hello
  dch --increment 'Say it louder.' && git commit --all
  debgit push-source --dry-run
  debgit push-source

What you push must build on what the suite holds, or else an upload of somebody
else would get lost, such as an NMU; debgit status names it, debgit pull merges
it. In a repository that is not made from the archive, git cannot know that.
There --trust-changelog lets it count that debian/changelog names the last
upload: a commit is made that has both histories.

A branch that git-debrebase has rebased is tied to what it was before by a
commit on top, as git-debrebase stitch does.

Where the branch has the patches unapplied, or upstream's files not at all, what
is published is a commit beside your branch, with all patches applied, and your
branch stays as it is. debgit sees what the branch has: debgit help layouts.

Keys of the configuration that matter to pushes, each as in
dgit-distro.DISTRO.KEY:

  keyid            who signs, unless -k says so
  uploader-keyring a file with keys that may sign uploads, of which many may be
                   set; of no other key is a push made. For Debian: those of the
                   package debian-keyring; empty: none is looked at
  upload-host      for dput; an absolute path is a directory of this machine
  git-url, git-host, git-path, git-user
                   where the git server is; what only counts for pushes is in
                   dgit-distro.DISTRO/push.KEY
  git-create       how the repository of a new package is made: true: by the
                   server itself; ssh-cmd: it is asked to by ssh
  policy-query-supported-ssh
                   true, false or unknown: can its policy be asked by ssh?
  new-private-pushers
                   true: what only counts for pushes does so in all that --new
                   is given to
  readonly         true: nobody pushes there from here
  dep14tag         no: make no tag of DEP-14
  dep14tag-reuse, dep14tag-verify
                   what the options of that name say
  source-only-uploads
                   ok, always, never or not-wholly-new: what the distro wants
  experimental-quirk-SUITE
                   the suite that SUITE adds to: if it has a later version,
                   --trust-changelog wants that in debian/changelog

dgit.default.push-subcmd and rpush-subcmd say what push and rpush do: source
(built in), built, or "warn,built"; reject wants them to be named.

A push that has not come to its end is in .git/debgit/push: the plan, the signed
tags and files, and which steps are done. debgit push --continue finishes it,
and debgit push --abort gives it up. What is on the git server cannot be taken
back: if an upload went wrong after that, make the next version.`

func newPushingTopic() *cobra.Command {
	return &cobra.Command{Use: "pushing", Short: "From a commit to an upload, and where it goes", Long: pushingHelp}
}
