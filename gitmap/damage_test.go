package gitmap_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// twoVersions writes two versions of a package with the same orig tarball, and returns the
// paths of their .dsc. A patch of the second changes two files of the tarball.
func twoVersions(t *testing.T, s *sandbox) (first, second string) {
	t.Helper()
	upstream := dsctest.File{Name: "foo_1.0.orig.tar.gz", Entries: []dsctest.Entry{
		{Name: "foo-1.0/a", Content: "one\n"}, {Name: "foo-1.0/d/b", Content: strings.Repeat("two\n", 100)}, {Name: "foo-1.0/d/c", Content: "c\n"}}}
	version := func(revision string, debian ...dsctest.Entry) string {
		debian = append(debian, dsctest.Entry{Name: "debian/changelog", Content: strings.Replace(attackChangelog, "1.0", "1.0-"+revision, 1)})
		return s.write(t, &dsctest.Package{Format: "3.0 (quilt)", Source: "foo", Version: "1.0-" + revision,
			Files: []dsctest.File{upstream, {Name: "foo_1.0-" + revision + ".debian.tar.xz", Entries: debian}}})
	}
	return version("1"), version("2",
		dsctest.Entry{Name: "debian/patches/series", Content: "fix.patch\n"},
		dsctest.Entry{Name: "debian/patches/fix.patch", Content: "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+1\n--- a/d/b\n+++ b/d/b\n@@ -98,3 +98,3 @@\n two\n-two\n+2\n two\n"})
}

// An import that relies on objects which an earlier one has left finds what is damaged of those
// that it reads, and never takes it for what was in the package.
func TestDamagedObjects(t *testing.T) {
	s := newSandbox(t)
	first, second := twoVersions(t, s)
	want, err := importInto(t, newSandbox(t).repo, second)
	if err != nil {
		t.Fatal(err)
	}
	imp, err := importInto(t, s.repo, first)
	if err != nil {
		t.Fatal(err)
	}
	packs, err := filepath.Glob(filepath.Join(s.repo.CommonDir(), "objects/pack/*.pack"))
	if err != nil || len(packs) != 1 {
		t.Fatalf("packs %q, error %v, want one", packs, err)
	}
	sound, err := os.ReadFile(packs[0])
	if err != nil {
		t.Fatal(err)
	}
	var relied []string // what the second import reads of the first
	for _, memory := range imp.Memories {
		tree := memory.String() + ":tree"
		if s.git(t, "ls-tree", "--name-only", tree) == "foo-1.0\n" {
			top := tree + "/foo-1.0"
			relied = strings.Fields(s.git(t, "rev-parse", memory.String(), memory.String()+":memory.json", tree, top, top+"/a", top+"/d", top+"/d/b"))
		}
	}
	if len(relied) != 7 {
		t.Fatalf("the tarball is remembered as %q, want seven objects", relied)
	}
	found := 0
	for line := range strings.Lines(s.git(t, "verify-pack", "-v", strings.TrimSuffix(packs[0], ".pack")+".idx")) {
		var id, kind string
		var size, packed, offset int
		if n, _ := fmt.Sscan(line, &id, &kind, &size, &packed, &offset); n != 5 {
			continue // the summary
		}
		for at := offset + packed - 4; at < offset+packed; at++ { // the checksum of the content
			bad := slices.Clone(sound)
			bad[at] ^= 4
			if err := os.Chmod(packs[0], 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(packs[0], bad, 0o644); err != nil {
				t.Fatal(err)
			}
			before := s.files(t)
			repo, err := gitmap.Open(t.Context(), s.repo.CommonDir())
			if err != nil {
				t.Fatal(err)
			}
			got, err := importWith(t, repo, second, gitmap.ImportOptions{Remembered: imp.Memories})
			damage, isDamage := errors.AsType[*gitmap.ObjectError](err)
			switch relies := slices.Contains(relied, id); {
			case relies && (!isDamage || damage.ID.String() != id):
				t.Errorf("with %s %s damaged at %d: Import = error %v, want one about it", kind, id, at, err)
			case relies:
				found++
				s.checkUnchanged(t, before)
			case err != nil || got.Commit != want.Commit:
				t.Errorf("with %s %s damaged at %d: Import = %+v, %v, want commit %s", kind, id, at, got, err, want.Commit)
			}
			if again, _ := filepath.Glob(filepath.Join(s.repo.CommonDir(), "objects/pack/*")); err == nil {
				for _, file := range again {
					if !strings.HasPrefix(file, strings.TrimSuffix(packs[0], ".pack")) {
						os.Remove(file)
					}
				}
			}
		}
	}
	if found != 4*len(relied) {
		t.Errorf("%d damages were found, want %d", found, 4*len(relied))
	}
	// What is not there at all is made again.
	fresh := newSandbox(t)
	if got, err := importWith(t, fresh.repo, second, gitmap.ImportOptions{Remembered: imp.Memories}); err != nil || got.Commit != want.Commit {
		t.Errorf("without the objects that are remembered: Import = %v, %v, want commit %s", got, err, want.Commit)
	}
}
