package gitmap

import (
	"context"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// ReadFiles returns the files at the top of a tree, by name. It is for small
// trees, such as those that [Pack.WriteFiles] makes.
func (r *Repo) ReadFiles(ctx context.Context, tree ObjectID) (map[string][]byte, error) {
	entries, err := r.treeEntries(ctx, tree)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, e := range entries {
		if !strings.HasPrefix(e, "100644 blob ") {
			continue
		}
		out, err := r.Git(ctx, "cat-file", "blob", strings.TrimPrefix(e, "100644 blob "))
		if err != nil {
			return nil, err
		}
		files[name] = []byte(out)
	}
	return files, nil
}

// treeEntries returns what git ls-tree says of each file below a tree, by path:
// "MODE TYPE OBJECT".
func (r *Repo) treeEntries(ctx context.Context, tree ObjectID) (map[string]string, error) {
	out, err := r.Git(ctx, "--no-replace-objects", "ls-tree", "-r", "-z", "--full-tree", tree.String())
	if err != nil {
		return nil, err
	}
	entries := map[string]string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if e, path, ok := strings.Cut(line, "\t"); ok {
			entries[path] = e
		}
	}
	return entries, nil
}

// emptyBlob is the name of an empty file's content.
var emptyBlob = ObjectID(plumbing.ComputeHash(plumbing.BlobObject, nil))

// FilesNamed returns the paths of all files of that name, which git must not take for a
// pattern, below a tree. Empty ones are left out.
func (r *Repo) FilesNamed(ctx context.Context, tree ObjectID, name string) ([]string, error) {
	out, err := r.Git(ctx, "--no-replace-objects", "diff-tree", "-r", "-z", "--raw", emptyTree.String(), tree.String(), "--", ":(top,glob)**/"+name)
	if err != nil {
		return nil, err
	}
	var paths []string
	fields := strings.Split(out, "\x00") // ":MODE MODE OBJECT OBJECT STATUS", then the path
	for i := 0; i+1 < len(fields); i += 2 {
		if !strings.Contains(fields[i], emptyBlob.String()) {
			paths = append(paths, fields[i+1])
		}
	}
	return paths, nil
}
