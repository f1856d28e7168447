package gitmap

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFilesNamed(t *testing.T) {
	repo := testRepo(t)
	for path, content := range map[string]string{
		".gitattributes":       "a text\n",
		"dir/.gitattributes":   "b text\n",
		"dir/d/.gitattributes": "",
		"empty/.gitattributes": "",
		"x.gitattributes":      "no\n",
		".gitattributes.d/x":   "no\n",
		".GITATTRIBUTES":       "no\n",
	} {
		path = filepath.Join(repo.WorkTree(), path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := repo.Tree(t.Context(), commitWorkTree(t, repo))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{".gitattributes", "dir/.gitattributes"}
	for _, variable := range []string{"GIT_LITERAL_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS"} {
		t.Setenv(variable, "1")
		got, err := repo.FilesNamed(t.Context(), tree, ".gitattributes")
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("with %s: FilesNamed = %q, %v; want %q", variable, got, err, want)
		}
		os.Unsetenv(variable)
	}
}
