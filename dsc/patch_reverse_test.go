package dsc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestReversed(t *testing.T) {
	tree := memTree{
		"f":          {modeFile, "1\n2\n3\n4\n5\n6\n"},
		"run":        {modeExecutable, "x\n"},
		"unfinished": {modeFile, "1\n2"},
		"gone":       {modeFile, "a\nb\n"},
	}
	tests := []struct {
		name  string
		patch string
		err   string // "" if it can be reversed
	}{
		{"one line", changeF, ""},
		{"with text", "Description: Two\n --- a dash\n---\n" + changeF + "-- \n2.39\n", ""},
		{"a function's name", strings.Replace(changeF, "@@\n", "@@ main()\n", 1), ""},
		{"two hunks", headF + "@@ -1,2 +1,3 @@\n 1\n+new\n 2\n@@ -4,3 +5,2 @@\n 4\n-5\n 6\n", ""},
		{"changes in a mixed order", headF + "@@ -1,4 +1,4 @@\n 1\n+two\n-2\n+three\n-3\n 4\n", ""},
		{"the same file twice", changeF + headF + "@@ -1,4 +1,4 @@\n 1\n-two\n+zwei\n 3\n 4\n", ""},
		{"two files", "Index: f\n" + changeF + "Index: run\n--- a/run\n+++ b/run\n@@ -1 +1 @@\n-x\n+y\n", ""},
		{"a new file", makeNew, ""},
		{"a new program", "diff --git a/new b/new\nnew file mode 100755\nindex 0000000..1111111\n" + makeNew, ""},
		{"an empty file", "diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n", ""},
		{"an empty file, and another", "diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\ndiff --git a/f b/f\n" + changeF, ""},
		{"a deleted file", "diff --git a/gone b/gone\ndeleted file mode 100644\n--- a/gone\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n", ""},
		{"a mode", "diff --git a/run b/run\nold mode 100755\nnew mode 100644\n", ""},
		{"a mode and a line", "diff --git a/run b/run\nold mode 100755\nnew mode 100644\n--- a/run\n+++ b/run\n@@ -1 +1 @@\n-x\n+y\n", ""},
		{"a mode, then a file", "diff --git a/run b/run\nold mode 100755\nnew mode 100644\ndiff --git a/f b/f\n" + changeF, ""},
		{"nothing", "", ""},
		{"no newline before", "--- a/unfinished\n+++ b/unfinished\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n", ""},
		{"no newline at all", "--- a/unfinished\n+++ b/unfinished\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n\\ No newline at end of file\n", ""},

		{"text alone", "Description: x\n", "x.patch: has nothing that could be reversed"},
		{"rename", "diff --git a/run b/walk\nsimilarity index 100%\nrename from run\nrename to walk\n", "x.patch: line 3: a renamed or copied file cannot be reversed"},
		{"binary", "diff --git a/run b/run\nGIT binary patch\nliteral 0\n", "x.patch: line 2: the change of a binary file cannot be reversed"},
		{"context diff", "*** a/f\n--- b/f\n", "x.patch: line 1: a context diff cannot be reversed"},
		{"no file", "@@ -1 +1 @@\n-x\n+y\n", "x.patch: line 1: a hunk without the name of a file cannot be reversed"},
		{"bad header", headF + "@@ -x +1 @@\n", "x.patch: line 3: a hunk with such a header cannot be reversed"},
		{"short", headF + "@@ -1,3 +1,3 @@\n 1\n", "x.patch: line 4: a hunk with fewer lines than its header says cannot be reversed"},
		{"odd line", headF + "@@ -1,3 +1,3 @@\n 1\nabc\n", "x.patch: line 5: such a line in a hunk cannot be reversed"},
		{"too many", headF + "@@ -1,2 +1 @@\n 1\n 2\n", "x.patch: line 5: a hunk with other lines than its header says cannot be reversed"},
	}
	for _, tt := range tests {
		p := mustParse(t, "x.patch", tt.patch)
		reversed, err := p.Reversed()
		if got := errorText(err); got != tt.err {
			t.Errorf("%s: error %q, want %q", tt.name, got, tt.err)
		}
		if err != nil || tt.err != "" {
			continue
		}
		checkUndone(t, tt.name, tree, p, reversed)
		again, err := reversed.Reversed()
		if err != nil {
			t.Errorf("%s: reverse again: %v", tt.name, err)
			continue
		}
		if _, err := again.Apply(tree, DpkgQuilt, ApplyOptions{}); err != nil {
			t.Errorf("%s: reversed twice: %v", tt.name, err)
		}
	}
}

// checkUndone checks that reversed takes the change of p away from tree, and nothing else.
func checkUndone(t *testing.T, name string, tree memTree, p, reversed *Patch) {
	t.Helper()
	changes, err := p.Apply(tree, DpkgQuilt, ApplyOptions{})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	patched := tree.with(changes)
	if changes, err = reversed.Apply(patched, DpkgQuilt, ApplyOptions{}); err != nil {
		t.Errorf("%s: reversed: %v\n%s", name, err, reversed.data)
		return
	}
	if diff := tree.diff(patched.with(changes)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
	if _, err := reversed.Apply(tree, DpkgQuilt, ApplyOptions{}); err == nil && reversed.hasHunk() {
		t.Errorf("%s: reversed, it applies to a tree without the change", name)
	}
}

// TestReversedGenerated undoes changes that git has written down.
func TestReversedGenerated(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	text := func() string {
		var b strings.Builder
		for range 3 + r.IntN(30) {
			fmt.Fprintf(&b, "%d\n", r.IntN(40))
		}
		return b.String()
	}
	for i := range 12 {
		from, to := memTree{}, memTree{"same": {modeFile, "same\n"}}
		for _, name := range []string{"a", "b", "d/c"} {
			old := text()
			if r.IntN(5) > 0 {
				from[name] = memFile{modeFile, old}
			}
			lines := strings.SplitAfter(old, "\n")
			for range 1 + r.IntN(3) {
				lines[r.IntN(len(lines))] = text()
			}
			if r.IntN(5) > 0 {
				to[name] = memFile{modeFile, strings.Join(lines, "")}
			}
		}
		from["same"] = to["same"]
		p := mustParse(t, "x.patch", gitDiff(t, from, to, "--no-renames"))
		reversed, err := p.Reversed()
		if err != nil {
			t.Errorf("%d: %v\n%s", i, err, p.data)
			continue
		}
		changes, err := reversed.Apply(to, DpkgQuilt, ApplyOptions{})
		if err != nil {
			t.Errorf("%d: %v\n%s", i, err, reversed.data)
		} else if diff := from.diff(to.with(changes)); diff != "" {
			t.Errorf("%d: %s\n%s", i, diff, reversed.data)
		}
	}
}

// hasHunk says whether p changes more than modes, which are set whatever they were.
func (p *Patch) hasHunk() bool { return strings.Contains(string(p.data), "\n@@ -") }
