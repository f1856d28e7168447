package history

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"debgit/gitmap"
)

// A HistoryBranch is a branch of the upload history.
type HistoryBranch struct {
	Name   string          // such as "debgit/uploads/sid"
	Commit gitmap.CommitID // the end of the history
	Old    gitmap.CommitID // where the branch was before; or zero
	State  HistoryBranchState
}

// A HistoryBranchState says what became of a branch of the upload history.
type HistoryBranchState int

// The states of a [HistoryBranch].
const (
	BranchSame    HistoryBranchState = iota // it is where it was
	BranchNew                               // it was made
	BranchForward                           // it has further commits now
	BranchMoved                             // it has other commits now, because further uploads were found on the way
	BranchInUse                             // it was left where it is: it is checked out, or has commits of its owner
)

func (s HistoryBranchState) String() string {
	return [...]string{BranchSame: "same", BranchNew: "new", BranchForward: "forward", BranchMoved: "moved", BranchInUse: "in-use"}[s]
}

// A historyMove brings the refs of an upload history up to date.
type historyMove struct {
	*uploadFetcher
	refs    map[string]gitmap.ObjectID // of the history, as they are
	updates []gitmap.RefUpdate
}

// set adds the update of a ref, if it has to move.
func (m *historyMove) set(ref string, to gitmap.CommitID) {
	if old := gitmap.CommitID(m.refs[ref]); old != to {
		m.updates = append(m.updates, gitmap.RefUpdate{Ref: ref, New: to, Old: old, NoReflog: ref == uploadIndexRef})
	}
}

// planUploads works out the updates for the uploads of a history, and writes its index.
func (m *historyMove) planUploads(w *historyWriter, members map[gitmap.CommitID]*historyMember) error {
	index := &uploadIndex{Schema: uploadIndexSchema, Package: m.pkg, Uploads: []indexedUpload{}}
	for i, name := range m.names(w) {
		u := w.uploads[i]
		if tag := uploadTagPrefix + name; m.refs[tag].IsZero() {
			m.set(tag, u.importID)
		}
		m.set(uploadCommitPrefix+name, w.commits[i])
		index.Uploads = append(index.Uploads, indexedUpload{
			Version: string(u.version),
			Import:  u.importID.String(),
			Commit:  w.commits[i].String(),
			Name:    name,
			Suites:  append([]string{}, members[u.importID].suites...),
		})
	}
	data, err := index.encode()
	if err != nil {
		return err
	}
	tree, err := w.pack.WriteFiles(map[string][]byte{uploadIndexFile: data})
	if err != nil {
		return err
	}
	m.set(uploadIndexRef, gitmap.CommitID(tree))
	return nil
}

// planBranches works out the updates for the branches, which are to end at tips. A branch
// that is not where it was put last, or is checked out, is its owner's, and stays.
func (m *historyMove) planBranches(ctx context.Context, tips map[string]gitmap.CommitID) error {
	for _, suite := range slices.Sorted(maps.Keys(tips)) {
		ref, tip := uploadBranchPrefix+suite, tips[suite]
		b := HistoryBranch{Name: UploadBranch(suite), Commit: tip, Old: gitmap.CommitID(m.refs[ref])}
		put := gitmap.CommitID(m.refs[uploadTipPrefix+suite])
		switch forward, err := m.forward(ctx, b.Old, tip); {
		case err != nil:
			return err
		case b.Old == tip:
		case b.Old.IsZero():
			b.State = BranchNew
		case forward:
			b.State = BranchForward
		case b.Old == put:
			b.State = BranchMoved
		default:
			b.State = BranchInUse
		}
		if b.State == BranchForward || b.State == BranchMoved {
			dir, err := m.repo.CheckedOut(ctx, ref)
			if err != nil {
				return err
			}
			if dir != "" {
				b.State = BranchInUse
			}
		}
		m.set(uploadTipPrefix+suite, tip)
		if b.State != BranchInUse {
			m.set(ref, tip)
		}
		m.result.Branches = append(m.result.Branches, b)
	}
	return nil
}

// forward says whether to has old among its ancestors.
func (m *historyMove) forward(ctx context.Context, old, to gitmap.CommitID) (bool, error) {
	if old.IsZero() || old == to {
		return false, nil
	}
	return m.repo.IsAncestor(ctx, old, to)
}

// names returns the names by which refs know the uploads of w: their versions. A tag never
// moves: where there is another one of the name already, such as that of another upload
// of this version, the name has a part of the import's id behind it.
func (m *historyMove) names(w *historyWriter) []string {
	taken := map[string]gitmap.CommitID{}
	for ref, id := range m.refs {
		taken[ref] = gitmap.CommitID(id)
	}
	names := make([]string, len(w.uploads))
	for i, u := range w.uploads {
		name := MangleVersion(u.version)
		if id, ok := taken[uploadTagPrefix+name]; ok && id != u.importID {
			name = fmt.Sprintf("%s@%.12s", name, u.importID)
		}
		taken[uploadTagPrefix+name] = u.importID
		names[i] = name
	}
	return names
}
