package history

import (
	"errors"
	"fmt"
	"io/fs"

	"debgit/dsc"
	"debgit/gitmap"
)

const changelogPath = "debian/changelog"

// A NoChangelogError says that a commit, or the work tree, is not of a source package.
type NoChangelogError struct {
	Rev    string          // as it was asked for
	Commit gitmap.CommitID // zero for the work tree
}

func (e *NoChangelogError) Error() string {
	if e.Commit.IsZero() {
		return fmt.Sprintf("%s has no debian/changelog with an entry in it", e.Rev)
	}
	return fmt.Sprintf("%s, commit %s, has no debian/changelog with an entry in it", e.Rev, e.Commit)
}

// A changelogReader reads the changelogs of many commits, most of which are the same.
type changelogReader struct {
	commits *gitmap.CommitReader
	trees   *gitmap.TreeReader
	dirs    map[gitmap.ObjectID]changelogID // by directory debian
	tops    map[changelogID]*dsc.ChangelogEntry
	read    int64 // bytes of changelogs
}

// A changelogID is the same for changelogs with the same content, and zero for none.
type changelogID gitmap.ObjectID

func newChangelogReader(commits *gitmap.CommitReader, trees *gitmap.TreeReader) *changelogReader {
	return &changelogReader{
		commits: commits, trees: trees,
		dirs: map[gitmap.ObjectID]changelogID{}, tops: map[changelogID]*dsc.ChangelogEntry{},
	}
}

// id returns which changelog a commit has, without reading it.
func (r *changelogReader) id(c *gitmap.Commit) (changelogID, error) {
	dir, err := r.trees.Entry(c.Tree, "debian")
	if errors.Is(err, fs.ErrNotExist) {
		return changelogID{}, nil
	}
	if err != nil || dir.Mode != fs.ModeDir {
		return changelogID{}, err
	}
	if id, ok := r.dirs[dir.ID]; ok {
		return id, nil
	}
	file, err := r.trees.Entry(dir.ID, "changelog")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return changelogID{}, err
	}
	id := changelogID(file.ID)
	if file.Mode == fs.ModeSymlink { // what it leads to is in the tree, somewhere
		return changelogID(c.Tree), nil
	}
	r.dirs[dir.ID] = id
	return id, nil
}

// top returns the newest stanza of the changelog id, which commit has, or nil if there
// is none.
func (r *changelogReader) top(id changelogID, commit gitmap.CommitID) (*dsc.ChangelogEntry, error) {
	if e, ok := r.tops[id]; ok || id == (changelogID{}) {
		return e, nil
	}
	data, err := r.commits.File(commit, changelogPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r.read += int64(len(data))
	var first *dsc.ChangelogEntry
	for e := range dsc.Changelog(data) {
		first = e
		break
	}
	r.tops[id] = first
	return first, nil
}

// topOf returns the newest stanza of the changelog of a commit, or nil.
func (r *changelogReader) topOf(commit gitmap.CommitID) (*dsc.ChangelogEntry, error) {
	c, err := r.commits.Read(commit)
	if err != nil {
		return nil, err
	}
	id, err := r.id(c)
	if err != nil {
		return nil, err
	}
	return r.top(id, commit)
}

// all returns all stanzas of the changelog of a commit, newest first, or a
// [*NoChangelogError]. rev is what the commit was asked for by.
func (r *changelogReader) all(rev string, commit gitmap.CommitID) ([]*dsc.ChangelogEntry, error) {
	data, err := r.commits.File(commit, changelogPath)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	entries := uploadsIn(data)
	if len(entries) == 0 {
		return nil, &NoChangelogError{rev, commit}
	}
	return entries, nil
}

// uploadsIn returns the stanzas of a changelog that name an upload.
func uploadsIn(changelog []byte) []*dsc.ChangelogEntry {
	var entries []*dsc.ChangelogEntry
	for e := range dsc.Changelog(changelog) {
		if _, err := dsc.ParseVersion(string(e.Version)); err == nil && e.Package != "" {
			entries = append(entries, e)
		}
	}
	return entries
}
