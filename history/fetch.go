package history

import (
	"context"

	"debgit/dsc"
	"debgit/gitmap"
)

// ArchiveOptions say which archive is read, and what it may ask of this machine.
type ArchiveOptions struct {
	OpenOptions
	ProductsDir string              // where the files of source packages go, from the working directory; default: as configured
	CacheDir    string              // default: debgit in the user's cache directory
	Getenv      func(string) string // default: os.Getenv
	Limits      gitmap.Limits       // on source packages; default: those of [gitmap.Import]
	Progress    gitmap.Progress     // default: none
}

// FetchOptions say what to fetch.
type FetchOptions struct {
	ArchiveOptions
	Package          string          // a source package; default: the one that the work tree is of
	ExistingPackage  string          // a source package that the suite has for sure, for archives that cannot be asked without; default: Package
	Suite            string          // name or codename, or several, see [Fetch]; default: see [CurrentSuite]
	RequireGitServer bool            // fail if the distro's git server cannot be asked
	NoChase          bool            // ask no other distro for the commit that a .dsc names
	DryRun           bool            // move no ref
	AllServerRefs    bool            // list all refs of the git server, as for a push that is deliberately not fast forward
	Uploads          UploadSelection // get these, too, with their history; default: none
}

// A FetchResult is what Fetch found and made.
type FetchResult struct {
	ID         dsc.ID                     // the newest upload that could be had; without a version if there is none
	Suite      string                     // the codename; of several suites, as in the names of their branches
	Commit     gitmap.CommitID            // what [TrackingRef] of Suite is now
	Old        gitmap.CommitID            // what it was before; zero if there was none
	Version    dsc.Version                // in the changelog of Commit
	Format     string                     // the source format; "" if no .dsc was read
	Import     *gitmap.Imported           // nil if nothing was imported
	Files      []string                   // paths of files of the source package that are beside the work tree
	Vouching                              // for the upload; of several suites, for that to the first
	VcsGit     string                     // the field Vcs-Git of the .dsc
	GitServer  error                      // a [*GitServerError]: why the git server could not be asked; or nil
	Skew       error                      // a [*SkewError]: the archive lists a version that it does not have; or nil
	Missing    error                      // a [*MissingCommitError]: why there is an import instead of the commit that the .dsc names; or nil
	Parts      []*FetchResult             // of several suites, those that have the package
	ServerRefs map[string]gitmap.ObjectID // with AllServerRefs: all refs of the git server
	Uploads    *UploadHistory             // nil if none was wanted
	Warnings   []string
}

// Fetch brings the tracking branch of a suite up to date with what the archive and the
// distro's git server hold, and gets the tags of that. The branch moves forward only; no
// branch of the user is touched. All refs move at once, at the end: a fetch that is
// interrupted has changed nothing. If there is nothing new, it changes nothing either.
//
// Suite may name several suites as "A,B,...", of which all but the first need not have the
// package; "-x" stands for A-x. Then the branch of each is brought up to date, and one
// named after all of them, which has the tree of the highest version.
//
// Errors that callers may test for: [*GitServerError] (only with RequireGitServer),
// [*MissingCommitError], [*ConfigError], and those of [archive.Client] and [gitmap.Import].
// What neither the archive nor the git server has is an [*archive.UnknownPackageError]. If it
// is Uploads that cannot be had, the result is there, too: the branch has moved.
func Fetch(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (*FetchResult, error) {
	s, err := openSession(ctx, repo, opts)
	if err != nil {
		return nil, err
	}
	if err := s.completeOptions(ctx, repo); err != nil {
		return nil, err
	}
	found, err := s.find(ctx)
	if err != nil {
		return nil, err
	}
	products := ""
	if dir := repo.WorkTree(); dir != "" {
		if products, err = s.products(found.fetchers[0].access, dir); err != nil {
			return nil, err
		}
	}
	result, err := s.fetch(ctx, repo, products, found)
	if err != nil {
		return nil, err
	}
	if opts.DryRun {
		return result, nil
	}
	if err := skipDefaultUpdate(ctx, repo); err != nil {
		return nil, err
	}
	if !opts.Uploads.IsZero() {
		result.Uploads, err = s.fetchUploads(ctx, repo, found)
	}
	return result, err
}

// completeOptions takes package and suite from the work tree, if they are not named.
func (s *session) completeOptions(ctx context.Context, repo *gitmap.Repo) error {
	if s.opts.Package != "" && s.opts.Suite != "" {
		return nil
	}
	w, err := openWork(repo)
	if err != nil {
		return err
	}
	defer w.close()
	if s.opts.Package == "" {
		if s.opts.Package, err = w.sourcePackage(); err != nil {
			return err
		}
	}
	if s.opts.Suite == "" {
		s.opts.Suite, err = w.suite(ctx, s)
	}
	return err
}
