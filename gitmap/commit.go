package gitmap

import (
	"fmt"
	"regexp"
	"strings"

	"debgit/dsc"
)

// importer is the committer of everything that an import makes.
const (
	importerName  = "dgit client-side .dsc importer"
	importerEmail = "dgit@packages.debian.invalid"
)

// A stamp is who wrote a changelog stanza, and when, as commits say it.
type stamp struct {
	person  string // "NAME <EMAIL>", the bytes of the changelog
	seconds int64
	zone    string // as written, such as "+0530" or "-0000"
}

func (s stamp) author() string { return s.person + s.date() }

func (s stamp) committer() string { return importerName + " <" + importerEmail + ">" + s.date() }

func (s stamp) date() string { return fmt.Sprintf(" %d %s", s.seconds, s.zone) }

// gitDate is the date as git gets it. git takes a number below 10^8 for a date of another
// form unless it is marked as seconds, which dgit does not do.
func (s stamp) gitDate() string {
	date := strings.TrimSpace(s.date())
	if _, err := parseGitDate(date); err != nil {
		return "@" + date
	}
	return date
}

var (
	commaBeforeAddress = regexp.MustCompile(`^[^"@]+,`)
	stampPerson        = regexp.MustCompile(`^[^<>]+ <[^ \t\n\v\f\r]+>$`)
)

// stampOf returns the stamp of a changelog stanza. Commas in the name go, as
// several persons must become one author: those before any quote or address are
// dropped, and a further one, unless there is a quote, cuts off the rest.
func stampOf(e *dsc.ChangelogEntry) (stamp, error) {
	if e.Maintainer == "" {
		return stamp{}, fmt.Errorf("debian/changelog: line %d: the stanza has no trailer (\" -- NAME <EMAIL>  DATE\")", e.Line)
	}
	person := e.Maintainer
	if head := commaBeforeAddress.FindString(person); head != "" {
		person = strings.ReplaceAll(head, ",", "") + person[len(head):]
	}
	if !strings.Contains(person, `"`) {
		person, _, _ = strings.Cut(person, ",")
	}
	seconds, zone, err := e.Time()
	if err != nil {
		return stamp{}, fmt.Errorf("debian/changelog: %w", err)
	}
	if !stampPerson.MatchString(person) || seconds < 0 {
		return stamp{}, fmt.Errorf("debian/changelog: line %d: %q at %q cannot be the author of a commit", e.Line, e.Maintainer, e.Date)
	}
	return stamp{person, seconds, zone}, nil
}

// commit is a commit before it is written. All texts are bytes of any encoding.
type commit struct {
	tree      ObjectID
	parents   []CommitID
	author    string
	committer string
	message   string
}

func (c commit) encode() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.tree)
	for _, p := range c.parents {
		fmt.Fprintf(&b, "parent %s\n", p)
	}
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n%s", c.author, c.committer, c.message)
	return []byte(b.String())
}

// ChangelogSigner returns who signed the newest stanza of a changelog, and when, as git writes it in a commit.
func ChangelogSigner(data []byte) (string, error) {
	c, err := readChangelog(data)
	if err != nil {
		return "", err
	}
	return identLine(splitPerson(c.stamp.person), c.stamp.gitDate())
}

// ChangelogStamp returns, for the newest stanza of a changelog, the author and the
// committer of the commits that dgit and we make of what has that changelog, each
// with its date, and the version of the stanza.
func ChangelogStamp(data []byte) (author, committer string, version dsc.Version, err error) {
	c, err := readChangelog(data)
	if err != nil {
		return "", "", "", err
	}
	return c.stamp.author(), c.stamp.committer(), c.newest.Version, nil
}
