package gitmap

import (
	"maps"
	"slices"
	"strings"
)

// WriteBlob writes the content of a file, which must not be modified afterwards.
func (p *Pack) WriteBlob(content []byte) (ObjectID, error) {
	return p.put(blobObject, content)
}

// EditTree writes the tree with other entries at the paths of edits: an entry without an ID stands for
// nothing there. Directories on the way are made, and go if nothing is left in them; anything else
// that stands in the way gives way. The names of the entries do not matter. Of the tree itself only
// the directories on the way are read. No path may be below another.
func (p *Pack) EditTree(tree ObjectID, edits map[string]TreeEntry) (ObjectID, error) {
	id, err := p.editTree(tree, edits)
	if err == nil && id == emptyTree {
		_, err = p.put(treeObject, nil)
	}
	return id, err
}

func (p *Pack) editTree(tree ObjectID, edits map[string]TreeEntry) (ObjectID, error) {
	var entries []gitEntry
	var err error
	if !tree.IsZero() && tree != emptyTree {
		if entries, err = p.tree(tree); err != nil {
			return ObjectID{}, err
		}
	}
	byName := make(map[string]gitEntry, len(entries))
	for _, e := range entries {
		byName[e.name] = e
	}
	below := map[string]map[string]TreeEntry{}
	for path, e := range edits {
		name, rest, nested := strings.Cut(path, "/")
		if nested {
			if below[name] == nil {
				below[name] = map[string]TreeEntry{}
			}
			below[name][rest] = e
			continue
		}
		byName[name] = gitEntry{name, gitModeOf(e.Mode), e.ID}
	}
	for name, edits := range below {
		dir := byName[name]
		if dir.mode != gitDir {
			dir = gitEntry{name: name, mode: gitDir}
		}
		if dir.id, err = p.editTree(dir.id, edits); err != nil {
			return dir.id, err
		}
		byName[name] = dir
	}
	maps.DeleteFunc(byName, func(_ string, e gitEntry) bool { return e.id.IsZero() || e.id == emptyTree })
	if len(byName) == 0 {
		return emptyTree, nil
	}
	return p.put(treeObject, encodeTree(slices.Collect(maps.Values(byName))))
}
