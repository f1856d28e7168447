package archive

import (
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A series is a release of a distro, as the package distro-info-data lists it.
type series struct {
	distro string
	name   string    // such as "trixie"
	start  time.Time // of work on it; zero if that is not known
	end    time.Time // of support; zero if that is not known
}

// readSeries goes through the series of all distros. The lists are DISTRO.csv below
// root/usr/share/distro-info; one that cannot be read has none.
func readSeries(root string) iter.Seq[series] {
	return func(yield func(series) bool) {
		files, err := filepath.Glob(filepath.Join(root, "/usr/share/distro-info/*.csv"))
		if err != nil {
			return
		}
		for _, file := range files {
			text, err := readLimited(file, 1<<20)
			if err != nil {
				continue
			}
			distro := strings.TrimSuffix(filepath.Base(file), ".csv")
			for line := range strings.Lines(string(text)) {
				// version,codename,series,created,release,eol
				fields := strings.Split(strings.TrimSpace(line), ",")
				if len(fields) < 3 || fields[2] == "series" || fields[2] == "" {
					continue
				}
				fields = append(fields, "", "", "")
				start, _ := time.Parse(time.DateOnly, fields[3])
				end, _ := time.Parse(time.DateOnly, fields[5])
				if !yield(series{distro, fields[2], start, end}) {
					return
				}
			}
		}
	}
}

// SeriesDistro returns the distro of which suite is a series, by the package distro-info-data,
// or "" if none has it.
func SeriesDistro(suite string) string { return seriesDistro("/", suite) }

func seriesDistro(root, suite string) string {
	for s := range readSeries(root) {
		if s.name == suite {
			return s.distro
		}
	}
	return ""
}

// supported returns the series of a distro that are worked on or supported at a time, the newest
// first.
func supported(root, distro string, at time.Time) (names []string) {
	for s := range readSeries(root) {
		if s.distro == distro && s.start.Before(at) && !s.end.Before(at) {
			names = append(names, s.name)
		}
	}
	slices.Reverse(names)
	return names
}
