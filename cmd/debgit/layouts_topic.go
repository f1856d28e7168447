package main

import "github.com/spf13/cobra"

const layoutsHelp = `A source package of the format 3.0 (quilt) is upstream's files, patches in
debian/patches, and other files in debian/. Maintainers keep that in git in
different ways, and a push has to know which. What dpkg-source unpacks, with
the patches applied, is the archive view; it is what debgit clone gives, and
what others get. Where a branch has something else, that is the maintainer view.

  layout       what a branch has                     quilt mode
  applied      the archive view, as dgit keeps it    linear
  debrebase    the archive view, on commits that     linear
               become the patches: git-debrebase
  dpm          the archive view, but for files       linear, else dpm
               .gitignore: git-dpm
  unapplied    upstream's files, and patches that    gbp
               are not applied: git-buildpackage
  debian-only  debian/ alone; upstream's files are   baredebian
               in another commit
               or in the tarballs alone              baredebian+tarball

Other formats have one layout each: native and diff (format 1.0), in which the
branch is the archive view.

The quilt mode is what --quilt says; else what is configured, by the key
dgit.force.quilt-mode or dgit-distro.DISTRO.quilt-mode; else debgit looks at the
branch, and says what it has found. It compares the files with the tarballs, and
with the patches on top of them. Where linear works, which is dgit's default, it
is linear, so that the result is dgit's; under the name dgit it always is. Else
the layout must be as above, to the file. If nothing is, the error names the
files that differ, as the nearest layout has them, and what may be the cause: an
executable bit, line endings, files such as configure that are in the tarball
alone.

With debian/ alone, upstream's files are in the commit that --upstream-commitish
names, or in a tag: the one that debian/gbp.conf names (section export-orig, key
upstream-tag), by default upstream/VERSION; else VERSION or vVERSION, if just
one of them is there. Without such a tag, the tarballs count. If both tags are
there, say which one.

In linear the branch gets commits, for what is no patch yet. In the modes of a
maintainer view it stays as it is, and the archive view is a commit beside it,
which debgit quilt-fixup --save-dgit-view=BRANCH shows. Its commits depend on
the branch, the tarballs and the changelog alone: dgit makes the same ones.

debgit status tells the layout, as far as the branch itself shows it, and debgit
quilt-fixup --dry-run tells it, and what a push would commit.`

func newLayoutsTopic() *cobra.Command {
	return &cobra.Command{Use: "layouts", Short: "How branches keep source packages, and what becomes of that", Long: layoutsHelp}
}
