package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// CloneOptions say what to clone and where to.
type CloneOptions struct {
	Package          string              // a source package, or a binary package of one
	Suite            string              // name or codename; default: the distro's default suite
	Dir              string              // the new directory; default: ./PACKAGE
	Archive          string              // URL or directory of an archive; default: those of APT's configuration
	Keyrings         []string            // files with the keys that may sign Archive
	RequireGitServer bool                // fail if the distro's git server cannot be asked
	Uploads          UploadSelection     // get these, too, with their history; default: none
	CacheDir         string              // default: debgit in the user's cache directory
	Getenv           func(string) string // default: os.Getenv
	Limits           gitmap.Limits       // on the source package; default: those of [gitmap.Import]
	Progress         gitmap.Progress     // default: none
}

// A CloneResult is what Clone made.
type CloneResult struct {
	ID        dsc.ID
	Suite     string          // the codename
	Dir       string          // as given, or ./PACKAGE
	Branch    string          // such as "dgit/sid"
	Commit    gitmap.CommitID // its tip
	Tree      gitmap.ObjectID
	Format    string           // the source format
	Import    *gitmap.Imported // nil if the commit came from the git server
	Files     []string         // paths of the source package's files, beside Dir
	Signers   []dsc.Signer     // of the index of the suite
	GitServer error            // a *GitServerError: why the git server could not be asked; or nil
	DgitField string           // the commit that the .dsc names in its field Dgit and that could not be had; or ""
	Uploads   *UploadHistory   // nil if none was wanted
	Warnings  []string
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
// a new directory, with the files of the source package beside it.
//
// The directory appears under its name when it is complete, or not at all, however
// this process ends; only for a power cut it is git's word that counts, which syncs no
// work tree. What was downloaded stays, so that another try needs not download it again.
//
// Uploads are fetched into the finished clone. If that fails the error is an
// [*UnfinishedUploadsError], and another call goes on with them.
//
// Errors that callers may test for: [*DirExistsError], [*NoParentError], [*GitServerError] (only with
// RequireGitServer), [*ConfigError], and those of [archive.Client] and [gitmap.Import].
func Clone(ctx context.Context, opts CloneOptions) (*CloneResult, error) {
	c := &cloner{opts: opts, result: &CloneResult{}}
	if dir := strings.TrimRight(opts.Dir, "/"); dir != "" {
		c.opts.Dir = dir
	}
	if c.opts.Getenv == nil {
		c.opts.Getenv = os.Getenv
	}
	if err := c.find(ctx); err != nil {
		return nil, err
	}
	if err := c.checkDir(ctx); err != nil {
		return nil, err
	}
	if c.unfinished == nil {
		if err := c.clone(ctx); err != nil {
			return nil, c.about(err)
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
	opts     CloneOptions
	settings *Settings
	client   *archive.Client
	suite    archive.Suite
	upload   *archive.Upload
	access   *Access
	result   *CloneResult

	unfinished *gitmap.Repo // a clone that is there, but has not got all its uploads; or nil
}

// about puts the upload before err, unless something below did.
func (c *cloner) about(err error) error {
	var pe *dsc.PackageError
	if errors.As(err, &pe) || errors.Is(err, context.Canceled) {
		return err
	}
	return &dsc.PackageError{ID: c.result.ID, Err: err}
}

// find looks the package up in the suite.
func (c *cloner) find(ctx context.Context) error {
	if c.opts.Dir != "" { // no need to ask anybody if it cannot be made
		if err := c.checkDir(ctx); err != nil {
			return err
		}
	}
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return err
	}
	c.settings = NewSettings(config, c.opts.Getenv)
	if err := c.openSuite(ctx); err != nil {
		return err
	}
	c.upload, err = c.suite.Find(ctx, c.opts.Package)
	var unknown *archive.UnknownPackageError
	if errors.As(err, &unknown) && unknown.Source != "" {
		c.result.Warnings = append(c.result.Warnings, fmt.Sprintf("%s is a binary package; its source package is %s", c.opts.Package, unknown.Source))
		c.upload, err = c.suite.Find(ctx, unknown.Source)
	}
	if err != nil {
		return err
	}
	c.result.ID = c.upload.ID()
	c.result.Suite = c.suite.Codename()
	c.result.Branch = Branch(c.result.Suite)
	c.result.Signers = c.suite.Signers()
	if c.opts.Dir == "" {
		c.opts.Dir = "./" + c.result.ID.Package
	}
	c.result.Dir = c.opts.Dir
	return nil
}

func (c *cloner) openSuite(ctx context.Context) error {
	var err error
	suite := c.opts.Suite
	if suite == "" {
		if suite, err = c.settings.DefaultSuite(""); err != nil {
			return err
		}
	}
	c.client = archive.NewClient(archive.ClientOptions{CacheDir: c.opts.CacheDir, DscSize: c.opts.Limits.Dsc, Progress: c.opts.Progress,
		Warn: func(err error) { c.warnf("%v; it is passed over", err) }})
	opener := newSuiteOpener(c.client, c.settings, OpenOptions{Archive: c.opts.Archive, Keyrings: c.opts.Keyrings})
	c.suite, c.access, err = opener.open(ctx, suite, c.opts.Package)
	return err
}

// checkDir refuses a directory that is there, and one that has no parent.
func (c *cloner) checkDir(ctx context.Context) error {
	if _, err := os.Lstat(c.opts.Dir); err == nil {
		return c.checkUnfinished(ctx)
	} else if !os.IsNotExist(err) {
		return err
	}
	parent := filepath.Dir(c.opts.Dir)
	info, err := os.Stat(parent)
	if os.IsNotExist(err) || err == nil && !info.IsDir() {
		return &NoParentError{parent}
	}
	return err
}

// clone downloads and imports, and gives the result its name.
func (c *cloner) clone(ctx context.Context) error {
	server, err := gitServerOf(c.access, c.result.ID.Package)
	if err != nil {
		return err
	}
	onServer := func() (bool, error) { return false, nil }
	if server != nil {
		onServer = server.startCheck(ctx)
	}
	parent := filepath.Dir(c.opts.Dir)
	pkg, err := c.client.Fetch(ctx, c.upload, parent)
	if err != nil {
		return err
	}
	defer pkg.Close()
	c.result.Format = pkg.Source().Format
	c.result.Files = []string{filepath.Join(parent, c.upload.Dsc().Name)}
	for _, f := range pkg.Source().Files {
		c.result.Files = append(c.result.Files, filepath.Join(parent, f.Name))
	}
	tmp, err := newUnfinished(c.opts.Dir)
	if err != nil {
		return err
	}
	defer tmp.remove()
	repo, err := gitmap.Init(ctx, tmp.path, c.result.Branch)
	if err != nil {
		return err
	}
	if err := setUpNewTree(ctx, repo, c.access, c.opts.Getenv); err != nil {
		return err
	}
	if err := addVcsGit(ctx, repo, pkg.Source().VcsGit); err != nil {
		return err
	}
	tip, err := c.fetchServer(ctx, repo, server, onServer)
	if err != nil {
		return err
	}
	if err := c.commit(ctx, repo, pkg, tip); err != nil {
		return err
	}
	if err := c.checkOut(ctx, repo); err != nil {
		return err
	}
	if !c.opts.Uploads.IsZero() {
		if err := markUnfinished(repo, c.result.ID.Package); err != nil {
			return err
		}
	}
	return tmp.finish()
}

// fetchServer returns the tip of the suite on the git server, or zero. That the
// server cannot be asked is an error only if the caller wants it so.
func (c *cloner) fetchServer(ctx context.Context, repo *gitmap.Repo, server *gitServer, onServer func() (bool, error)) (tip gitmap.CommitID, err error) {
	has, err := onServer()
	if has {
		c.progress("fetch from the git server")
		tip, err = server.fetch(ctx, repo, c.result.Suite)
	}
	var unreachable *GitServerError
	if errors.As(err, &unreachable) && ctx.Err() == nil && !c.opts.RequireGitServer {
		c.result.GitServer = unreachable
		return tip, nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return tip, err
}

// commit decides what the suite branch is, by what the archive and the git server
// hold, and sets the refs.
func (c *cloner) commit(ctx context.Context, repo *gitmap.Repo, pkg *dsc.Package, tip gitmap.CommitID) error {
	uploaded, err := c.uploadedCommit(ctx, repo, pkg)
	if err != nil {
		return err
	}
	pack, err := repo.NewPack(ctx)
	if err != nil {
		return err
	}
	defer pack.Abort()
	var imported *recordedImport
	if uploaded.IsZero() {
		opts := gitmap.ImportOptions{Limits: c.opts.Limits, Progress: c.opts.Progress}
		if imported, err = importRecorded(ctx, pack, pkg, nil, opts); err != nil {
			return err
		}
		c.result.Import = imported.Imported
	}
	c.result.Commit, err = c.combine(ctx, repo, pack, uploaded, tip)
	if err != nil {
		return err
	}
	if err := pack.Finish(); err != nil {
		return err
	}
	if c.result.Import == nil {
		imported = nil
		if c.result.Tree, err = repo.Tree(ctx, c.result.Commit); err != nil {
			return err
		}
	} else {
		c.result.Tree = c.result.Import.Tree // that of a merge, too
	}
	return publish(ctx, repo, "dgit fetch", nil, importList(imported),
		gitmap.RefUpdate{Ref: TrackingRef(c.result.Suite), New: c.result.Commit})
}

// uploadedCommit returns the commit that the field Dgit of the .dsc names, if it
// can be had; else zero.
func (c *cloner) uploadedCommit(ctx context.Context, repo *gitmap.Repo, pkg *dsc.Package) (id gitmap.CommitID, err error) {
	value := pkg.Source().DgitRef
	if value == "" {
		return id, nil
	}
	field, err := parseDgitField(c.upload.Dsc().Name, value)
	if err != nil {
		return id, err
	}
	id, ok, err := repo.Commit(ctx, field.commit.String())
	if err == nil && !ok {
		c.result.DgitField = field.commit.String()
	}
	return id, err
}

// combine is the table of dgit's fetch for a repository without history of its
// own: uploaded is what the .dsc names, or zero if it has been imported; tip is what the
// git server has, or zero. Without an import in what it returns, the result has none either.
func (c *cloner) combine(ctx context.Context, repo *gitmap.Repo, pack *gitmap.Pack, uploaded, tip gitmap.CommitID) (gitmap.CommitID, error) {
	pkg, codename := c.result.ID.Package, c.result.Suite
	if tip.IsZero() || tip == uploaded {
		if c.result.Import != nil {
			return c.result.Import.Commit, nil
		}
		return uploaded, nil
	}
	server, err := inputOf(ctx, repo, tip, whatServer)
	if err != nil {
		return tip, err
	}
	if c.result.Import == nil {
		return c.combineCommits(ctx, repo, pack, uploaded, server)
	}
	imported := importInput(c.result.Import)
	order, err := server.version.Compare(imported.version)
	if err != nil {
		return tip, err
	}
	switch {
	case order < 0:
		return recordUpload(pack, pkg, codename, server, *imported)
	case order > 0:
		c.warnf("the git server has version %s, but the archive only %s", server.version, imported.version)
	}
	c.result.Import = nil
	return tip, nil
}

// combineCommits is combine for an upload whose commit is there.
func (c *cloner) combineCommits(ctx context.Context, repo *gitmap.Repo, pack *gitmap.Pack, uploaded gitmap.CommitID, server mergeInput) (gitmap.CommitID, error) {
	behind, err := repo.IsAncestor(ctx, uploaded, server.commit)
	if err != nil {
		return uploaded, err
	}
	if behind {
		c.warnf("the archive is behind the git server, which has version %s", server.version)
		return server.commit, nil
	}
	ahead, err := repo.IsAncestor(ctx, server.commit, uploaded)
	if err != nil || ahead {
		return uploaded, err
	}
	field, err := inputOf(ctx, repo, uploaded, whatField)
	if err != nil {
		return uploaded, err
	}
	return merge(pack, c.result.ID.Package, c.result.Suite, []mergeInput{field, server})
}

// progress reports the start of a phase whose size is not known.
func (c *cloner) progress(phase string) {
	if c.opts.Progress != nil {
		c.opts.Progress(phase, 0, -1)
	}
}

func (c *cloner) warnf(format string, args ...any) {
	c.result.Warnings = append(c.result.Warnings, fmt.Sprintf(format, args...))
}

func (c *cloner) checkOut(ctx context.Context, repo *gitmap.Repo) error {
	c.progress("check out")
	return repo.CheckOut(ctx, c.result.Commit)
}
