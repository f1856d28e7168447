package dsc

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func mustParse(tb testing.TB, name, text string) *Patch {
	tb.Helper()
	p, err := ParsePatch(name, []byte(text), PatchLimits{})
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// Patches of one file that make it, change it, and so on.
const (
	headF   = "--- a/f\n+++ b/f\n"
	changeF = headF + "@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n"
	makeNew = "--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+new\n"
)

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat("x", i%7) + string(rune('0'+i%10)) + "\n")
	}
	return b.String()
}

// TestApply is about the outcomes that the import of a source package depends on: what
// each method of it makes of a patch, and whether the first patch counts as applied.
func TestApply(t *testing.T) {
	tree := memTree{
		"f":              {modeFile, "1\n2\n3\n4\n5\n6\n"},
		"moved":          {modeFile, "0\n0\n1\n2\n3\n"},
		"crlf":           {modeFile, "1\r\n2\r\n3\r\n"},
		"trailing":       {modeFile, "1  \n2\n3\n"},
		"unfinished":     {modeFile, "1\n2"},
		"debian/control": {modeFile, "Source: x\n"},
		"run":            {modeExecutable, "x\n"},
	}
	tests := []struct {
		name  string
		patch string
		quilt memTree // files that DpkgQuilt changes; a mode of 0 means deleted; nil: refused
		git   memTree // likewise for GitApply; nil: the same files, empty: refused
		first string  // what dpkg-source finds if it is the first patch: "yes", "no" or "error"
	}{
		{name: "plain", patch: changeF, quilt: memTree{"f": {modeFile, "1\ntwo\n3\n4\n5\n6\n"}}, first: "yes"},
		{
			name: "offset", patch: "--- a/moved\n+++ b/moved\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n",
			quilt: memTree{"moved": {modeFile, "0\n0\n1\ntwo\n3\n"}}, git: memTree{}, first: "yes",
		},
		{name: "fuzz", patch: headF + "@@ -1,4 +1,4 @@\n one\n 2\n-3\n+three\n 4\n", git: memTree{}, first: "no"},
		{
			name: "CR LF", patch: "--- a/crlf\n+++ b/crlf\n@@ -1,3 +1,3 @@\n 1\r\n-2\r\n+two\r\n 3\r\n",
			quilt: memTree{"crlf": {modeFile, "1\r\ntwo\r\n3\r\n"}}, first: "yes",
		},
		{
			name: "CR LF in the patch alone", patch: strings.ReplaceAll(changeF, "\n", "\r\n"),
			quilt: memTree{"f": {modeFile, "1\ntwo\n3\n4\n5\n6\n"}}, first: "yes",
			git: memTree{},
		},
		{
			name: "white space differs", patch: "--- a/trailing\n+++ b/trailing\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n",
			git: memTree{"trailing": {modeFile, "1\ntwo\n3\n"}}, first: "no",
		},
		{
			name: "no newline", patch: "--- a/unfinished\n+++ b/unfinished\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+two\n\\ No newline at end of file\n",
			quilt: memTree{"unfinished": {modeFile, "1\ntwo"}}, first: "yes",
		},
		{
			name: "other prefixes", patch: strings.NewReplacer("a/f", "x-1.0.orig/f", "b/f", "x-1.0/f").Replace(changeF),
			quilt: memTree{"f": {modeFile, "1\ntwo\n3\n4\n5\n6\n"}}, first: "yes",
		},
		{name: "makes a file", patch: makeNew, quilt: memTree{"new": {modeFile, "new\n"}}, first: "yes"},
		{
			name: "makes a program", patch: "diff --git a/new b/new\nnew file mode 100755\n" + makeNew,
			quilt: memTree{"new": {modeExecutable, "new\n"}}, first: "yes",
		},
		{
			name: "mode", patch: "diff --git a/run b/run\nold mode 100755\nnew mode 100644\n",
			quilt: memTree{"run": {modeFile, "x\n"}}, first: "yes",
		},
		{
			name: "rename", patch: "diff --git a/run b/walk\nsimilarity index 100%\nrename from run\nrename to walk\n",
			quilt: memTree{"run": {}, "walk": {modeExecutable, "x\n"}}, first: "yes",
		},
		{
			name: "emptied, not deleted", patch: "--- a/run\n+++ b/run\n@@ -1 +0,0 @@\n-x\n",
			quilt: memTree{"run": {}}, git: memTree{"run": {modeExecutable, ""}}, first: "yes",
		},
		{name: "empty patch", patch: "", quilt: memTree{}, git: memTree{"fails": {}}, first: "yes"},
		{name: "text alone", patch: "Description: x\n", first: "no"},
		{
			name: "same file twice", patch: changeF + headF + "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n",
			quilt: memTree{"f": {modeFile, "1\ntwo\n3\n4\nfive\n6\n"}}, first: "error",
		},
		{
			name: "debian", patch: "--- a/debian/control\n+++ b/debian/control\n@@ -1 +1 @@\n-Source: x\n+Source: y\n",
			quilt: memTree{"debian/control": {modeFile, "Source: y\n"}}, first: "yes",
		},
		{
			// The hunk ends with its change, so it must be at the end of the file.
			name: "counts too small", patch: headF + "@@ -1,2 +1,2 @@\n 1\n-2\n+two\n 3\n", git: memTree{}, first: "no",
		},
	}
	want := func(files memTree) memTree {
		after := tree.with(nil)
		for path, f := range files {
			if f.mode == 0 {
				delete(after, path)
			} else {
				after[path] = f
			}
		}
		return after
	}
	for _, tt := range tests {
		p := mustParse(t, "x.patch", tt.patch)
		check := func(dialect Dialect, files memTree) {
			changes, err := p.Apply(tree, dialect, ApplyOptions{})
			_, refused := files["fails"]
			switch refused = refused || files == nil; {
			case refused != (err != nil):
				t.Errorf("%s: %s: Apply = %v, %v", tt.name, dialect, changes, err)
			case err == nil:
				if diff := want(files).diff(tree.with(changes)); diff != "" {
					t.Errorf("%s: %s: %s", tt.name, dialect, diff)
				}
			case errorKind(err) == 0:
				t.Errorf("%s: %s: Apply = %v, which is no PatchError", tt.name, dialect, err)
			}
		}
		check(DpkgQuilt, tt.quilt)
		git := tt.git
		if git == nil {
			git = tt.quilt
		} else if len(git) == 0 {
			git = memTree{"fails": {}}
		}
		check(GitApply, git)
		got := "no"
		if applies, err := p.FirstApplies(tree); err != nil {
			got = "error"
		} else if applies {
			got = "yes"
		}
		if got != tt.first {
			t.Errorf("%s: FirstApplies: %s, want %s", tt.name, got, tt.first)
		}
	}
}

