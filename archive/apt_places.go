package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	suiteName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+.:/_~-]*$`)
	fingerprint = regexp.MustCompile(`^([0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})!?$`)
)

// checkSuiteName refuses what cannot be a directory under dists/.
func checkSuiteName(suite string) error {
	if !fs.ValidPath(suite) || !suiteName.MatchString(suite) {
		return fmt.Errorf("%q is no name of a suite", suite)
	}
	return nil
}

// An evidence is how sure it is whose archive an entry names.
type evidence int

const (
	noEvidence evidence = iota // a third party, as far as is known
	byPath                     // the path ends as those of the distro's mirrors
	byOrigin                   // its Release file says so, but Signed-By is not the distro's
	byKey                      // its keys are the distro's
)

// A candidate is an enabled entry with what is known about it.
type candidate struct {
	Place    // for its own suite
	evidence evidence
	owned    bool // has a Signed-By of its own
}

// add takes over an entry. The error says why it, or a mirror of its list, cannot be used.
func (a *APT) add(e aptEntry) error {
	switch {
	case strings.HasSuffix(e.suite, "/"):
		return fmt.Errorf("%q is an exact path, no suite", e.suite)
	case e.untrusted:
		return errors.New("configured with trusted=no")
	}
	uris := []string{e.uri}
	if list, ok := strings.CutPrefix(e.uri, "mirror+file:"); ok {
		var err error
		if uris, err = readMirrorList(filepath.Join(a.root, strings.TrimLeft(list, "/"))); err != nil {
			return err
		}
	}
	c := candidate{owned: len(e.signedBy) > 0 || e.keyData != nil}
	p := &c.Place
	p.Suite, p.Components, p.Configured = e.suite, e.components, true
	config := a.http.config
	p.validity = aptValidity{&a.http.config, e.validity}
	p.CheckDate = aptBool(e.checkDate, config.bool("Acquire::Check-Date", true))
	p.CheckValidUntil = p.CheckDate && aptBool(e.checkValid, config.bool("Acquire::Check-Valid-Until", true))
	if err := p.signedBy(a.root, e.signedBy); err != nil {
		return err
	}
	if e.keyData != nil {
		p.KeyData = [][]byte{e.keyData}
	}
	a.classify(&c, e)
	if p.Keyrings == nil && p.KeyData == nil {
		p.sharedKeys = true
		if p.Keyrings = a.trusted; p.Keyrings == nil && c.evidence != noEvidence {
			p.Keyrings = a.distro(p.Distro).installedKeyring(a.root)
		}
	}
	var failed error
	for _, uri := range uris {
		uri = strings.TrimRight(uri, "/")
		m, err := a.mirror(uri)
		if err != nil {
			failed = err
			continue
		}
		p.Mirror, p.URI = m, withoutLogin(uri)
		a.candidates = append(a.candidates, c)
	}
	return failed
}

// classify finds out whose archive e names.
func (a *APT) classify(c *candidate, e aptEntry) {
	origin := a.storedOrigin(e)
	for i := range a.distros {
		d := &a.distros[i]
		found := noEvidence
		switch {
		case len(e.signedBy) > 0 && len(c.Signers) == 0 && !slices.ContainsFunc(e.signedBy, func(s string) bool { return !d.hasKeyFile(s) }):
			found = byKey
		case origin != "" && d.hasOrigin(origin):
			if found = byOrigin; !c.owned {
				found = byKey // APT has checked it with keys for all
			}
		case origin == "" && !c.owned && slices.Contains(d.dirs, path.Base(strings.TrimRight(e.uri, "/"))):
			found = byPath
		}
		if found > c.evidence {
			c.evidence, c.Distro = found, d.name
		}
	}
}

func (a *APT) distro(name string) *distro {
	for i := range a.distros {
		if a.distros[i].name == name {
			return &a.distros[i]
		}
	}
	return &distro{directory: func(string) string { return "" }}
}

// storedOrigin returns the Origin of the Release file that APT has stored for e.
// It is "" if there is none. Nobody has checked it since APT did.
func (a *APT) storedOrigin(e aptEntry) string {
	dir := a.http.config.path(a.root, "Dir::State::lists")
	if dir == "" {
		return ""
	}
	for _, name := range []string{"InRelease", "Release"} {
		text, err := readLimited(filepath.Join(dir, listName(e.uri, e.suite)+name), 16<<20)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if origin, ok := strings.CutPrefix(line, "Origin:"); ok {
				return strings.TrimSpace(origin)
			}
			if strings.HasPrefix(line, " ") {
				break // the lists of files have begun
			}
		}
	}
	return ""
}

// listName returns how the names of files that APT stores for a suite start.
func listName(uri, suite string) string {
	_, rest, _ := strings.Cut(uri, ":")
	rest = strings.TrimPrefix(rest, "//")
	host, dir, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		host = host[i+1:]
	}
	if decoded, err := url.PathUnescape(dir); err == nil {
		dir = decoded
	}
	name := host + strings.TrimRight("/"+strings.TrimLeft(dir, "/"), "/") + "/dists/" + suite + "/"
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '/':
			b.WriteByte('_')
		case c <= ' ' || c > '~' || strings.IndexByte(`\|{}[]<>"^~_=!@#$%&*`, c) >= 0:
			fmt.Fprintf(&b, "%%%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// places returns the places for suite, which is one of owner, if that is not "".
func (a *APT) places(suite, owner string) []Place {
	best := noEvidence // about mirrors of the owner, or of any distro
	isOwners := func(c *candidate) bool {
		return c.evidence != noEvidence && (owner == "" || c.Distro == owner)
	}
	for i := range a.candidates {
		if c := &a.candidates[i]; isOwners(c) {
			best = max(best, c.evidence)
		}
	}
	var enabled, others, mirrors []Place
	for i := range a.candidates {
		c := &a.candidates[i]
		matches := c.Suite == suite || a.distro(c.Distro).directory(suite) == c.Suite
		switch {
		case matches && isOwners(c):
			enabled = addPlace(enabled, c.Place)
		case matches:
			others = addPlace(others, c.Place)
		}
	}
	for _, security := range []bool{isSecurity(suite), !isSecurity(suite)} {
		for i := range a.candidates {
			c := &a.candidates[i]
			if !isOwners(c) || c.evidence != best || isSecurity(c.Suite) != security {
				continue
			}
			p := a.unconfigured(c, suite)
			if !slices.ContainsFunc(slices.Concat(enabled, mirrors), func(q Place) bool { return q.URI == p.URI && q.Suite == p.Suite }) {
				mirrors = append(mirrors, p)
			}
		}
	}
	switch {
	case owner == "":
		return slices.Concat(enabled, others, mirrors)
	case best == noEvidence:
		return others
	}
	return slices.Concat(enabled, mirrors)
}

// addPlace appends p, or its components if there is such a place already.
func addPlace(places []Place, p Place) []Place {
	for i := range places {
		q := &places[i]
		if q.URI == p.URI && q.Suite == p.Suite && q.sameKeys(&p) {
			for _, component := range p.Components {
				if !slices.Contains(q.Components, component) {
					q.Components = append(slices.Clip(q.Components), component)
				}
			}
			return places
		}
	}
	return append(places, p)
}

// unconfigured returns the place for a suite that is not enabled, on the mirror of c.
func (a *APT) unconfigured(c *candidate, suite string) Place {
	p := c.Place
	d := a.distro(p.Distro)
	p.Suite, p.Components, p.Configured = suite, nil, false
	if dir := d.directory(suite); dir != "" {
		p.Suite = dir
	}
	installed := d.installedKeyring(a.root)
	if installed == nil {
		for _, file := range a.trusted {
			if d.hasKeyFile(file) {
				installed = append(installed, file)
			}
		}
	}
	switch {
	case c.owned && c.evidence == byKey:
		// The keyring may be one for the enabled release alone.
		p.Keyrings = slices.Clip(p.Keyrings)
		for _, file := range installed {
			if !slices.Contains(p.Keyrings, file) {
				p.Keyrings = append(p.Keyrings, file)
			}
		}
	case !c.owned && installed != nil:
		p.Keyrings = installed
	}
	return p
}

// trustedKeyrings returns the keyrings that APT accepts for entries without Signed-By.
func trustedKeyrings(root string, config aptConfig) ([]string, error) {
	var files []string
	if file := config.path(root, "Dir::Etc::trusted"); file != "" {
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
	}
	parts, err := listParts(config.path(root, "Dir::Etc::trustedparts"), ".gpg", ".asc")
	if err != nil {
		return nil, fmt.Errorf("list APT's keyrings: %w", err)
	}
	return append(files, parts...), nil
}

// readMirrorList reads a list of mirrors, apt-transport-mirror(1), those with the
// lowest priority first.
func readMirrorList(file string) ([]string, error) {
	text, err := readLimited(file, maxSourceList)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no %s", file)
	}
	if err != nil {
		return nil, err
	}
	type mirror struct {
		uri      string
		priority int
	}
	var mirrors []mirror
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		m := mirror{fields[0], 1 << 30} // without one: after all that have one
		for _, field := range fields[1:] {
			if value, ok := strings.CutPrefix(field, "priority:"); ok {
				if n, err := strconv.Atoi(value); err == nil {
					m.priority = n
				}
			}
		}
		mirrors = append(mirrors, m)
	}
	slices.SortStableFunc(mirrors, func(a, b mirror) int { return a.priority - b.priority })
	var uris []string
	for _, m := range mirrors {
		uris = append(uris, m.uri)
	}
	if uris == nil {
		return nil, fmt.Errorf("no mirror in %s", file)
	}
	return uris, nil
}
