package dsc

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxDscSize is how large a .dsc may be, in bytes. Those of the kernel, with a
// long Package-List, have 0.3 MB.
const maxDscSize = 16 << 20

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
		c.f.Close()
	}
	return nil
}

// Content is the verified content of one file of a source package. It keeps the
// file open, so that what is read is what was verified even if another file
// takes its name meanwhile. It may be used by one reader at a time.
type Content struct {
	file File
	f    *os.File
}

// File returns the name, size and digest of c.
func (c *Content) File() File { return c.file }

// Decompressed returns the content from its start, decompressed as [Decompress] does.
func (c *Content) Decompressed() (io.ReadCloser, error) {
	if _, err := c.f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return Decompress(c.file.Name, c.f)
}

// LocalOptions are the options of [OpenLocal]. The zero value looks for the files
// beside the .dsc and checks no signature.
type LocalOptions struct {
	Dir     string   // where the files are; default: the directory of the .dsc
	Keyring *Keyring // the .dsc must be signed by a key of it; default: signature not checked
}

// OpenLocal reads the .dsc at path and verifies the files that it lists.
//
// A file that is not as listed is a [*MismatchError], one that is not there
// matches [fs.ErrNotExist]; what breaks the format of the .dsc is a
// [*SyntaxError], and a signature that does not hold a [*SignatureError]. Once
// the .dsc has been read, errors are a [*PackageError].
func OpenLocal(path string, opts LocalOptions) (*Package, error) {
	name := filepath.Base(path)
	data, err := readBounded(path, maxDscSize)
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
		c, err := openVerified(dir, f)
		if err != nil {
			p.Close()
			return nil, &PackageError{p.source.ID, err}
		}
		p.contents = append(p.contents, c)
	}
	return p, nil
}

func openVerified(dir string, file File) (*Content, error) {
	// Such a name would be taken for another .dsc, or for an unfinished download.
	if strings.HasSuffix(file.Name, ".dsc") || strings.HasSuffix(file.Name, ".tmp") {
		return nil, &SyntaxError{file.ListedIn, 0, fmt.Sprintf("lists %s, but a source package has no file with such an ending", file.Name)}
	}
	f, err := os.Open(filepath.Join(dir, file.Name))
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
		f.Close()
		return nil, &fs.PathError{Op: "open", Path: f.Name(), Err: fmt.Errorf("not a regular file")}
	}
	if err := file.Verify(f); err != nil {
		f.Close()
		return nil, err
	}
	return &Content{file, f}, nil
}

// readBounded returns the content of the file at path, of at most limit bytes.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &SyntaxError{filepath.Base(path), 0, fmt.Sprintf("larger than the limit of %d bytes", limit)}
	}
	return data, nil
}

// Position returns how many bytes of c have been read since the last call of
// Decompressed, by this process or by a child.
func (c *Content) Position() int64 {
	n, err := c.f.Seek(0, io.SeekCurrent)
	if err != nil {
		return 0
	}
	return n
}
