package gitmap

import "bytes"

// readBody reads what follows the headers; line is its first line.
func (r *mailReader) readBody(line []byte) {
	if len(r.boundaries) > 0 {
		if line = r.findBoundary(); line == nil {
			return
		}
	}
	for ok := true; ok; line, ok = r.next() {
		if r.atBoundary(line) {
			r.flushUnfinished()
			if line = r.readPart(line); line == nil {
				return // a pending header is lost
			}
		}
		if r.encoding == asIs {
			r.plainLine(line)
		} else {
			r.decodedLine(r.encoding.decode(line))
		}
		if r.err != nil {
			return
		}
	}
	r.flushUnfinished()
	r.flushPending()
}

// boundary is what starts the lines between the parts that are being read, nil
// outside a multipart message.
func (r *mailReader) boundary() []byte {
	if len(r.boundaries) == 0 {
		return nil
	}
	return r.boundaries[len(r.boundaries)-1]
}

func (r *mailReader) atBoundary(line []byte) bool {
	b := r.boundary()
	return b != nil && bytes.HasPrefix(line, b)
}

// findBoundary skips to the next line between parts, nil if there is none.
func (r *mailReader) findBoundary() []byte {
	for {
		line, ok := r.next()
		if !ok {
			return nil
		}
		if line = bytes.TrimSuffix(line, []byte("\n")); r.atBoundary(line) {
			return line
		}
	}
}

// readPart reads the headers of the part that follows line, which is a boundary,
// and returns the first line of the part's text: the one after the line that
// ended the headers, whatever that was. It returns nil at the end of the mail.
func (r *mailReader) readPart(line []byte) []byte {
	for bytes.HasPrefix(line[len(r.boundary()):], []byte("--")) {
		r.boundaries = r.boundaries[:len(r.boundaries)-1]
		r.text([]byte("\n"))
		if line = r.findBoundary(); line == nil || r.err != nil {
			return nil
		}
	}
	r.encoding, r.charset = asIs, ""
	r.readHeaders(false)
	if line, ok := r.next(); ok && r.err == nil {
		return append(bytes.TrimSuffix(line, []byte("\n")), '\n')
	}
	return nil
}

// decodedLine takes a line after transfer decoding: perhaps several lines, or
// less than one.
func (r *mailReader) decodedLine(text []byte) {
	start := r.unfinished
	r.unfinished = nil
	for {
		n := bytes.IndexByte(text, '\n') + 1
		if n == 0 {
			break
		}
		r.plainLine(append(start, text[:n]...))
		start, text = nil, text[n:]
	}
	if start != nil {
		r.unfinished = start
	}
	r.unfinished = append(r.unfinished, text...)
}

// plainLine takes a decoded line and undoes format=flowed.
func (r *mailReader) plainLine(line []byte) {
	if !r.flowed {
		r.text(line)
		return
	}
	content := bytes.TrimSuffix(line, []byte("\n"))
	if len(content) < len(line) {
		content = bytes.TrimSuffix(content, []byte("\r"))
	}
	if string(content) == "-- " {
		r.flushUnfinished()
		r.text(line)
		return
	}
	if bytes.HasPrefix(content, []byte(" ")) {
		line, content = line[1:], content[1:]
	}
	if bytes.HasSuffix(content, []byte(" ")) {
		if r.delSp {
			content = content[:len(content)-1]
		}
		r.unfinished = append(r.unfinished, content...)
		return
	}
	line = append(r.unfinished, line...)
	r.unfinished = nil
	r.text(line)
}

func (r *mailReader) flushUnfinished() {
	if len(r.unfinished) > 0 {
		line := r.unfinished
		r.unfinished = nil
		r.text(line)
	}
}

// text takes a line of the text: a header at its start, text proper, or patch.
func (r *mailReader) text(line []byte) {
	if r.inPatch || r.err != nil {
		return
	}
	if !r.inText {
		if len(line) == 0 || line[0] == '\n' && len(line) == 1 {
			// Headers may follow blank lines, but not headers and a blank line.
			r.inText = len(r.pending) > 0
			r.flushPending()
			return
		}
		if r.startsText(line) {
			return
		}
		r.inText = true
	}
	line = r.toUTF8(line, r.charset)
	if startsPatch(line) {
		r.inPatch = true
		return
	}
	r.body.Write(line)
}

// startsText takes a line at the start of the text, and returns whether it is
// part of a header there.
func (r *mailReader) startsText(line []byte) bool {
	if len(r.pending) > 0 && (line[0] == ' ' || line[0] == '\t') {
		r.pending = append(bytes.TrimSuffix(r.pending, []byte("\n")), line...)
		return true
	}
	r.flushPending()
	if rest, ok := bytes.CutPrefix(line, []byte(">From")); ok && len(rest) > 0 && isGitBlank(rest[0]) {
		return isMailboxLine(line[1:])
	}
	if rest, ok := bytes.CutPrefix(line, []byte("[PATCH]")); ok && len(rest) > 0 && isGitBlank(rest[0]) {
		r.inBody[mailSubject] = bytes.Clone(line)
		return true
	}
	for i, name := range mailHeaderNames {
		if _, ok := headerValue(line, name); ok && r.inBody[i] == nil {
			r.pending = bytes.Clone(line)
			return true
		}
	}
	return false
}

// flushPending sets the header at the start of the text that is complete now.
func (r *mailReader) flushPending() {
	if len(r.pending) > 0 {
		r.setHeader(&r.inBody, r.pending, false)
		r.pending = nil
	}
}

// isMailboxLine says whether line is what git format-patch starts a mail with:
// "From", the id of a commit, and a certain date.
func isMailboxLine(line []byte) bool {
	const date = " Mon Sep 17 00:00:00 2001\n"
	const start = "From "
	if len(line) != len(start)+40+len(date) || !bytes.HasPrefix(line, []byte(start)) || !bytes.HasSuffix(line, []byte(date)) {
		return false
	}
	id := line[len(start) : len(start)+40]
	return len(bytes.Trim(id, "0123456789abcdef")) == 0
}

// startsPatch says whether the text ends before line: a diff of some kind, or
// "---" and blanks.
func startsPatch(line []byte) bool {
	if bytes.HasPrefix(line, []byte("diff -")) || bytes.HasPrefix(line, []byte("Index: ")) {
		return true
	}
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	if !ok || len(rest) == 0 {
		return false
	}
	if rest[0] == ' ' && (len(rest) == 1 || !isGitBlank(rest[1])) {
		return true
	}
	blanks := bytes.TrimLeft(rest, gitBlanks)
	return bytes.IndexByte(rest[:len(rest)-len(blanks)], '\n') >= 0
}
