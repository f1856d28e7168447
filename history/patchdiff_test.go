package history

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"debgit/dsc"

	"github.com/google/go-cmp/cmp"
)

// memFiles are package files in memory. A name that is not there but is the start of others is
// a directory.
type memFiles map[string]string

func (m memFiles) Lookup(path string) (fs.FileMode, error) {
	if _, ok := m[path]; ok {
		return 0o644, nil
	}
	if names, err := m.Names(path); err == nil && len(names) > 0 {
		return fs.ModeDir, nil
	}
	return 0, fs.ErrNotExist
}

func (m memFiles) Content(path string) ([]byte, error) {
	if data, ok := m[path]; ok {
		return []byte(data), nil
	}
	return nil, fs.ErrNotExist
}

func (m memFiles) Names(dir string) ([]string, error) {
	found := map[string]bool{}
	var names []string
	for path := range m {
		rest, ok := strings.CutPrefix(path, strings.TrimPrefix(dir+"/", "/"))
		if name, _, _ := strings.Cut(rest, "/"); ok && !found[name] {
			found[name] = true
			names = append(names, name)
		}
	}
	return names, nil
}

// change is a patch that changes line n of a file of ten lines to word.
func change(header string, n int, word string) string {
	return fmt.Sprintf("%s--- a/f\n+++ b/f\n@@ -%d,3 +%d,3 @@\n %d\n-%d\n+%s\n %d\n", header, n-1, n-1, n-1, n, word, n+1)
}

const tenLines = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

// texts makes patches of pairs of names and texts.
func texts(pairs ...string) []*patchText {
	files := memFiles{}
	var names []string
	for i := 0; i < len(pairs); i += 2 {
		names = append(names, pairs[i])
		if pairs[i+1] != "missing" {
			files[patchesDir+"/"+pairs[i]] = pairs[i+1]
		}
	}
	return readPatchTexts(files, names)
}

