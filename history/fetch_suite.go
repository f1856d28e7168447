package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// A fetcher fetches one suite.
type fetcher struct {
	*session
	suite      archive.Suite
	access     *Access
	pkg        string
	upload     *archive.Upload // the newest; nil if the archive has none
	absent     error           // why it has none
	findServer func() (*gitServer, error)
	warnings   []string // of find
	keepAll    bool     // all files of the source package are wanted, as for a clone

	// What one try of fetch works on.
	repo     *gitmap.Repo
	have     *inventory
	files    *uploadFiles
	pack     *gitmap.Pack    // nil until it is needed
	imported *recordedImport // nil if there was no import
	result   *FetchResult
}

// openSuite opens a suite and finds out whose it is.
func (s *session) openSuite(ctx context.Context, name string) (*fetcher, error) {
	suite, access, err := s.opener.open(ctx, name, cmp.Or(s.opts.ExistingPackage, s.opts.Package))
	if err != nil {
		return nil, err
	}
	return &fetcher{session: s, suite: suite, access: access, pkg: s.opts.Package}, nil
}

// find looks for the package in the archive, and begins to ask the git server for it. If
// neither has it the error is an [*archive.UnknownPackageError].
func (f *fetcher) find(ctx context.Context) (err error) {
	f.upload, err = f.suite.Find(ctx, f.pkg)
	var unknown *archive.UnknownPackageError
	if errors.As(err, &unknown) && unknown.Source != "" {
		f.warnings = append(f.warnings, fmt.Sprintf("%s is a binary package; its source package is %s", f.pkg, unknown.Source))
		f.pkg = unknown.Source
		f.upload, err = f.suite.Find(ctx, f.pkg)
	}
	if errors.As(err, &unknown) {
		f.absent, err = err, nil
	}
	if err != nil {
		return err
	}
	server, err := gitServerOf(f.access, f.pkg)
	if err != nil {
		return err
	}
	f.findServer = func() (*gitServer, error) { return nil, nil }
	if server != nil {
		f.findServer = server.startFind(ctx)
	}
	if f.absent != nil {
		if server, err := f.findServer(); server == nil || err != nil {
			return f.absent
		}
	}
	return nil
}

// mostTries is how often a fetch is tried, if another process moves its refs.
const mostTries = 3

// fetch brings the branch of the suite up to date. products is the directory for files of
// source packages; "" if they cannot be kept.
func (f *fetcher) fetch(ctx context.Context, repo *gitmap.Repo, products string) (err error) {
	f.repo = repo
	for range mostTries {
		f.files = &uploadFiles{client: f.client, products: products, strict: f.keepAll}
		f.pack, f.imported = nil, nil
		f.result = &FetchResult{Suite: f.suite.Codename(), Warnings: slices.Clone(f.warnings)}
		err = f.try(ctx)
		f.files.close()
		if !errors.Is(err, errRefsMoved) {
			break
		}
	}
	return err
}

func (f *fetcher) try(ctx context.Context) (err error) {
	if f.have, err = openInventory(ctx, f.repo); err != nil {
		return err
	}
	defer f.have.close()
	if err := f.files.find(ctx, f.suite, f.upload); err != nil {
		return err
	}
	if f.result.Vouching, err = vouching(f.suite, f.files.upload, f.files.dir()); err != nil {
		return err
	}
	f.result.ID = dsc.ID{Package: f.pkg}
	if src := f.files.source; src != nil {
		f.result.ID, f.result.Format, f.result.VcsGit = src.ID, src.Format, src.VcsGit
	}
	if id, ok := f.have.refs[TrackingRef(f.suite.Codename())]; ok {
		tip, err := f.have.reader.Read(gitmap.CommitID(id))
		if err != nil {
			return err
		}
		f.have.hasBefore(tip)
	}
	refs, err := f.fetchServer(ctx)
	if err != nil {
		return err
	}
	c, err := f.combiner(ctx, refs)
	if err != nil {
		return err
	}
	f.result.Commit, err = f.makeTip(ctx, c)
	if errors.Is(err, errNothingThere) {
		return f.nothing()
	}
	if err != nil {
		return err
	}
	tip, err := f.have.reader.Read(f.result.Commit)
	if err != nil {
		return err
	}
	if f.imported != nil && tip.ID != f.imported.Commit && !slices.Contains(tip.Parents, f.imported.Commit) {
		f.imported = nil // it turned out not to be needed
	}
	if f.imported != nil {
		f.result.Import = f.imported.Imported
	}
	if err := f.publish(ctx, refs); err != nil {
		return err
	}
	return f.finish(ctx, tip, c.uploaded != nil)
}

// makeTip decides what the branch becomes, and writes that.
func (f *fetcher) makeTip(ctx context.Context, c *combiner) (gitmap.CommitID, error) {
	tip, err := c.tip(ctx)
	if f.pack != nil {
		defer f.pack.Abort()
		if err == nil {
			err = f.pack.Finish()
		}
	}
	return tip, err
}

func (f *fetcher) newObjects(ctx context.Context) (_ *gitmap.Pack, err error) {
	if f.pack == nil {
		f.pack, err = f.repo.NewPack(ctx)
	}
	return f.pack, err
}

// nothing is the error if no version can be had.
func (f *fetcher) nothing() error {
	if f.files.missing != nil {
		return f.files.missing
	}
	return f.absent
}

