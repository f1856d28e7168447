package upload

import (
	"context"
	"fmt"

	"debgit/gitmap"
)

// A Fixup is what a branch needs before its source package can be built: commits on top of it.
type Fixup struct {
	Package *Package
	View    *View
}

// A DirtyError says that files are changed in the work tree, which may be meant to be committed
// first.
type DirtyError struct{ Paths []string }

func (e *DirtyError) Error() string {
	text := fmt.Sprintf("%q is changed in the work tree, but not committed", e.Paths[0])
	if n := len(e.Paths) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// PlanFixup works out the commits, and moves nothing. The errors are those of [MakeView].
func PlanFixup(ctx context.Context, pkg *Package, opts ViewOptions) (*Fixup, error) {
	view, err := MakeView(ctx, pkg, opts)
	if err != nil {
		return nil, err
	}
	return &Fixup{pkg, view}, nil
}

// moves says whether the branch gets the commits.
func (f *Fixup) moves() bool { return !f.View.Split && f.View.Commit != f.Package.Head }

// Check refuses a work tree that is not as HEAD is, with a [*DirtyError] in a [*dsc.PackageError]; but for
// one that is as the fixup wants it, as after an earlier one that was cut short.
func (f *Fixup) Check(ctx context.Context) error {
	if !f.moves() {
		return nil
	}
	state, err := f.Package.Repo.WorkState(ctx)
	if err != nil || state.IsClean() {
		return f.Package.wrap(err)
	}
	left, err := f.Package.Repo.DiffFiles(ctx, gitmap.ObjectID(f.View.Commit), gitmap.ObjectID{})
	if err != nil {
		return f.Package.wrap(err)
	}
	if len(left) == 0 && len(state.Conflicts) == 0 {
		return nil
	}
	return f.Package.wrap(&DirtyError{append(state.Conflicts, state.Changed...)})
}

// Apply moves the branch, index and work tree to the commits. It refuses, with all as it was, if the
// branch is not where it was when the fixup was planned.
func (f *Fixup) Apply(ctx context.Context) error {
	if !f.moves() {
		return nil
	}
	head, ok, err := f.Package.Repo.Commit(ctx, "HEAD")
	if err == nil && (!ok || head != f.Package.Head) {
		err = fmt.Errorf("HEAD has moved from %.12s to %.12s meanwhile", f.Package.Head, head)
	}
	if err == nil {
		err = f.Package.Repo.FastForward(ctx, f.View.Commit, "debgit quilt-fixup")
	}
	return f.Package.wrap(err)
}

// Patches returns what the commits change, as a patch for people.
func (f *Fixup) Patches(ctx context.Context) (string, error) {
	if !f.moves() {
		return "", nil
	}
	text, err := f.Package.Repo.DiffText(ctx, gitmap.ObjectID(f.Package.Head), gitmap.ObjectID(f.View.Commit))
	return text, f.Package.wrap(err)
}
