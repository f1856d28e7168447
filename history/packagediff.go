package history

import (
	"context"
	"maps"
	"slices"

	"debgit/dsc"
	"debgit/gitmap"
)

// DiffOptions say what ComparePackages compares. Each side is the version of an upload, else a revision
// of gitrevisions(7).
type DiffOptions struct {
	Old      string // default: the newest upload that the repository has
	New      string // default: the work tree; in a bare repository, HEAD
	Texts    bool   // find the text of the differences, too
	Upstream bool   // with Texts, also that of the upstream files
}

// A PackageDiff says in what two versions of a source package differ.
type PackageDiff struct {
	Package   string
	Old, New  DiffSide
	Between   []dsc.Version // uploads after Old and before New, as New's changelog names them, newest first
	Packaging Difference    // of debian/, without the patches
	Patches   []PatchDifference
	Reordered bool // patches that both have are in another order

	// Upstream is the difference of all other files, seen as UpstreamView says. It is
	// nil if either side has no other files.
	Upstream     *Difference
	UpstreamView UpstreamView
}

// A Difference is of some of the files.
type Difference struct {
	Files []gitmap.FileChange
	Text  string
}

// Total returns how many lines are added and removed.
func (d *Difference) Total() (added, removed int) {
	for _, f := range d.Files {
		added, removed = added+f.Added, removed+f.Removed
	}
	return added, removed
}

// An UpstreamView says what the upstream files are compared as.
type UpstreamView string

const (
	ViewUnpatched UpstreamView = "unpatched" // as upstream made them
	ViewPatched   UpstreamView = "patched"   // with the patches applied
	ViewAsIs      UpstreamView = "as-is"     // one side has the patches applied, the other not, or not all
)

// IsNative says whether neither version has a revision: then there is no upstream apart
// from Debian, and Upstream is of Debian's own files.
func (d *PackageDiff) IsNative() bool {
	return d.Old.Version.IsNative() && d.New.Version.IsNative()
}

// ComparePackages compares two versions of a source package: the packaging, the patches, and the
// files of upstream.
//
// Errors that callers may test for: [*UnknownUploadError], [*NotHereError], [*NoUploadError],
// [*UnknownCommitError], [*NoChangelogError].
func ComparePackages(ctx context.Context, repo *gitmap.Repo, opts DiffOptions) (*PackageDiff, error) {
	h, err := openHoldings(ctx, repo)
	if err != nil {
		return nil, err
	}
	defer h.close()
	c := &comparer{h: h, repo: repo, opts: opts, result: &PackageDiff{}}
	defer c.close()
	if err := c.compare(ctx); err != nil {
		return nil, err
	}
	return c.result, nil
}

// comparer is what one call of ComparePackages works on.
type comparer struct {
	h      *holdings
	repo   *gitmap.Repo
	opts   DiffOptions
	work   *gitmap.WorkFiles // if it is a side
	result *PackageDiff
}

func (c *comparer) close() {
	if c.work != nil {
		c.work.Close()
	}
}

func (c *comparer) compare(ctx context.Context) (err error) {
	d := c.result
	if d.New, err = c.newSide(ctx); err != nil {
		return err
	}
	if d.Old, err = c.oldSide(ctx); err != nil {
		return err
	}
	for _, s := range []*DiffSide{&d.Old, &d.New} {
		if err = s.examine(); err != nil {
			return err
		}
	}
	d.Between = slices.DeleteFunc(slices.Clone(d.New.versions), func(v dsc.Version) bool {
		return v == d.New.Version || slices.Contains(d.Old.versions, v)
	})
	if err := c.comparePatches(ctx); err != nil {
		return err
	}
	if err := c.comparePackaging(ctx); err != nil {
		return err
	}
	return c.compareUpstream(ctx)
}

func (c *comparer) comparePatches(ctx context.Context) (err error) {
	d := c.result
	old := readPatchTexts(d.Old.files, d.Old.Patches.Names)
	new := readPatchTexts(d.New.files, d.New.Patches.Names)
	if d.Patches, err = comparePatches(ctx, old, new, d.New.Patches.unpatched); err != nil {
		return err
	}
	d.Reordered = reordered(d.Old.Patches.Names, d.Patches)
	return nil
}

// reordered says whether patches of both series, pairs, follow each other in another order than in
// old.
func reordered(old []string, pairs []PatchDifference) bool {
	last := -1
	for _, p := range pairs {
		if p.Change == PatchAdded || p.Change == PatchDropped {
			continue
		}
		name := p.Name
		if p.OldName != "" {
			name = p.OldName
		}
		at := slices.Index(old, name)
		if at < last {
			return true
		}
		last = at
	}
	return false
}

// comparePackaging compares debian/, but for the patches of either series.
func (c *comparer) comparePackaging(ctx context.Context) (err error) {
	d := c.result
	patches := map[string]bool{}
	for _, x := range []*PatchExamination{d.Old.Patches, d.New.Patches} {
		for _, name := range x.Names {
			patches[patchesDir+"/"+name] = true
		}
		if x.Series != "" {
			patches[x.Series] = true
		}
	}
	paths := []string{":(top,literal)debian"}
	for _, path := range slices.Sorted(maps.Keys(patches)) {
		paths = append(paths, ":(top,exclude,literal)"+path)
	}
	d.Packaging, err = c.difference(ctx, d.Old.tree, d.New.tree, c.opts.Texts, paths...)
	return err
}

// compareUpstream compares all but debian/: if possible without patches, else with the
// patches of both applied.
func (c *comparer) compareUpstream(ctx context.Context) error {
	d := c.result
	old, new := &d.Old, &d.New
	if old.Patches.State == PackagingOnly || new.Patches.State == PackagingOnly {
		return nil
	}
	oldTree, newTree := old.tree, new.tree
	switch {
	case old.isUnpatched() && new.isUnpatched():
		oldTree, newTree, d.UpstreamView = old.unpatchedTree(), new.unpatchedTree(), ViewUnpatched
	case old.isPatched() && new.isPatched():
		d.UpstreamView = ViewPatched
	default:
		d.UpstreamView = ViewAsIs
	}
	difference, err := c.difference(ctx, oldTree, newTree, c.opts.Texts && c.opts.Upstream,
		":(top)", ":(top,exclude,literal)debian", ":(top,exclude,literal).pc")
	d.Upstream = &difference
	return err
}

func (c *comparer) difference(ctx context.Context, old, new gitmap.ObjectID, text bool, paths ...string) (d Difference, err error) {
	if d.Files, err = c.repo.DiffFiles(ctx, old, new, paths...); err != nil || !text || len(d.Files) == 0 {
		return d, err
	}
	d.Text, err = c.repo.DiffText(ctx, old, new, paths...)
	return d, err
}
