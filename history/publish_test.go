package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"debgit/gitmap"
)

// Imports into one repository at the same time keep the same things beside their commits.
func TestImportsAtOnce(t *testing.T) {
	repo := newRepo(t)
	path := smallPackage(t)
	results := make([]error, 8)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			own, err := gitmap.Open(t.Context(), repo.WorkTree())
			if err == nil {
				_, err = ImportDsc(t.Context(), own, ImportDscOptions{Dsc: path, Branch: fmt.Sprintf("branch%d", i)})
			}
			results[i] = err
		})
	}
	wg.Wait()
	for i, err := range results {
		if err != nil {
			t.Errorf("import into branch%d: %v", i, err)
		}
	}
}

// Of imports into one new branch at the same time one wins, and the others say why not.
func TestImportsIntoOneBranchAtOnce(t *testing.T) {
	repo := newRepo(t)
	path := smallPackage(t)
	results := make([]error, 8)
	var wg sync.WaitGroup
	for i := range results {
		wg.Go(func() {
			own, err := gitmap.Open(t.Context(), repo.WorkTree())
			if err == nil {
				_, err = ImportDsc(t.Context(), own, ImportDscOptions{Dsc: path, Branch: "same"})
			}
			results[i] = err
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		var exists *BranchExistsError
		switch {
		case err == nil:
			won++
		case !errors.As(err, &exists):
			t.Errorf("import into a branch that another makes = %v, want a *BranchExistsError", err)
		}
	}
	if won != 1 {
		t.Errorf("%d imports made the branch, want 1", won)
	}
}

func TestUnfinished(t *testing.T) {
	final := filepath.Join(t.TempDir(), "hello[1]")
	first, err := newUnfinished(final)
	if err != nil {
		t.Fatal(err)
	}
	defer first.remove()
	second, err := newUnfinished(final) // the process is the same, but the directory must not be
	if err != nil {
		t.Fatal(err)
	}
	defer second.remove()
	if _, err := os.Stat(first.path); err != nil {
		t.Errorf("the directory of the first is gone: %v", err)
	}
	if err := second.finish(); err != nil {
		t.Fatal(err)
	}
	var exists *DirExistsError
	if err := first.finish(); !errors.As(err, &exists) {
		t.Errorf("finish over a directory that is empty = %v, want a *DirExistsError", err)
	}
	first.remove()
	if _, err := os.Stat(first.path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after remove there is still %s", first.path)
	}
}

func TestUnfinishedRemovesStale(t *testing.T) {
	final := filepath.Join(t.TempDir(), "hello")
	stale := filepath.Join(filepath.Dir(final), ".hello.debgit-1")
	if err := os.MkdirAll(filepath.Join(stale, ".git"), 0o777); err != nil {
		t.Fatal(err)
	}
	u, err := newUnfinished(final)
	if err != nil {
		t.Fatal(err)
	}
	defer u.remove()
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s, whose maker is gone, is still there", stale)
	}
}
