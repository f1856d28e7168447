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
	tree    gitmap.ObjectID // of the commit
	version dsc.Version     // of its debian/changelog
	what    string          // what it is, for the message of a pseudomerge
	author  string          // of its newest changelog stanza, as commits have it
	stamp   string          // committer, likewise
}

// What inputs are, in dgit's words: they are part of the commits' names.
const (
	whatImport = "Import of source package"
	whatServer = "dgit suite branch on dgit git server"
	whatField  = "Dgit field in .dsc from archive"
)

// inputOf describes a commit by its own debian/changelog.
func inputOf(ctx context.Context, repo *gitmap.Repo, c gitmap.CommitID, what string) (mergeInput, error) {
	clog, err := repo.FileAt(ctx, c, "debian/changelog")
	if err != nil {
		return mergeInput{}, fmt.Errorf("read debian/changelog of %s (%s): %w", c, what, err)
	}
	author, committer, version, err := gitmap.Stamp(clog)
	if err != nil {
		return mergeInput{}, fmt.Errorf("commit %s (%s): %w", c, what, err)
	}
	tree, err := repo.Tree(ctx, c)
	return mergeInput{c, tree, version, what, author, committer}, err
}

// importInput describes an import.
func importInput(imp *gitmap.Imported) *mergeInput {
	return &mergeInput{imp.Commit, imp.Tree, imp.ChangelogVersion, whatImport, imp.Author, imp.Committer}
}

// merge returns the commit that stands for all inputs: the only one, or a
// pseudomerge with the tree of the first, which declares all others superseded.
// codename is the suite's, and pkg the source package's name, for the message.
func merge(pack *gitmap.Pack, pkg, codename string, inputs []mergeInput) (gitmap.CommitID, error) {
	first := inputs[0]
	if len(inputs) == 1 {
		return first.commit, nil
	}
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
