// Package upload makes an upload from a commit, and publishes it.
//
// # From a commit to an upload
//
// A [Package] is what a commit says of itself: source package, version, suite, source format.
// Its archive view is a commit whose tree is just what the source package
// will unpack to. Where the patches of a 3.0 (quilt) package are applied in git, that is
// the commit itself, with a commit on top for what is not a patch yet. Else, in a split view,
// it is a commit beside the maintainers' branch, which stays as it is: see [QuiltMode].
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
