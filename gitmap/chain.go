package gitmap

import (
	"errors"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"debgit/dsc"
)

// A Marker is the last line of a commit's message by which an import is known,
// whoever made it and whoever is its committer.
type Marker struct {
	Kind    MarkerKind
	Package string      // "" for MarkerOrig
	Version dsc.Version // as the changelog has it; "" for MarkerOrig
	File    string      // the tarball; "" for the main commit
}

// A MarkerKind is the word of a marker.
type MarkerKind string

// The kinds of markers: two of tarball commits, two of main commits. Only what is
// MarkerUnpatched has patch commits.
const (
	MarkerOrig      MarkerKind = "orig"
	MarkerTarball   MarkerKind = "tarball"
	MarkerUnpatched MarkerKind = "unpatched"
	MarkerPackage   MarkerKind = "package"
)

// IsMain says whether the marker is that of a main commit.
func (m Marker) IsMain() bool { return m.Kind == MarkerUnpatched || m.Kind == MarkerPackage }

// PartLines match the lines of a message that commits of imports have: one or the
// other. Other commits may have such lines, too.
var PartLines = []string{`^\[dgit import (orig|tarball|unpatched|package) `, `^Gbp-Pq: (Name|Topic) `}

var markerLine = regexp.MustCompile(`^\[dgit import (?:(orig) (\S+)|(tarball) (\S+) (\S+) (\S+)|(unpatched|package) (\S+) (\S+))\]$`)

// Marker returns the marker of a tarball commit or a main commit.
func (c *Commit) Marker() (m Marker, ok bool) {
	f := markerLine.FindStringSubmatch(c.lastLine())
	switch {
	case f == nil:
		return m, false
	case f[1] != "":
		return Marker{Kind: MarkerOrig, File: f[2]}, true
	case f[3] != "":
		return Marker{MarkerTarball, f[4], dsc.Version(f[5]), f[6]}, true
	}
	return Marker{Kind: MarkerKind(f[7]), Package: f[8], Version: dsc.Version(f[9])}, true
}

// Patch returns the name of the patch that a commit says it is made of: as the series
// has it, if the directory of its line is that of the patch.
func (c *Commit) Patch() (name string, ok bool) {
	if topic, found := strings.CutPrefix(c.lastLine(), "Gbp-Pq: Topic "); found {
		return topic + "/", true // there is no name behind a slash at the end
	}
	name, ok = strings.CutPrefix(c.lastLine(), "Gbp-Pq: Name ")
	rest, _ := strings.CutSuffix(strings.TrimRight(c.Message, "\n"), c.lastLine())
	rest = strings.TrimSuffix(rest, "\n")
	if topic, found := strings.CutPrefix(rest[strings.LastIndexByte(rest, '\n')+1:], "Gbp-Pq: Topic "); ok && found {
		name = topic + "/" + name
	}
	return name, ok
}

// Subject returns the first line of the message that is not empty.
func (c *Commit) Subject() string {
	subject, _, _ := strings.Cut(strings.TrimLeft(c.Message, "\n"), "\n")
	return subject
}

func (c *Commit) lastLine() string {
	text := strings.TrimRight(c.Message, "\n")
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// SplitIdentity splits what a commit says of its author or committer:
// "NAME <EMAIL> SECONDS ZONE". Seconds are those since 1970. What is not of that
// form is all person.
func SplitIdentity(line string) (person string, seconds int64, zone string) {
	z := strings.LastIndexByte(line, ' ')
	if z < 0 {
		return line, 0, ""
	}
	s := strings.LastIndexByte(line[:z], ' ')
	if s < 0 {
		return line, 0, ""
	}
	seconds, err := strconv.ParseInt(line[s+1:z], 10, 64)
	if err != nil {
		return line, 0, ""
	}
	return line[:s], seconds, line[z+1:]
}

// A Chain is the commits of one import, as a repository has them.
type Chain struct {
	Tarballs []*Commit // the parents of Main, in their order
	Main     *Commit
	Patches  []*Commit // the first on top of Main
}

// Tip returns the last commit, which stands for the import.
func (c *Chain) Tip() *Commit {
	if n := len(c.Patches); n > 0 {
		return c.Patches[n-1]
	}
	return c.Main
}

// ContinuesWith says whether c is, by its looks, the next patch commit of the
// chain: the only one of its kind that has the time of the changelog as the
// committer's, whereas commits of people are from later.
func (c *Chain) ContinuesWith(next *Commit) bool {
	marker, _ := c.Main.Marker()
	return marker.Kind == MarkerUnpatched && isPatchOf(next, c.Main) && next.Parents[0] == c.Tip().ID
}

func isPatchOf(c, main *Commit) bool {
	_, ok := c.Patch()
	_, when, _ := SplitIdentity(c.Committer)
	_, want, _ := SplitIdentity(main.Committer)
	return ok && len(c.Parents) == 1 && when == want
}

// Chain returns the part of an import that tip, a main commit or a patch commit, is
// the last commit of. ok is false if it is no such commit by its looks, or if
// commits below it are not in the repository.
//
// A chain is known by its messages, and by the times of patch commits. Whether it
// is what the import format says is not looked at: see [Compare].
func (r *CommitReader) Chain(tip CommitID) (chain *Chain, ok bool, err error) {
	chain = &Chain{}
	var found []*Commit
	for id := tip; chain.Main == nil; id = found[len(found)-1].Parents[0] {
		c, err := r.Read(id)
		if err != nil {
			return nil, false, ignoreMissing(err)
		}
		m, marked := c.Marker()
		if marked && m.IsMain() {
			chain.Main = c
			break
		}
		if _, isPatch := c.Patch(); !isPatch || len(c.Parents) != 1 {
			return nil, false, nil
		}
		found = append(found, c)
	}
	for i := len(found) - 1; i >= 0; i-- {
		if !chain.ContinuesWith(found[i]) {
			return nil, false, nil
		}
		chain.Patches = append(chain.Patches, found[i])
	}
	for _, parent := range chain.Main.Parents {
		c, err := r.Read(parent)
		if err != nil {
			return nil, false, ignoreMissing(err)
		}
		chain.Tarballs = append(chain.Tarballs, c)
	}
	return chain, true, nil
}

// ignoreMissing returns nil for an error that says that a commit is not there,
// such as in a shallow clone.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Chain returns the commits of an import that [Import] has made in r.
func (imp *Imported) Chain(r *CommitReader) (*Chain, error) {
	chain := &Chain{}
	id := imp.Commit
	for range imp.Patches {
		c, err := r.Read(id)
		if err != nil {
			return nil, err
		}
		chain.Patches = append(chain.Patches, c)
		id = c.Parents[0]
	}
	slices.Reverse(chain.Patches)
	var err error
	if chain.Main, err = r.Read(id); err != nil {
		return nil, err
	}
	for _, parent := range chain.Main.Parents {
		c, err := r.Read(parent)
		if err != nil {
			return nil, err
		}
		chain.Tarballs = append(chain.Tarballs, c)
	}
	return chain, nil
}
