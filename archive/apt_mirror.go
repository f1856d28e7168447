package archive

import (
	"fmt"
	"strings"
)

// MirrorOptions say how a suite is read from a mirror that APT need not be configured for.
type MirrorOptions struct {
	Distro     string   // whose suite is meant; default: what its name tells
	Keyrings   []string // files with the keys that may have signed the suite; default: as MirrorPlaces says
	Components []string // that are looked into first; default: all at once
	Fallback   Mirror   // as in [Place]
}

// MirrorPlaces returns where suite is on the mirror at uri, a URI that APT would take or
// an absolute path. It is reached as APT reaches it (dgit's access method aptget).
//
// Unless there are opts.Keyrings, the keys are those that APT accepts for that mirror, if
// it is configured for it; else those of the suite's distro, if they are installed; else
// those that APT accepts everywhere. A mirror that cannot be opened is a [*PlaceError].
func (a *APT) MirrorPlaces(uri, suite string, opts MirrorOptions) ([]Place, error) {
	if err := checkSuiteName(suite); err != nil {
		return nil, err
	}
	uri = strings.TrimRight(uri, "/")
	if strings.HasPrefix(uri, "/") {
		uri = "file:" + uri
	}
	m, err := a.mirror(uri)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("open archive %s: %w", withoutLogin(uri), err)}
	}
	owner := opts.Distro
	if owner == "" {
		owner = suiteDistro(a.root, suite)
	}
	var places []Place
	for _, p := range a.places(suite, owner) {
		if p.URI == withoutLogin(uri) && opts.Keyrings == nil {
			places = append(places, p)
		}
	}
	if places == nil {
		places = []Place{a.place(suite, owner)}
	}
	for i := range places {
		p := &places[i]
		p.Mirror, p.URI, p.Fallback = m, withoutLogin(uri), opts.Fallback
		if opts.Components != nil {
			p.Components = opts.Components
		}
		if opts.Keyrings != nil {
			p.Keyrings, p.sharedKeys = opts.Keyrings, false
		}
	}
	return places, nil
}

// place returns what is known of a suite of owner before any mirror is.
func (a *APT) place(suite, owner string) Place {
	p := Place{Distro: owner, Suite: suite, Keyrings: a.distro(owner).installedKeyring(a.root)}
	p.validity.config = &a.http.config
	if dir := a.distro(owner).directory(suite); dir != "" {
		p.Suite = dir
	}
	if p.Keyrings == nil {
		p.Keyrings, p.sharedKeys = a.trusted, true
	}
	p.CheckDate = a.http.config.bool("Acquire::Check-Date", true)
	p.CheckValidUntil = p.CheckDate && a.http.config.bool("Acquire::Check-Valid-Until", true)
	return p
}
