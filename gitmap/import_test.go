package gitmap_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"

	"github.com/google/go-cmp/cmp"
)

// importInto imports the source package whose .dsc is at dscPath.
func importInto(t *testing.T, repo *gitmap.Repo, dscPath string) (*gitmap.Imported, error) {
	t.Helper()
	return importWith(t, repo, dscPath, gitmap.ImportOptions{})
}

func importWith(t *testing.T, repo *gitmap.Repo, dscPath string, opts gitmap.ImportOptions) (*gitmap.Imported, error) {
	t.Helper()
	pkg, err := dsc.OpenLocal(dscPath, dsc.LocalOptions{})
	if err != nil {
		return nil, err
	}
	defer pkg.Close()
	return gitmap.Import(t.Context(), repo, pkg, opts)
}

func newRepo(t *testing.T) *gitmap.Repo {
	t.Helper()
	repo, err := gitmap.Init(t.Context(), filepath.Join(t.TempDir(), "repo"), "main")
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// fsckComplains has the cases of which dgit makes commits that git fsck does not
// like, and what that says: it is more important that the ids are the same.
var fsckComplains = map[string]string{
	"changelog_nul":        "nulInCommit",
	"changelog_nul_native": "nulInCommit",
	"person_address_angle": "missingSpaceBeforeDate",
}

func checkFsckError(t *testing.T, repo *gitmap.Repo, want string) {
	t.Helper()
	if _, err := repo.Git(t.Context(), "fsck", "--strict", "--no-dangling"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("git fsck --strict: %v, want a complaint of %s", err, want)
	}
}

func TestImport(t *testing.T) {
	for _, c := range importCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			repo := newRepo(t)
			imp, err := importInto(t, repo, c.dsc)
			checkImport(t, c, imp, err)
			if reason, ok := fsckComplains[c.name]; ok {
				checkFsckError(t, repo, reason)
			} else {
				checkObjects(t, repo, c.Want.Refused)
			}
		})
	}
}

// checkImport compares what an import gave with what the case wants.
func checkImport(t *testing.T, c importCase, imp *gitmap.Imported, err error) {
	t.Helper()
	switch {
	case c.Want.Refused && err == nil:
		t.Errorf("%s: Import = commit %s, want a refusal", c.name, imp.Commit)
	case c.Want.Refusal != "" && err.Error() != c.Want.Refusal:
		t.Errorf("%s: Import = error %q, want %q", c.name, err, c.Want.Refusal)
	case c.Want.Refused:
	case err != nil:
		t.Errorf("%s: Import = error %q, want commit %s", c.name, err, c.Want.Commit)
	case imp.Tree.String() != c.Want.Tree:
		t.Errorf("%s: Import = tree %s, want %s", c.name, imp.Tree, c.Want.Tree)
	case imp.Commit.String() != c.Want.Commit:
		t.Errorf("%s: Import = commit %s, want %s; the trees are the same", c.name, imp.Commit, c.Want.Commit)
	case saidTwice(imp.Own):
		t.Errorf("%s: Import says why twice: %q", c.name, imp.Own)
	case len(imp.Own) > 0 != c.Want.DgitRefuses:
		t.Errorf("%s: Import says dgit refuses the package because of %v, but the case says %v", c.name, imp.Own, c.Want.DgitRefuses)
	}
}

func saidTwice(errs []error) bool {
	said := map[string]bool{}
	for _, err := range errs {
		if said[err.Error()] {
			return true
		}
		said[err.Error()] = true
	}
	return false
}

// checkObjects has git check the objects of repo, and looks for files that an
// import should not have left there: unfinished ones, and any at all when the
// import was refused.
func checkObjects(t *testing.T, repo *gitmap.Repo, wantNone bool) {
	t.Helper()
	if _, err := repo.Git(t.Context(), "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false", "fsck", "--strict", "--no-dangling"); err != nil {
		t.Errorf("git fsck --strict: %v", err)
	}
	checkFiles(t, repo, wantNone)
}

// checkFiles is checkObjects without asking git.
func checkFiles(t *testing.T, repo *gitmap.Repo, wantNone bool) {
	t.Helper()
	objects := os.DirFS(filepath.Join(repo.CommonDir(), "objects"))
	err := fs.WalkDir(objects, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if finished, _ := path.Match("pack/pack-*.*", name); wantNone || !finished {
			t.Errorf("Import left objects/%s behind", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// What a repository holds already changes no id: all cases once more in the repository
// that holds them, one after the other, and then with all tarballs remembered.
func TestImportIntoOneRepository(t *testing.T) {
	remembered := map[string]gitmap.ObjectID{}
	remember := func(name string, imp *gitmap.Imported) {
		for digest, id := range imp.Memories {
			if old, ok := remembered[digest]; ok && old != id {
				t.Errorf("%s: tarball %s is remembered as %s, and was as %s", name, digest, id, old)
			}
			remembered[digest] = id
		}
	}
	done := importedCases(t)
	for _, c := range done {
		remember(c.name, c.imp)
	}
	if len(remembered) < 100 {
		t.Errorf("%d tarballs are remembered, want over 100", len(remembered))
	}
	repo := done[0].repo
	for _, opts := range []gitmap.ImportOptions{{}, {Remembered: remembered}} {
		for _, c := range importCases(t) {
			imp, err := importWith(t, repo, c.dsc, opts)
			checkImport(t, c, imp, err)
			if err == nil {
				remember(c.name, imp)
			}
		}
	}
	args := []string{"-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false"}
	for _, complaint := range fsckComplains {
		args = append(args, "-c", "fsck."+complaint+"=ignore")
	}
	if _, err := repo.Git(t.Context(), append(args, "fsck", "--strict", "--no-dangling")...); err != nil {
		t.Errorf("git fsck --strict: %v", err)
	}
}

// Losses of a remembered tarball are those of the tarball.
func TestRememberedLosses(t *testing.T) {
	for _, c := range importedCases(t) {
		if !strings.HasPrefix(c.name, "tar_") {
			continue
		}
		again, err := importWith(t, c.repo, c.dsc, gitmap.ImportOptions{Remembered: c.imp.Memories})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.imp.Report(), again.Report()); diff != "" {
			t.Errorf("%s: the reports differ (-first +remembered)\n%s", c.name, diff)
		}
	}
}
