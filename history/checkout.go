package history

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"debgit/gitmap"
)

// A CheckoutResult tells what Checkout did.
type CheckoutResult struct {
	Branch  string          // the current branch now, such as "dgit/sid"
	Commit  gitmap.CommitID // its tip
	Created bool            // the branch was made
	Fetched *FetchResult    // nil if nothing had to be fetched
}

// Checkout makes the branch for work on a suite the current one. If there is none, it is
// made from the tracking branch, and that is fetched if need be.
//
// Errors that callers may test for are those of [Fetch].
func Checkout(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (*CheckoutResult, error) {
	s, err := openSession(ctx, repo, opts)
	if err != nil {
		return nil, err
	}
	message := s.reflog("dgit checkout " + opts.Suite)
	result, err := s.workBranch(ctx, repo, message)
	if err != nil {
		return nil, err
	}
	if err := repo.Switch(ctx, result.Branch, message); err != nil {
		return nil, fmt.Errorf("check out %s: %w", result.Branch, err)
	}
	return result, nil
}

// workBranch finds the branch for work on a suite, or makes it. The network is only asked
// if neither that nor the tracking branch is called as the suite is.
func (s *session) workBranch(ctx context.Context, repo *gitmap.Repo, message string) (*CheckoutResult, error) {
	suite := s.opts.Suite
	if !isRefName(branchRef(suite)) {
		return nil, &SuitesError{suite, "no suite has such a name"}
	}
	if result, err := localBranch(ctx, repo, suite, message); result != nil || err != nil {
		return result, err
	}
	if strings.Contains(suite, ",") {
		return nil, &SuitesError{suite, "there is no branch of that name, and a new one can be made for one suite only"}
	}
	// Some archives tell the codename of a suite only for a package. What is checked out now need
	// not be one.
	if err := s.completeOptions(ctx, repo); err != nil && !errors.As(err, new(*NotPackageError)) {
		return nil, err
	}
	f, err := s.openSuite(ctx, suite)
	if err != nil {
		return nil, err
	}
	codename := f.suite.Codename()
	if codename != suite {
		if result, err := localBranch(ctx, repo, codename, message); result != nil || err != nil {
			return result, err
		}
	}
	fetched, err := Fetch(ctx, repo, s.opts)
	if err != nil {
		return nil, err
	}
	result, err := newBranch(ctx, repo, codename, fetched.Commit, message)
	if err == nil {
		result.Fetched = fetched
	}
	return result, err
}

// localBranch returns the branch for work on a suite, made from the tracking branch if
// there is only that; nil if there is neither.
func localBranch(ctx context.Context, repo *gitmap.Repo, codename, message string) (*CheckoutResult, error) {
	c, ok, err := repo.Commit(ctx, branchRef(codename))
	if err != nil {
		return nil, err
	}
	if ok {
		return &CheckoutResult{Branch: Branch(codename), Commit: c}, nil
	}
	c, ok, err = repo.Commit(ctx, TrackingRef(codename))
	if err != nil || !ok {
		return nil, err
	}
	return newBranch(ctx, repo, codename, c, message)
}

func newBranch(ctx context.Context, repo *gitmap.Repo, codename string, c gitmap.CommitID, message string) (*CheckoutResult, error) {
	err := repo.UpdateRefs(ctx, message, gitmap.RefUpdate{Ref: branchRef(codename), New: c})
	if err != nil {
		return nil, err
	}
	return &CheckoutResult{Branch: Branch(codename), Commit: c, Created: true}, nil
}
