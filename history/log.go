package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// LogOptions say which uploads ReadLog returns. An end of the range is the version of
// an upload, else a revision of gitrevisions(7).
type LogOptions struct {
	To   string // up to this one; default: HEAD
	From string // without what this one has in its changelog; default: none left out
	Most int    // how many, the newest ones; default: all
}

// A Log is the uploads of a source package, as a branch tells of them.
type Log struct {
	Package string
	Entries []*LogEntry // newest first
	Short   bool        // the history is so long that not all of it was looked at
}

// A LogEntry is an upload: what its changelog says, and where the repository has it.
type LogEntry struct {
	*dsc.ChangelogEntry
	Holding *Holding // the best one; nil if the repository does not have the upload
	Suites  []string // codenames of those that hold it, as far as the repository has seen

	// Unmentioned says that the changelog of the branch does not have it: it was in the
	// history, and a later upload was made without its changes, or without saying so.
	Unmentioned bool

	// Patches compares with the nearest older upload that the repository has, Before; nil if
	// there is none, or if the repository does not have this one.
	Patches *PatchNames
	Before  dsc.Version
}

// An UnknownUploadError says that something is neither an upload that is known here nor a
// revision.
type UnknownUploadError struct {
	Name    string
	Package string
}

func (e *UnknownUploadError) Error() string {
	return fmt.Sprintf("%q is neither an upload of %s that is known here, nor a commit", e.Name, e.Package)
}

// ReadLog returns the uploads that a branch is made of: those of its changelog, and
// those in its history that the changelog does not name.
//
// Errors that callers may test for: [*UnknownCommitError], [*UnknownUploadError],
// [*NoChangelogError].
func ReadLog(ctx context.Context, repo *gitmap.Repo, opts LogOptions) (*Log, error) {
	h, err := openHoldings(ctx, repo)
	if err != nil {
		return nil, err
	}
	defer h.close()
	l := &logReader{h: h, tips: map[dsc.Version][]string{}, ids: map[gitmap.CommitID]*patchIDs{}}
	return l.read(ctx, opts)
}

// logReader is what one call of ReadLog works on.
type logReader struct {
	h   *holdings
	all []*LogEntry // of the branch, newest first

	tips map[dsc.Version][]string // suites by what they hold
	ids  map[gitmap.CommitID]*patchIDs
}

func (l *logReader) read(ctx context.Context, opts LogOptions) (*Log, error) {
	to, err := l.end(ctx, opts.To)
	if err != nil {
		return nil, err
	}
	if err := l.h.walk(to.commit); err != nil {
		return nil, err
	}
	l.list(to)
	shown := l.all
	if opts.From != "" {
		from, err := l.end(ctx, opts.From)
		if err != nil {
			return nil, err
		}
		shown = slices.DeleteFunc(slices.Clone(shown), func(e *LogEntry) bool { return from.has(e) })
	}
	if opts.Most > 0 && len(shown) > opts.Most {
		shown = shown[:opts.Most]
	}
	if err := l.readSuites(ctx); err != nil {
		return nil, err
	}
	for _, e := range shown {
		e.Suites = l.tips[e.Version]
		if err := l.comparePatches(e); err != nil {
			return nil, err
		}
	}
	return &Log{Package: to.entries[0].Package, Entries: shown, Short: l.h.short}, nil
}

// A logEnd is an end of a range of uploads.
type logEnd struct {
	entries   []*dsc.ChangelogEntry // newest first, at least one
	commit    gitmap.CommitID       // in whose history they are
	isVersion bool                  // what is newer than the first entry is not meant
}

// has says whether e is at or before the end.
func (end *logEnd) has(e *LogEntry) bool {
	if e.Unmentioned {
		order, err := e.Version.Compare(end.entries[0].Version)
		return err == nil && order <= 0
	}
	return slices.ContainsFunc(end.entries, func(old *dsc.ChangelogEntry) bool { return old.Version == e.Version })
}

