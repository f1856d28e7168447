package gitmap

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"debgit/dsc"
)

// patchTree shows a file tree to the code that applies one patch.
type patchTree struct {
	im   *importer
	root *node
	read int64 // bytes of content that the patch has asked for
}

func (im *importer) patchTree(root *node) *patchTree {
	return &patchTree{im: im, root: root}
}

// Lookup returns the mode of what is at path; see [dsc.Tree].
func (t *patchTree) Lookup(path string) (fs.FileMode, error) {
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
func (t *patchTree) Content(path string) ([]byte, error) {
	n := t.root.at(strings.Split(path, "/")...)
	if n == nil || n.isDir() || n.kind == specialNode {
		return nil, fs.ErrNotExist
	}
	const what = "bytes to be patched"
	data, err := t.im.content(n, path, bound{what, t.im.limits.Patched - t.read})
	if limit := (*dsc.LimitError)(nil); errors.As(err, &limit) {
		limit.Limit = t.im.limits.Patched
	}
	if err != nil {
		return nil, err
	}
	if t.read += max(int64(len(data)), patchedLine*int64(bytes.Count(data, []byte("\n")))); t.read > t.im.limits.Patched {
		return nil, &dsc.LimitError{File: path, What: what, Limit: t.im.limits.Patched}
	}
	return data, nil
}

// patchedLine is how many bytes a line of a file to be patched counts at least, as that takes memory for
// each of its lines.
const patchedLine = 32

// applyPatch returns root with the patch of that name applied, at the cost of budget.
func (im *importer) applyPatch(budget *patchBudget, root *node, p *dsc.Patch, name string, d dsc.Dialect, opts dsc.ApplyOptions) (*node, error) {
	tree := im.patchTree(root)
	opts.Reserved = true
	changes, err := p.Apply(tree, d, opts)
	if err != nil {
		return nil, err
	}
	if d != dsc.GitApply {
		im.holdBack(name, changes)
	}
	if err := budget.worked(name, tree.read); err != nil {
		return nil, err
	}
	return im.apply(budget, root, changes, name)
}

// treeEntry is how many bytes an entry of a tree object has, more or less.
const treeEntry = 64

// apply returns root with the changes of the patch of that name made.
func (im *importer) apply(budget *patchBudget, root *node, changes []dsc.Change, name string) (*node, error) {
	e := editNodes(root)
	var written int64
	for _, c := range changes {
		path := strings.Split(c.Path, "/")
		if c.Deleted {
			e.remove(path...)
			continue
		}
		written += int64(len(c.Content))
		n, err := im.newFile(c.Content)
		if err != nil {
			return nil, err
		}
		switch {
		case c.Mode&fs.ModeSymlink != 0:
			n.kind = linkNode
		case c.Mode&0o111 != 0:
			n.kind = execNode
		}
		e.put(n, path...)
	}
	return e.root, budget.worked(name, written+treeEntry*e.copied)
}

// applyDiff applies the .diff.gz of format 1.0 to the unpacked orig tarball.
func (im *importer) applyDiff(root *node) (*node, error) {
	name := im.layout.diff.File().Name
	r, err := im.layout.diff.Decompressed()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := im.readPatch(name, r)
	if err != nil {
		return nil, err
	}
	p, err := im.parsePatch(name, data)
	if err != nil {
		return nil, err
	}
	return im.applyPatch(newPatchBudget(im.limits), root, p, name, dsc.DpkgDiff, dsc.ApplyOptions{})
}

// parsePatch is [dsc.ParsePatch] within the limits of the import.
func (im *importer) parsePatch(name string, data []byte) (*dsc.Patch, error) {
	if err := im.limits.checkPatch(name, data); err != nil {
		return nil, err
	}
	return dsc.ParsePatch(name, data, im.limits.patch())
}

// unlistedPatch is the name of a patch of format 2.0, which has no series.
var unlistedPatch = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// unlistedPatches returns the names of the patches of format 2.0: the files in
// debian/patches with such names, in their order as bytes.
func (im *importer) unlistedPatches(root *node) ([]string, error) {
	dir, _, err := im.throughLinks(root, "debian/patches")
	if err != nil || !dir.isDir() {
		return nil, err
	}
	var names []string
	for _, name := range dir.names() {
		if !unlistedPatch.MatchString(name) {
			continue
		}
		n, _, err := im.throughLinks(root, "debian/patches/"+name)
		if err != nil {
			return nil, err
		}
		if n != nil && (n.kind == fileNode || n.kind == execNode) {
			names = append(names, name)
		}
	}
	return names, nil
}

// applyUnlisted applies the patches of format 2.0. dpkg-source leaves a list of
// them there.
func (im *importer) applyUnlisted(root *node) (*node, error) {
	names, err := im.unlistedPatches(root)
	if err != nil {
		return nil, err
	}
	var applied []string
	budget := newPatchBudget(im.limits)
	for _, name := range names {
		applied = append(applied, name)
		name = "debian/patches/" + name
		if int64(len(applied)) > im.limits.Patches {
			return nil, &dsc.LimitError{File: "debian/patches", What: "patches", Limit: im.limits.Patches}
		}
		if err := im.ctx.Err(); err != nil {
			return nil, err
		}
		data, err := im.readThroughLinks(root, name, im.limits.onePatch())
		if err != nil {
			return nil, err
		}
		p, err := im.parsePatch(name, data)
		if err != nil {
			return nil, err
		}
		if root, err = im.applyPatch(budget, root, p, name, dsc.DpkgQuilt, dsc.ApplyOptions{}); err != nil {
			return nil, err
		}
	}
	if len(applied) == 0 {
		return root, nil
	}
	list, err := im.newFile([]byte("# During unpack\n" + strings.Join(applied, "\n") + "\n"))
	if err != nil {
		return nil, err
	}
	return root.with(list, "debian", "patches", ".dpkg-source-applied"), nil
}

// readPatch reads a decompressed patch to its end.
func (im *importer) readPatch(name string, r io.Reader) ([]byte, error) {
	most := im.limits.onePatch()
	data, err := io.ReadAll(io.LimitReader(r, most.bytes+1))
	if err == nil && int64(len(data)) > most.bytes {
		err = &dsc.LimitError{File: name, What: most.what, Limit: most.bytes}
	}
	return data, err
}
