package history

import (
	"context"
	"fmt"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A mergeInput is a commit that may become a parent of what a suite branch gets.
type mergeInput struct {
	commit  gitmap.CommitID
	tree    gitmap.ObjectID   // of the commit
	version dsc.Version       // of its debian/changelog
	what    string            // what it is, for the message of a pseudomerge
	author  string            // of its newest changelog stanza, as commits have it
	stamp   string            // committer, likewise
	parents []gitmap.CommitID // of the commit
	isNew   bool              // made in this run: not in the repository yet, nor made of what is there
}

// What inputs are, in dgit's words: they are part of the commits' names.
const (
	whatImport   = "Import of source package"
	whatServer   = "dgit suite branch on dgit git server"
	whatTracking = "dgit client's archive history view"
	whatField    = "Dgit field in .dsc from archive"
)

// inputOf describes a commit by its own debian/changelog or, if that cannot be used, by
// the record of its import, which made do with it.
func inputOf(ctx context.Context, have *inventory, c gitmap.CommitID, what string) (*mergeInput, error) {
	commit, err := have.reader.Read(c)
	if err != nil {
		return nil, err
	}
	in := mergeInput{commit: c, tree: commit.Tree, parents: commit.Parents, what: what}
	clog, err := have.reader.File(c, "debian/changelog")
	if err == nil {
		if in.author, in.stamp, in.version, err = gitmap.ChangelogStamp(clog); err == nil {
			return &in, nil
		}
	}
	record, ok, recordErr := readRecord(ctx, have.repo, c)
	if recordErr != nil || !ok {
		return nil, fmt.Errorf("commit %s (%s): debian/changelog: %w", c, what, err)
	}
	main, err := have.reader.Named(record.Report.Main)
	if err != nil {
		return nil, err
	}
	in.version, in.author, in.stamp = record.ID().Version, main.Author, main.Committer
	return &in, nil
}

// importInput describes an import that was just made.
func importInput(imp *gitmap.Imported) *mergeInput {
	return &mergeInput{commit: imp.Commit, tree: imp.Tree, version: imp.ChangelogVersion, what: whatImport, author: imp.Author, stamp: imp.Committer, isNew: true}
}

// merge returns a pseudomerge of inputs with the tree of the first, which declares all
// others superseded. codename is the suite's, and pkg the source package's name, for the message.
func merge(pack *gitmap.Pack, pkg, codename string, inputs []mergeInput) (gitmap.CommitID, error) {
	first := inputs[0]
	var message strings.Builder
	fmt.Fprintf(&message, "Record %s (%s) in archive suite %s\n\nRecord that\n", pkg, first.version, codename)
	var parents []gitmap.CommitID
	for i, in := range inputs {
		if i == 1 {
			message.WriteString("should be treated as descended from\n")
		}
		fmt.Fprintf(&message, "  %-20s %s\n", in.version, in.what)
		parents = append(parents, in.commit)
	}
	return writeMerge(pack, first, parents, message.String())
}

// recordUpload returns the pseudomerge for an upload that was not made with dgit,
// on top of the history that was: old goes first, and the tree is the import's.
func recordUpload(pack *gitmap.Pack, pkg, codename string, old, imported mergeInput) (gitmap.CommitID, error) {
	message := fmt.Sprintf("Record %s (%s) in archive suite %s\n", pkg, imported.version, codename)
	return writeMerge(pack, imported, []gitmap.CommitID{old.commit, imported.commit}, message)
}

func writeMerge(pack *gitmap.Pack, main mergeInput, parents []gitmap.CommitID, message string) (gitmap.CommitID, error) {
	return pack.WriteCommit(main.tree, parents, main.author, main.stamp, message)
}
