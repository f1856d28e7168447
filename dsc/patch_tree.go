package dsc

import "io/fs"

// A PatchedTree is a tree with changes made to it, in memory. So one patch can be applied
// on top of another. It is for one goroutine.
type PatchedTree struct{ view *patchView }

// NewPatchedTree returns t, without changes yet. t itself is never changed.
func NewPatchedTree(t Tree) *PatchedTree { return &PatchedTree{newPatchView(t)} }

// Lookup says what is at path; see [Tree].
func (t *PatchedTree) Lookup(path string) (fs.FileMode, error) {
	mode, ok, err := t.view.lookup(path)
	if err == nil && !ok {
		err = fs.ErrNotExist
	}
	return mode, err
}

// Content returns the content of the file, or the target of the symlink, at path.
func (t *PatchedTree) Content(path string) ([]byte, error) { return t.view.content(path) }

// Make makes changes to the tree, such as those that [Patch.Apply] found for it. A
// directory stays when all that was in it is deleted.
func (t *PatchedTree) Make(changes []Change) {
	for _, c := range changes {
		if c.Deleted {
			t.view.remove(c.Path)
		} else {
			t.view.write(c.Path, c.Mode, c.Content)
		}
	}
}
