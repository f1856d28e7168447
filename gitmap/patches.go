package gitmap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"debgit/dsc"
)

// quilt is a series of patches on its way to commits.
type quilt struct {
	im         *importer
	name       string // of the series, for messages
	clog       *changelog
	base       *node  // the unpacked source, without patches
	full       *node  // the same with what git does not hold of it
	by         person // the committer; empty for the importer
	series     *dsc.Series
	noSeries   error  // why dpkg-source sees none of its patches, whatever the tree; or nil
	want       *node  // the reference tree
	refusal    error  // why dgit cannot make it; or nil
	maintainer person // of debian/control; empty if it names none
	badControl error  // why dgit cannot read the maintainer; or nil
	budget     *patchBudget
	made       []PatchCommit
}

// openQuilt reads the series in base, and works out the reference tree. full is base with
// what git does not hold of it.
func (im *importer) openQuilt(base, full *node) (*quilt, error) {
	q := &quilt{im: im, base: base, full: full}
	if err := q.readSeries(); err != nil {
		return nil, err
	}
	s := q.series
	if n := max(len(s.Dpkg), len(s.Strict), len(s.Laundered)); int64(n) > im.limits.Patches {
		return nil, &dsc.LimitError{File: q.name, What: "patches", Limit: im.limits.Patches}
	}
	control, err := im.readThroughLinks(base, controlName, im.limits.control())
	if err != nil && !isUnreadable(err) {
		return nil, err
	}
	q.maintainer, q.badControl = controlMaintainer(control)
	if q.want, q.refusal = q.reference(); isFinal(q.refusal) {
		return nil, q.refusal
	}
	return q, nil
}

// commitPatches makes a commit of each patch, on top of the main commit.
func (q *quilt) commitPatches(clog *changelog) error {
	q.clog = clog
	im := q.im
	if _, err := parseGitDate(strings.TrimSpace(clog.stamp.date())); err != nil && len(im.result.Own) == 0 {
		im.own("debian/changelog: %w", err)
	}
	steps, err := q.likeDgit()
	if err != nil && !isFinal(err) {
		refusal := err
		if steps, err = q.likeDpkg(); err == nil {
			im.own("%w", refusal)
			im.result.Fallback, im.result.Unpatched = nil, nil
		}
	}
	if err != nil {
		return err
	}
	return q.commit(steps)
}

