package history

import (
	"context"
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
// if the suite is named by another name than its branch, or the branch is not there.
func (s *session) workBranch(ctx context.Context, repo *gitmap.Repo, message string) (*CheckoutResult, error) {
	suite := s.opts.Suite
	if !isRefName(BranchRef(suite)) {
		return nil, &SuitesError{suite, "no suite has such a name"}
	}
	if c, ok, err := repo.Commit(ctx, BranchRef(suite)); ok || err != nil {
		return &CheckoutResult{Branch: Branch(suite), Commit: c}, err
	}
	if strings.Contains(suite, ",") {
		return nil, &SuitesError{suite, "there is no branch of that name, and a new one can be made for one suite only"}
	}
	f, err := s.openSuite(ctx, suite)
	if err != nil {
		return nil, err
	}
	codename := f.suite.Codename()
	result := &CheckoutResult{Branch: Branch(codename)}
	var ok bool
	if result.Commit, ok, err = repo.Commit(ctx, BranchRef(codename)); ok || err != nil {
		return result, err
	}
	if result.Commit, ok, err = repo.Commit(ctx, TrackingRef(codename)); err != nil {
		return result, err
	}
	if !ok {
		if result.Fetched, err = Fetch(ctx, repo, s.opts); err != nil {
			return result, err
		}
		result.Commit = result.Fetched.Commit
	}
	result.Created = true
	return result, repo.UpdateRefs(ctx, message, gitmap.RefUpdate{Ref: BranchRef(codename), New: result.Commit})
}
