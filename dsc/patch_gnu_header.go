package dsc

import (
	"bytes"
	"strings"
)

// The sides of a section.
const (
	oldSide = 0
	newSide = 1
	// indexName is the place of the name in an Index: line, beside the two sides.
	indexName = 2
)

// How sure a header is that a side of it does not exist.
const (
	saysContent = 0 // it exists and is not empty
	saysEmpty   = 1 // it is empty, and perhaps does not exist
	saysAbsent  = 2 // it does not exist
)

type gnuKind int

const (
	gnuUnified gnuKind = iota
	gnuBinary          // git's binary format, which GNU patch only recognises
	gnuOther           // a context, normal or ed diff
)

// A gnuFile is the header of a section, as GNU patch understands it.
type gnuFile struct {
	kind   gnuKind
	line   int       // the first line of its hunks
	name   [3]string // old side, new side, Index: line; "" if there is none
	says   [2]int
	mode   [2]uint32
	rename [2]bool
	copy   [2]bool
	git    bool   // it starts with a line "diff --git"
	prereq string // a word that the file to be patched must hold
}

func (f *gnuFile) renames() bool { return f.rename[oldSide] && f.rename[newSide] }
func (f *gnuFile) copies() bool  { return f.copy[oldSide] && f.copy[newSide] }

// A gnuReader reads a patch as GNU patch does: section by section, and the hunks of each.
// It takes a section wherever it sees one, also within the description of the
// patch and however far it is indented.
type gnuReader struct {
	patch    *Patch
	cur      cursor
	started  bool // a section was read: from then on any kind of diff is looked for
	indent   int  // columns that each line of the hunks is indented
	nesting  int  // "- " marks of RFC 934 before each of these lines
	stripCR  bool // the section has CR LF at its line ends, which are read as LF
	sections int
	hunks    int
	hunk     gnuHunk // reused by nextHunk
}

func (r *gnuReader) fail(kind PatchErrorKind, format string, args ...any) error {
	return r.patch.fail(kind, r.cur.line, "", format, args...)
}

// plainLine reads a line, without comments, which start with "#". An
// unfinished last line is dropped, and ends the text.
func (r *gnuReader) plainLine() ([]byte, bool) {
	for {
		line := r.cur.next()
		if len(line) == 0 || line[len(line)-1] != '\n' {
			return nil, false
		}
		if line[0] != '#' {
			return line, true
		}
	}
}

// getLine reads a line of a hunk.
func (r *gnuReader) getLine() ([]byte, bool) {
	if r.indent == 0 && r.nesting == 0 && !r.stripCR {
		return r.plainLine()
	}
	for {
		line := r.cur.next()
		if len(line) == 0 || line[len(line)-1] != '\n' {
			return nil, false
		}
		line = cutNesting(cutIndent(line, r.indent), r.nesting)
		if len(line) == 0 {
			return nil, false
		}
		if line[0] == '#' {
			continue
		}
		if n := len(line); r.stripCR && n >= 2 && line[n-2] == '\r' {
			line = append(line[:n-2:n-2], '\n')
		}
		return line, true
	}
}

// cutIndent removes up to that many columns of indentation.
func cutIndent(line []byte, columns int) []byte {
	i := 0
	for col := 0; col < columns && i < len(line); i++ {
		switch line[i] {
		case ' ', 'X':
			col++
		case '\t':
			col = (col + 8) &^ 7
		default:
			return line[i:]
		}
	}
	return line[i:]
}

// cutNesting removes up to that many "- ".
func cutNesting(line []byte, nesting int) []byte {
	for ; nesting > 0 && hasPrefix(line, "- "); nesting-- {
		line = line[2:]
	}
	return line
}

// A gnuScan is what one search for a header knows.
type gnuScan struct {
	gnuFile
	r            *gnuReader
	stamp        [2]gnuStamp
	needHeader   bool // no line of a header was seen yet
	extended     bool // a line of git's extended header was seen
	isCommand    bool // the last line that began like a command of a normal diff is one
	firstCommand bool // a line of the header looks like a command of ed or a normal diff
	edCommand    byte // its letter, if of ed
	stars        bool // the last line was one of stars, of a context diff

	lastWasCommand bool // isCommand before the current line
	indent         int
	lastIndent     int
}

