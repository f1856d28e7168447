package gitmap_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// sharedDir holds what is made once for all tests. TestMain makes and removes it.
var sharedDir string

// An importCase is a source package of testdata/import, built.
type importCase struct {
	*dsctest.Package
	name string // of the case
	dsc  string // path of the .dsc
}

// importCases returns the source packages of testdata/import. No test changes them.
func importCases(t *testing.T) []importCase {
	t.Helper()
	cases, err := builtCases()
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

var builtCases = sync.OnceValues(func() ([]importCase, error) {
	files, err := filepath.Glob("../testdata/import/*.txtar")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no files in testdata/import")
	}
	var cases []importCase
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		p, err := dsctest.Parse(file, data)
		if err != nil {
			return nil, err
		}
		if p.Want.Commit == "" && !p.Want.Refused {
			return nil, fmt.Errorf("%s: neither want-commit nor a refusal", file)
		}
		c := importCase{Package: p, name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
		if c.dsc, err = p.Write(filepath.Join(sharedDir, "cases", c.name)); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		cases = append(cases, c)
	}
	return cases, nil
})

// An importedCase is a case, imported into a repository that holds all of them. Whoever
// writes to that must not change what others see of it.
type importedCase struct {
	importCase
	repo *gitmap.Repo
	imp  *gitmap.Imported
}

// importedCases returns the cases that can be imported.
func importedCases(t *testing.T) []importedCase {
	t.Helper()
	cases, err := casesInRepo()
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

var casesInRepo = sync.OnceValues(func() ([]importedCase, error) {
	ctx := context.Background()
	built, err := builtCases()
	if err != nil {
		return nil, err
	}
	repo, err := gitmap.Init(ctx, filepath.Join(sharedDir, "repo"), "main")
	if err != nil {
		return nil, err
	}
	var cases []importedCase
	for _, c := range built {
		if c.Want.Refused {
			continue
		}
		pkg, err := dsc.OpenLocal(c.dsc, dsc.LocalOptions{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		imp, err := gitmap.Import(ctx, repo, pkg, gitmap.ImportOptions{})
		pkg.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		cases = append(cases, importedCase{c, repo, imp})
	}
	return cases, nil
})
