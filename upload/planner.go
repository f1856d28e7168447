package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// A planner works out one push.
type planner struct {
	opts     PushOptions
	repo     *gitmap.Repo
	plan     *Plan
	list     checklist
	warnings []string // of the build

	pkg    *Package
	target *history.PushTarget
	status *history.Status
	view   *View
	tagger string
	signer *Signer
	built  *Built
}

// make works the plan out. It stops where it would be of no use to go on: once the state of things
// refuses the push, nothing is built.
func (p *planner) make(ctx context.Context) error {
	for _, part := range [][]func(context.Context) error{
		{p.open},
		{p.fetch, p.readStatus},
		{p.makeView, p.forward, p.findTags, p.checkServer},
		{p.checkKey, p.checkQueue},
		{p.build},
		{p.planRest},
	} {
		for _, step := range part {
			if err := step(ctx); err != nil {
				return err
			}
		}
		if err := p.list.err(p.pkg.ID); err != nil {
			return err
		}
	}
	p.plan.Checks = p.list.checks
	return nil
}

// open reads the package, and checks what can be told from it alone.
func (p *planner) open(ctx context.Context) (err error) {
	p.list.given = p.opts.lifted()
	if p.pkg, err = OpenPackage(ctx, p.repo, "HEAD"); err != nil {
		return err
	}
	id, opts := p.pkg.ID, p.opts
	if opts.Package != "" && opts.Package != id.Package {
		p.list.find(Check{Code: "package", Text: fmt.Sprintf("the source package is %s, not %s", id.Package, opts.Package)})
	}
	if opts.ExpectVersion != "" && opts.ExpectVersion != id.Version {
		p.list.find(Check{Code: "expected", Text: fmt.Sprintf("version %s was expected", opts.ExpectVersion)})
	}
	if opts.ExpectSuite != "" && opts.ExpectSuite != p.pkg.Suite {
		p.list.find(Check{Code: "expected", Text: fmt.Sprintf("debian/changelog is for %s, but %s was expected", p.pkg.Suite, opts.ExpectSuite)})
	}
	switch e := p.pkg.Newest(); {
	case strings.EqualFold(p.pkg.Suite, "UNRELEASED"):
		p.list.find(Check{Code: "unreleased", Text: "debian/changelog is for UNRELEASED", Remedy: "finish it with: dch --release"})
	case len(e.Distributions) != 1:
		p.list.find(Check{Code: "suite", Text: fmt.Sprintf("debian/changelog is for %d suites, but a push is to one", len(e.Distributions))})
	}
	return nil
}

// lifted are the options that lift checks, as on the command line.
func (o *PushOptions) lifted() map[string]bool {
	lifted := map[string]bool{"--new": o.New}
	for _, f := range forces {
		lifted["--force-"+string(f)] = o.Forces.Has(f)
	}
	return lifted
}

// isDeliberate says whether one of these things is done deliberately.
func (o *PushOptions) isDeliberate(what ...string) bool {
	return slices.ContainsFunc(what, func(w string) bool { return slices.Contains(o.Deliberate, w) })
}

// mayRewrite says whether the suite branch need not move forward.
func (o *PushOptions) mayRewrite() bool { return o.isDeliberate("not-fast-forward", "fresh-repo") }

// fetch finds out where the upload goes, and what is there.
func (p *planner) fetch(ctx context.Context) (err error) {
	existing := p.opts.ExistingPackage
	if existing == "" && p.opts.New {
		existing = "dpkg"
	}
	p.target, err = history.FetchForPush(ctx, p.repo, history.FetchOptions{
		ArchiveOptions: p.opts.ArchiveOptions, Package: p.pkg.ID.Package, ExistingPackage: existing, Suite: p.pkg.Suite,
		NoChase: p.opts.NoChase, DryRun: p.opts.DryRun, AllServerRefs: p.opts.mayRewrite(),
	})
	if err != nil {
		return err
	}
	t := p.target
	if s := p.opts.Suite; s != "" && s != p.pkg.Suite && s != t.Codename {
		p.list.find(Check{
			Code: "suite", Text: fmt.Sprintf("debian/changelog is for %s (%s), not for %s", p.pkg.Suite, t.Codename, s),
			Remedy: "change it with: dch --release --distribution " + s,
		})
	} else {
		p.list.pass("suite")
	}
	if t.Fetched == nil {
		p.list.find(Check{Code: "new", Text: fmt.Sprintf("%s does not have the package", t.Codename), Option: "--new"})
	} else {
		p.list.pass("new")
	}
	p.plan.Package, p.plan.Version, p.plan.Suite, p.plan.Codename = p.pkg.ID.Package, p.pkg.ID.Version, p.pkg.Suite, t.Codename
	p.plan.Distro, p.plan.Nominal, p.plan.Format, p.plan.Products = t.Access.Base, t.Access.Nominal, p.pkg.Format, t.ProductsDir
	return nil
}

