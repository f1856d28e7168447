package gitmap_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"debgit/gitmap"
)

// chainOf returns the commits of an import.
func chainOf(t *testing.T, repo *gitmap.Repo, tip gitmap.CommitID) *gitmap.Chain {
	t.Helper()
	r, err := repo.NewCommitReader(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	chain, ok, err := r.Chain(tip)
	if err != nil || !ok {
		t.Fatalf("Chain(%s) = %v, %v", tip, ok, err)
	}
	return chain
}

// rebuild writes a chain again, with its commits changed by change, and returns it.
func rebuild(t *testing.T, repo *gitmap.Repo, chain *gitmap.Chain, change func(c *gitmap.Commit)) *gitmap.Chain {
	t.Helper()
	pack, err := repo.NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pack.Abort()
	renamed := map[gitmap.CommitID]gitmap.CommitID{}
	write := func(old *gitmap.Commit) gitmap.CommitID {
		c := *old
		c.Parents = nil
		for _, p := range old.Parents {
			c.Parents = append(c.Parents, renamed[p])
		}
		change(&c)
		id, err := pack.WriteCommit(c.Tree, c.Parents, c.Author, c.Committer, c.Message)
		if err != nil {
			t.Fatal(err)
		}
		renamed[old.ID] = id
		return id
	}
	for _, c := range chain.Tarballs {
		write(c)
	}
	tip := write(chain.Main)
	for _, c := range chain.Patches {
		tip = write(c)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	return chainOf(t, repo, tip)
}

// Imports are known by their looks, and are the same as themselves.
func TestChain(t *testing.T) {
	for _, c := range importedCases(t) {
		chain, imp := chainOf(t, c.repo, c.imp.Commit), c.imp
		if chain.Main.ID != imp.Main || len(chain.Tarballs) != imp.Tarballs || len(chain.Patches) != imp.Patches {
			t.Errorf("%s: Chain = main commit %s, %d tarballs, %d patches, want %s, %d, %d", c.name,
				chain.Main.ID, len(chain.Tarballs), len(chain.Patches), imp.Main, imp.Tarballs, imp.Patches)
		}
	}
}

// What an older dgit made is no difference; anything beside its committers is.
func TestCompareGenerations(t *testing.T) {
	names := []string{"format_1.0_native", "component_tarballs", "patch_headers", "patch_date_invalid", "changelog_minus_zero"}
	older := func(zone string) func(c *gitmap.Commit) {
		return func(c *gitmap.Commit) {
			person, _, _ := gitmap.SplitIdentity(c.Author)
			_, when, was := gitmap.SplitIdentity(c.Committer)
			if _, isPatch := c.Patch(); isPatch {
				person = "Maint Ainer <maint@example.org>"
			}
			if zone == "" {
				zone = was
			}
			line := fmt.Sprintf("%s %d %s", person, when, zone)
			if _, isPatch := c.Patch(); !isPatch || gitmap.IsImporter(c.Author) {
				c.Author = line
			}
			c.Committer = line
		}
	}
	for _, c := range importedCases(t) {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+c.name+" ") {
			continue
		}
		want := chainOf(t, c.repo, c.imp.Commit)
		for _, tt := range []struct {
			change func(c *gitmap.Commit)
			want   gitmap.Generation
		}{
			{func(c *gitmap.Commit) {}, gitmap.GenerationNow},
			{func(c *gitmap.Commit) { older("")(c) }, gitmap.Generation11},
			{older("+1300"), gitmap.Generation10},
			{func(c *gitmap.Commit) { older("")(c); c.Message += "\n" }, ""},
			{func(c *gitmap.Commit) { older("")(c); c.Committer = "x <x@example.org> 1 +0000" }, ""},
		} {
			if tt.want == "" && strings.Contains(c.name, "patch") {
				continue // such patches are not taken for patches of the import
			}
			chain := rebuild(t, c.repo, want, tt.change)
			got, err := gitmap.Compare(t.Context(), c.repo, want, c.repo, chain)
			if err != nil {
				t.Fatal(err)
			}
			if got.Generation != tt.want || (len(got.Differences) == 0) != (tt.want != "") {
				t.Errorf("%s: Compare = generation %q, %d differences, want generation %q", c.name, got.Generation, len(got.Differences), tt.want)
			}
		}
	}
}

func TestMarker(t *testing.T) {
	tests := []struct {
		message string
		want    gitmap.Marker
		ok      bool
	}{
		{"Import f\n\n[dgit import orig foo_1.orig.tar.gz]\n", gitmap.Marker{Kind: gitmap.MarkerOrig, File: "foo_1.orig.tar.gz"}, true},
		{"Import f\n\n[dgit import tarball foo 1:1-2 f.tar.xz]\n", gitmap.Marker{Kind: gitmap.MarkerTarball, Package: "foo", Version: "1:1-2", File: "f.tar.xz"}, true},
		{"x\n\n[dgit import unpatched foo 1-2]\n", gitmap.Marker{Kind: gitmap.MarkerUnpatched, Package: "foo", Version: "1-2"}, true},
		{"[dgit import package foo 1]", gitmap.Marker{Kind: gitmap.MarkerPackage, Package: "foo", Version: "1"}, true},
		{"[dgit import package foo 1]\n\nmore\n", gitmap.Marker{}, false},
		{"[dgit import package foo]\n", gitmap.Marker{}, false},
		{" [dgit import package foo 1]\n", gitmap.Marker{}, false},
		{"[dgit import orig a b]\n", gitmap.Marker{}, false},
		{"", gitmap.Marker{}, false},
	}
	for _, tt := range tests {
		got, ok := (&gitmap.Commit{Message: tt.message}).Marker()
		if got != tt.want || ok != tt.ok {
			t.Errorf("Marker of %q = %+v, %v, want %+v, %v", tt.message, got, ok, tt.want, tt.ok)
		}
	}
}

func TestPatch(t *testing.T) {
	tests := []struct {
		message, want string
		ok            bool
	}{
		{"x\n\nGbp-Pq: Name a.patch", "a.patch", true},
		{"x\n\nGbp-Pq: Topic t1/t2\nGbp-Pq: Name a.patch", "t1/t2/a.patch", true},
		{"x\n\nGbp-Pq: Name a.patch\n", "a.patch", true},
		{"x\n\nGbp-Pq: Name a.patch\nmore", "", false},
		{"x", "", false},
	}
	for _, tt := range tests {
		got, ok := (&gitmap.Commit{Message: tt.message}).Patch()
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("Patch of %q = %q, %v, want %q, %v", tt.message, got, ok, tt.want, tt.ok)
		}
	}
}

