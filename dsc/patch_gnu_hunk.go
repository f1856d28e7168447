package dsc

import "bytes"

// A gnuHunk is one hunk. Lines hold their newline, unless the patch says that there is none.
type gnuHunk struct {
	line   int        // of its header in the patch
	first  int        // the line where the old lines are expected, from 1
	old    [][]byte   // context and removed lines
	lines  []hunkLine // all lines, in the order of the patch
	prefix int        // lines of context before the first change
	suffix int        // lines of context after the last change
}

type hunkLine struct {
	op   byte // ' ', '-' or '+'
	text []byte
}

// nextHunk reads the next hunk of the section. It returns nil, and leaves the
// reader where it was, if none follows at once. The hunk is valid until the next call.
func (r *gnuReader) nextHunk() (*gnuHunk, error) {
	before := r.cur
	line, ok := r.getLine()
	if !ok || !hasPrefix(line, "@@ -") {
		r.cur = before
		return nil, nil
	}
	if r.hunks++; r.hunks > r.patch.limits.Hunks {
		return nil, r.patch.tooMuch("hunks", int64(r.patch.limits.Hunks))
	}
	h := &r.hunk
	*h = gnuHunk{line: r.cur.line, old: h.old[:0], lines: h.lines[:0]}
	oldCount, newCount, ok := h.header(line[4:])
	if !ok {
		return nil, r.fail(PatchMalformed, "cannot read the header of the hunk")
	}
	if err := r.hunkBody(h, oldCount, newCount); err != nil {
		return nil, err
	}
	return h, nil
}

// header reads "N[,COUNT] +N[,COUNT] @".
func (h *gnuHunk) header(s []byte) (oldCount, newCount int, ok bool) {
	span := func(s []byte) (first, count int, rest []byte, ok bool) {
		if first, s, ok = leadingNumber(s); !ok {
			return 0, 0, nil, false
		}
		if count = 1; hasPrefix(s, ",") {
			count, s, ok = leadingNumber(s[1:])
		}
		return first, count, bytes.TrimPrefix(s, []byte(" ")), ok && first < hugeNumber && count < hugeNumber
	}
	first, oldCount, s, ok := span(s)
	if !ok || !hasPrefix(s, "+") {
		return 0, 0, false
	}
	_, newCount, s, ok = span(s[1:])
	if h.first = first; oldCount == 0 {
		h.first++ // lines are added after that line
	}
	return oldCount, newCount, ok && hasPrefix(s, "@")
}

// hunkBody reads the lines of the hunk, as many as its header says.
func (r *gnuReader) hunkBody(h *gnuHunk, oldCount, newCount int) error {
	olds, news, context := 0, 0, 0
	h.prefix = -1
	for olds < oldCount || news < newCount {
		op, text := byte(' '), []byte("\n")
		line, ok := r.getLine()
		switch {
		case !ok && newCount-news > 3:
			return r.fail(PatchMalformed, "ends within a hunk")
		case !ok: // blank lines at the end got lost
		case line[0] == '\t' || line[0] == '\n':
			text = line // its space got lost
		default:
			op, text = line[0], line[1:]
		}
		if op == '=' {
			op = ' '
		}
		isOld, isNew := op == ' ' || op == '-', op == ' ' || op == '+'
		if !isOld && !isNew || isOld && olds == oldCount || isNew && news == newCount {
			return r.fail(PatchMalformed, "the line does not belong into the hunk that starts in line %d", h.line)
		}
		if isOld {
			if olds++; olds == oldCount && r.noNewline() {
				text = text[:len(text)-1]
			}
			h.old = append(h.old, text)
		}
		if isNew {
			if news++; news == newCount && r.noNewline() && len(text) > 0 {
				text = text[:len(text)-1]
			}
		}
		h.lines = append(h.lines, hunkLine{op, text})
		if op == ' ' {
			context++
			continue
		}
		if h.prefix < 0 {
			h.prefix = context
		}
		context = 0
	}
	if h.prefix < 0 {
		return r.fail(PatchMalformed, "the hunk that starts in line %d changes nothing", h.line)
	}
	h.suffix = context
	return nil
}

// noNewline skips a line that starts with a backslash. It is what follows a last
// line without newline; GNU patch looks for it only after the last old or new line.
func (r *gnuReader) noNewline() bool {
	if r.cur.off < len(r.cur.data) && r.cur.data[r.cur.off] == '\\' {
		r.cur.next()
		return true
	}
	return false
}

