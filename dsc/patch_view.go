package dsc

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

const (
	modeFile       fs.FileMode = 0o644
	modeExecutable fs.FileMode = 0o755
	modeSymlink                = fs.ModeSymlink | 0o777
)

// A patchView is a tree with the changes that a patch has made to it so far.
type patchView struct {
	tree  Tree
	files map[string]viewFile
	dirs  map[string]bool // made by the patch
}

type viewFile struct {
	gone    bool
	mode    fs.FileMode
	content []byte
}

func newPatchView(tree Tree) *patchView {
	return &patchView{tree: tree, files: make(map[string]viewFile), dirs: make(map[string]bool)}
}

// lookup says what is at path, without following symlinks.
func (v *patchView) lookup(path string) (mode fs.FileMode, ok bool, err error) {
	if f, changed := v.files[path]; changed {
		return f.mode, !f.gone, nil
	}
	if v.dirs[path] {
		return fs.ModeDir | 0o755, true, nil
	}
	mode, err = v.tree.Lookup(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, false, nil
	}
	return mode, err == nil, err
}

func (v *patchView) content(path string) ([]byte, error) {
	if f, changed := v.files[path]; changed {
		return f.content, nil
	}
	return v.tree.Content(path)
}

// write puts a file at path, and the directories above it.
func (v *patchView) write(path string, mode fs.FileMode, content []byte) {
	v.files[path] = viewFile{mode: mode, content: content}
	v.makeDirs(path)
}

// makeDirs notes the directories above path.
func (v *patchView) makeDirs(path string) {
	for i := strings.LastIndexByte(path, '/'); i > 0; i = strings.LastIndexByte(path, '/') {
		path = path[:i]
		if v.dirs[path] {
			return
		}
		v.dirs[path] = true
	}
}

func (v *patchView) remove(path string) { v.files[path] = viewFile{gone: true} }

// obstacle returns the first component above path that is there but no directory.
func (v *patchView) obstacle(path string) (dir string, mode fs.FileMode, err error) {
	for i := 0; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		mode, ok, err := v.lookup(path[:i])
		if err != nil {
			return "", 0, err
		}
		if !ok {
			break // nothing is below it either
		}
		if !mode.IsDir() {
			return path[:i], mode, nil
		}
	}
	return "", 0, nil
}

// changes returns what differs from the tree, ordered by path.
func (v *patchView) changes() ([]Change, error) {
	var changes []Change
	for path, f := range v.files {
		if !f.gone {
			changes = append(changes, Change{Path: path, Mode: f.mode, Content: f.content})
			continue
		}
		switch _, err := v.tree.Lookup(path); {
		case err == nil:
			changes = append(changes, Change{Path: path, Deleted: true})
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes, nil
}

// sortedKeys returns the keys of m in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
