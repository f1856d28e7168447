package history

import (
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