// A gnuEdit is a file while the hunks of a section are applied to it, in order.
type gnuEdit struct {
	in       []byte
	starts   []int // starts[i] is where line i+1 starts; one more for the end
	out      []byte
	frozen   int   // lines of in that are copied or removed
	offset   int   // of the last hunk from where it was expected
	newline  bool  // out is empty or ends in a newline
	steps    int64 // of searching that are left
	tooLarge bool  // steps or the size of out were passed
	crashed  bool  // GNU patch would abort
	limit    int   // of out
}

func newGNUEdit(in []byte, limit int, steps int64) *gnuEdit {
	e := &gnuEdit{in: in, newline: true, steps: steps, limit: limit}
	e.starts = make([]int, 1, bytes.Count(in, []byte("\n"))+2)
	for at := 0; at < len(in); {
		n := bytes.IndexByte(in[at:], '\n') + 1
		if n == 0 {
			n = len(in) - at
		}
		at += n
		e.starts = append(e.starts, at)
	}
	e.steps -= int64(e.lines() + len(in)>>6)
	return e
}

func (e *gnuEdit) lines() int { return len(e.starts) - 1 }

// matches reports whether old stands at line where. Lines outside the file are empty.
func (e *gnuEdit) matches(old [][]byte, where int) bool {
	e.steps--
	for i, want := range old {
		var have []byte
		if n := where + i; n >= 1 && n <= e.lines() {
			have = e.in[e.starts[n-1]:e.starts[n]]
		}
		if len(have) != len(want) {
			return false
		}
		e.steps -= 1 + int64(len(want)>>6)
		if !bytes.Equal(have, want) {
			return false
		}
	}
	return true
}

// locate finds the line where the hunk applies: the one nearest to where it is
// expected, forwards first. It is 0 if there is none. A hunk with less context after
// than before its changes must be at the end of the file, one that starts at
// line 1 and has less before must be at its start.
func (e *gnuEdit) locate(h *gnuHunk) int {
	guess, count := h.first+e.offset, len(h.old)
	if count == 0 {
		return guess
	}
	context := max(h.prefix, h.suffix)
	shortStart, shortEnd := h.prefix < context, h.suffix < context
	last := e.lines() - count + 1 // for the search below only
	forwards, backwards := last-guess, guess-(e.frozen+1)
	most := max(forwards, backwards)
	if guess <= backwards {
		backwards = guess - 1
	}
	found := func(where int) int {
		e.offset += where - guess
		return where
	}
	if shortStart && h.first <= 1 {
		if e.frozen <= h.prefix && 1-guess <= forwards && e.matches(h.old, 1) {
			return found(1)
		}
		return 0
	}
	if shortEnd {
		if guess-last <= backwards && e.matches(h.old, last) {
			return found(last)
		}
		return 0
	}
	offset := 0
	switch {
	case forwards < 0:
		offset = guess - last
	case backwards < 0:
		offset = backwards // negative, so that both directions are tried in turn all the same
	}
	for ; offset <= most && e.steps > 0; offset++ {
		if offset <= forwards && e.matches(h.old, guess+offset) {
			return found(guess + offset)
		}
		if offset <= backwards && e.matches(h.old, guess-offset) {
			return found(guess - offset)
		}
	}
	return 0
}

// apply makes the changes of the hunk at line where. It fails if lines that it
// needs were passed already.
func (e *gnuEdit) apply(h *gnuHunk, where int) bool {
	done := 0 // old lines
	for _, l := range h.lines {
		if l.op == ' ' {
			done++
			continue
		}
		if e.crashed = l.op == '-' && !e.newline; e.crashed || !e.copyTill(where+done-1) {
			return false
		}
		if l.op == '-' {
			e.frozen++
			done++
			continue
		}
		if len(l.text) == 0 { // an empty line without newline is a write error for GNU patch
			return false
		}
		if !e.newline && done == len(h.old) {
			e.out = append(e.out, '\n')
		}
		e.write(l.text)
	}
	return !e.tooLarge
}

// copyTill copies the lines of the file up to and with that one. It fails if
// that place was passed.
func (e *gnuEdit) copyTill(line int) bool {
	if e.frozen > line {
		return false
	}
	from, to := min(e.frozen, e.lines()), min(line, e.lines())
	if from < to {
		if !e.newline {
			e.out = append(e.out, '\n')
		}
		e.write(e.in[e.starts[from]:e.starts[to]])
	}
	e.frozen = line
	return true
}

func (e *gnuEdit) write(text []byte) {
	if len(e.out)+len(text) > e.limit {
		e.tooLarge = true
		return
	}
	if e.out == nil {
		e.out = make([]byte, 0, len(e.in)+len(e.in)/8+len(text))
	}
	e.out = append(e.out, text...)
	e.newline = text[len(text)-1] == '\n'
}
