package history

import (
	"context"
	"errors"
	"io/fs"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// StatusOptions say what ReadStatus looks at.
type StatusOptions struct {
	ArchiveOptions
	Suite   string // or several, as for [Fetch]; default: as for [Fetch], and the suite of its security updates
	Offline bool   // ask no archive: what the tracking branches have counts

	// Fetched is what a fetch has just found of the suite, whether or not it moved the tracking
	// branch: that counts then, for a push. Default: none.
	Fetched *FetchResult
}

// A Status is what can be told of a work tree on its way from one upload to the next.
type Status struct {
	Package  string
	Entries  []*dsc.ChangelogEntry // of debian/changelog in the work tree, newest first; at least one
	Branch   string                // without refs/heads/; "" if HEAD is detached
	Head     gitmap.CommitID       // zero before the first commit
	Suites   []*SuiteStatus
	Work     *gitmap.WorkState
	Format   string // the source format
	Patches  *PatchExamination
	Origs    *OrigStatus // nil if the format has none
	Complain []Complaint // what a push would complain about
	Passed   []string    // the codes of all complaints that there was no reason for; none if there is nothing to push
	Warnings []string    // about the archives that were asked
}

// Version returns the version that the work tree is of.
func (s *Status) Version() dsc.Version { return s.Entries[0].Version }

// names says whether debian/changelog names an upload.
func (s *Status) names(v dsc.Version) bool {
	for _, e := range s.Entries {
		if e.Version == v {
			return true
		}
	}
	return false
}

// IsUploaded says whether the work tree is just what the suite holds, so that there is
// nothing to push.
func (s *Status) IsUploaded() bool {
	suite := s.Suites[0]
	return s.Version() == suite.Version && suite.Same && s.Work.IsClean()
}

// NeedsWork says whether there is something to do before an upload: the branch lacks an
// upload, or a push would complain.
func (s *Status) NeedsWork() bool {
	for _, suite := range s.Suites {
		if suite.LacksUpload() {
			return true
		}
	}
	return len(s.Complain) > 0
}

// HasMaintainerView says whether the files are those of upstream, or not there, beside
// patches that are not applied: then the archive view cannot be merged into the branch.
func (s *Status) HasMaintainerView() bool {
	return s.Patches.State == PatchesUnapplied || s.Patches.State == PackagingOnly
}

// ReadStatus tells of the work tree of repo: what the suite holds and the branch lacks, the
// origs, the patches, and what a push would complain about. It changes nothing.
//
// If an archive cannot be reached, what the tracking branch has is told instead, and why:
// see [SuiteStatus.NotAsked]. Errors that callers may test for: [*NotPackageError],
// [*ConfigError], and those of [archive.Client] that are not about reaching it.
func ReadStatus(ctx context.Context, repo *gitmap.Repo, opts StatusOptions) (*Status, error) {
	w, err := openWork(repo)
	if err != nil {
		return nil, err
	}
	defer w.close()
	h, err := openHoldings(ctx, repo)
	if err != nil {
		return nil, err
	}
	defer h.close()
	s, err := openSession(ctx, repo, FetchOptions{ArchiveOptions: opts.ArchiveOptions, Suite: opts.Suite})
	if err != nil {
		return nil, err
	}
	r := &statusReader{session: s, repo: repo, work: w, h: h, opts: opts, result: &Status{}}
	if err := r.read(ctx); err != nil {
		return nil, err
	}
	r.result.Warnings = s.warnings
	return r.result, nil
}

// statusReader is what one call of ReadStatus works on.
type statusReader struct {
	*session
	repo   *gitmap.Repo
	work   *work
	h      *holdings
	opts   StatusOptions
	branch string // the ref that is checked out; "" if HEAD is detached
	result *Status

	tracking map[string]gitmap.ObjectID // the tracking branches
}

func (r *statusReader) read(ctx context.Context) (err error) {
	s := r.result
	data, err := readFile(r.work.files, changelogPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if s.Entries = uploadsIn(data); len(s.Entries) == 0 {
		return r.work.fail(errors.New("debian/changelog is not there, or has no entry"))
	}
	s.Package = s.Entries[0].Package
	r.session.opts.Package = s.Package
	if r.branch, err = r.repo.CurrentBranch(ctx); err != nil {
		return err
	}
	s.Branch = strings.TrimPrefix(r.branch, headPrefix)
	if s.Head, _, err = r.repo.Commit(ctx, "HEAD"); err != nil {
		return err
	}
	if s.Work, err = r.repo.WorkState(ctx); err != nil {
		return err
	}
	if s.Format, err = r.work.sourceFormat(); err != nil {
		return err
	}
	if s.Patches, err = examinePatches(r.work.files); err != nil {
		return err
	}
	if err := r.readSuites(ctx); err != nil {
		return err
	}
	if err := r.readOrigs(ctx); err != nil {
		return err
	}
	return r.complain(ctx)
}
