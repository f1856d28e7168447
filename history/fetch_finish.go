package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// finish does what follows once the refs have moved: it gets the files that builds need, and
// looks for what the user should know.
func (f *fetcher) finish(ctx context.Context, tip *gitmap.Commit, usedCommit bool) error {
	in, err := inputOf(ctx, f.have, tip.ID, "")
	if err != nil {
		return err
	}
	f.result.Version = in.version
	f.result.Skew = f.skew(in.version)
	if tip.ID != f.result.Old {
		if err := warnOfAttributes(ctx, f.repo, tip.Tree, f.warnf); err != nil {
			return err
		}
	}
	if f.files.source == nil {
		return nil
	}
	if err := f.getFiles(ctx, usedCommit); err != nil {
		return err
	}
	return f.warnOfVcsGit(ctx)
}

// getFiles gets the upstream tarballs of an upload of which the commit was used, or all its files if
// they are wanted.
func (f *fetcher) getFiles(ctx context.Context, usedCommit bool) error {
	if f.keepAll && f.files.pkg == nil {
		if _, err := f.files.open(ctx); err != nil {
			return err
		}
	}
	if usedCommit && !f.keepAll {
		err := f.files.getOrigs(ctx)
		var missing *archive.MirrorError
		if errors.As(err, &missing) && errors.Is(err, fs.ErrNotExist) {
			f.warnf("%v", err) // builds will miss it; the history is complete
		} else if err != nil {
			return err
		}
	}
	f.result.Files = f.files.kept()
	return nil
}

// A SkewError says that an archive lists a newer version than can be had from it.
type SkewError struct {
	Package         string
	Listed, Version dsc.Version // Version is the one that there is
	Err             error       // why the listed one cannot be had
}

func (e *SkewError) Error() string {
	return fmt.Sprintf("archive skew detected: the archive lists %s %s, but version %s is all that can be had: %v", e.Package, e.Listed, e.Version, e.Err)
}

// Unwrap returns the cause.
func (e *SkewError) Unwrap() error { return e.Err }

// skew returns nil if version is the newest one that the archive lists, or newer.
func (f *fetcher) skew(version dsc.Version) error {
	if f.files.missing == nil {
		return nil
	}
	order, err := version.Compare(f.files.newest)
	if err != nil || order >= 0 {
		return nil
	}
	return &SkewError{f.pkg, f.files.newest, version, f.files.missing}
}
