// Package upload makes an upload from a commit, and publishes it.
//
// # From a commit to an upload
//
// A [Package] is what a commit says of itself: source package, version, suite, source format.
// Its archive view is a commit whose tree is just what the source package
// will unpack to. Where the patches of a 3.0 (quilt) package are applied in git, that is
// the commit itself, with a commit on top for what is not a patch yet. Else, in a split view,
// it is a commit beside the maintainers' branch, which stays as it is: see [QuiltMode].
package upload
