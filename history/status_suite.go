package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// A SuiteStatus says what a suite holds, and what of that a branch has.
type SuiteStatus struct {
	Suite    string      // its codename, or the name that was asked for if that is not known
	Where    string      // the archive that was asked; "" if none was
	NotAsked error       // why none was, although one should have been; or nil
	Version  dsc.Version // the upload that the suite holds; "" if it has none
	Tracked  dsc.Version // what the tracking branch has; "" if there is none

	// Named says whether debian/changelog names Version, InHistory whether HEAD builds on a
	// commit that holds it, Same whether it has the same files as that commit, and Since how many
	// commits have been added to it.
	Named, InHistory, Same bool
	Since                  int

	// Lacks are the uploads to the suite that the branch lacks, newest first: Version, and what
	// was uploaded before it since the branch last had everything.
	Lacks []LackedUpload

	// NotUploaded are the entries of debian/changelog that the suite does not have, newest first.
	NotUploaded []*dsc.ChangelogEntry

	access *Access         // to the distro; nil if its configuration cannot be used
	upload *archive.Upload // nil if no archive was asked, or has it not
	source *dsc.Source     // of the .dsc of upload, if it was read
	tip    gitmap.CommitID // of the tracking branch; or zero
}

// LacksUpload says whether the suite holds an upload that the branch does not have.
func (s *SuiteStatus) LacksUpload() bool { return s.Version != "" && !s.Named && !s.InHistory }

// A LackedUpload is an upload that a branch lacks.
type LackedUpload struct {
	Version dsc.Version
	Entry   *dsc.ChangelogEntry // its changelog entry; nil if that is not known
}

// readSuites finds out about all suites that matter.
func (r *statusReader) readSuites(ctx context.Context) (err error) {
	if r.tracking, err = r.repo.Refs(ctx, trackingPrefix); err != nil {
		return err
	}
	names := r.opts.Suite
	if names == "" {
		if names, err = r.work.suite(ctx, r.session); err != nil {
			return err
		}
	}
	first := ""
	for i, name := range strings.Split(names, ",") {
		if strings.HasPrefix(name, "-") && i > 0 {
			name = first + name
		}
		suite, err := r.readSuite(ctx, name)
		if err != nil {
			return err
		}
		if i == 0 {
			first = suite.Suite
		}
		r.result.Suites = append(r.result.Suites, suite)
	}
	if r.opts.Suite != "" || len(r.result.Suites) > 1 {
		return nil
	}
	sibling, err := r.siblingSuite(ctx, r.result.Suites[0])
	if err != nil || sibling == "" {
		return err
	}
	suite, err := r.readSuite(ctx, sibling)
	if err == nil && suite.Version != "" {
		r.result.Suites = append(r.result.Suites, suite)
	}
	return err
}

// siblingSuite returns the suite of security updates to a suite, or of a suite of security updates
// the one that they are to, if the repository follows it or APT is configured for it; else "".
func (r *statusReader) siblingSuite(ctx context.Context, suite *SuiteStatus) (string, error) {
	name, isSecurity := strings.CutSuffix(suite.Suite, "-security")
	if !isSecurity {
		name += "-security"
	}
	if _, ok := r.tracking[TrackingRef(name)]; ok {
		return name, nil
	}
	known, err := r.knownSuites(ctx, suite)
	if err != nil || !slices.Contains(known, name) {
		return "", err
	}
	return name, nil
}

