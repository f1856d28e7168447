package dsc

import (
	"errors"
	"io/fs"
	"testing"
)

// Patches are applied on top of each other, and taken away in the opposite order.
func TestPatchedTree(t *testing.T) {
	base := memTree{"f": {modeFile, "1\n2\n3\n"}, "d/gone": {modeFile, "x\n"}}
	patches := []*Patch{
		mustParse(t, "one", changeF),
		mustParse(t, "two", headF+"@@ -1,3 +1,3 @@\n 1\n-two\n+zwei\n 3\n"),
		mustParse(t, "three", makeNew+"--- a/d/gone\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"),
	}
	tree := NewPatchedTree(base)
	check := func(when string, want map[string]string) {
		t.Helper()
		for path, content := range want {
			mode, err := tree.Lookup(path)
			if content == "" {
				if !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %s is there: %v, %v", when, path, mode, err)
				}
				continue
			}
			if got, err := tree.Content(path); err != nil || string(got) != content || mode != modeFile {
				t.Errorf("%s: %s is %v %q, %v", when, path, mode, got, err)
			}
		}
	}
	apply := func(p *Patch) {
		t.Helper()
		changes, err := p.Apply(tree, DpkgQuilt, ApplyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		tree.Make(changes)
	}
	check("before", map[string]string{"f": "1\n2\n3\n", "d/gone": "x\n", "new": ""})
	for _, p := range patches {
		apply(p)
	}
	check("patched", map[string]string{"f": "1\nzwei\n3\n", "d/gone": "", "new": "new\n"})
	if mode, err := tree.Lookup("d"); err != nil || !mode.IsDir() {
		t.Errorf("d is %v, %v", mode, err)
	}
	if _, err := patches[0].Apply(tree, DpkgQuilt, ApplyOptions{}); err == nil {
		t.Error("a patch applies twice")
	}
	for i := len(patches) - 1; i >= 0; i-- {
		reversed, err := patches[i].Reversed()
		if err != nil {
			t.Fatal(err)
		}
		apply(reversed)
	}
	check("unpatched", map[string]string{"f": "1\n2\n3\n", "d/gone": "x\n", "new": ""})
}
