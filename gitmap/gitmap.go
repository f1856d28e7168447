// Package gitmap maps a Debian source package to git objects.
//
// # The import format
//
// What follows is complete and normative: two programs that follow it name the
// same commits. It is what dgit 17.0 does, with git 2.39 and dpkg 1.21. The
// result depends on the .dsc and its files alone. Bytes of the package are never
// converted from one encoding to another unless that is said.
//
// ## Commits
//
//	orig tarball       --.
//	component tarballs --+--> main --> patch 1 --> ... --> patch N
//	debian tarball     --'
//
// A package of more than one file has a root commit for each tarball, which are the
// parents of the main commit in this order: the orig tarballs whose part (below) has
// no "-", then those whose part has one, then all others; by bytes of the file name
// within these. The main commit holds the unpacked source without patches. A
// package of one file has only the main commit, without parents. In format 3.0
// (quilt) each patch of the series is a further commit. The last commit is the import.
//
// The files are those that the .dsc lists, in the first that it has of Checksums-Sha256,
// Checksums-Sha1 and Files. A tarball is a file whose name ends in
// .tar or .tar.EXT; the endings .asc, .gpg, .pgp and .sig are of signatures, which
// are not imported. Its part is PART of a name PACKAGE_UPSTREAM.PART.tar[.EXT], where
// UPSTREAM is the version without epoch and revision and PART has no "." or "_". A
// tarball with a part is an orig tarball.
//
// ## Identities and dates
//
// The committer is always "dgit client-side .dsc importer
// <dgit@packages.debian.invalid>". The author of all but patch commits is the person
// of a changelog stanza, and author's and committer's date is that stanza's date.
//
// The person is NAME <EMAIL> of the trailer. Commas are removed up to and including
// the last one that no quote or "@" precedes; then, unless there is a quote, the rest
// from the first remaining comma is. What is left must be NAME <EMAIL> with a name
// of at least one character, none of them "<" or ">", and an email without white
// space; else the stanza cannot be used. The date is in seconds since 1970, which must not be
// negative, and the time zone as the stanza writes it ("-0000" included). Otherwise
// these bytes go into the commit as they are.
//
// The newest stanza is the first of debian/changelog in the unpacked source, in 3.0 (quilt) in
// the reference tree (below, under Patch commits), read as dpkg-parsechangelog reads it (see
// [dsc.Changelog]). The first stanza of an upstream version is
// the last one before the first whose version is older than UPSTREAM (epoch
// included), from the top; the newest if there is none, or if a version on the way
// is malformed, or if the stanza cannot be used. If the newest cannot be used
// there is no import.
//
// ## Tarball commits
//
// Orig tarballs have the identity and date of the first stanza of the upstream
// version, other tarballs those of the newest. The messages are
//
//	Import FILE                                Import FILE
//	                                           (blank line)
//	[dgit import orig FILE]                    [dgit import tarball PACKAGE VERSION FILE]
//
// for orig tarballs and for others, with a newline at the end. VERSION is the newest stanza's. The tree is
// that of the unpacked tarball, as git keeps it (below); if that has one
// entry only and this is a tree, it is used instead, once.
//
// ## Unpacking
//
// A tarball is unpacked as GNU tar does in an empty directory: leading slashes of
// names are dropped, a later entry replaces an earlier one, a name behind a
// symbolic link goes where the link leads, unless the link is absolute or has a
// ".." in it. A name with ".." in it is refused.
//
// git keeps regular files, as mode 100755 if any of their x bits is set and
// 100644 else, and symbolic links. A hard link is one more file. Fifos, devices and
// directories without anything that git keeps are dropped, as is everything named
// ".git". No attribute or ignore file in the package has any effect.
//
// ## The main commit
//
// Its identity and date are those of the newest stanza. Its message is
//
//	HEADER
//	(blank line)
//	CHANGES
//	(blank line)
//	[dgit import WORD PACKAGE VERSION]
//
// with a newline at the end. HEADER is the first line of the stanza, CHANGES its changes; lines
// lose white space at their ends; blank lines before the first and after the last change go,
// those between them stay. A stanza without a header, which 3.0 (quilt) does not allow, has an
// empty HEADER and the version "unknown", and blank lines before its first change stay. WORD is "unpatched" for 3.0 (quilt), else "package".
// PACKAGE is the .dsc's, VERSION the stanza's.
//
// Its tree is what "dpkg-source -x" makes, for 3.0 (quilt) with "--skip-patches":
//
//   - If the top of an unpacked tarball holds one thing (whether git keeps
//     it or not) and that is a directory, this directory is the source.
//   - 3.0 (quilt) and 2.0: from the main orig tarball .pc, and .pc in the directories of its
//     top unless their names begin with "./" there, are left out first. Each component goes
//     into the directory of its name, replacing what is there. Then debian goes, and the
//     debian tarball is unpacked over the rest.
//   - 2.0: the files in debian/patches whose names have only ASCII letters, digits, "_"
//     and "-" are applied as patches, by bytes of the name, as dpkg-source does; if there
//     are any, debian/patches/.dpkg-source-applied has a line "# During unpack" and their names.
//   - 1.0 with a .diff.gz: the diff is applied as dpkg-source does.
//   - debian/source/format is made if absent, with the format of the .dsc as its only line
//     (not for 1.0; if it is a symbolic link, where that leads), and debian/rules, if a
//     regular file, is executable.
//   - .pc at the top goes if the first line of debian/source/format in the tree is
//     "3.0 (quilt)".
//
// ## Patch commits
//
// The reference tree is what "dpkg-source --before-build" makes of the main commit's: that
// with all patches applied as dpkg-source applies them. It applies none if the first patch
// does not apply, which it takes for "applied already"; if debian/source/format is not
// 3.0 (quilt); if debian/source/options or debian/source/local-options has "no-preparation",
// "help" or "version"; and if debian/patches/debian.series is there, with nothing but blank lines
// and indented comments. The last patch commit must have the reference tree. Of what dpkg-source
// makes in .pc, and patches in .git, later patches see what earlier ones made, but no tree has it.
//
// By the first method debian/patches/series is read as gbp pq reads it and each patch is
// applied as "git apply --index" does, and if that fails as that does with
// "--whitespace=fix". If anything fails, or the last tree is not the reference, the fallback is
// taken for all patches: comments and white space are removed from the series; the patch that
// gbp pq takes a line to name, if there is any, has the header; and what dpkg-source takes for the
// name of a patch in that line, its first word, is applied as dpkg-source does if it is the only
// one: not at all, if it does not apply or if dpkg-source applies none to the tree as it is then.
//
// The message is, without a newline at the end,
//
//	SUBJECT
//	(blank line)
//	LONG
//	Gbp-Pq: Topic TOPIC
//	Gbp-Pq: Name NAME
//
// where TOPIC is the directory of the patch below debian/patches, and its line is
// missing without one. (It is all before the last slash of the line of the series, which
// may be one in an option: "x.patch -p1/y" gives the topic "x.patch -p1".) In the fallback blank lines at the start of the message go.
// Subject, long text, author and author's date come from the header of the patch,
// read first as "git mailinfo -k" reads it and then by the rules of DEP-3; the
// functions that do that document them. A patch that names no author with an address is
// by the first Maintainer of debian/control, else by the person of the newest stanza,
// at that stanza's date. The author's date of a patch that says none, and the committer's
// of all, is the newest stanza's. A date without time zone is in UTC. Names and dates go
// through git's own clean-up: the zone -0000 becomes +0000. In the fallback a patch whose
// author git refuses (no name, or a date that is none) has its committer for an author.
//
// ## Where dgit refuses
//
// A package that dpkg-source unpacks has an import even if dgit makes none of it.
// Such an import is debgit's own, and reported as such. The rules above apply, but for these:
//
//   - A name that git lets into no index (see git-update-index(1): other spellings of
//     ".git", such as ".GIT" and "git~1", and a symbolic link that could be
//     taken for .gitmodules) is left out of all trees, with all below it, whether a tarball
//     has it or a patch makes it. dgit refuses as well a patch that makes .git beside other
//     files below the top.
//   - If the newest stanza cannot be used, or there is none: the person is that of its
//     trailer, or without one the Maintainer of the .dsc, split at the last "<", both parts
//     cleaned up as git does for an identity, white space removed from the email;
//     without a name that is the email, without both "unknown". The date is that of the
//     first stanza which has one that is not before 1970, else 0 +0000. A missing
//     version is the .dsc's, a missing HEADER is PACKAGE (VERSION). NUL bytes go. Before
//     that, the main commit's own debian/changelog is tried, which is also the one to be
//     read if the reference tree cannot be made.
//   - If debian/patches/debian.series has a patch, or is not a file, it is the series.
//   - If neither method gives the reference tree, or the reference tree cannot be made in the way
//     described: each patch of the series, as dpkg-source reads that, is
//     applied as dpkg-source does, in turn. Authors and messages are those of the
//     fallback. A header that cannot be read as mail is read once more with its
//     bytes that are not UTF-8 taken for Latin-1; and taken for empty if that fails, too.
//     Patches may change what the tarballs have in .git, and what has a name that git
//     lets into no index.
//   - A detached signature of which dpkg-source knows nothing counts for nothing.
//
// In 3.0 (quilt) dgit refuses a package also if debian/control, debian/tests/control or
// debian/source/format is not well formed, if the newest stanza and debian/control name
// different source packages, if debian/control is not UTF-8 up to the line of its maintainer, and if
// the newest stanza is from before March 1973, whose dates git does not read as numbers. In any
// format it refuses a debian/source/format without a line, a changelog that states a
// format other than "debian" (see [dsc.ChangelogFormat]), and a .dsc without the field Format, which
// dpkg-source takes for one of format 1.0.
//
// One thing that dpkg-source unpacks is refused: a patch for a file by which dpkg-source or
// quilt keeps track in .pc, such as .pc/applied-patches.
package gitmap
