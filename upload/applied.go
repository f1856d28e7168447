package upload

import (
	"context"
	"errors"
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
	tree, err := m.editTree(ctx, m.head, edits.files)
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
	trees, err := m.readOrigs(ctx)
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
	q := &quilter{maker: m, plain: plain, base: trees, edits: &patchEdits{files: map[string]fileEdit{}}}
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
	trees, err := origTreesOf(ctx, m.pkg, tree, m.opts.OrigDirs, OrigOptions{m.opts.Limits, m.opts.Progress})
	if err != nil {
		return err
	}
	if trees.Refusal != nil {
		return m.whyRefused(trees, tree, trees.Refusal)
	}
	changes, err := m.between(trees.Patched, tree)
	if err != nil || len(changes) == 0 {
		return err
	}
	if trees.Unapplied != nil {
		return m.whyRefused(trees, tree, &gitmap.PatchesError{Err: trees.Unapplied})
	}
	list, err := m.notMade(changes)
	if err != nil {
		return err
	}
	return &UnrepresentableError{list}
}

// whyRefused returns why patches that were made cannot be applied: for changes of files that are no text, or
// have names that git quotes, if there are any, else the given error.
func (m *maker) whyRefused(trees *gitmap.QuiltTrees, tree gitmap.ObjectID, otherwise error) error {
	changes, err := m.between(trees.Unpatched, tree)
	if err != nil {
		return err
	}
	list, err := m.notMade(changes)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(u Unrepresentable) bool { return !u.Binary && !isQuoted(u.Path) })
	if len(list) == 0 {
		return otherwise
	}
	return &UnrepresentableError{list}
}

// notMade says why a patch does not make each of these changes.
func (m *maker) notMade(changes []gitmap.TreeChange) ([]Unrepresentable, error) {
	differences, err := m.explain(changes)
	if err != nil {
		return nil, err
	}
	var list []Unrepresentable
	for i, d := range differences {
		u := Unrepresentable{Path: d.Path, Binary: d.Cause == CauseBinary, Removed: changes[i].New.ID.IsZero()}
		switch {
		case u.Binary && u.Removed:
			u.Reason = "its content is no text, so that no patch removes it"
		case u.Binary:
			u.Reason = "its content is no text"
		case isQuoted(d.Path):
			u.Reason = "git quotes its name in a patch, which dpkg-source does not read"
		case d.Cause == CauseNew:
			u.Reason = "a new file without content"
		default:
			u.Reason = "the patch that was made of it does not make it (" + string(d.Cause) + ")"
		}
		list = append(list, u)
	}
	return list, nil
}

// isQuoted says whether git quotes a name in a patch: for a character that is not ASCII, or a control character.
func isQuoted(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' })
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
	without, err := m.editTree(ctx, tree, map[string]fileEdit{quiltState: {}})
	if err != nil {
		return err
	}
	return m.commit(ctx, without, dropStateMessage, dropStateWhat)
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
