package upload

import (
	"context"
	"errors"
	"strings"

	"debgit/gitmap"
	"debgit/history"
)

// debrebaseSearched is how many commits are looked at for a trace of git-debrebase(1), which leaves one
// below the patches of each upstream version.
const debrebaseSearched = 1000

// isDebrebase says whether a branch is kept with git-debrebase: it has been rebased, and is not tied
// to what it was before; or a commit is by git-debrebase.
func (p *Package) isDebrebase(ctx context.Context, commits *gitmap.CommitReader) (bool, error) {
	unstitched, err := isUnstitched(ctx, p)
	if unstitched || err != nil {
		return unstitched, err
	}
	c := p.Head
	for range debrebaseSearched {
		commit, err := commits.Read(c)
		if isMissing(err) { // where the history of a shallow clone ends
			break
		}
		if err != nil {
			return false, err
		}
		if strings.Contains("\n"+commit.Message, "\n[git-debrebase ") {
			return true, nil
		}
		if len(commit.Parents) == 0 {
			break
		}
		c = commit.Parents[0]
	}
	return false, nil
}

// isUnstitched says whether the branch that is checked out has been rebased by git-debrebase(1) and is not
// tied to what it was before, by "git debrebase stitch": it is no fast forward of what was pushed.
func isUnstitched(ctx context.Context, pkg *Package) (bool, error) {
	branch, err := pkg.Repo.CurrentBranch(ctx)
	if err != nil || branch == "" {
		return false, err
	}
	ref := history.DebrebasePrevious(branch)
	refs, err := pkg.Repo.Refs(ctx, ref)
	_, ok := refs[ref]
	return ok, err
}

// debrebase has git-debrebase make the patches of a branch that it keeps, in a commit on top of it. If
// that program is not there, noDebrebase says so, for the case that a patch is missing.
func (m *maker) debrebase(ctx context.Context) error {
	is, err := m.pkg.isDebrebase(ctx, m.commits)
	if !is || err != nil {
		return err
	}
	c, err := m.repo.MakeDebrebasePatches(ctx, m.pkg.Head)
	if errors.As(err, &m.noDebrebase) {
		return nil
	}
	if err != nil || c == m.pkg.Head {
		return err
	}
	pkg := *m.pkg
	pkg.Head = c
	m.pkg = &pkg
	m.made(c, "has debian/patches as git-debrebase makes them of the commits")
	m.head, err = m.repo.Tree(ctx, c)
	return err
}
