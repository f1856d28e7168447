package history

import (
	"context"
	"maps"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A historyMember is an upload that belongs into the upload history.
type historyMember struct {
	version dsc.Version
	suites  []string // that hold it, sorted
}

// join makes the upload history of all uploads that are here, and moves its refs.
func (f *uploadFetcher) join(ctx context.Context) error {
	reader, err := f.repo.NewCommitReader(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	members, err := f.members(ctx, reader)
	if err != nil {
		return err
	}
	if !f.index.isOf(members) {
		if err := f.rewrite(ctx, reader, members); err != nil {
			return err
		}
	}
	f.result.Uploads, err = Uploads(ctx, f.repo)
	return err
}

// members returns, by their imports, the uploads that are here: those of the history that there
// is, those that suites hold now, and those that a suite held when it was fetched.
func (f *uploadFetcher) members(ctx context.Context, reader *gitmap.CommitReader) (map[gitmap.CommitID]*historyMember, error) {
	members := map[gitmap.CommitID]*historyMember{}
	for _, e := range f.index.Uploads {
		id, _ := gitmap.ParseCommitID(e.Import)
		suites := slices.DeleteFunc(slices.Clone(e.Suites), func(s string) bool { return slices.Contains(f.asked, s) })
		members[id] = &historyMember{dsc.Version(e.Version), suites}
	}
	for _, u := range f.found {
		id := f.importOf(u)
		if id.IsZero() {
			continue
		}
		if members[id] == nil {
			members[id] = &historyMember{version: u.id.Version}
		}
		m := members[id]
		m.suites = append(m.suites, u.suites...)
		slices.Sort(m.suites)
		m.suites = slices.Compact(m.suites)
	}
	return members, f.addFetched(ctx, reader, members)
}

// addFetched adds the imports that tracking branches have among their commits.
func (f *uploadFetcher) addFetched(ctx context.Context, reader *gitmap.CommitReader, members map[gitmap.CommitID]*historyMember) error {
	tracking, err := f.repo.Refs(ctx, trackingPrefix)
	if err != nil {
		return err
	}
	var tips []gitmap.CommitID
	for _, id := range tracking {
		tips = append(tips, gitmap.CommitID(id))
	}
	fetched, err := f.repo.MergedRefs(ctx, dscPrefix, tips...)
	if err != nil {
		return err
	}
	for _, id := range importsOf(fetched) {
		chain, ok, err := reader.Chain(id)
		if err != nil {
			return err
		}
		if !ok || members[id] != nil {
			continue
		}
		if m, _ := chain.Main.Marker(); m.Package == f.pkg {
			members[id] = &historyMember{version: m.Version}
		}
	}
	return nil
}

// isOf says whether the history of x is that of members.
func (x *uploadIndex) isOf(members map[gitmap.CommitID]*historyMember) bool {
	for _, e := range x.Uploads {
		id, _ := gitmap.ParseCommitID(e.Import)
		if m := members[id]; m == nil || !slices.Equal(m.suites, e.Suites) {
			return false
		}
	}
	return len(x.Uploads) == len(members)
}

// rewrite makes the commits of a history and moves its refs, all at once.
func (f *uploadFetcher) rewrite(ctx context.Context, reader *gitmap.CommitReader, members map[gitmap.CommitID]*historyMember) error {
	uploads := map[*timelineUpload]*joinedUpload{}
	for id, m := range members {
		u, err := readUpload(reader, dsc.ID{Package: f.pkg, Version: m.version}, id)
		if err != nil {
			return err
		}
		uploads[&u.timelineUpload] = u
	}
	line := newTimeline(slices.Collect(maps.Keys(uploads)))
	pack, err := f.repo.NewPack(ctx)
	if err != nil {
		return err
	}
	defer pack.Abort()
	f.result.Gone = f.gone(line)
	w := &historyWriter{pack: pack, pkg: f.pkg, line: line}
	for _, u := range line.uploads {
		w.uploads = append(w.uploads, uploads[u])
	}
	if err := w.write(); err != nil {
		return err
	}
	refs, err := f.repo.Refs(ctx, uploadIndexRef, uploadCommitPrefix, uploadTagPrefix, uploadTipPrefix, uploadBranchPrefix)
	if err != nil {
		return err
	}
	m := &historyMove{uploadFetcher: f, refs: refs}
	if err := m.planUploads(w, members); err != nil {
		return err
	}
	tips, err := w.tips(members)
	if err != nil {
		return err
	}
	if err := pack.Finish(); err != nil {
		return err
	}
	if err := m.planBranches(ctx, tips); err != nil {
		return err
	}
	return f.repo.UpdateRefs(ctx, "debgit uploads", m.updates...)
}

// tips returns where the branches end, by suite, and that of all suites.
func (w *historyWriter) tips(members map[gitmap.CommitID]*historyMember) (map[string]gitmap.CommitID, error) {
	newest := map[string]int{}
	for i, u := range w.uploads {
		for _, suite := range members[u.importID].suites {
			if n, ok := newest[suite]; ok {
				if order, err := u.version.Compare(w.uploads[n].version); err != nil || order <= 0 {
					continue
				}
			}
			newest[suite] = i
		}
	}
	tips := map[string]gitmap.CommitID{}
	for suite, i := range newest {
		tips[suite] = w.joins[i]
	}
	all, err := w.all()
	tips[AllUploads] = all
	return tips, err
}

// gone returns the versions that are wanted and that changelogs name, but that are not here.
func (f *uploadFetcher) gone(line *timeline) []dsc.Version {
	here := map[dsc.Version]bool{}
	for _, u := range line.uploads {
		here[u.version] = true
	}
	for _, m := range f.result.Missing {
		here[m.ID.Version] = true // is said already
	}
	oldest := UploadSelection{since: f.which.since}
	if f.which.newest > 0 {
		oldest.since = f.wanted[len(f.wanted)-1].id.Version
	}
	var gone []dsc.Version
	for _, u := range line.uploads {
		for _, n := range u.named {
			if !here[n.version] && oldest.has(n.version) {
				here[n.version] = true
				gone = append(gone, n.version)
			}
		}
	}
	slices.SortFunc(gone, func(a, b dsc.Version) int {
		order, err := b.Compare(a)
		if err != nil {
			return strings.Compare(string(b), string(a))
		}
		return order
	})
	return gone
}
