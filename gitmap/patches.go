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

// A patchStep is a commit of a patch, ready to be written.
type patchStep struct {
	name    string // of the patch
	tree    ObjectID
	author  string
	message string
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
		errors.As(err, &patch) && (patch.Kind == dsc.PatchUnsafe || patch.Kind == dsc.PatchTooLarge) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// likeDgit works out the commits that dgit makes.
func (q *quilt) likeDgit() ([]patchStep, error) {
	if q.refusal != nil {
		return nil, q.refusal
	}
	if q.badControl != nil {
		return nil, q.badControl
	}
	return q.steps()
}

// likeDpkg works out commits that end with what "dpkg-source -x" unpacks: its
// patches, each applied as it does, whatever else dgit does not like about them.
func (q *quilt) likeDpkg() ([]patchStep, error) {
	if q.series.DpkgErr != nil {
		return nil, fmt.Errorf("%s: %w", q.name, q.series.DpkgErr)
	}
	var steps []patchStep
	q.budget = newPatchBudget(q.im.limits)
	root := q.full
	for _, e := range q.series.Dpkg {
		p, err := q.dpkgPatch(root, e)
		if err != nil {
			return nil, err
		}
		file := e
		file.Name = dpkgFileName(e.Name)
		data, err := q.read(root, file)
		if err != nil {
			return nil, err
		}
		if root, err = q.applyTo(root, p, e, dsc.DpkgQuilt, dsc.ApplyOptions{}); err != nil {
			return nil, err
		}
		step, err := q.describeAnyway(e, data)
		if err != nil {
			return nil, err
		}
		if steps, err = q.addHeld(steps, step, root); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// describeAnyway is describe for a patch whose header dgit cannot read: bytes that
// are not UTF-8 are taken for Latin-1, and if that does not help, the header says nothing.
func (q *quilt) describeAnyway(e dsc.SeriesEntry, data []byte) (patchStep, error) {
	step, h, err := q.describe(e, data)
	var bad *PatchHeaderError
	if errors.As(err, &bad) {
		step, h, err = q.describe(e, []byte(commitText(string(data))))
	}
	if errors.As(err, &bad) {
		step, h, err = q.describe(e, nil)
	}
	if unusable := (*unusableAuthorError)(nil); errors.As(err, &unusable) {
		step.author, err = q.committer()
	}
	step.message = h.rebasedMessage()
	return step, err
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

// dpkgPatch is patch for dpkg-source, which decompresses patches.
func (q *quilt) dpkgPatch(root *node, e dsc.SeriesEntry) (*dsc.Patch, error) {
	e.Name = dpkgFileName(e.Name)
	p, data, err := q.patch(root, e)
	if err != nil || !compressed(e.Name) {
		return p, err
	}
	name := "debian/patches/" + e.Name
	r, err := dsc.Decompress(name, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if data, err = q.im.readPatch(name, r); err != nil {
		return nil, err
	}
	if err := q.budget.worked(name, int64(len(data))); err != nil {
		return nil, err
	}
	return q.im.parsePatch(name, data)
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
		p, err := q.dpkgPatch(root, e)
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

// add adds a step that ends with the tree root. Of the tree the step keeps the name
// only, so that a long series does not hold as many trees in memory.
func (q *quilt) add(steps []patchStep, s patchStep, root *node) ([]patchStep, error) {
	err := take(&q.budget.messages, int64(len(s.message)), q.name, "bytes of commit messages", q.im.limits.Messages)
	if err == nil {
		s.tree, err = q.im.trees.writeRoot(root)
	}
	return append(steps, s), err
}

// addHeld is add for a tree that dpkg-source patched.
func (q *quilt) addHeld(steps []patchStep, s patchStep, root *node) ([]patchStep, error) {
	held, err := q.heldTree(root)
	if err != nil {
		return nil, err
	}
	return q.add(steps, s, held)
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

// steps works out the commits by the first method, and if that fails by the fallback.
func (q *quilt) steps() ([]patchStep, error) {
	steps, err := q.first()
	if store := (*storeError)(nil); err == nil || q.im.ctx.Err() != nil || errors.As(err, &store) {
		return steps, err
	}
	if len(q.series.Laundered) > 0 {
		q.im.result.Fallback = err
	}
	return q.fallback()
}

// first is dgit's first method: each patch applied as "git apply" does.
func (q *quilt) first() ([]patchStep, error) {
	if q.series.StrictErr != nil {
		return nil, fmt.Errorf("%s: %w", q.name, q.series.StrictErr)
	}
	var steps []patchStep
	q.budget = newPatchBudget(q.im.limits)
	root := q.base
	for i, e := range q.series.Strict {
		p, data, err := q.patch(root, e)
		if err != nil {
			return nil, err
		}
		step, header, err := q.describe(e, data)
		if err != nil {
			return nil, err
		}
		step.message = header.message()
		if root, err = q.applyTo(root, p, e, dsc.GitApply, dsc.ApplyOptions{Strip: e.Strip}); err != nil {
			return nil, err
		}
		if steps, err = q.add(steps, step, root); err != nil {
			return nil, err
		}
		q.im.opts.Progress.report("apply patches", int64(i+1), int64(len(q.series.Strict)))
	}
	return steps, q.sameAsDpkg(root)
}

// fallback is dgit's second method: each patch applied as dpkg-source does if it
// is the only one, and an author that git would not take replaced by the importer.
func (q *quilt) fallback() ([]patchStep, error) {
	if q.series.LaunderedErr != nil {
		return nil, fmt.Errorf("%s: %w", q.name, q.series.LaunderedErr)
	}
	var steps []patchStep
	var err error
	q.budget = newPatchBudget(q.im.limits)
	root := q.base
	for i, e := range q.series.Laundered {
		data, err := q.read(root, e)
		if err != nil && !isMissing(err) { // without a header, if dpkg-source reads another name
			return nil, err
		}
		step, header, err := q.describe(e, data)
		if unusable := (*unusableAuthorError)(nil); errors.As(err, &unusable) {
			step.author, err = q.committer()
		}
		if err != nil {
			return nil, err
		}
		step.message = header.rebasedMessage()
		if root, err = q.prepareWith(root, e); err != nil {
			return nil, err
		}
		if steps, err = q.addHeld(steps, step, root); err != nil {
			return nil, err
		}
		q.im.opts.Progress.report("apply patches", int64(i+1), int64(len(q.series.Laundered)))
	}
	if root, err = q.heldTree(root); err != nil {
		return nil, err
	}
	return steps, q.sameAsDpkg(root)
}

// prepareWith returns root after "dpkg-source --before-build", with the line of e alone in
// the series.
func (q *quilt) prepareWith(root *node, e dsc.SeriesEntry) (*node, error) {
	unpatched, err := q.unpatched(root)
	e.Name = e.DpkgName()
	if err != nil || unpatched != nil || e.Name == "" {
		return root, err
	}
	p, err := q.dpkgPatch(root, e)
	if err != nil {
		return nil, err
	}
	applies, err := p.FirstApplies(q.im.patchTree(root))
	if err != nil || !applies {
		return root, err
	}
	return q.applyTo(root, p, e, dsc.DpkgQuilt, dsc.ApplyOptions{})
}

// describe reads the header of a patch for its author and message.
func (q *quilt) describe(e dsc.SeriesEntry, data []byte) (step patchStep, h patchHeader, err error) {
	step.name = e.Name
	if h, err = readPatchHeader(e.Name, data); err != nil {
		return step, h, err
	}
	step.author, err = h.authorLine(q.maintainer, splitPerson(q.clog.stamp.person), q.clog.stamp.gitDate())
	return step, h, err
}

// committer is the committer of patch commits, whose date git has cleaned up.
func (q *quilt) committer() (string, error) {
	by := q.by
	if by == (person{}) {
		by = person{importerName, importerEmail}
	}
	return identLine(by, q.clog.stamp.gitDate())
}

// errDisagree says that the patch commits do not end with dpkg-source's tree.
var errDisagree = errors.New("the patches one by one give another tree than dpkg-source makes of them")

func (q *quilt) sameAsDpkg(root *node) error {
	got, err := q.im.trees.write(root)
	if err != nil {
		return err
	}
	want, err := q.im.trees.write(q.want)
	if err != nil {
		return err
	}
	if got != want {
		return errDisagree
	}
	return nil
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
