package dsc

import (
	"bytes"
	"strings"
	"time"
)

// A gnuHeaderName is what GNU patch takes from a line such as "--- a/file<TAB>DATE".
type gnuHeaderName struct {
	ok    bool   // there is a name, the first component removed
	null  bool   // the name is /dev/null
	name  string // of at least one byte, if ok
	dated bool   // something follows the name
	stamp gnuStamp
}

type gnuStamp int

const (
	noStamp    gnuStamp = iota // no date, or one that cannot be read
	epochStamp                 // the epoch, in some time zone: there is no such file
	someStamp
)

// says is what a hunk that starts at line 0 means for the existence of that side.
func (s gnuStamp) says() int {
	if s == epochStamp {
		return saysAbsent
	}
	return saysEmpty
}

// gnuName reads the rest of a header line, its newline included. White space
// belongs to the name if a byte sep follows later in the line.
func gnuName(rest []byte, sep byte) gnuHeaderName {
	rest = bytes.TrimLeft(rest, asciiSpace)
	var name string
	if hasPrefix(rest, `"`) {
		var ok bool
		if name, rest, ok = unquoteC(rest); !ok {
			return gnuHeaderName{}
		}
	} else {
		end := gnuNameEnd(rest, sep)
		name, rest = untilNUL(rest[:end]), rest[end:]
	}
	if name == "/dev/null" {
		return gnuHeaderName{null: true, stamp: epochStamp}
	}
	name, ok := gnuStrip(name)
	if !ok {
		return gnuHeaderName{}
	}
	n := gnuHeaderName{ok: true, name: name, dated: len(rest) == 0 || rest[0] != '\n'}
	if n.dated {
		n.stamp = readStamp(untilNUL(rest))
	}
	return n
}

// gnuNameEnd finds the end of an unquoted name.
func gnuNameEnd(s []byte, sep byte) int {
	last := bytes.LastIndexByte(s, sep)
	for i := 0; i < len(s); i++ {
		if !isSpace(s[i]) {
			continue
		}
		u := i
		for s[u] != '\t' && u+1 < len(s) && isSpace(s[u+1]) {
			u++
		}
		if s[u] == '\t' || last <= u {
			return i
		}
		i = u
	}
	return len(s)
}

// gnuStrip removes the first component of a name and the slashes after it.
func gnuStrip(name string) (string, bool) {
	_, rest, ok := strings.Cut(name, "/")
	rest = strings.TrimLeft(rest, "/")
	return rest, ok && rest != ""
}

// gnuWord reads a name, quoted or up to white space, and removes its first component.
func gnuWord(s []byte) (name string, rest []byte, ok bool) {
	s = bytes.TrimLeft(s, asciiSpace)
	if hasPrefix(s, `"`) {
		name, rest, ok = unquoteC(s)
	} else {
		end := bytes.IndexAny(s, asciiSpace)
		if end < 0 {
			end = len(s)
		}
		name, rest, ok = string(s[:end]), s[end:], true
	}
	if !ok {
		return "", rest, false
	}
	name, ok = gnuStrip(name)
	return name, rest, ok
}

// unquoteC reads a string in double quotes with the escapes of C, octal
// ones with three digits.
func unquoteC(s []byte) (text string, rest []byte, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		c := s[i]
		switch c {
		case '"':
			return untilNUL([]byte(b.String())), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", nil, false
			}
			if at := strings.IndexByte(`abfnrtv\"`, s[i]); at >= 0 {
				c = "\a\b\f\n\r\t\v\\\""[at]
				break
			}
			if i+2 >= len(s) || s[i] > '3' || !isOctal(s[i]) || !isOctal(s[i+1]) || !isOctal(s[i+2]) {
				return "", nil, false
			}
			c = (s[i]-'0')<<6 | (s[i+1]-'0')<<3 | (s[i+2] - '0')
			i += 2
		}
		b.WriteByte(c)
	}
	return "", nil, false
}

// gnuMode reads six octal digits and the end of the line; else it is 0.
func gnuMode(s []byte) uint32 {
	s = bytes.TrimLeft(s, asciiSpace)
	if len(s) < 6 {
		return 0
	}
	var mode uint32
	for _, c := range s[:6] {
		if !isOctal(c) {
			return 0
		}
		mode = mode<<3 + uint32(c-'0')
	}
	if rest := string(s[6:]); rest != "\n" && rest != "\r\n" {
		return 0
	}
	return mode
}

