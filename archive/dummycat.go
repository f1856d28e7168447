package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"debgit/dsc"
)

// maxDummycatFile is how large a file of dummycat may be, in bytes.
const maxDummycatFile = 1 << 20

// A dummycatSuite is the [Suite] that lists in a directory describe (dgit's access
// method dummycat, for tests). Nothing is signed, and there are no digests.
//
//	suite.SUITE               the codename of the suite; if it is not there, that is SUITE
//	package.CODENAME.PACKAGE  lines "VERSION PATH", PATH that of a .dsc from the root of the mirror
//
// Empty lines, and those that begin with "#", are passed over.
type dummycatSuite struct {
	unsignedSuite
	dir    string
	mirror Mirror
}

// OpenDummycat opens a suite by the lists in the directory dir. There is no suite that
// they do not have. The files of the archive are at mirror.
func OpenDummycat(suite, dir string, mirror Mirror) (Suite, error) {
	if err := checkSuiteName(suite); err != nil {
		return nil, err
	}
	s := &dummycatSuite{unsignedSuite{suite, suite}, dir, mirror}
	text, err := readLimited(s.file("suite."+suite), maxDummycatFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		s.codename = strings.TrimSpace(string(text))
		if err := checkSuiteName(s.codename); err != nil {
			return nil, fmt.Errorf("read %s: %w", s.file("suite."+suite), err)
		}
	}
	return s, nil
}

// file returns the path of a list. The "/" in the name of a suite must not lead out of
// the directory.
func (s *dummycatSuite) file(name string) string {
	return filepath.Join(s.dir, strings.ReplaceAll(name, "/", "_"))
}

// Where implements [Suite].
func (s *dummycatSuite) Where() string { return s.dir }

// Assurance implements [Suite].
func (s *dummycatSuite) Assurance() Assurance { return NoIndex }

// Find implements [Suite].
func (s *dummycatSuite) Find(ctx context.Context, pkg string) (*Upload, error) {
	return newest(s.FindAll(ctx, pkg))
}

// FindAll implements [Suite].
func (s *dummycatSuite) FindAll(ctx context.Context, pkg string) ([]*Upload, error) {
	if dsc.CheckPackageName(pkg) != nil {
		return nil, s.unknown(pkg)
	}
	file := s.file("package." + s.codename + "." + pkg)
	text, err := readLimited(file, maxDummycatFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, s.unknown(pkg)
	}
	if err != nil {
		return nil, err
	}
	var all []*Upload
	for i, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		u, err := s.upload(pkg, words)
		if err != nil {
			return nil, &dsc.SyntaxError{File: file, Line: i + 1, Cause: err.Error()}
		}
		all = append(all, u)
	}
	if len(all) == 0 {
		return nil, s.unknown(pkg)
	}
	return all, newestFirst(all, (*Upload).version)
}

func (s *dummycatSuite) upload(pkg string, words []string) (*Upload, error) {
	if len(words) != 2 {
		return nil, fmt.Errorf("%q is not VERSION PATH", strings.Join(words, " "))
	}
	version, err := dsc.ParseVersion(words[0])
	if err != nil {
		return nil, err
	}
	u, err := newUnlistedUpload(dsc.ID{Package: pkg, Version: version}, words[1])
	if err != nil {
		return nil, err
	}
	u.mirror, u.dsc.ListedIn = s.mirror, s.mirror.String()
	return u, nil
}

// FindFiles implements [Suite]. The lists only know a .dsc without its digest.
func (s *dummycatSuite) FindFiles(_ context.Context, pattern string) ([]PoolFile, bool, error) {
	return nil, false, checkFilePattern(pattern)
}

// HasPackage implements [Suite]. The lists know the source packages of all suites that
// have any.
func (s *dummycatSuite) HasPackage(ctx context.Context, pkg string) (has, sure bool, err error) {
	_, err = s.FindAll(ctx, pkg)
	if isUnknownPackage(err) {
		return false, false, nil
	}
	return err == nil, err == nil, err
}
