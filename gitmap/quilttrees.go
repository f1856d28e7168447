package gitmap

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"debgit/dsc"
)

// QuiltTrees are the trees that a 3.0 (quilt) source package would have, made of its orig
// tarballs and of what the debian tarball would hold of a tree that is kept in git: the debian
// directory, and the files that debian/source/include-binaries names, dpkg-source(1).
type QuiltTrees struct {
	Unpatched ObjectID // what the orig tarballs unpack to, with the debian tarball over it
	Patched   ObjectID // the same with the patches of the series, applied as dpkg-source applies them; zero if Refusal

	Refusal error // why the patches cannot be applied, a [*PatchesError]; or nil

	// Unapplied says why dpkg-source applies none of the patches that the series names, so that
	// both trees are the same, such as that the first one does not apply; nil if there is no such reason.
	Unapplied error

	Losses   Losses              // what of the tarballs the trees do not hold
	Memories map[string]ObjectID // of the tarballs, for later calls: see [ImportOptions].Remembered
}

// QuiltTrees writes the trees that the orig tarballs origs of the upload id make with the packaging of
// the given tree.
//
// Errors are a [*dsc.PackageError] around the cause, as those of [Import].
func (p *Pack) QuiltTrees(ctx context.Context, id dsc.ID, origs []*dsc.Content, tree ObjectID, opts ImportOptions) (*QuiltTrees, error) {
	im := p.origImporter(ctx, id, origs, opts)
	trees, err := im.quiltTrees(tree)
	return trees, ofUpload(id, err)
}

// origImporter makes an importer of the orig tarballs of an upload.
func (p *Pack) origImporter(ctx context.Context, id dsc.ID, origs []*dsc.Content, opts ImportOptions) *importer {
	im := p.newImporter(ctx, id, opts)
	im.layout = &layout{format: formatQuilt}
	for _, c := range origs {
		im.layout.add(c, partName(id))
	}
	im.layout.sort()
	im.limits = opts.Limits.withDefaults(im.layout.compressed())
	return im
}

// unpackOrigs unpacks orig tarballs, of which one has to be the main one.
func (im *importer) unpackOrigs() (map[*dsc.Content]*unpacked, error) {
	if _, ok := im.layout.main(); !ok {
		return nil, errors.New("there is no upstream tarball NAME_VERSION.orig.tar.*")
	}
	return im.unpackAll()
}

// A PatchesError says that the patches of a series cannot be applied.
type PatchesError struct{ Err error }

func (e *PatchesError) Error() string { return fmt.Sprintf("apply patches: %v", e.Err) }

// Unwrap returns the cause.
func (e *PatchesError) Unwrap() error { return e.Err }

func (im *importer) quiltTrees(tree ObjectID) (*QuiltTrees, error) {
	all, err := im.unpackOrigs()
	if err != nil {
		return nil, err
	}
	full, err := im.withPackaging(im.upstreamTree(all), tree)
	if err != nil {
		return nil, err
	}
	full = full.without(".pc")
	root := gitView(full, func(Loss) {}) // which were noted with the tarballs already
	t := &QuiltTrees{Losses: im.result.Losses, Memories: im.result.Memories}
	if t.Unpatched, err = im.writeRoot(root); err != nil {
		return nil, err
	}
	patches, err := im.openQuilt(root, full)
	if store := (*storeError)(nil); errors.As(err, &store) || im.ctx.Err() != nil {
		return nil, err
	}
	if err == nil {
		err = patches.refusal
	}
	if err != nil {
		t.Refusal = &PatchesError{err}
		return t, nil
	}
	t.Unapplied = im.result.Unpatched
	t.Patched, err = im.writeRoot(patches.want)
	return t, err
}

const includedName = "debian/source/include-binaries"

// withPackaging returns root with the packaging of a tree over it.
func (im *importer) withPackaging(root *node, tree ObjectID) (*node, error) {
	debian, err := im.lookUp(tree, []string{"debian"})
	if err != nil || debian == nil {
		return root, err
	}
	root = root.with(debian, "debian")
	list, err := im.readThroughLinks(root, includedName, im.limits.control())
	if isMissing(err) || errors.Is(err, errNotRegular) {
		return root, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(list)) {
		name := strings.TrimSpace(line)
		if name == "" || name[0] == '#' || path.Clean("/"+name) != "/"+name { // which names no file of the package
			continue
		}
		at := strings.Split(name, "/")
		file, err := im.lookUp(tree, at)
		if err != nil {
			return nil, err
		}
		if file != nil && !file.isDir() {
			root = root.with(file, at...)
		}
	}
	return root, nil
}

// lookUp reads what is at path in a tree; nil if there is nothing.
func (im *importer) lookUp(tree ObjectID, path []string) (*node, error) {
	for i, name := range path {
		entries, err := im.tree(tree)
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(entries, func(e gitEntry) bool { return e.name == name })
		if at < 0 {
			return nil, nil
		}
		last := i == len(path)-1
		n, err := im.treeEntry(entries[at], strings.Join(path[:i+1], "/"), last)
		if err != nil || last {
			return n, err
		}
		if !n.isDir() {
			return nil, nil
		}
		tree = n.id
	}
	return nil, nil
}
