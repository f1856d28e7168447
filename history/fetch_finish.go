package history

import (
	"context"
	"errors"
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
	f.warnOfSkew(in.version)
	if tip.ID != f.result.Old {
		if err := warnOfAttributes(ctx, f.repo, tip, f.warnf); err != nil {
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

// warnOfSkew warns if the archive lists a newer version than could be had.
func (f *fetcher) warnOfSkew(version dsc.Version) {
	if f.files.missing == nil {
		return
	}
	if order, err := version.Compare(f.files.newest); err == nil && order < 0 {
		f.warnf("archive skew detected: the archive lists %s %s, but version %s is all that can be had: %v", f.pkg, f.files.newest, version, f.files.missing)
	}
}
