package gitmap

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"debgit/dsc"
)

// patchTree shows a file tree to the code that applies patches.
type patchTree struct {
	im   *importer
	root *node
}

// Lookup returns the mode of what is at path; see [dsc.Tree].
func (t patchTree) Lookup(path string) (fs.FileMode, error) {
	n := t.root.at(strings.Split(path, "/")...)
	if n == nil {
		return 0, fs.ErrNotExist
	}
	switch n.kind {
	case fileNode:
		return 0o644, nil
	case execNode:
		return 0o755, nil
	case linkNode:
		return fs.ModeSymlink | 0o777, nil
	case dirNode:
		return fs.ModeDir | 0o755, nil
	}
	return fs.ModeNamedPipe, nil
}

// Content returns the content of the file, or the target of the link, at path.
func (t patchTree) Content(path string) ([]byte, error) {
	n := t.root.at(strings.Split(path, "/")...)
	if n == nil || n.blob == nil {
		return nil, fs.ErrNotExist
	}
	return t.im.content(n)
}

// apply returns root with changes made.
func (im *importer) apply(root *node, changes []dsc.Change) (*node, error) {
	for _, c := range changes {
		path := strings.Split(c.Path, "/")
		if c.Deleted {
			root = root.withoutEmptyParents(path...)
			continue
		}
		b, err := im.newBlob(c.Content)
		if err != nil {
			return nil, err
		}
		n := &node{kind: fileNode, blob: b}
		switch {
		case c.Mode&fs.ModeSymlink != 0:
			n.kind = linkNode
		case c.Mode&0o111 != 0:
			n.kind = execNode
		}
		root = root.with(n, path...)
	}
	return root, nil
}

// applyDiff applies the .diff.gz of format 1.0 to the unpacked orig tarball.
func (im *importer) applyDiff(root *node) (*node, error) {
	name := im.layout.diff.File().Name
	r, err := im.layout.diff.Decompressed()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := readPatch(name, r)
	if err != nil {
		return nil, err
	}
	p, err := dsc.ParsePatch(name, data, dsc.PatchLimits{})
	if err != nil {
		return nil, err
	}
	changes, err := p.Apply(patchTree{im, root}, dsc.DpkgDiff, dsc.ApplyOptions{})
	if err != nil {
		return nil, err
	}
	return im.apply(root, changes)
}

// maxPatch is how large one patch may be when it is decompressed, in bytes.
const maxPatch = 256 << 20

func readPatch(name string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPatch+1))
	if err == nil && len(data) > maxPatch {
		err = &dsc.LimitError{File: name, What: "bytes of patch", Limit: maxPatch}
	}
	return data, err
}

// readThroughLinks returns the content of the file at name in root, as opening it
// in a work tree would: symbolic links are followed, but none that leads out of the
// tree. It is an error that matches [fs.ErrNotExist] if there is no such file.
func (im *importer) readThroughLinks(root *node, name string) ([]byte, error) {
	missing := func() ([]byte, error) { return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist) }
	parts := strings.Split(name, "/")
	var seen []string // the directories gone through
	for links := 0; len(parts) > 0; {
		part := parts[0]
		parts = parts[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			if len(seen) == 0 {
				return missing()
			}
			seen = seen[:len(seen)-1]
			continue
		}
		n := root.at(append(seen, part)...)
		switch {
		case n == nil || n.kind == specialNode:
			return missing()
		case n.isDir():
			seen = append(seen, part)
		case n.kind == linkNode:
			target, err := im.content(n)
			if err != nil {
				return nil, err
			}
			if links++; links > maxLinks || path.IsAbs(string(target)) {
				return missing()
			}
			parts = append(strings.Split(string(target), "/"), parts...)
		case len(parts) == 0:
			return im.content(n)
		default:
			return missing()
		}
	}
	return missing()
}

// isMissing tells a file that is not in the tree from other errors.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
