package history

import (
	"crypto/sha256"
	"slices"
	"strings"

	"debgit/dsc"
)

// A timelineUpload is what the order of uploads is worked out from.
type timelineUpload struct {
	version dsc.Version
	id      string        // of its import: tells two uploads of one version apart
	seconds int64         // date of the newest changelog stanza, since 1970
	named   []namedUpload // by its own changelog, the newest first
}

// A namedUpload is a stanza of a changelog.
type namedUpload struct {
	version dsc.Version
	text    [sha256.Size]byte // digest of the stanza
}

// namedIn returns the uploads of a source package that a changelog names. Stanzas of
// other names, such as those from before the package was renamed, are about others.
func namedIn(changelog []byte, pkg string) []namedUpload {
	var named []namedUpload
	for e := range dsc.Changelog(changelog) {
		if _, err := dsc.ParseVersion(string(e.Version)); err == nil && e.Package == pkg {
			text := strings.Join(append([]string{e.Header, e.Maintainer, e.Date}, e.Changes...), "\n")
			named = append(named, namedUpload{e.Version, sha256.Sum256([]byte(text))})
		}
	}
	return named
}

// A timeline is a set of uploads of one source package in order.
type timeline struct {
	// uploads has each upload after all that it descends from, and otherwise the
	// older date first. Uploads of one date are ordered by version and id.
	uploads []*timelineUpload

	// parents has, for each of uploads, the indexes of those that it was made from:
	// the nearest that its changelog names, then those further down that this one
	// does not descend from, such as a security upload that was merged.
	parents [][]int
}

// newTimeline finds out which upload was made from which. The result depends on the set
// of uploads alone, not on their order.
//
// That an upload names itself, or one that was made from it, counts for nothing. Versions do not
// tell what is older: that of a backport is lower than that of what it was made from.
func newTimeline(uploads []*timelineUpload) *timeline {
	sorted := slices.Clone(uploads)
	slices.SortFunc(sorted, (*timelineUpload).compare)
	b := &timelineBuilder{byVersion: map[dsc.Version][]*timelineUpload{}, index: map[*timelineUpload]int{}, line: &timeline{}}
	for _, u := range sorted {
		b.byVersion[u.version] = append(b.byVersion[u.version], u)
	}
	for _, u := range sorted {
		b.place(u)
	}
	return b.line
}

// compare orders uploads by date, and is a total order on different ones.
func (u *timelineUpload) compare(v *timelineUpload) int {
	if u.seconds != v.seconds {
		if u.seconds < v.seconds {
			return -1
		}
		return 1
	}
	if order, err := u.version.Compare(v.version); err == nil && order != 0 {
		return order
	}
	return strings.Compare(string(u.version)+" "+u.id, string(v.version)+" "+v.id)
}

// A timelineBuilder puts uploads into a timeline, each after those that it names.
type timelineBuilder struct {
	byVersion map[dsc.Version][]*timelineUpload
	index     map[*timelineUpload]int // where in line it is; beingPlaced: nowhere yet
	line      *timeline
	before    []bitset // for each upload of line: all that it descends from, and itself
}

const beingPlaced = -1

func (b *timelineBuilder) place(u *timelineUpload) {
	if _, ok := b.index[u]; ok {
		return
	}
	b.index[u] = beingPlaced
	var parents []int
	var before bitset
	for _, n := range u.named {
		p := b.find(n)
		if p == nil || p.version == u.version {
			continue
		}
		b.place(p)
		i := b.index[p]
		if i == beingPlaced || before.has(i) { // made from u, or an ancestor already
			continue
		}
		parents = append(parents, i)
		before = before.union(b.before[i])
	}
	at := len(b.line.uploads)
	b.index[u] = at
	b.line.uploads = append(b.line.uploads, u)
	b.line.parents = append(b.line.parents, parents)
	b.before = append(b.before, before.with(at))
}

// find returns the upload that a stanza is about, or nil: of several of its version the
// one that has this very stanza.
func (b *timelineBuilder) find(n namedUpload) *timelineUpload {
	same := b.byVersion[n.version]
	for _, u := range same {
		if len(u.named) > 0 && u.named[0] == n {
			return u
		}
	}
	if len(same) > 0 {
		return same[0]
	}
	return nil
}

// newest returns the index of the upload with the highest version among the first n.
func (t *timeline) newest(n int) int {
	best := 0
	for i, u := range t.uploads[:n] {
		if order, err := u.version.Compare(t.uploads[best].version); err == nil && order > 0 {
			best = i
		}
	}
	return best
}

// A bitset is a set of small numbers. Its methods leave it as it is.
type bitset []uint64

func (s bitset) has(i int) bool { return i/64 < len(s) && s[i/64]&(1<<(i%64)) != 0 }

func (s bitset) with(i int) bitset {
	out := make(bitset, max(len(s), i/64+1))
	copy(out, s)
	out[i/64] |= 1 << (i % 64)
	return out
}

func (s bitset) union(t bitset) bitset {
	out := make(bitset, max(len(s), len(t)))
	copy(out, s)
	for i, word := range t {
		out[i] |= word
	}
	return out
}
