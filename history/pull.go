package history

import (
	"context"
	"fmt"
	"slices"

	"debgit/gitmap"
)

// PullOptions say what to fetch, and how the branch is kept.
type PullOptions struct {
	FetchOptions
	AllowUnrelated bool   // merge histories without a common commit, too
	QuiltMode      string // default: the configured one, or else DefaultMode
	DefaultMode    string // default: what the patches of the branch show
	SplitView      string // "auto", "always" or "never"; default: the configured one
}

// A SplitViewError says that the archive view cannot be merged into a branch that has the
// maintainer view.
type SplitViewError struct{ QuiltMode string }

func (e *SplitViewError) Error() string {
	return fmt.Sprintf("the branch has the maintainer view of a 3.0 (quilt) package (split view, quilt mode %s): the archive view cannot be merged into it", e.QuiltMode)
}

// Pull fetches a suite and merges its tracking branch into the current branch.
//
// Errors that callers may test for are those of [Fetch], [*SplitViewError] and
// [*gitmap.MergeConflictError]. If it is the merge that fails, the result is there, too.
func Pull(ctx context.Context, repo *gitmap.Repo, opts PullOptions) (*FetchResult, error) {
	if err := checkNotSplit(ctx, repo, opts); err != nil {
		return nil, err
	}
	result, err := Fetch(ctx, repo, opts.FetchOptions)
	if err != nil || opts.DryRun {
		return result, err
	}
	message := fmt.Sprintf("Merge from %s [dgit]", result.Suite)
	err = repo.Merge(ctx, TrackingRef(result.Suite), message, gitmap.MergeOptions{AllowUnrelated: opts.AllowUnrelated})
	return result, err
}

// splittingModes are the quilt modes in which the branch has the maintainer view.
var splittingModes = []string{"gbp", "unapplied", "dpm", "baredebian", "baredebian+git", "baredebian+tarball"}

// checkNotSplit refuses a work tree that has the maintainer view.
func checkNotSplit(ctx context.Context, repo *gitmap.Repo, opts PullOptions) error {
	w, err := openWork(repo)
	if err != nil {
		return err
	}
	defer w.close()
	format, err := w.sourceFormat()
	if err != nil || format != "3.0 (quilt)" {
		return err
	}
	s, err := openSession(ctx, repo, opts.FetchOptions)
	if err != nil {
		return err
	}
	suite := opts.Suite
	if suite == "" {
		if suite, err = w.suite(ctx, s); err != nil {
			return err
		}
	}
	access, err := s.settings.Access(AccessOptions{Distro: opts.Distro, Suite: suite})
	if err != nil {
		return err
	}
	mode, err := access.QuiltMode(opts.QuiltMode)
	if err == nil && mode == "" {
		if mode = opts.DefaultMode; mode == "" {
			mode, err = w.shownMode()
		}
	}
	if err != nil {
		return err
	}
	always, _, err := access.SplitView(opts.SplitView)
	if err != nil {
		return err
	}
	if always || slices.Contains(splittingModes, mode) {
		return &SplitViewError{mode}
	}
	return nil
}

// shownMode returns the quilt mode of a maintainer view, if the patches show that the work tree has one, or else
// "".
func (w *work) shownMode() (string, error) {
	x, err := examinePatches(w.files)
	switch {
	case err != nil:
		return "", err
	case x.State == PatchesUnapplied:
		return "gbp", nil
	case x.State == PackagingOnly:
		return "baredebian", nil
	}
	return "", nil
}
