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
	base       *node // the unpacked source, without patches
	series     *dsc.Series
	want       *node  // what dpkg-source makes of base
	maintainer person // of debian/control; empty if it names none
	budget     *patchBudget
}

// A patchStep is a commit of a patch, ready to be written.
type patchStep struct {
	tree    ObjectID
	author  string
	message string
}

// commitPatches makes a commit of each patch, on top of the main commit.
func (im *importer) commitPatches(base *node, clog *changelog) error {
	name, data, err := im.readSeries(base)
	if err != nil || data == nil {
		return err
	}
	q := &quilt{im: im, clog: clog, base: base}
	if q.series, err = dsc.ParseSeries(data); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	q.name = name
	if len(q.series.Dpkg) == 0 {
		return nil
	}
	if n := max(len(q.series.Dpkg), len(q.series.Strict), len(q.series.Laundered)); int64(n) > im.limits.Patches {
		return &dsc.LimitError{File: name, What: "patches", Limit: im.limits.Patches}
	}
	control, err := im.readThroughLinks(base, "debian/control", im.limits.control())
	if err != nil && !isMissing(err) && !errors.Is(err, errLeavesTree) {
		return err
	}
	q.maintainer, _ = controlMaintainer(control)
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
	return errors.As(err, &limit) || errors.As(err, &collision) ||
		errors.As(err, &patch) && (patch.Kind == dsc.PatchUnsafe || patch.Kind == dsc.PatchTooLarge) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

const (
	seriesName       = "debian/patches/series"
	vendorSeriesName = "debian/patches/debian.series"
)

// readSeries returns the series that dpkg-source applies on Debian, and its name;
// nil if there is none. dgit refuses one that is for Debian only, because the
// package unpacks differently on other distros.
func (im *importer) readSeries(base *node) (name string, data []byte, err error) {
	most := bound{"bytes of series", im.limits.Series}
	data, err = im.readThroughLinks(base, seriesName, most)
	if err != nil && !isMissing(err) {
		return seriesName, nil, err
	}
	vendor, err := im.readThroughLinks(base, vendorSeriesName, most)
	if isMissing(err) {
		return seriesName, data, nil
	}
	if err == nil && (isActive(vendor) || len(bytes.TrimSpace(data)) > 0) {
		im.own("%s is there: what the package unpacks to depends on the distro that unpacks it", vendorSeriesName)
	}
	return vendorSeriesName, vendor, err
}

// isActive says whether dgit takes a vendor's series for one that does something:
// for it, only a comment after white space is a comment.
func isActive(series []byte) bool {
	for line := range bytes.Lines(series) {
		trimmed := bytes.TrimLeft(line, " \t\r\n\f\v")
		if len(trimmed) > 0 && (len(trimmed) == len(line) || trimmed[0] != '#') {
			return true
		}
	}
	return false
}

// likeDgit works out the commits that dgit makes.
func (q *quilt) likeDgit() (steps []patchStep, err error) {
	if q.want, err = q.reference(); err != nil {
		return nil, err
	}
	return q.steps()
}

// likeDpkg works out commits that end with what "dpkg-source -x" unpacks: its
// patches, each applied as it does, whatever else dgit does not like about them.
func (q *quilt) likeDpkg() ([]patchStep, error) {
	var steps []patchStep
	q.budget = newPatchBudget(q.im.limits)
	root := q.base
	for _, e := range q.series.Dpkg {
		p, err := q.dpkgPatch(root, e)
		if err != nil {
			return nil, err
		}
		_, data, err := q.patch(root, e)
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
		if steps, err = q.add(steps, step, root); err != nil {
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

// patch reads a patch of the series from the tree as it is when its turn comes.
func (q *quilt) patch(root *node, e dsc.SeriesEntry) (*dsc.Patch, []byte, error) {
	if err := q.im.ctx.Err(); err != nil {
		return nil, nil, err
	}
	name := "debian/patches/" + e.Name
	data, err := q.im.readThroughLinks(root, name, q.im.limits.onePatch())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: line %d: %w", q.name, e.Line, err)
	}
	if err := q.budget.worked(name, int64(len(data))); err != nil {
		return nil, nil, err
	}
	p, err := q.im.parsePatch(name, data)
	return p, data, err
}

// dpkgPatch is patch for dpkg-source, which decompresses patches.
func (q *quilt) dpkgPatch(root *node, e dsc.SeriesEntry) (*dsc.Patch, error) {
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

func compressed(name string) bool {
	for _, ext := range []string{".gz", ".bz2", ".lzma", ".xz"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// reference returns the tree that "dpkg-source --before-build" makes: with all
// patches applied; or as it was if the first patch does not apply, which
// dpkg-source takes for "applied already".
func (q *quilt) reference() (*node, error) {
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
				_, q.im.result.Unpatched = p.Apply(q.im.patchTree(root), dsc.DpkgQuilt, dsc.ApplyOptions{})
				return root, nil
			}
		}
		if root, err = q.applyTo(root, p, e, dsc.DpkgQuilt, dsc.ApplyOptions{}); err != nil {
			return nil, err
		}
	}
	return root, nil
}

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

// steps works out the commits by the first method, and if that fails by the fallback.
func (q *quilt) steps() ([]patchStep, error) {
	steps, err := q.first()
	if err == nil || q.im.ctx.Err() != nil {
		return steps, err
	}
	q.im.result.Fallback = err
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
	q.budget = newPatchBudget(q.im.limits)
	root := q.base
	for i, e := range q.series.Laundered {
		_, data, err := q.patch(root, e)
		if err != nil {
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
		p, err := q.dpkgPatch(root, e)
		if err != nil {
			return nil, err
		}
		applies, err := p.FirstApplies(q.im.patchTree(root))
		if err != nil {
			return nil, err
		}
		if applies {
			if root, err = q.applyTo(root, p, e, dsc.DpkgQuilt, dsc.ApplyOptions{}); err != nil {
				return nil, err
			}
		}
		if steps, err = q.add(steps, step, root); err != nil {
			return nil, err
		}
		q.im.opts.Progress.report("apply patches", int64(i+1), int64(len(q.series.Laundered)))
	}
	return steps, q.sameAsDpkg(root)
}

// describe reads the header of a patch for its author and message.
func (q *quilt) describe(e dsc.SeriesEntry, data []byte) (step patchStep, h patchHeader, err error) {
	if h, err = readPatchHeader(e.Name, data); err != nil {
		return step, h, err
	}
	step.author, err = h.authorLine(q.maintainer, splitPerson(q.clog.stamp.person), q.date())
	return step, h, err
}

// committer is the committer of patch commits, whose date git has cleaned up.
func (q *quilt) committer() (string, error) {
	return identLine(person{importerName, importerEmail}, q.date())
}

// date is the date of the newest stanza as git gets it. git takes a number below
// 10^8 for a date of another form unless it is marked as seconds, which dgit
// does not do.
func (q *quilt) date() string {
	date := strings.TrimSpace(q.clog.stamp.date())
	if _, err := parseGitDate(date); err != nil {
		return "@" + date
	}
	return date
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
		q.im.result.Commit, q.im.result.Tree = id, s.tree
	}
	q.im.result.Patches = len(steps)
	return nil
}
