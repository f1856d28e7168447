package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// Origs are the upstream tarballs, and their signatures, of the upstream version that a work tree
// is of, as an archive has them. They may not be here.
type Origs struct {
	Package  string
	Version  dsc.Version // the upstream version
	Dir      string      // where they belong
	Files    []Orig
	Warnings []string
}

// An Orig is an upstream tarball, or the signature of one.
type Orig struct {
	Name   string
	Digest dsc.Digest // SHA-256, but for a .dsc that has none
	From   string     // what says so, such as "foo_1.0-1.dsc of sid"
	State  OrigState  // "" until [Origs.Fetch]; then OrigSame, or OrigMissing if no mirror has it
	Had    bool       // it was here before [Origs.Fetch]

	fetch func(ctx context.Context, dir string) error
}

// A NoOrigsError says that an archive has no orig tarball of an upstream version.
type NoOrigsError struct {
	Package string
	Version dsc.Version
	Where   string
}

func (e *NoOrigsError) Error() string {
	return fmt.Sprintf("%s: no orig tarball of upstream version %s in %s", e.Package, e.Version, e.Where)
}

// A MissingOrigsError says that mirrors do not have files that they should have.
type MissingOrigsError struct {
	Package string
	Names   []string
	Err     error // about the first
}

func (e *MissingOrigsError) Error() string {
	return fmt.Sprintf("%s: %s cannot be had: %v", e.Package, strings.Join(e.Names, ", "), e.Err)
}

// Unwrap returns the cause.
func (e *MissingOrigsError) Unwrap() error { return e.Err }

// A NoProductsDirError says that the directory for the files of source packages cannot be used.
type NoProductsDirError struct {
	Dir string
	Err error
}

func (e *NoProductsDirError) Error() string {
	return fmt.Sprintf("the directory %s for files of source packages cannot be used: %v", e.Dir, e.Err)
}

// Unwrap returns the cause.
func (e *NoProductsDirError) Unwrap() error { return e.Err }

// needProducts is products, of a directory that must be there.
func (s *session) needProducts(access *Access, dir string) (string, error) {
	products, err := s.products(access, dir)
	if err != nil {
		return "", err
	}
	entries, err := os.Open(products)
	if err == nil {
		defer entries.Close()
		_, err = entries.Readdirnames(1)
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return "", &NoProductsDirError{products, pathErr.Err}
	}
	return products, nil
}

