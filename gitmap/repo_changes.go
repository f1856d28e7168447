package gitmap

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// A TreeChange says what differs at a path between two trees. The entry of a tree that has nothing
// there, or a directory, is zero.
type TreeChange struct {
	Path     string
	Old, New TreeEntry
}

// Changes returns what differs between two trees, as to files, in git's order; nothing that is below
// a directory, or is a file, for which skip is true. A renamed file is one that is gone and one that is new.
func (t *TreeReader) Changes(from, to ObjectID, skip func(path string) bool) ([]TreeChange, error) {
	return t.changes(nil, "", from, to, skip)
}

// IsPackaging says whether a path is that of the debian directory, or below it. It is for
// [TreeReader.Changes].
func IsPackaging(path string) bool { return path == "debian" || strings.HasPrefix(path, "debian/") }

func (t *TreeReader) changes(list []TreeChange, prefix string, from, to ObjectID, skip func(string) bool) ([]TreeChange, error) {
	if from == to {
		return list, nil
	}
	old, err := t.entriesOf(from)
	if err != nil {
		return nil, err
	}
	now, err := t.entriesOf(to)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{} // of files as they are, of directories with a slash, as git sorts them
	for name := range old {
		names[name] = true
	}
	for name := range now {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, b := old[name], now[name]
		path, isDir := strings.CutSuffix(prefix+name, "/")
		switch {
		case a.ID == b.ID && a.Mode == b.Mode || skip != nil && skip(path):
		case isDir:
			if list, err = t.changes(list, prefix+name, a.ID, b.ID, skip); err != nil {
				return nil, err
			}
		default:
			list = append(list, TreeChange{path, a, b})
		}
	}
	return list, nil
}

// entriesOf returns the entries of a tree, those of no tree if it is zero, by the names by which
// git sorts them.
func (t *TreeReader) entriesOf(tree ObjectID) (map[string]TreeEntry, error) {
	if tree.IsZero() {
		return nil, nil
	}
	entries, err := t.Entries(tree)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]TreeEntry, len(entries))
	for _, e := range entries {
		name := e.Name
		if e.Mode == fs.ModeDir {
			name += "/"
		}
		byName[name] = e
	}
	return byName, nil
}
