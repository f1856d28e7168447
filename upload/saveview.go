package upload

import (
	"context"
	"fmt"

	"debgit/gitmap"
	"debgit/history"
)

// A SaveError says that a view cannot be saved as a ref.
type SaveError struct {
	Ref    string
	Reason string
}

func (e *SaveError) Error() string {
	return fmt.Sprintf("save the archive view as %q: %s", e.Ref, e.Reason)
}

// SaveView lets a ref name a view, whatever it named before: a branch, unless the name begins with
// "refs/". It returns the whole name. The error is a [*SaveError] if git allows no such name, or
// if it is a branch that is checked out.
func SaveView(ctx context.Context, repo *gitmap.Repo, name string, v *View) (ref string, err error) {
	if ref, err = viewRef(ctx, repo, name); err != nil {
		return "", err
	}
	old, _, err := repo.Commit(ctx, ref)
	if err != nil {
		return "", err
	}
	return ref, repo.UpdateRefs(ctx, "debgit: archive view", gitmap.RefUpdate{Ref: ref, New: v.Commit, Old: old})
}

// viewRef returns the ref of that name, if a view may be saved as that.
func viewRef(ctx context.Context, repo *gitmap.Repo, name string) (string, error) {
	ref, ok := history.RefNamed(name)
	if !ok {
		return "", &SaveError{name, "that is no name for a ref"}
	}
	dir, err := repo.CheckedOut(ctx, ref)
	if err == nil && dir != "" {
		err = &SaveError{ref, "it is checked out in " + dir}
	}
	return ref, err
}
