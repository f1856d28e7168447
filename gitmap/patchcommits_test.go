package gitmap_test

import (
	"strings"
	"testing"

	"debgit/gitmap"
)

// TestCommitPatches makes the commits of patches once more on top of the main commit of an import. All
// is as in the import, but for the committer.
func TestCommitPatches(t *testing.T) {
	compared := 0
	for _, c := range importCases(t) {
		if !strings.HasPrefix(c.name, "series_") && !strings.HasPrefix(c.name, "patch_author") && !strings.HasPrefix(c.name, "patch_date") || c.Want.Refused {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			repo := newRepo(t)
			imp, err := importInto(t, repo, c.dsc)
			if err != nil {
				t.Fatal(err)
			}
			if imp.Patches == 0 || len(imp.Losses.Listed) > 0 {
				return
			}
			compared++
			pack, err := repo.NewPack(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer pack.Abort()
			tree, err := repo.Tree(t.Context(), imp.Main)
			if err != nil {
				t.Fatal(err)
			}
			made, err := pack.CommitPatches(t.Context(), imp.ID, imp.Main, tree, gitmap.ImportOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if err := pack.Finish(); err != nil {
				t.Fatal(err)
			}
			if made.Tree != imp.Tree || len(made.Commits) != imp.Patches {
				t.Fatalf("CommitPatches = %d commits up to the tree %s, want %d and %s", len(made.Commits), made.Tree, imp.Patches, imp.Tree)
			}
			comparePatchCommits(t, repo, made, imp)
		})
	}
	if compared < 20 {
		t.Errorf("only %d imports have patches to compare with", compared)
	}
}

func comparePatchCommits(t *testing.T, repo *gitmap.Repo, made *gitmap.PatchCommits, imp *gitmap.Imported) {
	t.Helper()
	reader, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	want := imp.Commit
	for i := len(made.Commits) - 1; i >= 0; i-- {
		g, err := reader.Read(made.Commits[i])
		if err != nil {
			t.Fatal(err)
		}
		w, err := reader.Read(want)
		if err != nil {
			t.Fatal(err)
		}
		if g.Tree != w.Tree || g.Message != w.Message || g.Author != w.Author && w.Author != w.Committer {
			t.Errorf("commit %d = %+v, want %+v but for the committer", i, g, w)
		}
		if gitmap.IsImporter(g.Committer) || gitmap.IsImporter(g.Author) {
			t.Errorf("commit %d is by the importer", i)
		}
		want = w.Parents[0]
	}
	if want != imp.Main {
		t.Errorf("the commits are not on top of %s", imp.Main)
	}
}
