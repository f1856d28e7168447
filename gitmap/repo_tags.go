package gitmap

import (
	"context"
	"fmt"
	"strings"
)

// A Tag is a tag of a commit.
type Tag struct {
	Name    string // without refs/tags/
	Commit  CommitID
	Subject string // first line of its message; "" if it is no object of its own
}

// Tags returns all tags that name commits, directly or through one tag object, by name.
func (r *Repo) Tags(ctx context.Context) ([]Tag, error) {
	out, err := r.Git(ctx, "for-each-ref", "--format=%(refname) %(objecttype) %(objectname) %(*objecttype) %(*objectname) %(contents:subject)", "refs/tags")
	if err != nil {
		return nil, err
	}
	var tags []Tag
	for line := range strings.Lines(out) {
		words := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 6)
		if len(words) < 6 {
			return nil, fmt.Errorf("git for-each-ref: answered %q", line)
		}
		t, id := Tag{Name: strings.TrimPrefix(words[0], "refs/tags/")}, ""
		switch {
		case words[1] == "commit":
			id = words[2]
		case words[1] == "tag" && words[3] == "commit":
			id, t.Subject = words[4], words[5]
		default:
			continue
		}
		if t.Commit, err = ParseCommitID(id); err != nil {
			return nil, fmt.Errorf("git for-each-ref: %w", err)
		}
		tags = append(tags, t)
	}
	return tags, nil
}

// WriteTag writes a tag object, of which text is the whole content, and makes no ref. git refuses
// what does not have the form of a tag.
func (r *Repo) WriteTag(ctx context.Context, text []byte) (ObjectID, error) {
	out, err := r.gitInput(ctx, text, "-c", syncLoose, "hash-object", "-t", "tag", "-w", "--stdin")
	if err != nil {
		return ObjectID{}, err
	}
	id, err := ParseCommitID(strings.TrimSpace(out))
	return ObjectID(id), err
}

// VerifyTag has git verify the signature of a tag object, with the user's own keys.
func (r *Repo) VerifyTag(ctx context.Context, tag ObjectID) error {
	_, err := r.Git(ctx, "verify-tag", tag.String())
	return err
}
