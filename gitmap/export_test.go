package gitmap

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestExport holds the export against what attributes would make of the files.
func TestExport(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	ctx := context.Background()
	dir := t.TempDir()
	repo, err := Init(ctx, dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		".gitattributes": "* text eol=crlf\n*.id ident\nsecret export-ignore\n",
		"a/b/run":        "#!/bin/sh\n",
		"x.id":           "$Id$\n",
		"secret":         "s\n",
		"debian/rules":   "r\n",
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("../..", filepath.Join(dir, "a/up")); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"add", "-A"}, {"update-index", "--chmod=-x", "x.id", "secret"},
		{"update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,sub"},
	} {
		if _, err := repo.Git(ctx, args...); err != nil {
			t.Fatal(err)
		}
	}
	tree := indexTree(t, repo)
	out := t.TempDir()
	if err := repo.Export(ctx, tree, out, ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		if got, err := os.ReadFile(filepath.Join(out, name)); string(got) != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
	for name, want := range map[string]fs.FileMode{
		"a/b/run": 0o755, "x.id": 0o644, "a": fs.ModeDir | 0o755, "sub": fs.ModeDir | 0o755,
	} {
		info, err := os.Lstat(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), want)
		}
	}
	if target, err := os.Readlink(filepath.Join(out, "a/up")); target != "../.." {
		t.Errorf("a/up leads to %q, %v; want ../..", target, err)
	}
	if err := repo.Export(ctx, tree, out, ExportOptions{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second Export = %v, want fs.ErrExist", err)
	}
	some := t.TempDir()
	if err := repo.Export(ctx, tree, some, ExportOptions{Paths: []string{"a/b", "gone/away"}}); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(some); err != nil || len(entries) != 1 || entries[0].Name() != "a" {
		t.Errorf("Export of a/b alone wrote %v, %v", entries, err)
	}
}

// TestExportHostile has trees that git would not check out.
func TestExportHostile(t *testing.T) {
	ctx := context.Background()
	repo, err := Init(ctx, t.TempDir(), "main")
	if err != nil {
		t.Fatal(err)
	}
	blob := hashObject(t, repo, "blob", []byte("../outside"))
	up := append([]byte("120000 d\x00"), blob[:]...)
	inner := hashObject(t, repo, "tree", append([]byte("100644 f\x00"), blob[:]...))
	for name, tree := range map[string][]byte{
		"parent":       append([]byte("100644 ..\x00"), blob[:]...),
		"slash":        append([]byte("100644 a/b\x00"), blob[:]...),
		"git":          append([]byte("40000 .GIT\x00"), inner[:]...),
		"through link": append(append(up, "40000 d\x00"...), inner[:]...),
	} {
		out := filepath.Join(t.TempDir(), "out")
		if err := os.Mkdir(out, 0o777); err != nil {
			t.Fatal(err)
		}
		if err := repo.Export(ctx, hashObject(t, repo, "tree", tree), out, ExportOptions{}); err == nil {
			t.Errorf("%s: Export wrote it out", name)
		}
		if entries, _ := os.ReadDir(filepath.Dir(out)); len(entries) != 1 {
			t.Errorf("%s: Export wrote outside: %v", name, entries)
		}
	}
}

// TestExportLarge has a file that is not read into memory whole, between two that are.
func TestExportLarge(t *testing.T) {
	repo, err := Init(t.Context(), t.TempDir(), "main")
	if err != nil {
		t.Fatal(err)
	}
	var tree []byte
	sizes := map[string]int64{"a": 1, "b": maxObject + 1, "c": 2}
	for _, name := range []string{"a", "b", "c"} {
		blob := hashObject(t, repo, "blob", make([]byte, sizes[name]))
		tree = append(append(tree, "100644 "+name+"\x00"...), blob[:]...)
	}
	out := t.TempDir()
	if err := repo.Export(t.Context(), hashObject(t, repo, "tree", tree), out, ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, want := range sizes {
		info, err := os.Stat(filepath.Join(out, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() != want {
			t.Errorf("%s has %d bytes, want %d", name, info.Size(), want)
		}
	}
}

func indexTree(t *testing.T, repo *Repo) ObjectID {
	t.Helper()
	out, err := repo.Git(context.Background(), "write-tree", "--missing-ok")
	if err != nil {
		t.Fatal(err)
	}
	id, err := ParseCommitID(out[:40])
	if err != nil {
		t.Fatal(err)
	}
	return ObjectID(id)
}

func hashObject(t *testing.T, repo *Repo, kind string, data []byte) ObjectID {
	t.Helper()
	out, err := repo.gitInput(context.Background(), data, "hash-object", "-w", "--literally", "--stdin", "-t", kind)
	if err != nil {
		t.Fatal(err)
	}
	id, err := ParseCommitID(out[:40])
	if err != nil {
		t.Fatal(err)
	}
	return ObjectID(id)
}