// checkVersion checks that the version is newer than what the archive has, and not older than what the git
// server has. If that has the same one, its tag is the matter.
func (p *planner) checkVersion() {
	c := Check{Code: "version", Option: "--force-uploading-old-version", Remedy: "start a newer one with: dch"}
	if f := p.target.Fetched; f != nil {
		order, err := p.pkg.ID.Version.Compare(f.ID.Version)
		listed, listedErr := order, err
		if skew, ok := errors.AsType[*history.SkewError](f.Skew); ok {
			listed, listedErr = p.pkg.ID.Version.Compare(skew.Listed)
		}
		pushed, pushedErr := p.pkg.ID.Version.Compare(f.Version)
		switch {
		case err == nil && order == 0:
			c.Text = fmt.Sprintf("%s has this version already", p.target.Codename)
		case err == nil && order < 0:
			c.Text = fmt.Sprintf("%s has %s, which is newer", p.target.Codename, f.ID.Version)
		case listedErr == nil && listed <= 0:
			c.Text = f.Skew.Error()
		case pushedErr == nil && pushed < 0:
			c.Text = fmt.Sprintf("%s was pushed to %s, which is newer", f.Version, p.target.Codename)
		}
	}
	if c.Text == "" {
		p.list.pass(c.Code)
		return
	}
	if lacks, ok := p.lackedText(); ok {
		c.Text, c.Remedy = lacks, "merge it: debgit pull "+p.target.Codename+"; and then start a newer one with: dch"
	}
	p.list.find(c)
}

// ownRules are the complaints of a status that a push looks at by itself, in the light of its options.
var ownRules = []string{"suite", "new", "version", "tag", "lacks", "history", "detached", "patches"}

// readStatus checks what debgit status complains about.
func (p *planner) readStatus(ctx context.Context) (err error) {
	opts := history.StatusOptions{ArchiveOptions: p.opts.ArchiveOptions, Suite: p.target.Codename, Offline: true}
	if p.target.Fetched != nil {
		opts.Fetched = p.target.Fetched
	}
	if p.status, err = history.ReadStatus(ctx, p.repo, opts); err != nil {
		return err
	}
	p.checkVersion()
	for _, code := range p.status.Passed {
		if !slices.Contains(ownRules, code) {
			p.list.pass(code)
		}
	}
	for _, c := range p.status.Complain {
		if !slices.Contains(ownRules, c.Code) && !p.list.has(c.Code) {
			p.list.complaint(c)
		}
	}
	return nil
}

// makeView makes the commit that the source package will unpack to.
func (p *planner) makeView(ctx context.Context) error {
	mode, err := ConfiguredQuiltMode(p.target.Access, p.opts.Mode, "", p.opts.DefaultMode)
	if err != nil {
		return err
	}
	always, never, err := p.target.Access.SplitView(p.opts.SplitView)
	if err != nil {
		return err
	}
	if p.opts.Built.Programs, err = NewPrograms(p.target.Access, p.opts.Built.Programs); err != nil {
		return err
	}
	p.view, err = MakeView(ctx, p.pkg, ViewOptions{
		Mode: mode, Split: always, NoSplit: never, OrigDirs: p.target.OrigDirs, Upstream: p.opts.Upstream, Forces: p.opts.Forces,
		Limits: p.opts.Limits, Progress: p.opts.Progress, Programs: p.opts.Built.Programs, Terminal: p.opts.Built.Terminal,
	})
	if needed := (*SplitNeededError)(nil); errors.As(err, &needed) {
		p.list.find(Check{Code: "split-view", Text: fmt.Sprintf("the quilt mode %s needs a split view", needed.Mode)})
		return p.list.err(p.pkg.ID)
	}
	if err != nil {
		return err
	}
	if l := p.view.Layout; l != nil {
		p.plan.Layout = &PlannedLayout{l.Layout, l.Why}
	}
	for _, made := range p.view.Made {
		p.plan.Commits = append(p.plan.Commits, PlannedCommit(made))
	}
	p.tagger, err = tagger(ctx, p.repo, p.view.Commit)
	p.plan.Mode, p.plan.Split, p.plan.Head = cmp.Or(p.view.Mode, mode, Linear), p.view.Split, p.pkg.Head
	return err
}

// planSavedView plans that a ref names the archive view as it is pushed: with a pseudomerge, if it has one.
func (p *planner) planSavedView(ctx context.Context) error {
	if !p.view.Split || p.opts.SaveView == "" {
		return nil
	}
	ref, err := viewRef(ctx, p.repo, p.opts.SaveView)
	if err != nil {
		return err
	}
	refs, err := p.repo.Refs(ctx, ref)
	p.plan.Moves = append(p.plan.Moves, PlannedMove{Ref: ref, Old: gitmap.CommitID(refs[ref]), New: p.plan.Commit})
	return err
}

