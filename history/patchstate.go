package history

import (
	"errors"
	"fmt"

	"debgit/dsc"
	"debgit/gitmap"
)

// A PatchState says how the patches of a source package relate to its other files.
type PatchState string

const (
	NoPatches        PatchState = "none"        // there is no series, or an empty one
	PatchesApplied   PatchState = "applied"     // as dpkg-source(1) unpacks a source package
	PatchesUnapplied PatchState = "unapplied"   // as git-buildpackage keeps it
	PatchesMixed     PatchState = "mixed"       // some are applied and some not, or it cannot be told
	PackagingOnly    PatchState = "debian-only" // there is only debian/ to see
)

// A PatchExamination is what was found out about the patches of a source package.
type PatchExamination struct {
	State  PatchState
	Series string   // the file, such as "debian/patches/series"; "" if there is none
	Names  []string // of the patches, in the order of the series
	Why    error    // why the state is not wholly that: what kept a patch from being applied, or taken away; or nil

	unpatched dsc.Tree // the files without patches; nil if that is not known
}

// examinePatches finds out whether the patches are applied, by applying them and by taking
// them away, in memory. Where neither can be done with all of them, as when an applied
// patch was edited over, or one does not apply to a new upstream version, it is looked at
// each of them. An error is one of reading; that a patch or the series is bad is not one.
func examinePatches(files packageFiles) (*PatchExamination, error) {
	x, err := listPatches(files)
	if err == nil && x.State == NoPatches && len(x.Names) > 0 {
		x.tryPatches(files)
	}
	return x, err
}

// ExaminePatches finds out whether the patches are applied in the tree of a commit. An error is one of
// reading; that a patch or the series is bad is not one.
func ExaminePatches(files *gitmap.TreeFiles) (*PatchExamination, error) { return examinePatches(files) }

// listPatches finds out which patches there are. The state of what it returns is NoPatches if
// they have to be tried, too.
func listPatches(files packageFiles) (*PatchExamination, error) {
	name, series, err := readSeries(files)
	var bad *seriesError
	if errors.As(err, &bad) {
		return &PatchExamination{State: PatchesMixed, Series: bad.Path, Why: bad}, nil
	}
	if err != nil {
		return nil, err
	}
	x := &PatchExamination{State: NoPatches, unpatched: files}
	if name != "" {
		x.Series = patchesDir + "/" + name
	}
	for _, e := range series {
		x.Names = append(x.Names, e.Name)
	}
	upstream, err := hasUpstream(files)
	if err == nil && !upstream {
		x.State, x.unpatched = PackagingOnly, nil
	}
	return x, err
}

// tryPatches finds out the state of a series that is not empty.
func (x *PatchExamination) tryPatches(files packageFiles) {
	x.State, x.unpatched = PatchesMixed, nil
	patches, err := parsePatches(files, x.Names)
	if err != nil {
		x.Why = err
		return
	}
	_, forward := applyAll(files, patches)
	if forward == nil {
		x.State, x.unpatched = PatchesUnapplied, files
		return
	}
	unpatched, backward := takeAwayAll(files, patches)
	if backward == nil {
		x.State, x.unpatched = PatchesApplied, unpatched
		return
	}
	in, out := 0, 0
	for _, p := range patches {
		_, applies := p.Apply(files, dsc.DpkgQuilt, dsc.ApplyOptions{})
		switch comesOff := takeAway(dsc.NewPatchedTree(files), p); {
		case comesOff == nil && applies != nil:
			in++
		case comesOff != nil && applies == nil:
			out++
		}
	}
	switch {
	case in > 0 && out == 0:
		x.State, x.Why = PatchesApplied, backward
	case out > 0 && in == 0:
		x.State, x.Why, x.unpatched = PatchesUnapplied, forward, files
	default:
		x.Why = forward
	}
}

// parsePatches reads patches by their names in the series.
func parsePatches(files dsc.Tree, names []string) ([]*dsc.Patch, error) {
	var patches []*dsc.Patch
	for _, name := range names {
		data, err := readPatch(files, name)
		if err != nil {
			return nil, fmt.Errorf("patch %q: %w", name, err)
		}
		p, err := dsc.ParsePatch(patchesDir+"/"+name, data, dsc.PatchLimits{})
		if err != nil {
			return nil, err
		}
		patches = append(patches, p)
	}
	return patches, nil
}

// applyAll applies patches one on top of the other.
func applyAll(files dsc.Tree, patches []*dsc.Patch) (dsc.Tree, error) {
	tree := dsc.NewPatchedTree(files)
	for _, p := range patches {
		changes, err := p.Apply(tree, dsc.DpkgQuilt, dsc.ApplyOptions{})
		if err != nil {
			return nil, err
		}
		tree.Make(changes)
	}
	return tree, nil
}

// takeAwayAll takes away patches that are applied, the last one first.
func takeAwayAll(files dsc.Tree, patches []*dsc.Patch) (dsc.Tree, error) {
	tree := dsc.NewPatchedTree(files)
	for i := len(patches) - 1; i >= 0; i-- {
		if err := takeAway(tree, patches[i]); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

func takeAway(tree *dsc.PatchedTree, p *dsc.Patch) error {
	reversed, err := p.Reversed()
	if err != nil {
		return err
	}
	changes, err := reversed.Apply(tree, dsc.DpkgQuilt, dsc.ApplyOptions{})
	if err == nil {
		tree.Make(changes)
	}
	return err
}

// takenUp says whether a tree has the change of a patch already: the patch can be
// taken away, and cannot be applied. Where both can be done it proves nothing.
func takenUp(tree dsc.Tree, p *dsc.Patch) bool {
	if takeAway(dsc.NewPatchedTree(tree), p) != nil {
		return false
	}
	_, err := p.Apply(tree, dsc.DpkgQuilt, dsc.ApplyOptions{})
	return err != nil
}
