package gitmap

import (
	"context"
	"errors"
	"strings"
)

// A NoIdentityError says that git does not know in whose name to make a commit.
type NoIdentityError struct{ Cause string } // in git's words

func (e *NoIdentityError) Error() string { return "git does not know who you are: " + e.Cause }

// Identity returns the author and the committer of a commit that the user makes now, each with
// its date, as git has them from its configuration and environment, git-var(1). The error
// is a [*NoIdentityError] if it has none.
func (r *Repo) Identity(ctx context.Context) (author, committer string, err error) {
	if author, err = r.ident(ctx, "GIT_AUTHOR_IDENT"); err != nil {
		return "", "", err
	}
	committer, err = r.ident(ctx, "GIT_COMMITTER_IDENT")
	return author, committer, err
}

func (r *Repo) ident(ctx context.Context, variable string) (string, error) {
	out, err := r.Git(ctx, "var", variable)
	if ge := (*GitError)(nil); errors.As(err, &ge) && strings.Contains(ge.Stderr, "tell me who you are") {
		said := strings.TrimSpace(ge.Stderr) // at length, with the cause in the last line
		return "", &NoIdentityError{strings.TrimPrefix(said[strings.LastIndexByte(said, '\n')+1:], "fatal: ")}
	}
	return strings.TrimSuffix(out, "\n"), err
}
