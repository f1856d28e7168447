package history

import (
	"context"
	"errors"
	"fmt"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// A Newest is the newest version of a source package that a suite has.
type Newest struct {
	Suite   string      // its codename, or the name that was asked for if that is not known
	Version dsc.Version // "" if it has none

	// NotAsked says why the archive could not be asked, so that Version is what the last fetch
	// found; or nil.
	NotAsked error
}

// A NoNewestError says that the archive cannot be asked for its newest version, of which nothing
// was fetched before either.
type NoNewestError struct {
	Suite string
	Err   error
}

func (e *NoNewestError) Error() string {
	return fmt.Sprintf("find out which version %s has, since which the .changes tells what is new: %v", e.Suite, e.Err)
}

// Unwrap returns the cause.
func (e *NoNewestError) Unwrap() error { return e.Err }

// NewestVersion asks the archive for the newest version of opts.Package in opts.Suite; for a suite of
// backports, in that or in the suite that it is for, whichever has the higher version. An
// archive that cannot be asked is a [*NoNewestError] if nothing of the suite was fetched before.
// Other errors are those of [archive.Client], or a [*ConfigError].
func NewestVersion(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (*Newest, error) {
	s, err := openSession(ctx, repo, opts)
	if err != nil {
		return nil, err
	}
	if opts.Suite == "" {
		w, err := openWork(repo)
		if err != nil {
			return nil, err
		}
		defer w.close()
		if opts.Suite, err = w.suite(ctx, s); err != nil {
			return nil, err
		}
	}
	n := &Newest{Suite: opts.Suite}
	err = n.ask(ctx, s, opts)
	if err == nil || ctx.Err() != nil || !isUnreachable(err) {
		return n, err
	}
	n.NotAsked = err
	known, terr := n.readTracking(ctx, repo)
	if terr == nil && !known {
		terr = &NoNewestError{n.Suite, err}
	}
	return n, terr
}

func (n *Newest) ask(ctx context.Context, s *session, opts FetchOptions) error {
	f, err := s.openSuite(ctx, opts.Suite)
	if err != nil {
		return err
	}
	n.Suite = f.suite.Codename()
	if n.Version, err = versionIn(ctx, f.suite, opts.Package); err != nil {
		return err
	}
	if f.access.backport == "" {
		return nil
	}
	suite, _, err := s.opener.open(ctx, f.access.backport, opts.Package)
	if err != nil {
		return err
	}
	other, err := versionIn(ctx, suite, opts.Package)
	n.Version = higher(n.Version, other)
	return err
}

// versionIn returns the version of a source package in a suite, "" if it has none.
func versionIn(ctx context.Context, suite archive.Suite, pkg string) (dsc.Version, error) {
	u, err := suite.Find(ctx, pkg)
	if errors.As(err, new(*archive.UnknownPackageError)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return u.ID().Version, nil
}

// readTracking reads what the tracking branch has, if there is one.
func (n *Newest) readTracking(ctx context.Context, repo *gitmap.Repo) (known bool, err error) {
	for _, name := range []string{n.Suite, fixedNames[n.Suite]} {
		if name == "" {
			continue
		}
		tip, ok, err := repo.Commit(ctx, TrackingRef(name))
		if err != nil {
			return false, err
		}
		if !ok {
			continue
		}
		data, err := repo.FileAt(ctx, tip, changelogPath)
		if err != nil {
			return false, err
		}
		for e := range dsc.Changelog(data) {
			n.Suite, n.Version = name, e.Version
			return true, nil
		}
	}
	return false, nil
}
