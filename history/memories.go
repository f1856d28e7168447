package history

import (
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
