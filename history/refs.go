package history

import (
	"regexp"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// trackingPrefix is where the refs are that follow what the archive holds, by suite.
const trackingPrefix = "refs/remotes/dgit/dgit/"

// TrackingRef is the ref that follows what the archive holds in a suite.
func TrackingRef(codename string) string { return trackingPrefix + codename }

// branchRef is the user's branch for work on a suite.
func branchRef(codename string) string { return headPrefix + Branch(codename) }

const headPrefix = "refs/heads/"

// ShortHead is a branch as git shows it, of its ref.
func ShortHead(ref string) string { return strings.TrimPrefix(ref, headPrefix) }

// Branch is branchRef as git shows it, without refs/heads/.
func Branch(codename string) string { return "dgit/" + codename }

// Refs on a dgit git server, beside tags: the suite branches, and the commits that stand
// in the place of others.
const (
	serverSuitePrefix = "refs/dgit/"
	rewriteMapRef     = "refs/dgit-rewrite/map"
)

const tagPrefix = "refs/tags/"

// ServerSuiteRef is the suite branch on a git server.
func ServerSuiteRef(codename string) string { return serverSuitePrefix + codename }

// TagRef is the ref of a tag, by its name without refs/tags/.
func TagRef(name string) string { return tagPrefix + name }

// DebrebasePrevious is the ref by which git-debrebase(1) knows what a branch that it has rebased
// was before, as long as the two are not tied together. branch is a whole ref.
func DebrebasePrevious(branch string) string {
	return "refs/ffq-prev/" + strings.TrimPrefix(branch, "refs/")
}

// DebrebaseLast is the ref by which git-debrebase(1) knows what a branch was when it was last
// tied together. branch is a whole ref.
func DebrebaseLast(branch string) string {
	return "refs/debrebase-last/" + strings.TrimPrefix(branch, "refs/")
}

// archiveRef is what the last fetch found: a pseudo-ref, which each work tree has for itself.
const archiveRef = "DGIT_ARCHIVE"

// recordPrefix is where records of imports are, one for each last commit.
const recordPrefix = "refs/debgit/imports/"

// recordRef is where the record of the import is of which c is the last commit.
func recordRef(c gitmap.CommitID) string { return recordPrefix + c.String() }

// dscPrefix is where imports are known by the SHA-256 digest of the .dsc that they were made
// from, and kept: each of these refs names the last commit of an import.
const dscPrefix = "refs/debgit/dsc/"

// ViewPrefix is where archive views are kept that would be other commits if they were made again.
// Deleting these refs does no harm to what was published.
const ViewPrefix = "refs/debgit/views/"

// ViewRef is where the archive view of c is, if it was made in the way that key stands for.
func ViewRef(c gitmap.CommitID, key string) string { return ViewPrefix + c.String() + "/" + key }

// memoryPrefix is where what an import remembers of a tarball is, under the SHA-256
// digest of the tarball. Deleting these refs costs time at the next import, no more.
const memoryPrefix = "refs/debgit/tarballs/"

// Where the upload history is. The package documentation says what these refs name.
const (
	uploadIndexRef     = "refs/debgit/upload-index"
	uploadCommitPrefix = "refs/debgit/uploads/"
	uploadTipPrefix    = "refs/debgit/upload-tips/"
	uploadBranchPrefix = "refs/heads/debgit/uploads/"
	uploadTagPrefix    = "refs/tags/upload/"
)

// AllUploads is the end of the name of the branch of the uploads to all suites.
const AllUploads = "all"

// UploadBranch is the branch of the upload history of a suite, or of [AllUploads], as git
// shows it, without refs/heads/.
func UploadBranch(suite string) string { return "debgit/uploads/" + suite }

// archiveTagPrefix starts the names of tags for archive views.
const archiveTagPrefix = "archive/"

// notInRefs matches what no name of a ref may have in it, git-check-ref-format(1).
var notInRefs = regexp.MustCompile(`[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|//|(^|/)\.|\.lock(/|$)|[./]$`)

// isRefName says whether a name that begins with "refs/" is one that git allows.
func isRefName(name string) bool { return !notInRefs.MatchString(name) }

// ownPrefix starts the names of all refs of debgit's that are no branches or tags.
const ownPrefix = "refs/debgit/"

// RefNamed is the ref that somebody means by a name: a branch, unless that begins with "refs/". ok
// is false if git allows no such name, git-branch(1) makes no branch of that name, as it would be taken for
// an option or for HEAD, or the ref is one of those by which debgit keeps track.
func RefNamed(name string) (ref string, ok bool) {
	if !strings.HasPrefix(name, "refs/") {
		name = headPrefix + name
	}
	branch, isBranch := strings.CutPrefix(name, headPrefix)
	if isBranch && (strings.HasPrefix(branch, "-") || branch == "HEAD" || branch == "@") {
		return name, false
	}
	return name, isRefName(name) && !strings.HasPrefix(name, ownPrefix)
}

// ArchiveTag is the name, without refs/tags/, of the tag for the archive view of an
// upload to a distro.
func ArchiveTag(distro string, v dsc.Version) string {
	return archiveTagPrefix + MaintainerTag(distro, v)
}

// MaintainerTag is the name, without refs/tags/, of the tag for the maintainer view
// of an upload: the one of DEP-14.
func MaintainerTag(distro string, v dsc.Version) string {
	return distro + "/" + MangleVersion(v)
}

// dotBefore matches a dot that git-check-ref-format(1) refuses where it stands.
var dotBefore = regexp.MustCompile(`\.(\.|$|lock$)`)

// MangleVersion makes a version fit for the name of a ref, by the rules of DEP-14.
func MangleVersion(v dsc.Version) string {
	s := strings.NewReplacer(":", "%", "~", "_").Replace(string(v))
	for { // one dot may be looked at twice: as the second of a pair, and as the first
		t := dotBefore.ReplaceAllString(s, ".#$1")
		if t == s {
			return s
		}
		s = t
	}
}
