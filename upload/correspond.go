package upload

import (
	"context"
	"fmt"
	"slices"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// A CorrespondenceError says that a source package does not unpack to the tree that it should.
type CorrespondenceError struct {
	Commit      gitmap.CommitID // whose tree it should unpack to
	Tree        gitmap.ObjectID // to which it unpacks, in the repository
	Differences []Difference    // in git's order
}

// A Difference is a file that is not the same in a commit and in the source package.
type Difference struct {
	Path  string
	What  string // such as "not in the source package"
	Cause string // what is the likely reason; or ""
}

func (e *CorrespondenceError) Error() string {
	text := fmt.Sprintf("the source package does not unpack to what commit %.12s has", e.Commit)
	const most = 20
	for i, d := range e.Differences {
		if i == most {
			return fmt.Sprintf("%s\n%d files more", text, len(e.Differences)-most)
		}
		text += "\n" + d.Path + ": " + d.What
		if d.Cause != "" {
			text += "; " + d.Cause
		}
	}
	return text
}

// CorrespondOptions are the options of [Correspond].
type CorrespondOptions struct {
	Limits   gitmap.Limits
	Progress gitmap.Progress
}

// Correspond finds out whether the source package at dscPath unpacks to just the tree of a
// commit, but for what git cannot hold. It unpacks in memory, which gives the same
// files as "dpkg-source -x": the tests of gitmap compare both.
//
// The error is in a [*dsc.PackageError], and is a [*CorrespondenceError] if the trees differ. Then,
// and only then, the files that were unpacked are kept in the repository, for git diff.
func Correspond(ctx context.Context, pkg *Package, dscPath string, commit gitmap.CommitID, opts CorrespondOptions) error {
	want, err := pkg.Repo.Tree(ctx, commit)
	if err != nil {
		return err
	}
	u, err := unpackDsc(ctx, pkg.Repo, dscPath, opts.Limits, opts.Progress)
	if err != nil {
		return pkg.wrap(err)
	}
	defer u.pack.Abort()
	if u.tree == want {
		return nil
	}
	if err := u.pack.Finish(); err != nil {
		return pkg.wrap(err)
	}
	e := &CorrespondenceError{Commit: commit, Tree: u.tree}
	if e.Differences, err = findCauses(ctx, pkg, u.source, want, u.tree); err != nil {
		return pkg.wrap(err)
	}
	return pkg.wrap(e)
}

// unpacked is what a .dsc unpacks to.
type unpacked struct {
	source *dsc.Source
	tree   gitmap.ObjectID
	pack   *gitmap.Pack // that has the tree; not finished
}

// unpackDsc unpacks the source package at path into a pack. Orig tarballs that were unpacked
// before are remembered.
func unpackDsc(ctx context.Context, repo *gitmap.Repo, path string, limits gitmap.Limits, progress gitmap.Progress) (*unpacked, error) {
	pkg, err := dsc.OpenLocal(path, dsc.LocalOptions{DscSize: limits.Dsc})
	if err != nil {
		return nil, err
	}
	defer pkg.Close()
	known, err := history.RememberedTarballs(ctx, repo)
	if err != nil {
		return nil, err
	}
	pack, err := repo.NewPack(ctx)
	if err != nil {
		return nil, err
	}
	imp, err := pack.Import(ctx, pkg, gitmap.ImportOptions{Limits: limits, Remembered: known, Progress: progress})
	if err != nil {
		pack.Abort()
		return nil, err
	}
	return &unpacked{pkg.Source(), imp.Tree, pack}, nil
}

// findCauses compares the tree that a source package should unpack to with the one that it
// unpacks to.
func findCauses(ctx context.Context, pkg *Package, source *dsc.Source, want, got gitmap.ObjectID) ([]Difference, error) {
	reader, err := pkg.Repo.NewTreeReader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	changes, err := reader.Changes(got, want, nil)
	if err != nil {
		return nil, err
	}
	c := &causes{format: source.Format, reader: reader, native: len(source.Files) == 1}
	if err := c.readOptions(reader.Files(want)); err != nil {
		return nil, err
	}
	var list []Difference
	for _, change := range changes {
		d, err := c.explain(change)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return slices.Clip(list), nil
}
