package gitmap

import (
	"iter"
	"maps"
	"slices"
	"sort"
	"strings"
)

// entries are those of a directory, by name. Most directories have a handful, for which a
// sorted list takes a fraction of the memory of a map; into a long list it would take
// too much time to insert.
type entries struct {
	list []entry          // sorted by name; unless there is a map
	many map[string]*node // of more than maxListed
}

type entry struct {
	name string
	node *node
}

// maxListed is how many entries a list may have.
const maxListed = 32

func newDir() *node { return &node{kind: dirNode} }

func (n *node) isDir() bool { return n != nil && n.kind == dirNode }

// len returns how many entries a directory has.
func (n *node) len() int {
	if n.dir == nil {
		return 0
	}
	return len(n.dir.list) + len(n.dir.many)
}

// child returns the entry of that name, or nil if there is none or n is no directory.
func (n *node) child(name string) *node {
	if n == nil || n.dir == nil {
		return nil
	}
	if n.dir.many != nil {
		return n.dir.many[name]
	}
	if i, found := n.dir.find(name); found {
		return n.dir.list[i].node
	}
	return nil
}

// find returns where in the list name is, or would be.
func (d *entries) find(name string) (i int, found bool) {
	return slices.BinarySearchFunc(d.list, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
}

// set makes e the entry of that name.
func (n *node) set(name string, e *node) {
	if n.dir == nil {
		n.dir = new(entries)
	}
	d := n.dir
	if d.many != nil {
		d.many[name] = e
		return
	}
	i, found := d.find(name)
	switch {
	case found:
		d.list[i].node = e
	case len(d.list) < maxListed:
		d.list = slices.Insert(d.list, i, entry{name, e})
	default:
		d.many = make(map[string]*node, 2*maxListed)
		for _, old := range d.list {
			d.many[old.name] = old.node
		}
		d.many[name] = e
		d.list = nil
	}
}

// drop removes the entry of that name, if there is one.
func (n *node) drop(name string) {
	if n.dir == nil {
		return
	}
	delete(n.dir.many, name)
	if i, found := n.dir.find(name); found {
		n.dir.list = slices.Delete(n.dir.list, i, i+1)
	}
}

// children yields the entries of a directory, in no order.
func (n *node) children() iter.Seq2[string, *node] {
	return func(yield func(string, *node) bool) {
		if n.dir == nil {
			return
		}
		for _, e := range n.dir.list {
			if !yield(e.name, e.node) {
				return
			}
		}
		for name, e := range n.dir.many {
			if !yield(name, e) {
				return
			}
		}
	}
}

// names returns the names of the entries of a directory, sorted as bytes.
func (n *node) names() []string {
	names := make([]string, 0, n.len())
	for name := range n.children() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// copyDir returns a new directory with the entries that n has, if it is a directory.
func (n *node) copyDir() *node {
	out := newDir()
	if n.isDir() && n.dir != nil {
		out.dir = &entries{slices.Clone(n.dir.list), maps.Clone(n.dir.many)}
	}
	return out
}
