package history

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// A PushTarget is where an upload goes, and what is there already.
type PushTarget struct {
	Fetched  *FetchResult // nil if neither the archive nor the git server has the source package
	Codename string       // of the suite
	Access   *Access      // for pushing
	Server   *PushServer
	ReadURL  string      // of the git repository, for those who do not push
	Since    dsc.Version // newest version in the suite, or in the one that it is backports for; "" if there is none

	ProductsDir string   // where the files of source packages are, and go
	OrigDirs    []string // where orig tarballs are looked for

	settings *Settings
	opener   *suiteOpener
	suite    archive.Suite
}

// A ReadOnlyError says that the configuration lets nobody push to a distro.
type ReadOnlyError struct{ Distro string }

func (e *ReadOnlyError) Error() string {
	return "the configuration says that distro " + e.Distro + " is only read"
}

// FetchForPush is [Fetch] for a push to one suite, which must be named, of the source package that
// is named, too. It takes the settings for pushing; the git server must answer.
//
// Errors that callers may test for: those of Fetch, [*ReadOnlyError], [*UnsupportedError],
// [*NoGitServerError], [*SuitesError].
func FetchForPush(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (*PushTarget, error) {
	if strings.Contains(opts.Suite, ",") {
		return nil, &SuitesError{opts.Suite, "a push is to one suite"}
	}
	opts.Push, opts.RequireGitServer = true, true
	s, err := openSession(ctx, repo, opts)
	if err != nil {
		return nil, err
	}
	f, err := s.openSuite(ctx, opts.Suite)
	if err != nil {
		return nil, err
	}
	t := &PushTarget{Codename: f.suite.Codename(), Access: f.access, settings: s.settings, opener: s.opener, suite: f.suite}
	if readonly, err := f.access.isReadOnly(); readonly || err != nil {
		if err == nil {
			err = &ReadOnlyError{f.access.Base}
		}
		return nil, err
	}
	if t.Server, err = f.access.PushServer(ctx, opts.Package); err != nil {
		return nil, err
	}
	if t.ProductsDir, err = s.products(f.access, repo.WorkTree()); err != nil {
		return nil, err
	}
	if t.ProductsDir, err = filepath.Abs(t.ProductsDir); err != nil { // a push may go on in another directory
		return nil, err
	}
	t.OrigDirs = OrigDirs(t.ProductsDir, repo.WorkTree())
	if err := t.fetch(ctx, repo, f); err != nil {
		return nil, err
	}
	return t, t.readOther(ctx, opts)
}

// fetch brings the tracking branch up to date.
func (t *PushTarget) fetch(ctx context.Context, repo *gitmap.Repo, f *fetcher) error {
	err := f.find(ctx)
	if err == nil {
		if err = f.fetch(ctx, repo, t.ProductsDir); err != nil {
			err = f.about(err)
		}
	}
	var absent *archive.UnknownPackageError
	if errors.As(err, &absent) { // the git server may have an empty repository
		return nil
	}
	if err != nil {
		return err
	}
	f.result.Warnings = append(f.warnings, f.result.Warnings...)
	t.Fetched = f.result
	return nil
}

// readOther finds out what is not about the branch: ReadURL and Since.
func (t *PushTarget) readOther(ctx context.Context, opts FetchOptions) error {
	read, err := t.settings.Access(AccessOptions{Distro: t.Access.Base, Suite: opts.Suite})
	if err != nil {
		return err
	}
	if t.ReadURL, err = read.GitURL(opts.Package); err != nil {
		return err
	}
	if t.Fetched != nil {
		t.Since = t.Fetched.ID.Version
	}
	if suite := t.Access.backport; suite != "" {
		other, err := t.VersionIn(ctx, suite, opts.Package)
		if err != nil {
			return err
		}
		t.Since = higher(t.Since, other)
	}
	return nil
}

// higher returns the higher of two versions, of which one that is malformed, or "", is the lower.
func higher(a, b dsc.Version) dsc.Version {
	if order, err := a.Compare(b); err == nil && order >= 0 || b == "" {
		return a
	}
	return b
}

// VersionIn returns the version of a source package in another suite of the distro, "" if it has none.
func (t *PushTarget) VersionIn(ctx context.Context, suite, pkg string) (dsc.Version, error) {
	s, _, err := t.opener.open(ctx, suite, pkg)
	if err != nil {
		return "", err
	}
	return versionIn(ctx, s, pkg)
}

// FindFiles returns the files of the archive that are called so. all says whether there are no
// others: see [archive.Suite].
func (t *PushTarget) FindFiles(ctx context.Context, name string) (files []archive.PoolFile, all bool, err error) {
	return t.suite.FindFiles(ctx, name)
}

// HasPackage says whether any suite of the archive has a source package. If sure is false, one
// that is not known might.
func (t *PushTarget) HasPackage(ctx context.Context, pkg string) (has, sure bool, err error) {
	return t.suite.HasPackage(ctx, pkg)
}

// Replaced returns the refs that a git server has which a push may replace that need not be fast forward,
// by their names without "refs/": the suite branch, all tags and heads, and the rewrite map. They are known
// if the fetch was one with AllServerRefs.
func (t *PushTarget) Replaced() map[string]gitmap.ObjectID {
	refs := map[string]gitmap.ObjectID{}
	if t.Fetched == nil {
		return refs
	}
	for ref, id := range t.Fetched.ServerRefs {
		if strings.HasPrefix(ref, tagPrefix) || strings.HasPrefix(ref, headPrefix) || ref == ServerSuiteRef(t.Codename) || ref == rewriteMapRef {
			refs[strings.TrimPrefix(ref, "refs/")] = id
		}
	}
	return refs
}

// isReadOnly says whether the key readonly has all pushes refused.
func (a *Access) isReadOnly() (bool, error) {
	key := a.baseKey("readonly")
	value, ok, err := a.settings.Value(key)
	if err != nil || !ok || strings.HasPrefix(strings.ToLower(value), "a") {
		return false, err
	}
	return isTrue(key, value)
}
