package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"debgit/gitmap"
)

// refMoves is what a fetch does in the end: all of it in one transaction, or nothing.
type refMoves struct {
	have    *inventory
	message string          // for reflogs
	imp     *recordedImport // what is kept beside the refs; nil if nothing was imported
	moves   []gitmap.RefUpdate
}

// errRefsMoved says that another process moved a ref while we worked.
var errRefsMoved = errors.New("the refs were changed at the same time")

// moveRefs moves the refs that are not where they should be. The error matches errRefsMoved if
// another process was there in the meantime.
func moveRefs(ctx context.Context, m refMoves) error {
	moves := slices.DeleteFunc(m.moves, func(u gitmap.RefUpdate) bool { return u.New == u.Old })
	if m.imp == nil && len(moves) == 0 {
		return nil
	}
	err := publish(ctx, m.have.repo, m.message, m.have.refs, importList(m.imp), moves...)
	var refused *gitmap.GitError
	if errors.As(err, &refused) && strings.Contains(refused.Stderr, "cannot lock ref") {
		return fmt.Errorf("%w: %v", errRefsMoved, err)
	}
	return err
}

// archiveUpdate has the pseudo-ref for what was fetched last name a commit.
func archiveUpdate(have *inventory, c gitmap.CommitID) gitmap.RefUpdate {
	update := gitmap.RefUpdate{Ref: archiveRef, New: c}
	if old, err := have.reader.Named(archiveRef); err == nil {
		update.Old = old.ID
	} else { // git gc may have removed the commit
		update.Old = have.repo.Pseudoref(archiveRef)
	}
	return update
}
