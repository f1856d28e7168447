package gitmap

import (
	"context"

	"debgit/dsc"
)

// PatchCommits are commits that stand for the patches of a series.
type PatchCommits struct {
	Commits   []PatchCommit // in the order of the series
	Tree      ObjectID      // with all patches applied
	Fallback  error         // why they were applied by dgit's second method; nil if they were not
	Unpatched error         // why no patch is applied, though the series names some; see [Imported]
	Own       []error       // why dgit would have made no such commits
}

// A PatchCommit stands for one patch.
type PatchCommit struct {
	ID   CommitID
	Name string // of the patch, as the series has it
}

// CommitPatches makes a commit of each patch in debian/patches of the tree of base, on top of
// base: those that an import makes, except that the committer is who signed the newest entry
// of the changelog. base may be in the pack. The upload that is made so is id.
//
// Errors are a [*dsc.PackageError] around the cause: a [*dsc.LimitError], a
// [*dsc.PatchError], a [*CollisionError], or another.
func (p *Pack) CommitPatches(ctx context.Context, id dsc.ID, base CommitID, tree ObjectID, opts ImportOptions) (*PatchCommits, error) {
	im := p.newImporter(ctx, id, opts)
	im.result.Commit = base
	im.layout = &layout{format: formatQuilt}
	im.limits = opts.Limits.withDefaults(0)
	commits, err := im.patchesOf(tree)
	return commits, ofUpload(id, err)
}

func (im *importer) patchesOf(tree ObjectID) (*PatchCommits, error) {
	root, err := im.readTree(tree, "")
	if err != nil {
		return nil, err
	}
	clog, err := im.changelogIn(tree)
	if err != nil {
		return nil, err
	}
	q, err := im.openQuilt(root, root)
	if err != nil {
		return nil, err
	}
	q.by = splitPerson(clog.stamp.person)
	im.result.Tree = tree
	if err := q.commitPatches(clog); err != nil {
		return nil, err
	}
	return &PatchCommits{q.made, im.result.Tree, im.result.Fallback, im.result.Unpatched, im.result.Own}, nil
}
