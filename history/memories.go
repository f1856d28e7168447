package history

import (
	"context"
	"maps"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// importRemembering is [gitmap.Import] with the tarballs that earlier imports into
// the same repository remembered.
func importRemembering(ctx context.Context, repo *gitmap.Repo, pkg *dsc.Package, opts gitmap.ImportOptions) (*gitmap.Imported, error) {
	refs, err := repo.Refs(ctx, memoryPrefix)
	if err != nil {
		return nil, err
	}
	opts.Remembered = map[string]gitmap.ObjectID{}
	for ref, id := range refs {
		opts.Remembered[strings.TrimPrefix(ref, memoryPrefix)] = id
	}
	return gitmap.Import(ctx, repo, pkg, opts)
}

// memoryUpdates returns the updates that keep what imp remembers of its tarballs,
// where refs are as they are now.
func memoryUpdates(refs map[string]gitmap.ObjectID, imp *gitmap.Imported) []gitmap.RefUpdate {
	var updates []gitmap.RefUpdate
	for _, digest := range slices.Sorted(maps.Keys(imp.Memories)) {
		ref, id := memoryPrefix+digest, imp.Memories[digest]
		if refs[ref] != id {
			updates = append(updates, gitmap.RefUpdate{Ref: ref, New: gitmap.CommitID(id), Old: gitmap.CommitID(refs[ref]), NoReflog: true})
		}
	}
	return updates
}
