package upload

import (
	"context"
	"fmt"

	"debgit/gitmap"
	"debgit/history"
)

// stitchMessage is that of the commits that "git-debrebase stitch" makes, to the byte.
const stitchMessage = "Declare fast forward / record previous work\n\n[git-debrebase pseudomerge: stitch]\n"

// stitch ties a branch that git-debrebase(1) has rebased to what it was before, as git-debrebase
// itself does before a push: by a pseudomerge on top of commit, unless that has it. It returns
// commit if there is nothing to tie.
func (p *planner) stitch(ctx context.Context, commit gitmap.CommitID) (gitmap.CommitID, error) {
	branch, err := p.repo.CurrentBranch(ctx)
	if err != nil || branch == "" {
		return commit, err
	}
	previous, last := history.DebrebasePrevious(branch), history.DebrebaseLast(branch)
	refs, err := p.repo.Refs(ctx, previous, last)
	if err != nil || refs[previous].IsZero() {
		if err == nil {
			p.list.pass("unstitched")
		}
		return commit, err
	}
	before := gitmap.CommitID(refs[previous])
	if p.view.Split {
		p.list.find(Check{
			Code: "unstitched", Text: fmt.Sprintf("%s was rebased by git-debrebase, and does not have %s, which it was before", history.ShortHead(branch), before),
			Remedy: "tie them together: git-debrebase stitch",
		})
		return commit, p.list.err(p.pkg.ID) // that it does not build on the suite branch is the same matter
	}
	p.list.pass("unstitched")
	has, err := p.repo.IsAncestor(ctx, before, commit)
	if err != nil {
		return commit, err
	}
	if !has {
		author, committer, err := p.repo.Identity(ctx)
		if err != nil {
			return commit, err
		}
		m := &pseudomerge{view: commit, over: before}
		if commit, err = m.writeAs(ctx, p.repo, author, committer, stitchMessage); err != nil {
			return commit, err
		}
		p.plan.Commits = append(p.plan.Commits, PlannedCommit{commit, "Declare fast forward / record previous work"})
	}
	p.plan.Moves = append(p.plan.Moves,
		PlannedMove{Ref: previous, Old: before},
		PlannedMove{Ref: last, Old: gitmap.CommitID(refs[last]), New: commit})
	return commit, nil
}
