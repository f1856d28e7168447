package dsc

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Series is debian/patches/series, read as each of its readers does. They
// disagree only about odd files: options, comments and white space in odd places.
//
// A patch may change debian/patches. Each reader reads the series once, before
// the first patch, and each patch file only when its turn comes.
type Series struct {
	// Dpkg is what dpkg-source applies. It ignores strip levels and other options.
	// DpkgErr says why it refuses the file; Dpkg is then nil.
	Dpkg    []SeriesEntry
	DpkgErr error
	// Strict is what gbp pq import applies, the first method of dgit's import. It
	// takes options other than -p, and leading blanks, for a part of the name.
	// StrictErr says why it refuses the file; Strict is then nil.
	Strict    []SeriesEntry
	StrictErr error
	// Laundered is what dgit's second method applies: it removes comments, outer
	// white space and blank lines, then gbp pq import reads the rest, and the headers of
	// the patches, but dpkg-source applies, one by one, what it takes for the name.
	// LaunderedErr says why that fails; Laundered is then nil.
	Laundered    []SeriesEntry
	LaunderedErr error
}

// A SeriesEntry is one patch of a series.
type SeriesEntry struct {
	Line  int        // of the series file, from 1
	Name  string     // of the patch, below debian/patches
	Topic string     // directory part of the line, as gbp pq takes it; "" if none
	Strip StripLevel // as gbp pq takes it; never set in Series.Dpkg and Series.Laundered
}

// DpkgName returns what dpkg-source takes for the name if a series has e's as its only
// line: the first word, or "" if it sees no patch there.
func (e SeriesEntry) DpkgName() string { return dpkgSeriesName(e.Name) }

// Base returns the last component of the name.
func (e SeriesEntry) Base() string { return e.Name[strings.LastIndexByte(e.Name, '/')+1:] }

// A StripLevel is an option such as "-p1" of a series. The zero value
// is no such option. git apply then strips one component, but none as soon as it
// meets a patch whose two names are without a directory.
type StripLevel struct {
	Stated bool
	Level  int
}

// maxSeriesNames bounds a series, so that a hostile one cannot ask for endless work.
const maxSeriesNames = 1 << 17

// ParseSeries reads a series file. It fails if that names too many patches. Whether
// the patches exist is for the caller to see.
func ParseSeries(data []byte) (*Series, error) {
	s := &Series{}
	s.Dpkg, s.DpkgErr = dpkgSeries(string(data))
	s.Strict, s.StrictErr = strictSeries(string(data), false)
	s.Laundered, s.LaunderedErr = strictSeries(launderSeries(string(data)), true)
	if n := max(len(s.Dpkg), len(s.Strict), len(s.Laundered)); n > maxSeriesNames {
		return nil, fmt.Errorf("the series names %d patches, more than the limit of %d", n, maxSeriesNames)
	}
	return s, nil
}

// dpkgSeries reads the series as dpkg-source does.
func dpkgSeries(data string) ([]SeriesEntry, error) {
	var entries []SeriesEntry
	for i, line := range strings.Split(data, "\n") {
		name := dpkgSeriesName(line)
		switch {
		case name == "":
			continue
		case strings.HasPrefix(name, "../") || strings.Contains(name, "/../"):
			return nil, fmt.Errorf("line %d: the name %q leads out of debian/patches", i+1, name)
		case strings.IndexByte(name, 0) >= 0:
			return nil, fmt.Errorf("line %d: the name %q has a NUL byte", i+1, name)
		}
		entries = append(entries, SeriesEntry{Line: i + 1, Name: name, Topic: seriesTopic(name)})
	}
	return entries, nil
}

// asciiSpace is what \s means for the bytes that dpkg-source reads.
const asciiSpace = " \t\n\v\f\r"

