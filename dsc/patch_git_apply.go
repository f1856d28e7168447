package dsc

import "bytes"

// A gitChange is a hunk split into what it removes and what it adds, context
// being part of both.
type gitChange struct {
	pre, post []gitLine
	atStart   bool // it must match at the start of the file
	atEnd     bool // it must match at the end of the file
	blanks    int  // blank lines that are added at the end, with nothing but blank context after them
}

// split splits the hunk. Added lines are freed of white space errors if that is
// asked for and the patch has any at all.
func (h *gitHunk) split(m *gitImage) gitChange {
	var c gitChange
	for cur := (cursor{data: h.text}); ; {
		line := cur.next()
		if line == nil {
			return c
		}
		body := line[1:]
		if cur.off < len(h.text) && h.text[cur.off] == '\\' { // no newline
			if len(body) == 0 { // an empty context line and then no newline is nothing
				c.blanks = 0
				continue
			}
			body = body[:len(body)-1]
		}
		switch line[0] {
		case '\n':
			c.pre = append(c.pre, gitLine{text: line, common: true})
			c.post = append(c.post, gitLine{text: line, common: true})
		case ' ':
			c.pre = append(c.pre, gitLine{text: body, common: true})
			c.post = append(c.post, gitLine{text: body, common: true})
			if len(body) == 0 || !isBlank(body) {
				c.blanks = 0
			}
		case '-':
			c.pre = append(c.pre, gitLine{text: body})
			c.blanks = 0
		case '+':
			blank := isBlank(body)
			if m.mode == fixSpace && *m.bad > 0 {
				body = m.space.fix(body)
			}
			c.post = append(c.post, gitLine{text: body})
			if c.blanks++; !blank {
				c.blanks = 0
			}
		case '\\':
			c.blanks = 0
		}
	}
}

// apply applies the hunk, and reports whether it found a place for it. A hunk that is about
// line 1 must match at the start of the file, one without context after its changes at the end.
func (m *gitImage) apply(h *gitHunk) bool {
	c := h.split(m)
	c.atStart, c.atEnd = h.oldStart <= 1, h.trailing == 0
	guess := 0
	if h.newStart > 0 {
		guess = int(int32(uint32(h.newStart - 1)))
	}
	pos := m.find(&c, guess)
	if pos < 0 {
		return false
	}
	if m.mode == fixSpace && c.blanks > 0 && pos+len(c.pre) >= m.count() {
		*m.bad++
		c.post = c.post[:max(0, len(c.post)-c.blanks)]
	}
	m.replace(pos, min(len(c.pre), m.count()-pos), c.post)
	return true
}

// find finds the line, from 0, that is nearest to guess and where the change
// matches, forwards first; -1 if there is none.
func (m *gitImage) find(c *gitChange, guess int) int {
	switch {
	case c.atStart:
		guess = 0
	case c.atEnd:
		guess = m.count() - len(c.pre)
	}
	if guess < 0 || guess > m.count() {
		guess = m.count()
	}
	if m.matches(c, guess) {
		return guess
	}
	for offset := 1; m.steps > 0 && (offset <= guess || guess+offset <= m.count()); offset++ {
		if guess+offset <= m.count() && m.matches(c, guess+offset) {
			return guess + offset
		}
		if offset <= guess && m.matches(c, guess-offset) {
			return guess - offset
		}
	}
	return -1
}

// matches reports whether the change can be made at line pos. It may then have changed
// the white space of c to what is to be written.
func (m *gitImage) matches(c *gitChange, pos int) bool {
	m.steps--
	inside := len(c.pre) // lines that are not beyond the end of the file
	switch {
	case c.atStart && pos > 0:
		return false
	case pos+len(c.pre) <= m.count():
		if c.atEnd && pos+len(c.pre) != m.count() {
			return false
		}
	case m.mode == fixSpace:
		inside = m.count() - pos
	default:
		return false
	}
	exact := inside == len(c.pre)
	for i := range c.pre[:inside] {
		have, want := m.at(pos+i), c.pre[i].text
		if have.patched {
			return false
		}
		m.steps -= 1 + int64(max(len(have.text), len(want))>>6)
		if !bytes.Equal(have.text, want) {
			if exact = false; !equalButSpace(have.text, want) {
				return false
			}
		}
	}
	if exact || inside == len(c.pre) && m.sameBytes(c, pos) {
		return true
	}
	if inside < len(c.pre) && allBlank(c.pre[:inside]) {
		return false
	}
	return m.mode == fixSpace && m.matchFixed(c, pos, inside)
}

// sameBytes reports whether the file from pos on starts with the bytes of the
// change, wherever their lines end, and ends with them if it must.
func (m *gitImage) sameBytes(c *gitChange, pos int) bool {
	var have []byte
	for _, l := range c.pre {
		for want := l.text; len(want) > 0; {
			if len(have) == 0 {
				if pos == m.count() {
					return false
				}
				have = m.at(pos).text
				pos++
			}
			n := min(len(have), len(want))
			if !bytes.Equal(have[:n], want[:n]) {
				return false
			}
			have, want = have[n:], want[n:]
		}
	}
	return !c.atEnd || len(have) == 0 && pos == m.count()
}

func allBlank(lines []gitLine) bool {
	for _, l := range lines {
		if !isBlank(l.text) {
			return false
		}
	}
	return true
}

// matchFixed reports whether the change matches once both sides are freed of white
// space errors. If so its context becomes free of them too.
func (m *gitImage) matchFixed(c *gitChange, pos, inside int) bool {
	var fixed []byte
	for i, l := range c.pre {
		text := m.space.fix(l.text)
		if i < inside && !bytes.Equal(text, m.space.fix(m.at(pos+i).text)) || i >= inside && !isBlank(text) {
			return false
		}
		fixed = append(fixed, text...)
	}
	pre := splitLines(fixed)
	for i := range pre {
		pre[i].common = c.pre[i].common
	}
	c.pre = pre
	post, next := c.post[:0:0], 0
	for _, l := range c.post {
		if l.common {
			for next < len(pre) && !pre[next].common {
				next++
			}
			if next == len(pre) {
				continue
			}
			l.text = pre[next].text
			next++
		}
		post = append(post, l)
	}
	c.post = post
	return true
}
