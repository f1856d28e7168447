package dsc

import (
	"bytes"
	"math"
	"slices"
	"strconv"
)

// A gitHunk is one hunk of a section, not yet split into lines.
type gitHunk struct {
	line     int // of its header in the patch
	oldStart uint64
	oldCount uint64
	newStart uint64
	newCount uint64
	leading  int    // lines of context before the first change
	trailing int    // lines of context after the last change
	text     []byte // all lines after the header
}

// header reads "@@ -N[,COUNT] +N[,COUNT] @@".
func (h *gitHunk) header(line []byte) bool {
	if line[len(line)-1] != '\n' {
		return false
	}
	rest, ok := gitRange(line[4:], " +", &h.oldStart, &h.oldCount)
	if !ok {
		return false
	}
	_, ok = gitRange(rest, " @@", &h.newStart, &h.newCount)
	return ok
}

// gitRange reads "N[,COUNT]" and what must follow.
func gitRange(s []byte, end string, start, count *uint64) (rest []byte, ok bool) {
	number := func(n *uint64) bool {
		i := 0
		for i < len(s) && isDigit(s[i]) {
			i++
		}
		var err error
		if *n, err = strconv.ParseUint(string(s[:i]), 10, 64); err != nil {
			*n = math.MaxUint64
		}
		s = s[i:]
		return i > 0
	}
	if !number(start) {
		return nil, false
	}
	*count = 1
	if hasPrefix(s, ",") {
		s = s[1:]
		if !number(count) {
			return nil, false
		}
	}
	return cutPrefix(s, end)
}

// readHunks reads the hunks of a section.
func (g *gitParser) readHunks(f *gitFile) error {
	var oldCount, newCount uint64
	for rest := g.cur.data[g.cur.off:]; len(rest) > 4 && hasPrefix(rest, "@@ -"); rest = g.cur.data[g.cur.off:] {
		if g.hunks++; g.hunks > g.patch.limits.Hunks {
			return g.patch.tooMuch("hunks", int64(g.patch.limits.Hunks))
		}
		h, err := g.readHunk(f)
		if err != nil {
			return err
		}
		oldCount += h.oldCount
		newCount += h.newCount
		f.hunks = append(f.hunks, h)
	}
	// What takes lines away makes no file, what adds some deletes none. The opposite is not so.
	if f.isNew == unsaid && (oldCount > 0 || len(f.hunks) > 1) {
		f.isNew = no
	}
	if f.isDelete == unsaid && (newCount > 0 || len(f.hunks) > 1) {
		f.isDelete = no
	}
	if f.isNew == yes && oldCount > 0 {
		return g.fail(PatchMalformed, "the new file %s has old lines", showName(f.name()))
	}
	if f.isDelete == yes && newCount > 0 {
		return g.fail(PatchMalformed, "the deleted file %s has new lines", showName(f.name()))
	}
	return nil
}

// readHunk reads one hunk.
func (g *gitParser) readHunk(f *gitFile) (gitHunk, error) {
	line := g.cur.next()
	h := gitHunk{line: g.cur.line}
	if !h.header(line) {
		return h, g.fail(PatchMalformed, "cannot read the header of the hunk")
	}
	start := g.cur.off
	old, new, changes := h.oldCount, h.newCount, 0
	for old != 0 || new != 0 {
		line := g.cur.next()
		if line == nil {
			return h, g.fail(PatchMalformed, "ends within a hunk")
		}
		if line[len(line)-1] != '\n' {
			return h, g.fail(PatchMalformed, "the last line of the hunk has no newline")
		}
		switch line[0] {
		case '\n', ' ':
			old--
			new--
			if changes == 0 {
				h.leading++
			}
			h.trailing++
			f.noteCR(line)
			g.checkSpace(f, line)
		case '-':
			old--
			changes++
			h.trailing = 0
			f.noteCR(line)
		case '+':
			new--
			changes++
			h.trailing = 0
			g.checkSpace(f, line)
		case '\\':
			if len(line) < 12 || line[1] != ' ' {
				return h, g.fail(PatchMalformed, "the line does not belong into the hunk that starts in line %d", h.line)
			}
		default:
			return h, g.fail(PatchMalformed, "the line does not belong into the hunk that starts in line %d", h.line)
		}
	}
	if changes == 0 {
		return h, g.fail(PatchMalformed, "the hunk that starts in line %d changes nothing", h.line)
	}
	if rest := g.cur.data[g.cur.off:]; len(rest) > 12 && hasPrefix(rest, `\ `) {
		g.cur.next()
	}
	h.text = g.cur.data[start:g.cur.off]
	return h, nil
}

// noteCR notes that the file has CR LF at its line ends.
func (f *gitFile) noteCR(line []byte) {
	if endsCRLF(line) {
		f.space.crAtEOL = true
	}
}

func (g *gitParser) checkSpace(f *gitFile, line []byte) {
	if g.space == fixSpace && f.space.hasError(line[1:]) {
		g.bad++
	}
}

// A gitLine is a line of a file that hunks are applied to.
type gitLine struct {
	text    []byte
	patched bool // a hunk put it there; no other may touch it
	common  bool // in a hunk: context
}

// A gitImage is a file as lines, with a gap where it was changed last, so that
// changing it from top to bottom costs no more than its length.
type gitImage struct {
	before []gitLine
	after  []gitLine // in reverse order
	steps  int64     // of searching that are left
	mode   spaceMode
	space  spaceRule
	bad    *int // lines with white space errors seen so far, in the whole patch
}

// newGitImage returns content with the gap at its start.
func newGitImage(content []byte) *gitImage {
	lines := splitLines(content)
	slices.Reverse(lines)
	return &gitImage{before: make([]gitLine, 0, len(lines)+len(lines)/8), after: lines}
}

func splitLines(content []byte) []gitLine {
	lines := make([]gitLine, 0, bytes.Count(content, []byte("\n"))+1)
	for len(content) > 0 {
		n := bytes.IndexByte(content, '\n') + 1
		if n == 0 {
			n = len(content)
		}
		lines = append(lines, gitLine{text: content[:n:n]})
		content = content[n:]
	}
	return lines
}

func (m *gitImage) count() int { return len(m.before) + len(m.after) }

func (m *gitImage) at(i int) *gitLine {
	if i < len(m.before) {
		return &m.before[i]
	}
	return &m.after[len(m.after)-1-(i-len(m.before))]
}

// replace puts lines in the place of n lines from pos on.
func (m *gitImage) replace(pos, n int, lines []gitLine) {
	for len(m.before) < pos {
		last := len(m.after) - 1
		m.before = append(m.before, m.after[last])
		m.after = m.after[:last]
	}
	for len(m.before) > pos {
		last := len(m.before) - 1
		m.after = append(m.after, m.before[last])
		m.before = m.before[:last]
	}
	m.after = m.after[:len(m.after)-n]
	for _, l := range lines {
		m.before = append(m.before, gitLine{text: l.text, patched: true})
	}
}

// bytes returns the file.
func (m *gitImage) bytes() []byte {
	size := 0
	for _, half := range [][]gitLine{m.before, m.after} {
		for i := range half {
			size += len(half[i].text)
		}
	}
	content := make([]byte, 0, size)
	for i := range m.before {
		content = append(content, m.before[i].text...)
	}
	for _, l := range slices.Backward(m.after) {
		content = append(content, l.text...)
	}
	return content
}
