package dsc

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// A generator makes trees and patches, good ones and damaged ones.
type generator struct{ *rand.Rand }

// lines makes a file. Few different lines, so that hunks match in more than one place.
func (g generator) lines(n int) []string {
	words := []string{"a", "b", "c", "d", "}", "{", "", "\tx", "  y", "  \tz", "trail ", "-- ", "# comment", "return;", "+z", "long line of text"}
	lines := make([]string, n)
	for i := range lines {
		lines[i] = words[g.IntN(len(words))]
		if g.IntN(3) == 0 {
			lines[i] += fmt.Sprint(g.IntN(40))
		}
	}
	return lines
}

// An edit removes lines at a place and adds others.
type edit struct {
	at, remove int
	add        []string
}

// edits makes changes of a file, in order.
func (g generator) edits(lines []string) []edit {
	var edits []edit
	for at := g.IntN(4); at <= len(lines); at += 1 + g.IntN(14) {
		e := edit{at: at, remove: min(g.IntN(3), len(lines)-at), add: g.lines(g.IntN(3))}
		if e.remove+len(e.add) == 0 {
			continue
		}
		edits = append(edits, e)
		at += e.remove
		if g.IntN(3) == 0 {
			break
		}
	}
	return edits
}

// unified writes edits as hunks with that many lines of context.
func unified(lines []string, edits []edit, context int) string {
	var b strings.Builder
	shift := 0
	for i := 0; i < len(edits); {
		last := i
		for last+1 < len(edits) && edits[last+1].at-(edits[last].at+edits[last].remove) <= 2*context {
			last++
		}
		start := max(0, edits[i].at-context)
		end := min(len(lines), edits[last].at+edits[last].remove+context)
		var body strings.Builder
		olds, news, at := 0, 0, start
		put := func(op string, text ...string) {
			for _, line := range text {
				body.WriteString(op + line + "\n")
			}
		}
		for _, e := range edits[i : last+1] {
			put(" ", lines[at:e.at]...)
			put("-", lines[e.at:e.at+e.remove]...)
			put("+", e.add...)
			news += e.at - at + len(e.add)
			olds += e.at - at + e.remove
			at = e.at + e.remove
		}
		put(" ", lines[at:end]...)
		olds, news = olds+end-at, news+end-at
		oldStart, newStart := start+1, start+1+shift
		if olds == 0 {
			oldStart--
		}
		if news == 0 {
			newStart--
		}
		fmt.Fprintf(&b, "@@ -%d,%d +%d,%d @@\n%s", oldStart, olds, newStart, news, body.String())
		shift += news - olds
		i = last + 1
	}
	return b.String()
}

