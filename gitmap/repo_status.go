package gitmap

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A WorkState says in what the work tree and the index differ from HEAD.
type WorkState struct {
	Changed   []string // paths that git knows of and that differ, those of Conflicts not among them
	Untracked []string // paths that git does not know of and is not told to ignore; a directory ends in a slash
	Conflicts []string // paths of a merge that are not resolved
}

// IsClean says whether all that git knows of is as HEAD has it.
func (s *WorkState) IsClean() bool { return len(s.Changed) == 0 && len(s.Conflicts) == 0 }

// WorkState returns the state of the work tree, which there must be. It writes nothing, not even
// the index.
func (r *Repo) WorkState(ctx context.Context) (*WorkState, error) {
	out, err := r.Git(ctx, "--no-optional-locks", "-c", "status.showUntrackedFiles=normal",
		"status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=none")
	if err != nil {
		return nil, err
	}
	s := &WorkState{}
	for item := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if len(item) < 4 {
			continue
		}
		path := item[3:]
		switch item[:2] {
		case "??":
			s.Untracked = append(s.Untracked, path)
		case "DD", "AU", "UD", "UA", "DU", "AA", "UU":
			s.Conflicts = append(s.Conflicts, path)
		default:
			s.Changed = append(s.Changed, path)
		}
	}
	return s, nil
}

// LeftOut returns the paths that the work tree lacks because git is told to leave them out, as in a sparse
// checkout, see git-sparse-checkout(1).
func (r *Repo) LeftOut(ctx context.Context) ([]string, error) {
	out, err := r.Git(ctx, "ls-files", "-t", "-z")
	if err != nil {
		return nil, err
	}
	var paths []string
	for line := range strings.SplitSeq(out, "\x00") {
		path, skipped := strings.CutPrefix(line, "S ")
		if !skipped {
			continue
		}
		if _, err := os.Lstat(filepath.Join(r.workTree, path)); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			paths = append(paths, path)
		}
	}
	return paths, nil
}
