package gitmap

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
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
	var entries []object.TreeEntry
	var err error
	if !tree.IsZero() && tree != emptyTree {
		if entries, err = p.tree(tree); err != nil {
			return ObjectID{}, err
		}
	}
	byName := make(map[string]object.TreeEntry, len(entries))
	for _, e := range entries {
		byName[e.Name] = e
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
		byName[name] = object.TreeEntry{Name: name, Mode: gitFileMode(e.Mode), Hash: plumbing.Hash(e.ID)}
	}
	for name, edits := range below {
		dir := byName[name]
		if dir.Mode != filemode.Dir {
			dir = object.TreeEntry{Name: name, Mode: filemode.Dir}
		}
		id, err := p.editTree(ObjectID(dir.Hash), edits)
		if err != nil {
			return id, err
		}
		dir.Hash = plumbing.Hash(id)
		byName[name] = dir
	}
	maps.DeleteFunc(byName, func(_ string, e object.TreeEntry) bool { return e.Hash.IsZero() || ObjectID(e.Hash) == emptyTree })
	return p.writeEntries(slices.Collect(maps.Values(byName)))
}

// writeEntries writes a tree of these entries.
func (p *Pack) writeEntries(entries []object.TreeEntry) (ObjectID, error) {
	if len(entries) == 0 {
		return emptyTree, nil
	}
	slices.SortFunc(entries, func(a, b object.TreeEntry) int { return strings.Compare(sortName(a), sortName(b)) })
	var content []byte
	for _, e := range entries {
		content = fmt.Appendf(content, "%o %s\x00", uint32(e.Mode), e.Name)
		content = append(content, e.Hash[:]...)
	}
	return p.put(treeObject, content)
}

// sortName is the name by which git sorts: a directory's ends in a slash.
func sortName(e object.TreeEntry) string {
	if e.Mode == filemode.Dir {
		return e.Name + "/"
	}
	return e.Name
}

// gitFileMode is the mode of a [TreeEntry] as trees have it.
func gitFileMode(mode fs.FileMode) filemode.FileMode {
	switch {
	case mode == fs.ModeDir:
		return filemode.Dir
	case mode == fs.ModeSymlink:
		return filemode.Symlink
	case mode == fs.ModeIrregular:
		return filemode.Submodule
	case mode&0o111 != 0:
		return filemode.Executable
	}
	return filemode.Regular
}
