package history

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"syscall"

	"debgit/archive"
	"debgit/gitmap"
)

// A pack is finished, and what is in it becomes known, when it has this many imports, or is
// made of this many bytes of source packages: an interruption loses no more than that.
const (
	maxPackImports = 32
	maxPackBytes   = 256 << 20
)

// An uploadImporter imports uploads, many into one pack.
type uploadImporter struct {
	*uploadFetcher
	memories map[string]gitmap.ObjectID // refs, with the memories of imports
	pack     *gitmap.Pack
	imports  []*recordedImport // in pack
	bytes    int64             // of the source packages that these are made of
}

// importAll imports those wanted uploads that are not here yet, while the next ones are
// downloaded.
func (f *uploadFetcher) importAll(ctx context.Context) error {
	uploads := f.notImported()
	if len(uploads) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	downloads, err := f.startDownloads(ctx, uploads)
	if err != nil {
		return err
	}
	defer downloads.close()
	defer cancel()
	im := &uploadImporter{uploadFetcher: f, memories: maps.Clone(f.refs)}
	for i := 0; i < len(uploads) && err == nil; i++ {
		f.report("import uploads", i, len(uploads))
		err = im.importOne(ctx, <-downloads.ready)
	}
	f.report("import uploads", len(uploads), len(uploads))
	// What is complete stays, also if the rest has to wait.
	if ferr := im.finish(context.WithoutCancel(ctx)); err == nil {
		err = ferr
	}
	return err
}

// notImported returns the wanted uploads whose import is not known.
func (f *uploadFetcher) notImported() []*foundUpload {
	var others []*foundUpload
	for _, u := range f.wanted {
		if f.importOf(u).IsZero() {
			others = append(others, u)
		}
	}
	return others
}

// importOne imports what was downloaded. An error that only concerns this upload is noted.
func (im *uploadImporter) importOne(ctx context.Context, d download) error {
	defer d.close()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := d.err
	if err == nil {
		err = im.add(ctx, d)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil && concernsAll(err):
		if d.err == nil { // something could not be read or written: the pack may not be sound
			im.drop()
		}
		return err
	case err != nil:
		im.result.Missing = append(im.result.Missing, UploadProblem{d.upload.id, d.upload.suites, err})
	}
	if err := os.RemoveAll(d.dir); err != nil {
		return err
	}
	if len(im.imports) >= maxPackImports || im.bytes >= maxPackBytes {
		return im.finish(ctx)
	}
	return nil
}

func (im *uploadImporter) add(ctx context.Context, d download) error {
	var err error
	if im.pack == nil {
		if im.pack, err = im.repo.NewPack(ctx); err != nil {
			return err
		}
	}
	imp, err := importRecorded(ctx, im.pack, d.pkg, im.memories, gitmap.ImportOptions{Limits: im.limits})
	if err != nil {
		return err
	}
	im.imports = append(im.imports, imp)
	if c := imp.Losses.Counts; len(imp.Own)+c[gitmap.LossDotGit]+c[gitmap.LossName]+c[gitmap.LossSpecial] > 0 {
		im.result.Odd = append(im.result.Odd, imp.ID.Version)
	}
	if d.unverified != nil {
		im.result.Unverified = append(im.result.Unverified, UploadProblem{ID: d.upload.id, Err: d.unverified})
	}
	for digest, id := range imp.Memories {
		im.memories[memoryPrefix+digest] = id
	}
	for _, c := range d.pkg.Contents() {
		im.bytes += c.File().Size
	}
	return nil
}

// drop gives the pack up.
func (im *uploadImporter) drop() {
	if im.pack != nil {
		im.pack.Abort()
	}
	im.pack, im.imports, im.bytes = nil, nil, 0
}

// finish puts the imports into the repository and makes them known.
func (im *uploadImporter) finish(ctx context.Context) error {
	if im.pack == nil {
		return nil
	}
	defer im.drop()
	imports := im.imports
	if len(imports) == 0 {
		return nil
	}
	if err := im.pack.Finish(); err != nil {
		return err
	}
	if err := publish(ctx, im.repo, "debgit uploads", im.refs, imports); err != nil {
		return err
	}
	im.result.Imported += len(imports)
	for _, u := range recordUpdates(im.refs, imports) {
		im.refs[u.Ref] = gitmap.ObjectID(u.New)
	}
	for _, imp := range imports {
		if im.known != nil {
			im.known[imp.ID.Version] = imp.Commit
		}
	}
	return nil
}

// concernsAll tells an error that the next upload would have, too, from one that comes from
// the upload itself.
func concernsAll(err error) bool {
	var mirror *archive.MirrorError
	if errors.As(err, &mirror) {
		return !errors.Is(mirror, fs.ErrNotExist)
	}
	var system syscall.Errno
	var git *gitmap.GitError
	return errors.As(err, &system) || errors.As(err, &git)
}
