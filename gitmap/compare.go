package gitmap

import (
	"context"
	"maps"
	"slices"
	"strings"
)

// A Difference says in what one commit of an import is not the one that the import
// makes.
type Difference struct {
	Part   string            // which: "tarball FILE", "main commit" or "patch NAME"
	Got    CommitID          // zero: it is missing
	Want   CommitID          // zero: there should be none
	Fields []FieldDifference // of Got; those that only follow from other commits' are left out
}

// A FieldDifference says in what a field of a commit differs.
type FieldDifference struct {
	Field string // "tree", "parents", "author", "committer", "other header lines" or "message"
	Got   string
	Want  string
	Paths []PathDifference // of a tree, by path
}

// A PathDifference says that two trees differ at a path.
type PathDifference struct {
	Path string
	Got  string // "MODE TYPE OBJECT", or "" if it is missing
	Want string // likewise; "" if it should not be there
}

// A Comparison is what [Compare] found.
type Comparison struct {
	Generation  Generation   // of the chain, if there are no differences
	Differences []Difference // in order of making
}

// Compare compares the chain got, of the repository gotRepo, with want, of wantRepo,
// which an import has made. Each commit is compared with its counterpart: a
// parent is not different only because the parent itself is. What an older generation
// of dgit makes is no difference.
func Compare(ctx context.Context, wantRepo *Repo, want *Chain, gotRepo *Repo, got *Chain) (*Comparison, error) {
	if got.Tip().ID == want.Tip().ID {
		return &Comparison{Generation: GenerationNow}, nil
	}
	pairs, all := pairUp(want, got)
	if all {
		for _, g := range []Generation{Generation11, Generation10} {
			if madeBy(g, pairs, want.Main) {
				return &Comparison{Generation: g}, nil
			}
		}
	}
	result := &Comparison{}
	for _, p := range pairs {
		d, err := p.difference(ctx, wantRepo, gotRepo)
		if err != nil {
			return nil, err
		}
		if d != nil {
			result.Differences = append(result.Differences, *d)
		}
	}
	return result, nil
}

// A pair is a commit that should be, and the one that is in its place; one of them
// may be nil.
type pair struct {
	part         string
	want, got    *Commit
	otherParents bool // got's parents are not the counterparts of want's
}

// pairUp pairs the commits of two chains, from the tarballs up. all says whether each
// has a counterpart and all parents are counterparts.
func pairUp(want, got *Chain) (pairs []pair, all bool) {
	sameParents := len(want.Tarballs) == len(got.Tarballs)
	for i, w := range want.Tarballs {
		m, _ := w.Marker()
		var g *Commit
		if i < len(got.Tarballs) {
			g = got.Tarballs[i]
			if other, _ := g.Marker(); other.File != m.File {
				g = nil
			}
		}
		if g == nil { // the parents of the main commit tell
			sameParents = false
			continue
		}
		pairs = append(pairs, pair{"tarball " + m.File, w, g, len(g.Parents) > 0})
	}
	pairs = append(pairs, pair{"main commit", want.Main, got.Main, !sameParents})
	for i := range max(len(want.Patches), len(got.Patches)) {
		var p pair
		if i < len(got.Patches) {
			p.got = got.Patches[i]
			name, _ := p.got.Patch()
			p.part = "patch " + name
		}
		if i < len(want.Patches) {
			p.want = want.Patches[i]
			name, _ := p.want.Patch()
			p.part = "patch " + name
		}
		pairs = append(pairs, p)
	}
	return pairs, !slices.ContainsFunc(pairs, func(p pair) bool {
		return p.want == nil || p.got == nil || p.otherParents
	})
}

// difference returns in what the commits of p differ, or nil.
func (p pair) difference(ctx context.Context, wantRepo, gotRepo *Repo) (*Difference, error) {
	d := &Difference{Part: p.part}
	if p.got == nil {
		d.Want = p.want.ID
		return d, nil
	}
	d.Got = p.got.ID
	if p.want == nil {
		return d, nil
	}
	d.Want = p.want.ID
	if p.got.Tree != p.want.Tree {
		paths, err := differentPaths(ctx, wantRepo, p.want.Tree, gotRepo, p.got.Tree)
		if err != nil {
			return nil, err
		}
		d.Fields = append(d.Fields, FieldDifference{"tree", p.got.Tree.String(), p.want.Tree.String(), paths})
	}
	if p.otherParents {
		d.Fields = append(d.Fields, FieldDifference{Field: "parents", Got: parentIDs(p.got), Want: parentIDs(p.want)})
	}
	for _, f := range []FieldDifference{
		{Field: "author", Got: p.got.Author, Want: p.want.Author},
		{Field: "committer", Got: p.got.Committer, Want: p.want.Committer},
		{Field: "other header lines", Got: p.got.Extra, Want: p.want.Extra},
		{Field: "message", Got: p.got.Message, Want: p.want.Message},
	} {
		if f.Got != f.Want {
			d.Fields = append(d.Fields, f)
		}
	}
	if d.Fields == nil {
		return nil, nil
	}
	return d, nil
}

func parentIDs(c *Commit) string {
	var ids []string
	for _, p := range c.Parents {
		ids = append(ids, p.String())
	}
	return strings.Join(ids, " ")
}

// differentPaths compares two trees of two repositories, files by name.
func differentPaths(ctx context.Context, wantRepo *Repo, want ObjectID, gotRepo *Repo, got ObjectID) ([]PathDifference, error) {
	wanted, err := wantRepo.treeEntries(ctx, want)
	if err != nil {
		return nil, err
	}
	has, err := gotRepo.treeEntries(ctx, got)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(wanted)
	maps.Copy(all, has)
	var paths []PathDifference
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if has[path] != wanted[path] {
			paths = append(paths, PathDifference{path, has[path], wanted[path]})
		}
	}
	return paths, nil
}
