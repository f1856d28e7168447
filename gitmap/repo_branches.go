package gitmap

import (
	"context"
	"fmt"
	"strings"
)

// CurrentBranch returns the ref that HEAD is a symbolic ref to, or "" if it is detached.
// The branch need not exist yet.
func (r *Repo) CurrentBranch(ctx context.Context) (string, error) {
	out, err := r.Git(ctx, "symbolic-ref", "--quiet", "HEAD")
	if exitStatus(err) == 1 {
		return "", nil
	}
	return strings.TrimSuffix(out, "\n"), err
}

// Switch makes a branch, by its name without refs/heads/, the current one, and its files
// those of the work tree. The reflog of HEAD gets the message. What is changed in the work tree
// is kept, or else git refuses.
func (r *Repo) Switch(ctx context.Context, branch, message string) error {
	cmd := gitCommand(ctx, r.workTree, "checkout", "-q", branch, "--")
	cmd.Env = append(cmd.Env, "GIT_REFLOG_ACTION="+message)
	_, err := outputOf(ctx, cmd)
	return err
}

// A MergeConflictError says that a merge waits for the user to resolve it.
type MergeConflictError struct{ Paths []string }

func (e *MergeConflictError) Error() string {
	return fmt.Sprintf("merge: conflicts in %s", strings.Join(e.Paths, ", "))
}

// MergeOptions are the options of [Repo.Merge].
type MergeOptions struct {
	AllowUnrelated bool // histories without a common commit are merged, too
}

// Merge merges c, a ref or a commit, into the current branch as git merge does, with that
// message if it makes a commit. If there are conflicts they are left in the work tree, and the
// error is a [*MergeConflictError].
func (r *Repo) Merge(ctx context.Context, c, message string, opts MergeOptions) error {
	args := []string{"merge", "-q", "-m", message}
	if opts.AllowUnrelated {
		args = append(args, "--allow-unrelated-histories")
	}
	_, err := r.Git(ctx, append(args, c)...)
	if exitStatus(err) != 1 {
		return err
	}
	out, listErr := r.Git(ctx, "diff", "--name-only", "--diff-filter=U", "-z")
	if listErr != nil || out == "" {
		return err
	}
	return &MergeConflictError{strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")}
}

// FastForward moves the current branch, or a detached HEAD, with index and work tree forward to c, a
// descendant. git refuses if that would change what is not committed. The reflog gets the message.
func (r *Repo) FastForward(ctx context.Context, c CommitID, message string) error {
	cmd := gitCommand(ctx, r.workTree, "merge", "-q", "--ff-only", "--no-verify", c.String())
	cmd.Env = append(cmd.Env, "GIT_REFLOG_ACTION="+message)
	_, err := outputOf(ctx, cmd)
	return err
}

// MoveBack undoes FastForward: it makes the current branch, index and work tree those of c. What is
// not committed is kept, or else git refuses.
func (r *Repo) MoveBack(ctx context.Context, c CommitID, message string) error {
	cmd := gitCommand(ctx, r.workTree, "reset", "-q", "--keep", c.String(), "--")
	cmd.Env = append(cmd.Env, "GIT_REFLOG_ACTION="+message)
	_, err := outputOf(ctx, cmd)
	return err
}
