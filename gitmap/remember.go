package gitmap

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"debgit/dsc"
)

// A tarball that was unpacked once is remembered, so that the next version of the
// package with the same orig tarball need not unpack it again. The memory is a tree
// object with two entries: "tree", what git holds of the tarball, and "memory.json",
// a memory. It is found by the SHA-256 digest of the tarball, which is verified
// before each use. To forget it costs time and changes no import.
type memory struct {
	Schema int      `json:"schema"` // memorySchema
	Hidden []hidden `json:"hidden"` // what git does not hold, but dpkg-source looks at
	Losses Losses   `json:"losses"`

	KeepsState bool `json:"keeps_state,omitempty"` // as in unpacked
}

// hidden is an entry of a tarball that git does not hold.
type hidden struct {
	Path    string `json:"path"`
	Special bool   `json:"special,omitempty"` // neither file nor directory
}

// memorySchema is that of a memory. Another one is as good as none.
const memorySchema = 3

// maxHidden is how many entries without git's view of them a tarball may have to be
// remembered. No real one has as many.
const maxHidden = 10000

// errNotRemembered says that a tarball has to be unpacked.
var errNotRemembered = errors.New("not remembered")

// remember writes the memory of a tarball, unless it is remembered already.
func (im *importer) remember(c *dsc.Content, u *unpacked) error {
	if _, ok := im.result.Memories[c.File().Digest.Hex]; ok {
		return nil
	}
	list, whole := hiddenIn(u.root, u.view, "", nil)
	m := memory{Schema: memorySchema, Hidden: list, Losses: u.losses, KeepsState: u.keepsState}
	noText := func(h hidden) bool { return !utf8.ValidString(h.Path) } // which JSON would change
	if c.File().Digest.Algorithm != dsc.SHA256 || !whole || len(m.Hidden) > maxHidden || slices.ContainsFunc(m.Hidden, noText) {
		return nil
	}
	if u.losses.Counts[LossDotGit] > 0 || u.losses.Counts[LossName] > 0 {
		return nil // a patch may change what of this is lost
	}
	tree, err := im.writeRoot(u.view)
	if err != nil {
		return err
	}
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	file, err := im.newFile(data)
	if err != nil {
		return err
	}
	top := newDir()
	top.set("memory.json", file)
	top.set("tree", u.view)
	if tree == emptyTree { // which a tree does not hold as an entry
		return nil
	}
	id, err := im.writeTree(top)
	if err == nil {
		im.result.Memories[c.File().Digest.Hex] = id
	}
	return err
}

// hiddenIn appends to list what is in root but not in view, and nothing below that.
// whole is false if that has content, which no memory holds: a diff may change it.
func hiddenIn(root, view *node, prefix string, list []hidden) (all []hidden, whole bool) {
	whole = true
	for _, name := range root.names() {
		e := root.child(name)
		switch seen := view.at(name); {
		case e.kind == specialNode:
			list = append(list, hidden{prefix + name, true})
		case e.isDir() && !e.keepsAnything():
			list = append(list, hidden{prefix + name, false})
		case seen == nil:
			return nil, false
		case e.isDir():
			if list, whole = hiddenIn(e, seen, prefix+name+"/", list); !whole {
				return nil, false
			}
		}
	}
	return list, whole
}

// recall returns what remember was given, or an error that matches errNotRemembered.
func (im *importer) recall(c *dsc.Content) (*unpacked, error) {
	file := c.File()
	id, ok := im.opts.Remembered[file.Digest.Hex]
	if !ok || file.Digest.Algorithm != dsc.SHA256 {
		return nil, errNotRemembered
	}
	top, err := im.tree(id)
	if err != nil {
		return nil, im.notRecalled(err)
	}
	var m memory
	var tree ObjectID
	for _, e := range top {
		switch e.name {
		case "memory.json":
			data, err := im.blob(e.id)
			if err != nil {
				return nil, im.notRecalled(err)
			}
			if json.Unmarshal(data, &m) != nil {
				return nil, errNotRemembered
			}
		case "tree":
			tree = e.id
		}
	}
	if m.Schema != memorySchema || tree.IsZero() {
		return nil, errNotRemembered
	}
	root, err := im.readTree(tree, "")
	if err != nil {
		return nil, im.notRecalled(err)
	}
	for _, h := range m.Hidden {
		n := newDir()
		if h.Special {
			n = &node{kind: specialNode}
		}
		root = root.with(n, strings.Split(h.Path, "/")...)
	}
	im.result.Memories[file.Digest.Hex] = id
	for i := range m.Losses.Listed {
		m.Losses.Listed[i].File = file.Name
	}
	return &unpacked{root: root, view: gitView(root, func(Loss) {}), losses: m.Losses, keepsState: m.KeepsState}, nil
}

// notRecalled returns err, by which an object of a memory was not read, if the object is there all
// the same: an import writes none that is there, so it would rely on what is damaged. If the object
// is gone, the tarball can be unpacked once more.
func (im *importer) notRecalled(err error) error {
	if e, ok := errors.AsType[*ObjectError](err); ok && im.writer.known.has(e.ID) {
		return err
	}
	return fmt.Errorf("%w: %v", errNotRemembered, err)
}

// readTree reads a tree with all that is below it. The path of what is in it begins with prefix.
func (im *importer) readTree(id ObjectID, prefix string) (*node, error) {
	entries, err := im.tree(id)
	if err != nil {
		return nil, err
	}
	n := &node{kind: dirNode, id: id, written: true}
	for _, e := range entries {
		child, err := im.treeEntry(e, prefix+e.name, true)
		if err != nil {
			return nil, err
		}
		n.set(e.name, child)
	}
	return n, nil
}

// treeEntry returns what an entry of a tree, at path, stands for; of a directory, if not whole, without what
// is in it.
func (im *importer) treeEntry(e gitEntry, path string, whole bool) (*node, error) {
	n := &node{id: e.id}
	switch e.mode {
	case gitFile:
		n.kind = fileNode
	case gitExec:
		n.kind = execNode
	case gitLink:
		n.kind = linkNode
	case gitDir:
		if whole {
			return im.readTree(e.id, path+"/")
		}
		n.kind = dirNode
	default:
		return nil, fmt.Errorf("%q has mode %o, which is that of no file, link or directory", path, e.mode)
	}
	return n, nil
}
