package gitmap

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"debgit/dsc"
)

// ImportOptions are the options of [Import].
type ImportOptions struct {
	Limits Limits
	// Remembered has, by the SHA-256 digests of tarballs, the Memories of earlier
	// imports into the same repository: these tarballs are not unpacked again.
	Remembered map[string]ObjectID
	Progress   Progress // default: none
}

// Progress is called while work goes on, from one goroutine at a time: phase says
// in a few words what is done, done and total count bytes or things.
type Progress func(phase string, done, total int64)

func (p Progress) report(phase string, done, total int64) {
	if p != nil {
		p(phase, done, total)
	}
}

// Imported is what Import made.
type Imported struct {
	ID               dsc.ID      // the upload
	Dsc              dsc.Digest  // of its .dsc
	Commit           CommitID    // the last commit: with all patches applied
	Tree             ObjectID    // of Commit
	Main             CommitID    // the unpacked source, without patches of 3.0 (quilt)
	Author           string      // author of Main with its date, as a commit has it
	Committer        string      // committer of Main, likewise
	ChangelogVersion dsc.Version // of the newest changelog stanza, which the .dsc need not share
	Tarballs         int         // how many commits stand for tarballs
	Patches          int         // how many commits stand for patches
	Losses           Losses      // what the trees do not hold
	Fallback         error       // why patches were applied by dgit's second method; nil if they were not
	Unpatched        error       // why no patch is applied, though the series names some: dpkg-source applies none before a build; or nil

	// Memories has, by the SHA-256 digests of the tarballs, a tree object each, to be given to
	// later imports as Remembered. A ref should keep it for as long as that may be.
	Memories map[string]ObjectID

	// Own says why dgit does not make this commit, such as that it refuses the package. If
	// there is anything, the commit's name is debgit's own: no other program makes it.
	Own []error
}

// importer holds what one import works on.
type importer struct {
	*Pack
	ctx      context.Context
	opts     ImportOptions
	limits   Limits       // none is zero
	pkg      *dsc.Package // nil if what is imported has no .dsc
	layout   *layout
	prepared *preparation // the last one asked for
	held     heldBack
	result   *Imported
}

// Import turns the source package pkg into commits in repo, in the format that
// the package documentation describes. It moves no ref and touches no work tree:
// the objects are there, complete and durable, when it returns, or not at all.
//
// Errors are a [*dsc.PackageError] around the cause: a [*dsc.LimitError], a
// [*dsc.PatchError], a [*CollisionError], or another.
func Import(ctx context.Context, repo *Repo, pkg *dsc.Package, opts ImportOptions) (*Imported, error) {
	pack, err := repo.NewPack(ctx)
	if err != nil {
		return nil, &dsc.PackageError{ID: pkg.Source().ID, Err: err}
	}
	defer pack.Abort()
	imp, err := pack.Import(ctx, pkg, opts)
	if err != nil {
		return nil, err
	}
	if err := pack.Finish(); err != nil {
		return nil, &dsc.PackageError{ID: pkg.Source().ID, Err: err}
	}
	return imp, nil
}

// Import is [Import] into a pack, which can take other objects, and further imports,
// too. After an error the pack can only be aborted.
func (p *Pack) Import(ctx context.Context, pkg *dsc.Package, opts ImportOptions) (*Imported, error) {
	im := p.newImporter(ctx, pkg.Source().ID, opts)
	im.pkg, im.result.Dsc = pkg, pkg.DscDigest()
	if err := im.run(); err != nil {
		return nil, ofUpload(im.result.ID, err)
	}
	return im.result, nil
}

// newImporter returns an importer of the upload id, still without what it is to import.
func (p *Pack) newImporter(ctx context.Context, id dsc.ID, opts ImportOptions) *importer {
	return &importer{Pack: p, ctx: ctx, opts: opts, result: &Imported{ID: id, Memories: map[string]ObjectID{}}}
}

// ofUpload says of which upload an error is, unless the work was cancelled.
func ofUpload(id dsc.ID, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return &dsc.PackageError{ID: id, Err: err}
}

func (im *importer) run() (err error) {
	var oddity error
	if im.layout, oddity, err = layoutOf(im.pkg); err != nil {
		return err
	}
	if oddity != nil {
		im.own("%w", oddity)
	}
	if im.pkg.Source().Fields.Value("Format") == "" {
		im.own("the .dsc has no field Format, which stands for 1.0")
	}
	im.limits = im.opts.Limits.withDefaults(im.layout.compressed())
	return im.commitAll()
}

// commitAll makes all commits, from the tarballs up.
func (im *importer) commitAll() error {
	all, err := im.unpackAll()
	if err != nil {
		return err
	}
	root, err := im.sourceTree(all)
	if err != nil {
		return err
	}
	full := root
	root = gitView(root, func(Loss) {}) // which were noted with the tarballs already
	isQuilt, err := im.isQuilt(root)
	if err != nil {
		return err
	}
	if isQuilt {
		root, full = root.without(".pc"), full.without(".pc")
	}
	tree, err := im.writeRoot(root)
	if err != nil {
		return err
	}
	patched := root
	var patches *quilt
	if im.layout.format == formatQuilt {
		if patches, err = im.openQuilt(root, full); err != nil {
			return err
		}
		if patches.refusal == nil {
			patched = patches.want
		}
	}
	clog, err := im.changelog(patched, root)
	if err != nil {
		return err
	}
	parents, err := im.commitTarballs(all, clog)
	if err != nil {
		return err
	}
	im.result.Author, im.result.Committer = clog.stamp.author(), clog.stamp.committer()
	im.result.ChangelogVersion = clog.newest.Version
	im.result.Tree = tree
	im.result.Main, err = im.commit(commit{
		tree:      tree,
		parents:   parents,
		author:    clog.stamp.author(),
		committer: clog.stamp.committer(),
		message:   clog.changes() + im.marker(clog),
	})
	im.result.Commit = im.result.Main
	if err != nil || patches == nil {
		return err
	}
	return patches.commitPatches(clog)
}

