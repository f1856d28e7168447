package upload

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"debgit/gitmap"
)

// patchEdits are what becomes of debian/patches.
type patchEdits struct {
	files map[string]fileEdit // by path
	added []string            // names of new patches, as the series has them
}

// A fileEdit is what becomes of a file, or of a directory that goes.
type fileEdit struct {
	content []byte      // nil: it goes
	mode    fs.FileMode // 0 for 0644
}

// what says it in words.
func (e *patchEdits) what() string {
	var parts []string
	if len(e.added) > 0 {
		parts = append(parts, "adds "+strings.Join(e.added, ", "))
	}
	removed := 0
	for _, f := range e.files {
		if f.content == nil {
			removed++
		}
	}
	switch removed {
	case 0:
	case 1:
		parts = append(parts, "removes a file")
	default:
		parts = append(parts, fmt.Sprintf("removes %d files", removed))
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
func (q *quilter) addPatches(series string, patches []patchFile) {
	if series != "" && !strings.HasSuffix(series, "\n") { // else the next name would be part of its last line
		series += "\n"
	}
	var mode fs.FileMode
	if series != "" {
		mode = seriesMode(q.trees, q.head)
	}
	for _, p := range patches {
		q.edits.files[patchesDir+p.name] = fileEdit{content: []byte(p.text)}
		q.edits.added = append(q.edits.added, p.name)
		series += p.name + "\n"
	}
	q.edits.files[seriesName] = fileEdit{[]byte(series), mode}
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

// editTree writes a tree with other files at some paths.
func (m *maker) editTree(ctx context.Context, tree gitmap.ObjectID, files map[string]fileEdit) (gitmap.ObjectID, error) {
	pack, err := m.repo.NewPack(ctx)
	if err != nil {
		return gitmap.ObjectID{}, err
	}
	defer pack.Abort()
	edits := map[string]gitmap.TreeEntry{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		f := files[path]
		edits[path] = gitmap.TreeEntry{}
		if f.content != nil {
			id, err := pack.WriteBlob(f.content)
			if err != nil {
				return gitmap.ObjectID{}, err
			}
			edits[path] = gitmap.TreeEntry{Mode: f.mode | 0o644, ID: id}
		}
	}
	edited, err := pack.EditTree(tree, edits)
	if err != nil {
		return edited, err
	}
	return edited, pack.Finish()
}