// fetchServer gets what the git server has of the suite. That it cannot be asked is an
// error only if the caller wants it so.
func (f *fetcher) fetchServer(ctx context.Context) (refs map[string]gitmap.ObjectID, err error) {
	server, err := f.findServer()
	if server != nil && err == nil {
		f.progress("fetch from the git server")
		refs, err = server.fetch(ctx, f.have, f.suite.Codename())
		if err == nil && f.opts.AllServerRefs {
			f.result.ServerRefs, err = f.have.list(ctx, server.url, []string{"refs/"})
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var unreachable *GitServerError
	if errors.As(err, &unreachable) && !f.opts.RequireGitServer {
		f.result.GitServer = unreachable
		return nil, nil
	}
	return refs, err
}

// combiner collects what the branch may be made of.
func (f *fetcher) combiner(ctx context.Context, refs map[string]gitmap.ObjectID) (*combiner, error) {
	codename := f.suite.Codename()
	c := &combiner{
		repo:         f.repo,
		pkg:          f.pkg,
		codename:     codename,
		silent:       f.result.GitServer != nil,
		importUpload: f.importUpload,
		pack:         f.newObjects,
		warnf:        f.warnf,
	}
	var err error
	if id, ok := f.have.refs[TrackingRef(codename)]; ok {
		f.result.Old = gitmap.CommitID(id)
		if c.tracking, err = inputOf(ctx, f.have, f.result.Old, whatTracking); err != nil {
			return nil, err
		}
	}
	if id, ok := refs[serverSuitePrefix+codename]; ok {
		if c.server, err = inputOf(ctx, f.have, gitmap.CommitID(id), whatServer); err != nil {
			return nil, err
		}
	}
	src := f.files.source
	if src == nil {
		return c, nil
	}
	c.version = src.Version
	if src.DgitRef == "" {
		return c, nil
	}
	seeker := &commitSeeker{
		have: f.have, settings: f.settings, access: f.access, noChase: f.opts.NoChase, required: f.opts.RequireGitServer,
		asked: true, refs: refs, silent: f.result.GitServer, warnf: f.warnf,
	}
	id, err := seeker.seek(ctx, f.files.dscName(), src)
	var missing *MissingCommitError
	if errors.As(err, &missing) {
		return c, f.doWithout(missing)
	}
	if err == nil {
		c.uploaded, err = inputOf(ctx, f.have, id, whatField)
	}
	return c, err
}

// doWithout decides whether an import may take the place of the commit that the .dsc
// names. It may not go on top of history that came from git: a later fetch that has the
// commit would have to merge what nobody has written.
func (f *fetcher) doWithout(missing *MissingCommitError) error {
	if f.opts.RequireGitServer {
		return missing
	}
	if !f.result.Old.IsZero() {
		tip, err := f.have.reader.Read(f.result.Old)
		if err != nil {
			return err
		}
		if !gitmap.IsImporter(tip.Committer) {
			return missing
		}
	}
	f.result.Missing = missing
	return nil
}

// importUpload imports the newest upload, unless it has been imported before.
func (f *fetcher) importUpload(ctx context.Context) (*mergeInput, error) {
	digest, err := f.files.dscDigest()
	if err != nil {
		return nil, err
	}
	if id, ok := f.have.refs[dscPrefix+digest]; ok {
		return inputOf(ctx, f.have, gitmap.CommitID(id), whatImport)
	}
	pkg, err := f.files.open(ctx)
	if err != nil {
		return nil, err
	}
	pack, err := f.newObjects(ctx)
	if err != nil {
		return nil, err
	}
	opts := gitmap.ImportOptions{Limits: f.opts.Limits, Progress: f.opts.Progress}
	if f.imported, err = importRecorded(ctx, pack, pkg, f.have.refs, opts); err != nil {
		return nil, err
	}
	return importInput(f.imported.Imported), nil
}

// publish moves all refs at once. Tags that are there stay as they are.
func (f *fetcher) publish(ctx context.Context, refs map[string]gitmap.ObjectID) error {
	moves := []gitmap.RefUpdate{
		{Ref: TrackingRef(f.suite.Codename()), New: f.result.Commit, Old: f.result.Old},
		archiveUpdate(f.have, f.result.Commit),
	}
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		if !strings.HasPrefix(ref, tagPrefix) {
			continue
		}
		if own, ok := f.have.refs[ref]; !ok {
			moves = append(moves, gitmap.RefUpdate{Ref: ref, New: gitmap.CommitID(refs[ref])})
		} else if own != refs[ref] {
			f.warnf("Not updating %s from %s to %s, which the git server has", ref, own, refs[ref])
		}
	}
	return f.move(ctx, refMoves{f.have, f.reflog("dgit fetch"), f.imported, moves})
}

// reflog is a message for reflogs, behind what a script says it is doing,
// git(1) GIT_REFLOG_ACTION.
func (s *session) reflog(message string) string {
	if action := s.opts.Getenv("GIT_REFLOG_ACTION"); action != "" {
		return action + ": " + message
	}
	return message
}

// about puts the upload before err, unless something below did.
func (f *fetcher) about(err error) error {
	var about *dsc.PackageError
	var absent *archive.UnknownPackageError
	if errors.As(err, &about) || errors.As(err, &absent) || errors.Is(err, context.Canceled) {
		return err
	}
	id := dsc.ID{Package: f.pkg}
	if f.upload != nil {
		id = f.upload.ID()
	}
	return &dsc.PackageError{ID: id, Err: err}
}

// progress reports the start of a phase whose size is not known.
func (s *session) progress(phase string) {
	if s.opts.Progress != nil {
		s.opts.Progress(phase, 0, -1)
	}
}

func (f *fetcher) warnf(format string, args ...any) {
	f.result.Warnings = append(f.result.Warnings, fmt.Sprintf(format, args...))
}
