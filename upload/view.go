package upload

import (
	"context"

	"debgit/gitmap"
)

// ViewOptions are the options of [MakeView].
type ViewOptions struct {
	Mode     QuiltMode // of 3.0 (quilt); default: [Linear]
	Split    bool      // the archive view is beside the branch, even if Mode does not ask for that
	OrigDir  string    // where the orig tarballs are
	Upstream string    // for the modes without upstream's files: the commit that has them, as gitrevisions(7) names it; default: upstream's tag
	Forces   Forces
	Limits   gitmap.Limits
	Progress gitmap.Progress
}

// A View is the archive view of a package: a commit whose tree is what the source package will
// unpack to.
type View struct {
	Commit gitmap.CommitID
	Mode   QuiltMode // "" unless the format is 3.0 (quilt)
	Split  bool      // Commit is beside the branch, which stays as it is
	Made   []Made    // on top of the branch, or beside it; oldest first
}

// Made is a commit that was made for a view.
type Made struct {
	Commit gitmap.CommitID
	What   string // in a few words
}

// MakeView makes the archive view of pkg.
func MakeView(ctx context.Context, pkg *Package, opts ViewOptions) (*View, error) {
	v := &View{Commit: pkg.Head, Split: opts.Split}
	if pkg.Format == FormatQuilt {
		v.Mode = opts.Mode
	}
	return v, nil
}
