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
// # Other programs
//
// Refs, messages and identities are those of dgit 17.0, so that one repository
// can be used with either, in turn.
package history
