package gitmap

import (
	"fmt"
	"math"
	"strings"
)

// gitDate is the date of an author or committer line.
type gitDate struct {
	seconds int64 // since 1970, see String
	zone    int   // minutes east of UTC
}

// String formats d as git writes it. Seconds before 1970 come out as git's own
// arithmetic has them, modulo 2^64.
func (d gitDate) String() string {
	sign, zone := '+', d.zone
	if zone < 0 {
		sign, zone = '-', -zone
	}
	return fmt.Sprintf("%d %c%02d%02d", uint64(d.seconds), sign, zone/60, zone%60)
}

// dateError is the refusal of a date by git.
type dateError struct{ date string }

func (e *dateError) Error() string { return fmt.Sprintf("invalid date format: %q", e.date) }

// parseGitDate reads s as git 2.39 reads GIT_AUTHOR_DATE where the local time is
// UTC: a guess that skips what it does not know and never looks at the weekday. It
// needs a year, a month and a time of day; without a zone the time is UTC.
//
// git refuses to read 05/06/2030 and its like as a day more than ten days
// after its clock's, and then tries another order of day and month. Here no
// clock takes part: every day counts as past, as it will be one day.
//
// An error is a *dateError.
func parseGitDate(s string) (gitDate, error) {
	if d, ok := rawGitDate(s); ok {
		return d, nil
	}
	g := dateGuess{text: s, year: -1, month: -1, day: -1, hour: -1, minute: -1, second: -1, zone: noZone}
	g.scan()
	seconds, ok := g.seconds()
	if !ok {
		return gitDate{}, &dateError{s}
	}
	if g.zone == noZone {
		g.zone = 0
	}
	if !g.absolute {
		seconds -= int64(g.zone) * 60
	}
	return gitDate{seconds, g.zone}, nil
}

// rawGitDate reads git's own notation, "@SECONDS ±HHMM".
func rawGitDate(s string) (gitDate, bool) {
	s, ok := strings.CutPrefix(s, "@")
	if !ok || !isDigit(byteAt(s, 0)) {
		return gitDate{}, false
	}
	seconds, width := digits(s)
	s = s[width:]
	sign := byteAt(s, 1)
	if seconds == math.MaxUint64 || byteAt(s, 0) != ' ' || sign != '+' && sign != '-' {
		return gitDate{}, false
	}
	zone, width := looseNumber(s[2:])
	if end := byteAt(s, 2+width); width != 4 || end != 0 && end != '\n' {
		return gitDate{}, false
	}
	zone = zone/100*60 + zone%100
	if sign == '-' {
		zone = -zone
	}
	return gitDate{int64(seconds), zone}, true
}

// noZone is the zone of a dateGuess that has none. A zone of one minute west is
// taken for none, as in git.
const noZone = -1

// dateGuess is what is known of a date while its text is read. Negative numbers
// are unknown.
type dateGuess struct {
	text                 string
	pos                  int
	year                 int // since 1900
	month                int // January is 0
	day                  int
	hour, minute, second int
	zone                 int
	absolute             bool // the time came as seconds since 1970, whatever the zone
}

