package dsc

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// oddCases are patches that the programs read in ways one would not guess.
func oddCases() []patchCase {
	tree := memTree{
		"f":        {modeFile, "1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
		"empty":    {modeFile, ""},
		"exec":     {modeExecutable, "run\n"},
		"dir/g":    {modeFile, "a\nb\nc\n"},
		"dir/a b":  {modeFile, "a\nb\nc\n"},
		"aaaa/b":   {modeFile, "a\nb\nc\n"},
		"a/bbb":    {modeFile, "a\nb\nc\n"},
		"crlf":     {modeFile, "a\r\nb\r\nc\r\n"},
		"same":     {modeFile, "x\ny\nx\ny\nx\ny\nx\ny\n"},
		"nonl":     {modeFile, "a\nb"},
		"link":     {modeSymlink, "f"},
		"dirlink":  {modeSymlink, "dir"},
		"blank":    {modeFile, "a\n\n\n"},
		"x/y/deep": {modeFile, "a\n"},
	}
	const hunk = "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"
	const fHunk = "@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n"
	const newHunk = "@@ -0,0 +1 @@\n+new\n"
	head := func(old, new string) string { return "--- " + old + "\n+++ " + new + "\n" }
	git := func(old, new string, lines ...string) string {
		return "diff --git a/" + old + " b/" + new + "\n" + strings.Join(append(lines, ""), "\n")
	}
	patches := map[string]string{
		"empty file":           "",
		"text only":            "Description: none\n",
		"no final newline":     "text",
		"plain":                head("a/f", "b/f") + fHunk,
		"twice":                head("a/f", "b/f") + fHunk + head("a/f", "b/f") + "@@ -7,2 +7,3 @@\n 7\n 8\n+8.5\n",
		"twice, overlapping":   head("a/f", "b/f") + fHunk + head("a/f", "b/f") + "@@ -3 +3 @@\n-three\n+drei\n",
		"no directory":         head("f", "f") + fHunk,
		"no directory in new":  head("a/f", "f") + fHunk,
		"no directory in old":  head("f.orig", "b/f") + fHunk,
		"other names":          head("foo-1.0.orig/f", "foo-1.0/f") + fHunk,
		"absolute":             head("/etc/f", "/etc/f") + fHunk,
		"double slash":         head("a//dir//g", "b//dir//g") + hunk,
		"dot":                  head("a/./dir/g", "b/./dir/g") + hunk,
		"dot dot":              head("a/../f", "b/../f") + fHunk,
		"dot dot inside":       head("a/dir/../f", "b/dir/../f") + fHunk,
		"dot dot first":        head("../f", "../f") + fHunk,
		"dot dot last":         head("a/..", "b/..") + fHunk,
		"directory":            head("a/dir", "b/dir") + fHunk,
		"directory slash":      head("a/dir/", "b/dir/") + fHunk,
		"symlink":              head("a/link", "b/link") + fHunk,
		"through symlink":      head("a/dirlink/g", "b/dirlink/g") + hunk,
		"new below symlink":    head("/dev/null", "b/dirlink/n") + newHunk,
		"new below file":       head("/dev/null", "b/f/n") + newHunk,
		"new":                  head("/dev/null", "b/new/deep/er") + newHunk,
		"new over directory":   head("/dev/null", "b/dir") + newHunk,
		"new exists":           head("/dev/null", "b/f") + newHunk,
		"new exists empty":     head("/dev/null", "b/empty") + newHunk,
		"new no null":          head("a/new", "b/new") + newHunk,
		"new no null exists":   head("a/f", "b/f") + newHunk,
		"new epoch":            head("a/new\t1970-01-01 00:00:00.000000000 +0000", "b/new\t2020-01-01 00:00:00.000000000 +0000") + newHunk,
		"new epoch exists":     head("a/f\t1970-01-01 00:00:00.000000000 +0000", "b/f\t2020-01-01 00:00:00.000000000 +0000") + newHunk,
		"epoch zone exists":    head("a/f\t1970-01-01 01:00:00.000000000 +0100", "b/f") + newHunk,
		"epoch west exists":    head("a/f\t1969-12-31 16:00:00.000000000 -0800", "b/f") + newHunk,
		"epoch posix":          head("a/f\tThu Jan  1 00:00:00 1970", "b/f") + newHunk,
		"epoch date":           head("a/f\t1970-01-01", "b/f") + newHunk,
		"epoch rfc":            head("a/f\tThu, 01 Jan 1970 00:00:00 +0000", "b/f") + newHunk,
		"epoch utc":            head("a/f\t1970-01-01 00:00:00 UTC", "b/f") + newHunk,
		"epoch utc year":       head("a/f\tThu Jan  1 00:00:00 UTC 1970", "b/f") + newHunk,
		"epoch at":             head("a/f\t@0", "b/f") + newHunk,
		"epoch us":             head("a/f\t01/01/1970 00:00:00", "b/f") + newHunk,
		"epoch day later":      head("a/f\t1970-01-02 03:00:00 +0000", "b/f") + newHunk,
		"epoch day":            head("a/f\t1970-01-02 01:00:00 +0000", "b/f") + newHunk,
		"epoch T":              head("a/f\t1970-01-01T00:00:00Z", "b/f") + newHunk,
		"no date":              head("a/f\t(revision 12)", "b/f\t(working copy)") + newHunk,
		"deleted":              head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n",
		"deleted partly":       head("a/dir/g", "/dev/null") + "@@ -1,2 +0,0 @@\n-a\n-b\n",
		"deleted absent":       head("a/dir/none", "/dev/null") + "@@ -1,2 +0,0 @@\n-a\n-b\n",
		"deleted last":         head("a/x/y/deep", "/dev/null") + "@@ -1 +0,0 @@\n-a\n",
		"file and directory":   head("/dev/null", "b/n") + newHunk + head("/dev/null", "b/n/x") + newHunk,
		"directory and file":   head("/dev/null", "b/n/x") + newHunk + head("/dev/null", "b/n") + newHunk,
		"nested .git":          head("/dev/null", "b/n/.git/x") + newHunk,
		"nested .pc":           head("/dev/null", "b/n/.pc/x") + newHunk,
		"deleted, made again":  head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n" + head("/dev/null", "b/dir/g") + newHunk,
		"emptied":              head("a/dir/g", "b/dir/g") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n",
		"emptied epoch":        head("a/dir/g", "b/dir/g\t1970-01-01 00:00:00.000000000 +0000") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n",
		"emptied partly":       head("a/f", "b/f") + "@@ -1,2 +0,0 @@\n-1\n-2\n",
		"emptied empty":        head("a/empty", "b/empty") + "@@ -1 +0,0 @@\n-1\n",
		"both null":            head("/dev/null", "/dev/null") + newHunk,
		"null, no name":        head("f", "/dev/null") + "@@ -1 +0,0 @@\n-1\n",
		"no plus":              "--- a/f\n" + fHunk,
		"no minus":             "+++ b/f\n" + fHunk,
		"no names":             fHunk,
		"index only":           "Index: a/f\n" + fHunk,
		"index":                "Index: f\n=====\n" + head("a/f", "b/f") + fHunk,
		"header text":          "--- this is text\n" + head("a/f", "b/f") + fHunk,
		"header stars":         "*** this is/text ***\n" + head("a/f", "b/f") + fHunk,
		"indented":             "Description:\n  --- a/f\n  +++ b/f\n  @@ -2,3 +2,3 @@\n   2\n  -3\n  +three\n   4\n",
		"indented, then real":  "Description:\n  --- a/f\n  +++ b/f\n  @@ -2,3 +2,3 @@\n   2\n  -3\n  +three\n   4\n" + head("a/dir/g", "b/dir/g") + hunk,
		"indented X":           "X--- a/f\nX+++ b/f\nX@@ -2,3 +2,3 @@\nX 2\nX-3\nX+three\nX 4\n",
		"indented tab":         "\t--- a/f\n\t+++ b/f\n\t@@ -2,3 +2,3 @@\n\t 2\n\t-3\n\t+three\n\t 4\n",
		"hunk indented":        head("a/f", "b/f") + " @@ -2,3 +2,3 @@\n  2\n -3\n +three\n  4\n",
		"comment in header":    "--- a/f\n# comment\n+++ b/f\n" + fHunk,
		"comment in hunk":      head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n 2\n# comment\n-3\n+three\n 4\n",
		"blank between":        head("a/f", "b/f") + "\n" + fHunk,
		"blank between hunks":  head("a/f", "b/f") + fHunk + "\n@@ -7,2 +7,3 @@\n 7\n 8\n+8.5\n",
		"blank at end":         head("a/f", "b/f") + fHunk + "\n\n",
		"equals sign":          head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n=2\n-3\n+three\n=4\n",
		"spaces lost":          head("a/blank", "b/blank") + "@@ -1,3 +1,4 @@\n a\n+b\n\n\n",
		"end lost":             head("a/blank", "b/blank") + "@@ -1,3 +1,4 @@\n a\n+b\n",
		"end lost, one":        head("a/blank", "b/blank") + "@@ -1,2 +1,3 @@\n a\n+b\n",
		"short count":          head("a/f", "b/f") + "@@ -2,2 +2,2 @@\n 2\n-3\n+three\n 4\n",
		"long count":           head("a/f", "b/f") + "@@ -2,5 +2,5 @@\n 2\n-3\n+three\n 4\n",
		"huge count":           head("a/f", "b/f") + "@@ -2,99999999999999999999 +2,3 @@\n 2\n-3\n+three\n 4\n",
		"huge start":           head("a/f", "b/f") + "@@ -4000000000,3 +4000000000,3 @@\n 2\n-3\n+three\n 4\n",
		"no change":            head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n 2\n 3\n 4\n",
		"zero counts":          head("a/f", "b/f") + "@@ -0,0 +0,0 @@\n",
		"header space":         head("a/f", "b/f") + "@@ -2,3 +2,3 @\n 2\n-3\n+three\n 4\n",
		"header tight":         head("a/f", "b/f") + "@@ -2,3+2,3@@\n 2\n-3\n+three\n 4\n",
		"header function":      head("a/f", "b/f") + "@@ -2,3 +2,3 @@ int main(void)\n 2\n-3\n+three\n 4\n",
		"header function tab":  head("a/f", "b/f") + "@@ -2,3 +2,3 @@\tint\n 2\n-3\n+three\n 4\n",
		"add at end":           head("a/f", "b/f") + "@@ -9,0 +10 @@\n+10\n",
		"add beyond end":       head("a/f", "b/f") + "@@ -20,0 +21 @@\n+10\n",
		"add at start":         head("a/f", "b/f") + "@@ -0,0 +1 @@\n+0\n",
		"zero context":         head("a/f", "b/f") + "@@ -3 +3 @@\n-3\n+three\n",
		"zero context moved":   head("a/f", "b/f") + "@@ -5 +5 @@\n-3\n+three\n",
		"start short":          head("a/f", "b/f") + "@@ -1,3 +1,3 @@\n-3\n+three\n 4\n 5\n",
		"end short":            head("a/f", "b/f") + "@@ -4,3 +4,3 @@\n 4\n 5\n-6\n+six\n",
		"end at end":           head("a/f", "b/f") + "@@ -6,3 +6,3 @@\n 7\n 8\n-9\n+nine\n",
		"nearest":              head("a/same", "b/same") + "@@ -4,3 +4,3 @@\n x\n-y\n+Y\n x\n",
		"nearest tie":          head("a/same", "b/same") + "@@ -2,3 +2,3 @@\n x\n-y\n+Y\n x\n",
		"misordered":           head("a/f", "b/f") + "@@ -7,3 +7,3 @@\n 7\n-8\n+eight\n 9\n" + fHunk,
		"overlap":              head("a/f", "b/f") + fHunk + "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n",
		"applied already":      head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n 2\n-drei\n+3\n 4\n",
		"fuzz":                 head("a/f", "b/f") + "@@ -1,5 +1,5 @@\n one\n 2\n-3\n+three\n 4\n five\n",
		"crlf file":            head("a/crlf", "b/crlf") + "@@ -1,3 +1,3 @@\n a\r\n-b\r\n+B\r\n c\r\n",
		"crlf patch":           strings.ReplaceAll(head("a/dir/g", "b/dir/g")+hunk, "\n", "\r\n"),
		"crlf both":            strings.ReplaceAll(head("a/crlf", "b/crlf")+hunk, "\n", "\r\n"),
		"crlf header":          "--- a/dir/g\r\n+++ b/dir/g\r\n" + hunk,
		"crlf names differ":    "--- a/dir/g\r\n+++ b/dir/g\n" + strings.ReplaceAll(hunk, "\n", "\r\n"),
		"lf on crlf":           head("a/crlf", "b/crlf") + hunk,
		"no newline":           head("a/nonl", "b/nonl") + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n",
		"no newline both":      head("a/nonl", "b/nonl") + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n",
		"no newline context":   head("a/nonl", "b/nonl") + "@@ -1,2 +1,2 @@\n-a\n+A\n b\n\\ No newline at end of file\n",
		"no newline unsaid":    head("a/nonl", "b/nonl") + "@@ -1,2 +1,2 @@\n-a\n+A\n b\n",
		"no newline wrong":     head("a/dir/g", "b/dir/g") + "@@ -1,3 +1,3 @@\n-a\n+A\n b\n c\n\\ No newline at end of file\n",
		"no newline append":    head("a/nonl", "b/nonl") + "@@ -2,0 +3 @@\n+c\n",
		"no newline early":     head("a/dir/g", "b/dir/g") + "@@ -1,3 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+B\n c\n",
		"no newline short":     head("a/nonl", "b/nonl") + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No nl\n+c\n",
		"name with space":      head("a/dir/a b\t", "b/dir/a b\t") + hunk,
		"name with space 2":    head("a/dir/a b", "b/dir/a b") + hunk,
		"quoted":               head(`"a/dir/a b"`, `"b/dir/a b"`) + hunk,
		"git quoted":           "diff --git \"a/exec\" \"b/exec\"\nold mode 100755\nnew mode 100644\n",
		"git quoted octal":     "diff --git \"a/\\145xec\" \"b/\\145xec\"\nold mode 100755\nnew mode 100644\n",
		"choice by length":     head("old/aaaa/b", "new/a/bbb") + hunk,
		"choice by length 2":   head("old/a/bbb", "new/aaaa/b") + hunk,
		"choice deeper":        head("old/dir/g", "new/f") + fHunk,
		"choice existing":      head("old/none", "new/f") + fHunk,
		"choice suffix":        head("a/f.orig", "b/f") + fHunk,
		"choice none":          head("a/none", "b/none") + fHunk,
		"dpkg-orig":            head("a/f.dpkg-orig", "b/f") + fHunk,
		"mode":                 git("f", "f", "old mode 100644", "new mode 100755"),
		"mode and change":      git("f", "f", "old mode 100644", "new mode 100755") + head("a/f", "b/f") + fHunk,
		"mode odd":             git("f", "f", "old mode 100644", "new mode 100711") + head("a/f", "b/f") + fHunk,
		"mode group":           git("f", "f", "old mode 100644", "new mode 100654") + head("a/f", "b/f") + fHunk,
		"mode off":             git("exec", "exec", "old mode 100755", "new mode 100644"),
		"mode kept":            head("a/exec", "b/exec") + "@@ -1 +1 @@\n-run\n+walk\n",
		"mode by index":        git("exec", "exec", "index 1234567..89abcde 100644") + head("a/exec", "b/exec") + "@@ -1 +1 @@\n-run\n+walk\n",
		"mode short":           git("f", "f", "old mode 644", "new mode 755") + head("a/f", "b/f") + fHunk,
		"mode twice":           git("f", "f", "old mode 100644", "new mode 100755") + git("exec", "exec", "old mode 100755", "new mode 100644"),
		"mode then text":       git("f", "f", "old mode 100644", "new mode 100755") + "-- \n2.39.2\n",
		"mode wrong":           git("f", "f", "old mode 100755", "new mode 100644") + head("a/f", "b/f") + fHunk,
		"type change":          git("f", "f", "old mode 100644", "new mode 120000") + head("a/f", "b/f") + fHunk,
		"new exec":             git("new", "new", "new file mode 100755", "index 0000000..1234567") + head("/dev/null", "b/new") + newHunk,
		"new empty":            git("new", "new", "new file mode 100644", "index 0000000..e69de29"),
		"new empty, more":      git("new", "new", "new file mode 100644", "index 0000000..e69de29") + head("a/f", "b/f") + fHunk,
		"delete empty":         git("empty", "empty", "deleted file mode 100644", "index e69de29..0000000"),
		"delete git":           git("dir/g", "dir/g", "deleted file mode 100644", "index 1234567..0000000") + head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n",
		"delete, make link":    git("dir/g", "dir/g", "deleted file mode 100644") + head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n" + git("dir/g", "dir/g", "new file mode 120000") + head("/dev/null", "b/dir/g") + "@@ -0,0 +1 @@\n+f\n\\ No newline at end of file\n",
		"delete, make git":     git("dir/g", "dir/g", "deleted file mode 100644") + head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n" + git("dir/g", "dir/g", "new file mode 100644") + head("/dev/null", "b/dir/g") + newHunk,
		"delete, make plain":   git("dir/g", "dir/g", "deleted file mode 100644") + head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-a\n-b\n-c\n" + head("/dev/null", "b/dir/g") + newHunk,
		"change, delete, make": git("dir/g", "dir/g") + head("a/dir/g", "b/dir/g") + "@@ -1 +1 @@\n-a\n+A\n" + git("dir/g", "dir/g", "deleted file mode 100644") + head("a/dir/g", "/dev/null") + "@@ -1,3 +0,0 @@\n-A\n-b\n-c\n" + git("dir/g", "dir/g", "new file mode 100644") + head("/dev/null", "b/dir/g") + newHunk,
		"link, file below":     git("n", "n", "new file mode 120000") + head("/dev/null", "b/n") + "@@ -0,0 +1 @@\n+dir\n\\ No newline at end of file\n" + git("n/x", "n/x", "new file mode 100644") + head("/dev/null", "b/n/x") + newHunk,
		"delete no hunk":       git("dir/g", "dir/g", "deleted file mode 100644", "index 1234567..0000000"),
		"new symlink":          git("newlink", "newlink", "new file mode 120000", "index 0000000..1234567") + head("/dev/null", "b/newlink") + "@@ -0,0 +1 @@\n+f\n\\ No newline at end of file\n",
		"new symlink nl":       git("newlink", "newlink", "new file mode 120000", "index 0000000..1234567") + head("/dev/null", "b/newlink") + "@@ -0,0 +1 @@\n+f\n",
		"rename of none":       git("no/x", "n", "rename from no/x", "rename to n", "index 0000000..2222222"),
		"rename of none, new":  git("no/x", "n", "rename from no/x", "rename to n", "new file mode 100644"),
		"copy of none":         git("no/x", "n", "copy from no/x", "copy to n", "index 0000000..2222222"),
		"new symlink to none":  git("newlink", "newlink", "new file mode 120000"),
		"symlink to none":      git("link", "link", "index 1234567..e69de29 120000") + head("a/link", "b/link") + "@@ -1 +0,0 @@\n-f\n\\ No newline at end of file\n",
		"delete symlink":       git("link", "link", "deleted file mode 120000", "index 1234567..0000000") + head("a/link", "/dev/null") + "@@ -1 +0,0 @@\n-f\n\\ No newline at end of file\n",
		"rename":               git("dir/g", "dir/h", "similarity index 100%", "rename from dir/g", "rename to dir/h"),
		"rename and change":    git("dir/g", "new/h", "similarity index 90%", "rename from dir/g", "rename to new/h") + head("a/dir/g", "b/new/h") + hunk,
		"rename exec":          git("exec", "exec2", "similarity index 100%", "rename from exec", "rename to exec2"),
		"rename empty":         git("empty", "empty2", "similarity index 100%", "rename from empty", "rename to empty2"),
		"rename to existing":   git("dir/g", "f", "similarity index 100%", "rename from dir/g", "rename to f"),
		"rename swap":          git("dir/g", "f", "rename from dir/g", "rename to f") + git("f", "dir/g", "rename from f", "rename to dir/g"),
		"rename absent":        git("none", "new", "rename from none", "rename to new"),
		"rename done":          git("none", "f", "rename from none", "rename to f"),
		"rename, one name":     git("f", "new", "rename from f"),
		"rename then change":   git("dir/g", "dir/h", "rename from dir/g", "rename to dir/h") + head("a/dir/h", "b/dir/h") + hunk,
		"rename then git":      git("dir/g", "dir/h", "rename from dir/g", "rename to dir/h") + git("dir/h", "dir/h", "index 1234567..1234568 100644") + head("a/dir/h", "b/dir/h") + hunk,
		"rename, other names":  git("dir/g", "dir/h", "rename from f", "rename to ff"),
		"copy":                 git("dir/g", "dir/h", "copy from dir/g", "copy to dir/h"),
		"copy and change":      git("dir/g", "dir/h", "copy from dir/g", "copy to dir/h") + head("a/dir/g", "b/dir/h") + hunk,
		"copy and rename":      git("dir/g", "dir/h", "copy from dir/g", "copy to dir/h") + git("dir/g", "dir/i", "rename from dir/g", "rename to dir/i"),
		"rename and copy":      git("dir/g", "dir/i", "rename from dir/g", "rename to dir/i") + git("dir/g", "dir/h", "copy from dir/g", "copy to dir/h"),
		"copy, change source":  git("dir/g", "dir/g", "index 1234567..1234568 100644") + head("a/dir/g", "b/dir/g") + hunk + git("dir/g", "dir/h", "copy from dir/g", "copy to dir/h"),
		"git twice":            git("f", "f", "index 1234567..1234568 100644") + head("a/f", "b/f") + fHunk + git("f", "f", "index 1234567..1234568 100644") + head("a/f", "b/f") + "@@ -7,2 +7,3 @@\n 7\n 8\n+8.5\n",
		"git no names":         git("f", "f", "index 1234567..1234568 100644") + fHunk,
		"git names differ":     git("f", "f", "index 1234567..1234568 100644") + head("a/dir/g", "b/dir/g") + hunk,
		"git alone":            git("f", "f"),
		"git index alone":      git("f", "f", "index 1234567..1234568 100644"),
		"git index new":        git("new", "new", "index 0000000..1234568 100644"),
		"git two extensions":   git("dir/g", "dir/h", "rename from dir/g", "rename to dir/h", "copy from dir/g", "copy to dir/h"),
		"binary differ":        git("f", "f", "index 1234567..1234568 100644", "Binary files a/f and b/f differ"),
		"binary differ plain":  "Binary files a/f and b/f differ\n" + head("a/f", "b/f") + fHunk,
		"binary new differ":    git("new", "new", "new file mode 100644", "index 0000000..1234567", "Binary files /dev/null and b/new differ"),
		"prereq":               "Prereq: 3\n" + head("a/f", "b/f") + fHunk,
		"prereq missing":       "Prereq: 33\n" + head("a/f", "b/f") + fHunk,
		"prereq last":          "Prereq: 9\n" + head("a/f", "b/f") + fHunk,
		"ed script":            head("a/f", "b/f") + fHunk + "Index: f\n3d\n.\n",
		"normal diff first":    "Index: a/dir/g\n2c2\n< b\n---\n> B\n",
		"context diff":         "*** a/dir/g\n--- b/dir/g\n***************\n*** 1,3 ****\n  a\n! b\n  c\n--- 1,3 ----\n  a\n! B\n  c\n",
		"rfc 934":              "- --- a/f\t2020-01-01 00:00:00 +0000\n- +++ b/f\t2020-01-01 00:00:00 +0000\n@@ -2,3 +2,3 @@\n 2\n- -3\n+three\n 4\n",
		"blank at eof":         head("a/f", "b/f") + "@@ -7,3 +7,6 @@\n 7\n 8\n 9\n+\n+\n+\n",
		"blank context gone":   head("a/f", "b/f") + "@@ -7,5 +7,6 @@\n 7\n 8\n+eight\n 9\n \n \n",
		"trailing blanks":      head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n 2 \n-3\n+three  \n 4\n",
		"trailing blanks add":  head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n 2\n-3\n+three  \n 4\n",
		"space before tab":     head("a/f", "b/f") + "@@ -2,3 +2,3 @@\n 2 \n-3\n+  \tthree\n 4\n",
	}
	var cases []patchCase
	for _, name := range sortedKeys(patches) {
		cases = append(cases, patchCase{name, tree, patches[name]})
	}
	return cases
}

func TestApplyOddPatchesLikePrograms(t *testing.T) {
	needPrograms(t, "perl", "dpkg-source", "patch", "git")
	compareAll(t, oddCases())
}

// soup makes a patch out of lines that mean something, in any order.
func (g generator) soup(name string, tree memTree) patchCase {
	paths := append(sortedKeys(tree), "new", "dir/new", "none/x")
	path := func() string { return paths[g.IntN(len(paths))] }
	current := path()
	var b strings.Builder
	for range 1 + g.IntN(14) {
		if g.IntN(5) == 0 {
			current = path()
		}
		switch g.IntN(17) {
		case 0, 1, 2:
			fmt.Fprintf(&b, "--- a/%s\n+++ b/%s\n", current, current)
			g.soupHunk(&b, tree[current].content)
		case 3:
			fmt.Fprintf(&b, "diff --git a/%s b/%s\n", current, path())
		case 4, 5:
			fmt.Fprintf(&b, "diff --git a/%s b/%s\n", current, current)
		case 6:
			other := path()
			kind := []string{"rename", "copy"}[g.IntN(2)]
			fmt.Fprintf(&b, "diff --git a/%s b/%s\n%s from %s\n%s to %s\n", current, other, kind, current, kind, other)
		case 7:
			b.WriteString([]string{"old mode 100644\nnew mode 100755\n", "old mode 100755\nnew mode 100644\n", "new file mode 100644\n", "new file mode 100755\n", "deleted file mode 100644\n", "new file mode 120000\n"}[g.IntN(6)])
		case 8:
			b.WriteString([]string{"index 0000000..e69de29\n", "index e69de29..0000000\n", "index 1111111..2222222 100644\n", "index 1111111..2222222\n", "index 0000000..2222222\n", "index 1111111..0000000\n"}[g.IntN(6)])
		case 9, 10, 11:
			g.soupHunk(&b, tree[current].content)
		case 12:
			fmt.Fprintf(&b, "--- a/%s\n", current)
		case 13:
			fmt.Fprintf(&b, "+++ b/%s\n", current)
		case 14:
			fmt.Fprintf(&b, "Index: a/%s\n", current)
		case 15:
			b.WriteString([]string{"--- /dev/null\n", "+++ /dev/null\n", "some text\n", "\n", "# comment\n"}[g.IntN(5)])
		case 16:
			fmt.Fprintf(&b, "--- a/%s\t1970-01-01 00:00:00 +0000\n+++ b/%s\t%s\n", current, current, []string{"", "1970-01-01 00:00:00 +0000"}[g.IntN(2)])
			g.soupHunk(&b, tree[current].content)
		}
	}
	return patchCase{name, tree, b.String()}
}

func (g generator) soupHunk(b *strings.Builder, content string) {
	lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	if content == "" {
		lines = nil
	}
	var edits []edit
	switch at := g.IntN(len(lines) + 1); g.IntN(3) {
	case 0:
		edits = []edit{{at: at, add: []string{"added"}}}
	case 1:
		edits = []edit{{remove: len(lines)}}
	case 2:
		edits = []edit{{at: at, remove: min(1, len(lines)-at), add: []string{"changed"}}}
	}
	b.WriteString(unified(lines, edits, 1+g.IntN(3)))
}

func TestApplySoupLikePrograms(t *testing.T) {
	needPrograms(t, "perl", "dpkg-source", "patch", "git")
	tree := memTree{
		"f":     {modeFile, "1\n2\n3\n4\n5\n6\n"},
		"dir/g": {modeFile, "a\nb\n"},
		"dir/x": {modeExecutable, "a\nb\nc\n"},
		"e":     {modeFile, ""},
	}
	var cases []patchCase
	for seed := range uint64(caseCount(t, 80)) {
		g := generator{rand.New(rand.NewPCG(seed, 2))}
		cases = append(cases, g.soup(fmt.Sprintf("soup %d", seed), tree))
	}
	t.Logf("taken of %d: %v", len(cases), compareAll(t, cases))
}