func TestApplyDiffKeepsEmptyFiles(t *testing.T) {
	tree := memTree{"f": {modeFile, "x\n"}, "f.dpkg-orig": {modeFile, "old\n"}}
	p := mustParse(t, "x.diff", "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-x\n")
	changes, err := p.Apply(tree, DpkgDiff, ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// The backup that dpkg-source makes and removes takes a file of that name along.
	if diff := (memTree{"f": {modeFile, ""}}).diff(tree.with(changes)); diff != "" {
		t.Error(diff)
	}
}

func TestApplyErrors(t *testing.T) {
	tree := memTree{"src/a.c": {modeFile, numbers(30)}, "link": {modeSymlink, "src"}, "l": {modeSymlink, "src/a.c"}}
	head := "--- a/src/a.c\n+++ b/src/a.c\n"
	tests := []struct {
		patch   string
		dialect Dialect
		kind    PatchErrorKind
		want    string
	}{
		{head + "@@ -1 +1 @@\n-0\n+O\n@@ -9 +9 @@\n-no\n+No\n", DpkgQuilt, PatchDoesNotApply, "p/x.patch: line 6: hunk 2 does not match src/a.c"},
		{head + "@@ -1,2 +1,3 @@\n 0\n+O\n x1\n@@ -9 +9 @@\n-no\n+No\n", GitApply, PatchDoesNotApply, "p/x.patch: line 7: hunk 2 does not match src/a.c"},
		{head + "@@ -1 +1 @@\n-0\n", DpkgQuilt, PatchMalformed, "p/x.patch: line 4: ends within a hunk"},
		{head + "@@ -1 +1 @@\n-0\n", GitApply, PatchMalformed, "p/x.patch: line 4: ends within a hunk"},
		{head + "text\n", DpkgQuilt, PatchMalformed, "p/x.patch: line 3: no hunk after the names of the file"},
		{head + "text\n", GitApply, PatchMalformed, "p/x.patch: has no change in it"},
		{"text\n", DpkgQuilt, PatchMalformed, "p/x.patch: has no change in it"},
		{strings.ReplaceAll(head, "src/a.c", "no") + "@@ -1 +1 @@\n-0\n+1\n", DpkgQuilt, PatchDoesNotApply, "p/x.patch: line 3: there is no file no to be patched"},
		{strings.ReplaceAll(head, "src/a.c", "no") + "@@ -1 +1 @@\n-0\n+1\n", GitApply, PatchDoesNotApply, "p/x.patch: line 1: there is no file no to be patched"},
		{strings.ReplaceAll(head, "src/a.c", "l") + "@@ -1 +1 @@\n-0\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 2: l is a symlink"},
		{strings.ReplaceAll(head, "src/a.c", "link/a.c") + "@@ -1 +1 @@\n-0\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 2: link/a.c is to be patched through the symlink link"},
		{"--- /dev/null\n+++ b/link/b.c\n@@ -0,0 +1 @@\n+1\n", GitApply, PatchUnsafe, "p/x.patch: line 1: link/b.c is to be patched through the symlink link"},
		{"--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 2: the name a/../x leads out of the tree"},
		{"--- a/../x\n+++ b/../x\n@@ -0,0 +1 @@\n+1\n", GitApply, PatchUnsafe, "p/x.patch: line 1: the path ../x is one that git does not allow"},
		{"--- \"a/x\"\n+++ \"b/x\"\n@@ -0,0 +1 @@\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 1: the name of the file is quoted, which dpkg-source refuses"},
		{"--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 3: the path .git/config is one that git does not allow"},
		{"--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+1\n", GitApply, PatchUnsafe, "p/x.patch: line 1: the path .git/config is one that git does not allow"},
		{"--- /dev/null\n+++ b/.pc/x\n@@ -0,0 +1 @@\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 3: the path .pc/x belongs to dpkg-source's own data"},
		{"--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+1\n--- /dev/null\n+++ b/n/x\n@@ -0,0 +1 @@\n+1\n", DpkgQuilt, PatchOwnDirectory, "p/x.patch: n is to be a file, but also the directory of another one"},
		{"--- a/src\n+++ b/src\n@@ -0,0 +1 @@\n+1\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 2: src is not a plain file"},
		{"diff --git a/src/a.c b/link/a.c\nrename from src/a.c\nrename to link/a.c\n", DpkgQuilt, PatchUnsafe, "p/x.patch: line 4: link/a.c is to be patched through the symlink link"},
		{"diff --git a/n b/n\nnew file mode 120000\n", GitApply, PatchDoesNotApply, "p/x.patch: line 1: n would be a symlink without a target"},
		{"diff --git a/n b/n\nnew file mode 160000\n--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+Subproject commit 1\n", GitApply, PatchUnsupported, "p/x.patch: line 1: n is to be a submodule, which a source package cannot hold"},
		{"diff --git a/x b/x\ndiff --git a/x b/x\nnew file mode 100644\n", GitApply, PatchUnsupported, "p/x.patch: line 2: git crashes at the new file x, which has an old name"},
		{head + "@@ -1 +1 @@\n-0\n+O\nIndex: a/src/a.c\n2c2\n< x1\n---\n> y1\n", DpkgQuilt, PatchUnsupported, "p/x.patch: line 9: what follows is a context, normal or ed diff, not a unified one"},
		{head + "@@ -1 +1 @@\n-0\n+O\ndiff --git a/src/a.c b/src/a.c\nold mode 100644\nnew mode 100755\n3d\n", DpkgQuilt, PatchUnsupported, "p/x.patch: line 10: what follows is a context, normal or ed diff, not a unified one"},
		{"--- a/src/a.c\n+++ /dev/null\n@@ -1,30 +0,0 @@\n-" + strings.ReplaceAll(strings.TrimSuffix(numbers(30), "\n"), "\n", "\n-") + "\n" + "--- /dev/null\n+++ b/src\n@@ -0,0 +1 @@\n+1\n", GitApply, PatchUnsupported, "p/x.patch: line 34: src cannot be made: it is a directory"},
	}
	for _, tt := range tests {
		_, err := mustParse(t, "p/x.patch", tt.patch).Apply(tree, tt.dialect, ApplyOptions{})
		if err == nil || err.Error() != tt.want || errorKind(err) != tt.kind {
			t.Errorf("%s of %.60q = %v (kind %d), want %s (kind %d)", tt.dialect, tt.patch, err, errorKind(err), tt.want, tt.kind)
		}
	}
}

// The error of a hunk says which file and hunk it is about.
func TestPatchErrorFields(t *testing.T) {
	tree := memTree{"f": {modeFile, "x\n"}}
	_, err := mustParse(t, "p", headF+"@@ -1 +1 @@\n-no\n+No\n").Apply(tree, DpkgQuilt, ApplyOptions{})
	var e *PatchError
	if !errors.As(err, &e) || e.Patch != "p" || e.Line != 3 || e.Path != "f" || e.Hunk != 1 || e.Kind != PatchDoesNotApply {
		t.Errorf("Apply = %#v", err)
	}
}

func TestApplyStrip(t *testing.T) {
	tree := memTree{"f": {modeFile, "1\n2\n3\n"}, "a/f": {modeFile, "1\n2\n3\n"}}
	bare := strings.NewReplacer("a/f", "f", "b/f", "f").Replace(changeF)
	tests := []struct {
		patch string
		strip StripLevel
		want  string // path that is changed, "" if it fails
	}{
		{changeF, StripLevel{}, "f"},
		{changeF, StripLevel{Stated: true, Level: 1}, "f"},
		{strings.ReplaceAll(changeF, "b/f", "a/f"), StripLevel{Stated: true, Level: 0}, "a/f"},
		{strings.ReplaceAll(changeF, "/f", "/x/f"), StripLevel{Stated: true, Level: 2}, "f"},
		{changeF, StripLevel{Stated: true, Level: 2}, ""},
		{bare, StripLevel{}, "f"}, // git guesses that nothing is to be stripped
		{bare, StripLevel{Stated: true, Level: 1}, ""},
	}
	for _, tt := range tests {
		changes, err := mustParse(t, "x", tt.patch).Apply(tree, GitApply, ApplyOptions{Strip: tt.strip})
		got := ""
		if err == nil && len(changes) == 1 {
			got = changes[0].Path
		}
		if got != tt.want {
			t.Errorf("Apply(%.20q, %+v) changes %q, %v, want %q", tt.patch, tt.strip, got, err, tt.want)
		}
	}
}

func TestPatchLimits(t *testing.T) {
	tree := memTree{"f": {modeFile, "1\n2\n3\n"}}
	two := changeF + strings.Replace(makeNew, "@@\n+new\n", "@@\n+new\n@@ -9 +9 @@\n-x\n+y\n", 1)
	tests := []struct {
		limits PatchLimits
		patch  string
		want   string // of ParsePatch or Apply
	}{
		{PatchLimits{Size: 10}, changeF, "x: more bytes of patch than the limit of 10"},
		{PatchLimits{Line: 10}, changeF, "x: more bytes in a line of a patch than the limit of 10"},
		{PatchLimits{Files: 1}, two, "x: more sections than the limit of 1"},
		{PatchLimits{Hunks: 1}, two, "x: more hunks than the limit of 1"},
		{PatchLimits{Result: 3}, changeF, "x: more bytes made by a patch than the limit of 3"},
		{PatchLimits{Search: 1}, changeF, "x: more steps of applying a patch than the limit of 1"},
	}
	for _, tt := range tests {
		for _, dialect := range []Dialect{DpkgQuilt, GitApply} {
			p, err := ParsePatch("x", []byte(tt.patch), tt.limits)
			if err == nil {
				_, err = p.Apply(tree, dialect, ApplyOptions{})
			}
			if limit, ok := errors.AsType[*LimitError](err); !ok || limit.Error() != tt.want {
				t.Errorf("%s with %+v: %v, want %s", dialect, tt.limits, err, tt.want)
			}
		}
	}
}

// The limit on results is one on all of a patch together, as far as none replaces another.
func TestPatchResultLimit(t *testing.T) {
	tree := memTree{}
	for _, name := range []string{"f", "g", "h"} {
		tree[name] = memFile{modeFile, "1\n" + strings.Repeat("x", 1000) + "\n"}
	}
	plain := func(name string) string { return "--- a/" + name + "\n+++ b/" + name + "\n@@ -1 +1,2 @@\n+1\n 1\n" }
	git := func(name string) string { return "diff --git a/" + name + " b/" + name + "\n" + plain(name) }
	tests := []struct {
		patch string
		ok    bool
	}{
		{plain("f") + plain("g"), true},
		{plain("f") + plain("g") + plain("h"), false},
		{strings.Repeat(plain("f"), 10), true},
		{git("f") + git("g"), true},
		{git("f") + git("g") + git("h"), false},
		{strings.Repeat(git("f"), 10), true},
		{git("f") + "diff --git a/g b/g\nold mode 100644\nnew mode 100755\n", true},
	}
	for _, tt := range tests {
		for _, dialect := range []Dialect{DpkgQuilt, DpkgDiff, GitApply} {
			p, err := ParsePatch("x", []byte(tt.patch), PatchLimits{Result: 2500})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = p.Apply(tree, dialect, ApplyOptions{}); (err == nil) != tt.ok || err != nil && !isLimitError(err) {
				t.Errorf("%s of %q: %v, want that it applies: %v", dialect, tt.patch, err, tt.ok)
			}
		}
	}
}

// The name of both sides of a line "diff --git" is found as by trying each blank.
func TestCommonName(t *testing.T) {
	found := 0
	for n := range 50_000 {
		var text strings.Builder
		for ; n > 0; n /= 5 {
			text.WriteByte("/a\t b"[n%5])
		}
		for strip := range 4 {
			g := &gitParser{strip: strip}
			want := ""
			if name, ok := g.treeName(text.String()); ok {
				for i := range len(name) {
					if second, ok := g.treeName(name[i+1:]); ok && (name[i] == ' ' || name[i] == '\t') && second == name[:i] {
						want = second
						break
					}
				}
			}
			got := ""
			if name := g.commonName([]byte("diff --git " + text.String() + "\n")); name != nil {
				got = *name
			}
			if got != want {
				t.Errorf("strip %d: the name of %q is %q, want %q", strip, text.String(), got, want)
			}
			if got != "" {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("no name was found")
	}
}

// What a patch in git's binary format inflates is bounded together, whether it is content or a delta.
func TestPatchBinaryLimit(t *testing.T) {
	for _, kind := range []string{"literal", "delta"} {
		for _, n := range []int{2, 3} {
			p, err := ParsePatch("x", []byte(binarySections(kind, 1000, n)), PatchLimits{Result: 2500})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = p.Apply(memTree{}, GitApply, ApplyOptions{}); isLimitError(err) != (n > 2) {
				t.Errorf("%d times %s 1000: %v, want an error about the limit of 2500: %v", n, kind, err, n > 2)
			}
		}
	}
}

// binarySections is a patch of n files in git's binary format, each made from size bytes of zeros.
func binarySections(kind string, size, n int) string {
	var deflated bytes.Buffer
	w := zlib.NewWriter(&deflated)
	w.Write(make([]byte, size))
	w.Close()
	var lines strings.Builder
	for data := deflated.Bytes(); len(data) > 0; {
		var line [52]byte
		count := copy(line[:], data)
		data = data[count:]
		lines.WriteByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[count-1])
		for at := 0; at < count; at += 4 {
			var digits [5]byte
			word := binary.BigEndian.Uint32(line[at:])
			for i := range digits {
				digits[4-i] = base85[word%85]
				word /= 85
			}
			lines.Write(digits[:])
		}
		lines.WriteByte('\n')
	}
	var patch strings.Builder
	for i := range n {
		fmt.Fprintf(&patch, "diff --git a/%d b/%d\nnew file mode 100644\nindex %040d..%040d\nGIT binary patch\n%s %d\n%s\n", i, i, 0, 1, kind, size, &lines)
	}
	return patch.String()
}

// TestApplyHostileSearch has a hunk that nearly matches everywhere.
func TestApplyHostileSearch(t *testing.T) {
	const lines = 400_000
	tree := memTree{"f": {modeFile, strings.Repeat("x\n", lines)}}
	patch := headF + "@@ -1,200000 +1,200001 @@\n" + strings.Repeat(" x\n", 100_000) + "+y\n" + strings.Repeat(" x\n", 99_999) + " z\n"
	start := time.Now()
	for _, dialect := range []Dialect{DpkgQuilt, GitApply} {
		p, err := ParsePatch("x", []byte(strings.Replace(patch, "-1,200000 +1", "-2,200000 +2", 1)), PatchLimits{Search: 1 << 24})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Apply(tree, dialect, ApplyOptions{}); !isLimitError(err) {
			t.Errorf("%s: %v, want an error about too much work", dialect, err)
		}
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("took %v", d)
	}
}

// brokenTree fails to read.
type brokenTree struct{ memTree }

var errBroken = errors.New("broken")

func (brokenTree) Content(string) ([]byte, error) { return nil, errBroken }

func TestApplyTreeError(t *testing.T) {
	tree := brokenTree{memTree{"f": {modeFile, "1\n2\n3\n"}}}
	p := mustParse(t, "x", changeF)
	for _, dialect := range []Dialect{DpkgQuilt, DpkgDiff, GitApply} {
		if _, err := p.Apply(tree, dialect, ApplyOptions{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v, want %v", dialect, err, errBroken)
		}
	}
	if _, err := p.FirstApplies(tree); !errors.Is(err, errBroken) {
		t.Errorf("FirstApplies: %v, want %v", err, errBroken)
	}
}

func TestValidGitPath(t *testing.T) {
	good := []string{"a", "a/b", ".gitignore", ".github/x", "git", "git~2", ".gitmodules", "a.git/x", "...", "a/..b", "x\\y"}
	bad := []string{
		"", "/a", "a//b", "a/", "./a", "a/../b", "..", ".git", "a/.git/b", ".GIT/x", "git~1", "GIT~1/x",
		".git.", ".git /x", ".git:x", ".git. . ", "x\\.git", "x\\git~1",
	}
	for _, path := range good {
		if !validGitPath(path, modeFile) {
			t.Errorf("validGitPath(%q) = false", path)
		}
	}
	for _, path := range bad {
		if validGitPath(path, modeFile) {
			t.Errorf("validGitPath(%q) = true", path)
		}
	}
	for _, path := range []string{".gitmodules", ".GITMODULES", "a/.gitmodules", "gitmod~1", ".gitmodules . ", "gi7eba~1", "x\\.gitmodules"} {
		if validGitPath(path, modeSymlink) {
			t.Errorf("validGitPath(%q) of a symlink = true", path)
		}
	}
}

// What git or dpkg-source keep for themselves is patched if that is asked for, but never by
// a program that refuses it.
func TestApplyReserved(t *testing.T) {
	for _, tt := range []struct {
		path     string
		programs string // that take it
	}{
		{".git/x", "dpkg"}, {"sub/.GIT", "dpkg"}, {"git~1", "dpkg"},
		{".pc/x", "dpkg git"}, {"sub/.pc/x", "dpkg git always"},
	} {
		p, err := ParsePatch("x", []byte("--- /dev/null\n+++ b/"+tt.path+"\n@@ -0,0 +1 @@\n+1\n"), PatchLimits{})
		if err != nil {
			t.Fatal(err)
		}
		for _, reserved := range []bool{false, true} {
			for dialect, program := range map[Dialect]string{DpkgQuilt: "dpkg", DpkgDiff: "dpkg", GitApply: "git"} {
				changes, err := p.Apply(memTree{}, dialect, ApplyOptions{Reserved: reserved})
				want := strings.Contains(tt.programs, program) && (reserved || strings.Contains(tt.programs, "always"))
				if (err == nil) != want || want && (len(changes) != 1 || changes[0].Path != tt.path) {
					t.Errorf("%s, %s, Reserved %v: Apply = %v, %v, want a change: %v", tt.path, dialect, reserved, changes, err, want)
				}
			}
		}
	}
}

// FuzzApply checks what holds for any patch: no panic, paths inside the tree,
// the same result again, and nothing changed in the tree.
func FuzzApply(f *testing.F) {
	for _, c := range oddCases() {
		f.Add([]byte(c.patch))
	}
	tree := oddCases()[0].tree
	before := tree.with(nil)
	limits := PatchLimits{Size: 1 << 16, Search: 1 << 20, Result: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := ParsePatch("x", data, limits)
		if err != nil {
			return
		}
		for i := range 6 {
			dialect, opts := []Dialect{DpkgQuilt, DpkgDiff, GitApply}[i%3], ApplyOptions{Reserved: i >= 3}
			changes, err := p.Apply(tree, dialect, opts)
			if err != nil {
				if errorKind(err) == 0 && !isLimitError(err) || len(changes) > 0 {
					t.Errorf("%s: %v, %v", dialect, changes, err)
				}
				continue
			}
			last := ""
			for _, c := range changes {
				if clean, err := cleanPath(c.Path); err != nil || clean != c.Path || !opts.Reserved && checkReserved(c.Path, c.Mode) != nil {
					t.Errorf("%s: the path %q: %v", dialect, c.Path, err)
				}
				if c.Path <= last {
					t.Errorf("%s: the path %q follows %q", dialect, c.Path, last)
				}
				last = c.Path
				if c.Deleted != (c.Mode == 0) {
					t.Errorf("%s: %+v", dialect, c)
				}
			}
			again, err := p.Apply(tree, dialect, opts)
			if err != nil || tree.with(changes).diff(tree.with(again)) != "" {
				t.Errorf("%s: not the same again: %v", dialect, err)
			}
		}
		if _, err := p.FirstApplies(tree); err != nil && errorKind(err) == 0 && !isLimitError(err) {
			t.Errorf("FirstApplies: %v", err)
		}
		if diff := before.diff(tree); diff != "" {
			t.Errorf("the tree was changed: %s", diff)
		}
	})
}

func FuzzParsePatch(f *testing.F) {
	f.Add([]byte(changeF), 10, 10)
	f.Add([]byte("x"), 1, 0)
	f.Fuzz(func(t *testing.T, data []byte, size, line int) {
		p, err := ParsePatch("x", data, PatchLimits{Size: size, Line: line})
		if err != nil {
			if !isLimitError(err) {
				t.Errorf("ParsePatch: %v", err)
			}
			return
		}
		if size > 0 && len(data) > size {
			t.Errorf("ParsePatch takes %d bytes with a limit of %d", len(data), size)
		}
		// Each reader takes or refuses the text, but comes to its end.
		_, _ = p.analyze(memTree{})
		g := &gitParser{patch: p, cur: cursor{data: data}, strip: 1, space: fixSpace, room: p.limits.Result}
		_, _ = g.parse()
		r := &gnuReader{patch: p, cur: cursor{data: data}}
		for range len(data) + 2 {
			f, err := r.nextFile()
			if f == nil || err != nil || f.kind != gnuUnified {
				return
			}
			for h, err := r.nextHunk(); h != nil && err == nil; h, err = r.nextHunk() {
				if len(h.old) == 0 && len(h.lines) == 0 {
					t.Error("a hunk without lines")
				}
			}
		}
		t.Error("the sections of the patch do not end")
	})
}

func BenchmarkApply(b *testing.B) {
	content := strings.Repeat(numbers(1000), 300) // 1.6 MB
	lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	var edits []edit
	for at := 10; at < len(lines); at += 200 {
		edits = append(edits, edit{at: at, remove: 1, add: []string{"changed"}})
	}
	tree := memTree{"f": {modeFile, content}}
	data := []byte(headF + unified(lines, edits, 3))
	for _, dialect := range []Dialect{DpkgQuilt, GitApply} {
		b.Run(dialect.String(), func(b *testing.B) {
			p, err := ParsePatch("x", data, PatchLimits{})
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(content)))
			for b.Loop() {
				if _, err := p.Apply(tree, dialect, ApplyOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestHasPrereq(t *testing.T) {
	tests := []struct {
		content, word string
		want          bool
	}{
		{"a 1.2 b\n", "1.2", true},
		{"1.2\n", "1.2", true},
		{"a 1.23 b\n", "1.2", false},
		{"a1.2 b\n", "1.2", false},
		{"a 1.2", "1.2", false}, // GNU patch does not look at the very end,
		{"a 1.2x", "1.2", true}, // nor at the byte there
		{"", "1.2", false},
	}
	for _, tt := range tests {
		if got := hasPrereq([]byte(tt.content), tt.word); got != tt.want {
			t.Errorf("hasPrereq(%q, %q) = %v, want %v", tt.content, tt.word, got, tt.want)
		}
	}
}
