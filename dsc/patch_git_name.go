package dsc

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// gitSpace is white space for git.
const gitSpace = " \t\n\r"

func isGitSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isDevNull(rest []byte) bool {
	after, ok := cutPrefix(rest, "/dev/null")
	return ok && len(after) > 0 && isGitSpace(after[0])
}

// unquoteGit reads a string in double quotes, as git quotes names.
func unquoteGit(s []byte) (text string, rest []byte, ok bool) { return unquoteC(s) }

// findName takes a name from s, less its first components. It ends before the first of
// the bytes in ends. It is def if there are too few components, or if it is def with
// something appended, such as "~".
func findName(s []byte, def *string, strip int, ends string) *string {
	if hasPrefix(s, `"`) {
		if name := quotedName(s, strip); name != nil {
			return name
		}
	}
	if end := bytes.IndexAny(s, ends); end >= 0 {
		s = s[:end]
	}
	return strippedName(s, def, strip)
}

// datedName is findName for a line of a plain header, where a date may follow.
func (g *gitParser) datedName(line []byte, def *string) *string {
	if hasPrefix(line, `"`) {
		if name := quotedName(line, g.strip); name != nil {
			return name
		}
	}
	text := line
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		text = line[:end]
	}
	if n := dateLength(text); n > 0 {
		return strippedName(text[:len(text)-n], def, g.strip)
	}
	return findName(line, def, g.strip, "\t\n\r")
}

// quotedName takes a name from a quoted string, nil if that is malformed.
func quotedName(s []byte, strip int) *string {
	name, _, ok := unquoteGit(s)
	for ; ok && strip > 0; strip-- {
		_, name, ok = strings.Cut(name, "/")
	}
	if !ok {
		return nil
	}
	return squashSlashes(name)
}

func strippedName(s []byte, def *string, strip int) *string {
	name := untilNUL(s)
	ok := true
	for ; ok && strip > 0; strip-- {
		_, name, ok = strings.Cut(name, "/")
	}
	switch {
	case !ok || name == "":
		return def
	case def != nil && len(*def) < len(name) && strings.HasPrefix(name, *def):
		return def
	}
	return squashSlashes(name)
}

// squashSlashes makes each run of slashes one.
func squashSlashes(name string) *string {
	for strings.Contains(name, "//") {
		name = strings.ReplaceAll(name, "//", "/")
	}
	return &name
}

var (
	dateZone     = regexp.MustCompile(` [-+](?:[0-9]{4}|[0-9]{2}:[0-9]{2})$`)
	dateTime     = regexp.MustCompile(` [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?$`)
	dateDay      = regexp.MustCompile(`(?:[0-9]{2})?[0-9]{2}-[0-9]{2}-[0-9]{2}$`)
	dateMaxBytes = 128
)

// dateLength returns how many bytes at the end of a header line are its date and
// the white space before it, 0 if there is no date.
func dateLength(text []byte) int {
	if len(text) == 0 || !isDigit(text[len(text)-1]) {
		return 0
	}
	tail := text[max(0, len(text)-dateMaxBytes):]
	rest := tail
	for _, part := range []*regexp.Regexp{dateZone, dateTime} {
		if at := part.FindIndex(rest); at != nil {
			rest = rest[:at[0]]
		}
	}
	at := dateDay.FindIndex(rest)
	if at == nil || at[0] == 0 {
		return 0
	}
	rest = rest[:at[0]]
	switch rest[len(rest)-1] {
	case '\t':
		rest = rest[:len(rest)-1]
	case ' ':
		rest = bytes.TrimRight(rest, " ")
	default:
		return 0
	}
	return len(tail) - len(rest)
}

var epochTime = regexp.MustCompile(`^([0-2][0-9]):([0-5][0-9]):00(?:\.0+)? ([-+])([0-2][0-9]):?([0-5][0-9])\n`)

// hasEpoch reports whether the date after the last tab is the epoch, by which GNU
// diff marks a file that does not exist.
func hasEpoch(line []byte) bool {
	tab := bytes.LastIndexByte(line, '\t')
	if tab < 0 {
		return false
	}
	stamp, start := line[tab+1:], 0
	if rest, ok := cutPrefix(stamp, "1969-12-31 "); ok {
		stamp, start = rest, 24*60
	} else if stamp, ok = cutPrefix(stamp, "1970-01-01 "); !ok {
		return false
	}
	m := epochTime.FindSubmatch(stamp)
	if m == nil {
		return false
	}
	minutes := func(hours, minutes []byte) int {
		h, _ := strconv.Atoi(string(hours))
		m, _ := strconv.Atoi(string(minutes))
		return h*60 + m
	}
	zone := minutes(m[4], m[5])
	if m[3][0] == '-' {
		zone = -zone
	}
	return minutes(m[1], m[2])-zone == start
}
