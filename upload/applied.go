package upload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// dgitVersion is that of the dgit whose commits and patches are made here, byte for byte: it stands
// in what they say of how they were made.
const dgitVersion = "17.0"

const (
	patchesDir = "debian/patches/"
	seriesName = patchesDir + "series"
)

// makeApplied makes the view of a branch that has the patches applied: with a commit on top for what is
// no patch yet.
func (m *maker) makeApplied(ctx context.Context) error {
	if m.opts.Mode == NoCheck {
		return nil
	}
	edits, err := m.newPatches(ctx)
	if err != nil {
		return err
	}
	tree, err := m.editTree(ctx, m.head, edits.entries)
	if err != nil {
		return err
	}
	if tree != m.head {
		if m.opts.Mode == NoFix {
			return &QuiltError{Mode: NoFix, Problem: "dpkg-source makes another patch of the branch than it has"}
		}
		if err := m.checkPatched(ctx, tree); err != nil {
			return err
		}
		if err := m.commit(ctx, tree, "Commit Debian 3.0 (quilt) metadata\n\n[dgit ("+dgitVersion+") quilt-fixup]\n", edits.what()); err != nil {
			return err
		}
	}
	return m.dropQuiltState(ctx, tree)
}

// newPatches works out what becomes of debian/patches.
func (m *maker) newPatches(ctx context.Context) (*patchEdits, error) {
	if m.opts.Mode == Linear {
		if err := m.debrebase(ctx); err != nil {
			return nil, err
		}
	}
	options, err := m.file("debian/source/options")
	if err != nil {
		return nil, err
	}
	trees, err := origTrees(ctx, m.pkg, m.opts.OrigDir, OrigOptions{m.opts.Limits, m.opts.Progress})
	if err != nil {
		return nil, err
	}
	changes, err := m.between(trees.Unpatched, m.head)
	if err != nil {
		return nil, err
	}
	if err := m.checkRepresentable(changes); err != nil {
		return nil, err
	}
	plain, err := m.repo.NewPlainGit(ctx, m.head)
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	q := &quilter{maker: m, plain: plain, base: trees, edits: &patchEdits{entries: map[string]gitmap.TreeEntry{}}}
	switch {
	case slices.Contains(dsc.SourceOptions([]byte(options)), "--single-debian-patch"):
		err = q.likeDpkgSource(ctx)
	case m.opts.Mode == Single:
		err = q.single(ctx)
	default:
		err = q.onTop(ctx)
	}
	if err != nil {
		return nil, err
	}
	return q.edits, nil
}

// A quilter makes patches of what a branch has that is no patch yet.
type quilter struct {
	*maker
	plain *gitmap.PlainGit
	base  *gitmap.QuiltTrees
	edits *patchEdits
}

// onTop makes patches on top of those that there are.
func (q *quilter) onTop(ctx context.Context) error {
	if q.base.Refusal != nil {
		return q.base.Refusal
	}
	changes, err := q.between(q.base.Patched, q.head)
	if err != nil || len(changes) == 0 {
		return err
	}
	if q.noDebrebase != nil {
		return q.noDebrebase
	}
	if q.opts.Mode == Smash {
		return q.smash(ctx)
	}
	if q.opts.Mode == NoFix {
		return q.refuse("the branch has changes that no patch makes", changes)
	}
	steps, err := q.linearise(q.base.Patched)
	var stopped *LinearError
	if errors.As(err, &stopped) && q.opts.Mode == TryLinear {
		return q.smash(ctx)
	}
	if stopped != nil {
		if stopped.Differences, err = q.explain(changes); err != nil {
			return err
		}
		unpatched, err := q.between(q.base.Unpatched, q.head)
		if err != nil {
			return err
		}
		files, _ := differs(unpatched)
		stopped.Unapplied = !files && q.base.Unpatched != q.base.Patched
		return stopped
	}
	if err != nil {
		return err
	}
	return q.commitsToPatches(ctx, steps)
}

// refuse says how the branch differs from what its quilt mode wants.
func (m *maker) refuse(problem string, changes []gitmap.TreeChange) error {
	list, err := m.explain(changes)
	if err != nil {
		return err
	}
	return &QuiltError{m.opts.Mode, problem, list}
}

// checkPatched makes sure that the new patches do make what the branch has of upstream's files.
func (m *maker) checkPatched(ctx context.Context, tree gitmap.ObjectID) error {
	if m.opts.Forces.Has(ForceUnrepresentable) {
		return nil
	}
	trees, err := origTreesOf(ctx, m.pkg, tree, m.opts.OrigDir, OrigOptions{m.opts.Limits, m.opts.Progress})
	if err != nil {
		return err
	}
	if trees.Refusal != nil {
		return trees.Refusal
	}
	changes, err := m.between(trees.Patched, tree)
	if err != nil || len(changes) == 0 {
		return err
	}
	if trees.Unapplied != nil {
		return &gitmap.PatchesError{Err: trees.Unapplied}
	}
	differences, err := m.explain(changes)
	if err != nil {
		return err
	}
	var list []Unrepresentable
	for _, d := range differences {
		reason := "the patch that was made of it does not make it (" + string(d.Cause) + ")"
		switch d.Cause {
		case CauseBinary:
			reason = "its content is no text"
		case CauseNew:
			reason = "a new file without content"
		}
		list = append(list, Unrepresentable{d.Path, reason, d.Cause == CauseBinary})
	}
	return &UnrepresentableError{list}
}

