package history

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"debgit/dsc"
	"debgit/gitmap"
)

// An Import is an import that a repository has.
type Import struct {
	*gitmap.Chain
	Record *Record // nil if there is none, such as when dgit made the import
}

// ID returns the upload that was imported. Without a record the version is that of
// the changelog, which hardly ever is another than the upload's.
func (i *Import) ID() dsc.ID {
	if i.Record != nil {
		return i.Record.ID()
	}
	m, _ := i.Main.Marker()
	return dsc.ID{Package: m.Package, Version: m.Version}
}

// A Found tells to which import a commit belongs.
type Found struct {
	Commit *gitmap.Commit // the one that was asked for
	Part   *gitmap.Commit // the commit of an import that this is, or else the nearest one before it
	Import *Import        // nil if only a tarball commit of it is in the repository
	Others []*Import      // further imports that have the same commit, such as that of an upstream tarball
}

// IsPart says whether the commit that was asked for is itself one of the import.
func (f *Found) IsPart() bool { return f.Commit.ID == f.Part.ID }

// An UnknownCommitError says that a revision names no commit.
type UnknownCommitError struct{ Rev string }

func (e *UnknownCommitError) Error() string {
	return fmt.Sprintf("%q names no commit of this repository", e.Rev)
}

// A NoImportError says that there is no import among a commit and its ancestors,
// or only a tarball commit of it.
type NoImportError struct {
	Rev    string
	Commit gitmap.CommitID
}

func (e *NoImportError) Error() string {
	return fmt.Sprintf("%s, commit %s, is no import, nor is one among the commits before it", e.Rev, e.Commit)
}

// FindImport finds the import that a commit is part of, or builds on: then it is the
// newest one in its history. rev is any expression of gitrevisions(7); "" stands for
// HEAD.
//
// An import is known by its record, or by the messages of its commits. A commit of the
// upload history stands for the import that it names. Errors that
// callers may test for: [*UnknownCommitError], [*NoImportError], [*RecordError].
func FindImport(ctx context.Context, repo *gitmap.Repo, rev string) (*Found, error) {
	if rev == "" {
		rev = "HEAD"
	}
	id, ok, err := repo.Commit(ctx, rev)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &UnknownCommitError{rev}
	}
	reader, err := repo.NewCommitReader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	f := &finder{repo: repo, reader: reader, asked: id}
	found, err := f.find(ctx)
	if err == nil && found == nil {
		err = &NoImportError{rev, id}
	}
	return found, err
}

// finder is what one search works on.
type finder struct {
	repo   *gitmap.Repo
	reader *gitmap.CommitReader
	asked  gitmap.CommitID
}

// candidatesAtOnce is how many commits with a promising message are looked for at
// a time. Nearly always the first of them is what is looked for.
const candidatesAtOnce = 64

func (f *finder) find(ctx context.Context) (*Found, error) {
	commit, err := f.reader.Read(f.asked)
	if err != nil {
		return nil, err
	}
	if id, ok := importOfUpload(commit); ok {
		f.asked = id
	}
	found, err := f.importsWith(ctx, f.asked)
	if found == nil && err == nil {
		found, err = f.before(ctx)
	}
	if found != nil {
		found.Commit = commit
	}
	return found, err
}

// before returns the imports of the newest commit before the one that was asked for that has any,
// or nil. git finds no line of a message behind a NUL, such as one from a changelog: commits with
// such a message are found by their committer, which only newer imports have.
func (f *finder) before(ctx context.Context) (*Found, error) {
	found, err := f.first(ctx, func(skip int) ([]gitmap.CommitID, error) {
		return f.repo.FindCommits(ctx, f.asked, skip, candidatesAtOnce, gitmap.PartLines...)
	})
	if err != nil {
		return nil, err
	}
	var except []gitmap.CommitID
	if found != nil {
		except = append(except, found.Part.ID)
	}
	other, err := f.first(ctx, func(skip int) ([]gitmap.CommitID, error) {
		return f.repo.FindImporterCommits(ctx, f.asked, skip, candidatesAtOnce, except...)
	})
	if err != nil {
		return nil, err
	}
	if found == nil || other == nil {
		return cmp.Or(found, other), nil
	}
	above, err := f.repo.IsAncestor(ctx, found.Part.ID, other.Part.ID)
	if err == nil && (above || other.isNewerThan(found)) {
		return other, nil
	}
	return found, err
}

// isNewerThan says whether the part that f tells of was made later than that of other, going by the
// changelogs.
func (f *Found) isNewerThan(other *Found) bool {
	_, ours, _ := gitmap.SplitIdentity(f.Part.Committer)
	_, theirs, _ := gitmap.SplitIdentity(other.Part.Committer)
	return ours > theirs
}

