package history

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/gitmap"
)

// CloneDscOptions say of which .dsc to make a repository, and where.
type CloneDscOptions struct {
	ImportDscOptions        // Dsc may be a URL; Branch and SourceDir do not count
	Suite            string // whose branch it goes to; default: the default suite
	Dir              string // the new directory; default: ./PACKAGE
}

// A CloneDscResult is what CloneDsc made.
type CloneDscResult struct {
	ImportDscResult
	Dir    string // as given, or ./PACKAGE
	Branch string // such as "dgit/sid"
}

// CloneDsc makes a repository of the source package that a .dsc describes, in a new
// directory, as [Clone] does of one that an archive has: with its files beside it, and the
// branch of a suite. A fetch of that suite then shows what is different in the archive.
// What a suite is called, no archive is asked.
//
// Nothing but the signature of the .dsc vouches for it. Errors that callers may test
// for: [*DirExistsError], [*NoParentError], [*NameError], and those of [archive.Client] and
// [ImportDsc].
func CloneDsc(ctx context.Context, opts CloneDscOptions) (*CloneDscResult, error) {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return nil, err
	}
	c := &dscCloner{opts: opts, settings: NewSettings(config, opts.Getenv), result: &CloneDscResult{}}
	if c.opts.Suite == "" {
		if c.opts.Suite, err = c.settings.defaultSuite(""); err != nil {
			return nil, err
		}
	}
	c.result.Branch = Branch(archive.UsualCodename(c.opts.Suite))
	if err := c.download(ctx); err != nil {
		return nil, err
	}
	return c.result, c.clone(ctx)
}

// dscCloner is what one call of CloneDsc works on.
type dscCloner struct {
	opts     CloneDscOptions
	settings *Settings
	result   *CloneDscResult
}

// download decides where the clone goes, and brings the files of the .dsc beside it.
func (c *dscCloner) download(ctx context.Context) error {
	dir := strings.TrimRight(c.opts.Dir, "/")
	if dir != "" { // no need to read anything if it cannot be made
		if err := checkNewDir(dir); err != nil {
			return err
		}
	}
	if !strings.Contains(c.opts.Dsc, "://") { // that it is not there is no mirror's fault
		if _, err := os.Stat(c.opts.Dsc); err != nil {
			return err
		}
	}
	client := archive.NewClient(archive.ClientOptions{DscSize: c.opts.Limits.Dsc, Progress: c.opts.Progress})
	upload, err := client.OpenDsc(ctx, c.opts.Dsc, archive.HTTPOptions{})
	if place, ok := errors.AsType[*archive.PlaceError](err); ok {
		err = &NameError{c.opts.Dsc, place.Err}
	}
	if err != nil {
		return err
	}
	if dir == "" {
		dir = "./" + upload.ID().Package
		if err := checkNewDir(dir); err != nil {
			return err
		}
	}
	c.result.Dir = dir
	pkg, err := client.Fetch(ctx, upload, filepath.Dir(dir))
	if err != nil {
		return err
	}
	c.opts.Dsc = filepath.Join(filepath.Dir(dir), upload.Dsc().Name)
	return pkg.Close()
}

// clone makes the repository, and gives it its name.
func (c *dscCloner) clone(ctx context.Context) error {
	access, err := c.settings.Access(AccessOptions{Suite: c.opts.Suite})
	if err != nil {
		return err
	}
	pkg, err := openSigned(c.opts.ImportDscOptions, &c.result.ImportDscResult)
	if err != nil {
		return err
	}
	defer pkg.Close()
	tmp, err := newUnfinished(c.result.Dir)
	if err != nil {
		return err
	}
	defer tmp.remove()
	repo, err := gitmap.Init(ctx, tmp.path, c.result.Branch)
	if err != nil {
		return err
	}
	if err := setUpNewTree(ctx, repo, access, c.opts.Getenv); err != nil {
		return err
	}
	if err := skipDefaultUpdate(ctx, repo); err != nil {
		return err
	}
	warning, err := addVcsGit(ctx, repo, pkg.Source().VcsGit)
	if err != nil {
		return err
	}
	if warning != "" {
		c.result.Warnings = append(c.result.Warnings, warning)
	}
	ref := "refs/heads/" + c.result.Branch
	target := &importTarget{repo: repo, opts: c.opts.ImportDscOptions, ref: ref, moved: ref}
	if err := target.fill(ctx, pkg, &c.result.ImportDscResult); err != nil {
		return err
	}
	c.result.Ref = ref
	if err := repo.CheckOut(ctx, c.result.Commit); err != nil {
		return err
	}
	return tmp.finish()
}
