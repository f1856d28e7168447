package upload

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// What dpkg-source does with a 3.0 (quilt) package takes long because it unpacks the orig tarballs,
// applies the patches, and compares all files with those that it builds from, to find out that they
// are the same. We know that from git already. So dpkg-source is given what may differ only:
// the debian directory, the files that patches change as they are with the patches, and in
// the place of the orig tarballs one that has these files as they are without. What it
// makes of that, the debian tarball, is the same. Then the list of files in the .dsc gets the real tarballs.
//
// That rests on two proofs: before, that orig tarballs and patches give the tree; and after, that
// the .dsc unpacks to the tree. Without either of them, dpkg-source is given all there is.

// fromChanges builds in this way. If done is false it cannot be, and nothing is left of it.
func (b *builder) fromChanges(ctx context.Context, view gitmap.CommitID, tree gitmap.ObjectID) (done bool, err error) {
	if b.pkg.Format != FormatQuilt || b.opts.Programs.isChanged("dpkg-source") {
		return false, nil
	}
	viewed := *b.pkg
	viewed.Head = view
	trees, err := OrigTrees(ctx, &viewed, b.opts.OrigDirs, OrigOptions{b.opts.Limits, b.opts.Progress})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil || trees.Patched != tree {
		return false, nil // dpkg-source finds out what is wrong, and says it in its words
	}
	changes, err := b.openChanges(ctx, trees, tree)
	if err != nil || changes == nil {
		return false, err
	}
	defer changes.close()
	said := &strings.Builder{}
	err = b.buildChanges(ctx, changes, Terminal{Messages: said})
	if err == nil {
		err = b.checkSignatures()
	}
	if err == nil {
		err = b.prove(ctx, tree)
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil {
		return false, b.startAgain()
	}
	b.built.Proven = true
	if w := b.opts.Terminal.Messages; w != nil {
		io.WriteString(w, b.aboutOrigs(said.String()))
	}
	return true, nil
}

// aboutOrigs is what dpkg-source said, without what it only said because it was given no signature.
func (b *builder) aboutOrigs(said string) string {
	if b.hasSignatures() {
		return withoutLine(said, noSignature)
	}
	return said
}

// startAgain empties the private directory, and forgets what was found.
func (b *builder) startAgain() error {
	b.built.Warnings = nil
	entries, err := os.ReadDir(b.place.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := removeAll(b.path(e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// sourceChanges are the files of a tree that patches change.
type sourceChanges struct {
	reader  *gitmap.TreeReader
	tree    gitmap.ObjectID // with the patches
	changes []gitmap.TreeChange
}

func (c *sourceChanges) close() { c.reader.Close() }

// paths are those of the files, and of the debian directory.
func (c *sourceChanges) paths() []string {
	paths := []string{"debian"}
	for _, change := range c.changes {
		if !change.New.ID.IsZero() {
			paths = append(paths, change.Path)
		}
	}
	return paths
}

// openChanges finds out what patches change. It returns nil if the debian tarball may hold files
// that are not in the debian directory.
func (b *builder) openChanges(ctx context.Context, trees *gitmap.QuiltTrees, tree gitmap.ObjectID) (*sourceChanges, error) {
	reader, err := b.pkg.Repo.NewTreeReader(ctx)
	if err != nil {
		return nil, err
	}
	c := &sourceChanges{reader: reader, tree: tree}
	included, err := reader.Files(tree).Content("debian/source/include-binaries")
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		c.changes, err = reader.Changes(trees.Unpatched, tree, gitmap.IsPackaging)
	}
	if err != nil || includesOthers(included) {
		reader.Close()
		return nil, err
	}
	return c, nil
}

// includesOthers says whether a debian/source/include-binaries names anything outside of debian.
func includesOthers(data []byte) bool {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && !strings.HasPrefix(line, "debian/") {
			return true
		}
	}
	return false
}

// buildChanges has dpkg-source build from the changes, and completes the .dsc.
func (b *builder) buildChanges(ctx context.Context, c *sourceChanges, terminal Terminal) error {
	if err := b.export(ctx, c.tree, gitmap.ExportOptions{Paths: c.paths()}); err != nil {
		return err
	}
	main := b.mainOrig()
	if err := c.writeOrig(ctx, b.path(main)); err != nil {
		return err
	}
	if b.hasSignatures() { // in a language in which it is known what dpkg-source says of that
		terminal.env = []string{"LC_ALL=C.UTF-8"}
	}
	if err := b.dpkgSource(ctx, terminal, "--no-preparation"); err != nil {
		return err
	}
	if err := os.Remove(b.path(main)); err != nil {
		return err
	}
	if err := b.placeOrigs(); err != nil {
		return err
	}
	path := b.path(b.stem() + ".dsc")
	return listOrigs(path, main, b.place.dir, b.origs)
}

// mainOrig returns the name of the orig tarball that is no component.
func (b *builder) mainOrig() string {
	i := slices.IndexFunc(b.origs, func(name string) bool {
		return strings.Contains(name, ".orig.tar.") && !dsc.IsSignature(name)
	})
	return b.origs[i]
}

// writeOrig writes a tarball that has the files as they are without the patches, compressed as
// its name says.
func (c *sourceChanges) writeOrig(ctx context.Context, path string) error {
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "orig/", Mode: 0o755}) // of which dpkg-source takes the inside
	for _, change := range c.changes {
		if err := c.writeEntry(w, change.Path, change.Old); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return compressFile(ctx, path, data.Bytes())
}

func (c *sourceChanges) writeEntry(w *tar.Writer, path string, e gitmap.TreeEntry) error {
	if e.ID.IsZero() || e.Mode == fs.ModeDir || e.Mode == fs.ModeIrregular {
		return nil
	}
	content, err := c.reader.Blob(e.ID)
	if err != nil {
		return err
	}
	h := &tar.Header{Typeflag: tar.TypeReg, Name: "orig/" + path, Mode: int64(e.Mode.Perm()), Size: int64(len(content))}
	if e.Mode == fs.ModeSymlink {
		h.Typeflag, h.Linkname, h.Mode, h.Size, content = tar.TypeSymlink, string(content), 0o777, 0, nil
	}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// compressors are how a tarball is compressed in little time, by the end of its name.
var compressors = map[string][]string{
	".xz": {"xz", "-0", "-c"}, ".lzma": {"xz", "--format=lzma", "-0", "-c"}, ".bz2": {"bzip2", "-1", "-c"},
}

// compressFile writes a file with data in it, compressed as its name says.
func compressFile(ctx context.Context, path string, data []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if words, ok := compressors[filepath.Ext(path)]; ok {
		err = tool{stdin: bytes.NewReader(data), stdout: f}.run(ctx, words...)
	} else {
		z := gzip.NewWriter(f)
		if _, err = z.Write(data); err == nil {
			err = z.Close()
		}
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// listOrigs replaces what a .dsc says of the file main by what is true of the files names in dir,
// in their order, and leaves all else in it as it is.
func listOrigs(path, main, dir string, names []string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sums := make([]fileSums, len(names))
	for i, name := range names {
		if sums[i], err = sumFile(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	var b strings.Builder
	field := ""
	for line := range strings.Lines(string(data)) {
		if line[0] != ' ' {
			field, _, _ = strings.Cut(line, ":")
		}
		if !strings.HasSuffix(line, " "+main+"\n") || sums[0].sums[field] == nil {
			b.WriteString(line)
			continue
		}
		for i, name := range names {
			fmt.Fprintf(&b, " %x %d %s\n", sums[i].sums[field], sums[i].size, name)
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o666)
}

// fileSums is what a .dsc says of a file.
type fileSums struct {
	size int64
	sums map[string][]byte // by field
}

func sumFile(path string) (fileSums, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileSums{}, err
	}
	defer f.Close()
	hashes := map[string]hash.Hash{"Checksums-Sha1": sha1.New(), "Checksums-Sha256": sha256.New(), "Files": md5.New()}
	var writers []io.Writer
	for _, h := range hashes {
		writers = append(writers, h)
	}
	s := fileSums{sums: map[string][]byte{}}
	if s.size, err = io.Copy(io.MultiWriter(writers...), f); err != nil {
		return s, err
	}
	for field, h := range hashes {
		s.sums[field] = h.Sum(nil)
	}
	return s, nil
}

// prove finds out whether the .dsc that was built unpacks to a tree.
func (b *builder) prove(ctx context.Context, tree gitmap.ObjectID) error {
	path := b.path(b.stem() + ".dsc")
	u, err := unpackDsc(ctx, b.pkg.Repo, path, b.opts.Limits, b.opts.Progress)
	if err != nil {
		return err
	}
	defer u.pack.Abort()
	if u.tree != tree {
		return errors.New("it unpacks to another tree")
	}
	return nil
}