// first returns the imports of the first candidate that has any, or nil.
func (f *finder) first(ctx context.Context, candidates func(skip int) ([]gitmap.CommitID, error)) (*Found, error) {
	for skip := 0; ; skip += candidatesAtOnce {
		ids, err := candidates(skip)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if found, err := f.importsWith(ctx, id); found != nil || err != nil {
				return found, err
			}
		}
		if len(ids) < candidatesAtOnce {
			return nil, nil
		}
	}
}

// importsWith returns the imports of which id is a commit, or nil if it is none of any.
func (f *finder) importsWith(ctx context.Context, id gitmap.CommitID) (*Found, error) {
	part, err := f.reader.Read(id)
	if err != nil {
		return nil, err
	}
	found := &Found{Part: part}
	var chains []*gitmap.Chain
	if m, ok := part.Marker(); ok && !m.IsMain() {
		chains, err = f.chainsOfTarball(ctx, id)
	} else {
		chain, ok, cerr := f.reader.Chain(id)
		if cerr != nil || !ok {
			return nil, cerr
		}
		chains, err = f.complete(ctx, chain)
	}
	if err != nil {
		return nil, err
	}
	imports := make([]*Import, 0, len(chains))
	for _, c := range chains {
		record, _, err := readRecord(ctx, f.repo, c.Tip().ID)
		if err != nil {
			return nil, err
		}
		imports = append(imports, &Import{c, record})
	}
	slices.SortStableFunc(imports, func(a, b *Import) int {
		switch {
		case (a.Record == nil) == (b.Record == nil):
			return 0
		case a.Record != nil:
			return -1
		}
		return 1
	})
	if len(imports) > 0 {
		found.Import, found.Others = imports[0], imports[1:]
	}
	return found, nil
}

// complete returns the whole chains that chain may be the start of: itself, if
// it is recorded as whole or no further patch commit is known.
func (f *finder) complete(ctx context.Context, chain *gitmap.Chain) ([]*gitmap.Chain, error) {
	tip := chain.Tip().ID
	ref := recordRef(tip)
	if refs, err := f.repo.Refs(ctx, ref); err != nil || !refs[ref].IsZero() {
		return []*gitmap.Chain{chain}, err
	}
	children, err := f.children(ctx, tip)
	if err != nil {
		return nil, err
	}
	return f.climb(chain, children)
}

// chainsOfTarball returns the chains of all imports that have a tarball commit.
func (f *finder) chainsOfTarball(ctx context.Context, tarball gitmap.CommitID) ([]*gitmap.Chain, error) {
	children, err := f.children(ctx, tarball)
	if err != nil {
		return nil, err
	}
	var all []*gitmap.Chain
	for _, id := range children[tarball] {
		c, err := f.reader.Read(id)
		if err != nil {
			return nil, err
		}
		if m, ok := c.Marker(); !ok || !m.IsMain() {
			continue
		}
		chain, ok, err := f.reader.Chain(id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		chains, err := f.climb(chain, children)
		if err != nil {
			return nil, err
		}
		all = append(all, chains...)
	}
	return all, nil
}

// children returns the children of a commit and its descendants, as far as they are
// known here.
func (f *finder) children(ctx context.Context, c gitmap.CommitID) (map[gitmap.CommitID][]gitmap.CommitID, error) {
	recorded, err := recordedCommits(ctx, f.repo, f.reader)
	if err != nil {
		return nil, err
	}
	return f.repo.Children(ctx, c, append(recorded, f.asked)...)
}

// climb returns the chains that chain grows to with the patch commits above it, as far as
// there are any: where two could follow, there are two chains. It changes chain.
func (f *finder) climb(chain *gitmap.Chain, children map[gitmap.CommitID][]gitmap.CommitID) ([]*gitmap.Chain, error) {
	var whole []*gitmap.Chain
	growing := []*gitmap.Chain{chain}
	for len(growing) > 0 {
		chain := growing[len(growing)-1]
		next, err := f.continuations(chain, children[chain.Tip().ID])
		if err != nil {
			return nil, err
		}
		growing = growing[:len(growing)-1]
		if len(next) == 0 {
			whole = append(whole, chain)
			continue
		}
		for _, c := range slices.Backward(next[1:]) {
			fork := *chain
			fork.Patches = append(slices.Clone(chain.Patches), c)
			growing = append(growing, &fork)
		}
		chain.Patches = append(chain.Patches, next[0])
		growing = append(growing, chain)
	}
	return whole, nil
}

// continuations returns those of children that the chain continues with.
func (f *finder) continuations(chain *gitmap.Chain, children []gitmap.CommitID) ([]*gitmap.Commit, error) {
	var all []*gitmap.Commit
	for _, id := range children {
		c, err := f.reader.Read(id)
		if err != nil {
			return nil, err
		}
		if chain.ContinuesWith(c) {
			all = append(all, c)
		}
	}
	return all, nil
}
