package gitmap

import (
	"context"
	"io"
	"io/fs"
	"strings"
)

// A TreeReader reads directories and files of commits, many at the cost of one git
// process. It is for one goroutine.
type TreeReader struct{ batch *batch }

// NewTreeReader starts reading trees of r. The reader must be closed, and works
// until ctx is done.
func (r *Repo) NewTreeReader(ctx context.Context) (*TreeReader, error) {
	b, err := r.newBatch(ctx)
	if err != nil {
		return nil, err
	}
	return &TreeReader{b}, nil
}

// Close ends the git process.
func (t *TreeReader) Close() error { return t.batch.close() }

// A TreeEntry is what a tree says of one name in it.
type TreeEntry struct {
	Name string
	Mode fs.FileMode // 0644 or 0755 for a file; or the type alone: ModeDir, ModeSymlink, ModeIrregular for a submodule
	ID   ObjectID
}

// Entries returns the entries of a tree, in git's order.
func (t *TreeReader) Entries(tree ObjectID) ([]TreeEntry, error) {
	if tree == emptyTree { // which need not be in a repository
		return nil, nil
	}
	data, err := t.batch.objectOf("tree", tree)
	if err != nil {
		return nil, err
	}
	list, err := parseTree(tree, data)
	if err != nil {
		return nil, err
	}
	entries := make([]TreeEntry, 0, len(list))
	for _, e := range list {
		entries = append(entries, TreeEntry{e.name, e.mode.fileMode(), e.id})
	}
	return entries, nil
}

// Blob returns the content of a blob, of 64 MiB at most.
func (t *TreeReader) Blob(id ObjectID) ([]byte, error) { return t.batch.objectOf("blob", id) }

// copyBlob writes the content of a blob to w.
func (t *TreeReader) copyBlob(w io.Writer, id ObjectID) error {
	return t.batch.copyObject(w, "blob", id)
}

// Entry returns what is at path below tree, without following symbolic links. The
// error matches [fs.ErrNotExist] if there is nothing.
func (t *TreeReader) Entry(tree ObjectID, path string) (TreeEntry, error) {
	return t.Files(tree).entry(path)
}

// TreeFiles are the files of a tree. They may be patched: see [dsc.Tree].
type TreeFiles struct {
	reader *TreeReader
	root   ObjectID
	dirs   map[string]map[string]TreeEntry // that were looked into, by path
}

// Files returns the files of a tree, which may be read for as long as t is open.
func (t *TreeReader) Files(tree ObjectID) *TreeFiles {
	return &TreeFiles{reader: t, root: tree, dirs: map[string]map[string]TreeEntry{}}
}

// dir returns the entries of a directory.
func (f *TreeFiles) dir(path string) (map[string]TreeEntry, error) {
	if d, ok := f.dirs[path]; ok {
		return d, nil
	}
	id := f.root
	if path != "" {
		e, err := f.entry(path)
		if err != nil {
			return nil, err
		}
		if e.Mode != fs.ModeDir {
			return nil, notThere(path)
		}
		id = e.ID
	}
	entries, err := f.reader.Entries(id)
	if err != nil {
		return nil, err
	}
	d := make(map[string]TreeEntry, len(entries))
	for _, e := range entries {
		d[e.Name] = e
	}
	f.dirs[path] = d
	return d, nil
}

func (f *TreeFiles) entry(path string) (TreeEntry, error) {
	slash := strings.LastIndexByte(path, '/')
	d, err := f.dir(path[:max(slash, 0)])
	if err != nil {
		return TreeEntry{}, err
	}
	e, ok := d[path[slash+1:]]
	if !ok {
		return e, notThere(path)
	}
	return e, nil
}

func notThere(path string) error { return &fs.PathError{Op: "read", Path: path, Err: fs.ErrNotExist} }

// Lookup says what is at path, as [dsc.Tree] wants it.
func (f *TreeFiles) Lookup(path string) (fs.FileMode, error) {
	e, err := f.entry(path)
	return e.Mode, err
}

// Content returns the content of the file, or the target of the symbolic link, at path.
func (f *TreeFiles) Content(path string) ([]byte, error) {
	e, err := f.entry(path)
	if err != nil {
		return nil, err
	}
	if e.Mode == fs.ModeDir || e.Mode == fs.ModeIrregular {
		return nil, notThere(path)
	}
	return f.reader.Blob(e.ID)
}

// ID returns the name of the object at path.
func (f *TreeFiles) ID(path string) (ObjectID, error) {
	e, err := f.entry(path)
	return e.ID, err
}

// Names returns what is in a directory, "" for the top, in no order. The error matches
// [fs.ErrNotExist] if it is not there, or no directory.
func (f *TreeFiles) Names(dir string) ([]string, error) {
	d, err := f.dir(dir)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(d))
	for name := range d {
		names = append(names, name)
	}
	return names, nil
}
