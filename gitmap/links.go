package gitmap

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// maxLinkTarget is how long the target of a symbolic link may be that Linux follows.
const maxLinkTarget = 4095

var (
	// errLeavesTree says that what a file holds would depend on the machine.
	errLeavesTree = errors.New("a symbolic link leads out of the tree")
	errNotRegular = errors.New("not a regular file")
)

// isMissing tells a file that is not in the tree from other errors.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// isUnreadable tells what is wrong with a file in the tree from other errors.
func isUnreadable(err error) bool {
	return isMissing(err) || errors.Is(err, errNotRegular) || errors.Is(err, errLeavesTree)
}

// throughLinks returns the node at name in root, as opening it in a work tree would
// find it, and its own path: symbolic links are followed, but none that leads out of the
// tree, for which the error matches errLeavesTree. The node is nil if there is
// nothing; if the path is not, then a file could be made there.
func (im *importer) throughLinks(root *node, name string) (n *node, at []string, err error) {
	parts := strings.Split(name, "/")
	for links := 0; len(parts) > 0; {
		part := parts[0]
		parts = parts[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			if len(at) == 0 {
				return nil, nil, fmt.Errorf("%s: %w", name, errLeavesTree)
			}
			at = at[:len(at)-1]
			continue
		}
		n := root.at(append(at, part)...)
		switch {
		case n == nil && len(parts) == 0:
			return nil, append(at, part), nil
		case n != nil && n.kind == linkNode:
			target, err := im.content(n, name, bound{"bytes in the target of a link", maxLinkTarget})
			if err != nil {
				return nil, nil, err
			}
			if path.IsAbs(string(target)) {
				return nil, nil, fmt.Errorf("%s: %w", name, errLeavesTree)
			}
			if links++; links > maxLinks {
				return nil, nil, nil
			}
			parts = append(strings.Split(string(target), "/"), parts...)
		case n.isDir() || len(parts) == 0:
			at = append(at, part)
		default:
			return nil, nil, nil
		}
	}
	return root.at(at...), at, nil
}

// readThroughLinks returns the content of the file at name in root; see throughLinks.
// An error matches [fs.ErrNotExist] if there is nothing, and errNotRegular if that
// is no file, and is a [*dsc.LimitError] if the file is larger than most.
func (im *importer) readThroughLinks(root *node, name string, most bound) ([]byte, error) {
	n, _, err := im.throughLinks(root, name)
	switch {
	case err != nil:
		return nil, err
	case n == nil:
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	case n.kind != fileNode && n.kind != execNode:
		return nil, fmt.Errorf("%s: %w", name, errNotRegular)
	}
	return im.content(n, name, most)
}