// nextFile returns the header of the next section, nil if there is none.
func (r *gnuReader) nextFile() (*gnuFile, error) {
	if r.cur.off > 0 && r.cur.off >= len(r.cur.data) {
		return nil, nil
	}
	if r.sections++; r.sections > r.patch.limits.Files {
		return nil, r.patch.tooMuch("sections", int64(r.patch.limits.Files))
	}
	start := r.cur
	r.nesting, r.indent, r.stripCR = 0, 0, false
	s := &gnuScan{r: r, needHeader: true, stamp: [2]gnuStamp{noStamp, noStamp}}
	found := s.scan()
	if !found {
		if start.off == 0 && len(r.cur.data) > 0 {
			r.cur.line = 0
			return nil, r.fail(PatchMalformed, "has no change in it")
		}
		return nil, nil
	}
	r.started = true
	s.gnuFile.line = r.cur.line + 1
	return &s.gnuFile, nil
}

// scan reads lines up to the hunks of a section, and leaves the reader there.
func (s *gnuScan) scan() bool {
	for {
		before := s.r.cur
		line, ok := s.r.plainLine()
		if !ok {
			s.r.cur = before
			if s.edCommand != 0 {
				s.kind = gnuOther
				return true
			}
			return s.extended
		}
		text := s.outdent(line)
		s.commands(text, line)
		done := s.header(text, line, before)
		if done || !s.needHeader && s.hunkStart(text, before) {
			return true
		}
	}
}

// outdent removes the indentation and notes how far it was.
func (s *gnuScan) outdent(line []byte) []byte {
	s.lastIndent, s.indent = s.indent, 0
	for i, c := range line {
		switch c {
		case ' ', 'X':
			s.indent++
		case '\t':
			s.indent = (s.indent + 8) &^ 7
		default:
			return line[i:]
		}
	}
	return nil
}

// commands looks for lines that could belong to a normal diff or a script for ed.
func (s *gnuScan) commands(text, line []byte) {
	s.lastWasCommand = s.isCommand
	if is, looksSo := normalCommand(text); looksSo {
		s.isCommand = is
	}
	if s.needHeader || s.firstCommand {
		return
	}
	if letter := edCommand(text); letter != 0 || s.isCommand {
		s.firstCommand, s.edCommand, s.r.stripCR = true, letter, endsCRLF(line)
	}
}

// header reads a line of the header. It reports whether the section ends
// there, without hunks that GNU patch could apply.
func (s *gnuScan) header(text, line []byte, before cursor) (done bool) {
	crlf := endsCRLF(line)
	switch {
	case !s.stars && hasPrefix(text, "*** "):
		s.setName(oldSide, text[4:])
		s.needHeader = false
	case hasPrefix(text, "+++ "): // sides are exchanged in hunkStart
		s.setName(oldSide, text[4:])
		s.needHeader, s.r.stripCR = false, crlf
	case hasPrefix(text, "Index:"):
		if n := gnuName(text[6:], '\n'); n.ok && !n.dated {
			s.name[indexName] = n.name
		}
		s.needHeader, s.r.stripCR = false, crlf
	case hasPrefix(text, "Prereq:"):
		word := bytes.TrimLeft(text[7:], asciiSpace)
		if i := bytes.IndexAny(word, asciiSpace); i >= 0 {
			word = word[:i]
		}
		s.prereq = untilNUL(word)
	case hasPrefix(text, "diff --git "):
		if s.extended {
			s.r.cur = before
			return true
		}
		s.gitNames(text[11:])
	case s.git && s.extendedHeader(text):
		s.extended = true
	case s.git && hasPrefix(text, "GIT binary patch"):
		s.kind, s.r.cur = gnuBinary, before
		return true
	default:
		rest, nesting := text, 0
		for hasPrefix(rest, "- ") {
			rest, nesting = rest[2:], nesting+1
		}
		if hasPrefix(rest, "--- ") {
			s.minusLine(rest[4:], nesting)
			s.needHeader, s.r.stripCR = false, crlf
		}
	}
	return false
}

// setName takes the name and date from what follows +++ or ***.
func (s *gnuScan) setName(side int, rest []byte) {
	n := gnuName(rest, '\t')
	if n.ok {
		s.name[side] = n.name
	}
	if n.ok || n.null {
		s.stamp[side] = n.stamp
	}
}

// minusLine takes the name and date from what follows ---.
func (s *gnuScan) minusLine(rest []byte, nesting int) {
	n := gnuName(rest, '\t')
	if n.ok {
		s.name[newSide] = n.name
	}
	if (n.ok || n.null) && n.stamp != noStamp {
		s.stamp[newSide], s.r.nesting = n.stamp, nesting
	}
}