func TestSplitIdentity(t *testing.T) {
	tests := []struct {
		line, person string
		seconds      int64
		zone         string
	}{
		{"A B <a@b> 12 +0100", "A B <a@b>", 12, "+0100"},
		{"A  <a b> -5 -0000", "A  <a b>", -5, "-0000"},
		{"A B <a@b>", "A B <a@b>", 0, ""},
		{"A", "A", 0, ""},
		{"", "", 0, ""},
	}
	for _, tt := range tests {
		if person, seconds, zone := gitmap.SplitIdentity(tt.line); person != tt.person || seconds != tt.seconds || zone != tt.zone {
			t.Errorf("SplitIdentity(%q) = %q, %d, %q, want %q, %d, %q", tt.line, person, seconds, zone, tt.person, tt.seconds, tt.zone)
		}
	}
}

// What WriteFiles writes, ReadFiles reads, and the tree has the same name anywhere;
// what the user puts into new repositories is not in a bare one.
func TestWriteFiles(t *testing.T) {
	files := map[string][]byte{"b": []byte("B\n"), "a.json": {}, "z": []byte("\x00\xff")}
	template := t.TempDir()
	if err := os.WriteFile(filepath.Join(template, "description"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIT_TEMPLATE_DIR", template)
	repo, err := gitmap.InitBare(t.Context(), filepath.Join(t.TempDir(), "bare"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(repo.GitDir(), "description")); err == nil {
		t.Error("InitBare uses the templates of the user")
	}
	for _, r := range []*gitmap.Repo{repo, newRepo(t)} {
		pack, err := r.NewPack(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		tree, err := pack.WriteFiles(files)
		if err != nil {
			t.Fatal(err)
		}
		if err := pack.Finish(); err != nil {
			t.Fatal(err)
		}
		if got, want := tree.String(), "cead4eb07535989e230f1158ea6b71bd180155ff"; got != want {
			t.Errorf("WriteFiles = %s, want %s", got, want)
		}
		got, err := r.ReadFiles(t.Context(), tree)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(files, got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
			t.Errorf("ReadFiles: -want +got\n%s", diff)
		}
	}
}