func TestComparePatches(t *testing.T) {
	two, five, eight := change("Fix two\n\n", 2, "two"), change("Fix five\n\n", 5, "five"), change("Fix eight\n\n", 8, "eight")
	tests := []struct {
		name     string
		old, new []*patchText
		upstream string // the file f of the new version
		want     []string
	}{
		{"same", texts("a", two), texts("a", two), tenLines, []string{"same a"}},
		{"added", texts("a", two), texts("a", two, "b", five), tenLines, []string{"same a", "added b: Fix five"}},
		{"dropped", texts("a", two, "b", five), texts("b", five), tenLines, []string{"dropped a: Fix two", "same b"}},
		{"dropped last", texts("a", two, "b", five), texts("a", two), tenLines, []string{"same a", "dropped b: Fix five"}},
		{"taken up", texts("a", two, "b", five), texts("b", five), strings.Replace(tenLines, "2", "two", 1), []string{"dropped a (taken up): Fix two", "same b"}},
		{"taken up elsewhere", texts("a", two), nil, "0\n0\n" + strings.Replace(tenLines, "2", "two", 1), []string{"dropped a (taken up): Fix two"}},
		{"taken up in another way", texts("a", two), nil, strings.Replace(tenLines, "2", "deux", 1), []string{"dropped a: Fix two"}},
		{"may be taken up, may be not", texts("a", two), nil, tenLines + strings.Replace(tenLines, "2", "two", 1), []string{"dropped a: Fix two"}},
		{"renamed", texts("a", two), texts("b", two), tenLines, []string{"same b was a"}},
		{"renumbered", texts("0001-a", two, "0002-b", five), texts("0001-b", five), tenLines, []string{"dropped 0001-a: Fix two", "same 0001-b was 0002-b"}},
		{"names exchanged", texts("a", two, "b", five), texts("a", five, "b", two), tenLines, []string{"same a was b", "same b was a"}},
		{"refreshed", texts("a", change("Fix two\n\n", 2, "two")), texts("a", strings.Replace(two, "@@ -1,3 +1,3 @@", "@@ -4,3 +4,3 @@ f()", 1)), tenLines, []string{"refreshed a: Fix two"}},
		{"refreshed by git", texts("a", change("From 0123456789abcdef Mon Sep 17 00:00:00 2001\nFrom: A\nDate: 1\nSubject: [PATCH 1/2] Fix\n\n---\n f | 2 +-\n", 2, "two")+"-- \n2.30\n"),
			texts("a", change("From fedcba9876543210 Mon Sep 17 00:00:00 2001\nFrom: A\nDate: 2\nSubject: [PATCH 3/4] Fix\n\n---\n f | 4 ++--\n", 2, "two")+"-- \n2.47\n"), tenLines, []string{"refreshed a: Fix"}},
		{"other directories", texts("a", two), texts("a", strings.NewReplacer("a/f", "x.orig/f", "b/f", "x/f\t2025-01-01").Replace(two)), tenLines, []string{"refreshed a: Fix two"}},
		{"other file", texts("a", two), texts("a", strings.ReplaceAll(two, "/f\n", "/g\n")), tenLines, []string{"changed a: Fix two"}},
		{"context", texts("a", two), texts("a", strings.Replace(two, "\n 3\n", "\n III\n", 1)), tenLines, []string{"refreshed a: Fix two"}},
		{"description", texts("a", two), texts("a", change("Repair two\n\n", 2, "two")), tenLines, []string{"description a: Repair two"}},
		{"renamed and described", texts("a", two), texts("b", change("Repair two\n\n", 2, "two")), tenLines, []string{"description b was a: Repair two"}},
		{"changed", texts("a", two), texts("a", change("Fix two\n\n", 2, "zwei")), tenLines, []string{"changed a: Fix two"}},
		{"changed and renamed", texts("a", two+five[len("Fix five\n\n"):]), texts("b", two+change("", 5, "V")), tenLines, []string{"changed b was a: Fix two"}},
		{"another by another name", texts("a", two), texts("b", eight), tenLines, []string{"added b: Fix eight", "dropped a: Fix two"}},
		{"missing", texts("a", two), texts("a", "missing"), tenLines, []string{"changed a (missing)"}},
		{"added, but missing", nil, texts("a", "missing"), tenLines, []string{"added a (missing)"}},
	}
	for _, tt := range tests {
		all, err := comparePatches(t.Context(), tt.old, tt.new, memFiles{"f": tt.upstream})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range all {
			line := string(d.Change) + " " + d.Name
			if d.OldName != "" {
				line += " was " + d.OldName
			}
			if d.TakenUp {
				line += " (taken up)"
			}
			if d.Missing {
				line += " (missing)"
			}
			if d.Subject != "" && d.Change != PatchSame {
				line += ": " + d.Subject
			}
			got = append(got, line)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}

// The difference of a changed patch has no noise, and its lines are those of the patch, also
// those that look like something else.
func TestPatchDifferenceText(t *testing.T) {
	old := texts("a", "Description: Comment\nLast-Update: 2024-01-01\n\nIndex: f\n=====\n--- x/f\t2024\n+++ y/f\t2024\n@@ -1,2 +1,2 @@ main\n--- SQL a/b\n+++ SQL\n 2\n")
	new := texts("a", "Description: Comment\nLast-Update: 2025-01-01\n\ndiff --git a/f b/f\nindex 1..2\n--- a/f\n+++ b/f\n@@ -11,2 +11,2 @@\n--- SQL a/b\n+++ MySQL\n 2\n")
	all, err := comparePatches(t.Context(), old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "@@ -3,5 +3,5 @@ Description: Comment\n +++ f\n @@\n --- SQL a/b\n-+++ SQL\n++++ MySQL\n  2\n"
	if len(all) != 1 || all[0].Change != PatchChanged {
		t.Fatalf("%+v", all)
	}
	if diff := cmp.Diff(want, all[0].Diff); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPatchSubject(t *testing.T) {
	for header, want := range map[string]string{
		"Description: Fix it\n More.\nAuthor: A\n":                "Fix it",
		"From: A\nSubject: [PATCH v2 1/2] Fix\n it all\n\nText\n": "Fix it all",
		"Subject: =?utf-8?q?Caf=C3=A9?=\n":                        "Café",
		"## 01_fix.dpatch by A <a@example.org>\n## DP: Fix it\n":  "# 01_fix.dpatch by A <a@example.org>",
		"Author: A\nBug: 1\n\nIt was broken.\n":                   "It was broken.",
		"Author: A\n":                                             "",
		"":                                                        "",
	} {
		if got := texts("a", change(header, 2, "two"))[0].subject(); got != want {
			t.Errorf("subject of %q is %q, want %q", header, got, want)
		}
	}
}

func TestExaminePatches(t *testing.T) {
	two, five := change("", 2, "two"), change("", 5, "five")
	patched := strings.NewReplacer("2", "two", "5", "five").Replace(tenLines)
	tests := []struct {
		name      string
		f         string
		series    string
		want      PatchState
		unpatched bool
		why       string
	}{
		{"no series", tenLines, "missing", NoPatches, true, ""},
		{"empty series", tenLines, "# none\n", NoPatches, true, ""},
		{"applied", patched, "two\nfive\n", PatchesApplied, true, ""},
		{"not applied", tenLines, "two\nfive\n", PatchesUnapplied, true, ""},
		{"one of two", strings.Replace(tenLines, "2", "two", 1), "two\nfive\n", PatchesMixed, false, "debian/patches/two: line 3: hunk 1 does not match f"},
		{"applied and edited over", strings.Replace(patched, "five", "fife", 1), "two\nfive\n", PatchesApplied, false, "debian/patches/five: "},
		{"one does not apply", strings.Replace(tenLines, "5", "cinq", 1), "two\nfive\n", PatchesUnapplied, false, "debian/patches/five: line 3: hunk 1 does not match f"},
		{"neither", "other\n", "two\n", PatchesMixed, false, "debian/patches/two: line 3: hunk 1 does not match f"},
		{"missing patch", tenLines, "two\nthree\n", PatchesMixed, false, `patch "three": `},
		{"only debian", "missing", "two\n", PackagingOnly, false, ""},
	}
	for _, tt := range tests {
		files := memFiles{".gitignore": "x\n", "debian/control": "x\n", "debian/patches/two": two, "debian/patches/five": five}
		if tt.f != "missing" {
			files["f"] = tt.f
		}
		if tt.series != "missing" {
			files["debian/patches/series"] = tt.series
		}
		x, err := examinePatches(files)
		if err != nil {
			t.Fatal(err)
		}
		why := ""
		if x.Why != nil {
			why = x.Why.Error()
		}
		if x.State != tt.want || tt.unpatched && x.unpatched == nil || !strings.HasPrefix(why, tt.why) || (why == "") != (tt.why == "") {
			t.Errorf("%s: %s, unpatched: %v, because %q; want %s, %v, %q", tt.name, x.State, x.unpatched != nil, why, tt.want, tt.unpatched, tt.why)
		}
		if !tt.unpatched {
			continue
		}
		if f, err := x.unpatched.Content("f"); err != nil || string(f) != tenLines {
			t.Errorf("%s: without patches f is %q, %v", tt.name, f, err)
		}
	}
	var bad *seriesError
	x, err := examinePatches(memFiles{"f": tenLines, "debian/patches/series": "../../x\n"})
	if err != nil || x.State != PatchesMixed || !errors.As(x.Why, &bad) || bad.Path != "debian/patches/series" {
		t.Errorf("a series that leads out of its directory: %+v, %v", x, err)
	}
}

// A patch that is compressed counts as dpkg-source(1) reads it, and Debian's own series first.
func TestExaminePatchesOdd(t *testing.T) {
	x, err := examinePatches(memFiles{"f": tenLines, "debian/patches/series": "none\n", "debian/patches/debian.series": "two\n", "debian/patches/two": change("", 2, "two")})
	if err != nil || x.State != PatchesUnapplied || x.Series != "debian/patches/debian.series" {
		t.Errorf("Debian's own series: %+v, %v", x, err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(change("", 2, "two")))
	w.Close()
	x, err = examinePatches(memFiles{"f": tenLines, "debian/patches/series": "two.gz\n", "debian/patches/two.gz": z.String()})
	if err != nil || x.State != PatchesUnapplied {
		t.Errorf("a compressed patch: %+v, %v", x, err)
	}
}

var _ dsc.Tree = memFiles{}
