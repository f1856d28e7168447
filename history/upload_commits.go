package history

import (
	"fmt"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A joinedUpload is an upload on its way into the upload history.
type joinedUpload struct {
	timelineUpload
	importID          gitmap.CommitID
	tree              gitmap.ObjectID // of the import
	author, committer string          // of the changelog stanza, as commits have them
	changes           string          // the stanza without its trailer
}

// readUpload reads what the upload history needs of an import.
func readUpload(reader *gitmap.CommitReader, id dsc.ID, importID gitmap.CommitID) (*joinedUpload, error) {
	chain, ok, err := reader.Chain(importID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("commit %s is not an import of %s", importID, id)
	}
	clog, err := reader.File(importID, "debian/changelog")
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", importID, err)
	}
	u := &joinedUpload{importID: importID, tree: chain.Tip().Tree, author: chain.Main.Author, committer: chain.Main.Committer}
	_, seconds, _ := gitmap.SplitIdentity(chain.Main.Committer)
	u.timelineUpload = timelineUpload{id.Version, importID.String(), seconds, namedIn(clog, id.Package)}
	text := strings.TrimRight(chain.Main.Message, "\n")
	u.changes = strings.TrimRight(text[:strings.LastIndexByte(text, '\n')+1], "\n")
	return u, nil
}

// importTrailer begins the last line of the message of an upload commit, where the id of the
// import follows.
const importTrailer = "Debgit-Import: "

// importOfUpload returns the import that an upload commit says it is of.
func importOfUpload(c *gitmap.Commit) (id gitmap.CommitID, ok bool) {
	text := strings.TrimRight(c.Message, "\n")
	trailer, ok := strings.CutPrefix(text[strings.LastIndexByte(text, '\n')+1:], importTrailer)
	if !ok {
		return id, false
	}
	id, err := gitmap.ParseCommitID(trailer)
	return id, err == nil
}

// A historyWriter makes the commits of an upload history.
type historyWriter struct {
	pack    *gitmap.Pack
	pkg     string
	line    *timeline
	uploads []*joinedUpload   // those of line
	commits []gitmap.CommitID // the upload commit of each
	joins   []gitmap.CommitID // the joining commit of each
}

// write makes the upload commits and the joining commits of all uploads.
func (w *historyWriter) write() error {
	for i, u := range w.uploads {
		var parents []gitmap.CommitID
		joined := []gitmap.CommitID{u.importID}
		for _, p := range w.line.parents[i] {
			parents = append(parents, w.commits[p])
			joined = append(joined, w.joins[p])
		}
		message := fmt.Sprintf("%s\n\nDebgit-Upload: %s %s\n%s%s\n", u.changes, w.pkg, u.version, importTrailer, u.importID)
		commit, err := w.pack.WriteCommit(u.tree, parents, u.author, u.committer, message)
		if err != nil {
			return err
		}
		w.commits = append(w.commits, commit)
		join, err := w.join(i, i, "Join the import of %s %s to its upload history", joined...)
		if err != nil {
			return err
		}
		w.joins = append(w.joins, join)
	}
	return nil
}

// all returns the commit that has all uploads among its ancestors and the files of the one
// with the highest version. With an upload of a later date it goes forward.
func (w *historyWriter) all() (tip gitmap.CommitID, err error) {
	tip = w.joins[0]
	linear := true // so far each upload was made from the one before it, and tip is its joining commit
	for i := 1; i < len(w.uploads); i++ {
		newest := w.line.newest(i + 1)
		if linear = linear && newest == i && slices.Contains(w.line.parents[i], i-1); linear {
			tip = w.joins[i]
		} else if tip, err = w.join(i, newest, "Join %s %s to the uploads of all suites", w.joins[i], tip); err != nil {
			return tip, err
		}
	}
	return tip, nil
}

// join makes a joining commit for upload i, with the files and the upload commit of upload
// first, which is the first parent, so that git follows the files through the upload
// commits alone.
func (w *historyWriter) join(i, first int, subject string, others ...gitmap.CommitID) (gitmap.CommitID, error) {
	u := w.uploads[i]
	message := fmt.Sprintf(subject+"\n\nDebgit-Join: %s %s\n", w.pkg, u.version, w.pkg, u.version)
	parents := append([]gitmap.CommitID{w.commits[first]}, others...)
	return w.pack.WriteCommit(w.uploads[first].tree, parents, u.author, u.committer, message)
}
