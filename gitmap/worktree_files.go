package gitmap

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// WorkFiles are the files of a work tree as they are on the disk, whatever git knows of
// them. They may be patched, in memory: see [dsc.Tree]. Nothing outside of the work tree is read.
type WorkFiles struct{ root *os.Root }

// OpenWorkFiles opens the work tree of r, which must have one.
func (r *Repo) OpenWorkFiles() (*WorkFiles, error) {
	root, err := os.OpenRoot(r.workTree)
	return &WorkFiles{root}, err
}

// Close ends the use of the files.
func (w *WorkFiles) Close() error { return w.root.Close() }

// Lookup says what is at path, as [dsc.Tree] wants it.
func (w *WorkFiles) Lookup(path string) (fs.FileMode, error) {
	info, err := w.root.Lstat(path)
	if errors.Is(err, syscall.ENOTDIR) {
		err = notThere(path)
	}
	if err != nil {
		return 0, err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular() && mode&0o111 != 0:
		return 0o755, nil
	case mode.IsRegular():
		return 0o644, nil
	default:
		return mode.Type(), nil
	}
}

// Content returns the content of the file, or the target of the symbolic link, at path.
func (w *WorkFiles) Content(path string) ([]byte, error) {
	mode, err := w.Lookup(path)
	switch {
	case err != nil:
		return nil, err
	case mode == fs.ModeSymlink:
		target, err := w.root.Readlink(path)
		return []byte(target), err
	case mode.Type() != 0:
		return nil, notThere(path)
	}
	return w.root.ReadFile(path)
}

// Names returns what is in a directory, "" for the top, in no order, without what is git's. The error
// matches [fs.ErrNotExist] if it is not there, or no directory.
func (w *WorkFiles) Names(dir string) ([]string, error) {
	path := dir
	if path == "" {
		path = "."
	}
	if mode, err := w.Lookup(path); err != nil {
		return nil, err
	} else if mode != fs.ModeDir {
		return nil, notThere(path)
	}
	d, err := w.root.Open(path)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.Name() != ".git" {
			names = append(names, e.Name())
		}
	}
	return names, nil
}
