package history

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"

	"debgit/dsc"
)

// packageFiles are the files of a source package: those of a commit
// ([gitmap.TreeFiles]), or those of the work tree ([gitmap.WorkFiles]).
type packageFiles interface {
	dsc.Tree
	Names(dir string) ([]string, error) // of a directory, "" for the top; in no order
}

// mostLinks is how many symbolic links are followed to a file.
const mostLinks = 16

// readFile returns the content of the file at name, through symbolic links in its
// place that stay in the tree. The error matches [fs.ErrNotExist] if there is none.
func readFile(files dsc.Tree, name string) ([]byte, error) {
	for range mostLinks {
		mode, err := files.Lookup(name)
		if err != nil {
			return nil, err
		}
		data, err := files.Content(name)
		if err != nil || mode.Type() != fs.ModeSymlink {
			return data, err
		}
		target := string(data)
		if target = path.Join(path.Dir(name), target); path.IsAbs(string(data)) || !fs.ValidPath(target) {
			break
		}
		name = target
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// mostPatch is how many bytes a patch may have when it is decompressed.
const mostPatch = 256 << 20

// readPatch returns the text of a patch of a series, decompressed as dpkg-source(1) does.
func readPatch(files dsc.Tree, name string) ([]byte, error) {
	data, err := readFile(files, patchesDir+"/"+name)
	if err != nil {
		return nil, err
	}
	switch path.Ext(name) {
	case ".gz", ".bz2", ".lzma", ".xz":
	default:
		return data, nil
	}
	r, err := dsc.Decompress(name, bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err = io.ReadAll(io.LimitReader(r, mostPatch+1))
	if err == nil && len(data) > mostPatch {
		err = &dsc.LimitError{File: name, What: "bytes of patch", Limit: mostPatch}
	}
	return data, err
}

// hasUpstream says whether the files are more than packaging: whether there is anything at the
// top but debian and what is hidden, such as .gitignore.
func hasUpstream(files packageFiles) (bool, error) {
	names, err := files.Names("")
	if err != nil {
		return false, err
	}
	for _, name := range names {
		if name != "debian" && !strings.HasPrefix(name, ".") {
			return true, nil
		}
	}
	return false, nil
}
