package gitmap

import (
	"math"
	"strings"
	"time"
)

// number reads a date or a time of several numbers, or guesses the meaning of one.
func (g *dateGuess) number() {
	n, width := digits(g.text[g.pos:])
	if n >= 100_000_000 && g.empty() && g.epoch(int64(n)) {
		g.pos += width
		return
	}
	if sep := g.at(width); strings.IndexByte(":./-", sep) >= 0 && isDigit(g.at(width+1)) {
		if g.numbers(n, width, sep) {
			return
		}
	}
	start := g.pos
	g.pos += width
	switch width {
	case 8:
		g.setDateOverwriting(int32(n/10000), int32(n/100%100), int32(n%100))
	case 6:
		if g.setTime(int64(n/10000), int64(n/100%100), int64(n%100)) {
			g.skipFraction()
		}
	case 4:
		if n <= 1400 && g.zone == noZone {
			g.zone = int(n/100*60 + n%100)
		} else if n > 1900 && n < 2100 {
			g.year = int(n) - 1900
		}
	case 1, 2:
		g.smallNumber(int(n), g.pos-start)
	}
}

// smallNumber takes n for what is still missing: day, then year, then month.
func (g *dateGuess) smallNumber(n, width int) {
	switch {
	case n > 0 && n < 32 && g.day < 0:
		g.day = n
	case width == 2 && g.year < 0 && n < 10 && g.day >= 0:
		g.year = n + 100
	case width == 2 && g.year < 0 && n >= 70:
		g.year = n
	case n > 0 && n < 13 && g.month < 0:
		g.month = n - 1
	}
}

// The range of seconds for which C has a calendar: its years are 32 bits wide.
const minCalendar, maxCalendar = -67768040609740800, 67768036191676799

// epoch sets all from seconds since 1970. Out of range it sets the time of day
// alone (as the C library does that git runs on) and returns false.
func (g *dateGuess) epoch(seconds int64) bool {
	day := (seconds%86400 + 86400) % 86400
	g.hour, g.minute, g.second = int(day/3600), int(day/60%60), int(day%60)
	if seconds < minCalendar || seconds > maxCalendar {
		return false
	}
	t := time.Unix(seconds, 0).UTC()
	g.year, g.month, g.day = t.Year()-1900, int(t.Month())-1, t.Day()
	g.absolute = true
	return true
}

// numbers reads HH:MM[:SS] or three (or two) numbers of a date. It returns false
// and reads nothing if they are neither.
func (g *dateGuess) numbers(first uint64, width int, sep byte) bool {
	rest := g.text[g.pos+width+1:]
	second, w := digits(rest)
	third, width := int64(-1), width+1+w
	if byteAt(rest, w) == sep && isDigit(byteAt(rest, w+1)) {
		n, w3 := digits(rest[w+1:])
		third, width = clampInt64(n), width+1+w3
	}
	if sep == ':' {
		if !g.setTime(int64(first), clampInt64(second), max(third, 0)) {
			return false
		}
		g.pos += width
		if g.year != -1 && g.month != -1 && g.day != -1 {
			g.skipFraction()
		}
		return true
	}
	// Numbers too large for C's int lose their high bits.
	a, b, c := int32(first), int32(clampInt64(second)), int32(third)
	ok := first > 70 && (g.setDateOverwriting(a, b, c) || g.setDateOverwriting(a, c, b)) ||
		sep != '.' && g.setDate(c, a, b) ||
		g.setDate(c, b, a) ||
		sep == '.' && g.setDate(c, a, b)
	if ok {
		g.pos += width
	}
	return ok
}

func clampInt64(n uint64) int64 { return int64(min(n, math.MaxInt64)) }

// skipFraction skips a fraction of a second.
func (g *dateGuess) skipFraction() {
	if g.at(0) == '.' && isDigit(g.at(1)) {
		_, width := digits(g.text[g.pos+1:])
		g.pos += 1 + width
	}
}

func (g *dateGuess) setTime(hour, minute, second int64) bool {
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60 {
		return false
	}
	g.hour, g.minute, g.second = int(hour), int(minute), int(second)
	return true
}

// setDate sets month and day, and the year unless that is -1.
func (g *dateGuess) setDate(year, month, day int32) bool {
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	if year != -1 {
		y, ok := sinceNineteenHundred(year)
		if !ok {
			return false
		}
		g.year = y
	}
	g.month, g.day = int(month)-1, int(day)
	return true
}

// setDateOverwriting is setDate where the year comes first, as in 2016-11-01: it
// needs a year, and keeps a good month and day even if the year is refused.
func (g *dateGuess) setDateOverwriting(year, month, day int32) bool {
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	g.month, g.day = int(month)-1, int(day)
	y, ok := sinceNineteenHundred(year)
	if !ok || year == -1 {
		return false
	}
	g.year = y
	return true
}

// sinceNineteenHundred completes a year of one, two or four digits.
func sinceNineteenHundred(year int32) (int, bool) {
	switch {
	case year >= 1970 && year < 2100:
		return int(year) - 1900, true
	case year > 70 && year < 100:
		return int(year), true
	case year < 38:
		return int(year) + 100, true
	}
	return 0, false
}
