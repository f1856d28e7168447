package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"

	"debgit/dsc"
)

// maxDscSize is how large a .dsc may be, in bytes, if the caller does not say; that of
// the kernel has 0.3 MB.
const maxDscSize = 4 << 20

// A NoDscError says that the archive lists an upload but does not have its .dsc: it
// has just been replaced, or not yet come to the mirror.
type NoDscError struct {
	ID  dsc.ID
	Err error // a [*MirrorError] that matches [fs.ErrNotExist]
}

func (e *NoDscError) Error() string { return "its .dsc is not there: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NoDscError) Unwrap() error { return e.Err }

// Fetch downloads the files of u into dir, which must exist, and verifies them as far as
// the suite of u allows, see [Suite.Assurance]. What is there already is kept if it is
// what it should be.
//
// A .dsc that no mirror has is a [*NoDscError]. A file that is not what the archive
// lists is a [*dsc.MismatchError], one in dir that is another a [*ConflictError], and
// [*MirrorError] is what kept it from being read. All errors are a [*dsc.PackageError]
// around these.
func (c *Client) Fetch(ctx context.Context, u *Upload, dir string) (*dsc.Package, error) {
	p, err := c.fetch(ctx, u, dir)
	return p, u.about(err)
}

// FetchDsc is [Client.Fetch] for the .dsc alone.
func (c *Client) FetchDsc(ctx context.Context, u *Upload, dir string) (*dsc.Source, error) {
	src, err := c.fetchDsc(ctx, u, dir)
	return src, u.about(err)
}

// FetchFiles is [Client.Fetch] for the files of u that want accepts. It returns their
// paths. src is what [Client.FetchDsc] returned.
func (c *Client) FetchFiles(ctx context.Context, u *Upload, src *dsc.Source, dir string, want func(dsc.File) bool) ([]string, error) {
	if err := u.agrees(src); err != nil {
		return nil, u.about(err)
	}
	var files []dsc.File
	var paths []string
	for _, f := range src.Files {
		if want(f) {
			files = append(files, f)
			paths = append(paths, filepath.Join(dir, f.Name))
		}
	}
	return paths, u.about(c.download(ctx, u, u.mirror, files, dir))
}

// about puts u and what is missing before err, unless something below did.
func (u *Upload) about(err error) error {
	if err == nil {
		return nil
	}
	var missing *MirrorError
	if errors.As(err, &missing) && isMissing(err) && missing.Path == u.dscPath() {
		err = &NoDscError{u.id, missing}
	}
	if _, ok := errors.AsType[*dsc.PackageError](err); !ok {
		err = &dsc.PackageError{ID: u.id, Err: err}
	}
	return err
}

func (c *Client) fetch(ctx context.Context, u *Upload, dir string) (*dsc.Package, error) {
	files := u.files
	if files == nil {
		src, err := c.fetchDsc(ctx, u, dir)
		if err != nil {
			return nil, err
		}
		files = src.Files
	}
	if err := c.download(ctx, u, u.mirror, files, dir); err != nil {
		return nil, err
	}
	p, err := dsc.OpenLocal(filepath.Join(dir, u.dsc.Name), dsc.LocalOptions{DscSize: c.opts.DscSize})
	if err != nil {
		// A file that only the .dsc lists was not downloaded: say so, not that it
		// is missing.
		if _, tooLarge := errors.AsType[*dsc.LimitError](err); !tooLarge {
			if _, differs := c.readDsc(u, dir); differs != nil {
				err = differs
			}
		}
		return nil, err
	}
	if err := u.agrees(p.Source()); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (c *Client) fetchDsc(ctx context.Context, u *Upload, dir string) (*dsc.Source, error) {
	file, mirror := u.dsc, u.mirror
	if file.Size > c.dscSize() { // as a service says, which need not be honest
		return nil, &dsc.LimitError{File: file.Name, What: "bytes of .dsc", Limit: c.dscSize()}
	}
	if file.Size < 0 || file.Digest.Hex == "" {
		data, err := c.dscContent(ctx, u, dir)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		digest := dsc.Digest{Algorithm: dsc.SHA256, Hex: hex.EncodeToString(sum[:])}
		if want := u.dsc.Digest; want.Hex != "" && want != digest {
			return nil, &dsc.MismatchError{File: u.dsc.Name, Property: "SHA256", Got: digest.Hex, Want: want.Hex, ListedIn: u.dsc.ListedIn}
		}
		file.Size, file.Digest = int64(len(data)), digest
		mirror = &readMirror{mirror: u.mirror, path: u.dscPath(), data: data}
	}
	if err := c.download(ctx, u, mirror, []dsc.File{file}, dir); err != nil {
		return nil, err
	}
	return c.readDsc(u, dir)
}

// readDsc reads the .dsc of u that is in dir.
func (c *Client) readDsc(u *Upload, dir string) (*dsc.Source, error) {
	data, err := readLimited(filepath.Join(dir, u.dsc.Name), c.dscSize())
	if err != nil {
		return nil, err
	}
	text, _, err := dsc.ClearsignedText(u.dsc.Name, data)
	if err != nil {
		return nil, err
	}
	src, err := dsc.Parse(u.dsc.Name, text)
	if err != nil {
		return nil, err
	}
	return src, u.agrees(src)
}

// dscContent returns a .dsc whose size or digest is not known: the one in dir if it has
// the right digest, else that of the mirror.
func (c *Client) dscContent(ctx context.Context, u *Upload, dir string) ([]byte, error) {
	if u.dsc.Digest.Algorithm == dsc.SHA256 {
		data, err := readLimited(filepath.Join(dir, u.dsc.Name), c.dscSize())
		if err == nil {
			if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) == u.dsc.Digest.Hex {
				return data, nil
			}
		}
	}
	return c.readSmall(ctx, u.mirror, u.dscPath(), "fetch "+u.dsc.Name, c.dscSize())
}

func (c *Client) dscSize() int64 {
	if c.opts.DscSize > 0 {
		return c.opts.DscSize
	}
	return maxDscSize
}

// download brings files of u from m to dir: first, and at once, those whose path is known.
func (c *Client) download(ctx context.Context, u *Upload, m Mirror, files []dsc.File, dir string) error {
	var sure []Transfer
	var doubtful [][]Transfer // of each, all that come into question
	for _, f := range files {
		paths, err := u.locate(f)
		if err != nil {
			return err
		}
		var each []Transfer
		for _, p := range paths {
			each = append(each, Transfer{Path: p, File: f, Dest: filepath.Join(dir, f.Name)})
		}
		if len(each) == 1 {
			sure = append(sure, each[0])
		} else {
			doubtful = append(doubtful, each)
		}
	}
	opts := DownloadOptions{Parallel: c.opts.Parallel, Progress: c.opts.Progress}
	if err := Download(ctx, m, sure, opts); err != nil {
		return err
	}
	for _, each := range doubtful {
		if err := downloadOneOf(ctx, m, each, opts); err != nil {
			return err
		}
	}
	return nil
}

// downloadOneOf does the first transfer whose file is there and what it must be.
func downloadOneOf(ctx context.Context, m Mirror, transfers []Transfer, opts DownloadOptions) (failed error) {
	for _, t := range transfers {
		err := Download(ctx, m, []Transfer{t}, opts)
		_, other := errors.AsType[*dsc.MismatchError](err)
		if !other && !isMissing(err) {
			return err
		}
		if other || failed == nil { // another content says more than none
			failed = err
		}
	}
	return failed
}

// A readMirror gives out a file that was read already, under the name of its mirror.
type readMirror struct {
	mirror Mirror
	path   string
	data   []byte
}

func (m *readMirror) String() string { return m.mirror.String() }

// Open implements [Mirror].
func (m *readMirror) Open(ctx context.Context, path string, offset int64) (*Stream, error) {
	if path != m.path {
		return m.mirror.Open(ctx, path, offset)
	}
	size := int64(len(m.data))
	if offset > size {
		offset = 0
	}
	return &Stream{ReadCloser: io.NopCloser(bytes.NewReader(m.data[offset:])), Offset: offset, Size: size}, nil
}
