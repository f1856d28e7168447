package upload

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"debgit/gitmap"
	"debgit/history"
)

// A performer carries out the steps of a plan. Each may be done again after it was interrupted
// anywhere, and has the same result then.
type performer struct {
	*Journal
	repo   *gitmap.Repo
	signer signatures
	access *history.Access
	again  bool // the step was begun before, by a run that did not get to its end
	opts   PerformOptions
}

// signatures are where signatures come from: a [Signer], or the other side of a remote push.
type signatures interface {
	// Tag returns a tag object with its signature, Clearsign signs a .changes and what it lists: see Signer.
	Tag(ctx context.Context, text []byte) ([]byte, error)
	Clearsign(ctx context.Context, path string) error
}

// PerformOptions are about how a plan is carried out, not about what it does.
type PerformOptions struct {
	Getenv  func(string) string                 // default: os.Getenv
	Begin   func(PlannedStep)                   // called before each step; default: nobody is told
	Waiting func(err error, wait time.Duration) // see [archive.QueueOptions]
	Retry   []time.Duration                     // likewise
	Stdin   *os.File                            // for gpg and dput; default: none
	Output  io.Writer                           // for what dput says; default: nobody sees it
	Said    func(text string)                   // called with what the git server says of a push that it took, in lines; likewise

	remote *remoteSigner // the other side of a remote push, if there is one
}

// actions are what the steps do.
var actions = map[StepName]func(*performer, context.Context) error{
	StepSignTags:  (*performer).signTags,
	StepSignFiles: (*performer).signFiles,
	StepBranch:    (*performer).moveBranch,
	StepMoves:     (*performer).moveOthers,
	StepTags:      (*performer).storeTags,
	StepCreate:    (*performer).createRepository,
	StepPush:      (*performer).pushGit,
	StepTracking:  (*performer).moveTracking,
	StepFiles:     (*performer).placeFiles,
	StepQueue:     (*performer).sendUpload,
}

// atStep is called after what a step does, before that is noted, and again when it is. Tests set it.
var atStep = func(s StepName, noted bool) {}

// run does all steps that are not done. The journal is gone then.
func (p *performer) run(ctx context.Context) error {
	for step := p.next(); step != nil; step = p.next() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if p.opts.Begin != nil {
			p.opts.Begin(*step)
		}
		p.again = p.hasBegun(step.Step)
		if err := p.begin(step.Step); err != nil {
			return err
		}
		if err := actions[step.Step](p, ctx); err != nil {
			return err
		}
		atStep(step.Step, false)
		if err := p.finish(step.Step); err != nil {
			return err
		}
		atStep(step.Step, true)
	}
	return p.remove()
}

