package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"

	"debgit/archive"
	"debgit/dsc"
)

// A download is an upload that was downloaded, or why it could not be.
type download struct {
	upload *foundUpload
	pkg    *dsc.Package
	dir    string // with its files
	err    error

	unverified error // why nothing but a service says that the upload is genuine; or nil
}

// close closes the files. They stay, for the next try.
func (d download) close() {
	if d.pkg != nil {
		d.pkg.Close()
	}
}

// uploadDownloads are the downloads of uploads, a little ahead of their use. They are in
// the git directory until then, in a directory for each upload.
type uploadDownloads struct {
	ready   chan download
	client  *archive.Client
	past    *archive.Snapshot // or nil
	keyring *dsc.Keyring      // of uploaders, for what comes from past; or nil
	dir     string
	ended   chan struct{}

	// files has those of the upload before by digest, and the directory beside may have some,
	// too: uploads that follow each other have the same upstream tarball more often than not.
	files  map[dsc.Digest]string
	beside string // "": none
}

// downloadsAhead is how many uploads wait, downloaded, to be imported.
const downloadsAhead = 2

// startDownloads downloads uploads in their order until ctx is done.
func (f *uploadFetcher) startDownloads(ctx context.Context, uploads []*foundUpload) (*uploadDownloads, error) {
	d := &uploadDownloads{
		ready:  make(chan download, downloadsAhead),
		client: f.client,
		past:   f.past,
		dir:    f.dir,
		ended:  make(chan struct{}),
		files:  map[dsc.Digest]string{},
	}
	if f.past != nil {
		var err error
		if d.keyring, err = uploaderKeyring(); err != nil {
			return nil, err
		}
	}
	if tree := f.repo.WorkTree(); tree != "" {
		d.beside = filepath.Dir(tree)
	}
	go d.run(ctx, uploads)
	return d, nil
}

func (d *uploadDownloads) run(ctx context.Context, uploads []*foundUpload) {
	defer close(d.ended)
	defer close(d.ready)
	for _, u := range uploads {
		name := sha256.Sum256([]byte(u.key()))
		one := download{upload: u, dir: filepath.Join(d.dir, hex.EncodeToString(name[:8]))}
		fromPast := u.upload == nil
		one.pkg, one.err = d.fetch(ctx, u, one.dir)
		if fromPast && one.err == nil {
			one.unverified, one.err = checkPastSignature(d.keyring, u.upload.Dsc().Name, one.pkg.Dsc())
		}
		select {
		case d.ready <- one:
		case <-ctx.Done():
			one.close()
			return
		}
	}
}

// fetch downloads what is not here.
func (d *uploadDownloads) fetch(ctx context.Context, u *foundUpload, dir string) (*dsc.Package, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	if u.upload == nil {
		var err error
		if u.upload, err = d.past.Find(ctx, u.id); err != nil {
			return nil, err
		}
	}
	src, err := d.client.FetchDsc(ctx, u.upload, dir)
	if err != nil {
		return nil, err
	}
	for _, f := range src.Files {
		d.offer(f, filepath.Join(dir, f.Name))
	}
	pkg, err := d.client.Fetch(ctx, u.upload, dir)
	if err == nil {
		err = d.keep(src.Files, dir)
	}
	return pkg, err
}

// offer puts a file in its place, if it is one that is here. The download verifies it.
func (d *uploadDownloads) offer(f dsc.File, dest string) {
	path := d.files[f.Digest]
	if path == "" {
		path = filepath.Join(d.beside, f.Name)
		if d.beside == "" || !isFile(path, f) {
			return
		}
	}
	os.Link(path, dest) // if that cannot be, it is downloaded
}

// isFile says whether the regular file at path is f.
func isFile(path string, f dsc.File) bool {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() != f.Size {
		return false
	}
	r, err := os.Open(path)
	if err != nil {
		return false
	}
	defer r.Close()
	return f.Verify(r) == nil
}

// keep has the files of an upload ready for the next one.
func (d *uploadDownloads) keep(files []dsc.File, dir string) error {
	last := filepath.Join(d.dir, "last")
	if err := os.RemoveAll(last); err != nil {
		return err
	}
	if err := os.Mkdir(last, 0o777); err != nil {
		return err
	}
	clear(d.files)
	for _, f := range files {
		path := filepath.Join(last, f.Name)
		if os.Link(filepath.Join(dir, f.Name), path) == nil { // not on every file system
			d.files[f.Digest] = path
		}
	}
	return nil
}

// close waits for the end of the downloads, of which ctx must have been told.
func (d *uploadDownloads) close() {
	<-d.ended
	for one := range d.ready {
		one.close()
	}
	os.RemoveAll(filepath.Join(d.dir, "last"))
}