func text(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// one makes a case about one to three files.
func (g generator) one(name string) patchCase {
	c := patchCase{name: name, tree: memTree{"keep": {modeFile, "kept\n"}, "dir/keep": {modeExecutable, "kept\n"}}}
	if g.IntN(3) == 0 {
		c.patch += "Description: test\n some text\n\n"
	}
	files := []string{"f", "dir/f", "dir/sub/g", "h.c"}
	g.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	for _, path := range files[:1+g.IntN(3)] {
		g.file(&c, path)
	}
	if g.IntN(8) == 0 {
		c.patch += "-- \n2.39.2\n\n"
	}
	if g.IntN(3) == 0 {
		c.patch = g.damage(c.patch)
	}
	return c
}

// file adds a change of a file to the case.
func (g generator) file(c *patchCase, path string) {
	lines := g.lines(g.IntN(40))
	edits := g.edits(lines)
	mode := modeFile
	if g.IntN(4) == 0 {
		mode = modeExecutable
	}
	switch g.IntN(10) {
	case 0:
		g.create(c, path, lines)
		return
	case 1:
		g.remove(c, path, lines)
		return
	case 2:
		g.gitSection(c, path, lines, edits)
		return
	}
	if len(edits) == 0 {
		return
	}
	context := []int{3, 3, 3, 3, 2, 1, 0}[g.IntN(7)]
	actual := lines
	if g.IntN(2) == 0 { // the file differs from the one that the patch was made for
		at := g.IntN(len(lines) + 1)
		actual = append(append(append([]string{}, lines[:at]...), g.lines(g.IntN(12))...), lines[at:]...)
	}
	if g.IntN(3) == 0 {
		actual = g.respace(actual)
	}
	if g.IntN(6) == 0 {
		actual = append(append([]string{}, actual...), "", "", "")[:len(actual)+g.IntN(4)]
	}
	c.tree[path] = memFile{mode, text(actual)}
	prefix := []string{"a/%s", "x-1.0/%s", "x.orig/%s", "a/%s.orig", "%s", "./%s"}[[]int{0, 0, 0, 0, 1, 2, 3, 4, 5}[g.IntN(9)]]
	date := []string{"", "", "", "\t2020-01-02 03:04:05.000000000 +0100", "\t1970-01-01 00:00:00.000000000 +0000", "\tThu Jan  1 00:00:00 1970"}[g.IntN(6)]
	if g.IntN(4) == 0 {
		c.patch += "Index: " + fmt.Sprintf(prefix, path) + "\n" + strings.Repeat("=", 67) + "\n"
	}
	c.patch += fmt.Sprintf("--- "+prefix+"%s\n+++ b/%s%s\n", path, date, path, date)
	c.patch += unified(lines, edits, context)
}

// respace changes the white space of a few lines, as editors do.
func (g generator) respace(lines []string) []string {
	lines = append([]string{}, lines...)
	for range min(len(lines), 1+g.IntN(4)) {
		i := g.IntN(len(lines))
		switch g.IntN(4) {
		case 0:
			lines[i] += " "
		case 1:
			lines[i] += "\t\t"
		case 2:
			lines[i] = " " + lines[i]
		case 3:
			lines[i] += "\r"
		}
	}
	return lines
}

func (g generator) create(c *patchCase, path string, lines []string) {
	if g.IntN(4) == 0 {
		c.tree[path] = memFile{modeFile, text(g.lines(g.IntN(2)))}
	}
	old := []string{"/dev/null", "/dev/null", "a/" + path, "a/" + path + "\t1970-01-01 00:00:00.000000000 +0000"}[g.IntN(4)]
	if g.IntN(2) == 0 {
		c.patch += fmt.Sprintf("diff --git a/%s b/%s\nnew file mode 100%s\nindex 0000000..%07x\n", path, path, []string{"644", "755"}[g.IntN(2)], g.IntN(1<<28))
		if len(lines) == 0 {
			return
		}
		old = "/dev/null"
	}
	if len(lines) == 0 {
		return
	}
	c.patch += fmt.Sprintf("--- %s\n+++ b/%s\n", old, path) + unified(nil, []edit{{add: lines}}, 3)
}

func (g generator) remove(c *patchCase, path string, lines []string) {
	if len(lines) == 0 {
		return
	}
	actual := lines
	if g.IntN(4) == 0 {
		actual = append(actual, "more")
	}
	c.tree[path] = memFile{modeFile, text(actual)}
	new := []string{"/dev/null", "/dev/null", "b/" + path, "b/" + path + "\t1970-01-01 00:00:00.000000000 +0000"}[g.IntN(4)]
	if g.IntN(2) == 0 {
		c.patch += fmt.Sprintf("diff --git a/%s b/%s\ndeleted file mode 100644\nindex %07x..0000000\n", path, path, 1+g.IntN(1<<28-1))
		new = "/dev/null"
	}
	c.patch += fmt.Sprintf("--- a/%s\n+++ %s\n", path, new) + unified(lines, []edit{{remove: len(lines)}}, 3)
}

// gitSection adds a change in git's format: of content, mode, name, or a copy.
func (g generator) gitSection(c *patchCase, path string, lines []string, edits []edit) {
	c.tree[path] = memFile{[]memFile{{mode: modeFile}, {mode: modeExecutable}}[g.IntN(2)].mode, text(lines)}
	target := path
	header := ""
	if g.IntN(3) == 0 {
		header += []string{"old mode 100644\nnew mode 100755\n", "old mode 100755\nnew mode 100644\n"}[g.IntN(2)]
	}
	if kind := []string{"", "", "rename", "copy"}[g.IntN(4)]; kind != "" {
		target = path + "2"
		header += fmt.Sprintf("similarity index 90%%\n%s from %s\n%s to %s\n", kind, path, kind, target)
	}
	c.patch += fmt.Sprintf("diff --git a/%s b/%s\n%s", path, target, header)
	if len(edits) == 0 || header != "" && g.IntN(2) == 0 {
		return
	}
	c.patch += fmt.Sprintf("index %07x..%07x 100644\n--- a/%s\n+++ b/%s\n", 1+g.IntN(1<<20), 1+g.IntN(1<<20), path, target) + unified(lines, edits, 3)
}

// damage changes a few lines of a patch.
func (g generator) damage(patch string) string {
	lines := strings.SplitAfter(patch, "\n")
	for range 1 + g.IntN(2) {
		i := g.IntN(len(lines))
		switch g.IntN(14) {
		case 0:
			lines[i] = ""
		case 1:
			lines[i] += lines[i]
		case 2:
			lines[i] = strings.TrimSuffix(lines[i], "\n") + "\r\n"
		case 3:
			return strings.ReplaceAll(strings.Join(lines, ""), "\n", "\r\n")
		case 4:
			return strings.TrimSuffix(strings.Join(lines, ""), "\n")
		case 5:
			lines[i] += "\\ No newline at end of file\n"
		case 6:
			lines[i] = strings.Replace(lines[i], ",", ",1", 1)
		case 7:
			lines[i] = strings.Replace(lines[i], " \n", "\n", 1)
		case 8:
			lines[i] += "garbage\n"
		case 9:
			lines[i] = strings.TrimPrefix(lines[i], " ")
		case 10:
			lines[i] = " " + lines[i]
		case 11:
			return strings.Join(lines, "") + strings.Join(lines, "")
		case 12:
			lines[i] = strings.TrimRight(lines[i], " \t\n") + " \t\n"
		case 13:
			if len(lines) > 4 {
				lines = lines[:len(lines)-1-g.IntN(3)]
			}
		}
		if len(lines) == 0 {
			break
		}
	}
	return strings.Join(lines, "")
}

// caseCount returns how many cases to generate: usual, less in short mode, or
// what the environment variable DEBGIT_PATCH_CASES says.
func caseCount(t *testing.T, usual int) int {
	if s := os.Getenv("DEBGIT_PATCH_CASES"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if testing.Short() {
		return usual / 5
	}
	return usual
}

// TestApplyLikePrograms compares generated cases with the programs. A case
// can be had again from its name, which holds the seed.
func TestApplyLikePrograms(t *testing.T) {
	needPrograms(t, "perl", "dpkg-source", "patch", "git")
	count := caseCount(t, 100)
	var cases []patchCase
	for seed := range uint64(count) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		cases = append(cases, g.one(fmt.Sprintf("generated %d", seed)))
	}
	taken := compareAll(t, cases)
	t.Logf("taken of %d: %v", count, taken)
	for _, dialect := range []string{"quilt", "diff", "git", "first"} {
		if taken[dialect] < count/10 {
			t.Errorf("%s took %d of %d cases: the generator is of no use", dialect, taken[dialect], count)
		}
	}
}