// dpkgSeriesName returns the name that dpkg-source takes from a line, "" if none.
func dpkgSeriesName(line string) string {
	line = strings.Trim(line, asciiSpace)
	for i := 0; i < len(line); i++ {
		if line[i] == '#' && (i == 0 || strings.IndexByte(asciiSpace, line[i-1]) >= 0) {
			line = strings.TrimRight(line[:i], asciiSpace)
			break
		}
	}
	if line == "0" { // false in Perl, so like an empty line
		return ""
	}
	if i := strings.IndexAny(line, asciiSpace); i >= 0 {
		line = line[:i]
	}
	return line
}

// launderSeries returns the series as dgit's second method writes it. Lines
// stay in place, empty if dropped, so that their numbers mean the same.
func launderSeries(data string) string {
	lines := strings.Split(data, "\n")
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "#")
		lines[i] = strings.Trim(line, asciiSpace)
	}
	return strings.Join(lines, "\n")
}

// strictSeries reads the series as gbp pq import does, in dgit's second method when
// laundered is set.
func strictSeries(data string, laundered bool) ([]SeriesEntry, error) {
	if !utf8.ValidString(data) {
		return nil, fmt.Errorf("the series is not UTF-8")
	}
	data = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(data)
	var entries []SeriesEntry
	for i, line := range strings.SplitAfter(data, "\n") {
		if line == "" || line[0] == '\n' || line[0] == '#' {
			continue
		}
		e, err := strictEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		if laundered && e.Strip.Stated {
			return nil, fmt.Errorf("line %d: dgit's second method takes no option -p", i+1)
		}
		e.Line = i + 1
		entries = append(entries, e)
	}
	return entries, nil
}

func strictEntry(line string) (SeriesEntry, error) {
	line = strings.TrimRightFunc(line, isPySpace)
	line = cutSeriesComment(line)
	e := SeriesEntry{Name: line, Topic: seriesTopic(line)}
	if i := strings.LastIndexFunc(line, isPySpace); i >= 0 {
		_, size := utf8.DecodeRuneInString(line[i:])
		rest := strings.TrimRightFunc(line[:i], isPySpace)
		if level, ok := stripLevel(line[i+size:]); ok && rest != "" {
			e.Name, e.Strip = rest, StripLevel{Stated: true, Level: level}
		}
	}
	switch {
	case e.Name == "":
		return e, fmt.Errorf("white space alone is taken for the name of a patch")
	case e.Name[0] == '/':
		return e, fmt.Errorf("the name %q is absolute", e.Name)
	case strings.IndexByte(e.Name, 0) >= 0:
		return e, fmt.Errorf("the name %q has a NUL byte", e.Name)
	}
	return e, nil
}

// cutSeriesComment removes what follows white space and "#", and that white space.
func cutSeriesComment(line string) string {
	for i := 1; i < len(line); i++ {
		if line[i] != '#' {
			continue
		}
		if r, _ := utf8.DecodeLastRuneInString(line[:i]); isPySpace(r) {
			return strings.TrimRightFunc(line[:i], isPySpace)
		}
	}
	return line
}

// stripLevel reads "-pN"; what follows the number does not matter.
func stripLevel(word string) (level int, ok bool) {
	digits, ok := strings.CutPrefix(word, "-p")
	end := 0
	for end < len(digits) && '0' <= digits[end] && digits[end] <= '9' {
		end++
	}
	if !ok || end == 0 {
		return 0, false
	}
	level, err := strconv.Atoi(digits[:end])
	if err != nil || level > 1000 {
		level = 1000 // more than any name has
	}
	return level, true
}

// seriesTopic returns the directory part of a line, "" if there is none.
func seriesTopic(line string) string {
	dir := line[:strings.LastIndexByte(line, '/')+1]
	if trimmed := strings.TrimRight(dir, "/"); trimmed != "" {
		return trimmed
	}
	if dir == "/" {
		return ""
	}
	return dir
}

// isPySpace is white space for Python's str.
func isPySpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}
