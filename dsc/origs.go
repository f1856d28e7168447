package dsc

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A NoOrigError says that the main orig tarball of an upstream version is not there. It
// matches [fs.ErrNotExist].
type NoOrigError struct {
	Dirs    []string // where it was looked for
	Pattern string   // of its name
}

func (e *NoOrigError) Error() string {
	return fmt.Sprintf("there is no upstream tarball %s in %s", e.Pattern, strings.Join(e.Dirs, " or "))
}

// Unwrap returns [fs.ErrNotExist].
func (e *NoOrigError) Unwrap() error { return fs.ErrNotExist }

// A DuplicateOrigError says that the same orig tarball is there twice, in two
// compressions, so that nobody can say which one an upload would have.
type DuplicateOrigError struct{ Paths [2]string }

func (e *DuplicateOrigError) Error() string {
	return fmt.Sprintf("%s and %s are the same upstream tarball in two compressions", e.Paths[0], e.Paths[1])
}

// origTarball matches what follows the package and ".orig" in the name of an orig tarball, or of
// its signature, that dpkg-source takes into a 3.0 (quilt) package: the component, the
// compression, and ".asc".
var origTarball = regexp.MustCompile(`^(|-[A-Za-z0-9-]+)\.tar\.(?:gz|bz2|lzma|xz)(\.asc)?$`)

// OrigPaths returns the paths of the orig tarballs, and of their signatures, that there are in
// dirs of the upstream version of id: those of which "dpkg-source -b" would make a package of
// format 3.0 (quilt), which takes no signature without its tarball. They are sorted by their
// names. Of files with the same name that in the first of dirs counts.
//
// The error is a [*NoOrigError] without a main tarball, and a [*DuplicateOrigError] if
// a tarball is there twice.
func OrigPaths(dirs []string, id ID) ([]string, error) {
	prefix := id.Package + "_" + id.Version.Upstream().WithoutEpoch() + ".orig"
	found, err := firstOfNames(dirs, prefix)
	if err != nil {
		return nil, err
	}
	var paths []string
	tarballs := map[string]string{}                        // by component
	for _, name := range slices.Sorted(maps.Keys(found)) { // a tarball comes before its signature
		m := origTarball.FindStringSubmatch(strings.TrimPrefix(name, prefix))
		if m == nil {
			continue
		}
		component, extension := m[1], m[2]
		other, ok := tarballs[component]
		switch {
		case extension == "" && ok:
			return nil, &DuplicateOrigError{[2]string{found[other], found[name]}}
		case extension == "":
			tarballs[component] = name
		case name != other+extension:
			continue
		}
		paths = append(paths, found[name])
	}
	if _, ok := tarballs[""]; !ok {
		return nil, &NoOrigError{dirs, prefix + ".tar.*"}
	}
	return paths, nil
}

// firstOfNames returns the names in dirs that begin with prefix, each with the path of the first
// that has it.
func firstOfNames(dirs []string, prefix string) (map[string]string, error) {
	found := map[string]string{}
	for _, dir := range dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			if _, ok := found[e.Name()]; !ok && strings.HasPrefix(e.Name(), prefix) {
				found[e.Name()] = filepath.Join(dir, e.Name())
			}
		}
	}
	return found, nil
}

// OpenOrigs opens the orig tarballs, without signatures, that there are in dirs of the upstream
// version of id. What they are now is what they are held to when they are read; nobody vouches
// for that. They must be closed. The errors are those of [OrigPaths].
func OpenOrigs(dirs []string, id ID) ([]*Content, error) {
	paths, err := OrigPaths(dirs, id)
	if err != nil {
		return nil, err
	}
	var contents []*Content
	for _, path := range paths {
		if IsSignature(path) {
			continue
		}
		c, err := openAsIs(path)
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
func openAsIs(path string) (*Content, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	file := File{Name: filepath.Base(path), Size: n, Digest: Digest{SHA256, hex.EncodeToString(h.Sum(nil))}, ListedIn: "the first reading of it"}
	return &Content{file, f}, nil
}
