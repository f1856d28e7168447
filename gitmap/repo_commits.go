package gitmap

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// A Commit is a commit as it is stored. Its texts are bytes of any encoding.
type Commit struct {
	ID        CommitID
	Tree      ObjectID
	Parents   []CommitID
	Author    string // whole line of the commit, without its first word
	Committer string // likewise
	Extra     string // all other lines before the message, such as a signature
	Message   string
}

// A CommitReader reads commits, many at the cost of one git process. It reads what
// is stored: refs/replace and grafts do not count. It is for one goroutine.
type CommitReader struct{ batch *batch }

// NewCommitReader starts reading commits of r. The reader must be closed, and works
// until ctx is done.
func (r *Repo) NewCommitReader(ctx context.Context) (*CommitReader, error) {
	b, err := r.newBatch(ctx)
	if err != nil {
		return nil, err
	}
	return &CommitReader{b}, nil
}

// Close ends the git process.
func (c *CommitReader) Close() error { return c.batch.close() }

// Read returns a commit. The error matches [fs.ErrNotExist] if there is no such
// commit in the repository; it is a failure if what is there has another name.
func (c *CommitReader) Read(id CommitID) (*Commit, error) {
	data, err := c.batch.objectOf("commit", ObjectID(id))
	if err != nil {
		return nil, err
	}
	commit, err := newCommit(data)
	if err != nil {
		return nil, fmt.Errorf("read commit %s: %w", id, err)
	}
	if commit.ID != id {
		return nil, fmt.Errorf("read commit %s: damaged: its content has the name %s", id, commit.ID)
	}
	return commit, nil
}

// Named returns the commit that a ref or another name of gitrevisions(7) leads to. The
// error matches [fs.ErrNotExist] if there is none.
func (c *CommitReader) Named(name string) (*Commit, error) {
	kind, data, err := c.batch.object(name + "^{commit}")
	if err == nil && kind != "commit" {
		err = fs.ErrNotExist
	}
	var commit *Commit
	if err == nil {
		commit, err = newCommit(data)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return commit, nil
}

// File returns the content of a file in the tree of a commit, through symbolic links that
// stay in the tree. The error matches [fs.ErrNotExist] if there is no such file.
func (c *CommitReader) File(id CommitID, path string) ([]byte, error) {
	kind, data, err := c.batch.object(id.String() + ":" + path)
	if err == nil && kind != "blob" {
		err = fmt.Errorf("that is a %s: %w", kind, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("commit %s: %s: %w", id, path, err)
	}
	return data, nil
}

// Has says whether the repository has an object of any kind.
func (c *CommitReader) Has(id ObjectID) (bool, error) { return c.batch.has(id.String()) }

var errCommitFormat = errors.New("not in the format of a commit")

// newCommit reads the content of a commit, which has its name from it.
func newCommit(data []byte) (*Commit, error) {
	c, err := parseCommit(string(data))
	if err == nil {
		c.ID = CommitID(plumbing.ComputeHash(plumbing.CommitObject, data))
	}
	return c, err
}

// parseCommit reads the content of a commit.
func parseCommit(data string) (*Commit, error) {
	header, message, ok := strings.Cut(data, "\n\n")
	if !ok {
		return nil, errCommitFormat
	}
	c := &Commit{Message: message}
	var err error
	var extra strings.Builder
	first := true
	for line := range strings.SplitSeq(header, "\n") {
		key, value, _ := strings.Cut(line, " ")
		var id CommitID
		switch {
		case key == "tree" && first:
			id, err = ParseCommitID(value)
			c.Tree = ObjectID(id)
		case key == "parent" && c.Author == "":
			id, err = ParseCommitID(value)
			c.Parents = append(c.Parents, id)
		case key == "author" && c.Author == "":
			c.Author = value
		case key == "committer" && c.Committer == "":
			c.Committer = value
		default:
			extra.WriteString(line + "\n")
		}
		first = false
		if err != nil {
			return nil, err
		}
	}
	c.Extra = extra.String()
	if c.Tree.IsZero() || c.Author == "" || c.Committer == "" {
		return nil, errCommitFormat
	}
	return c, nil
}

// FindCommits returns up to limit commits, newest first, that are from or among
// its ancestors and have a line of the message that matches any of these extended
// regular expressions; the first skip of them are left out.
func (r *Repo) FindCommits(ctx context.Context, from CommitID, skip, limit int, lines ...string) ([]CommitID, error) {
	var filter []string
	for _, l := range lines {
		filter = append(filter, "--grep="+l)
	}
	return r.findCommits(ctx, from, skip, limit, filter)
}

// FindImporterCommits is FindCommits for commits whose committer is that of imports. It finds
// those, too, whose message has a NUL, at which git stops to look for lines; but not those of
// except and their ancestors.
func (r *Repo) FindImporterCommits(ctx context.Context, from CommitID, skip, limit int, except ...CommitID) ([]CommitID, error) {
	filter := []string{"--committer=^" + regexp.QuoteMeta(importerName+" <"+importerEmail+">")}
	for _, id := range except {
		filter = append(filter, "^"+id.String())
	}
	return r.findCommits(ctx, from, skip, limit, filter)
}

func (r *Repo) findCommits(ctx context.Context, from CommitID, skip, limit int, filter []string) ([]CommitID, error) {
	args := []string{"--no-replace-objects", "rev-list", "--extended-regexp", fmt.Sprintf("--skip=%d", skip), fmt.Sprintf("--max-count=%d", limit)}
	args = append(args, filter...)
	out, err := r.Git(ctx, append(args, from.String(), "--")...)
	if err != nil {
		return nil, err
	}
	var ids []CommitID
	for line := range strings.Lines(out) {
		id, err := ParseCommitID(strings.TrimSpace(line))
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// Children returns, for c and its descendants, the commits that have them as a
// parent, as far as a ref or one of also leads to them. The order depends on what
// is in the repository alone.
func (r *Repo) Children(ctx context.Context, c CommitID, also ...CommitID) (map[CommitID][]CommitID, error) {
	var in strings.Builder
	for _, id := range also {
		in.WriteString(id.String() + "\n")
	}
	in.WriteString("^" + c.String() + "\n")
	out, err := r.gitInput(ctx, []byte(in.String()), "--no-replace-objects", "rev-list", "--ancestry-path", "--topo-order", "--format=%H %P", "--all", "--stdin")
	if err != nil {
		return nil, err
	}
	children := map[CommitID][]CommitID{}
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		if words[0] == "commit" {
			continue
		}
		ids := make([]CommitID, len(words))
		for i, w := range words {
			if ids[i], err = ParseCommitID(w); err != nil {
				return nil, fmt.Errorf("git rev-list: %w", err)
			}
		}
		for _, parent := range ids[1:] {
			children[parent] = append(children[parent], ids[0])
		}
	}
	return children, nil
}

// CommitsSince counts the commits of a branch that old does not have; merged branches
// count as one.
func (r *Repo) CommitsSince(ctx context.Context, old, tip CommitID) (n int, err error) {
	out, err := r.Git(ctx, "rev-list", "--count", "--first-parent", "^"+old.String(), tip.String(), "--")
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(out))
}
