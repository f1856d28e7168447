package archive

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"debgit/dsc"
)

// An apiSuite is the [Suite] that the API of Debian's ftpmasters describes (dgit's access
// methods ftpmasterapi and dummycatapi). The API tells the digest of a .dsc, and
// nothing is signed.
//
//	suites                          [{"name": "unstable", "codename": "sid", ...}, ...]
//	dsc_in_suite/SUITE/PACKAGE      [{"version", "component", "filename", "filesize", "sha256sum"}, ...]
//	file_in_archive/PATTERN         [{"component", "filename", "sha256sum"}, ...], PATTERN as LIKE of SQL has it
//	madison?package=PACKAGE&f=json  [{PACKAGE: {SUITE: {VERSION: ...}}}]
//
// where filename is relative to pool/COMPONENT/ of a mirror.
type apiSuite struct {
	unsignedSuite
	service *service
	mirror  Mirror
	names   []string
}

type apiSuiteEntry struct {
	Name     string
	Codename string
}

// OpenAPI opens a suite, of any of its names, by the API that answers at api, which is
// over HTTP or, for tests, in files. The files of the archive are at mirror. A suite
// that the API does not list is an [*UnknownSuiteError].
func (c *Client) OpenAPI(ctx context.Context, suite string, api, mirror Mirror) (Suite, error) {
	if err := checkSuiteName(suite); err != nil {
		return nil, err
	}
	service := &service{c, api}
	var entries []apiSuiteEntry
	if err := service.readJSON(ctx, &entries, "", "suites"); err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Codename != suite && e.Name != suite {
			continue
		}
		if err := checkSuiteName(e.Codename); err != nil {
			return nil, service.fail("suites", err)
		}
		s := &apiSuite{unsignedSuite{suite, e.Codename}, service, mirror, []string{e.Codename}}
		if e.Name != "" && e.Name != e.Codename {
			s.names = append(s.names, e.Name)
		}
		return s, nil
	}
	near := newNearest(suite)
	for _, e := range entries {
		for _, name := range []string{e.Codename, e.Name} {
			if checkSuiteName(name) == nil {
				near.add([]byte(name))
			}
		}
	}
	return nil, &UnknownSuiteError{Suite: suite, Tried: []string{service.String()}, Near: near.names()}
}

// Names implements [Suite].
func (s *apiSuite) Names() []string { return slices.Clone(s.names) }

// Where implements [Suite].
func (s *apiSuite) Where() string { return s.service.String() }

// Assurance implements [Suite].
func (s *apiSuite) Assurance() Assurance { return s.service.assurance() }

type apiFile struct {
	Version   string
	Component string
	Filename  string
	Filesize  int64
	SHA256    string `json:"sha256sum"`
}

// path returns where in the archive f is, and its digest.
func (f *apiFile) path() (string, dsc.Digest, error) {
	where := "pool/" + f.Component + "/" + f.Filename
	if !fs.ValidPath(where) || strings.ContainsAny(where, "\\ \x00") || !validComponent.MatchString(f.Component) {
		return "", dsc.Digest{}, fmt.Errorf("%q of component %q is no file of an archive", f.Filename, f.Component)
	}
	digest, err := dsc.ParseDigest(dsc.SHA256, f.SHA256)
	return where, digest, err
}

// Find implements [Suite].
func (s *apiSuite) Find(ctx context.Context, pkg string) (*Upload, error) {
	return newest(s.FindAll(ctx, pkg))
}

// FindAll implements [Suite].
func (s *apiSuite) FindAll(ctx context.Context, pkg string) ([]*Upload, error) {
	if err := dsc.CheckPackageName(pkg); err != nil {
		return nil, s.unknown(pkg)
	}
	entries, err := s.dscs(ctx, pkg)
	if err != nil {
		return nil, err
	}
	var all []*Upload
	for _, e := range entries {
		u, err := s.upload(pkg, e)
		if err != nil {
			return nil, s.service.fail("dsc_in_suite/"+s.asked+"/"+pkg, err)
		}
		all = append(all, u)
	}
	if len(all) == 0 {
		return nil, s.unknown(pkg)
	}
	return all, newestFirst(all, (*Upload).version)
}