// gitNames takes both names from a line "diff --git", or none.
func (s *gnuScan) gitNames(rest []byte) {
	s.name[oldSide], s.name[newSide] = "", ""
	if old, rest, ok := gnuWord(rest); ok && startsWithSpace(rest) {
		if new, rest, ok := gnuWord(rest); ok && len(bytes.TrimLeft(rest, asciiSpace)) == 0 {
			s.name[oldSide], s.name[newSide] = old, new
		}
	}
	s.git, s.needHeader = true, false
}

// extendedHeader reads a line of git's extended header.
func (s *gnuScan) extendedHeader(text []byte) bool {
	flags := []struct {
		prefix string
		flag   *bool
	}{
		{"rename from ", &s.rename[oldSide]}, {"rename to ", &s.rename[newSide]},
		{"copy from ", &s.copy[oldSide]}, {"copy to ", &s.copy[newSide]},
	}
	for _, f := range flags {
		if hasPrefix(text, f.prefix) { // the name has no first component, so it is of no use
			*f.flag = true
			return true
		}
	}
	modes := []struct {
		prefix string
		side   int
		absent int // side that is said not to exist, -1 if none
	}{
		{"old mode ", oldSide, -1}, {"new mode ", newSide, -1},
		{"deleted file mode ", oldSide, newSide}, {"new file mode ", newSide, oldSide},
	}
	for _, m := range modes {
		if rest, ok := cutPrefix(text, m.prefix); ok {
			s.mode[m.side] = gnuMode(rest)
			if m.absent >= 0 {
				s.says[m.absent] = saysAbsent
			}
			return true
		}
	}
	rest, ok := cutPrefix(text, "index ")
	return ok && s.indexLine(rest)
}

// indexLine reads "OLD..NEW[ MODE]", hashes of the sides.
func (s *gnuScan) indexLine(rest []byte) bool {
	old, rest := cutHex(rest)
	rest, ok := cutPrefix(rest, "..")
	if old == "" || !ok {
		return false
	}
	new, rest := cutHex(rest)
	if new == "" || len(rest) > 0 && !startsWithSpace(rest) {
		return false
	}
	s.says = [2]int{hashSays(old), hashSays(new)}
	if rest = bytes.TrimLeft(rest, asciiSpace); len(rest) > 0 {
		s.mode[oldSide] = gnuMode(rest)
		s.mode[newSide] = s.mode[oldSide]
	}
	return true
}

// hashSays says what an abbreviated git hash means for the existence of a file.
func hashSays(hash string) int {
	const emptyBlob = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
	switch {
	case strings.Trim(hash, "0") == "":
		return saysAbsent
	case strings.HasPrefix(emptyBlob, hash):
		return saysEmpty
	}
	return saysContent
}

// hunkStart reports whether text is the first line of hunks. If it is a unified
// hunk it sets the sides right; the reader is left before it.
func (s *gnuScan) hunkStart(text []byte, before cursor) bool {
	any := s.r.started // the first section must be a unified diff
	switch {
	case any && s.firstCommand && string(text) == ".\n":
		s.kind = gnuOther
		return true
	case hasPrefix(text, "@@ -"):
		s.name[oldSide], s.name[newSide] = s.name[newSide], s.name[oldSide]
		s.stamp[oldSide], s.stamp[newSide] = s.stamp[newSide], s.stamp[oldSide]
		text = text[4:]
		if startsWithZero(text) {
			s.says[oldSide] = s.stamp[oldSide].says()
		}
		text = bytes.TrimLeft(text[bytes.IndexAny(text, " \n"):], " ")
		if rest, ok := cutPrefix(text, "+"); ok && startsWithZero(rest) {
			s.says[newSide] = s.stamp[newSide].says()
		}
		s.r.indent, s.r.cur = s.indent, before
		return true
	}
	lastStars := s.stars
	s.stars = hasPrefix(text, "********")
	isContext := lastStars && s.lastIndent == s.indent && hasPrefix(text, "*** ")
	isNormal := s.lastWasCommand && (hasPrefix(text, "< ") || hasPrefix(text, "> "))
	if any && (isContext || isNormal) {
		s.kind = gnuOther
		return true
	}
	return false
}

// startsWithZero reports whether a line number is 0.
func startsWithZero(s []byte) bool {
	n, rest, ok := leadingNumber(s)
	return ok && n == 0 && len(s)-len(rest) == 1
}
