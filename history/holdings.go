package history

import (
	"cmp"
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A Holding is a commit in which a repository has the files of an upload.
type Holding struct {
	Commit gitmap.CommitID
	By     HoldingKind
	Tag    string // its name, if By is HeldByTag; else ""
}

// A HoldingKind says how it is known that a commit has the files of an upload.
type HoldingKind string

const (
	// HeldByTag is a tag named as dgit, DEP-14 and git-buildpackage name them, of a
	// commit whose changelog is that of the upload.
	HeldByTag HoldingKind = "tag"
	// HeldByImport is the last commit of an import.
	HeldByImport HoldingKind = "import"
	// HeldByChangelog is the last commit that changed the changelog while the upload was
	// its newest one, and not UNRELEASED. Its maintainers most likely made the upload from it.
	HeldByChangelog HoldingKind = "changelog"
)

// holdings finds the commits of a repository that hold uploads. What it reads of a
// commit it reads once.
type holdings struct {
	repo       *gitmap.Repo
	commits    *gitmap.CommitReader
	trees      *gitmap.TreeReader
	changelogs *changelogReader

	tags    map[string][]gitmap.Tag             // by the last part of their names
	imports map[dsc.Version][]gitmap.CommitID   // that are recorded or were walked over
	walked  map[dsc.Version]gitmap.CommitID     // HeldByChangelog
	reached map[dsc.Version]*dsc.ChangelogEntry // all uploads that were walked over
	short   bool                                // a walk ended early

	mostChangelogs int64 // bytes of changelogs that a walk reads
}

// openHoldings starts looking for uploads of repo. It must be closed.
func openHoldings(ctx context.Context, repo *gitmap.Repo) (h *holdings, err error) {
	h = &holdings{
		repo: repo,
		tags: map[string][]gitmap.Tag{}, imports: map[dsc.Version][]gitmap.CommitID{},
		walked: map[dsc.Version]gitmap.CommitID{}, reached: map[dsc.Version]*dsc.ChangelogEntry{},
		mostChangelogs: mostChangelogs,
	}
	if h.commits, err = repo.NewCommitReader(ctx); err != nil {
		return nil, err
	}
	if h.trees, err = repo.NewTreeReader(ctx); err != nil {
		h.commits.Close()
		return nil, err
	}
	h.changelogs = newChangelogReader(h.commits, h.trees)
	if err := h.readRefs(ctx); err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *holdings) close() {
	h.commits.Close()
	h.trees.Close()
}

// readRefs reads which tags there are, and which imports are recorded.
func (h *holdings) readRefs(ctx context.Context) error {
	tags, err := h.repo.Tags(ctx)
	if err != nil {
		return err
	}
	for _, t := range tags {
		base := path.Base(t.Name)
		h.tags[base] = append(h.tags[base], t)
	}
	for _, all := range h.tags { // the archive view first
		slices.SortFunc(all, func(a, b gitmap.Tag) int {
			return cmp.Or(-cmp.Compare(archiveTagRank(a.Name), archiveTagRank(b.Name)), cmp.Compare(a.Name, b.Name))
		})
	}
	recorded, err := recordedCommits(ctx, h.repo, h.commits)
	if err != nil {
		return err
	}
	refs, err := h.repo.Refs(ctx, dscPrefix)
	if err != nil {
		return err
	}
	for _, id := range append(importsOf(refs), recorded...) {
		if err := h.addImport(id); err != nil {
			return err
		}
	}
	return nil
}

func archiveTagRank(name string) int {
	if strings.HasPrefix(name, archiveTagPrefix) {
		return 1
	}
	return 0
}

// addImport notes the import that tip is the last commit of, if it is one.
func (h *holdings) addImport(tip gitmap.CommitID) error {
	e, err := h.changelogs.topOf(tip)
	if err != nil || e == nil {
		return err
	}
	if !slices.Contains(h.imports[e.Version], tip) {
		h.imports[e.Version] = append(h.imports[e.Version], tip)
	}
	return nil
}

// find returns all that is known to hold an upload, the best first.
func (h *holdings) find(v dsc.Version) ([]Holding, error) {
	var tagged, found []Holding
	for _, t := range h.tags[MangleVersion(v)] {
		if !strings.Contains(t.Name, "/") {
			continue // upstream's, most likely
		}
		ok, err := h.isOf(t, v)
		if err != nil {
			return nil, err
		}
		switch holding := (Holding{t.Commit, HeldByTag, t.Name}); {
		case ok && archiveTagRank(t.Name) > 0:
			found = append(found, holding)
		case ok:
			tagged = append(tagged, holding)
		}
	}
	for _, id := range h.imports[v] {
		found = append(found, Holding{Commit: id, By: HeldByImport})
	}
	found = append(found, tagged...)
	if id, ok := h.walked[v]; ok {
		found = append(found, Holding{Commit: id, By: HeldByChangelog})
	}
	return found, nil
}

// isOf says whether a tag is of an upload: its text says so, or the changelog does.
// Reading the text is much cheaper.
func (h *holdings) isOf(t gitmap.Tag, v dsc.Version) (bool, error) {
	if m := tagSubject.FindStringSubmatch(t.Subject); m != nil && m[1] == string(v) {
		return true, nil
	}
	e, err := h.changelogs.topOf(t.Commit)
	return err == nil && e != nil && e.Version == v, ignoreNotThere(err)
}

// tagSubject is how the tags of dgit ("hello release 2.10-3 for unstable") and of
// git-buildpackage ("hello Debian release 2.10-3") begin.
var tagSubject = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+(?: \w+)? release ([^ ]+)(?: |$)`)
