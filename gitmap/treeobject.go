package gitmap

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// A gitMode is the mode of an entry as a tree object has it.
type gitMode uint32

// The modes that git writes. Old trees may have others, such as 100664.
const (
	gitFile      gitMode = 0o100644
	gitExec      gitMode = 0o100755
	gitLink      gitMode = 0o120000
	gitDir       gitMode = 0o40000
	gitSubmodule gitMode = 0o160000
)

// gitModeOf returns the mode of a [TreeEntry] as trees have it.
func gitModeOf(mode fs.FileMode) gitMode {
	switch {
	case mode == fs.ModeDir:
		return gitDir
	case mode == fs.ModeSymlink:
		return gitLink
	case mode == fs.ModeIrregular:
		return gitSubmodule
	case mode&0o111 != 0:
		return gitExec
	}
	return gitFile
}

// fileMode is that of a [TreeEntry].
func (m gitMode) fileMode() fs.FileMode {
	switch m {
	case gitDir:
		return fs.ModeDir
	case gitLink:
		return fs.ModeSymlink
	case gitSubmodule:
		return fs.ModeIrregular
	case gitExec:
		return 0o755
	}
	return 0o644
}

// A gitEntry is one entry of a tree object, exactly.
type gitEntry struct {
	name string
	mode gitMode
	id   ObjectID
}

// compare orders entries as git does: the name of a directory as if it ended in a slash.
func (e gitEntry) compare(other gitEntry) int {
	n := min(len(e.name), len(other.name))
	if c := strings.Compare(e.name[:n], other.name[:n]); c != 0 {
		return c
	}
	return cmp.Compare(e.byteAt(n), other.byteAt(n))
}

// byteAt is the byte at i, up to the end, of the name by which git sorts.
func (e gitEntry) byteAt(i int) byte {
	switch {
	case i < len(e.name):
		return e.name[i]
	case e.mode == gitDir:
		return '/'
	}
	return 0
}

var errNotTree = errors.New("not in the format of a tree")

// parseTree returns the entries of the tree object id with that content, in their order. The error
// is an [*ObjectError].
func parseTree(id ObjectID, content []byte) ([]gitEntry, error) {
	var entries []gitEntry
	for len(content) > 0 {
		digits, rest, _ := bytes.Cut(content, []byte(" "))
		name, rest, _ := bytes.Cut(rest, []byte{0})
		mode, err := strconv.ParseUint(string(digits), 8, 32)
		if err != nil || len(name) == 0 || len(rest) < len(id) {
			return nil, &ObjectError{"tree", id, errNotTree}
		}
		e := gitEntry{name: string(name), mode: gitMode(mode)}
		copy(e.id[:], rest)
		entries, content = append(entries, e), rest[len(e.id):]
	}
	return entries, nil
}

// encodeTree returns the content of the tree object that has these entries, which it sorts.
func encodeTree(entries []gitEntry) []byte {
	slices.SortFunc(entries, gitEntry.compare)
	size := 0 // of the content, or a little more
	for _, e := range entries {
		size += len("100644 ") + len(e.name) + 1 + len(e.id)
	}
	content := make([]byte, 0, size)
	for _, e := range entries {
		content = strconv.AppendUint(content, uint64(e.mode), 8)
		content = append(content, ' ')
		content = append(content, e.name...)
		content = append(content, 0)
		content = append(content, e.id[:]...)
	}
	return content
}