// forward sees that the commit builds on what the suite branch has.
func (p *planner) forward(ctx context.Context) error {
	base, err := p.stitch(ctx, p.view.Commit)
	if err != nil {
		return err
	}
	f := &forwarder{
		pkg: p.pkg, view: p.view, base: base, target: p.target, author: p.tagger, mode: p.plan.Mode, overwrite: p.opts.Overwrite,
		notFF: p.opts.mayRewrite(), lacks: p.lackedText, list: &p.list,
	}
	commit, made, err := f.forward(ctx)
	if err != nil {
		return err
	}
	if made != nil {
		p.plan.Commits = append(p.plan.Commits, *made)
	}
	p.plan.Commit = commit
	if err := p.planSavedView(ctx); err != nil {
		return err
	}
	if commit == p.pkg.Head || p.view.Split {
		return nil
	}
	branch, err := p.repo.CurrentBranch(ctx)
	if branch == "" {
		branch = "HEAD"
	}
	p.plan.Branch = &PlannedMove{Ref: branch, Old: p.pkg.Head, New: commit}
	return err
}

// lackedText names what the suite holds and the branch lacks.
func (p *planner) lackedText() (string, bool) {
	s := p.status.Suites[0]
	if !s.LacksUpload() {
		return "", false
	}
	text := fmt.Sprintf("the branch lacks %s, which %s has", s.Version, s.Suite)
	if e := s.Lacks[0].Entry; e != nil {
		kind := ""
		if k := e.Kind(); k != "" {
			kind = ", " + string(k)
		}
		text += fmt.Sprintf(" (%s%s)", e.Maintainer, kind)
	}
	return text, true
}

// checkKey checks that what is to be signed can be, before anything is built.
func (p *planner) checkKey(ctx context.Context) (err error) {
	opts := p.opts.Sign
	if opts.Remote {
		p.plan.Signing = PlannedSigning{Remote: true}
		return nil
	}
	opts.NoSign = opts.NoSign || p.opts.DampRun
	opts.Maintainer = p.pkg.Newest().Maintainer
	if p.signer, err = NewSigner(p.target.Access, opts); err != nil {
		return err
	}
	p.plan.Signing = PlannedSigning{Key: p.signer.wanted, Program: opts.Program, NoSign: opts.NoSign}
	if opts.NoSign {
		return nil
	}
	if err := p.signer.Check(ctx); err != nil {
		return err
	}
	p.list.pass("key")
	return p.checkUploader()
}

// checkUploader checks that the key is one that may sign uploads to the distro, if the keyrings of those
// are here. Who may upload which package only the archive knows.
func (p *planner) checkUploader() error {
	files := p.target.Access.UploaderKeyrings()
	if len(files) == 0 {
		return nil
	}
	keyring, err := dsc.OpenKeyring(files...)
	if err != nil {
		return err
	}
	allowed, err := keyring.Has(p.signer.fingerprint)
	if err != nil {
		return err
	}
	if allowed {
		p.list.pass("uploader")
		return nil
	}
	p.list.find(Check{
		Code: "uploader", Option: "--force-unknown-uploader",
		Text:   fmt.Sprintf("key %s is not in the keyrings of those who upload to %s: %s", p.signer.fingerprint, p.target.Access.Base, strings.Join(files, ", ")),
		Remedy: "sign with another: -k KEY; or get newer keyrings",
	})
	return nil
}

// checkQueue finds out where the files go, and whether they can.
func (p *planner) checkQueue(context.Context) (err error) {
	q := p.opts.Upload
	if q.Host == "" {
		if q.Host, _, err = p.target.Access.Value("upload-host"); err != nil {
			return err
		}
	}
	program, options, err := p.target.Access.Program("dput")
	if err != nil {
		return err
	}
	if q.Program == "" && program != "dput" {
		q.Program = program
	}
	q.Options = append(append([]string{}, options...), q.Options...) // [] in JSON, if there are none
	p.plan.Queue = q
	if p.opts.DampRun {
		return nil
	}
	if p.plan.Signing.NoSign && filepath.IsAbs(q.Host) {
		p.list.find(Check{Code: "queue", Text: fmt.Sprintf("the queue %s takes only what is signed", q.String()), Remedy: "have it signed: without --no-sign"})
		return nil
	}
	if err := q.queue().Check(); err != nil {
		return &dsc.PackageError{ID: p.pkg.ID, Err: err}
	}
	p.list.pass("queue")
	return nil
}