const (
	dropStateMessage = "Commit removal of .pc (quilt series tracking data)\n\n[dgit (" + dgitVersion + ") upgrade quilt-remove-pc]\n"
	dropStateWhat    = "removes .pc, in which quilt notes what it has applied"
)

// dropQuiltState makes a commit without the directory .pc, if the branch has one.
func (m *maker) dropQuiltState(ctx context.Context, tree gitmap.ObjectID) error {
	_, err := m.trees.Entry(tree, quiltState)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if m.opts.Mode == NoFix {
		return &QuiltError{Mode: NoFix, Problem: "the branch has the directory .pc, in which quilt notes what it has applied"}
	}
	without, err := m.editTree(ctx, tree, map[string]gitmap.TreeEntry{quiltState: {}})
	if err != nil {
		return err
	}
	return m.commit(ctx, without, dropStateMessage, dropStateWhat)
}

// editTree writes a tree with other entries at some paths.
func (m *maker) editTree(ctx context.Context, tree gitmap.ObjectID, edits map[string]gitmap.TreeEntry) (gitmap.ObjectID, error) {
	pack, err := m.repo.NewPack(ctx)
	if err != nil {
		return gitmap.ObjectID{}, err
	}
	defer pack.Abort()
	edited, err := pack.EditTree(tree, edits)
	if err != nil {
		return edited, err
	}
	return edited, pack.Finish()
}

// commit makes a commit of the user's on top of the view.
func (m *maker) commit(ctx context.Context, tree gitmap.ObjectID, message, what string) error {
	author, committer, err := m.repo.Identity(ctx)
	if err != nil {
		return err
	}
	pack, err := m.repo.NewPack(ctx)
	if err != nil {
		return err
	}
	defer pack.Abort()
	c, err := pack.WriteCommit(tree, []gitmap.CommitID{m.view.Commit}, author, committer, message)
	if err != nil {
		return err
	}
	if err := pack.Finish(); err != nil {
		return err
	}
	m.made(c, what)
	return nil
}

// patchEdits are what becomes of debian/patches: entries by path, without an ID for what goes.
type patchEdits struct {
	entries map[string]gitmap.TreeEntry
	added   []string // names of new patches, as the series has them
	removed int      // how many files go
}

// what says it in words.
func (e *patchEdits) what() string {
	var parts []string
	if len(e.added) > 0 {
		parts = append(parts, "adds "+strings.Join(e.added, ", "))
	}
	if e.removed > 0 {
		parts = append(parts, fmt.Sprintf("removes %d files", e.removed))
	}
	if parts == nil {
		return "updates debian/patches"
	}
	return strings.Join(parts, "; ") + " in debian/patches"
}

// exists says whether there is something called so in debian/patches.
func (q *quilter) exists(name string) (bool, error) {
	_, err := q.trees.Entry(q.head, patchesDir+name)
	if isMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// addPatches adds patches, and lines for them to a series that has that content now.
func (q *quilter) addPatches(ctx context.Context, series string, patches []patchFile) error {
	pack, err := q.repo.NewPack(ctx)
	if err != nil {
		return err
	}
	defer pack.Abort()
	if series != "" && !strings.HasSuffix(series, "\n") { // else the next name would be part of its last line
		series += "\n"
	}
	mode := fs.FileMode(0o644)
	if series != "" {
		mode = seriesMode(q.trees, q.head)
	}
	files := map[string]string{}
	for _, p := range patches {
		files[p.name] = p.text
		series += p.name + "\n"
		q.edits.added = append(q.edits.added, p.name)
	}
	files["series"] = series
	for name, content := range files {
		id, err := pack.WriteBlob([]byte(content))
		if err != nil {
			return err
		}
		entry := gitmap.TreeEntry{Mode: 0o644, ID: id}
		if name == "series" {
			entry.Mode = mode
		}
		q.edits.entries[patchesDir+name] = entry
	}
	return pack.Finish()
}

// seriesMode returns the mode of the series with a patch more: what appends to a file leaves that as it is.
func seriesMode(trees *gitmap.TreeReader, tree gitmap.ObjectID) fs.FileMode {
	if e, err := trees.Entry(tree, seriesName); err == nil && e.Mode.IsRegular() {
		return e.Mode
	}
	return 0o644
}

// series returns the series that there is, "" if there is none.
func (q *quilter) series() (string, error) {
	e, err := q.trees.Entry(q.head, seriesName)
	if isMissing(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if e.Mode.Type() != 0 || e.Mode == fs.ModeIrregular {
		return "", fmt.Errorf("%s is no regular file, so that no patch can be added to it", seriesName)
	}
	data, err := q.trees.Blob(e.ID)
	return string(data), err
}
