package gitmap

import (
	"context"
	"fmt"

	"debgit/dsc"
)

// CommitOrigs makes a commit of each of the orig tarballs origs of the upload id, as an import of it
// would, by the changelog in the given tree. If there are several, one more commit has them together.
// It returns the last commit, and how many there are.
//
// Errors are a [*dsc.PackageError] around the cause, as those of [Import].
func (p *Pack) CommitOrigs(ctx context.Context, id dsc.ID, origs []*dsc.Content, tree ObjectID, opts ImportOptions) (upstream CommitID, n int, err error) {
	im := p.origImporter(ctx, id, origs, opts)
	upstream, n, err = im.commitOrigs(tree)
	return upstream, n, ofUpload(id, err)
}

func (im *importer) commitOrigs(tree ObjectID) (upstream CommitID, n int, err error) {
	all, err := im.unpackOrigs()
	if err != nil {
		return upstream, 0, err
	}
	clog, err := im.changelogIn(tree)
	if err != nil {
		return upstream, 0, err
	}
	commits, err := im.commitTarballs(all, clog)
	if err != nil {
		return upstream, 0, err
	}
	if len(commits) == 1 {
		return commits[0], 1, nil
	}
	var root *node
	for _, t := range im.layout.tarballs {
		top, err := im.gitRoot(all[t.content].view)
		if err != nil {
			return upstream, 0, err
		}
		if name := t.component(); name == "" {
			root = top
		} else {
			root = root.with(top, name)
		}
	}
	combined, err := im.writeRoot(root)
	if err != nil {
		return upstream, 0, err
	}
	version := im.result.ID.Version.Upstream()
	stamp := clog.origStamp(version)
	upstream, err = im.commit(commit{
		tree:      combined,
		parents:   commits,
		author:    stamp.author(),
		committer: stamp.committer(),
		message: fmt.Sprintf("Combine orig tarballs for %[1]s %[2]s\n\n[dgit import tarballs combine %[1]s %[2]s]\n",
			im.result.ID.Package, version),
	})
	return upstream, len(commits) + 1, err
}

// changelogIn reads the changelog of a tree.
func (im *importer) changelogIn(tree ObjectID) (*changelog, error) {
	debian, err := im.lookUp(tree, []string{"debian"})
	if err != nil {
		return nil, err
	}
	root := newDir()
	if debian != nil {
		root = root.with(debian, "debian")
	}
	data, err := im.readThroughLinks(root, changelogName, im.limits.changelog())
	if err != nil {
		return nil, err
	}
	return readChangelog(data)
}
