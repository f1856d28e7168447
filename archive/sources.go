package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"debgit/dsc"
)

// An Upload is one version of a source package in a suite, as a signed index
// describes it. Its files have not been read.
type Upload struct {
	id        dsc.ID
	component string
	directory string
	dsc       dsc.File
	files     []dsc.File
	fields    dsc.Paragraph
}

// ID returns the name of the source package and its version.
func (u *Upload) ID() dsc.ID { return u.id }

// Component returns the component of the suite that has u, such as "main".
func (u *Upload) Component() string { return u.component }

// Directory returns where the files are: a path from the root of the archive.
func (u *Upload) Directory() string { return u.directory }

// Dsc returns the .dsc.
func (u *Upload) Dsc() dsc.File { return u.dsc }

// Files returns all files, the .dsc among them.
func (u *Upload) Files() []dsc.File { return slices.Clone(u.files) }

// Fields returns all that the index says about u. It must not be changed.
func (u *Upload) Fields() dsc.Paragraph { return u.fields }

// ExtraSourceOnly reports whether the archive only keeps u because binary packages
// built with it are still there: u is no longer what the suite holds.
func (u *Upload) ExtraSourceOnly() bool { return u.fields.Value("Extra-Source-Only") == "yes" }

// An UnknownPackageError says that a suite has no such source package.
type UnknownPackageError struct {
	Package string
	Suite   string
	Near    []string // source packages with a similar name, the most similar first, at most three
	Source  string   // the source package of the binary package of that name, or ""
}

func (e *UnknownPackageError) Error() string {
	text := fmt.Sprintf("find source package %q: not in suite %s", e.Package, e.Suite)
	if e.Source != "" {
		text += fmt.Sprintf("; it is a binary package of %s", e.Source)
	}
	return text
}

// Find returns the upload of the source package pkg that s holds: the one with the
// highest version in the components that the [Place] has configured; if none of
// these has pkg, in the others. Uploads that are only kept as extra sources
// do not count.
//
// The error is an [*UnknownPackageError] if there is none, and of the kinds that
// [Client.OpenSuite] names if an index cannot be had.
func (s *Suite) Find(ctx context.Context, pkg string) (*Upload, error) {
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

// FindAll returns all uploads of the source package pkg that s has, in any component,
// extra sources included, the highest version first. Its errors are those of
// [Suite.Find].
func (s *Suite) FindAll(ctx context.Context, pkg string) ([]*Upload, error) {
	uploads, err := s.uploads(ctx, s.release.components, pkg)
	if err == nil && len(uploads) == 0 {
		err = s.unknown(ctx, pkg)
	}
	return uploads, err
}

// components splits the components of s into those configured and the others.
func (s *Suite) components() (configured, others []string) {
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
func (s *Suite) uploads(ctx context.Context, components []string, pkg string) ([]*Upload, error) {
	var all []*Upload
	for _, c := range components {
		found, err := lookUp(ctx, s, c, func(x *index) ([]*Upload, error) { return x.uploads(c, pkg) })
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	var broken error
	slices.SortStableFunc(all, func(a, b *Upload) int {
		n, err := b.id.Version.Compare(a.id.Version)
		if err != nil {
			broken = err
		}
		return n
	})
	if broken != nil {
		return nil, broken
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
func (s *Suite) unknown(ctx context.Context, pkg string) error {
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

// agrees refuses the .dsc of u if it describes another source package than the
// index does.
func (u *Upload) agrees(src *dsc.Source) error {
	differ := func(property, got, want string) error {
		return &dsc.MismatchError{File: u.dsc.Name, Property: property, Got: got, Want: want, ListedIn: "Sources"}
	}
	if src.ID != u.id {
		return differ("source package", src.ID.String(), u.id.String())
	}
	listed := map[string]dsc.File{}
	var names, want []string
	for _, f := range u.files {
		if f.Name != u.dsc.Name {
			listed[f.Name] = f
			want = append(want, f.Name)
		}
	}
	for _, f := range src.Files {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) {
		return differ("list of files", strings.Join(names, " "), strings.Join(want, " "))
	}
	for _, f := range src.Files {
		l := listed[f.Name]
		if f.Size != l.Size {
			return differ("size of "+f.Name, fmt.Sprint(f.Size), fmt.Sprint(l.Size))
		}
		if f.Digest.Algorithm == l.Digest.Algorithm && f.Digest != l.Digest {
			return differ("digest of "+f.Name, f.Digest.String(), l.Digest.String())
		}
	}
	return nil
}

// agreesWith does what agrees does for the .dsc at path, which [dsc.OpenLocal] found
// small enough. It does not verify it.
func (u *Upload) agreesWith(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text, _, err := dsc.ClearsignedText(u.dsc.Name, data)
	if err != nil {
		return err
	}
	src, err := dsc.Parse(u.dsc.Name, text)
	if err != nil {
		return err
	}
	return u.agrees(src)
}

// lookUp calls f with the index of a component, or not at all if the component has no
// source packages. If the index turns out to be damaged it is made anew, once.
func lookUp[T any](ctx context.Context, s *Suite, component string, f func(*index) (T, error)) (T, error) {
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
