package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"debgit/dsc"
)

// Find implements [Suite]. The upload is the one with the highest version in the
// components that the [Place] has configured; if none of these has pkg, in the others.
// Uploads that are only kept as extra sources do not count.
//
// If an index cannot be had, the error is of the kinds that [Client.OpenSuite] names.
func (s *SignedSuite) Find(ctx context.Context, pkg string) (*Upload, error) {
	configured, others := s.components()
	for _, components := range [][]string{configured, others} {
		uploads, err := s.uploads(ctx, components, pkg)
		if err != nil {
			return nil, err
		}
		for _, u := range uploads {
			if !u.ExtraSourceOnly() {
				return u, nil
			}
		}
	}
	return nil, s.unknown(ctx, pkg)
}

// FindAll implements [Suite]. The uploads are those of any component, extra sources
// included. Its errors are those of [SignedSuite.Find].
func (s *SignedSuite) FindAll(ctx context.Context, pkg string) ([]*Upload, error) {
	uploads, err := s.uploads(ctx, s.release.components, pkg)
	if err == nil && len(uploads) == 0 {
		err = s.unknown(ctx, pkg)
	}
	return uploads, err
}

// FindFiles implements [Suite]. It knows the files that the suite has, of the source
// package that their names begin with.
func (s *SignedSuite) FindFiles(ctx context.Context, pattern string) (files []PoolFile, all bool, err error) {
	if err := checkFilePattern(pattern); err != nil {
		return nil, false, err
	}
	pkg, _, _ := strings.Cut(pattern, "_")
	uploads, err := s.uploads(ctx, s.release.components, pkg)
	for _, u := range uploads {
		for _, f := range u.files {
			file := PoolFile{u.component, u.path(f.Name), f.Size, f.Digest, u.mirror, f.ListedIn}
			if matchesFile(pattern, f.Name) && !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files, false, err
}

// HasPackage implements [Suite]. It knows the source packages of the suite.
func (s *SignedSuite) HasPackage(ctx context.Context, pkg string) (has, sure bool, err error) {
	uploads, err := s.uploads(ctx, s.release.components, pkg)
	return len(uploads) > 0, len(uploads) > 0, err
}

// components splits the components of s into those configured and the others.
func (s *SignedSuite) components() (configured, others []string) {
	if s.place.Components == nil {
		return s.release.components, nil
	}
	for _, c := range s.release.components {
		// The security archive's components may be configured as "updates/main".
		if slices.ContainsFunc(s.place.Components, func(p string) bool { return path.Base(p) == c }) {
			configured = append(configured, c)
		} else {
			others = append(others, c)
		}
	}
	return configured, others
}

// uploads returns the uploads of pkg, the highest version first.
func (s *SignedSuite) uploads(ctx context.Context, components []string, pkg string) ([]*Upload, error) {
	var all []*Upload
	for _, c := range components {
		found, err := lookUp(ctx, s, c, func(x *index) ([]*Upload, error) { return x.uploads(c, pkg) })
		if err != nil {
			return nil, err
		}
		for _, u := range found {
			u.mirror = WithFallback(s.place.Mirror, s.place.Fallback)
		}
		all = append(all, found...)
	}
	if err := newestFirst(all, (*Upload).version); err != nil {
		return nil, err
	}
	return withoutTwins(all)
}

// withoutTwins removes from sorted uploads those that are listed again, and
// refuses two of the same version with other files.
func withoutTwins(all []*Upload) ([]*Upload, error) {
	var kept []*Upload
	for _, u := range all {
		if len(kept) == 0 || kept[len(kept)-1].id.Version != u.id.Version {
			kept = append(kept, u)
			continue
		}
		last := kept[len(kept)-1]
		if !slices.Equal(last.files, u.files) {
			return nil, &dsc.PackageError{ID: u.id, Err: &dsc.SyntaxError{File: "Sources", Cause: "lists this version twice, with different files"}}
		}
		if last.ExtraSourceOnly() {
			kept[len(kept)-1] = u
		}
	}
	return kept, nil
}

// unknown returns the error that says that s has no source package pkg.
func (s *SignedSuite) unknown(ctx context.Context, pkg string) error {
	e := &UnknownPackageError{Package: pkg, Suite: s.place.Suite}
	near := newNearest(pkg)
	for _, c := range s.release.components {
		_, err := lookUp(ctx, s, c, func(x *index) (struct{}, error) {
			x.names(near.add)
			source, err := x.source(pkg)
			if e.Source == "" {
				e.Source = source
			}
			return struct{}{}, err
		})
		if err != nil {
			return err
		}
	}
	e.Near = near.names()
	return e
}

// newUpload reads the paragraph of a Sources index about pkg.
func newUpload(component string, stanza []byte) (*Upload, error) {
	const file = "Sources"
	p, err := dsc.ParseParagraph(file, stanza)
	if err != nil {
		return nil, err
	}
	src, err := dsc.ParseStanza(file, p)
	if err != nil {
		return nil, err
	}
	fail := func(format string, args ...any) (*Upload, error) {
		return nil, &dsc.PackageError{ID: src.ID, Err: &dsc.SyntaxError{File: file, Cause: fmt.Sprintf(format, args...)}}
	}
	u := &Upload{id: src.ID, component: component, directory: p.Value("Directory"), files: src.Files, fields: p}
	if !fs.ValidPath(u.directory) || strings.ContainsAny(u.directory, "\\ ") {
		return fail("%q is no directory of an archive", u.directory)
	}
	for _, f := range u.files {
		if f.Digest.Algorithm != dsc.SHA256 {
			return fail("no SHA-256 digest of %s", f.Name)
		}
		if strings.HasSuffix(f.Name, ".tmp") { // as unfinished downloads are called
			return fail("lists %s", f.Name)
		}
		if !strings.HasSuffix(f.Name, ".dsc") {
			continue
		}
		if u.dsc.Name != "" {
			return fail("both %s and %s", u.dsc.Name, f.Name)
		}
		u.dsc = f
	}
	if u.dsc.Name == "" {
		return fail("no .dsc")
	}
	return u, nil
}

// lookUp calls f with the index of a component, or not at all if the component has no
// source packages. If the index turns out to be damaged it is made anew, once.
func lookUp[T any](ctx context.Context, s *SignedSuite, component string, f func(*index) (T, error)) (T, error) {
	var none T
	for again := false; ; again = true {
		x, err := s.index(ctx, component, again)
		if err != nil || x == nil {
			return none, err
		}
		result, err := f(x)
		if !errors.Is(err, errDamaged) || again {
			return result, err
		}
	}
}
