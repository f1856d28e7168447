package upload

import (
	"context"
	"errors"
	"fmt"
	"os"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// PushOptions say what is pushed, and how.
type PushOptions struct {
	history.ArchiveOptions        // Push is taken for granted
	Package                string // the source package, which must be the one that is there; default: that
	Suite                  string // the suite, likewise
	ExistingPackage        string // see [history.FetchOptions]
	NoChase                bool   // likewise
	DryRun                 bool   // move no ref while planning
	DampRun                bool   // sign nothing, and do nothing that others see

	Mode      string // the quilt mode; default: as configured, or else DefaultMode
	SplitView string // "auto", "always" or "never"; default: as configured, else auto
	Upstream  string // see [ViewOptions]
	SaveView  string // ref, or branch, that names the archive view in a split view, too; default: none

	DefaultMode QuiltMode // default: that of the layout of the branch, see [ViewOptions]

	Overwrite  Overwrite
	Deliberate []string // what is done in spite of something, without "--deliberately-"
	Forces     Forces

	Sign   SignOptions // Maintainer is what the changelog says
	DEP14  DEP14Options
	Built  BuildOptions // Since "_": no version; default: the newest in the archive. OrigDirs and DgitField are set
	Upload PlannedUpload

	Prebuilt bool   // push what was built before, instead of building the source package: Changes, or what is in ProductsDir
	Changes  string // path of the .changes to push, or its name in ProductsDir; default: build one or, with Prebuilt, the only one there is

	ExpectSuite   string      // refuse to push to another one; default: push to any
	ExpectVersion dsc.Version // refuse to push another one; default: push any
}

// DEP14Options are about the tag of the maintainer view.
type DEP14Options struct {
	Make   string // "want", "no" or "always"; default: as configured
	Reuse  string // "must", "if-exists", "replace-unsuitable" or "replace"; default: as configured
	Verify string // whether the signature of a tag that is used must be good: "true" or "false"; default: as configured
}

// A Push is a push that was planned, or that has begun. It must be closed.
type Push struct {
	Plan     *Plan
	Fetched  *history.FetchResult // what the suite has; nil if nobody has the package, or if the push goes on
	Warnings []string             // of the build

	repo    *gitmap.Repo
	access  *history.Access
	journal *Journal
	built   *Built
}

// PlanPush works out a push of HEAD: it fetches from the archive and the git server, makes
// the archive view and its commits, builds the source package, and tries everything that could refuse the push. No
// ref of the user moves, nothing is signed, and nothing is sent.
//
// Errors that callers may test for, besides those of [OpenPackage], [history.FetchForPush], [MakeView],
// [SaveView], [Signer.Check], [archive.Queue] and [BuildSource]: [*RefusedError], [*PushBusyError], and [*UnfinishedError] if another
// push has begun and not ended.
func PlanPush(ctx context.Context, repo *gitmap.Repo, opts PushOptions) (_ *Push, err error) {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	p, err := lockPush(repo)
	if err != nil {
		return nil, err
	}
	defer p.closeAfter(&err)
	if err = p.journal.read(); err == nil {
		err = p.journal.unfinished()
	}
	if err != nil && !errors.Is(err, ErrNoJournal) {
		return nil, err
	}
	planner := &planner{opts: opts, repo: repo, plan: &Plan{Schema: planSchema, Commits: []PlannedCommit{}, Moves: []PlannedMove{}}}
	err = planner.make(ctx)
	p.built = planner.built
	if err != nil {
		return nil, err
	}
	p.Plan, p.Fetched, p.Warnings, p.access = planner.plan, planner.target.Fetched, planner.warnings, planner.target.Access
	return p, nil
}

// lockPush begins a push, or takes it up.
func lockPush(repo *gitmap.Repo) (*Push, error) {
	journal, err := lockJournal(repo)
	return &Push{repo: repo, journal: journal}, err
}

// closeAfter closes the push if there is an error.
func (p *Push) closeAfter(err *error) {
	if *err != nil {
		p.Close()
	}
}

// Close gives the push up if it has not begun, and else leaves it as it is.
func (p *Push) Close() error {
	if p.built != nil {
		p.built.Close()
	}
	return p.journal.Close()
}

// Perform carries the plan out. If it fails before anything but signatures was made, nothing is left of
// it. Else the journal stays: see [ResumePush] and [AbortPush].
//
// Errors that callers may test for: [*StoppedError] if the journal stays, and inside of it or alone
// [*KeyError], [*SignError], [*MovedError], [*OtherBranchError], [*gitmap.PushRefusedError],
// [*history.GitServerError], [*archive.QueueError].
func (p *Push) Perform(ctx context.Context, opts PerformOptions) error {
	if p.built != nil {
		if err := p.journal.start(p.Plan, p.built.Dir); err != nil {
			p.journal.remove() // what there is of it
			return err
		}
		p.built.Close()
		p.built = nil
	}
	performer, err := newPerformer(p.repo, p.journal, p.access, opts)
	if err != nil {
		return err
	}
	err = performer.run(ctx)
	switch {
	case err == nil:
		return nil
	case p.journal.unfinished() != nil:
		return &StoppedError{p.Plan.ID(), *p.journal.next(), err}
	}
	if removeErr := p.journal.remove(); removeErr != nil {
		err = fmt.Errorf("%w (and then: %v)", err, removeErr)
	}
	return &dsc.PackageError{ID: p.Plan.ID(), Err: err}
}

// A StoppedError says that a push has stopped on its way, and can go on.
type StoppedError struct {
	ID   dsc.ID
	Step PlannedStep // that is not done
	Err  error
}

func (e *StoppedError) Error() string {
	return fmt.Sprintf("push %s: %s: %v", e.ID, e.Step.What, e.Err)
}

// Unwrap returns the cause.
func (e *StoppedError) Unwrap() error { return e.Err }

// UnfinishedPush is an [*UnfinishedError] or an [*AbortingError] if a push of the work tree has begun and not
// ended, whether or not a process is at work on it.
func UnfinishedPush(repo *gitmap.Repo) error {
	j := &Journal{dir: journalDir(repo)}
	err := j.read()
	switch {
	case errors.Is(err, ErrNoJournal):
		return nil
	case err == nil && j.state.Aborting:
		return &AbortingError{j.Plan.ID()}
	case err == nil:
		return j.unfinished()
	}
	return err
}

// ResumePush opens a push that has begun, for [Push.Perform] to finish it. The error matches [ErrNoJournal]
// if there is none. See also [*PushBusyError].
func ResumePush(ctx context.Context, repo *gitmap.Repo, getenv func(string) string) (_ *Push, err error) {
	p, err := lockPush(repo)
	if err != nil {
		return nil, err
	}
	defer p.closeAfter(&err)
	if err := p.journal.read(); err != nil {
		return nil, err
	}
	p.Plan = p.journal.Plan
	if p.journal.state.Aborting {
		return nil, &AbortingError{p.Plan.ID()}
	}
	p.access, err = accessOf(ctx, repo, p.Plan, getenv)
	return p, err
}

// AbortOptions are the options of [AbortPush].
type AbortOptions struct {
	Getenv  func(string) string // default: os.Getenv
	Offline bool                // do not ask the git server what is public; what may be so stays
}

// AbortPush puts back what a push that has begun has done, as far as it is not public. Errors are as
// of [ResumePush], and an [*UnsureError] if it cannot be found out what is public.
func AbortPush(ctx context.Context, repo *gitmap.Repo, opts AbortOptions) (*Aborted, error) {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	journal, err := lockJournal(repo)
	if err != nil {
		return nil, err
	}
	defer journal.Close()
	if err := journal.read(); err != nil {
		return nil, err
	}
	access, err := accessOf(ctx, repo, journal.Plan, opts.Getenv)
	if err != nil {
		return nil, err
	}
	performer, err := newPerformer(repo, journal, access, PerformOptions{})
	if err != nil {
		return nil, err
	}
	return performer.undo(ctx, opts.Offline)
}

func newPerformer(repo *gitmap.Repo, journal *Journal, access *history.Access, opts PerformOptions) (*performer, error) {
	s := journal.Plan.Signing
	if s.Remote {
		return &performer{Journal: journal, repo: repo, signer: opts.remote, access: access, opts: opts}, nil
	}
	signer, err := NewSigner(access, SignOptions{Key: s.Key, Program: s.Program, NoSign: s.NoSign, Stdin: opts.Stdin})
	return &performer{Journal: journal, repo: repo, signer: signer, access: access, opts: opts}, err
}

// accessOf returns the access to the distro of a plan, for pushing.
func accessOf(ctx context.Context, repo *gitmap.Repo, plan *Plan, getenv func(string) string) (*history.Access, error) {
	config, err := repo.ConfigScopes(ctx)
	if err != nil {
		return nil, err
	}
	return history.NewSettings(config, getenv).Access(history.AccessOptions{Distro: plan.Distro, Suite: plan.Suite, Push: true})
}
