package gitmap

import (
	"context"
	"strings"
)

// Pager returns the command, for a shell, that the user wants long texts to be shown by,
// as git finds it: $GIT_PAGER, core.pager, $PAGER, or a default.
func (r *Repo) Pager(ctx context.Context) (string, error) {
	out, err := r.Git(ctx, "var", "GIT_PAGER")
	return strings.TrimSpace(out), err
}
