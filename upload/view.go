package upload

import (
	"context"
	"fmt"

	"debgit/gitmap"
)

// ViewOptions are the options of [MakeView].
type ViewOptions struct {
	Mode     QuiltMode // of 3.0 (quilt); default: that of the layout that the branch has, see [DetectLayout]
	Split    bool      // the archive view is beside the branch, even if the mode does not ask for that
	NoSplit  bool      // it may not be: quilt modes that ask for it are refused
	OrigDirs []string  // where the orig tarballs are looked for, in this order
	Upstream string    // for the modes without upstream's files: the commit that has them, as gitrevisions(7) names it; default: upstream's tag
	Forces   Forces
	Limits   gitmap.Limits
	Progress gitmap.Progress

	// How dpkg-source is run, if it makes the only patch of a package.
	Programs Programs
	Terminal Terminal

	known *gitmap.QuiltTrees // what the tarballs make with HEAD, if that has been worked out
}

// A View is the archive view of a package: a commit whose tree is what the source package will
// unpack to.
type View struct {
	Commit gitmap.CommitID
	Mode   QuiltMode       // "" unless the format is 3.0 (quilt)
	Split  bool            // Commit is beside the branch, which stays as it is
	Made   []Made          // on top of the branch, or beside it; oldest first
	Layout *DetectedLayout // if that told the mode; or nil
}

// Made is a commit that was made for a view.
type Made struct {
	Commit gitmap.CommitID
	What   string // in a few words
}

// A SplitNeededError says that a quilt mode is about the maintainer view, but the archive view may
// not be another one.
type SplitNeededError struct{ Mode QuiltMode }

func (e *SplitNeededError) Error() string {
	return fmt.Sprintf("in quilt mode %s the branch has the maintainer view, so a split view is needed", e.Mode)
}

// MakeView makes the archive view of pkg. It writes objects, and remembers for the next time orig
// tarballs, and a split view that would be another commit then; it moves no other ref and touches no
// work tree.
//
// Errors are in a [*dsc.PackageError]. Those that say what stands against a view are a
// [*dsc.NoOrigError] or [*dsc.DuplicateOrigError] about the tarballs, a [*gitmap.PatchesError], an
// [*UnrepresentableError], a [*QuiltError], a [*LinearError], a [*gitmap.NoDebrebaseError] and a
// [*gitmap.NoIdentityError]; for a maintainer view a [*SplitNeededError], a [*SinglePatchError], an [*IgnorePatchesError], a [*BesideDebianError], an
// [*UpstreamTagError] or a [*GBPConfError].
func MakeView(ctx context.Context, pkg *Package, opts ViewOptions) (*View, error) {
	if pkg.Format != FormatQuilt {
		return &View{Commit: pkg.Head, Split: opts.Split}, nil
	}
	if opts.Mode == "" {
		return makeDetectedView(ctx, pkg, opts)
	}
	if opts.NoSplit && opts.Mode.IsSplitting() {
		return nil, pkg.wrap(&SplitNeededError{opts.Mode})
	}
	v := &View{Commit: pkg.Head, Mode: opts.Mode, Split: opts.Split || opts.Mode.IsSplitting()}
	m, err := newMaker(ctx, pkg, opts, v)
	if err != nil {
		return nil, pkg.wrap(err)
	}
	defer m.close()
	switch {
	case opts.Mode.IsSplitting():
		err = makeSplitView(ctx, m)
	case opts.Split:
		err = m.makeRecorded(ctx)
	default:
		err = m.makeApplied(ctx)
	}
	if err != nil {
		return nil, pkg.wrap(err)
	}
	return v, nil
}

// A maker makes one view.
type maker struct {
	pkg     *Package
	repo    *gitmap.Repo
	opts    ViewOptions
	trees   *gitmap.TreeReader
	commits *gitmap.CommitReader
	head    gitmap.ObjectID // the tree of pkg.Head
	view    *View           // Commit is the last one that was made

	noDebrebase *gitmap.NoDebrebaseError // git-debrebase would be needed for the patches, and is not there
}

func newMaker(ctx context.Context, pkg *Package, opts ViewOptions, view *View) (m *maker, err error) {
	m = &maker{pkg: pkg, repo: pkg.Repo, opts: opts, view: view}
	if m.head, err = m.repo.Tree(ctx, pkg.Head); err != nil {
		return nil, err
	}
	if m.trees, err = m.repo.NewTreeReader(ctx); err != nil {
		return nil, err
	}
	if m.commits, err = m.repo.NewCommitReader(ctx); err != nil {
		m.trees.Close()
		return nil, err
	}
	return m, nil
}

func (m *maker) close() {
	m.trees.Close()
	m.commits.Close()
}

// readOrigs works out what the tarballs make with the branch, and with commits that were put on it.
func (m *maker) readOrigs(ctx context.Context) (*gitmap.QuiltTrees, error) {
	if m.opts.known != nil && len(m.view.Made) == 0 {
		return m.opts.known, nil
	}
	return origTrees(ctx, m.pkg, m.opts.OrigDirs, OrigOptions{m.opts.Limits, m.opts.Progress})
}

// made notes a commit on top of those of the view so far.
func (m *maker) made(c gitmap.CommitID, what string) {
	m.view.Commit = c
	m.view.Made = append(m.view.Made, Made{c, what})
}

// file returns the content of a file of the package, "" if there is none.
func (m *maker) file(path string) (string, error) {
	data, err := m.commits.File(m.pkg.Head, path)
	if isMissing(err) {
		return "", nil
	}
	return string(data), err
}
