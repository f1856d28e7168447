package gitmap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// writeTree makes the work tree and the index of repo those files, and returns their tree.
func writeTree(t *testing.T, repo *Repo, files map[string]string) ObjectID {
	t.Helper()
	gitOutput(t, repo, "rm", "-rfq", "--ignore-unmatch", ".")
	for path, content := range files {
		path = filepath.Join(repo.WorkTree(), path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	gitOutput(t, repo, "add", "-A")
	id, err := ParseCommitID(strings.TrimSpace(gitOutput(t, repo, "write-tree")))
	if err != nil {
		t.Fatal(err)
	}
	return ObjectID(id)
}

func TestDiffFiles(t *testing.T) {
	repo := testRepo(t)
	for _, setting := range []string{"diff.noprefix", "diff.mnemonicPrefix", "color.diff", "diff.renames"} {
		gitOutput(t, repo, "config", setting, "true")
	}
	old := writeTree(t, repo, map[string]string{
		"debian/rules": "a\nb\n", "debian/old name": "x\ny\nz\n", "gone\tand \xe9": "1\n2\n", "binary": "\x00", "same": "same\n",
	})
	changed := writeTree(t, repo, map[string]string{
		"debian/rules": "a\nc\nd\n", "debian/new": "x\ny\nz\n", "binary": "\x00\x01", "same": "same\n",
	})
	want := []FileChange{
		{Path: "binary", Status: 'M', Binary: true},
		{Path: "debian/new", Status: 'A', Added: 3},
		{Path: "debian/old name", Status: 'D', Removed: 3},
		{Path: "debian/rules", Status: 'M', Added: 2, Removed: 1},
		{Path: "gone\tand \xe9", Status: 'D', Removed: 2},
	}
	for name, to := range map[string]ObjectID{"trees": changed, "work tree": {}} {
		got, err := repo.DiffFiles(t.Context(), old, to)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		text, err := repo.DiffText(t.Context(), old, to, ":(top,literal)debian", ":(top,exclude,literal)debian/rules")
		if err != nil || !strings.Contains(text, "\nrename from debian/old name\nrename to debian/new\n") || strings.Contains(text, "rules") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	if got, err := repo.DiffFiles(t.Context(), old, old); err != nil || len(got) > 0 {
		t.Errorf("a tree differs from itself: %v, %v", got, err)
	}
}

func TestDiffTexts(t *testing.T) {
	tests := []struct{ from, to, want string }{
		{"a\n", "a\n", ""},
		{"a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"},
		{"", "a\x00\n", "@@ -0,0 +1 @@\n+a\x00\n"},
		{"a\n\n@@ b\n", "a\n\n@@ c", "@@ -1,3 +1,3 @@\n a\n \n-@@ b\n+@@ c\n\\ No newline at end of file\n"},
	}
	for _, tt := range tests {
		if got, err := DiffTexts(t.Context(), []byte(tt.from), []byte(tt.to)); got != tt.want || err != nil {
			t.Errorf("DiffTexts(%q, %q) = %q, %v; want %q", tt.from, tt.to, got, err, tt.want)
		}
	}
}

// What the user has configured for the files of work trees does not change what differs
// between two texts.
func TestDiffTextsIsPlain(t *testing.T) {
	dir := t.TempDir()
	attributes, config := filepath.Join(dir, "attributes"), filepath.Join(dir, "config")
	for name, content := range map[string]string{
		attributes: "* text filter=x diff=x -diff\n",
		config: "[core]\n\tautocrlf = true\n\tattributesFile = " + attributes + "\n" +
			"[filter \"x\"]\n\tclean = tr a-z A-Z\n[diff \"x\"]\n\ttextconv = false\n\txfuncname = b\n" +
			"[diff]\n\tnoprefix = true\n\tsuppressBlankEmpty = true\n\texternal = false\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	repo := testRepo(t) // which TMPDIR may be in
	writeTree(t, repo, map[string]string{".gitattributes": "* text eol=lf\n"})
	t.Setenv("TMPDIR", repo.WorkTree())
	const from, to = "b\r\n1\n\n2\n3\n", "b\r\n1\n\n2\nthree\r\n"
	const want = "@@ -2,4 +2,4 @@ b\n 1\n \n 2\n-3\n+three\r\n"
	if got, err := DiffTexts(t.Context(), []byte(from), []byte(to)); err != nil || got != want {
		t.Errorf("DiffTexts = %q, %v, want %q", got, err, want)
	}
	if got, err := DiffTexts(t.Context(), []byte("a\r\n"), []byte("a\n")); err != nil || got != "@@ -1 +1 @@\n-a\r\n+a\n" {
		t.Errorf("DiffTexts of two line ends = %q, %v", got, err)
	}
}
