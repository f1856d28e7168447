// Package history keeps branches and tags in step with what an archive
// published. It knows where things are in a repository; what they are made of is
// gitmap's to know, and where uploads come from is archive's.
//
// # Invariants
//
// The tracking branch refs/remotes/dgit/dgit/SUITE only ever moves forward: each
// new tip has the old one among its ancestors. Its tip has the tree of the last
// upload to the suite. SUITE is the codename, such as "sid", whatever name was asked for.
//
// The branch refs/heads/dgit/SUITE belongs to the user. We make it when
// cloning, and never move it afterwards unless asked to.
//
// # Fetch
//
// What a tracking branch becomes is decided by up to four commits: the one that the field
// Dgit of the newest .dsc names, or else the import of that .dsc; the suite branch of the
// git server; and the tracking branch itself. Their relation, and the versions in their
// changelogs, tell whether one of them is the new tip or a pseudomerge is made; the rules
// are those of dgit(1), in combine.go, with two exceptions: a pseudomerge that would say nothing
// new is not made, and one that dgit fails to make for want of a rule is. What the
// repository holds of a version is never imported again, whoever imported it.
//
// A fetch first gets all objects, and then moves all refs in one transaction. The git
// server's tags become ours, unless we have others under these names; its other refs do
// not appear here. If the git server cannot be asked, the branch does not go back to what
// the archive has, as maintainers may have pushed what it still lacks.
//
// # Records
//
// Every import that we make is recorded under refs/debgit/imports/COMMIT, where COMMIT is
// the id of its last commit: a tree with the files "dsc", the .dsc byte for byte,
// and "report.json", the [gitmap.Report] indented by two spaces, with a newline at
// the end. It is written in the transaction that makes the commit reachable, and the
// same import with the same debgit always gives the same record. The commits do not
// depend on it: it may be deleted at any time, and an import without one is known by
// its messages.
//
// What an import remembers of a tarball is kept under refs/debgit/tarballs/DIGEST, so
// that the next version of a package need not unpack the same orig tarball again. It
// is believed, as all that is in one's own repository. No clone, fetch or push of git
// copies these refs unless it is told to copy every ref there is; whoever did that from
// somebody else removes them, or has "debgit verify" prove the imports, which does
// not use them.
//
// Each import is also kept, and known by what it was made from, as
// refs/debgit/dsc/DIGEST, where DIGEST is the SHA-256 digest of the .dsc: what is known is
// not downloaded and imported again.
//
// # Upload history
//
// The upload history of a source package has every upload that is wanted and can be had,
// whatever suites hold it, each once. It depends on the set of these uploads alone: not on
// the order in which they were found, and on no clock and no user. An upload is made from
// those that its own changelog names: the nearest in the first place, and those further
// down that this one does not descend from, such as a security upload that was merged. So
// a backport is made from the upload that it is of, although its version is lower. For an
// upload V made from P and Q there are
//
//	the upload commit U(V)     parents U(P), U(Q)
//	the joining commit J(V)    parents U(V), the import of V, J(P), J(Q)
//
// Both have the tree of the import, which is the source with its patches applied, and
// author, committer and dates of its main commit. The message of U(V) is the changelog
// stanza. The branch of a suite ends with the J of what the suite holds: along first
// parents it has one commit an upload. J ties the imports in, so that work on an import
// can be put on top of the history, and so that the branch goes forward with the next
// upload. The branch of all suites is such a chain, too. Its uploads are in the order of
// their dates, but after what they were made from; each adds a commit with the tree of
// the highest version so far, whose parents are the U of that version, the J of the
// upload, and the commit before. While each upload is made from the one before, J itself
// is that commit.
//
// Why is the import not simply merged with the history before, as a second parent? Because
// git follows a file to the parent that has the same one. For a file that an upload has
// changed this would always be the import, where the history of the file ends: blame, and
// the log of a file, would see no further. As it is they find U first, and behind U there are
// only such commits. All have the patches applied, because a line that a patch brings and
// that stays the same from upload to upload is to be blamed on the first of these;
// which patch it was, blame in the import tells.
//
//	refs/heads/debgit/uploads/SUITE    a branch for each suite, and one for "all"
//	refs/debgit/upload-tips/SUITE      where we have put that branch
//	refs/debgit/uploads/VERSION        U; debgit/uploads/VERSION for short
//	refs/tags/upload/VERSION           the import
//	refs/debgit/upload-index           a tree with uploads.json: which suites hold what
//
// VERSION is mangled as DEP-14 says. Where there are two uploads of one version with
// different files, the second has "@" and twelve digits of its import behind it.
//
// An upload that is found late, older than others that are there, changes no import and
// no tag. But U and J say what they were made from, so those that descend from it are
// others now, and the branches move to them. The alternative was to stitch the new
// history to the old one with another merge, and so to let branches only go forward. Then
// all later uploads would be there twice for ever, and the ids would depend on who found
// what when, so that two people could not compare their histories. As it is, it happens
// only when somebody asks for older uploads; it is said; and it is easy to follow, since
// the trees are the same: "git rebase --onto NEW OLD". It concerns only those who build on
// the history itself, which is made for reading: work begins at an import, as the branches
// dgit/SUITE do. A branch that is checked out, or has commits of its owner, is not moved
// at all.
//
// # Other programs
//
// Refs, messages and identities are those of dgit 17.0, so that one repository
// can be used with either, in turn.
package history
