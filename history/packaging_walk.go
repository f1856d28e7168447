package history

import (
	"container/heap"
	"errors"
	"io/fs"

	"debgit/gitmap"
)

// mostChangelogs is how many bytes of changelogs a walk reads. Nearly all packages have
// less in their whole history; the kernel's has more in its last hundred changes.
const mostChangelogs = 256 << 20

// walk looks at the history of commits for uploads, newest first. Where a commit has no
// debian/changelog its history is not looked at: it is upstream's, or of a tarball.
//
// A walk that would take very long ends early, and sets h.short.
func (h *holdings) walk(starts ...gitmap.CommitID) error {
	w := &packagingWalk{h: h, seen: map[gitmap.CommitID]*walkStep{}}
	for _, id := range starts {
		if _, err := w.add(id); err != nil {
			return err
		}
	}
	for w.queue.Len() > 0 {
		if h.changelogs.read > h.mostChangelogs {
			h.short = true
			return nil
		}
		if err := w.visit(heap.Pop(&w.queue).(*walkStep)); err != nil {
			return err
		}
	}
	return nil
}

type packagingWalk struct {
	h     *holdings
	queue walkQueue
	seen  map[gitmap.CommitID]*walkStep
}

// A walkStep is a commit on the way.
type walkStep struct {
	commit    *gitmap.Commit
	time      int64 // of its committer
	changelog changelogID
}

// add puts a commit into the queue, if it is of a source package and was not seen. It
// returns nil if it is not of one, or not in the repository, as in a shallow clone.
func (w *packagingWalk) add(id gitmap.CommitID) (*walkStep, error) {
	if s, ok := w.seen[id]; ok {
		return s, nil
	}
	w.seen[id] = nil
	c, err := w.h.commits.Read(id)
	if err != nil {
		return nil, ignoreNotThere(err)
	}
	s := &walkStep{commit: c}
	if s.changelog, err = w.h.changelogs.id(c); err != nil || s.changelog == (changelogID{}) {
		return nil, err
	}
	_, s.time, _ = gitmap.SplitIdentity(c.Committer)
	w.seen[id] = s
	heap.Push(&w.queue, s)
	return s, nil
}

// visit looks at a commit, and puts its parents into the queue.
func (w *packagingWalk) visit(s *walkStep) error {
	changed := true
	for _, parent := range s.commit.Parents {
		p, err := w.add(parent)
		if err != nil {
			return err
		}
		if p != nil && p.changelog == s.changelog {
			changed = false
		}
	}
	return w.h.consider(s, changed)
}

// consider notes what a commit holds, unless a newer one was seen that holds the same
// upload in the same way.
func (h *holdings) consider(s *walkStep, changed bool) error {
	marker, marked := s.commit.Marker()
	_, isPatch := s.commit.Patch()
	isMain := marked && marker.IsMain()
	if marked && !isMain || !changed && !isPatch && !isMain {
		return nil
	}
	e, err := h.changelogs.top(s.changelog, s.commit.ID)
	if err != nil || e == nil || !e.IsReleased() {
		return err
	}
	if _, ok := h.reached[e.Version]; !ok {
		h.reached[e.Version] = e
	}
	if (isPatch || isMain) && len(h.imports[e.Version]) == 0 {
		_, ok, err := h.commits.Chain(s.commit.ID)
		if err != nil {
			return err
		}
		if ok {
			h.imports[e.Version] = []gitmap.CommitID{s.commit.ID}
			return nil
		}
	}
	if _, ok := h.walked[e.Version]; !ok && changed {
		h.walked[e.Version] = s.commit.ID
	}
	return nil
}

// walkQueue has the newest commit first.
type walkQueue []*walkStep

func (q walkQueue) Len() int           { return len(q) }
func (q walkQueue) Less(i, j int) bool { return q[i].time > q[j].time }
func (q walkQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *walkQueue) Push(x any)        { *q = append(*q, x.(*walkStep)) }
func (q *walkQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// ignoreNotThere returns nil for an error that says that something is not in the
// repository, such as in a shallow clone.
func ignoreNotThere(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