// isFinal tells an error that no other way of applying patches can mend.
func isFinal(err error) bool {
	var limit *dsc.LimitError
	var collision *CollisionError
	var patch *dsc.PatchError
	var store *storeError
	return errors.As(err, &limit) || errors.As(err, &collision) || errors.As(err, &store) ||
		errors.As(err, &patch) && patch.Kind == dsc.PatchUnsafe ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// read reads a patch of the series from the tree as it is when its turn comes.
func (q *quilt) read(root *node, e dsc.SeriesEntry) ([]byte, error) {
	if err := q.im.ctx.Err(); err != nil {
		return nil, err
	}
	name := "debian/patches/" + e.Name
	data, err := q.im.readThroughLinks(root, name, q.im.limits.onePatch())
	if err != nil {
		return nil, fmt.Errorf("%s: line %d: %w", q.name, e.Line, err)
	}
	return data, q.budget.worked(name, int64(len(data)))
}

// patch is read for one that is to be applied as it is.
func (q *quilt) patch(root *node, e dsc.SeriesEntry) (*dsc.Patch, []byte, error) {
	data, err := q.read(root, e)
	if err != nil {
		return nil, nil, err
	}
	p, err := q.im.parsePatch("debian/patches/"+e.Name, data)
	return p, data, err
}

// dpkgPatch is patch for dpkg-source, which decompresses patches. data is the file as it is.
func (q *quilt) dpkgPatch(root *node, e dsc.SeriesEntry) (p *dsc.Patch, data []byte, err error) {
	e.Name = dpkgFileName(e.Name)
	if !compressed(e.Name) {
		return q.patch(root, e)
	}
	if data, err = q.read(root, e); err != nil {
		return nil, nil, err
	}
	name := "debian/patches/" + e.Name
	r, err := dsc.Decompress(name, bytes.NewReader(data))
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	plain, err := q.im.readPatch(name, r)
	if err == nil {
		err = q.budget.worked(name, int64(len(plain)))
	}
	if err == nil {
		p, err = q.im.parsePatch(name, plain)
	}
	return p, data, err
}

// dpkgFileName returns the name of the file that dpkg-source opens for a name of the series: it does
// not mind slashes at the end, behind which nobody else finds a file.
func dpkgFileName(name string) string {
	for {
		shorter := strings.TrimSuffix(strings.TrimRight(name, "/"), "/.")
		if shorter == name {
			return name
		}
		name = shorter
	}
}

func compressed(name string) bool {
	for _, ext := range []string{".gz", ".bz2", ".lzma", ".xz"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// reference returns the tree that "dpkg-source --before-build" makes: with all
// patches applied; or as it was if it applies none, as when the first patch does
// not apply, which it takes for "applied already".
func (q *quilt) reference() (*node, error) {
	unpatched, err := q.unpatched(q.base)
	if err != nil {
		return nil, err
	}
	if unpatched != nil {
		if len(q.series.Dpkg) > 0 {
			q.im.result.Unpatched = unpatched
		}
		return q.base, nil
	}
	if q.series.DpkgErr != nil {
		return nil, fmt.Errorf("%s: %w", q.name, q.series.DpkgErr)
	}
	q.budget = newPatchBudget(q.im.limits)
	root := q.base
	for i, e := range q.series.Dpkg {
		p, _, err := q.dpkgPatch(root, e)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			applies, err := p.FirstApplies(q.im.patchTree(root))
			if err != nil {
				return nil, err
			}
			if !applies {
				_, why := p.Apply(q.im.patchTree(root), dsc.DpkgQuilt, dsc.ApplyOptions{Reserved: true})
				var patch *dsc.PatchError
				if errors.As(why, &patch) && patch.Kind == dsc.PatchOwnDirectory {
					return nil, why // dpkg-source leaves the directory, and stops at it when run again
				}
				q.im.result.Unpatched = why
				return root, nil
			}
		}
		if root, err = q.applyTo(root, p, e, dsc.DpkgQuilt, dsc.ApplyOptions{}); err != nil {
			return nil, err
		}
	}
	held, err := q.heldTree(root)
	if err != nil {
		return nil, err
	}
	return held, q.im.refusedPatch(held)
}

// unpatched says why "dpkg-source --before-build" would apply no patch to the tree at
// root, whatever the series says, and nil if it would. An error says why it refuses the tree.
func (q *quilt) unpatched(root *node) (why, err error) {
	p := q.im.prepare(root)
	if p.refusal == nil && p.unpatched == nil {
		return q.noSeries, nil
	}
	return p.unpatched, p.refusal
}

// applyTo returns root with the patch of e applied.
func (q *quilt) applyTo(root *node, p *dsc.Patch, e dsc.SeriesEntry, d dsc.Dialect, opts dsc.ApplyOptions) (*node, error) {
	return q.im.applyPatch(q.budget, root, p, "debian/patches/"+e.Name, d, opts)
}

// heldTree returns root without what git does not hold, and without quilt's state.
func (q *quilt) heldTree(root *node) (*node, error) {
	root = root.without(".pc")
	if !q.im.held.any && q.full == q.base {
		return root, nil
	}
	entries := int64(0)
	held := root.prune("", func(_, name string, e *node) bool {
		entries++
		kind, _ := whyNotHeld(name, e.kind == linkNode)
		return kind != ""
	})
	return held, q.budget.worked(q.name, treeEntry*entries)
}

// committer is the committer of patch commits, whose date git has cleaned up.
func (q *quilt) committer() (string, error) {
	by := q.by
	if by == (person{}) {
		by = person{importerName, importerEmail}
	}
	return identLine(by, q.clog.stamp.gitDate())
}

// commit writes the commits of all steps.
func (q *quilt) commit(steps []patchStep) error {
	committer, err := q.committer()
	if err != nil {
		return err
	}
	for _, s := range steps {
		id, err := q.im.commit(commit{
			tree:      s.tree,
			parents:   []CommitID{q.im.result.Commit},
			author:    s.author,
			committer: committer,
			message:   s.message,
		})
		if err != nil {
			return err
		}
		q.made = append(q.made, PatchCommit{id, s.name})
		q.im.result.Commit, q.im.result.Tree = id, s.tree
	}
	q.im.result.Patches = len(steps)
	return nil
}
