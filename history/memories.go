package history

import (
	"context"
	"maps"
	"slices"
	"strings"

	"debgit/gitmap"
)

// remembered returns what earlier imports remembered of tarballs, where refs are as they are now.
func remembered(refs map[string]gitmap.ObjectID) map[string]gitmap.ObjectID {
	memories := map[string]gitmap.ObjectID{}
	for ref, id := range refs {
		if digest, ok := strings.CutPrefix(ref, memoryPrefix); ok {
			memories[digest] = id
		}
	}
	return memories
}

// RememberedTarballs returns what earlier imports into repo remembered of tarballs, for
// [gitmap.ImportOptions].
func RememberedTarballs(ctx context.Context, repo *gitmap.Repo) (map[string]gitmap.ObjectID, error) {
	refs, err := repo.Refs(ctx, memoryPrefix)
	return remembered(refs), err
}

// RememberTarballs keeps what was remembered of tarballs, by their SHA-256 digests, for later
// imports into repo. known is what [RememberedTarballs] returned before. Somebody else who keeps
// the same things meanwhile is no conflict.
func RememberTarballs(ctx context.Context, repo *gitmap.Repo, known, memories map[string]gitmap.ObjectID) error {
	for {
		var updates []gitmap.RefUpdate
		for _, digest := range slices.Sorted(maps.Keys(memories)) {
			if id := memories[digest]; known[digest] != id {
				updates = append(updates, gitmap.RefUpdate{Ref: memoryPrefix + digest, New: gitmap.CommitID(id), Old: gitmap.CommitID(known[digest]), NoReflog: true})
			}
		}
		if len(updates) == 0 {
			return nil
		}
		refused := repo.UpdateRefs(ctx, "debgit: remember tarballs", updates...)
		if refused == nil {
			return nil
		}
		now, err := RememberedTarballs(ctx, repo)
		if err != nil || maps.Equal(now, known) {
			return refused
		}
		known = now
	}
}
