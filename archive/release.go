package archive

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"debgit/dsc"
)

// A release is what a Release file says. See the Debian wiki, DebianRepository/Format.
type release struct {
	suite, codename, version string
	origin, label            string
	date, validUntil         time.Time // validUntil is zero if it does not say
	byHash                   bool
	strong                   bool // whether it has SHA-256 digests
	components               []string
	indexes                  map[string]dsc.File // Sources, compressed or not, by path from its directory
}

// isAbout says whether the suite may be found in the directory dir under dists/.
func (r *release) isAbout(dir string) bool {
	name, security := strings.CutSuffix(dir, "/updates")
	for _, own := range []string{r.suite, r.codename} {
		switch {
		case own == "":
		case own == dir, own == "stable-"+dir:
			return true
		case security && own == name+"-security":
			return true
		case security && own == name && strings.HasSuffix(r.label, "-Security"):
			return true
		}
	}
	return r.version != "" && dir == "Debian"+r.version
}

// canonical returns the codename of the suite in the directory dir under dists/.
func (r *release) canonical(dir string) string {
	name := r.codename
	if name == "" {
		name = r.suite
	}
	if strings.HasSuffix(dir, "/updates") {
		name = strings.TrimSuffix(strings.TrimSuffix(name, "/updates"), "-security") + "-security"
	}
	return name
}

var (
	validComponent = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]*$`)
	validSuite     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+:~_-]*([./][A-Za-z0-9+:~_-]+)*$`)
)

// parseRelease reads the text of a Release file; file is its name, for messages.
func parseRelease(file string, text []byte) (*release, error) {
	p, err := dsc.ParseParagraph(file, text)
	if err != nil {
		return nil, err
	}
	r := &release{
		suite:    p.Value("Suite"),
		codename: p.Value("Codename"),
		version:  p.Value("Version"),
		origin:   p.Value("Origin"),
		label:    p.Value("Label"),
		byHash:   p.Value("Acquire-By-Hash") == "yes",
		indexes:  map[string]dsc.File{},
	}
	for _, name := range []string{r.suite, r.codename} {
		if name != "" && !validSuite.MatchString(name) {
			return nil, &dsc.SyntaxError{File: file, Cause: fmt.Sprintf("%q is no name of a suite", name)}
		}
	}
	date, ok := p.Field("Date")
	if !ok {
		return nil, &dsc.SyntaxError{File: file, Cause: "no field Date"}
	}
	if r.date, err = parseDate(date.Value); err != nil {
		return nil, &dsc.SyntaxError{File: file, Line: date.Line, Cause: err.Error()}
	}
	if until, ok := p.Field("Valid-Until"); ok {
		if r.validUntil, err = parseDate(until.Value); err != nil {
			return nil, &dsc.SyntaxError{File: file, Line: until.Line, Cause: err.Error()}
		}
	}
	components, _ := p.Field("Components")
	for _, c := range strings.Fields(components.Value) {
		c = path.Base(c) // the security archive writes "updates/main"
		if !validComponent.MatchString(c) {
			return nil, &dsc.SyntaxError{File: file, Line: components.Line, Cause: fmt.Sprintf("%q is no name of a component", c)}
		}
		if !slices.Contains(r.components, c) {
			r.components = append(r.components, c)
		}
	}
	digests, ok := p.Field("SHA256")
	if !ok {
		return r, nil
	}
	r.strong = true
	return r, r.parseDigests(file, digests)
}

// parseDigests reads the list of files in field, and keeps those that describe
// source packages.
func (r *release) parseDigests(file string, field dsc.Field) error {
	lines := strings.Split(field.Value, "\n")
	for i, line := range lines {
		fail := func(format string, args ...any) error {
			return &dsc.SyntaxError{File: file, Line: field.Line + i, Cause: fmt.Sprintf(format, args...)}
		}
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) != 3 {
			return fail("%q is not digest, size and name", line)
		}
		name := path.Base(words[2])
		if base, _, _ := strings.Cut(name, "."); base != "Sources" {
			continue
		}
		digest, err := dsc.ParseDigest(dsc.SHA256, words[0])
		if err != nil {
			return fail("%v", err)
		}
		size, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil || size < 0 {
			return fail("%q is no size", words[1])
		}
		f := dsc.File{Name: words[2], Size: size, Digest: digest, ListedIn: file}
		if old, ok := r.indexes[words[2]]; ok && old != f {
			return fail("%s is listed twice", words[2])
		}
		r.indexes[words[2]] = f
	}
	return nil
}

// parseDate reads a date as Release files have it: RFC 1123 in UTC, or with the
// difference from it.
func parseDate(s string) (time.Time, error) {
	const layout = "Mon, _2 Jan 2006 15:04:05"
	for _, zone := range []string{" UTC", " GMT", " Z"} {
		if rest, ok := strings.CutSuffix(s, zone); ok {
			if t, err := time.Parse(layout, rest); err == nil {
				return t, nil
			}
		}
	}
	if t, err := time.Parse(layout+" -0700", s); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is no date such as \"Sat, 01 Aug 2026 08:00:00 UTC\"", s)
}
