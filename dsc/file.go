package dsc

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strings"
)

// An Algorithm names a digest in the way that control files do, such as in the
// field Checksums-Sha256.
type Algorithm string

// The algorithms of Debian Policy 5.6.21 and 5.6.24, weakest first. MD5 and SHA1 prove
// something only in a .dsc that has nothing better; in others they must be right, too.
const (
	MD5    Algorithm = "Md5"
	SHA1   Algorithm = "Sha1"
	SHA256 Algorithm = "Sha256"
)

func (a Algorithm) new() hash.Hash {
	switch a {
	case MD5:
		return md5.New()
	case SHA1:
		return sha1.New()
	default:
		return sha256.New()
	}
}

// hexLength is how many hexadecimal digits a digest of a has.
func (a Algorithm) hexLength() int { return 2 * a.new().Size() }

// A Digest is what the content of a file must hash to.
type Digest struct {
	Algorithm Algorithm
	Hex       string // lower case
}

// ParseDigest returns the digest of which s is the hexadecimal form.
func ParseDigest(a Algorithm, s string) (Digest, error) {
	s = strings.ToLower(s)
	if _, err := hex.DecodeString(s); err != nil || len(s) != a.hexLength() {
		return Digest{}, fmt.Errorf("%q is no %s digest", s, strings.ToUpper(string(a)))
	}
	return Digest{a, s}, nil
}

func (d Digest) String() string { return strings.ToLower(string(d.Algorithm)) + ":" + d.Hex }

// A File is a file of an archive or of a source package, as something that was
// signed describes it.
type File struct {
	Name     string // without a directory
	Size     int64  // in bytes
	Digest   Digest
	ListedIn string // the file that says so, for messages
}

// A MismatchError says that a file is not the one that was described.
type MismatchError struct {
	File     string
	Property string // "size" or the name of the digest
	Got      string
	Want     string
	ListedIn string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s: %s is %s, but %s says %s", e.File, e.Property, e.Got, e.ListedIn, e.Want)
}

// CopyVerified copies the content of f from src to dst. It fails unless that
// content is exactly what f says: f.Size bytes with the digest f.Digest.
//
// It reads at most f.Size+1 bytes, so a hostile src cannot fill the disk. On
// error dst may hold bytes that nobody vouched for: do not give dst its final
// name before CopyVerified has returned nil.
//
// A wrong size or digest is a [*MismatchError]; any other error comes from src
// or dst. See Debian Policy 5.6.24 (Checksums-Sha256).
func (f File) CopyVerified(dst io.Writer, src io.Reader) error {
	h := f.Digest.Algorithm.new()
	n, err := io.Copy(io.MultiWriter(dst, h), io.LimitReader(src, f.Size+1))
	if err != nil {
		return err
	}
	return f.check(n, h)
}

// Verify reads all of src and fails as [File.CopyVerified] does.
func (f File) Verify(src io.Reader) error { return f.CopyVerified(io.Discard, src) }

func (f File) check(n int64, h hash.Hash) error {
	if n > f.Size {
		return f.mismatch("size", fmt.Sprintf("over %d bytes", f.Size), fmt.Sprint(f.Size))
	}
	if n != f.Size {
		return f.mismatch("size", fmt.Sprintf("%d bytes", n), fmt.Sprint(f.Size))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != f.Digest.Hex {
		return f.mismatch(strings.ToUpper(string(f.Digest.Algorithm)), got, f.Digest.Hex)
	}
	return nil
}

func (f File) mismatch(property, got, want string) error {
	return &MismatchError{File: f.Name, Property: property, Got: got, Want: want, ListedIn: f.ListedIn}
}

// CheckName refuses a name that a signed list of files must not hold, because it
// could leave the directory that it is meant for, hide there, or be taken for an
// option: anything but letters, digits and "+-.:_~", starting with a letter or digit.
func CheckName(name string) error {
	if name == "" {
		return fmt.Errorf("file name is empty")
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		alnum := c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if alnum || i > 0 && strings.IndexByte("+-.:_~", c) >= 0 {
			continue
		}
		return fmt.Errorf("file name %q: %q is not allowed there", name, name[i:i+1])
	}
	return nil
}