// unpacked is what one tarball unpacks to.
type unpacked struct {
	root   *node // all of it
	view   *node // what git holds of that
	losses Losses

	// keepsState says that dpkg-source unpacks .pc of the directories at the top, because
	// their names in the tarball begin with "./".
	keepsState bool
}

// unpackAll unpacks all tarballs and waits until their contents have names.
func (im *importer) unpackAll() (map[*dsc.Content]*unpacked, error) {
	contents := im.layout.contents()
	total, before := im.layout.compressed(), int64(0)
	pool := newBlobPool(im.writer, im.workers)
	all := map[*dsc.Content]*unpacked{}
	budget := newUnpackBudget(im.limits)
	var err error
	for _, c := range contents {
		if all[c], err = im.recall(c); errors.Is(err, errNotRemembered) {
			all[c], err = im.unpackOne(pool, c, budget, func() {
				im.opts.Progress.report("import", before+c.Position(), total)
			})
		}
		if err != nil {
			break
		}
		before += c.File().Size
	}
	im.opts.Progress.report("import", before, total)
	if perr := im.workers.wait(); err == nil {
		err = perr
	}
	if err != nil {
		return nil, err
	}
	for _, c := range contents {
		im.noteLosses(all[c])
		if err := im.remember(c, all[c]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (im *importer) unpackOne(pool *blobPool, c *dsc.Content, budget *unpackBudget, progress func()) (*unpacked, error) {
	u, err := unpack(im.ctx, pool, c, budget, progress)
	if err != nil {
		return nil, err
	}
	u.view = gitView(u.root, func(l Loss) {
		l.File = c.File().Name
		u.losses.add(l)
	})
	return u, nil
}

// gitView returns the tree of a tarball without what git refuses to hold. lose is
// called for each such thing.
func gitView(root *node, lose func(Loss)) *node {
	root = root.withoutNamed(".git", func(path string) {
		lose(Loss{Kind: LossDotGit, Path: path})
	})
	return root.withoutRefused(func(path, reason string) {
		lose(Loss{Kind: LossName, Path: path, Detail: reason})
	})
}

// noteLosses adds the losses of one tarball to those of the import. dgit refuses a
// package with a name that git refuses.
func (im *importer) noteLosses(u *unpacked) {
	im.result.Losses.merge(u.losses)
	for _, l := range u.losses.Listed {
		if l.Kind == LossName {
			im.own("%s: %q: %s", l.File, l.Path, l.Detail)
		}
	}
}

// commitTarballs makes the root commits that stand for tarballs.
func (im *importer) commitTarballs(all map[*dsc.Content]*unpacked, clog *changelog) ([]CommitID, error) {
	var commits []CommitID
	for _, t := range im.layout.tarballs {
		root, err := im.gitRoot(all[t.content].view)
		if err != nil {
			return nil, err
		}
		tree, err := im.writeRoot(root)
		if err != nil {
			return nil, err
		}
		name := t.content.File().Name
		stamp, marker := clog.stamp, fmt.Sprintf("[dgit import tarball %s %s %s]", im.result.ID.Package, clog.newest.Version, name)
		if t.isOrig() {
			stamp, marker = clog.origStamp(im.result.ID.Version.Upstream()), fmt.Sprintf("[dgit import orig %s]", name)
		}
		id, err := im.commit(commit{
			tree:      tree,
			author:    stamp.author(),
			committer: stamp.committer(),
			message:   "Import " + name + "\n\n" + marker + "\n",
		})
		if err != nil {
			return nil, err
		}
		commits = append(commits, id)
	}
	im.result.Tarballs = len(commits)
	return commits, nil
}

// own notes why dgit would have refused the package, once.
func (im *importer) own(format string, args ...any) {
	why := fmt.Errorf(format, args...)
	known := func(e error) bool { return e.Error() == why.Error() }
	if !slices.ContainsFunc(im.result.Own, known) {
		im.result.Own = append(im.result.Own, why)
	}
}

// marker is the last line of the main commit, by which dgit knows an import.
func (im *importer) marker(clog *changelog) string {
	word := "package"
	if im.layout.format == formatQuilt {
		word = "unpatched"
	}
	return fmt.Sprintf("\n\n[dgit import %s %s %s]\n", word, im.result.ID.Package, clog.newest.Version)
}

// A bound is what the content of a file is read for, and the most that it may be.
type bound struct {
	what  string // as a [dsc.LimitError] says it
	bytes int64
}

// content returns the content of a file or link; name is for the refusal of one that
// is too large.
func (im *importer) content(n *node, name string, most bound) ([]byte, error) {
	size, err := im.blobSize(n.id)
	if err != nil {
		return nil, &storeError{err}
	}
	if size > most.bytes {
		return nil, &dsc.LimitError{File: name, What: most.what, Limit: most.bytes}
	}
	data, err := im.blob(n.id)
	if err != nil {
		return nil, &storeError{err}
	}
	return data, nil
}

// A storeError says that content could not be read back. It says nothing of the
// package, so that no other way of importing it may be taken.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }

func (e *storeError) Unwrap() error { return e.err }
