package dsc

import (
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A ChangelogEntry is one stanza of debian/changelog, deb-changelog(5). Its texts
// are the bytes of the file, whatever their encoding.
type ChangelogEntry struct {
	Line          int     // of its first line, from 1
	Header        string  // the first line without blanks at its end; "" if the stanza has none
	Package       string  // "unknown" if there is no header
	Version       Version // "unknown" if there is no header, or one with a malformed version
	Distributions []string
	Changes       []string // lines between header and trailer, without blank lines at either end
	Maintainer    string   // "NAME <EMAIL>" of the trailer; "" if the stanza has none
	Date          string   // of the trailer
}

// The lines that dpkg-parsechangelog(1) tells apart. Blanks and letters are those of
// ASCII, whatever the encoding; \s of this language lacks the vertical tab.
var (
	clogHeader  = regexp.MustCompile(`^(\w[-+0-9A-Za-z.]*) \(([^() \t]+)\)((?:[\s\v]+[-+0-9A-Za-z.]+)+);`)
	clogVersion = regexp.MustCompile(`^(?:\d+:\d[-+:.~0-9A-Za-z]*|\d[-+.~0-9A-Za-z]*:?)$`) // laxer than dpkg(1)
	clogTrailer = regexp.MustCompile(`^ -- (.*) <(.*)>  ?((?:\w+,[\s\v]*)?\d{1,2}[\s\v]+\w+[\s\v]+\d{4}[\s\v]+\d{1,2}:\d\d:\d\d[\s\v]+[-+]\d{4})[\s\v]*$`)
	clogEnd     = regexp.MustCompile(`^(?i:(?:;;[\s\v]*)?Local variables:|vim:)`)
	clogFormat  = regexp.MustCompile(`[\s\v]changelog-format:[\s\v]+([0-9a-z]+)\W`)
	clogSkip    = regexp.MustCompile(`^(?:\$\w+:.*\$|# |/\*.*\*/)`)
	// clogAncient starts the tail of a file that was kept in a format older than
	// the present one: all from there on is not looked at.
	clogAncient = regexp.MustCompile(`^(?:` + strings.Join([]string{
		`\w+[\s\v]+\w+[\s\v]+\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}[\s\v]+[\w\s\v]*\d{4}[\s\v]+.*[\s\v]+[<(].*[)>]`, // Thu Jan  1 00:00:00 UTC 1970  N  <e>
		`\w+[\s\v]+\w+[\s\v]+\d{1,2},?[\s\v]*\d{4}[\s\v]+.*[\s\v]+[<(].*[)>]`,                                // Thu Jan 1, 1970  N  <e>
		`\w[-+0-9A-Za-z.]* \([^() \t]+\);?`,                                                                  // hello (1.0)
		`[\w.+-]+[- ][^\s\v]+ (?i:Debian) [^\s\v]+`,                                                          // hello 1.0 Debian 1
		`(?i:Changes from version) .* (?i:to) .*:`,
		`(?i:Changes for) [\w.+-]+-[\w.+-]+:?[\s\v]*$`,
		`(?i:Old Changelog):[\s\v]*$`,
		`(?:\d+:)?\w[\w.+~-]*:?[\s\v]*$`, // 1.0:
	}, "|") + `)`)
)

// unknown is what dpkg-parsechangelog(1) writes in place of what a header lacks.
const unknown = "unknown"

// clogBlanks are what ends a line without being text.
const clogBlanks = " \t\r\f\v"

// Changelog returns the stanzas of a changelog from top to bottom, reading no
// further than it is asked to. It takes what dpkg-parsechangelog(1) takes, and
// as that does passes over lines that it cannot place: nothing is an error. A
// stanza that is cut short lacks its Header or its Maintainer and Date.
func Changelog(data []byte) iter.Seq[*ChangelogEntry] {
	return func(yield func(*ChangelogEntry) bool) {
		r := clogReader{}
		for n := 1; len(data) > 0; n++ {
			var line []byte
			line, data, _ = bytes.Cut(data, []byte("\n"))
			done, more := r.line(n, string(line))
			if done != nil && !yield(done) {
				return
			}
			if !more {
				break
			}
		}
		if r.entry != nil {
			yield(r.entry)
		}
	}
}

// ChangelogFormat returns the format that a line near the end of a changelog states, as
// dpkg-parsechangelog(1) looks for one; the only format that it can read is "debian".
func ChangelogFormat(data []byte) string {
	format := "debian"
	const near = 4096 // bytes
	for line := range bytes.Lines(data[max(0, len(data)-near):]) {
		if m := clogFormat.FindSubmatch(line); m != nil {
			format = string(m[1])
		}
	}
	return format
}

type clogState int

const (
	wantFirstHeader clogState = iota
	wantNextHeader
	wantChanges          // right after a header
	wantChangesOrTrailer // after the first change
)

type clogReader struct {
	state   clogState
	entry   *ChangelogEntry // under construction; nil if nothing of it was seen
	blank   int             // blank lines seen, which count if another change follows
	unknown int             // stanzas whose header is missing
}

// line takes one line. It returns the stanza that the line completes by starting
// the next one, and whether to go on.
func (r *clogReader) line(n int, line string) (done *ChangelogEntry, more bool) {
	trimmed := strings.TrimRight(line, clogBlanks)
	indent := len(line) - len(strings.TrimLeft(line, clogBlanks))
	switch {
	case trimmed == "":
		if r.state == wantChangesOrTrailer || r.state == wantFirstHeader {
			r.blank++
		}
	case indent == 0:
		return r.unindented(n, line, trimmed)
	case strings.HasPrefix(line, " --"):
		if m := clogTrailer.FindStringSubmatch(line); m != nil {
			r.current(n).Maintainer = strings.Trim(m[1]+" <"+m[2]+">", clogBlanks)
			r.entry.Date = m[3]
			r.state, r.blank = wantNextHeader, 0
		}
	case indent >= 2:
		if r.state == wantNextHeader && r.entry != nil {
			done = r.entry
			r.unknown++
			r.entry = &ChangelogEntry{
				Line:    n,
				Header:  fmt.Sprintf("unknown (unknown%d) unknown; urgency=unknown", r.unknown),
				Package: unknown,
				Version: unknown,
			}
		}
		r.change(n, trimmed)
	default: // one blank, then text: kept only where nothing else is expected
		if r.state == wantFirstHeader || r.state == wantNextHeader {
			r.change(n, trimmed)
		}
	}
	return done, true
}

// unindented takes a line that starts with no blank.
func (r *clogReader) unindented(n int, line, trimmed string) (done *ChangelogEntry, more bool) {
	switch {
	case strings.Contains(line, " (") && clogHeader.MatchString(line): // the first is fast
		done = r.entry
		r.entry, r.blank = newEntry(n, trimmed), 0
		r.state = wantChanges
	case clogEnd.MatchString(line):
		return nil, false
	case clogSkip.MatchString(line):
	case clogAncient.MatchString(line):
		return nil, false
	}
	return done, true // a line that cannot be placed is passed over
}

func (r *clogReader) change(n int, line string) {
	e := r.current(n)
	e.Changes = slices.Grow(e.Changes, r.blank+1) // there may be millions
	for range r.blank {
		e.Changes = append(e.Changes, "")
	}
	e.Changes = append(e.Changes, line)
	r.state, r.blank = wantChangesOrTrailer, 0
}

func (r *clogReader) current(n int) *ChangelogEntry {
	if r.entry == nil {
		r.entry = &ChangelogEntry{Line: n, Package: unknown, Version: unknown}
	}
	return r.entry
}

func newEntry(n int, header string) *ChangelogEntry {
	m := clogHeader.FindStringSubmatch(header)
	version := Version(m[2])
	if !clogVersion.MatchString(m[2]) || strings.HasSuffix(m[2], "-") {
		version = unknown
	}
	return &ChangelogEntry{
		Line:          n,
		Header:        header,
		Package:       m[1],
		Version:       version,
		Distributions: strings.Fields(m[3]),
	}
}

// Time returns the date of the trailer as seconds since 1970 and the time zone as
// it is written, such as "+0530" or "-0000". As date(1) does, it takes any name of
// a weekday, right or wrong for that date, but no other word.
func (e *ChangelogEntry) Time() (seconds int64, zone string, err error) {
	seconds, zone, err = parseTrailerDate(e.Date)
	if err != nil {
		return 0, "", fmt.Errorf("line %d: date %q: %v", e.Line, e.Date, err)
	}
	return seconds, zone, nil
}

func parseTrailerDate(date string) (int64, string, error) {
	weekday, rest, ok := strings.Cut(date, ",")
	if !ok {
		rest = date
	} else if !isWeekday(weekday) {
		return 0, "", fmt.Errorf("weekday %q", weekday)
	}
	f := strings.Fields(rest) // day, month, year, time, zone
	if len(f) != 5 {
		return 0, "", fmt.Errorf("not of the form \"day month year time zone\"")
	}
	month, err := parseMonth(f[1])
	if err != nil {
		return 0, "", err
	}
	clock, err := time.Parse("15:04:05", f[3])
	if err != nil {
		return 0, "", fmt.Errorf("time %q", f[3])
	}
	day, dayErr := strconv.Atoi(f[0])
	year, yearErr := strconv.Atoi(f[2])
	t := time.Date(year, month, day, clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC)
	if dayErr != nil || yearErr != nil || t.Day() != day { // such as February 30
		return 0, "", fmt.Errorf("no such day")
	}
	zone, err := strconv.Atoi(f[4])
	offset := zone/100*3600 + zone%100*60
	if err != nil || offset < -24*3600 || offset > 24*3600 {
		return 0, "", fmt.Errorf("time zone %q", f[4])
	}
	return t.Unix() - int64(offset), f[4], nil
}

// isWeekday takes the English name of a weekday as date(1) does: whole, its first
// three letters, or one of a few other abbreviations, in any case.
func isWeekday(name string) bool {
	lower := strings.ToLower(name)
	for d := time.Sunday; d <= time.Saturday; d++ {
		whole := strings.ToLower(d.String())
		if lower == whole || lower == whole[:3] {
			return true
		}
	}
	return slices.Contains([]string{"tues", "wednes", "thur", "thurs"}, lower)
}

// parseMonth takes the English name of a month as date(1) does: whole, its first
// three letters, or "Sept", in any case.
func parseMonth(name string) (time.Month, error) {
	lower := strings.ToLower(name)
	for m := time.January; m <= time.December; m++ {
		whole := strings.ToLower(m.String())
		if lower == whole || lower == whole[:3] || m == time.September && lower == "sept" {
			return m, nil
		}
	}
	return 0, fmt.Errorf("month %q", name)
}

// IsReleased says whether the stanza is of an upload that was made, or is ready to be
// made: it has a trailer with a date, and names a suite. One that is still worked on
// has "UNRELEASED" for a suite, debchange(1).
func (e *ChangelogEntry) IsReleased() bool {
	if e.Date == "" || len(e.Distributions) == 0 {
		return false
	}
	for _, suite := range e.Distributions {
		if strings.EqualFold(suite, "UNRELEASED") {
			return false
		}
	}
	return true
}