// knownSuites returns the suites of the archive that was named, or that APT is configured
// for; none if no archive was asked.
func (r *statusReader) knownSuites(ctx context.Context, asked *SuiteStatus) (names []string, err error) {
	if asked.Where == "" {
		return nil, nil
	}
	if r.opts.Archive != "" {
		return archive.SuitesAt(r.opts.Archive)
	}
	apt, err := r.opener.readAPT(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range apt.Suites() {
		names = append(names, p.Suite)
	}
	return names, nil
}

// readSuite finds out what a suite holds, and what the branch has of it.
func (r *statusReader) readSuite(ctx context.Context, name string) (*SuiteStatus, error) {
	s := &SuiteStatus{Suite: name}
	if !r.opts.Offline {
		if err := r.askArchive(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := r.readTracking(s); err != nil {
		return nil, err
	}
	if s.access == nil {
		var err error
		if s.access, err = r.settings.Access(AccessOptions{Suite: s.Suite, Distro: r.opts.Distro}); err != nil {
			return nil, err
		}
	}
	if s.Version == "" {
		s.NotUploaded = r.result.Entries
		return s, nil
	}
	s.Named = r.result.names(s.Version)
	if err := r.readHistory(ctx, s); err != nil {
		return nil, err
	}
	return s, r.readLacks(ctx, s)
}

// askArchive asks the archive what the suite holds.
func (r *statusReader) askArchive(ctx context.Context, s *SuiteStatus) error {
	f, err := r.openSuite(ctx, s.Suite)
	if err == nil {
		s.Suite, s.Where, s.access = f.suite.Codename(), f.suite.Where(), f.access
		s.upload, err = f.suite.Find(ctx, r.result.Package)
	}
	var absent *archive.UnknownPackageError
	switch {
	case err == nil:
		s.Version = s.upload.ID().Version
	case errors.As(err, &absent):
	case ctx.Err() == nil && isUnreachable(err):
		s.Where, s.NotAsked = "", err
	default:
		return err
	}
	return nil
}

// isUnreachable says whether an error only says that an archive cannot be asked now, or from here.
func isUnreachable(err error) bool {
	var silent *archive.MirrorError
	var none *archive.NoMirrorError
	var unknown *archive.UnknownSuiteError
	return errors.As(err, &silent) || errors.As(err, &none) || errors.As(err, &unknown)
}

// fixedNames are codenames of suites that do not change, for when no archive can be asked.
var fixedNames = map[string]string{"unstable": "sid", "experimental": "rc-buggy"}

// readTracking reads what the tracking branch has. That stands for the suite if no archive was
// asked.
func (r *statusReader) readTracking(s *SuiteStatus) error {
	tip, ok := r.tracking[TrackingRef(s.Suite)]
	if f := r.opts.Fetched; f != nil && f.Suite == s.Suite {
		tip, ok = gitmap.ObjectID(f.Commit), true
	}
	if fixed := fixedNames[s.Suite]; !ok && fixed != "" && s.Where == "" {
		s.Suite = fixed
		tip, ok = r.tracking[TrackingRef(fixed)]
	}
	if !ok {
		return nil
	}
	s.tip = gitmap.CommitID(tip)
	e, err := r.h.changelogs.topOf(s.tip)
	if err != nil || e == nil {
		return err
	}
	s.Tracked = e.Version
	if s.Where == "" {
		s.Version = e.Version
	}
	return nil
}

// readHistory finds out whether HEAD builds on the upload that the suite holds.
func (r *statusReader) readHistory(ctx context.Context, s *SuiteStatus) error {
	if r.result.Head.IsZero() {
		return nil
	}
	found, err := r.h.find(s.Version)
	if err != nil {
		return err
	}
	if s.Tracked == s.Version {
		found = append([]Holding{{Commit: s.tip}}, found...)
	}
	for _, f := range found {
		if f.Commit == r.result.Head {
			s.InHistory, s.Same = true, true
			return nil
		}
		if s.InHistory, err = r.repo.IsAncestor(ctx, f.Commit, r.result.Head); err != nil {
			return err
		}
		if !s.InHistory {
			continue
		}
		if s.Since, err = r.repo.CommitsSince(ctx, f.Commit, r.result.Head); err != nil {
			return err
		}
		head, err := r.h.commits.Read(r.result.Head)
		if err != nil {
			return err
		}
		upload, err := r.h.commits.Read(f.Commit)
		s.Same = err == nil && upload.Tree == head.Tree
		return err
	}
	return nil
}

// readLacks compares the changelog of what the suite holds with that of the branch.
func (r *statusReader) readLacks(ctx context.Context, s *SuiteStatus) error {
	theirs := r.result.Entries
	if !s.Named {
		var err error
		if theirs, err = r.changelogOf(ctx, s); err != nil {
			return err
		}
	}
	has := func(entries []*dsc.ChangelogEntry, v dsc.Version) bool {
		return slices.ContainsFunc(entries, func(e *dsc.ChangelogEntry) bool { return e.Version == v })
	}
	if s.Named {
		theirs = theirs[slices.IndexFunc(theirs, func(e *dsc.ChangelogEntry) bool { return e.Version == s.Version }):]
	}
	for _, e := range r.result.Entries {
		if has(theirs, e.Version) {
			break
		}
		if len(theirs) > 0 {
			s.NotUploaded = append(s.NotUploaded, e)
		}
	}
	if !s.LacksUpload() {
		return nil
	}
	for _, e := range theirs {
		if r.result.names(e.Version) {
			return nil
		}
		s.Lacks = append(s.Lacks, LackedUpload{e.Version, e})
	}
	// There is no common upload, or the changelog is not known: then the last one only.
	s.Lacks = append(s.Lacks, LackedUpload{Version: s.Version})[:1]
	return nil
}

// changelogOf returns the changelog of the upload that a suite holds: from the repository if
// that has it, else from the archive; nil if it cannot be had.
func (r *statusReader) changelogOf(ctx context.Context, s *SuiteStatus) ([]*dsc.ChangelogEntry, error) {
	if s.Tracked == s.Version {
		return r.h.changelogs.all(TrackingRef(s.Suite), s.tip)
	}
	found, err := r.h.find(s.Version)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return r.h.changelogs.all(string(s.Version), found[0].Commit)
	}
	if s.upload == nil {
		return nil, nil
	}
	data, src, err := fetchChangelog(ctx, r.client, s.upload)
	s.source = src
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case isUnreachable(err), errors.Is(err, errNoPackagingFile):
		return nil, nil
	case err != nil:
		return nil, err
	}
	entries := uploadsIn(data)
	if len(entries) > 0 && entries[0].Version != s.Version {
		return nil, &dsc.PackageError{ID: s.upload.ID(), Err: fmt.Errorf("its changelog is of version %s", entries[0].Version)}
	}
	return entries, nil
}

// dscOf returns what the .dsc of the upload that a suite holds says; nil if it cannot be had.
func (r *statusReader) dscOf(ctx context.Context, s *SuiteStatus) (*dsc.Source, error) {
	if s.source != nil || s.upload == nil {
		return s.source, nil
	}
	dir, err := os.MkdirTemp("", "debgit-dsc-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	s.source, err = r.client.FetchDsc(ctx, s.upload, dir)
	if isUnreachable(err) && ctx.Err() == nil {
		return nil, nil
	}
	return s.source, err
}