// normalCommand says whether s starts as a command of a normal diff does
// ("5,7c8"), and whether it then also ends so.
func normalCommand(s []byte) (is, looksSo bool) {
	digits := func(i int) int {
		for i < len(s) && (isDigit(s[i]) || s[i] == ',') {
			i++
		}
		return i
	}
	if len(s) == 0 || !isDigit(s[0]) {
		return false, false
	}
	i := digits(1)
	if i >= len(s) || s[i] != 'd' && s[i] != 'c' && s[i] != 'a' {
		return false, false
	}
	rest := bytes.TrimLeft(s[digits(i+1):], " \t")
	rest = bytes.TrimPrefix(rest, []byte("\r"))
	return hasPrefix(rest, "\n"), true
}

// edCommand returns the letter of a command for ed as diff -e makes them, 0 if s is none.
func edCommand(s []byte) byte {
	pair := false
	if len(s) > 0 && isDigit(s[0]) {
		_, s, _ = leadingNumber(s)
		if hasPrefix(s, ",") {
			var ok bool
			if _, s, ok = leadingNumber(s[1:]); !ok {
				return 0
			}
			pair = true
		}
	}
	if len(s) == 0 {
		return 0
	}
	letter, rest := s[0], s[1:]
	switch letter {
	case 'a', 'i':
		if pair {
			return 0
		}
	case 'c', 'd':
	case 's':
		var ok bool
		if rest, ok = cutPrefix(rest, "/.//"); !ok {
			return 0
		}
	default:
		return 0
	}
	if !hasPrefix(bytes.TrimLeft(rest, " \t"), "\n") {
		return 0
	}
	return letter
}

// readStamp reads the date after a file name. All that matters is whether it
// is the epoch in some time zone; a date without zone is read as UTC, as any other would do.
func readStamp(s string) gnuStamp {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r < 0x80 && isSpace(byte(r)) }), " ")
	if s == "" {
		return someStamp // read as today
	}
	t, ok := parseStamp(s)
	switch {
	case !ok:
		return noStamp
	case t > -25*3600 && t < 26*3600:
		return epochStamp
	}
	return someStamp
}

// parseStamp reads the dates that programs write into patches.
func parseStamp(s string) (unix int64, ok bool) {
	layouts := []string{
		"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006-01-02T15:04:05", "20060102", "20060102 15:04:05",
		"Mon Jan 2 15:04:05 2006", "Mon Jan 2 2006 15:04:05", "Jan 2 15:04:05 2006", "Jan 2 2006 15:04:05", "Jan 2 2006",
		"Mon 2 Jan 2006 15:04:05", "Mon 2 Jan 2006 15:04", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04", "2 Jan 2006",
		"1/2/2006 15:04:05", "1/2/2006",
	}
	zones := []string{"", " -0700", " -07:00", "-0700", "-07:00", " -07", "Z", " Z", " MST"}
	if at, isEpoch := strings.CutPrefix(s, "@"); isEpoch {
		at, _, _ = strings.Cut(at, ".")
		n, rest, ok := leadingNumber([]byte(strings.TrimPrefix(at, "-")))
		return int64(n), ok && len(rest) == 0
	}
	for _, layout := range layouts {
		for _, zone := range zones {
			if t, err := time.Parse(layout+zone, s); err == nil {
				return t.Unix(), true
			}
		}
	}
	// A zone may also stand before the year: "Thu Jan 1 00:00:00 UTC 1970".
	if t, err := time.Parse("Mon Jan 2 15:04:05 MST 2006", s); err == nil {
		return t.Unix(), true
	}
	return 0, false
}

func cutHex(s []byte) (hex string, rest []byte) {
	i := 0
	for i < len(s) && (isDigit(s[i]) || 'a' <= s[i] && s[i] <= 'f') {
		i++
	}
	return string(s[:i]), s[i:]
}

// untilNUL returns s up to its first NUL byte.
func untilNUL(s []byte) string {
	if i := bytes.IndexByte(s, 0); i >= 0 {
		s = s[:i]
	}
	return string(s)
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isOctal(c byte) bool { return '0' <= c && c <= '7' }

func startsWithSpace(s []byte) bool { return len(s) > 0 && isSpace(s[0]) }

func endsCRLF(line []byte) bool { return bytes.HasSuffix(line, []byte("\r\n")) }
