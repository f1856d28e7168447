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
func (t *TreeReader) Changes(from, to ObjectID, skip func(path string) bool) (list []TreeChange, err error) {
	_, err = t.compare("", from, to, skip, func(c TreeChange) bool {
		list = append(list, c)
		return true
	})
	return list, err
}

// Differ says whether there are any such changes.
func (t *TreeReader) Differ(from, to ObjectID, skip func(path string) bool) (bool, error) {
	same, err := t.compare("", from, to, skip, func(TreeChange) bool { return false })
	return !same, err
}

// IsPackaging says whether a path is that of the debian directory, or below it. It is for
// [TreeReader.Changes].
func IsPackaging(path string) bool { return path == "debian" || strings.HasPrefix(path, "debian/") }

// compare calls found for each change, until that returns false; then more is false.
func (t *TreeReader) compare(prefix string, from, to ObjectID, skip func(string) bool, found func(TreeChange) bool) (more bool, err error) {
	if from == to {
		return true, nil
	}
	old, err := t.entriesOf(from)
	if err != nil {
		return false, err
	}
	now, err := t.entriesOf(to)
	if err != nil {
		return false, err
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
			continue
		case isDir:
			more, err = t.compare(prefix+name, a.ID, b.ID, skip, found)
		default:
			more = found(TreeChange{path, a, b})
		}
		if err != nil || !more {
			return false, err
		}
	}
	return true, nil
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
