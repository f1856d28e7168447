package gitmap

import (
	"context"
	"strings"
)

// CleanOptions say what [Repo.Clean] removes.
type CleanOptions struct {
	WorkTree string // a copy of the work tree that is meant instead of it; default: the work tree

	Ignored bool // what git is told to ignore, too
	Nested  bool // directories that are git repositories of their own, too
	DryRun  bool // only say what would be removed
}

// Clean removes what git does not know of from the work tree, empty directories included,
// and returns what git says of it, one line for each thing.
func (r *Repo) Clean(ctx context.Context, opts CleanOptions) ([]string, error) {
	args := []string{"--no-optional-locks", "-c", "core.quotePath=false", "clean", "-d", "-f"}
	if opts.Ignored {
		args = append(args, "-x")
	}
	if opts.Nested {
		args = append(args, "-f")
	}
	if opts.DryRun {
		args = append(args, "-n")
	}
	dir := r.workTree
	if opts.WorkTree != "" {
		dir = opts.WorkTree
		args = append([]string{"--git-dir=" + r.gitDir, "--work-tree=" + dir}, args...)
	}
	out, err := runGit(ctx, dir, nil, args...)
	if err != nil || out == "" {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n"), nil
}
