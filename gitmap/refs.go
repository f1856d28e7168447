package gitmap

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A RefUpdate moves one ref, not what a symbolic one stands for. It is refused if the
// ref is not where Old says.
type RefUpdate struct {
	Ref string
	New CommitID // zero: delete the ref
	Old CommitID // zero: the ref must not exist

	// NoReflog is for refs that name no commits: git gc would complain of their
	// logs. Then no update of the call has one but where git makes one by default.
	NoReflog bool
}

// UpdateRefs does all updates or none, and writes message into the reflogs that there
// are, and that git makes for new refs.
func (r *Repo) UpdateRefs(ctx context.Context, message string, updates ...RefUpdate) error {
	var in strings.Builder
	noReflog := false
	for _, u := range updates {
		in.WriteString("option no-deref\x00")
		if u.New.IsZero() {
			fmt.Fprintf(&in, "delete %s\x00%s\x00", u.Ref, u.Old)
		} else {
			fmt.Fprintf(&in, "update %s\x00%s\x00%s\x00", u.Ref, u.New, u.Old)
		}
		noReflog = noReflog || u.NoReflog
	}
	args := []string{"update-ref", "-m", message, "-z", "--stdin"}
	if noReflog {
		config, err := r.Config(ctx)
		if err != nil {
			return err
		}
		if config.Value("core.logAllRefUpdates") == "always" {
			args = append([]string{"-c", "core.logAllRefUpdates=true"}, args...)
		}
	}
	_, err := r.gitInput(ctx, []byte(in.String()), args...)
	return err
}

// Pseudoref returns what a pseudoref such as ORIG_HEAD names, which is a file of its own, whether
// or not there is such an object; zero if there is none.
func (r *Repo) Pseudoref(name string) CommitID {
	data, err := os.ReadFile(filepath.Join(r.gitDir, name))
	if err != nil {
		return CommitID{}
	}
	id, err := ParseCommitID(strings.TrimSpace(string(data)))
	if err != nil {
		return CommitID{}
	}
	return id
}

// Refs returns the refs that match any of the patterns of git-for-each-ref(1), with
// the objects that they name.
func (r *Repo) Refs(ctx context.Context, patterns ...string) (map[string]ObjectID, error) {
	return r.refs(ctx, patterns)
}

// MergedRefs is Refs for those refs that name one of tips, or an ancestor of one.
func (r *Repo) MergedRefs(ctx context.Context, pattern string, tips ...CommitID) (map[string]ObjectID, error) {
	if len(tips) == 0 {
		return nil, nil
	}
	var options []string
	for _, t := range tips {
		options = append(options, "--merged="+t.String())
	}
	return r.refs(ctx, []string{pattern}, options...)
}

func (r *Repo) refs(ctx context.Context, patterns []string, options ...string) (map[string]ObjectID, error) {
	args := append([]string{"for-each-ref", "--format=%(objectname) %(refname)"}, options...)
	out, err := r.Git(ctx, append(append(args, "--"), patterns...)...)
	if err != nil {
		return nil, err
	}
	refs := map[string]ObjectID{}
	for line := range strings.Lines(out) {
		name, ref, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		id, err := ParseCommitID(name)
		if err != nil {
			return nil, fmt.Errorf("git for-each-ref: %w", err)
		}
		refs[ref] = ObjectID(id)
	}
	return refs, nil
}

// Commit returns the commit that rev names, which is any expression of
// gitrevisions(7). ok is false if there is no such commit in the repository.
func (r *Repo) Commit(ctx context.Context, rev string) (id CommitID, ok bool, err error) {
	out, err := r.Git(ctx, "rev-parse", "--quiet", "--verify", "--end-of-options", rev+"^{commit}")
	if exitStatus(err) == 1 || isMissingObject(err) {
		return id, false, nil
	}
	if err != nil {
		return id, false, err
	}
	id, err = ParseCommitID(strings.TrimSpace(out))
	return id, err == nil, err
}

// isMissingObject tells git's words for "that object is not here" from other failures.
func isMissingObject(err error) bool {
	var ge *GitError
	return errors.As(err, &ge) && strings.Contains(ge.Stderr, "Needed a single revision")
}

// Tree returns the tree of a commit.
func (r *Repo) Tree(ctx context.Context, c CommitID) (ObjectID, error) {
	out, err := r.Git(ctx, "rev-parse", "--verify", "--end-of-options", c.String()+"^{tree}")
	if err != nil {
		return ObjectID{}, err
	}
	id, err := ParseCommitID(strings.TrimSpace(out))
	return ObjectID(id), err
}

// IsAncestor says whether a is b or an ancestor of b.
func (r *Repo) IsAncestor(ctx context.Context, a, b CommitID) (bool, error) {
	_, err := r.Git(ctx, "merge-base", "--is-ancestor", a.String(), b.String())
	if exitStatus(err) == 1 {
		return false, nil
	}
	return err == nil, err
}

// FileAt returns the content of a file in the tree of a commit.
func (r *Repo) FileAt(ctx context.Context, c CommitID, path string) ([]byte, error) {
	out, err := r.Git(ctx, "cat-file", "blob", c.String()+":"+path)
	return []byte(out), err
}

// SymbolicTarget returns the ref that a symbolic ref stands for, or ref itself if it
// is none.
func (r *Repo) SymbolicTarget(ctx context.Context, ref string) (string, error) {
	target, err := r.Git(ctx, "symbolic-ref", "--quiet", ref)
	if exitStatus(err) == 1 {
		return ref, nil
	}
	return strings.TrimSuffix(target, "\n"), err
}

// CheckedOut returns the work tree, of those that share this repository, in which
// ref is the current branch, or "".
func (r *Repo) CheckedOut(ctx context.Context, ref string) (dir string, err error) {
	out, err := r.Git(ctx, "worktree", "list", "--porcelain")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if path, ok := strings.CutPrefix(line, "worktree "); ok {
			dir = path
		}
		if line == "branch "+ref {
			return dir, nil
		}
	}
	return "", nil
}
