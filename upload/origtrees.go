package upload

import (
	"context"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// OrigOptions are the options of [OrigTrees].
type OrigOptions struct {
	Limits   gitmap.Limits
	Progress gitmap.Progress
}

// A FormatError says that a source package has no orig tarballs with patches beside them.
type FormatError struct{ Format string }

func (e *FormatError) Error() string {
	return "the source format is " + e.Format + ", but only " + FormatQuilt + " has patches beside upstream's files"
}

// OrigTrees works out the trees that the orig tarballs in dirs make with the packaging of pkg. It writes
// objects, and remembers the tarballs for the next time; no other ref moves.
//
// The error is a [*FormatError] for other formats than 3.0 (quilt), a [*dsc.NoOrigError] or a
// [*dsc.DuplicateOrigError] if the tarballs are not as they should be, and else one of
// [gitmap.Pack.QuiltTrees]; it is in a [*dsc.PackageError].
func OrigTrees(ctx context.Context, pkg *Package, dirs []string, opts OrigOptions) (*gitmap.QuiltTrees, error) {
	if pkg.Format != FormatQuilt {
		return nil, pkg.wrap(&FormatError{pkg.Format})
	}
	trees, err := origTrees(ctx, pkg, dirs, opts)
	return trees, pkg.wrap(err)
}

// wrap names the upload in an error, if that is not done yet.
func (p *Package) wrap(err error) error {
	if _, named := err.(*dsc.PackageError); named || err == nil {
		return err
	}
	return &dsc.PackageError{ID: p.ID, Err: err}
}

func origTrees(ctx context.Context, pkg *Package, dirs []string, opts OrigOptions) (*gitmap.QuiltTrees, error) {
	tree, err := pkg.Repo.Tree(ctx, pkg.Head)
	if err != nil {
		return nil, err
	}
	return origTreesOf(ctx, pkg, tree, dirs, opts)
}

// origTreesOf is origTrees with the packaging of another tree than HEAD's.
func origTreesOf(ctx context.Context, pkg *Package, tree gitmap.ObjectID, dirs []string, opts OrigOptions) (*gitmap.QuiltTrees, error) {
	origs, err := dsc.OpenOrigs(dirs, pkg.ID)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, c := range origs {
			c.Close()
		}
	}()
	known, err := history.RememberedTarballs(ctx, pkg.Repo)
	if err != nil {
		return nil, err
	}
	pack, err := pkg.Repo.NewPack(ctx)
	if err != nil {
		return nil, err
	}
	defer pack.Abort()
	trees, err := pack.QuiltTrees(ctx, pkg.ID, origs, tree, gitmap.ImportOptions{Limits: opts.Limits, Progress: opts.Progress, Remembered: known})
	if err != nil {
		return nil, err
	}
	if err := pack.Finish(); err != nil {
		return nil, err
	}
	return trees, history.RememberTarballs(ctx, pkg.Repo, known, trees.Memories)
}
