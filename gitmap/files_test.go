package gitmap

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/dsc"
)

// lister is what TreeFiles and WorkFiles have in common.
type lister interface {
	dsc.Tree
	Names(dir string) ([]string, error)
}

// describeFiles tells of the paths what they are and hold.
func describeFiles(files lister, paths []string) string {
	var b strings.Builder
	for _, path := range paths {
		mode, err := files.Lookup(path)
		if err != nil {
			fmt.Fprintf(&b, "%s: not there: %v\n", path, errors.Is(err, fs.ErrNotExist))
			continue
		}
		content, err := files.Content(path)
		names, namesErr := files.Names(path)
		slices.Sort(names)
		fmt.Fprintf(&b, "%s: %v %q %v, %v %v\n", path, mode, content, errors.Is(err, fs.ErrNotExist), names, errors.Is(namesErr, fs.ErrNotExist))
	}
	return b.String()
}

// The files of a commit and those of the work tree are told in the same way.
func TestFiles(t *testing.T) {
	repo := testRepo(t)
	for path, content := range map[string]string{"top": "top\n", "d/program": "#!/bin/sh\n", "d/e/deep": "deep"} {
		path = filepath.Join(repo.WorkTree(), path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(repo.WorkTree(), "d/program"), 0o744); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"top", "/etc/passwd", "d"} {
		if err := os.Symlink(target, filepath.Join(repo.WorkTree(), "link-to-"+filepath.Base(target))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := repo.Git(t.Context(), "add", "."); err != nil {
		t.Fatal(err)
	}
	out, err := repo.Git(t.Context(), "write-tree")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := ParseCommitID(strings.TrimSpace(out))
	if err != nil {
		t.Fatal(err)
	}
	reader, err := repo.NewTreeReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	work, err := repo.OpenWorkFiles()
	if err != nil {
		t.Fatal(err)
	}
	defer work.Close()
	paths := []string{"top", "d", "d/program", "d/e/deep", "link-to-top", "link-to-passwd", "link-to-d", "none", "d/none", "top/none", "none/none"}
	const want = `top: -rw-r--r-- "top\n" false, [] true
d: d--------- "" true, [e program] false
d/program: -rwxr-xr-x "#!/bin/sh\n" false, [] true
d/e/deep: -rw-r--r-- "deep" false, [] true
link-to-top: L--------- "top" false, [] true
link-to-passwd: L--------- "/etc/passwd" false, [] true
link-to-d: L--------- "d" false, [] true
none: not there: true
d/none: not there: true
top/none: not there: true
none/none: not there: true
`
	for name, files := range map[string]lister{"TreeFiles": reader.Files(ObjectID(tree)), "WorkFiles": work} {
		if got := describeFiles(files, paths); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
		names, err := files.Names("")
		slices.Sort(names)
		if got := strings.Join(names, " "); got != "d link-to-d link-to-passwd link-to-top top" {
			t.Errorf("%s: at the top there are %s, %v", name, got, err)
		}
	}
}

// Nothing outside of the work tree is read through a link in it.
func TestWorkFilesStayInside(t *testing.T) {
	repo := testRepo(t)
	outside := t.TempDir()
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(repo.WorkTree(), "out")); err != nil {
		t.Fatal(err)
	}
	work, err := repo.OpenWorkFiles()
	if err != nil {
		t.Fatal(err)
	}
	defer work.Close()
	for _, path := range []string{"out/secret", "../" + filepath.Base(outside) + "/secret"} {
		if content, err := work.Content(path); err == nil {
			t.Errorf("%s: read %q", path, content)
		}
	}
}

func TestTreeReaderMissing(t *testing.T) {
	repo := testRepo(t)
	reader, err := repo.NewTreeReader(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := reader.Blob(ObjectID{1}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a blob that is not there: %v", err)
	}
	if _, err := reader.Entries(ObjectID{1}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a tree that is not there: %v", err)
	}
	if entries, err := reader.Entries(emptyTree); err != nil || len(entries) > 0 {
		t.Errorf("the empty tree: %v, %v", entries, err)
	}
}
