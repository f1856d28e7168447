package dsc

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// defaultDscSize is how large a .dsc may be, in bytes. Those of the kernel, with a
// long Package-List, have 0.3 MB.
const defaultDscSize = 4 << 20

// A Package is a source package of which every file has been found to be what
// its .dsc says. Only [OpenLocal] makes one, so what takes a Package cannot be
// given unverified files. Whether a trusted key signed the .dsc itself is what
// [Package.Signed] tells.
type Package struct {
	dsc      []byte
	source   *Source
	signed   *Signed
	contents []*Content
}

// Source returns what the .dsc says.
func (p *Package) Source() *Source { return p.source }

// Dsc returns the bytes of the .dsc, with its signature if it has one.
func (p *Package) Dsc() []byte { return p.dsc }

// DscDigest returns the SHA-256 digest of the .dsc.
func (p *Package) DscDigest() Digest {
	sum := sha256.Sum256(p.dsc)
	return Digest{SHA256, hex.EncodeToString(sum[:])}
}

// Signed returns the signed text of the .dsc, or nil if no signature was asked for.
func (p *Package) Signed() *Signed { return p.signed }

// Contents returns the files, in the order of [Source.Files].
func (p *Package) Contents() []*Content { return p.contents }

// Close closes the files.
func (p *Package) Close() error {
	for _, c := range p.contents {
		c.Close()
	}
	return nil
}

// Content is the verified content of one file of a source package. It keeps the
// file open, so that what is read is what was verified even if another file
// takes its name meanwhile, and verifies again what is read, in case somebody
// writes to the file. It may be used by one reader at a time.
type Content struct {
	file File
	f    *os.File
}

// File returns the name, size and digest of c.
func (c *Content) File() File { return c.file }

// Decompressed returns the content from its start, decompressed as [Decompress]
// does. What was read counts only once Read has returned io.EOF: before that, it
// returns a [*MismatchError] if the file is no longer what was verified.
func (c *Content) Decompressed() (io.ReadCloser, error) {
	if _, err := c.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	v := &verifier{file: c.file, r: io.LimitReader(c.f, c.file.Size+1), hash: c.file.Digest.Algorithm.new()}
	z, err := decompressSized(c.file.Name, v, c.file.Size)
	if err != nil {
		return nil, err
	}
	return &verifiedReader{z, v}, nil
}

// Close closes the file.
func (c *Content) Close() error { return c.f.Close() }

// A verifier notes what is read of a file.
type verifier struct {
	file File
	r    io.Reader
	n    int64
	hash hash.Hash
}

func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.n += int64(n)
	v.hash.Write(p[:n])
	return n, err
}

// verifiedReader decompresses what a verifier reads.
type verifiedReader struct {
	io.ReadCloser
	v *verifier
}

func (r *verifiedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err == nil {
		return n, nil
	}
	// A decoder need not have read what follows its data. If it found errors in
	// data that is not what was verified, the latter is the reason.
	if _, err := io.Copy(io.Discard, r.v); err != nil {
		return n, err
	}
	if err := r.v.file.check(r.v.n, r.v.hash); err != nil {
		return n, err
	}
	return n, err
}

// LocalOptions are the options of [OpenLocal]. The zero value looks for the files
// beside the .dsc and checks no signature.
type LocalOptions struct {
	Dir     string   // where the files are; default: the directory of the .dsc
	Keyring *Keyring // the .dsc must be signed by a key of it; default: signature not checked
	DscSize int64    // how many bytes the .dsc may have, at most; default 4 MiB
}

// OpenLocal reads the .dsc at path and verifies the files that it lists.
//
// A file that is not as listed is a [*MismatchError], one that is not there a
// [*MissingFileError]; what breaks the format of the .dsc is a
// [*SyntaxError], a .dsc that is too large a [*LimitError], and a signature that does
// not hold a [*SignatureError]. Once the .dsc has been read, errors are a
// [*PackageError].
func OpenLocal(path string, opts LocalOptions) (*Package, error) {
	name := filepath.Base(path)
	most := opts.DscSize
	if most == 0 {
		most = defaultDscSize
	}
	data, err := readBounded(path, most)
	if err != nil {
		return nil, err
	}
	p := &Package{dsc: data}
	var text []byte
	if opts.Keyring != nil {
		if p.signed, err = opts.Keyring.Open(name, data); err != nil {
			return nil, err
		}
		text = p.signed.Text()
	} else if text, _, err = ClearsignedText(name, data); err != nil {
		return nil, err
	}
	if p.source, err = Parse(name, text); err != nil {
		return nil, err
	}
	dir := opts.Dir
	if dir == "" {
		dir = filepath.Dir(path)
	}
	for _, f := range p.source.Files {
		c, err := openContent(dir, f, p.source.weaker[f.Name])
		if err != nil {
			p.Close()
			return nil, &PackageError{p.source.ID, err}
		}
		p.contents = append(p.contents, c)
	}
	return p, nil
}

// A MissingFileError says that a file of a source package is not where it was looked for. It
// matches [fs.ErrNotExist].
type MissingFileError struct {
	ListedIn string // name of the .dsc
	Err      error  // says which file, and where
}

func (e *MissingFileError) Error() string { return e.Err.Error() }

func (e *MissingFileError) Unwrap() error { return e.Err }

// OpenContent opens a file of a source package in dir, when not all of them are there, and
// verifies it. It must be closed. The errors are those of [OpenLocal], without the upload.
func OpenContent(dir string, file File) (*Content, error) { return openContent(dir, file, nil) }

// openContent is OpenContent for a file that must have further digests, too.
func openContent(dir string, file File, weaker []Digest) (*Content, error) {
	// Such a name would be taken for another .dsc, or for an unfinished download.
	if strings.HasSuffix(file.Name, ".dsc") || strings.HasSuffix(file.Name, ".tmp") {
		return nil, &SyntaxError{file.ListedIn, 0, fmt.Sprintf("lists %s, but a source package has no file with such an ending", file.Name)}
	}
	f, err := openRegular(filepath.Join(dir, file.Name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingFileError{file.ListedIn, err}
	}
	if err != nil {
		return nil, err
	}
	if err := verifyAll(file, weaker, f); err != nil {
		f.Close()
		return nil, err
	}
	return &Content{file, f}, nil
}

// verifyAll is [File.Verify] for a file that must have further digests, too. Of algorithms as weak
// as they are they prove nothing, but dpkg-source takes no package in which one is wrong.
func verifyAll(file File, weaker []Digest, src io.ReaderAt) error {
	errs := make([]error, 1+len(weaker))
	var all sync.WaitGroup
	for i, digest := range append([]Digest{file.Digest}, weaker...) {
		all.Go(func() {
			f := file
			f.Digest = digest
			errs[i] = f.Verify(io.NewSectionReader(src, 0, f.Size+1))
		})
	}
	all.Wait()
	return cmp.Or(errs...)
}

// openRegular opens the regular file, or link to one, at path. It does not wait for
// a writer if that is a pipe.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("not a regular file")}
	}
	return f, nil
}

// readBounded returns the content of the file at path, of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &LimitError{filepath.Base(path), "bytes of .dsc", limit}
	}
	return data, nil
}

// Position returns how many bytes of c have been read since the last call of
// Decompressed.
func (c *Content) Position() int64 {
	n, err := c.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0
	}
	return n
}
