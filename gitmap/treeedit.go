package gitmap

// A treeEditor changes a tree in many places. The nodes of the tree that it starts
// from stay as they are: a directory is copied the first time that something in it
// changes, and only then.
type treeEditor struct {
	root   *node
	own    map[*node]bool // directories that are copies, or new
	copied int64          // entries in all copies
}

func editTree(root *node) *treeEditor { return &treeEditor{root: root, own: map[*node]bool{}} }

// put puts leaf at path. Directories on the way are made; anything else that
// stands in the way gives way, as what is at path does.
func (t *treeEditor) put(leaf *node, path ...string) {
	last := len(path) - 1
	t.dir(path[:last]...).set(path[last], leaf)
}

// dir returns the directory at path, which is made if need be, to be changed.
func (t *treeEditor) dir(path ...string) *node {
	dir := t.changed(&t.root)
	for _, name := range path {
		next := dir.child(name)
		below := t.changed(&next)
		dir.set(name, below)
		dir = below
	}
	return dir
}

// remove removes what is at path, and the directories that become empty by that, up
// to the root.
func (t *treeEditor) remove(path ...string) {
	if t.root.at(path...) == nil {
		return
	}
	dirs := []*node{t.changed(&t.root)}
	for i, name := range path[:len(path)-1] {
		next := dirs[i].child(name)
		below := t.changed(&next)
		dirs[i].set(name, below)
		dirs = append(dirs, below)
	}
	for i := len(dirs) - 1; i >= 0; i-- {
		dirs[i].drop(path[i])
		if dirs[i].len() > 0 {
			return
		}
	}
}

// changed makes *n a directory that may be changed, and returns it.
func (t *treeEditor) changed(n **node) *node {
	if t.own[*n] {
		return *n
	}
	dir := (*n).copyDir()
	t.copied += int64(dir.len())
	t.own[dir] = true
	*n = dir
	return dir
}
