package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"debgit/gitmap"
)

// An Aborted is what became of a push that was given up.
type Aborted struct {
	Plan *Plan

	// Public says that the git server has taken the commit and the tags. Then they stay here, too,
	// since a fetch would only bring them again, and the version is used up.
	Public bool

	// Unsure says that nobody knows whether the git server has taken them. They stay then, as if it had.
	Unsure bool

	// Sent says that files may have been sent to the upload queue. Then they stay where they are.
	Sent bool

	Left []string // what was not put back, and why
}

// An UnsureError says that it could not be found out whether a push is public, so that nothing was put back.
type UnsureError struct {
	Err   error
	Moved bool // another git server is configured now than the one that was pushed to
}

func (e *UnsureError) Error() string { return fmt.Sprintf("whether the push arrived: %v", e.Err) }

// Unwrap returns the cause.
func (e *UnsureError) Unwrap() error { return e.Err }

// undo puts everything back that the steps have done, and ends the journal. Offline, it does not ask the git
// server.
func (p *performer) undo(ctx context.Context, offline bool) (*Aborted, error) {
	a := &Aborted{Plan: p.Plan}
	switch {
	case !p.hasBegun(StepPush):
	case offline:
		a.Public = p.isDone(StepPush)
		a.Unsure = !a.Public
	default:
		var err error
		if a.Public, err = p.isPublic(ctx); ctx.Err() != nil {
			return nil, ctx.Err()
		} else if err != nil {
			url, urlErr := p.access.GitURL(p.Plan.Package)
			return nil, &UnsureError{err, urlErr == nil && url != p.Plan.Git.URL}
		}
	}
	a.Sent = p.hasBegun(StepQueue)
	if err := p.abort(); err != nil {
		return nil, err
	}
	if !a.Sent && p.hasBegun(StepFiles) {
		if err := p.putBackFiles(a); err != nil {
			return nil, err
		}
	}
	if a.Public {
		if err := p.moveTracking(ctx); err != nil && !errors.As(err, new(*MovedError)) {
			return nil, err
		}
		return a, p.remove()
	}
	if a.Unsure { // so no step after that to the git server was begun
		return a, p.remove()
	}
	if p.hasBegun(StepCreate) {
		a.Left = append(a.Left, "the git server may have an empty repository now: "+p.Plan.Git.URL)
	}
	if p.hasBegun(StepTags) {
		if err := p.putBackTags(ctx, a); err != nil {
			return nil, err
		}
	}
	if p.hasBegun(StepMoves) {
		if err := p.putBackMoves(ctx, a); err != nil {
			return nil, err
		}
	}
	if p.hasBegun(StepBranch) {
		if err := p.putBackBranch(ctx, a); err != nil {
			return nil, err
		}
	}
	return a, p.remove()
}

// putBackFiles removes the files of the upload, and puts those back that had their names. What has such a
// name by now, and is neither, stays.
func (p *performer) putBackFiles(a *Aborted) error {
	if _, err := os.Stat(p.path("replaced")); err != nil {
		return ignoreMissing(err) // none has got its name yet
	}
	for _, f := range p.Plan.Files {
		if !f.Made {
			continue
		}
		if err := p.putBackFile(f.Name, a); err != nil {
			return err
		}
	}
	return nil
}

func (p *performer) putBackFile(name string, a *Aborted) error {
	path, kept := filepath.Join(p.Plan.Products, name), p.path("replaced", name)
	if err := ignoreMissing(os.Remove(path + temporary)); err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		ours, err := sameContent(p.path("signed", name), path)
		if err != nil {
			return err
		}
		if !ours {
			same, err := sameEntry(kept, path)
			if err == nil && !same {
				a.Left = append(a.Left, path+" is there, which is not of this push")
			}
			return err
		}
	}
	if _, err := os.Lstat(kept); isMissing(err) { // nothing had that name
		return ignoreMissing(os.Remove(path))
	}
	return putBack(kept, path)
}

// putBackTags makes the tags what they were.
func (p *performer) putBackTags(ctx context.Context, a *Aborted) error {
	refs, err := p.repo.Refs(ctx, tagRef(""))
	if err != nil {
		return err
	}
	var updates []gitmap.RefUpdate
	for i := range p.Plan.Tags {
		t := &p.Plan.Tags[i]
		if !t.Reused.IsZero() {
			continue
		}
		object, err := p.tagObject(ctx, t.Name)
		if err != nil {
			return err
		}
		switch refs[t.Ref()] {
		case t.Old:
		case object:
			updates = append(updates, gitmap.RefUpdate{Ref: t.Ref(), New: gitmap.CommitID(t.Old), Old: gitmap.CommitID(object)})
		default:
			a.Left = append(a.Left, "the tag "+t.Name+" has become another one since")
		}
	}
	if len(updates) == 0 {
		return nil
	}
	return p.repo.UpdateRefs(ctx, "debgit push --abort", updates...)
}

// putBackMoves moves the other refs of the user back.
func (p *performer) putBackMoves(ctx context.Context, a *Aborted) error {
	for _, m := range p.Plan.Moves {
		err := p.moveRef(ctx, PlannedMove{Ref: m.Ref, Old: m.New, New: m.Old}, "debgit push --abort")
		if moved, ok := errors.AsType[*MovedError](err); ok {
			a.Left, err = append(a.Left, moved.Error()), nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// putBackBranch moves the user's branch back, unless there are new commits on it.
func (p *performer) putBackBranch(ctx context.Context, a *Aborted) error {
	now, err := p.branchTip(ctx)
	var other *OtherBranchError
	switch {
	case errors.As(err, &other):
		a.Left = append(a.Left, fmt.Sprintf("%s may have %s still: %v", p.Plan.Branch.Ref, p.Plan.Branch.New, err))
		return nil
	case err != nil:
		return err
	case now == p.Plan.Branch.New:
		return p.repo.MoveBack(ctx, p.Plan.Branch.Old, "debgit push --abort")
	case now != p.Plan.Branch.Old:
		a.Left = append(a.Left, fmt.Sprintf("%s has %s still, since it has other commits now", p.Plan.Branch.Ref, p.Plan.Branch.New))
	}
	return nil
}
