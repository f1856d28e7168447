package gitmap_test

import (
	"io/fs"
	"maps"
	"path/filepath"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

// TestQuiltTrees has the trees of each 3.0 (quilt) package made of its orig tarballs and of what
// an import says that it unpacks to: those are the trees of the import.
func TestQuiltTrees(t *testing.T) {
	compared := 0
	for _, c := range importedCases(t) {
		id := dsc.ID{Package: c.Source, Version: dsc.Version(c.Version)}
		if c.Format != "3.0 (quilt)" || len(c.imp.Own) > 0 || c.name == "tar_debian_has_more" { // than the packaging
			continue
		}
		main, err := c.repo.Tree(t.Context(), c.imp.Main)
		if err != nil {
			t.Fatal(err)
		}
		origs, err := dsc.OpenOrigs([]string{filepath.Dir(c.dsc)}, id)
		if err != nil {
			t.Errorf("%s: OpenOrigs: %v", c.name, err)
			continue
		}
		pack, err := c.repo.NewPack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		trees, err := pack.QuiltTrees(t.Context(), id, origs, main, gitmap.ImportOptions{})
		pack.Abort()
		for _, o := range origs {
			o.Close()
		}
		switch {
		case err != nil:
			t.Errorf("%s: QuiltTrees: %v", c.name, err)
		case trees.Refusal != nil:
			t.Errorf("%s: the patches are refused: %v", c.name, trees.Refusal)
		case trees.Unpatched != main || trees.Patched != c.imp.Tree:
			t.Errorf("%s: QuiltTrees = %s, %s; want %s, %s", c.name, trees.Unpatched, trees.Patched, main, c.imp.Tree)
		case !maps.Equal(trees.Memories, only(c.imp.Memories, origs)):
			t.Errorf("%s: other memories than those of the import", c.name)
		}
		compared++
	}
	if compared < 50 {
		t.Errorf("%d packages were compared, want over 50", compared)
	}
}

// only returns the memories of these tarballs.
func only(memories map[string]gitmap.ObjectID, contents []*dsc.Content) map[string]gitmap.ObjectID {
	of := map[string]gitmap.ObjectID{}
	for _, c := range contents {
		if id, ok := memories[c.File().Digest.Hex]; ok {
			of[c.File().Digest.Hex] = id
		}
	}
	return of
}

// editedTree returns a tree with other contents at some paths, "" for nothing there.
func editedTree(t *testing.T, repo *gitmap.Repo, tree gitmap.ObjectID, edits map[string]string) gitmap.ObjectID {
	t.Helper()
	pack, err := repo.NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pack.Abort()
	entries := map[string]gitmap.TreeEntry{}
	for path, content := range edits {
		entries[path] = gitmap.TreeEntry{}
		if content != "" {
			id, err := pack.WriteBlob([]byte(content))
			if err != nil {
				t.Fatal(err)
			}
			entries[path] = gitmap.TreeEntry{Mode: 0o644, ID: id}
		}
	}
	edited, err := pack.EditTree(tree, entries)
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	return edited
}

// TestEditTree compares edits with what reading the trees finds.
func TestEditTree(t *testing.T) {
	repo := newRepo(t)
	empty := editedTree(t, repo, gitmap.ObjectID{}, nil)
	tree := editedTree(t, repo, empty, map[string]string{"a": "1", "b/c/d": "2", "b/e": "3", "b.x": "4"})
	for name, tt := range map[string]struct {
		edits map[string]string
		want  map[string]bool // paths that differ: whether something is there now
	}{
		"nothing":               {nil, map[string]bool{}},
		"the same":              {map[string]string{"a": "1"}, map[string]bool{}},
		"change":                {map[string]string{"b/e": "5"}, map[string]bool{"b/e": true}},
		"remove a directory":    {map[string]string{"b/c": ""}, map[string]bool{"b/c/d": false}},
		"last file":             {map[string]string{"b/c/d": ""}, map[string]bool{"b/c/d": false}},
		"not there":             {map[string]string{"x/y": ""}, map[string]bool{}},
		"file gives way":        {map[string]string{"a/b": "1"}, map[string]bool{"a": false, "a/b": true}},
		"directory gives way":   {map[string]string{"b": "1"}, map[string]bool{"b": true, "b/c/d": false, "b/e": false}},
		"new, deep, and others": {map[string]string{"z/z/z": "1", "a": "", "b/c/f": "6"}, map[string]bool{"z/z/z": true, "a": false, "b/c/f": true}},
	} {
		edited := editedTree(t, repo, tree, tt.edits)
		reader, err := repo.NewTreeReader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		changes, err := reader.Changes(tree, edited, nil)
		reader.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{}
		for _, c := range changes {
			got[c.Path] = !c.New.ID.IsZero()
		}
		if !maps.Equal(got, tt.want) {
			t.Errorf("%s: changes %v, want %v", name, got, tt.want)
		}
		if out, err := repo.Git(t.Context(), "diff-tree", "-r", "--no-renames", "--name-only", tree.String(), edited.String()); err != nil || len(tt.want) == 0 != (out == "") {
			t.Errorf("%s: git diff-tree: %q, %v", name, out, err)
		}
	}
	none := editedTree(t, repo, tree, map[string]string{"a": "", "b": "", "b.x": ""})
	if none != empty {
		t.Errorf("all removed: tree %s, want %s", none, empty)
	}
	if _, err := repo.Git(t.Context(), "fsck", "--strict"); err != nil {
		t.Errorf("git fsck --strict: %v", err)
	}
}

// TestChangesOrder has git say in which order files differ.
func TestChangesOrder(t *testing.T) {
	repo := newRepo(t)
	one := editedTree(t, repo, gitmap.ObjectID{}, map[string]string{"a.b": "1", "a/b": "1", "a-": "1", "debian/x": "1", "debian.x": "1", "s/t": "1"})
	two := editedTree(t, repo, gitmap.ObjectID{}, map[string]string{"a": "1", "a.b": "2", "debian/x": "2", "debian.x": "2", "s": "1"})
	reader, err := repo.NewTreeReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for _, skip := range []func(string) bool{nil, gitmap.IsPackaging} {
		args := []string{"diff-tree", "-r", "--no-renames", "--name-only", one.String(), two.String(), "--", "."}
		if skip != nil {
			args = append(args, ":(exclude)debian")
		}
		want, err := repo.Git(t.Context(), args...)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := reader.Changes(one, two, skip)
		if err != nil {
			t.Fatal(err)
		}
		if differ, err := reader.Differ(one, two, skip); !differ || err != nil {
			t.Errorf("Differ = %v, %v; want true", differ, err)
		}
		got := ""
		for _, c := range changes {
			got += c.Path + "\n"
			if c.Old.ID.IsZero() && c.New.ID.IsZero() || c.New.Mode == fs.ModeDir {
				t.Errorf("%s: %+v, want the entry of a file", c.Path, c)
			}
		}
		if got != want {
			t.Errorf("Changes: %q, want %q", got, want)
		}
	}
	if differ, err := reader.Differ(one, two, func(path string) bool { return path != "b" }); differ || err != nil {
		t.Errorf("Differ at a path without changes = %v, %v; want false", differ, err)
	}
}
