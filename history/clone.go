package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/gitmap"
)

// CloneOptions say what to clone and where to.
type CloneOptions struct {
	FetchOptions        // Package must be named, and may be a binary package; Suite is the default one unless named
	Dir          string // the new directory; default: ./PACKAGE
	KeepOnError  bool   // if the clone fails, leave what was made of it in Dir
}

// A CloneResult is what Clone made.
type CloneResult struct {
	FetchResult
	Dir    string // as given, or ./PACKAGE
	Branch string // such as "dgit/sid"
	Tree   gitmap.ObjectID
}

// A DirExistsError says that Clone would have to write into something that is there.
type DirExistsError struct{ Dir string }

func (e *DirExistsError) Error() string { return fmt.Sprintf("%s is there already", e.Dir) }

// A NoParentError says that the directory in which a clone is to be made is not there.
type NoParentError struct{ Dir string }

func (e *NoParentError) Error() string {
	return fmt.Sprintf("make the clone in %s: there is no such directory", e.Dir)
}

// Clone makes a repository of the newest upload of a source package to a suite, in
// a new directory, with the files of the source package beside it: a new work tree, and
// what [Fetch] finds for it.
//
// The directory appears under its name when it is complete, or not at all, however
// this process ends; only for a power cut it is git's word that counts, which syncs no
// work tree. What was downloaded stays, so that another try needs not download it again.
//
// Uploads are fetched into the finished clone. If that fails, another call goes on with them.
//
// Errors that callers may test for are those of Fetch, [*DirExistsError] and [*NoParentError].
func Clone(ctx context.Context, opts CloneOptions) (*CloneResult, error) {
	c := &cloner{opts: opts, result: &CloneResult{}}
	if dir := strings.TrimRight(opts.Dir, "/"); dir != "" {
		c.opts.Dir = dir
	}
	if err := c.find(ctx); err != nil {
		return nil, err
	}
	if err := c.checkDir(ctx); err != nil {
		return nil, err
	}
	if c.unfinished == nil {
		if err := c.clone(ctx); err != nil {
			return nil, c.found.fetchers[0].about(err)
		}
	}
	if !c.opts.Uploads.IsZero() {
		if err := c.getUploads(ctx); err != nil {
			return nil, err
		}
	}
	return c.result, nil
}

// cloner is what one call of Clone works on.
type cloner struct {
	*session
	opts   CloneOptions
	found  *lookup
	result *CloneResult

	unfinished *gitmap.Repo // a clone that is there, but has not got all its uploads; or nil
}

// find looks the package up in the suite.
func (c *cloner) find(ctx context.Context) (err error) {
	if c.opts.Dir != "" { // no need to ask anybody if it cannot be made
		if err := c.checkDir(ctx); err != nil {
			return err
		}
	}
	if c.session, err = openSession(ctx, nil, c.opts.FetchOptions); err != nil {
		return err
	}
	if c.session.opts.Suite == "" {
		if c.session.opts.Suite, err = c.settings.defaultSuite(c.opts.Distro); err != nil {
			return err
		}
	}
	if c.found, err = c.session.find(ctx); err != nil {
		return err
	}
	c.result.ID.Package = c.session.opts.Package
	c.result.Suite = c.found.suite()
	c.result.Branch = Branch(c.result.Suite)
	if c.opts.Dir == "" {
		c.opts.Dir = "./" + c.result.ID.Package
	}
	c.result.Dir = c.opts.Dir
	return nil
}

// checkDir refuses a directory that is there, but for a clone to go on with, and one that
// has no parent.
func (c *cloner) checkDir(ctx context.Context) error {
	err := checkNewDir(c.opts.Dir)
	if _, exists := err.(*DirExistsError); exists {
		return c.checkUnfinished(ctx)
	}
	return err
}

// checkNewDir refuses a directory that is there, and one that has no parent.
func checkNewDir(dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return &DirExistsError{dir}
	} else if !os.IsNotExist(err) {
		return err
	}
	parent := filepath.Dir(dir)
	info, err := os.Stat(parent)
	if os.IsNotExist(err) || err == nil && !info.IsDir() {
		return &NoParentError{parent}
	}
	return err
}

// clone fetches into a new repository, and gives that its name.
func (c *cloner) clone(ctx context.Context) error {
	access := c.found.fetchers[0].access
	products, err := c.products(access, c.opts.Dir)
	if err != nil {
		return err
	}
	for _, f := range c.found.fetchers {
		f.keepAll = true
	}
	tmp, err := newUnfinished(c.opts.Dir)
	if err != nil {
		return err
	}
	defer tmp.remove()
	if err := c.fill(ctx, tmp.path, access, products); err != nil {
		if c.opts.KeepOnError && tmp.finish() == nil {
			err = fmt.Errorf("%w; what there is of the clone is in %s", err, c.opts.Dir)
		}
		return err
	}
	return tmp.finish()
}

// fill makes the new repository in dir.
func (c *cloner) fill(ctx context.Context, dir string, access *Access, products string) error {
	repo, err := gitmap.Init(ctx, dir, c.result.Branch)
	if err != nil {
		return err
	}
	if err := setUpNewTree(ctx, repo, access, c.session.opts.Getenv); err != nil {
		return err
	}
	if err := skipDefaultUpdate(ctx, repo); err != nil {
		return err
	}
	fetched, err := c.fetch(ctx, repo, products, c.found)
	if err != nil {
		return err
	}
	c.result.FetchResult = *fetched
	if err := c.finishTree(ctx, repo); err != nil {
		return err
	}
	if c.opts.Uploads.IsZero() {
		return nil
	}
	return markUnfinished(repo, c.result.ID.Package)
}

// finishTree does what is left to do once all has been fetched.
func (c *cloner) finishTree(ctx context.Context, repo *gitmap.Repo) (err error) {
	if len(c.result.Parts) > 0 { // dgit makes a branch for work on the first of several suites, too
		first := c.result.Parts[0]
		if err := repo.UpdateRefs(ctx, "dgit clone", gitmap.RefUpdate{Ref: branchRef(first.Suite), New: first.Commit}); err != nil {
			return err
		}
	}
	warning, err := addVcsGit(ctx, repo, c.result.VcsGit)
	if err != nil {
		return err
	}
	if warning != "" {
		c.result.Warnings = append(c.result.Warnings, warning)
	}
	if c.result.Tree, err = repo.Tree(ctx, c.result.Commit); err != nil {
		return err
	}
	c.progress("check out")
	return repo.CheckOut(ctx, c.result.Commit)
}
