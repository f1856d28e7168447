package dsc

import "bytes"

// A spaceMode is what is done about white space errors.
type spaceMode int

const (
	warnSpace spaceMode = iota // they stay, and are of no effect
	fixSpace                   // they are removed, and do not hinder a match
)

// A spaceRule is what counts as a white space error in a file (core.whitespace in
// git-config(1)). Blank at the end of a line, blank lines at the end of the file and a space before
// a tab in the indentation always do.
type spaceRule struct {
	crAtEOL bool // a carriage return before the newline is no error
}

var defaultSpaceRule = spaceRule{}

const spaceTabWidth = 8

// hasError reports whether a line has a white space error. The line has its newline.
func (r spaceRule) hasError(line []byte) bool {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if r.crAtEOL {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	if n := len(line); n > 0 && isGitSpace(line[n-1]) {
		return true
	}
	return spaceBeforeTab(line)
}

// spaceBeforeTab reports whether the indentation has a space before a tab.
func spaceBeforeTab(line []byte) bool {
	space := false
	for _, c := range line {
		switch {
		case c == ' ':
			space = true
		case c != '\t':
			return false
		case space:
			return true
		}
	}
	return false
}

// fix returns the line without its white space errors.
func (r spaceRule) fix(line []byte) []byte {
	body, end := line, ""
	if n := len(body); n > 0 && body[n-1] == '\n' {
		body, end = body[:n-1], "\n"
		if n := len(body); n > 0 && body[n-1] == '\r' {
			body = body[:n-1]
			if r.crAtEOL {
				end = "\r\n"
			}
		}
	}
	body = bytes.TrimRight(body, gitSpace)
	if !spaceBeforeTab(body) {
		if len(body)+len(end) == len(line) {
			return line
		}
		return append(bytes.Clone(body), end...)
	}
	indent := bytes.LastIndexByte(body[:len(body)-len(bytes.TrimLeft(body, " \t"))], '\t') + 1
	fixed := make([]byte, 0, len(line))
	spaces := 0
	for _, c := range body[:indent] {
		if c != ' ' {
			spaces = 0 // those before a tab are dropped
			fixed = append(fixed, c)
			continue
		}
		if spaces++; spaces == spaceTabWidth {
			fixed = append(fixed, '\t')
			spaces = 0
		}
	}
	fixed = append(fixed, body[indent:]...)
	return append(fixed, end...)
}

// isBlank reports whether a line is all white space.
func isBlank(line []byte) bool { return len(bytes.TrimLeft(line, gitSpace)) == 0 }

// equalButSpace reports whether two lines differ in white space only.
func equalButSpace(a, b []byte) bool {
	i, j := 0, 0
	for {
		for i < len(a) && isGitSpace(a[i]) {
			i++
		}
		for j < len(b) && isGitSpace(b[j]) {
			j++
		}
		if i == len(a) || j == len(b) {
			return i == len(a) && j == len(b)
		}
		if a[i] != b[j] {
			return false
		}
		i, j = i+1, j+1
	}
}
