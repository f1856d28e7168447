package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A DiffSide is one of the two versions.
type DiffSide struct {
	Version dsc.Version // of the changelog
	Commit  gitmap.CommitID
	Holding *Holding // if an upload was asked for, or found
	Patches *PatchExamination

	tree     gitmap.ObjectID // zero for the work tree
	files    packageFiles
	versions []dsc.Version // of the changelog

	// Of an import, what it is before patches; else zero and nil.
	mainTree  gitmap.ObjectID
	mainFiles packageFiles
}

// IsWorkTree says whether the side is the work tree.
func (s *DiffSide) IsWorkTree() bool { return s.tree.IsZero() }

// examine finds out about the patches of the side. An import tells itself whether they are applied.
func (s *DiffSide) examine() (err error) {
	if s.mainFiles == nil {
		s.Patches, err = examinePatches(s.files)
		return err
	}
	if s.Patches, err = listPatches(s.files); err != nil {
		return err
	}
	s.Patches.unpatched = s.mainFiles
	switch {
	case len(s.Patches.Names) == 0:
	case s.mainTree == s.tree: // as for dpkg-source(1), which found none to apply
		s.Patches.State = PatchesUnapplied
	default:
		s.Patches.State = PatchesApplied
	}
	return nil
}

// isUnpatched says whether there is a tree of the side without patches.
func (s *DiffSide) isUnpatched() bool {
	return !s.mainTree.IsZero() || s.Patches.State == PatchesUnapplied || s.Patches.State == NoPatches
}

func (s *DiffSide) unpatchedTree() gitmap.ObjectID {
	if !s.mainTree.IsZero() {
		return s.mainTree
	}
	return s.tree
}

// isPatched says whether the tree of the side is one with all patches applied.
func (s *DiffSide) isPatched() bool {
	return s.Patches.State == PatchesApplied || s.Patches.State == NoPatches
}

// A NotHereError says that the repository does not have an upload that its changelog names.
type NotHereError struct{ ID dsc.ID }

func (e *NotHereError) Error() string {
	return fmt.Sprintf("%s is not in this repository; its changelog names it, no more", e.ID)
}

// A NoUploadError says that a repository does not have any upload of a source package.
type NoUploadError struct{ Package string }

func (e *NoUploadError) Error() string {
	return fmt.Sprintf("%s: the repository has no upload to compare with", e.Package)
}

// newSide returns the newer side.
func (c *comparer) newSide(ctx context.Context) (DiffSide, error) {
	switch {
	case c.opts.New != "":
		return c.side(ctx, c.opts.New)
	case c.repo.WorkTree() == "":
		return c.revision(ctx, "HEAD")
	}
	work, err := c.repo.OpenWorkFiles()
	if err != nil {
		return DiffSide{}, err
	}
	c.work = work
	data, err := readFile(work, changelogPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return DiffSide{}, err
	}
	entries := uploadsIn(data)
	if len(entries) == 0 {
		return DiffSide{}, &NoChangelogError{Rev: "the work tree"}
	}
	s := DiffSide{files: work}
	c.describe(&s, entries)
	return s, nil
}

// describe notes what the changelog of a side says.
func (c *comparer) describe(s *DiffSide, entries []*dsc.ChangelogEntry) {
	s.Version = entries[0].Version
	c.result.Package = entries[0].Package
	for _, e := range entries {
		s.versions = append(s.versions, e.Version)
	}
}

// oldSide returns the older side: the newest upload that is there, if none was asked for.
func (c *comparer) oldSide(ctx context.Context) (DiffSide, error) {
	if c.opts.Old != "" {
		return c.side(ctx, c.opts.Old)
	}
	if err := c.walk(ctx); err != nil {
		return DiffSide{}, err
	}
	reached := slices.SortedFunc(maps.Keys(c.h.reached), func(a, b dsc.Version) int {
		order, _ := b.Compare(a)
		return order
	})
	for _, v := range append(slices.Clone(c.result.New.versions), reached...) {
		if found, err := c.h.find(v); err != nil {
			return DiffSide{}, err
		} else if len(found) > 0 {
			return c.held(found)
		}
	}
	return DiffSide{}, &NoUploadError{c.result.Package}
}

// walk looks for uploads in the histories of HEAD and of all branches of suites.
func (c *comparer) walk(ctx context.Context) error {
	refs, err := c.repo.Refs(ctx, TrackingRef(""), branchRef(""))
	if err != nil {
		return err
	}
	var starts []gitmap.CommitID
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		starts = append(starts, gitmap.CommitID(refs[ref]))
	}
	head, ok, err := c.repo.Commit(ctx, "HEAD")
	if ok {
		starts = append(starts, head)
	}
	if err != nil {
		return err
	}
	return c.h.walk(starts...)
}

// side finds what a side is: an upload that is there, else a revision.
func (c *comparer) side(ctx context.Context, name string) (DiffSide, error) {
	v, err := dsc.ParseVersion(name)
	if err != nil {
		return c.revision(ctx, name)
	}
	found, err := c.h.find(v)
	if err == nil && len(found) == 0 {
		if err = c.walk(ctx); err == nil {
			found, err = c.h.find(v)
		}
	}
	if err != nil {
		return DiffSide{}, err
	}
	if len(found) > 0 {
		return c.held(found)
	}
	return c.revision(ctx, name)
}

// held returns the side of an upload. An import is preferred, since it tells the
// files of upstream from what patches make of them.
func (c *comparer) held(found []Holding) (DiffSide, error) {
	holding := found[0]
	for _, f := range found {
		if f.By == HeldByImport {
			holding = f
			break
		}
	}
	s, err := c.commit("", holding.Commit)
	s.Holding = &holding
	if err != nil || holding.By != HeldByImport {
		return s, err
	}
	chain, ok, err := c.h.commits.Chain(holding.Commit)
	if ok {
		s.mainTree, s.mainFiles = chain.Main.Tree, c.h.trees.Files(chain.Main.Tree)
	}
	return s, err
}

// revision returns the side of a revision.
func (c *comparer) revision(ctx context.Context, rev string) (DiffSide, error) {
	id, ok, err := c.repo.Commit(ctx, rev)
	if err != nil {
		return DiffSide{}, err
	}
	if ok {
		return c.commit(rev, id)
	}
	head, ok, err := c.repo.Commit(ctx, "HEAD")
	if err != nil || !ok {
		return DiffSide{}, errors.Join(err, &UnknownCommitError{rev})
	}
	entries, err := c.h.changelogs.all("HEAD", head)
	if err != nil {
		return DiffSide{}, err
	}
	pkg := entries[0].Package
	for _, e := range entries {
		if string(e.Version) == rev {
			return DiffSide{}, &NotHereError{dsc.ID{Package: pkg, Version: e.Version}}
		}
	}
	return DiffSide{}, &UnknownUploadError{rev, pkg}
}

// commit returns the side of a commit.
func (c *comparer) commit(rev string, id gitmap.CommitID) (DiffSide, error) {
	s := DiffSide{Commit: id}
	entries, err := c.h.changelogs.all(strings.TrimSpace(rev), id)
	if err != nil {
		return s, err
	}
	c.describe(&s, entries)
	commit, err := c.h.commits.Read(id)
	if err != nil {
		return s, err
	}
	s.tree, s.files = commit.Tree, c.h.trees.Files(commit.Tree)
	return s, nil
}