// end finds what an end of a range is: an upload that the changelog of HEAD names or the
// repository has, else a revision.
func (l *logReader) end(ctx context.Context, name string) (*logEnd, error) {
	head, hasHead, err := l.h.repo.Commit(ctx, "HEAD")
	if err != nil {
		return nil, err
	}
	var entries []*dsc.ChangelogEntry
	if hasHead {
		entries, err = l.h.changelogs.all("HEAD", head)
	} else {
		err = &UnknownCommitError{"HEAD"}
	}
	if name == "" {
		return &logEnd{entries: entries, commit: head}, err
	}
	pkg := "the source package"
	if err == nil {
		pkg = entries[0].Package
		at := slices.IndexFunc(entries, func(e *dsc.ChangelogEntry) bool { return string(e.Version) == name })
		if at >= 0 {
			return &logEnd{entries[at:], head, true}, nil
		}
	}
	if end, err := l.heldEnd(dsc.Version(name), head); end != nil || err != nil {
		return end, err
	}
	commit, ok, err := l.h.repo.Commit(ctx, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &UnknownUploadError{name, pkg}
	}
	entries, err = l.h.changelogs.all(name, commit)
	return &logEnd{entries: entries, commit: commit}, err
}

// heldEnd returns the end that an upload is which the repository has, though the changelog of HEAD
// does not name it; nil if it is none.
func (l *logReader) heldEnd(v dsc.Version, head gitmap.CommitID) (*logEnd, error) {
	if _, err := dsc.ParseVersion(string(v)); err != nil {
		return nil, nil
	}
	if !head.IsZero() {
		if err := l.h.walk(head); err != nil {
			return nil, err
		}
	}
	found, err := l.h.find(v)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	entries, err := l.h.changelogs.all(string(v), found[0].Commit)
	return &logEnd{entries, found[0].Commit, true}, err
}

// list makes the list of all uploads up to an end: those of the changelog in its order,
// the others of the history where their versions belong.
func (l *logReader) list(to *logEnd) {
	named := map[dsc.Version]bool{}
	for _, e := range to.entries {
		named[e.Version] = true
		l.all = append(l.all, &LogEntry{ChangelogEntry: e})
	}
	for _, v := range slices.Sorted(maps.Keys(l.h.reached)) {
		if named[v] {
			continue
		}
		at := slices.IndexFunc(l.all, func(e *LogEntry) bool {
			order, err := v.Compare(e.Version)
			return err == nil && order > 0
		})
		switch {
		case at < 0:
			at = len(l.all)
		case at == 0 && to.isVersion:
			continue
		}
		l.all = slices.Insert(l.all, at, &LogEntry{ChangelogEntry: l.h.reached[v], Unmentioned: true})
	}
}

// holding finds where the repository has an upload.
func (l *logReader) holding(e *LogEntry) (*Holding, error) {
	if e.Holding == nil && e.IsReleased() {
		found, err := l.h.find(e.Version)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		e.Holding = &found[0]
	}
	return e.Holding, nil
}

// comparePatches compares the patches of an upload with those of the one before.
func (l *logReader) comparePatches(e *LogEntry) error {
	holding, err := l.holding(e)
	if err != nil || holding == nil {
		return err
	}
	new, err := l.patches(holding.Commit)
	if err != nil || new == nil {
		return err
	}
	for _, old := range l.all[slices.Index(l.all, e)+1:] {
		before, err := l.holding(old)
		if err != nil {
			return err
		}
		if before == nil {
			continue
		}
		was, err := l.patches(before.Commit)
		if err == nil && was != nil {
			e.Patches, e.Before = new.since(was), old.Version
		}
		return err
	}
	return nil
}

// patches returns the patches of a commit, or nil if its series cannot be read.
func (l *logReader) patches(c gitmap.CommitID) (*patchIDs, error) {
	if p, ok := l.ids[c]; ok {
		return p, nil
	}
	commit, err := l.h.commits.Read(c)
	if err != nil {
		return nil, err
	}
	p, err := readPatchIDs(l.h.trees.Files(commit.Tree))
	var bad *seriesError
	if err != nil && !errors.As(err, &bad) {
		return nil, err
	}
	l.ids[c] = p
	return p, nil
}

// readSuites finds which suites hold which uploads: by the tracking branches, and by the
// upload history.
func (l *logReader) readSuites(ctx context.Context) error {
	refs, err := l.h.repo.Refs(ctx, trackingPrefix)
	if err != nil {
		return err
	}
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		e, err := l.h.changelogs.topOf(gitmap.CommitID(refs[ref]))
		if err != nil {
			return err
		}
		if e != nil {
			l.noteSuites(e.Version, strings.TrimPrefix(ref, trackingPrefix))
		}
	}
	uploads, err := Uploads(ctx, l.h.repo)
	if err != nil {
		return err
	}
	for _, u := range uploads {
		l.noteSuites(u.ID.Version, u.Suites...)
	}
	return nil
}

func (l *logReader) noteSuites(v dsc.Version, suites ...string) {
	all := append(l.tips[v], suites...)
	slices.Sort(all)
	l.tips[v] = slices.Compact(all)
}
