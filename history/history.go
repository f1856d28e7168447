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
// Refs, messages and identities are those of dgit 17.0, so that one repository
// can be used with either, in turn.
package history
