package gitmap

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing"
)

// TestAlternates reads objects that a repository borrows from another one.
func TestAlternates(t *testing.T) {
	const missing = "/nonexistent/objects\n"
	tests := []struct {
		name string
		file string // objects/info/alternates: LENDER is the objects of the one that has them, BETWEEN of one that borrows of it
		want bool
	}{
		{"none", "", false},
		{"absolute", "LENDER\n", true},
		{"without newline", "LENDER", true},
		{"not clean", "LENDER/../objects/\n", true},
		{"relative", "../../../lender/.git/objects\n", true},
		{"after others", "# LENDER\n\n" + missing + "LENDER\n", true},
		{"comment", "# LENDER\n", false},
		{"gone", missing, false},
		{"of one that borrows", "BETWEEN\n", true},
		{"of itself", "../objects\nBETWEEN\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			objects := map[string]string{}
			repos := map[string]*Repo{}
			for _, name := range []string{"lender", "between", "borrower"} {
				repo, err := Init(t.Context(), filepath.Join(dir, name), "main")
				if err != nil {
					t.Fatal(err)
				}
				repos[name], objects[name] = repo, filepath.Join(repo.CommonDir(), "objects")
			}
			borrow := func(name, text string) {
				text = strings.NewReplacer("LENDER", objects["lender"], "BETWEEN", objects["between"]).Replace(text)
				if err := os.WriteFile(filepath.Join(objects[name], "info", "alternates"), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			borrow("between", "LENDER\n../../../borrower/.git/objects\n")
			if tt.file != "" {
				borrow("borrower", tt.file)
			}
			tree := writeTestTree(t, repos["lender"])
			entries, err := repos["borrower"].tree(tree)
			if !tt.want {
				if !errors.Is(err, plumbing.ErrObjectNotFound) {
					t.Errorf("tree = %v, %v, want an error that says it is not there", entries, err)
				}
				return
			}
			if err != nil || len(entries) != 1 {
				t.Fatalf("tree = %v, %v, want one entry", entries, err)
			}
			blob := entries[0].id
			data, err := repos["borrower"].blob(blob)
			size, sizeErr := repos["borrower"].blobSize(blob)
			if string(data) != "lent\n" || size != 5 || err != nil || sizeErr != nil {
				t.Errorf("blob = %q, %v, blobSize = %d, %v, want \"lent\\n\" and 5", data, err, size, sizeErr)
			}
		})
	}
}

// writeTestTree writes a tree of one file into repo.
func writeTestTree(t *testing.T, repo *Repo) ObjectID {
	t.Helper()
	pack, err := repo.NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pack.Abort()
	tree, err := pack.WriteFiles(map[string][]byte{"a": []byte("lent\n")})
	if err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	return tree
}
