package gitmap

import (
	"errors"
	"fmt"
	"strings"

	"debgit/dsc"
)

// changelog is what an import takes from debian/changelog.
type changelog struct {
	data   []byte
	newest *dsc.ChangelogEntry
	stamp  stamp // of newest
}

// changelog reads debian/changelog from the tree with all patches applied. If its newest
// stanza cannot be used, it reads the one without patches; and if that is no better,
// what can be had of it takes its place.
func (im *importer) changelog(patched, unpatched *node) (*changelog, error) {
	var data []byte
	for _, root := range []*node{patched, unpatched} {
		var err error
		if data, err = im.readThroughLinks(root, changelogName, im.limits.changelog()); err != nil && !isUnreadable(err) {
			return nil, err
		}
		c, err := readChangelog(data)
		if err == nil {
			return c, nil
		}
		if root == patched {
			im.own("%w", err)
		}
	}
	return inventChangelog(data, im.pkg.Source()), nil
}

// readChangelog reads a changelog whose newest stanza is as dgit wants it.
func readChangelog(data []byte) (*changelog, error) {
	if format := dsc.ChangelogFormat(data); format != "debian" {
		return nil, fmt.Errorf("%s states the format %q, which dpkg-parsechangelog cannot read", changelogName, format)
	}
	for e := range dsc.Changelog(data) {
		if e.Header == "" && len(e.Changes) == 0 {
			return nil, noHeaderError(e)
		}
		s, err := stampOf(e)
		if err != nil {
			return nil, err
		}
		return &changelog{data, e, s}, nil
	}
	return nil, errors.New("debian/changelog is not there, or has no stanza")
}

func noHeaderError(e *dsc.ChangelogEntry) error {
	return fmt.Errorf("debian/changelog: line %d: no header (\"PACKAGE (VERSION) DISTRIBUTION; urgency=...\") before the first change", e.Line)
}

// inventChangelog makes do with a changelog that readChangelog refuses, by the rules in
// the package documentation.
func inventChangelog(data []byte, src *dsc.Source) *changelog {
	c := &changelog{data: data, newest: &dsc.ChangelogEntry{}, stamp: stamp{zone: "+0000"}}
	for e := range dsc.Changelog(data) {
		c.newest = e
		break
	}
	if c.newest.Version == "" {
		c.newest.Version = src.Version
	}
	c.newest.Header = withoutNUL(c.newest.Header)
	for i, line := range c.newest.Changes {
		c.newest.Changes[i] = withoutNUL(line)
	}
	if c.newest.Header == "" {
		c.newest.Header = fmt.Sprintf("%s (%s)", src.Package, c.newest.Version)
	}
	person := c.newest.Maintainer
	if person == "" {
		person = src.Fields.Value("Maintainer")
	}
	c.stamp.person = inventPerson(person)
	for e := range dsc.Changelog(data) {
		if seconds, zone, err := e.Time(); err == nil && seconds >= 0 {
			c.stamp.seconds, c.stamp.zone = seconds, zone
			break
		}
	}
	return c
}

// inventPerson makes an author of a text that should be "NAME <EMAIL>".
func inventPerson(text string) string {
	i := strings.LastIndexByte(text, '<')
	name, email := text, ""
	if i >= 0 {
		name, email = text[:i], text[i:]
	}
	clean := func(s string) string { return cleanIdent(withoutNUL(commitText(s))) }
	name, email = clean(name), strings.Join(strings.Fields(clean(email)), "")
	if name == "" {
		name = email
	}
	if name == "" {
		name = "unknown"
	}
	return name + " <" + email + ">"
}

// withoutNUL returns s without the byte that git fsck wants in no commit.
func withoutNUL(s string) string { return strings.ReplaceAll(s, "\x00", "") }

// changes returns the newest stanza without its trailer, as the message of the
// main commit has it.
func (c *changelog) changes() string {
	if len(c.newest.Changes) == 0 {
		return c.newest.Header
	}
	return c.newest.Header + "\n\n" + strings.Join(c.newest.Changes, "\n")
}

// origStamp returns who first uploaded the given upstream version: the stamp of the
// oldest stanza, counted from the top, before the first that is older than
// upstream. Whatever is wrong with a stanza on the way makes it the newest one's.
func (c *changelog) origStamp(upstream dsc.Version) stamp {
	first := c.newest
	for e := range dsc.Changelog(c.data) {
		order, err := e.Version.Compare(upstream)
		if err != nil {
			return c.stamp
		}
		if order < 0 {
			break
		}
		first = e
	}
	s, err := stampOf(first)
	if err != nil {
		return c.stamp
	}
	return s
}