// dscs asks for pkg by the name of the suite that was asked for, as dgit does, and then
// by the codename: the API knows both, but an API of files need not.
func (s *apiSuite) dscs(ctx context.Context, pkg string) ([]apiFile, error) {
	for _, name := range []string{s.asked, s.codename} {
		var entries []apiFile
		err := s.service.readJSON(ctx, &entries, "", "dsc_in_suite", name, pkg)
		if !isMissing(err) {
			return entries, err
		}
	}
	return nil, nil
}

// anySuiteHas is HasPackage, by a question about each suite.
func (s *apiSuite) anySuiteHas(ctx context.Context, pkg string) (has, sure bool, err error) {
	var suites []apiSuiteEntry
	if err := s.service.readJSON(ctx, &suites, "", "suites"); err != nil {
		return false, false, err
	}
	for _, suite := range suites {
		for _, name := range []string{suite.Codename, suite.Name} {
			if checkSuiteName(name) != nil { // it has no such name
				continue
			}
			var entries []apiFile
			err := s.service.readJSON(ctx, &entries, "", "dsc_in_suite", name, pkg)
			if len(entries) > 0 && err == nil {
				return true, true, nil
			}
			if err != nil && !isMissing(err) {
				return false, false, err
			}
		}
	}
	return false, true, nil
}

func (s *apiSuite) upload(pkg string, e apiFile) (*Upload, error) {
	version, err := dsc.ParseVersion(e.Version)
	if err != nil {
		return nil, err
	}
	where, digest, err := e.path()
	if err != nil {
		return nil, err
	}
	u, err := newUnlistedUpload(dsc.ID{Package: pkg, Version: version}, where)
	if err != nil {
		return nil, err
	}
	u.mirror, u.component = s.mirror, e.Component
	u.dsc.Digest, u.dsc.ListedIn = digest, s.service.String()
	if e.Filesize > 0 {
		u.dsc.Size = e.Filesize
	}
	return u, nil
}

// FindFiles implements [Suite]. The API knows all files of the archive.
func (s *apiSuite) FindFiles(ctx context.Context, pattern string) ([]PoolFile, bool, error) {
	if err := checkFilePattern(pattern); err != nil {
		return nil, false, err
	}
	if !s.service.overHTTP() {
		return findBelow(ctx, s.mirror, pattern)
	}
	like := strings.NewReplacer("_", `\_`, "*", "%").Replace(pattern)
	var entries []apiFile
	if err := s.service.readJSON(ctx, &entries, "", "file_in_archive", "%", like); err != nil && !isMissing(err) {
		return nil, false, err
	}
	var files []PoolFile
	for _, e := range entries {
		where, digest, err := e.path()
		if err != nil {
			return nil, false, s.service.fail("file_in_archive/%/"+like, err)
		}
		if matchesFile(pattern, path.Base(where)) {
			files = append(files, PoolFile{Component: e.Component, Path: where, Size: -1, Digest: digest, mirror: s.mirror, listedIn: s.service.String()})
		}
	}
	return files, true, nil
}

// HasPackage implements [Suite]. The API knows all source packages of the archive; one
// of files, those of each suite that it lists.
func (s *apiSuite) HasPackage(ctx context.Context, pkg string) (has, sure bool, err error) {
	if err := dsc.CheckPackageName(pkg); err != nil {
		return false, true, nil
	}
	if !s.service.overHTTP() {
		return s.anySuiteHas(ctx, pkg)
	}
	var answer []map[string]map[string]any
	query := url.Values{"package": {pkg}, "f": {"json"}, "a": {"source"}}.Encode()
	if err := s.service.readJSON(ctx, &answer, query, "madison"); err != nil {
		return false, false, err
	}
	for _, packages := range answer {
		if len(packages[pkg]) > 0 {
			return true, true, nil
		}
	}
	return false, true, nil
}
