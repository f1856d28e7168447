package history

import (
	"bytes"
	"cmp"
	"context"
	"mime"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A PatchChange says what became of a patch between two versions of a source package.
type PatchChange string

const (
	PatchAdded       PatchChange = "added"
	PatchDropped     PatchChange = "dropped"
	PatchSame        PatchChange = "same"        // byte for byte
	PatchRefreshed   PatchChange = "refreshed"   // the same lines are added and removed; places, context or dates differ
	PatchDescription PatchChange = "description" // only the text before the diff differs
	PatchChanged     PatchChange = "changed"
)

// A PatchDifference is a patch of either or both of two versions.
type PatchDifference struct {
	Change  PatchChange
	Name    string // in the series; the old one of a dropped patch
	OldName string // if it has another in the old series; else ""
	Subject string // the first line of its description, or ""
	TakenUp bool   // of a dropped one: the new upstream files have its change
	Missing bool   // the new series names it, but there is no such file

	// Diff is the difference of the texts, without what a refresh changes: numbers of lines,
	// dates, ids. Of an added or dropped patch it is the text itself.
	Diff string
}

// A patchText is a patch of a series, taken apart.
type patchText struct {
	name    string
	missing bool // or it cannot be read
	data    []byte
	header  string // what is before the first section
	body    string // the sections, in plain form
	lines   string // of the body, those that are added and removed
	changes string // these, and names of files and modes
}

// readPatchTexts reads all patches of a series.
func readPatchTexts(files packageFiles, names []string) []*patchText {
	var all []*patchText
	for _, name := range names {
		data, err := readPatch(files, name)
		t := &patchText{name: name, data: data, missing: err != nil}
		t.split()
		all = append(all, t)
	}
	return all
}

// hunkStart is the header of a hunk, with how many lines it has.
var hunkStart = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@`)

// split takes the text of the patch apart.
func (t *patchText) split() {
	var header, body, lines, changes strings.Builder
	all := withoutSignature(strings.SplitAfter(string(t.data), "\n"))
	inHeader, olds, news := true, 0, 0 // lines to come in the hunk
	for i, line := range all {
		inHeader = inHeader && !startsDiff(all, i)
		switch m := hunkStart.FindStringSubmatch(line); {
		case inHeader:
			header.WriteString(line)
			continue
		case olds > 0 || news > 0:
			switch line[:min(1, len(line))] {
			case "+":
				news--
				lines.WriteString(line)
				changes.WriteString(line)
			case "-":
				olds--
				lines.WriteString(line)
				changes.WriteString(line)
			case "\\":
			default:
				olds, news = olds-1, news-1
			}
		case m != nil:
			olds, news = hunkLines(m[1]), hunkLines(m[2])
			line = "@@\n"
		default:
			line = plainDiffLine(line)
			changes.WriteString(line)
		}
		body.WriteString(line)
	}
	// What follows "---" is a summary that git format-patch makes of the diff.
	text, _, _ := strings.Cut("\n"+header.String(), "\n---\n")
	t.header, t.body = plainHeader(strings.TrimSpace(text)+"\n"), body.String()
	t.lines, t.changes = lines.String(), changes.String()
}

// headerNoise are lines before a diff that each refresh may write anew.
var headerNoise = regexp.MustCompile(`(?m)^(?:From [0-9a-f]{7,} .*|(?:Date|Last-Update): .*|=+)\n`)

// plainHeader returns what is before a diff without what a refresh of the patch changes.
func plainHeader(text string) string {
	text = headerNoise.ReplaceAllString(text, "")
	return patchNumber.ReplaceAllString(text, "Subject: ")
}

// patchNumber is what git format-patch puts before a subject.
var patchNumber = regexp.MustCompile(`(?m)^Subject: \[PATCH[^]\n]*\] *`)

func hunkLines(count string) int {
	if count == "" {
		return 1
	}
	n, _ := strconv.Atoi(count)
	return n
}

// withoutSignature returns lines without what git format-patch puts at the end: "-- " and
// its version.
func withoutSignature(lines []string) []string {
	for i := len(lines) - 1; i >= max(0, len(lines)-4); i-- {
		if lines[i] == "-- \n" {
			return lines[:i]
		}
	}
	return lines
}

// startsDiff says whether the sections of a patch start at a line.
func startsDiff(lines []string, i int) bool {
	if strings.HasPrefix(lines[i], "diff ") || strings.HasPrefix(lines[i], "Index: ") {
		return true
	}
	return strings.HasPrefix(lines[i], "--- ") && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "+++ ")
}

// plainDiffLine returns a line between hunks without what a refresh of the patch changes,
// or "" if nothing else is in it.
func plainDiffLine(line string) string {
	for _, prefix := range []string{"diff ", "index ", "Index: ", "=====", "similarity index ", "dissimilarity index "} {
		if strings.HasPrefix(line, prefix) {
			return ""
		}
	}
	if strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "+++ ") {
		name, _, _ := strings.Cut(strings.TrimSpace(line[4:]), "\t")
		if _, below, ok := strings.Cut(name, "/"); ok && name != "/dev/null" {
			name = below // dpkg-source applies with -p1, whatever the first directory
		}
		return line[:4] + name + "\n"
	}
	return line
}

// notSubject are lines at the start of a patch that do not tell what it does.
var notSubject = regexp.MustCompile(`^[A-Z][A-Za-z-]*:`)

// foldedLine is a line that goes on in the next one, in the header of a mail.
var foldedLine = regexp.MustCompile(`(?m)^(Subject: .*)\n[ \t]+`)

// subject returns the first line of the description: that of Subject or Description
// (DEP-3), else the first line of text.
func (t *patchText) subject() string {
	first := ""
	for line := range strings.Lines(foldedLine.ReplaceAllString(t.header, "$1 ")) {
		line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "#"))
		name, value, _ := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); value != "" && (name == "Subject" || name == "Description") {
			if decoded, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
				value = decoded
			}
			return value
		}
		if first == "" && !notSubject.MatchString(line) {
			first = line
		}
	}
	return first
}

// comparePatches pairs the patches of two series and says what became of each, in the order of the new
// series, but dropped ones before the first one that followed them in the old series.
func comparePatches(ctx context.Context, old, new []*patchText, unpatched dsc.Tree) ([]PatchDifference, error) {
	pairs := pairPatches(old, new)
	partner := map[*patchText]bool{} // of the old ones
	for _, o := range pairs {
		partner[o] = true
	}
	var all []PatchDifference
	next := 0 // in old
	drop := func(until int) {
		for ; next < until; next++ {
			if o := old[next]; !partner[o] {
				all = append(all, PatchDifference{Change: PatchDropped, Name: o.name, Subject: o.subject(), Diff: string(o.data), TakenUp: o.takenUp(unpatched)})
			}
		}
	}
	for _, n := range new {
		o := pairs[n]
		if o == nil {
			all = append(all, PatchDifference{Change: PatchAdded, Name: n.name, Subject: n.subject(), Diff: string(n.data), Missing: n.missing})
			continue
		}
		drop(slices.Index(old, o))
		d, err := n.since(ctx, o)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	drop(len(old))
	return all, nil
}

func (t *patchText) takenUp(unpatched dsc.Tree) bool {
	if unpatched == nil || t.body == "" {
		return false
	}
	p, err := dsc.ParsePatch(t.name, t.data, dsc.PatchLimits{})
	return err == nil && takenUp(unpatched, p)
}

// since says in what a patch differs from what it was.
func (t *patchText) since(ctx context.Context, old *patchText) (d PatchDifference, err error) {
	d = PatchDifference{Name: t.name, Subject: t.subject()}
	if old.name != t.name {
		d.OldName = old.name
	}
	switch {
	case t.missing && !old.missing:
		d.Change, d.Missing = PatchChanged, true
	case bytes.Equal(old.data, t.data):
		d.Change, d.Missing = PatchSame, t.missing
	case old.changes != t.changes:
		d.Change = PatchChanged
		d.Diff, err = gitmap.DiffTexts(ctx, []byte(old.header+old.body), []byte(t.header+t.body))
	case old.header != t.header:
		d.Change = PatchDescription
		d.Diff, err = gitmap.DiffTexts(ctx, []byte(old.header), []byte(t.header))
	default:
		d.Change = PatchRefreshed
	}
	return d, err
}

// leastAlike is how much of two patches must be the same for one to be taken for what became of the
// other although it has another name.
const leastAlike = 0.5

// pairPatches finds, for patches of the new series, what they were in the old one: the one that
// makes the same change, if possible under the same name; else the one of the same name; else
// the one that is most alike.
func pairPatches(old, new []*patchText) map[*patchText]*patchText {
	pairs, taken := map[*patchText]*patchText{}, map[*patchText]bool{}
	pair := func(fits func(o, n *patchText) bool) {
		for _, n := range new {
			for _, o := range old {
				if pairs[n] == nil && !taken[o] && fits(o, n) {
					pairs[n], taken[o] = o, true
				}
			}
		}
	}
	sameName := func(o, n *patchText) bool { return o.name == n.name }
	sameChange := func(o, n *patchText) bool { return o.changes == n.changes && o.changes != "" }
	pair(func(o, n *patchText) bool { return sameName(o, n) && sameChange(o, n) })
	pair(sameChange)
	pair(sameName)
	type candidate struct {
		old, new *patchText
		alike    float64
	}
	var candidates []candidate
	for _, n := range new {
		for _, o := range old {
			if pairs[n] == nil && !taken[o] {
				if alike := o.alike(n); alike >= leastAlike {
					candidates = append(candidates, candidate{o, n, alike})
				}
			}
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return -cmp.Compare(a.alike, b.alike) })
	for _, c := range candidates {
		if pairs[c.new] == nil && !taken[c.old] {
			pairs[c.new], taken[c.old] = c.old, true
		}
	}
	return pairs
}

// alike says how much of what two patches add and remove is the same, from 0 to 1.
func (t *patchText) alike(other *patchText) float64 {
	count := map[string]int{}
	lines, common := 0, 0
	for line := range strings.Lines(t.lines) {
		count[line]++
		lines++
	}
	for line := range strings.Lines(other.lines) {
		if lines++; count[line] > 0 {
			count[line]--
			common++
		}
	}
	if lines == 0 {
		return 0
	}
	return 2 * float64(common) / float64(lines)
}
