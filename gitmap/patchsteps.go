package gitmap

import (
	"errors"
	"fmt"

	"debgit/dsc"
)

// A patchStep is a commit of a patch, ready to be written.
type patchStep struct {
	name    string // of the patch
	tree    ObjectID
	author  string
	message string
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
	p, _, err := q.dpkgPatch(root, e)
	if err != nil {
		return nil, err
	}
	applies, err := p.FirstApplies(q.im.patchTree(root))
	if err != nil || !applies {
		return root, err
	}
	return q.applyTo(root, p, e, dsc.DpkgQuilt, dsc.ApplyOptions{})
}

// errDisagree says that the patch commits do not end with dpkg-source's tree.
var errDisagree = errors.New("the patches one by one give another tree than dpkg-source makes of them")

func (q *quilt) sameAsDpkg(root *node) error {
	got, err := q.im.writeTree(root)
	if err != nil {
		return err
	}
	want, err := q.im.writeTree(q.want)
	if err != nil {
		return err
	}
	if got != want {
		return errDisagree
	}
	return nil
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
		p, data, err := q.dpkgPatch(root, e)
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

// describe reads the header of a patch for its author and message.
func (q *quilt) describe(e dsc.SeriesEntry, data []byte) (step patchStep, h patchHeader, err error) {
	step.name = e.Name
	if h, err = readPatchHeader(e, data); err != nil {
		return step, h, err
	}
	step.author, err = h.authorLine(q.maintainer, splitPerson(q.clog.stamp.person), q.clog.stamp.gitDate())
	return step, h, err
}

// add adds a step that ends with the tree root. Of the tree the step keeps the name
// only, so that a long series does not hold as many trees in memory.
func (q *quilt) add(steps []patchStep, s patchStep, root *node) ([]patchStep, error) {
	err := take(&q.budget.messages, int64(len(s.message)), q.name, "bytes of commit messages", q.im.limits.Messages)
	if err == nil {
		s.tree, err = q.im.writeRoot(root)
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
