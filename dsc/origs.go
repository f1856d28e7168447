package dsc

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// A NoOrigError says that the main orig tarball of an upstream version is not there. It
// matches [fs.ErrNotExist].
type NoOrigError struct {
	Dir     string // where it was looked for
	Pattern string // of its name
}

func (e *NoOrigError) Error() string {
	return fmt.Sprintf("there is no upstream tarball %s in %s", e.Pattern, e.Dir)
}

// Unwrap returns [fs.ErrNotExist].
func (e *NoOrigError) Unwrap() error { return fs.ErrNotExist }

// A DuplicateOrigError says that a directory has the same orig tarball twice, in two
// compressions, so that nobody can say which one an upload would have.
type DuplicateOrigError struct {
	Dir   string
	Names [2]string
}

func (e *DuplicateOrigError) Error() string {
	return fmt.Sprintf("%s and %s in %s are the same upstream tarball in two compressions", e.Names[0], e.Names[1], e.Dir)
}

// origTarball matches what follows the package and ".orig" in the name of an orig tarball, or of
// its signature, that dpkg-source takes into a 3.0 (quilt) package: the component, the
// compression, and ".asc".
var origTarball = regexp.MustCompile(`^(|-[A-Za-z0-9-]+)\.tar\.(?:gz|bz2|lzma|xz)(\.asc)?$`)

// OrigNames returns the names of the orig tarballs, and of their signatures, that dir has for
// the upstream version of id: those by which "dpkg-source -b" would make a package of format 3.0
// (quilt), which takes no signature without its tarball. They are sorted.
//
// The error is a [*NoOrigError] without a main tarball, and a [*DuplicateOrigError] if
// a tarball is there twice.
func OrigNames(dir string, id ID) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	prefix := id.Package + "_" + id.Version.Upstream().WithoutEpoch() + ".orig"
	var names []string
	tarballs := map[string]string{} // by component
	for _, e := range entries {     // a tarball comes before its signature
		name := e.Name()
		rest, ok := strings.CutPrefix(name, prefix)
		m := origTarball.FindStringSubmatch(rest)
		if !ok || m == nil {
			continue
		}
		component, extension := m[1], m[2]
		other, ok := tarballs[component]
		switch {
		case extension == "" && ok:
			return nil, &DuplicateOrigError{dir, [2]string{other, name}}
		case extension == "":
			tarballs[component] = name
		case name != other+extension:
			continue
		}
		names = append(names, name)
	}
	if _, ok := tarballs[""]; !ok {
		return nil, &NoOrigError{dir, prefix + ".tar.*"}
	}
	return names, nil
}

// OpenOrigs opens the orig tarballs, without signatures, that dir has for the upstream version of
// id. What they are now is what they are held to when they are read; nobody vouches for
// that. They must be closed. The errors are those of [OrigNames].
func OpenOrigs(dir string, id ID) ([]*Content, error) {
	names, err := OrigNames(dir, id)
	if err != nil {
		return nil, err
	}
	var contents []*Content
	for _, name := range names {
		if IsSignature(name) {
			continue
		}
		c, err := openAsIs(dir, name)
		if err != nil {
			for _, c := range contents {
				c.Close()
			}
			return nil, err
		}
		contents = append(contents, c)
	}
	return contents, nil
}

// openAsIs opens a file of which nobody has said what it should be.
func openAsIs(dir, name string) (*Content, error) {
	f, err := openRegular(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	file := File{Name: name, Size: n, Digest: Digest{SHA256, hex.EncodeToString(h.Sum(nil))}, ListedIn: "the first reading of it"}
	return &Content{file, f}, nil
}
