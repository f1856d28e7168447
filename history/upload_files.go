package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"debgit/archive"
	"debgit/dsc"
)

// uploadFiles are the files of the upload that a fetch is about, on this machine.
type uploadFiles struct {
	client   *archive.Client
	products string // the directory where they belong; "" if they cannot be kept
	strict   bool   // another file that is there in the place of one is an error

	upload  *archive.Upload // the newest of which the .dsc can be had; or nil
	source  *dsc.Source     // of the .dsc
	missing error           // an [*archive.NoDscError] about the newest upload, if its .dsc cannot be had
	newest  dsc.Version     // of the uploads that the archive lists
	temp    string          // a directory for files that cannot go where they belong
	pkg     *dsc.Package    // nil until it is opened
}

func (p *uploadFiles) close() {
	if p.pkg != nil {
		p.pkg.Close()
	}
	if p.temp != "" {
		os.RemoveAll(p.temp)
	}
}

// dir is where the files are.
func (p *uploadFiles) dir() string {
	if p.temp != "" {
		return p.temp
	}
	return p.products
}

// find reads the .dsc of u or, if the archive does not have it, that of the next older
// upload to the suite. A nil u has none.
func (p *uploadFiles) find(ctx context.Context, suite archive.Suite, u *archive.Upload) error {
	if u != nil {
		p.newest = u.ID().Version
	}
	for u != nil {
		src, err := retry(p, func(dir string) (*dsc.Source, error) { return p.client.FetchDsc(ctx, u, dir) })
		var missing *archive.NoDscError
		if !errors.As(err, &missing) {
			p.upload, p.source = u, src
			return err
		}
		if p.missing == nil {
			p.missing = err
		}
		if u, err = olderThan(ctx, suite, u); err != nil {
			return err
		}
	}
	return nil
}

// olderThan returns the newest upload in the suite that is older than u; nil if there is
// none.
func olderThan(ctx context.Context, suite archive.Suite, u *archive.Upload) (*archive.Upload, error) {
	all, err := suite.FindAll(ctx, u.ID().Package)
	if err != nil {
		return nil, err
	}
	for _, other := range all { // newest first
		order, err := other.ID().Version.Compare(u.ID().Version)
		if err != nil {
			return nil, err
		}
		if order < 0 && !other.ExtraSourceOnly() {
			return other, nil
		}
	}
	return nil, nil
}

// retry calls get with the directory for the files. If another file is there in the
// place of one, all go to a temporary directory, and get is called again.
func retry[T any](p *uploadFiles, get func(dir string) (T, error)) (T, error) {
	var none T
	if p.products == "" && p.temp == "" {
		if err := p.useTemp(); err != nil {
			return none, err
		}
	}
	result, err := get(p.dir())
	var conflict *archive.ConflictError
	if !errors.As(err, &conflict) || p.strict || p.temp != "" {
		return result, err
	}
	if err := p.useTemp(); err != nil {
		return none, err
	}
	return get(p.temp)
}

func (p *uploadFiles) useTemp() (err error) {
	p.temp, err = os.MkdirTemp("", "debgit-files-")
	return err
}

func (p *uploadFiles) dscName() string { return p.upload.Dsc().Name }

// dscDigest returns the SHA-256 digest of the .dsc.
func (p *uploadFiles) dscDigest() (string, error) {
	data, err := os.ReadFile(filepath.Join(p.dir(), p.dscName()))
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), err
}

// open gets all files and verifies them.
func (p *uploadFiles) open(ctx context.Context) (pkg *dsc.Package, err error) {
	p.pkg, err = retry(p, func(dir string) (*dsc.Package, error) { return p.client.Fetch(ctx, p.upload, dir) })
	return p.pkg, err
}

// kept returns the paths of those files of the upload that are where they belong.
func (p *uploadFiles) kept() []string {
	if p.temp != "" {
		return nil
	}
	var paths []string
	for _, name := range append([]string{p.dscName()}, fileNames(p.source)...) {
		path := filepath.Join(p.products, name)
		if _, err := os.Stat(path); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

func fileNames(src *dsc.Source) []string {
	var names []string
	for _, f := range src.Files {
		names = append(names, f.Name)
	}
	return names
}

// origName matches upstream tarballs, and their detached signatures, dpkg-source(1).
var origName = regexp.MustCompile(`^[^_]+_[^_]+\.orig(-[-a-zA-Z0-9]+)?\.tar\.[a-z0-9]+(\.(asc|gpg|pgp|sig))?$`)

// getOrigs gets the upstream tarballs that are not where they belong, and leaves alone what
// is there.
func (p *uploadFiles) getOrigs(ctx context.Context) error {
	if p.products == "" {
		return nil
	}
	_, err := p.client.FetchFiles(ctx, p.upload, p.source, p.products, func(f dsc.File) bool {
		_, err := os.Lstat(filepath.Join(p.products, f.Name))
		return origName.MatchString(f.Name) && os.IsNotExist(err)
	})
	return err
}

// newestDsc reads the .dsc of the newest upload to a suite, only one. The files must be closed.
func (s *session) newestDsc(ctx context.Context) (*fetcher, *uploadFiles, error) {
	if strings.Contains(s.opts.Suite, ",") {
		return nil, nil, &SuitesError{s.opts.Suite, "only one can be asked for"}
	}
	f, err := s.openSuite(ctx, s.opts.Suite)
	if err != nil {
		return nil, nil, err
	}
	upload, err := f.suite.Find(ctx, f.pkg)
	if err != nil {
		return nil, nil, err
	}
	files := &uploadFiles{client: s.client}
	err = files.find(ctx, f.suite, upload)
	if err == nil && files.source == nil {
		err = files.missing
	}
	if err != nil {
		files.close()
		return nil, nil, err
	}
	return f, files, nil
}
