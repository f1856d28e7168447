package gitmap

// nodeKind is what a node of a file tree is.
type nodeKind byte

const (
	fileNode    nodeKind = iota // a regular file, git mode 100644
	execNode                    // a regular file with any x bit, git mode 100755
	linkNode                    // a symbolic link, git mode 120000
	dirNode                     // a directory; git keeps it only if something is in it
	specialNode                 // a fifo or a device; git does not keep it
)

// gitMode returns the mode as a tree object has it.
func (k nodeKind) gitMode() gitMode {
	return [...]gitMode{fileNode: gitFile, execNode: gitExec, linkNode: gitLink, dirNode: gitDir}[k]
}

// A node is a file or directory as unpacking makes it, before git forgets what
// it does not keep. Once a tree has been built nodes do not change: with and
// without return a new root that shares what is the same, so several states of a
// tree can stand side by side.
//
// There may be a million of them, so that each byte counts.
type node struct {
	kind    nodeKind
	written bool     // the tree object of a directory
	keeps   tristate // see keepsAnything
	id      ObjectID // of the blob, once that has its name; or of the tree object, if written
	dir     *entries // of a directory; nil if it has none
}

// at returns the node at path, without following links; nil if there is none.
func (n *node) at(path ...string) *node {
	for _, name := range path {
		n = n.child(name)
	}
	return n
}

// only returns the single entry of a directory, if it is one.
func (n *node) only() (string, *node) {
	if n.len() == 1 {
		for name, e := range n.children() {
			return name, e
		}
	}
	return "", nil
}

// with returns n with leaf at path. Directories on the way are made; anything else
// that stands in the way gives way, as the leaf does if there is one.
func (n *node) with(leaf *node, path ...string) *node {
	if len(path) == 0 {
		return leaf
	}
	out := n.copyDir()
	out.set(path[0], out.child(path[0]).with(leaf, path[1:]...))
	return out
}

// without returns n without what is at path. Directories stay, even if empty.
func (n *node) without(path ...string) *node {
	if n.at(path...) == nil || len(path) == 0 {
		return n
	}
	out := n.copyDir()
	if len(path) == 1 {
		out.drop(path[0])
	} else {
		out.set(path[0], n.child(path[0]).without(path[1:]...))
	}
	return out
}

// over returns n with all that is in top unpacked over it: directories merge,
// anything else replaces what is there.
func (n *node) over(top *node) *node {
	if !n.isDir() || !top.isDir() {
		return top
	}
	out := n.copyDir()
	for name, e := range top.children() {
		if old := out.child(name); old != nil {
			e = old.over(e)
		}
		out.set(name, e)
	}
	return out
}

// withoutNamed returns n without all nodes called name, at any depth. seen is
// called with the path of each.
func (n *node) withoutNamed(name string, seen func(path string)) *node {
	return n.prune("", func(path, own string, _ *node) bool {
		if own == name {
			seen(path)
		}
		return own == name
	})
}

// prune returns n without the nodes for which remove is true, and what is below them.
func (n *node) prune(prefix string, remove func(path, name string, e *node) bool) *node {
	out := n
	for _, name := range n.names() {
		e := n.child(name)
		keep := e
		if remove(prefix+name, name, e) {
			keep = nil
		} else if e.isDir() {
			keep = e.prune(prefix+name+"/", remove)
		}
		if keep == e {
			continue
		}
		if out == n {
			out = n.copyDir()
		}
		if keep == nil {
			out.drop(name)
		} else {
			out.set(name, keep)
		}
	}
	return out
}

// writeTree writes the tree objects of directory n and of all below it, without what
// git does not keep. The root may be the empty tree. Blobs must have their names.
func (p *Pack) writeTree(n *node) (ObjectID, error) {
	if n.written {
		return n.id, nil
	}
	list := make([]gitEntry, 0, n.len())
	for name, e := range n.children() {
		if e.kind == specialNode {
			continue
		}
		if e.isDir() {
			id, err := p.writeTree(e)
			if err != nil {
				return id, err
			}
			if id == emptyTree {
				continue
			}
		}
		list = append(list, gitEntry{name, e.kind.gitMode(), e.id})
	}
	if len(list) == 0 {
		n.id, n.written = emptyTree, true
		return emptyTree, nil
	}
	id, err := p.put(treeObject, encodeTree(list))
	if err == nil {
		n.id, n.written = id, true
	}
	return id, err
}

// emptyTree is the name of the tree without entries.
var emptyTree = ObjectID{0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88, 0xfb, 0xee, 0x49, 0x04}

// writeRoot is writeTree for a whole tree, which git must be able to name even if it
// is empty.
func (p *Pack) writeRoot(n *node) (ObjectID, error) {
	id, err := p.writeTree(n)
	if err == nil && id == emptyTree {
		_, err = p.put(treeObject, nil)
	}
	return id, err
}

// gitRoot returns the single entry of n, if n as git keeps it has one entry only
// and that is a tree; else n.
func (p *Pack) gitRoot(n *node) (*node, error) {
	var only *node
	for _, e := range n.children() {
		if e.kind == specialNode {
			continue
		}
		if e.isDir() {
			if id, err := p.writeTree(e); err != nil {
				return nil, err
			} else if id == emptyTree {
				continue
			}
		}
		if only != nil || !e.isDir() {
			return n, nil
		}
		only = e
	}
	if only == nil {
		return n, nil
	}
	return only, nil
}

// withoutRefused returns n without what git lets into no index. seen is called with
// the path of each such node and the reason.
func (n *node) withoutRefused(seen func(path, reason string)) *node {
	return n.prune("", func(path, name string, e *node) bool {
		reason := refusedEntry(name, e.kind == linkNode)
		if reason != "" {
			seen(path, reason)
		}
		return reason != ""
	})
}