// signTags makes the tags that are to be made, with their signatures.
func (p *performer) signTags(ctx context.Context) error {
	if err := os.MkdirAll(p.path("tags"), 0o777); err != nil {
		return err
	}
	for i := range p.Plan.Tags {
		if err := p.signTag(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (p *performer) signTag(ctx context.Context, i int) error {
	t := &p.Plan.Tags[i]
	if _, err := os.Stat(p.tagPath(i)); !t.Reused.IsZero() || err == nil {
		return nil
	}
	text := t.Text
	if t.NamesTag != "" {
		object, err := p.tagObject(ctx, t.NamesTag)
		if err != nil {
			return err
		}
		text += maintainerTagLine(object)
	}
	signed, err := p.signer.Tag(ctx, []byte(text))
	if err != nil {
		return err
	}
	if how := p.Plan.Signing; !how.NoSign && !how.Remote { // whose key need not be known here
		object, err := p.repo.WriteTag(ctx, signed)
		if err != nil {
			return err
		}
		if err := p.repo.VerifyTag(ctx, object); err != nil {
			return fmt.Errorf("tag %s: the signature that was just made: %w", t.Name, err)
		}
	}
	return writeDurably(p.tagPath(i), signed, 0o666)
}

func (p *performer) tagPath(i int) string { return p.path("tags", fmt.Sprint(i)) }

// tagObject returns the object of a tag, which is written if it is not there.
func (p *performer) tagObject(ctx context.Context, name string) (gitmap.ObjectID, error) {
	for i, t := range p.Plan.Tags {
		if t.Name != name {
			continue
		}
		if !t.Reused.IsZero() {
			return t.Reused, nil
		}
		signed, err := os.ReadFile(p.tagPath(i))
		if err != nil {
			return gitmap.ObjectID{}, err
		}
		return p.repo.WriteTag(ctx, signed)
	}
	return gitmap.ObjectID{}, fmt.Errorf("the plan has no tag %s", name)
}

// moveBranch moves the user's branch forward, with index and work tree.
func (p *performer) moveBranch(ctx context.Context) error {
	move := p.Plan.Branch
	now, err := p.branchTip(ctx)
	if err != nil {
		return err
	}
	if has, err := p.repo.IsAncestor(ctx, move.New, now); has || err != nil {
		return err
	}
	if now != move.Old {
		return &MovedError{Ref: move.Ref, Want: move.Old, Is: now}
	}
	return p.repo.FastForward(ctx, move.New, "debgit push")
}

// branchTip returns the commit of the user's branch, which must be the current one.
func (p *performer) branchTip(ctx context.Context) (gitmap.CommitID, error) {
	current, err := p.repo.CurrentBranch(ctx)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	if current != p.Plan.Branch.Ref && (current != "" || p.Plan.Branch.Ref != "HEAD") {
		return gitmap.CommitID{}, &OtherBranchError{Want: p.Plan.Branch.Ref, Is: current}
	}
	now, _, err := p.repo.Commit(ctx, "HEAD")
	return now, err
}

// A MovedError says that a ref was moved by somebody else since a push began.
type MovedError struct {
	Ref      string
	Want, Is gitmap.CommitID
}

func (e *MovedError) Error() string {
	return fmt.Sprintf("%s has moved since the push began: it is %s, and was %s", e.Ref, e.Is, e.Want)
}

// An OtherBranchError says that another branch is checked out than when a push began.
type OtherBranchError struct {
	Want string
	Is   string // "" if HEAD is detached
}

func (e *OtherBranchError) Error() string {
	if e.Is == "" {
		return "the push began on " + e.Want + ", but HEAD is detached now"
	}
	return "the push began on " + e.Want + ", but " + e.Is + " is checked out now"
}

// storeTags gives the tags their refs, all at once.
func (p *performer) storeTags(ctx context.Context) error {
	refs, err := p.repo.Refs(ctx, tagRef(""))
	if err != nil {
		return err
	}
	var updates []gitmap.RefUpdate
	for i := range p.Plan.Tags {
		t := &p.Plan.Tags[i]
		object, err := p.tagObject(ctx, t.Name)
		if err != nil {
			return err
		}
		switch refs[t.Ref()] {
		case object:
		case t.Old:
			updates = append(updates, gitmap.RefUpdate{Ref: t.Ref(), New: gitmap.CommitID(object), Old: gitmap.CommitID(t.Old)})
		default:
			return &MovedError{Ref: t.Ref(), Want: gitmap.CommitID(t.Old), Is: gitmap.CommitID(refs[t.Ref()])}
		}
	}
	if len(updates) == 0 {
		return nil
	}
	return p.repo.UpdateRefs(ctx, "debgit push", updates...)
}

// createRepository makes the repository on the git server, unless somebody did.
func (p *performer) createRepository(ctx context.Context) error {
	server, err := p.access.PushServer(ctx, p.Plan.Package)
	if err != nil || server.Exists {
		return err
	}
	return server.Create(ctx)
}

// pushGit pushes, unless the server has it already.
func (p *performer) pushGit(ctx context.Context) error {
	if p.again {
		has, err := p.isPublic(ctx)
		if has || err != nil {
			return err
		}
	}
	if err := p.checkSent(); err != nil {
		return err
	}
	said, err := p.repo.Push(ctx, p.Plan.Git.URL, p.Plan.Git.Refspecs...)
	if said != "" && p.opts.Said != nil {
		p.opts.Said(said)
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	// A push of a run before, which was killed, may have come to its end on the server only now, or the
	// connection broke after that.
	if has, publicErr := p.isPublic(ctx); publicErr == nil && has {
		return nil
	}
	return err
}

// isPublic says whether the git server has taken the push: whether it has the tags, these very objects. They
// arrive with the suite branch or not at all, which others may have moved on since.
func (p *performer) isPublic(ctx context.Context) (bool, error) {
	if p.Plan.Git.Create {
		server, err := p.access.PushServer(ctx, p.Plan.Package)
		if err != nil || !server.Exists {
			return false, err
		}
	}
	wanted := map[string]gitmap.ObjectID{}
	for _, t := range p.Plan.Tags {
		object, err := p.tagObject(ctx, t.Name)
		if err != nil {
			return false, err
		}
		wanted[t.Ref()] = object
	}
	refs, err := p.repo.RemoteRefs(ctx, p.Plan.Git.URL, slices.Sorted(maps.Keys(wanted))...)
	if err != nil {
		return false, &history.GitServerError{URL: p.Plan.Git.URL, Err: err}
	}
	for ref, object := range wanted {
		if refs[ref] != object {
			return false, nil
		}
	}
	return true, nil
}

// moveOthers moves the refs of the user that go with the branch.
func (p *performer) moveOthers(ctx context.Context) error {
	for _, move := range p.Plan.Moves {
		if err := p.moveRef(ctx, move, "debgit push"); err != nil {
			return err
		}
	}
	return nil
}

// moveRef moves a ref, unless it is there already.
func (p *performer) moveRef(ctx context.Context, move PlannedMove, message string) error {
	refs, err := p.repo.Refs(ctx, move.Ref)
	if err != nil {
		return err
	}
	switch now := gitmap.CommitID(refs[move.Ref]); now {
	case move.New:
		return nil
	case move.Old:
		return p.repo.UpdateRefs(ctx, message, gitmap.RefUpdate{Ref: move.Ref, New: move.New, Old: move.Old})
	default:
		return &MovedError{Ref: move.Ref, Want: move.Old, Is: now}
	}
}

// moveTracking moves the tracking branch, unless a fetch did.
func (p *performer) moveTracking(ctx context.Context) error {
	move := p.Plan.Tracking
	refs, err := p.repo.Refs(ctx, move.Ref)
	if err != nil {
		return err
	}
	now := gitmap.CommitID(refs[move.Ref])
	if !now.IsZero() {
		if has, err := p.repo.IsAncestor(ctx, move.New, now); has || err != nil {
			return err
		}
	}
	return p.moveRef(ctx, move, "dgit push")
}
