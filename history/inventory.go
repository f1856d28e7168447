package history

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"debgit/gitmap"
)

// inventory knows what a repository has: the refs as they are when a fetch begins, and
// the objects of which it has all that they lead to.
type inventory struct {
	repo     *gitmap.Repo
	reader   *gitmap.CommitReader
	refs     map[string]gitmap.ObjectID // all of them
	complete map[gitmap.ObjectID]bool   // objects of refs, and those that were fetched
	fetched  []gitmap.ObjectID
	patience time.Duration // how long a server may take to list its refs; 0: as long as git waits
}

// openInventory looks at a repository. It must be closed.
func openInventory(ctx context.Context, repo *gitmap.Repo) (*inventory, error) {
	refs, err := repo.Refs(ctx)
	if err != nil {
		return nil, err
	}
	reader, err := repo.NewCommitReader(ctx)
	if err != nil {
		return nil, err
	}
	h := &inventory{repo: repo, reader: reader, refs: refs, complete: map[gitmap.ObjectID]bool{}}
	for _, id := range refs {
		h.complete[id] = true
	}
	return h, nil
}

// hasBefore remembers that the ancestors of a commit are here, as the commit is.
func (h *inventory) hasBefore(c *gitmap.Commit) {
	for _, p := range c.Parents {
		h.complete[gitmap.ObjectID(p)] = true
	}
}

func (h *inventory) close() { h.reader.Close() }

// has says whether the repository has these objects with all that they lead to.
func (h *inventory) has(ctx context.Context, ids ...gitmap.ObjectID) (bool, error) {
	unknown := slices.DeleteFunc(slices.Clone(ids), func(id gitmap.ObjectID) bool { return h.complete[id] })
	if len(unknown) == 0 {
		return true, nil
	}
	ok, err := h.repo.IsComplete(ctx, unknown, h.fetched)
	if ok {
		for _, id := range unknown {
			h.complete[id] = true
		}
	}
	return ok, err
}

// mostLists is how often the refs of a git server are listed, if they change while
// we fetch.
const mostLists = 10

// fetch gets the objects of the refs at url whose names begin with any of prefixes, as
// far as they are not here, and returns these refs. It makes none.
func (h *inventory) fetch(ctx context.Context, url string, prefixes ...string) (map[string]gitmap.ObjectID, error) {
	for range mostLists {
		listed, err := h.list(ctx, url, prefixes)
		if err != nil {
			return nil, err
		}
		if here, err := h.has(ctx, slices.Collect(maps.Values(listed))...); here || err != nil {
			return listed, err
		}
		var wanted []string
		for _, ref := range slices.Sorted(maps.Keys(listed)) {
			if !h.complete[listed[ref]] {
				wanted = append(wanted, ref)
			}
		}
		if err := h.repo.FetchObjects(ctx, url, wanted...); err != nil {
			return nil, &GitServerError{url, err}
		}
		if all, err := h.haveFetched(listed, wanted); all || err != nil {
			return listed, err
		}
	}
	return nil, &GitServerError{url, fmt.Errorf("its refs changed each of %d times that they were listed", mostLists)}
}

func (h *inventory) list(ctx context.Context, url string, prefixes []string) (map[string]gitmap.ObjectID, error) {
	if h.patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.patience)
		defer cancel()
	}
	listed, err := h.repo.RemoteRefs(ctx, url, prefixes...)
	if err != nil {
		err = &GitServerError{url, inTime(ctx, h.patience, err)}
	}
	return listed, err
}

// haveFetched says whether what was fetched is what was listed, and remembers that it
// is here.
func (h *inventory) haveFetched(listed map[string]gitmap.ObjectID, wanted []string) (all bool, err error) {
	for _, ref := range wanted {
		if has, err := h.reader.Has(listed[ref]); !has || err != nil {
			return false, err
		}
	}
	for _, ref := range wanted {
		h.complete[listed[ref]] = true
		h.fetched = append(h.fetched, listed[ref])
	}
	return true, nil
}
