package gitmap

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// A NoDebrebaseError says that git-debrebase(1) is not installed.
type NoDebrebaseError struct{}

func (*NoDebrebaseError) Error() string { return "git-debrebase is not installed" }

// MakeDebrebasePatches has git-debrebase(1) bring debian/patches of a branch of its kind up to date, and
// returns the commit that it makes for that, on top of c; c itself if there is nothing to do. It works in
// a work tree of its own, for the time being, so that neither the user's nor a ref changes.
//
// The error is a [*NoDebrebaseError] if that program is not there.
func (r *Repo) MakeDebrebasePatches(ctx context.Context, c CommitID) (CommitID, error) {
	dir, err := os.MkdirTemp("", "debgit-")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(dir)
	work := filepath.Join(dir, "work")
	const noHooks = "core.hooksPath=" + os.DevNull
	if _, err := r.Git(ctx, "-c", noHooks, "worktree", "add", "--quiet", "--detach", work, c.String()); err != nil {
		return c, err
	}
	// Whatever happens, also a cancelled context, the repository must not keep the work tree in its list.
	defer r.Git(context.WithoutCancel(ctx), "worktree", "remove", "--force", work)
	const upToDate = 7 // that no patch could be made anew for a reason that the caller will find, too
	err = runDebrebase(ctx, work, "-c", noHooks, "debrebase", "--noop-ok", "-funclean-mixed", "-funclean-ordering", "make-patches", "--quiet-would-amend")
	if err != nil && exitStatus(err) != upToDate {
		return c, err
	}
	out, err := runGit(ctx, work, nil, "rev-parse", "--verify", "HEAD^{commit}")
	if err != nil {
		return c, err
	}
	return ParseCommitID(strings.TrimSpace(out))
}

func runDebrebase(ctx context.Context, dir string, args ...string) error {
	_, err := runGit(ctx, dir, nil, args...)
	if ge := (*GitError)(nil); errors.As(err, &ge) && strings.Contains(ge.Stderr, "'debrebase' is not a git command") {
		return &NoDebrebaseError{}
	}
	return err
}
