package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"debgit/archive"
	"debgit/gitmap"
)

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
	if err != nil || !isTop(repo, c.opts.Dir) {
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
	if c.found == nil { // of what package that must be is not known yet
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

// isTop says whether dir is the top of the work tree of repo, and not below it.
func isTop(repo *gitmap.Repo, dir string) bool {
	top, err := os.Stat(repo.WorkTree())
	if err != nil {
		return false
	}
	info, err := os.Stat(dir)
	return err == nil && os.SameFile(top, info)
}

// describeUnfinished says what the clone is that is there: the suite may have a newer
// upload by now.
func (c *cloner) describeUnfinished(ctx context.Context, repo *gitmap.Repo) error {
	have, err := openInventory(ctx, repo)
	if err != nil {
		return err
	}
	defer have.close()
	tip, err := inputOf(ctx, have, c.result.Commit, whatTracking)
	if err == nil {
		c.result.ID.Version, c.result.Version, c.result.Tree = tip.version, tip.version, tip.tree
	}
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
		c.result.Uploads, err = c.fetchUploads(ctx, repo, c.found)
	}
	if err != nil {
		err = fmt.Errorf("the clone is in %s, but not all uploads are in it: %w", c.opts.Dir, err)
	}
	return err
}

// fetchUploads gets the uploads that are wanted beside those that the suites hold. Then no clone
// is unfinished any more.
func (s *session) fetchUploads(ctx context.Context, repo *gitmap.Repo, l *lookup) (*UploadHistory, error) {
	// Its downloads go on beside the imports, whose progress is the one to show.
	var warnings []string
	quiet := archive.NewClient(archive.ClientOptions{CacheDir: s.opts.CacheDir, DscSize: s.opts.Limits.Dsc, Warn: keepWarnings(&warnings)})
	opener := newSuiteOpener(quiet, s.settings, s.opts.OpenOptions)
	pkg := s.opts.Package
	known, err := opener.known(ctx, pkg)
	if err != nil {
		return nil, err
	}
	first := l.fetchers[0]
	var past *archive.Snapshot
	if !s.opts.RequireSignedIndex { // no index of the service is signed
		past, err = openSnapshot(s.settings, first.access.Base, quiet)
		if err != nil && !errors.As(err, new(*NoSnapshotError)) {
			return nil, err
		}
	}
	history, err := fetchUploads(ctx, repo, quiet, uploadOptions{
		pkg:      pkg,
		which:    s.opts.Uploads,
		suites:   append(opener.questions(pkg, l.codenames...), known...),
		origin:   cmp.Or(first.suite.Origin(), first.access.Nominal),
		past:     past,
		pastKey:  first.access.baseKey(snapshotKey),
		limits:   s.opts.Limits,
		progress: s.opts.Progress,
	})
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		if !slices.Contains(s.warnings, w) { // which have been told
			history.Warnings = append(history.Warnings, w)
		}
	}
	err = os.Remove(filepath.Join(repo.CommonDir(), unfinishedUploads))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return history, err
}
