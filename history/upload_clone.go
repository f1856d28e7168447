package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"debgit/archive"
	"debgit/gitmap"
)

// An UnfinishedUploadsError says that a clone is there, whole but for older uploads.
type UnfinishedUploadsError struct {
	Dir   string
	Which UploadSelection // of the uploads that were wanted
	Err   error
}

func (e *UnfinishedUploadsError) Error() string {
	return fmt.Sprintf("the clone is in %s, but not all uploads are in it: %v", e.Dir, e.Err)
}

// Unwrap returns the cause.
func (e *UnfinishedUploadsError) Unwrap() error { return e.Err }

// unfinishedUploads is a file in the git directory of a clone that has not got all uploads
// that it was made for. It is there so that the same command can go on.
const unfinishedUploads = "debgit/unfinished-uploads"

// markUnfinished notes that the clone in repo is to have uploads.
func markUnfinished(repo *gitmap.Repo, pkg string) error {
	path := filepath.Join(repo.CommonDir(), unfinishedUploads)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(pkg+"\n"), 0o666)
}

// checkUnfinished takes the clone that is at opts.Dir for the one to go on with, if it has not
// got the uploads that it was made for; else it refuses it.
func (c *cloner) checkUnfinished(ctx context.Context) error {
	exists := &DirExistsError{c.opts.Dir}
	if c.opts.Uploads.IsZero() {
		return exists
	}
	repo, err := gitmap.Open(ctx, c.opts.Dir)
	if err != nil {
		return exists // whatever it is, it is no clone
	}
	text, err := os.ReadFile(filepath.Join(repo.CommonDir(), unfinishedUploads))
	if errors.Is(err, fs.ErrNotExist) {
		return exists
	}
	if err != nil {
		return err
	}
	c.unfinished = repo
	if c.upload == nil { // of what package that must be is not known yet
		return nil
	}
	var isThere bool
	if c.result.Commit, isThere, err = repo.Commit(ctx, TrackingRef(c.result.Suite)); err != nil {
		return err
	}
	if !isThere || string(text) != c.result.ID.Package+"\n" {
		return exists
	}
	return c.describeUnfinished(ctx, repo)
}

// describeUnfinished says what the clone is that is there: the suite may have a newer upload by now.
func (c *cloner) describeUnfinished(ctx context.Context, repo *gitmap.Repo) error {
	tip, err := inputOf(ctx, repo, c.result.Commit, whatImport)
	c.result.ID.Version, c.result.Tree = tip.version, tip.tree
	return err
}

// getUploads gets the uploads of a clone that is complete otherwise.
func (c *cloner) getUploads(ctx context.Context) error {
	repo := c.unfinished
	var err error
	if repo == nil {
		repo, err = gitmap.Open(ctx, c.opts.Dir)
	}
	if err == nil {
		err = c.fetchUploads(ctx, repo)
	}
	if err != nil {
		err = &UnfinishedUploadsError{c.opts.Dir, c.opts.Uploads, err}
	}
	return err
}

func (c *cloner) fetchUploads(ctx context.Context, repo *gitmap.Repo) error {
	// Its downloads go on beside the imports, whose progress is the one to show.
	quiet := archive.NewClient(archive.ClientOptions{CacheDir: c.opts.CacheDir, DscSize: c.opts.Limits.Dsc})
	opener := newSuiteOpener(quiet, c.settings, OpenOptions{Archive: c.opts.Archive, Keyrings: c.opts.Keyrings})
	known, err := opener.known(ctx, c.result.ID.Package)
	if err != nil {
		return err
	}
	past, err := openSnapshot(c.settings, c.access.Base, quiet)
	if err != nil && !errors.As(err, new(*NoSnapshotError)) {
		return err
	}
	c.result.Uploads, err = fetchUploads(ctx, repo, quiet, uploadOptions{
		pkg:      c.result.ID.Package,
		which:    c.opts.Uploads,
		suites:   append(opener.questions(c.result.ID.Package, c.result.Suite), known...),
		origin:   c.suite.Origin(),
		past:     past,
		pastKey:  c.access.baseKey(snapshotKey),
		limits:   c.opts.Limits,
		progress: c.opts.Progress,
	})
	if err == nil {
		err = os.Remove(filepath.Join(repo.CommonDir(), unfinishedUploads))
	}
	return err
}
