package upload

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// A viewRecord knows the view of a branch in a mode whose view depends on who makes it, and when: what
// was built of it once has to be found again when that is pushed. dgit has the reflog of a ref for
// that; the record is a ref of debgit's own, below one for the commit that the view is of.
type viewRecord struct {
	repo *gitmap.Repo
	head gitmap.CommitID
	ref  string
}

// recordOf returns the record for a view of pkg: for the same branch, mode and tarballs it is the same.
func recordOf(pkg *Package, opts ViewOptions) (*viewRecord, error) {
	origs, err := dsc.OpenOrigs(opts.OrigDirs, pkg.ID)
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("1 %s %s %q\n", dgitVersion, opts.Mode, opts.Forces.list)
	for _, c := range origs {
		key += c.File().Name + " " + c.File().Digest.Hex + "\n"
		c.Close()
	}
	return &viewRecord{pkg.Repo, pkg.Head, history.ViewRef(pkg.Head, fmt.Sprintf("%x", sha256.Sum256([]byte(key))))}, nil
}

// find returns the commits of the view, oldest first; ok is false if it is not known.
func (r *viewRecord) find(ctx context.Context) (made []Made, ok bool, err error) {
	c, ok, err := r.repo.Commit(ctx, r.ref)
	if !ok || err != nil {
		return nil, false, err
	}
	commits, err := r.repo.NewCommitReader(ctx)
	if err != nil {
		return nil, false, err
	}
	defer commits.Close()
	for c != r.head {
		commit, err := commits.Read(c)
		if err != nil {
			return nil, false, err
		}
		if len(commit.Parents) == 0 { // somebody has moved the ref
			return nil, false, nil
		}
		made = append(made, Made{c, "was made before: " + commit.Subject()})
		c = commit.Parents[0]
	}
	slices.Reverse(made)
	return made, len(made) > 0, nil
}

// keep records a view, and forgets those of other commits than this head.
func (r *viewRecord) keep(ctx context.Context, view gitmap.CommitID) error {
	refs, err := r.repo.Refs(ctx, history.ViewPrefix)
	if err != nil {
		return err
	}
	updates := []gitmap.RefUpdate{{Ref: r.ref, New: view, Old: gitmap.CommitID(refs[r.ref])}}
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		if !strings.HasPrefix(ref, history.ViewRef(r.head, "")) {
			updates = append(updates, gitmap.RefUpdate{Ref: ref, Old: gitmap.CommitID(refs[ref])})
		}
	}
	return r.repo.UpdateRefs(ctx, "debgit: archive view", updates...)
}

// makeRecorded is makeApplied, unless the view is known from before.
func (m *maker) makeRecorded(ctx context.Context) error {
	r, err := recordOf(m.pkg, m.opts)
	if err != nil {
		return err
	}
	made, ok, err := r.find(ctx)
	if err != nil {
		return err
	}
	if ok {
		m.view.Made = made
		m.view.Commit = made[len(made)-1].Commit
		return nil
	}
	if err := m.makeApplied(ctx); err != nil || m.view.Commit == r.head {
		return err
	}
	return r.keep(ctx, m.view.Commit)
}
