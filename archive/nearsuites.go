package archive

import (
	"cmp"
	"slices"
	"time"
)

// nearSuites returns what somebody may have meant who asked for a suite that none of places has.
func nearSuites(suite string, places []Place) []string {
	near := newNearest(suite)
	for _, p := range places {
		for _, name := range suitesOf("/", p, time.Now()) {
			if name != suite {
				near.add([]byte(name))
			}
		}
	}
	return near.names()
}

// suitesOf returns the names of suites that a place has, as far as that can be told without asking
// it: what is in a directory; else the usual ones, and the series that ended no more than five years ago.
func suitesOf(root string, p Place, now time.Time) []string {
	if d, ok := p.Mirror.(*Directory); ok {
		names, _ := d.suites() // it is only for a hint
		return names
	}
	distro := cmp.Or(p.Distro, "debian")
	names := slices.Clone(usualSuites(root, distro, now))
	if slices.Contains(names, "sid") {
		names = append(names, "unstable")
	}
	for s := range readSeries(root) {
		if s.distro == distro && s.start.Before(now) && (s.end.IsZero() || s.end.After(now.AddDate(-5, 0, 0))) {
			names = append(names, s.name, s.name+"-security", s.name+"-updates", s.name+"-backports")
		}
	}
	return names
}