// byteAt is s[i], or 0 past the end.
func byteAt(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// digits reads the decimal number that s starts with, at most MaxUint64, and
// says how many bytes it has.
func digits(s string) (n uint64, width int) {
	for ; isDigit(byteAt(s, width)); width++ {
		d := uint64(s[width] - '0')
		if n > (math.MaxUint64-d)/10 {
			n = math.MaxUint64
			continue
		}
		n = n*10 + d
	}
	return n, width
}

// looseNumber reads a number of a few digits that blanks and a sign may precede,
// as C's strtol does. The width is 0 if there is none.
func looseNumber(s string) (n, width int) {
	i := 0
	for strings.IndexByte(" \t\n\v\f\r", byteAt(s, i)) >= 0 {
		i++
	}
	negative := byteAt(s, i) == '-'
	if negative || byteAt(s, i) == '+' {
		i++
	}
	u, w := digits(s[min(i, len(s)):])
	if w == 0 {
		return 0, 0
	}
	if n = int(u); negative {
		n = -n
	}
	return n, i + w
}

func (g *dateGuess) at(i int) byte { return byteAt(g.text, g.pos+i) }

func (g *dateGuess) scan() {
	for {
		switch c := g.at(0); {
		case c == 0 || c == '\n':
			return
		case isAlpha(c):
			g.word()
		case isDigit(c):
			g.number()
		case (c == '-' || c == '+') && isDigit(g.at(1)):
			g.offset()
		default:
			g.pos++
		}
	}
}

var monthNames = []string{"january", "february", "march", "april", "may", "june",
	"july", "august", "september", "october", "november", "december"}

// zoneNames are the zones that git knows by name, in hours east of UTC.
var zoneNames = []struct {
	name  string
	hours int
}{
	{"idlw", -12}, {"nt", -11}, {"cat", -10}, {"hst", -10}, {"hdt", -9}, {"yst", -9}, {"ydt", -8},
	{"pst", -8}, {"pdt", -7}, {"mst", -7}, {"mdt", -6}, {"cst", -6}, {"cdt", -5}, {"est", -5},
	{"edt", -4}, {"ast", -3}, {"adt", -2}, {"wat", -1}, {"gmt", 0}, {"utc", 0}, {"z", 0},
	{"wet", 0}, {"bst", 1}, {"cet", 1}, {"met", 1}, {"mewt", 1}, {"mest", 2}, {"cest", 2},
	{"mesz", 2}, {"fwt", 1}, {"fst", 2}, {"eet", 2}, {"eest", 3}, {"wast", 7}, {"wadt", 8},
	{"cct", 8}, {"jst", 9}, {"east", 10}, {"eadt", 11}, {"gst", 10}, {"nzt", 12}, {"nzst", 12},
	{"nzdt", 13}, {"idle", 12},
}

// word reads the name of a month or zone (three letters of it are enough), or AM
// or PM, or skips the letters. A name with a digit behind it is none.
func (g *dateGuess) word() {
	width := 0
	for isAlpha(g.at(width)) {
		width++
	}
	word := strings.ToLower(g.text[g.pos : g.pos+width])
	glued := isDigit(g.at(width))
	g.pos += width
	if glued {
		return
	}
	for i, name := range monthNames {
		if width >= 3 && strings.HasPrefix(name, word) {
			g.month = i
			return
		}
	}
	for _, z := range zoneNames {
		if word == z.name || width >= 3 && strings.HasPrefix(z.name, word) {
			if g.zone == noZone {
				g.zone = z.hours * 60
			}
			return
		}
	}
	// C's remainder: an unknown hour (-1) is 11 o'clock in the afternoon.
	switch word {
	case "pm":
		g.hour = g.hour%12 + 12
	case "am":
		g.hour %= 12
	}
}

// offset reads ±HHMM, ±HH:MM or ±HH. Any other offset is skipped.
func (g *dateGuess) offset() {
	n, width := digits(g.text[g.pos+1:])
	west := g.at(0) == '-'
	g.pos += 1 + width
	hours, minutes := int(n), 0
	switch {
	case width == 4:
		hours, minutes = hours/100, hours%100
	case width != 2:
		return
	case g.at(0) == ':':
		g.pos++
		minutes, width = looseNumber(g.text[g.pos:])
		g.pos += width
		if width != 2 {
			return
		}
	}
	if minutes >= 60 || hours >= 24 {
		return
	}
	if g.zone = hours*60 + minutes; west {
		g.zone = -g.zone
	}
}

func (g *dateGuess) empty() bool {
	return g.year < 0 && g.month < 0 && g.day < 0 && g.hour < 0 && g.minute < 0 && g.second < 0
}

var daysBefore = [12]int{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334}

// seconds is the guess in seconds since 1970, as if it were UTC. It returns false
// if too little is known, or the year is not within 1970 to 2029+70. A missing
// day counts as -1: the month before is its month.
func (g *dateGuess) seconds() (int64, bool) {
	year := g.year - 70
	if year < 0 || year > 129 || g.month < 0 || g.month > 11 || g.hour < 0 || g.minute < 0 || g.second < 0 {
		return 0, false
	}
	days := year*365 + (year+1)/4 + daysBefore[g.month] + g.day
	if g.month < 2 || (year+2)%4 != 0 {
		days--
	}
	n := int64(days)*86400 + int64(g.hour*3600+g.minute*60+g.second)
	return n, n != -1
}
