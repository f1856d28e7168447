package history

import (
	"context"
	"errors"
	"slices"

	"debgit/dsc"
	"debgit/gitmap"
)

// A combiner decides what a suite branch becomes, by what the archive, the git server
// and the repository hold: dgit's rules for fetch.
type combiner struct {
	repo     *gitmap.Repo
	pkg      string
	codename string

	uploaded *mergeInput // the commit that the .dsc in the archive names; or nil
	version  dsc.Version // of that .dsc; "" if the archive has none
	server   *mergeInput // the suite branch on the git server; or nil
	tracking *mergeInput // the suite branch as the repository has it; or nil
	silent   bool        // the git server could not be asked: it may have more than we know

	// importUpload returns the import of the .dsc. It is called only if no commit of the
	// upload is known and the import may become a part of the branch.
	importUpload func(ctx context.Context) (*mergeInput, error)

	// pack returns where new commits are written. It is called only if there are any.
	pack func(ctx context.Context) (*gitmap.Pack, error)

	warnf func(format string, args ...any)
}

// errNothingThere says that neither the archive nor the git server has the package.
var errNothingThere = errors.New("neither in the archive nor on the git server")

// tip returns what the suite branch becomes: a commit that is there, or a pseudomerge,
// which it writes. It has the old tip and that of the git server among its ancestors.
func (c *combiner) tip(ctx context.Context) (gitmap.CommitID, error) {
	inputs, onTop, err := c.inputs(ctx)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	if c.tracking != nil {
		kept, err := c.isIn(ctx, *c.tracking, inputs)
		if err != nil {
			return gitmap.CommitID{}, err
		}
		if !kept {
			if stays, err := c.addNothing(ctx, inputs); stays || err != nil {
				return c.tracking.commit, err
			}
			inputs, onTop = append(inputs, *c.tracking), false
		}
	}
	if len(inputs) == 1 {
		return inputs[0].commit, nil
	}
	pack, err := c.pack(ctx)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	if onTop {
		return recordUpload(pack, c.pkg, c.codename, inputs[1], inputs[0])
	}
	return merge(pack, c.pkg, c.codename, inputs)
}

// inputs returns the commits that the branch is made of, the one that gives the tree
// first, without what only the repository has. If onTop is true they are an import and
// the history that it goes on top of.
func (c *combiner) inputs(ctx context.Context) (inputs []mergeInput, onTop bool, err error) {
	switch {
	case c.uploaded != nil:
		inputs, err = c.inputsOfCommit(ctx)
		return inputs, false, err
	case c.version != "":
		return c.inputsOfImport(ctx, mergeInput{version: c.version})
	case c.server != nil:
		c.warnf("Package not found in the archive, but has allegedly been pushed using dgit: version %s of the git server is used", c.server.version)
		return []mergeInput{*c.server}, false, nil
	}
	return nil, false, errNothingThere
}

// inputsOfCommit is inputs for an upload whose commit is known.
func (c *combiner) inputsOfCommit(ctx context.Context) ([]mergeInput, error) {
	if c.server == nil || c.server.commit == c.uploaded.commit {
		return []mergeInput{*c.uploaded}, nil
	}
	behind, err := c.isAncestor(ctx, *c.uploaded, *c.server)
	if err != nil {
		return nil, err
	}
	if behind {
		c.warnf("the archive is behind the git server, which has version %s", c.server.version)
		return []mergeInput{*c.server}, nil
	}
	ahead, err := c.isAncestor(ctx, *c.server, *c.uploaded)
	if err != nil || ahead {
		return []mergeInput{*c.uploaded}, err
	}
	return []mergeInput{*c.uploaded, *c.server}, nil
}

// inputsOfImport is inputs for an upload of which no commit is known, only its version
// and then, when it is called again, its import: the changelog of that need not have the
// version of the .dsc. What the repository holds of the same version is not
// imported again, as another program may have done that by other rules.
func (c *combiner) inputsOfImport(ctx context.Context, upload mergeInput) (inputs []mergeInput, onTop bool, err error) {
	inputs = []mergeInput{upload}
	if c.server != nil {
		order, err := c.server.version.Compare(upload.version)
		if err != nil {
			return nil, false, err
		}
		if order > 0 {
			c.warnf("the git server has version %s, but the archive only %s", c.server.version, upload.version)
		}
		if order < 0 {
			inputs, onTop = append(inputs, *c.server), true
		} else {
			inputs[0] = *c.server
		}
	}
	if c.tracking != nil {
		order, err := c.tracking.version.Compare(inputs[0].version)
		if err != nil {
			return nil, false, err
		}
		if order == 0 {
			return c.inputsOfTracking(ctx)
		}
		if order > 0 && c.silent {
			c.warnf("the archive has version %s only, older than the %s that is here", upload.version, c.tracking.version)
			return []mergeInput{*c.tracking}, false, nil
		}
	}
	if inputs[0].commit.IsZero() {
		imported, err := c.importUpload(ctx)
		if err != nil {
			return nil, false, err
		}
		return c.inputsOfImport(ctx, *imported)
	}
	return inputs, onTop, nil
}

// inputsOfTracking is inputs if the repository holds the version that the branch is to
// have.
func (c *combiner) inputsOfTracking(ctx context.Context) (inputs []mergeInput, onTop bool, err error) {
	inputs = []mergeInput{*c.tracking}
	if c.server == nil {
		return inputs, false, nil
	}
	has, err := c.isAncestor(ctx, *c.server, *c.tracking)
	if !has {
		inputs = append(inputs, *c.server)
	}
	return inputs, false, err
}

// isIn says whether a commit is one of inputs, or an ancestor of one.
func (c *combiner) isIn(ctx context.Context, in mergeInput, inputs []mergeInput) (bool, error) {
	for _, other := range inputs {
		if found, err := c.isAncestor(ctx, in, other); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// addNothing says whether the tracking branch has all inputs and the tree of the first, so
// that a pseudomerge of them would say nothing new. Of a git server that could not be
// asked, the archive may be behind: then the tree does not matter.
func (c *combiner) addNothing(ctx context.Context, inputs []mergeInput) (bool, error) {
	for _, in := range inputs {
		if has, err := c.isAncestor(ctx, in, *c.tracking); !has || err != nil {
			return false, err
		}
	}
	return c.silent || inputs[0].tree == c.tracking.tree, nil
}

// isAncestor says whether a is b or an ancestor of b. Git is only asked if their parents do
// not tell.
func (c *combiner) isAncestor(ctx context.Context, a, b mergeInput) (bool, error) {
	switch {
	case a.commit == b.commit, slices.Contains(b.parents, a.commit):
		return true, nil
	case a.isNew, b.isNew, slices.Contains(a.parents, b.commit):
		return false, nil
	}
	return c.repo.IsAncestor(ctx, a.commit, b.commit)
}