// FindOrigs finds the origs of the upstream version that the work tree of repo is of: as the
// .dsc of the newest upload to the suite lists them, if that is of the same upstream version,
// else wherever in the archive they are, else as the snapshot service has them, if one is
// configured. Nothing is fetched yet. The suite is as for [Fetch].
//
// Errors that callers may test for: [*NoOrigsError], [*AmbiguousOrigsError],
// [*NoProductsDirError], [*NotPackageError], and those of [archive.Client].
func FindOrigs(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (*Origs, error) {
	s, err := openSession(ctx, repo, opts)
	if err != nil {
		return nil, err
	}
	if err := s.completeOptions(ctx, repo); err != nil {
		return nil, err
	}
	version, err := workVersion(repo)
	if err != nil {
		return nil, err
	}
	name, _, _ := strings.Cut(s.opts.Suite, ",") // of a branch of several suites the first
	suite, err := s.openSuite(ctx, name)
	if err != nil {
		return nil, err
	}
	f := &origFinder{fetcher: suite, version: version}
	dir, err := s.needProducts(f.access, repo.WorkTree())
	if err != nil {
		return nil, err
	}
	origs, err := f.inSuite(ctx)
	if origs == nil && err == nil {
		origs, err = f.inArchive(ctx)
	}
	if errors.As(err, new(*NoOrigsError)) {
		past, pastErr := f.inPast(ctx)
		if past != nil || pastErr != nil {
			origs, err = past, pastErr
		}
	}
	if err != nil {
		return nil, err
	}
	origs.Package, origs.Version, origs.Dir = f.pkg, version.Upstream(), dir
	origs.Warnings = s.warnings
	return origs, nil
}

// workVersion returns the version that the work tree of repo is of.
func workVersion(repo *gitmap.Repo) (dsc.Version, error) {
	w, err := openWork(repo)
	if err != nil {
		return "", err
	}
	defer w.close()
	e, err := w.changelog()
	if err != nil {
		return "", err
	}
	return e.Version, nil
}

// Fetch gets what is not in Dir, and checks what is. What no mirror has is a
// [*MissingOrigsError], when all else has been done; another file in the place of one is an
// [*archive.ConflictError].
func (o *Origs) Fetch(ctx context.Context) error {
	missing := &MissingOrigsError{Package: o.Package}
	for i := range o.Files {
		f := &o.Files[i]
		_, err := os.Lstat(filepath.Join(o.Dir, f.Name))
		f.Had = err == nil
		err = f.fetch(ctx, o.Dir)
		if _, ok := errors.AsType[*archive.MirrorError](err); ok && errors.Is(err, fs.ErrNotExist) {
			if f.State = OrigMissing; missing.Err == nil {
				missing.Err = err
			}
			missing.Names = append(missing.Names, f.Name)
			continue
		}
		if err != nil {
			return err
		}
		f.State = OrigSame
	}
	if missing.Err != nil {
		return missing
	}
	return nil
}

// An origFinder looks for the origs of one version.
type origFinder struct {
	*fetcher
	version dsc.Version
}

// sameUpstream says whether a version is of the upstream version that is looked for, as the names
// of files have it.
func (f *origFinder) sameUpstream(v dsc.Version) bool {
	return v.Upstream().WithoutEpoch() == f.version.Upstream().WithoutEpoch()
}

func (f *origFinder) none(where string) error {
	return &NoOrigsError{f.pkg, f.version.Upstream(), where}
}

// inSuite returns the origs that the .dsc of the newest upload to the suite lists; nil if there is
// none of the same upstream version.
func (f *origFinder) inSuite(ctx context.Context) (*Origs, error) {
	upload, err := f.suite.Find(ctx, f.pkg)
	if errors.As(err, new(*archive.UnknownPackageError)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	files := &uploadFiles{client: f.client}
	defer files.close()
	if err := files.find(ctx, f.suite, upload); err != nil || files.source == nil || !f.sameUpstream(files.source.Version) {
		return nil, err
	}
	origs := f.listed(files.upload, files.source, f.suite.Codename())
	if len(origs) == 0 {
		return nil, f.none(dscOf(files.upload, f.suite.Codename()))
	}
	return &Origs{Files: origs}, nil
}

// dscOf names the .dsc of an upload to a suite, or of a service.
func dscOf(u *archive.Upload, where string) string {
	return fmt.Sprintf("%s of %s", u.Dsc().Name, where)
}

// listed returns the origs that the .dsc of an upload lists. where is what has the upload.
func (f *origFinder) listed(u *archive.Upload, src *dsc.Source, where string) (origs []Orig) {
	for _, file := range OrigsOf(src) {
		origs = append(origs, Orig{Name: file.Name, Digest: file.Digest, From: dscOf(u, where), fetch: func(ctx context.Context, dir string) error {
			_, err := f.client.FetchFiles(ctx, u, src, dir, func(other dsc.File) bool { return other.Name == file.Name })
			return err
		}})
	}
	return origs
}

// inArchive returns the origs that are anywhere in the archive.
func (f *origFinder) inArchive(ctx context.Context) (*Origs, error) {
	pattern := origPrefix(f.pkg, f.version) + "*.tar.*"
	found, all, err := f.suite.FindFiles(ctx, pattern)
	if err != nil {
		return nil, err
	}
	if !all {
		return f.inOtherSuites(ctx)
	}
	var candidates []origCandidate
	for _, file := range found {
		if !origName.MatchString(file.Name()) {
			continue
		}
		candidates = append(candidates, origCandidate{file.Component, Orig{Name: file.Name(), Digest: file.Digest, From: "the archive", fetch: func(ctx context.Context, dir string) error {
			return f.client.FetchFile(ctx, file, dir)
		}}})
	}
	return f.choose(candidates, "the archive")
}

// inOtherSuites returns the origs that uploads to any suite of the archive have. It is for an
// archive that cannot be asked for files.
func (f *origFinder) inOtherSuites(ctx context.Context) (*Origs, error) {
	questions, err := f.opener.known(ctx, f.pkg)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "debgit-dsc-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var candidates []origCandidate
	var silent error // of the first suite that could not be asked
	for _, a := range askSuites(ctx, questions, f.pkg, f.opts.Progress) {
		if a.err != nil && !isAbsent(a.err) {
			silent = cmp.Or(silent, a.err)
		}
		if a.suite == nil || a.suite.Origin() != f.suite.Origin() {
			continue
		}
		for _, u := range a.uploads {
			if !f.sameUpstream(u.ID().Version) {
				continue
			}
			own, err := os.MkdirTemp(dir, "")
			if err != nil {
				return nil, err
			}
			src, err := f.client.FetchDsc(ctx, u, own)
			if isUnreachable(err) {
				silent = cmp.Or(silent, err)
				continue
			}
			if err != nil {
				return nil, err
			}
			for _, o := range f.listed(u, src, a.suite.Codename()) {
				candidates = append(candidates, origCandidate{a.suite.Codename(), o})
			}
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(candidates) == 0 && silent != nil {
		return nil, silent
	}
	return f.choose(candidates, "the suites that are known")
}

// choose returns those of the candidates that are wanted.
func (f *origFinder) choose(candidates []origCandidate, where string) (*Origs, error) {
	origs, err := chooseOrigs(candidates)
	if ambiguous, ok := errors.AsType[*AmbiguousOrigsError](err); ok {
		ambiguous.Package = f.pkg
	}
	if err == nil && len(origs) == 0 {
		err = f.none(where)
	}
	if err != nil {
		return nil, err
	}
	return &Origs{Files: origs}, nil
}
