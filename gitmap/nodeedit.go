package gitmap

// A nodeEditor changes a tree of nodes in many places. The nodes of the tree that it starts
// from stay as they are: a directory is copied the first time that something in it
// changes, and only then.
type nodeEditor struct {
	root   *node
	own    map[*node]bool // directories that are copies, or new
	copied int64          // entries in all copies
}

func editNodes(root *node) *nodeEditor { return &nodeEditor{root: root, own: map[*node]bool{}} }

// put puts leaf at path. Directories on the way are made; anything else that
// stands in the way gives way, as what is at path does.
func (e *nodeEditor) put(leaf *node, path ...string) {
	last := len(path) - 1
	e.dir(path[:last]...).set(path[last], leaf)
}

// dir returns the directory at path, which is made if need be, to be changed.
func (e *nodeEditor) dir(path ...string) *node {
	dir := e.changed(&e.root)
	for _, name := range path {
		next := dir.child(name)
		below := e.changed(&next)
		dir.set(name, below)
		dir = below
	}
	return dir
}

// remove removes what is at path, and the directories that become empty by that, up
// to the root.
func (e *nodeEditor) remove(path ...string) {
	if e.root.at(path...) == nil {
		return
	}
	dirs := []*node{e.changed(&e.root)}
	for i, name := range path[:len(path)-1] {
		next := dirs[i].child(name)
		below := e.changed(&next)
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
func (e *nodeEditor) changed(n **node) *node {
	if e.own[*n] {
		return *n
	}
	dir := (*n).copyDir()
	e.copied += int64(dir.len())
	e.own[dir] = true
	*n = dir
	return dir
}
