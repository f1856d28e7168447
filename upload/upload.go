// Package upload makes an upload from a commit, and publishes it.
//
// # From a commit to an upload
//
// A [Package] is what a commit says of itself: source package, version, suite, source format.
// Its archive view is a commit whose tree is just what the source package
// will unpack to. Where the patches of a 3.0 (quilt) package are applied in git, that is
// the commit itself, with a commit on top for what is not a patch yet. Else, in a split view,
// it is a commit beside the maintainers' branch, which stays as it is: see [QuiltMode].
//
// # Patches of a branch that has them applied
//
// What follows is what dgit 17.0 does, to the byte, so that the same branch gets the same commit from
// both. Three trees are compared without debian: that of HEAD; that of the orig tarballs,
// unpatched; and that with the patches of the series, which dpkg-source applies. The tarballs
// unpack with the packaging of HEAD over them: see [gitmap.Pack.QuiltTrees].
//
// Where HEAD has more than the patched tree, patches are added at the end of the series. In linear mode
// the ways back from HEAD are searched, breadth first, for a commit that has the patched
// tree. Each commit is looked at once, and no more than 99 are. A way ends at a commit that has debian/rules or
// debian/control where HEAD has not, or the other way round; that has no parent; or that merges two others of
// which both have other files of upstream than it has; and before one whose child changes debian/patches,
// debian/source/format or .pc. Each commit on the shortest way that changes files of upstream is a patch:
//
//	From: AUTHOR
//	Date: DATE OF THE AUTHOR
//	X-Dgit-Generated: VERSION COMMIT
//	Subject: FIRST LINE OF THE MESSAGE
//	(blank line)
//	REST OF THE MESSAGE
//	(blank line)
//	---
//	(blank line)
//	(output of git diff)
//
// VERSION is that of HEAD's changelog. Blank lines before REST go, and there is one newline at its end;
// of an empty REST no line. git runs without anybody's configuration, with the attributes that HEAD has.
//
// The first line of the message like "Gbp-Pq: Name NAME" ("Gbp: Name", "Gbp-Pq-Name:", whatever the case), and
// the first like "Gbp-Pq: Topic DIR", are not in the text: they name the patch, and the directory it goes into.
// A name has up to 200 of A-Z a-z 0-9 - _ . + = ~ /, no component that is empty or starts with another character
// than a letter, digit or "_", and is not "series" nor ends in ".series". Else the name is made of the title:
// a "." or ":" at its end goes, what is not ASCII is written as iconv(1) does for ASCII//TRANSLIT in the
// locale C.UTF-8, blanks become "-", upper case lower case, what is not in a-z 0-9 - _ . + = ~ goes, "x-" is put
// before a first character that is none of a-z 0-9 _, 40 characters are left, and ".patch" follows. A name that is
// taken gets the first number from 1 at its end that makes it another.
//
// All at once make one patch, auto-VERSION-COMMIT-SECONDS, in mode smash, with the last three commits as
// git log shows them; its time is that of the committer. In mode single it is dgit-changes, against the unpatched
// tree, in the place of all others. With single-debian-patch in debian/source/options dpkg-source makes
// it, without any other patches there.
//
// New patches are in one commit, "Commit Debian 3.0 (quilt) metadata", of the user's. If HEAD has .pc, another
// one removes that. Beyond dgit, patches that do not make what the branch has are refused; a series without a newline
// at its end gets one; and a .pc alone is no reason to refuse a branch, but in mode nofix.
//
// # Views of a branch that has the maintainer view
//
// The commits of a split view are beside the branch. In the modes gbp, unapplied and dpm they are on top of
// HEAD; in baredebian there is first a merge, whose parents are HEAD and the commit with upstream's files, and
// whose tree is that of the latter with HEAD's debian directory:
//
//	Combine debian/ with upstream source for UPSTREAMVERSION
//	(blank line)
//	using upstream from git tag TAG
//	(blank line)
//	[dgit (17.0) baredebian-merge VERSION TAG]
//
// If the commit was given otherwise, that is "using specified upstream commitish", and what was given stands for the
// second TAG. In baredebian+tarball the line is missing, but not the blank one after it, "*orig*" stands for TAG, and
// the second parent is the import commit of the orig tarball; or of several a merge, "Combine orig tarballs for
// PACKAGE UPSTREAMVERSION", marked "[dgit import tarballs combine PACKAGE UPSTREAMVERSION]", by the importer at the
// time of the orig tarballs, with the components in their directories: see [gitmap.Pack.CommitOrigs].
//
// Unless the patches change nothing, or the mode is dpm, a commit of each patch follows, as in an import but for
// the committer: see [gitmap.Pack.CommitPatches]. If then files .gitignore are not as the patched tree has them, the patch
// auto-gitignore of that difference comes last, and its commit, "Commit patch to update .gitignore".
//
// Author and committer, but for what has its own above, are who signed the newest entry of the changelog, at that time,
// as git cleans names up. So the view depends on the branch and the tarballs alone.
//
// Beyond dgit: what the view has must be what its source package unpacks to. So patches that change only
// .gitignore are applied, too; a patch that does not apply, or changes debian/, is refused; auto-gitignore is made of
// what differs in the end, under a name that the series does not have; .pc is dropped; files beside debian/, where only that
// should be, are refused, but for those of git. A series, a header or a date that gbp pq does not take is no reason
// to refuse a patch that dpkg-source applies. Tags of upstream are looked for without the epoch, too.
//
// A split view in another mode is made in the user's name, now; it is kept as refs/debgit/views/COMMIT/KEY,
// where COMMIT is HEAD, so that what was built of it is found again by a push.
//
// # Builds
//
// [Build] makes the source package of a commit in a private directory, debgit/build below the git directory,
// and binary packages where that is wanted. A lock keeps other builds from the same work tree out;
// what a killed build has left the next one removes. Only [Built.PutInto] writes elsewhere: when all is
// complete, the .changes last.
//
// The files of a commit are written out byte for byte, without attributes, with modes 0644 and 0755. dpkg-source gets
// the options -i(?:^|/)\.git(?:/|$) -I.git -b and, of 3.0 (quilt), --include-removal --no-preparation, and a
// directory called "work", as from dgit 17.0. So the .dsc, what it lists and the .changes are the same as dgit's, byte
// for byte, if umask 022 is in force there. Times do not matter: those after the newest entry of the changelog
// become its time in tarballs, and none is before it.
//
// What [Correspond] proves is that the .dsc unpacks to the tree of the commit, by an import in memory.
//
// # From an upload to the archive
//
// [PlanPush] works out everything that a push will do as a [Plan], and tries all that could
// refuse it; nothing is signed or moved by then, and nothing public. [Push.Perform] carries the plan out in steps, in
// this order: all signatures are made; the user's branch moves, if it does, and the tags get their refs;
// commits and tags go to the git server, at once or not at all; the tracking branch follows; the files
// get their final names; the upload goes to the queue.
//
// A [Journal] notes each step as it is done, and each may be done again. So a push that stops anywhere, by a
// failure, a signal or a power cut, is finished by [ResumePush] or undone by [AbortPush]. One that stops
// while signatures are made has changed nothing: of it nothing is left, or what the next push removes.
// Before the push to the git server has arrived everything can be put back; after that the version is used up.
package upload
