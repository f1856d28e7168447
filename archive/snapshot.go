package archive

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"

	"slices"
	"strings"
	"time"

	"debgit/dsc"
)

// A Snapshot is a service such as snapshot.debian.org, which keeps every upload that
// there ever was, in no suite. Its machine-readable interface answers:
//
//	mr/package/PACKAGE/                              {"result": [{"version": VERSION}, ...]}
//	mr/package/PACKAGE/VERSION/srcfiles?fileinfo=1   {"fileinfo": {SHA1: [{"name", "size", "path", "first_seen"}, ...]}}
//	file/SHA1                                        the content of a file
//
// What it says is not signed. SHA-1 is only where a file is found: what the file
// must be, the SHA-256 digests of the .dsc say, and for the .dsc nothing but its own
// signature vouches, whose keys are the caller's to choose.
type Snapshot struct{ service *service }

// OpenSnapshot returns the snapshot service that answers at h. It asks nothing yet.
func (c *Client) OpenSnapshot(h *HTTP) *Snapshot {
	return &Snapshot{&service{c, h}}
}

// Where names the service.
func (s *Snapshot) Where() string { return s.service.String() }

// Versions returns all versions of a source package that the service has, the highest
// first. If it has none, the error is an [*UnknownPackageError].
func (s *Snapshot) Versions(ctx context.Context, pkg string) ([]dsc.Version, error) {
	if dsc.CheckPackageName(pkg) != nil {
		return nil, s.unknown(pkg)
	}
	var answer struct {
		Result []struct{ Version string }
	}
	err := s.service.readJSON(ctx, &answer, "", "mr", "package", pkg, "")
	if isMissing(err) || err == nil && len(answer.Result) == 0 {
		return nil, s.unknown(pkg)
	}
	if err != nil {
		return nil, err
	}
	var versions []dsc.Version
	for _, r := range answer.Result {
		v, err := dsc.ParseVersion(r.Version)
		if err != nil {
			return nil, s.service.fail("mr/package/"+pkg+"/", err)
		}
		versions = append(versions, v)
	}
	return versions, newestFirst(versions, func(v dsc.Version) dsc.Version { return v })
}

func (s *Snapshot) unknown(pkg string) error {
	return &UnknownPackageError{Package: pkg, Suite: s.Where()}
}

type snapshotFile struct {
	Name      string
	Size      int64
	Path      string
	FirstSeen string `json:"first_seen"`
}

// Find returns the upload of a version. If the service has several .dsc files of it, it
// is the one that it saw first. Without any, the error is a [*NoDscError].
func (s *Snapshot) Find(ctx context.Context, id dsc.ID) (*Upload, error) {
	var answer struct {
		Fileinfo map[string][]snapshotFile
	}
	question := []string{"mr", "package", id.Package, string(id.Version), "srcfiles"}
	err := s.service.readJSON(ctx, &answer, "fileinfo=1", question...)
	if isMissing(err) {
		return nil, &dsc.PackageError{ID: id, Err: &NoDscError{id, err}}
	}
	if err != nil {
		return nil, err
	}
	where := strings.Join(question, "/")
	var hashed []hashedFile
	for sha1, infos := range answer.Fileinfo {
		for _, info := range infos {
			f, err := newHashedFile(sha1, info)
			if err != nil {
				return nil, s.service.fail(where, err)
			}
			hashed = append(hashed, f)
		}
	}
	slices.SortFunc(hashed, hashedFile.compare)
	if len(hashed) == 0 || !hashed[0].isDsc() {
		missing := fmt.Errorf("it lists no .dsc: %w", fs.ErrNotExist)
		return nil, &dsc.PackageError{ID: id, Err: &NoDscError{id, s.service.fail(where, missing)}}
	}
	d := hashed[0]
	u := &Upload{id: id, mirror: s.service.mirror, hashed: hashed, date: d.seen, directory: d.directory, component: d.component()}
	u.dsc = dsc.File{Name: d.name, Size: d.size, Digest: d.digest, ListedIn: s.Where()}
	return u, nil
}

// A hashedFile is a file of a snapshot service.
type hashedFile struct {
	name      string
	size      int64
	digest    dsc.Digest // SHA-1
	directory string     // where it was in its archive; or ""
	seen      time.Time
}

func newHashedFile(sha1 string, info snapshotFile) (hashedFile, error) {
	f := hashedFile{name: info.Name, size: info.Size, directory: strings.Trim(info.Path, "/")}
	var err error
	if f.digest, err = dsc.ParseDigest(dsc.SHA1, sha1); err != nil {
		return f, err
	}
	if err := dsc.CheckName(f.name); err != nil {
		return f, err
	}
	if f.size < 0 {
		return f, fmt.Errorf("size of %s is %d", f.name, f.size)
	}
	if !fs.ValidPath(f.directory) {
		f.directory = ""
	}
	f.seen, err = time.Parse("20060102T150405Z", info.FirstSeen)
	return f, err
}

func (f hashedFile) isDsc() bool { return strings.HasSuffix(f.name, ".dsc") }

// path returns where the service has the file.
func (f hashedFile) path() string { return "file/" + f.digest.Hex }

// component returns the component whose pool the file was in, or "".
func (f hashedFile) component() string {
	parts := strings.Split(f.directory, "/")
	if len(parts) > 2 && parts[1] == "updates" { // the security archive, for a time
		parts = parts[1:]
	}
	if len(parts) < 2 || !validComponent.MatchString(parts[1]) {
		return ""
	}
	return parts[1]
}

// compare puts a .dsc before other files, and what was seen first before what came later.
func (f hashedFile) compare(g hashedFile) int {
	if f.isDsc() != g.isDsc() {
		if f.isDsc() {
			return -1
		}
		return 1
	}
	return cmp.Or(f.seen.Compare(g.seen), cmp.Compare(f.digest.Hex, g.digest.Hex))
}

// locateHashed returns where a snapshot service may have a file of u. Files of one name
// and size may be in two archives: that a digest is the wrong one only shows when the
// file is there.
func (u *Upload) locateHashed(f dsc.File) ([]string, error) {
	var paths []string
	for _, h := range u.hashed {
		if h.name == f.Name && h.size == f.Size && !slices.Contains(paths, h.path()) {
			paths = append(paths, h.path())
		}
	}
	if paths == nil {
		return nil, &MirrorError{Mirror: u.mirror.String(), Path: f.Name, Err: fmt.Errorf("no such file of %d bytes: %w", f.Size, fs.ErrNotExist)}
	}
	return paths, nil
}
