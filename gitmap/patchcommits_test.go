package gitmap_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

// TestCommitPatches makes the commits of patches once more on top of the main commit of an import. All
// is as in the import, but for the committer.
func TestCommitPatches(t *testing.T) {
	compared := 0
	for _, c := range importedCases(t) {
		if c.imp.Patches == 0 || len(c.imp.Own) > 0 || len(c.imp.Losses.Listed) > 0 || strings.HasPrefix(c.name, "changelog_") || changesChangelog[c.name] {
			continue
		}
		compared++
		pack, err := c.repo.NewPack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer pack.Abort()
		tree, err := c.repo.Tree(t.Context(), c.imp.Main)
		if err != nil {
			t.Fatal(err)
		}
		made, err := pack.CommitPatches(t.Context(), c.imp.ID, c.imp.Main, tree, gitmap.ImportOptions{})
		if err == nil {
			err = pack.Finish()
		}
		if err != nil {
			t.Errorf("%s: CommitPatches: %v", c.name, err)
			continue
		}
		if made.Tree != c.imp.Tree || len(made.Commits) != c.imp.Patches {
			t.Errorf("%s: CommitPatches = %d commits up to the tree %s, want %d and %s", c.name, len(made.Commits), made.Tree, c.imp.Patches, c.imp.Tree)
			continue
		}
		comparePatchCommits(t, c.name, c.repo, made, c.imp)
	}
	if compared < 50 {
		t.Errorf("%d packages were compared, want over 50", compared)
	}
}

// changesChangelog has the cases in which patches change the newest entry of the changelog, which an
// import reads with the patches applied.
var changesChangelog = map[string]bool{"patch_changes_changelog": true, "patch_removes_newest_entry": true, "patch_mends_changelog": true}

func comparePatchCommits(t *testing.T, name string, repo *gitmap.Repo, made *gitmap.PatchCommits, imp *gitmap.Imported) {
	t.Helper()
	reader, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	want := imp.Commit
	for i := len(made.Commits) - 1; i >= 0; i-- {
		g, err := reader.Read(made.Commits[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		w, err := reader.Read(want)
		if err != nil {
			t.Fatal(err)
		}
		if g.Tree != w.Tree || g.Message != w.Message || g.Author != w.Author && w.Author != w.Committer {
			t.Errorf("%s: commit %d = %+v, want %+v but for the committer", name, i, g, w)
		}
		if gitmap.IsImporter(g.Committer) || gitmap.IsImporter(g.Author) {
			t.Errorf("%s: commit %d is by the importer", name, i)
		}
		want = w.Parents[0]
	}
	if want != imp.Main {
		t.Errorf("%s: the commits are not on top of %s", name, imp.Main)
	}
}

// TestCommitOrigs makes the commits of the orig tarballs of imports once more.
func TestCommitOrigs(t *testing.T) {
	several := 0
	for _, c := range importedCases(t) {
		id := dsc.ID{Package: c.Source, Version: dsc.Version(c.Version)}
		if c.Format != "3.0 (quilt)" || len(c.imp.Own) > 0 || id.Version.IsNative() { // whose debian tarball counts as an orig
			continue
		}
		reader, err := c.repo.NewCommitReader(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		main, err := reader.Read(c.imp.Main)
		if err != nil {
			t.Fatal(err)
		}
		tip, err := reader.Read(c.imp.Commit)
		if err != nil {
			t.Fatal(err)
		}
		want := main.Parents[:len(main.Parents)-1] // without the debian tarball
		got, n, err := commitOrigs(t, c.repo, filepath.Dir(c.dsc), id, tip.Tree)
		if err != nil {
			t.Errorf("%s: CommitOrigs: %v", c.name, err)
			continue
		}
		if len(want) == 1 {
			if n != 1 || got != want[0] {
				t.Errorf("%s: CommitOrigs = %s, %d; want %s, 1", c.name, got, n, want[0])
			}
			continue
		}
		several++
		combined, err := reader.Read(got)
		if err != nil {
			t.Fatal(err)
		}
		if n != len(want)+1 || !slices.Equal(combined.Parents, want) || !gitmap.IsImporter(combined.Committer) {
			t.Errorf("%s: CommitOrigs = %d commits, the last one %+v; want parents %v", c.name, n, combined, want)
		}
	}
	if several < 3 {
		t.Errorf("%d packages have several orig tarballs, want 3 or more", several)
	}
}

func commitOrigs(t *testing.T, repo *gitmap.Repo, dir string, id dsc.ID, tree gitmap.ObjectID) (gitmap.CommitID, int, error) {
	t.Helper()
	origs, err := dsc.OpenOrigs([]string{dir}, id)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		for _, o := range origs {
			o.Close()
		}
	}()
	pack, err := repo.NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pack.Abort()
	commit, n, err := pack.CommitOrigs(t.Context(), id, origs, tree, gitmap.ImportOptions{})
	if err != nil {
		return commit, n, err
	}
	return commit, n, pack.Finish()
}
