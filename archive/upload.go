package archive

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"debgit/dsc"
)

// An Upload is one version of a source package in a suite, as its [Suite] describes it.
// Its files have not been read.
type Upload struct {
	id        dsc.ID
	component string
	mirror    Mirror
	directory string
	dsc       dsc.File     // Size is -1, and Digest zero, if nobody told it
	files     []dsc.File   // the .dsc among them; nil if only the .dsc lists them
	hashed    []hashedFile // where a snapshot service has the files; nil: in directory
	date      time.Time
	fields    dsc.Paragraph // nil if there is no index
}

// newUnlistedUpload returns the upload of which a mirror has the .dsc at the path dscPath,
// and about which nothing else is known.
func newUnlistedUpload(id dsc.ID, dscPath string) (*Upload, error) {
	directory, name := path.Split(dscPath)
	if !fs.ValidPath(dscPath) || strings.ContainsAny(dscPath, "\\ \x00") {
		return nil, fmt.Errorf("%q is no path of a .dsc in an archive", dscPath)
	}
	if err := dsc.CheckName(name); err != nil || !strings.HasSuffix(name, ".dsc") {
		return nil, fmt.Errorf("%q is no name of a .dsc", name)
	}
	return &Upload{id: id, directory: strings.TrimSuffix(directory, "/"), dsc: dsc.File{Name: name, Size: -1}}, nil
}

// ID returns the name of the source package and its version.
func (u *Upload) ID() dsc.ID { return u.id }

func (u *Upload) version() dsc.Version { return u.id.Version }

// Component returns the component of the suite that has u, such as "main"; or "" if
// that is not known.
func (u *Upload) Component() string { return u.component }

// Date returns when the archive got u, or the zero time if that is not known.
func (u *Upload) Date() time.Time { return u.date }

// Directory returns where the files are: a path from the root of the archive.
func (u *Upload) Directory() string { return u.directory }

// Dsc returns the .dsc. Its Size is -1, and its Digest zero, if nothing but the mirror
// can tell them.
func (u *Upload) Dsc() dsc.File { return u.dsc }

// Fields returns all that the index says about u, or nothing if there is no index. It
// must not be changed.
func (u *Upload) Fields() dsc.Paragraph { return u.fields }

// ExtraSourceOnly reports whether the archive only keeps u because binary packages
// built with it are still there: u is no longer what the suite holds.
func (u *Upload) ExtraSourceOnly() bool { return u.fields.Value("Extra-Source-Only") == "yes" }

// locate returns where the mirror may have a file of u: mostly that is one path.
func (u *Upload) locate(f dsc.File) ([]string, error) {
	switch {
	case u.hashed == nil:
		return []string{u.path(f.Name)}, nil
	case f.Name == u.dsc.Name:
		return []string{u.dscPath()}, nil
	}
	return u.locateHashed(f)
}

// dscPath returns where the mirror has the .dsc.
func (u *Upload) dscPath() string {
	if u.hashed != nil {
		return u.hashed[0].path()
	}
	return u.path(u.dsc.Name)
}

// path returns where in the pool a file of u is.
func (u *Upload) path(name string) string { return path.Join(u.directory, name) }

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

// newestFirst sorts what has a version, the highest first.
func newestFirst[T any](all []T, version func(T) dsc.Version) error {
	var broken error
	slices.SortStableFunc(all, func(a, b T) int {
		n, err := version(b).Compare(version(a))
		if err != nil {
			broken = err
		}
		return n
	})
	return broken
}

// agrees refuses the .dsc of u if it describes another source package than the
// suite does.
func (u *Upload) agrees(src *dsc.Source) error {
	differ := func(property, got, want string) error {
		return &dsc.MismatchError{File: u.dsc.Name, Property: property, Got: got, Want: want, ListedIn: u.dsc.ListedIn}
	}
	if src.ID != u.id {
		return differ("source package", src.ID.String(), u.id.String())
	}
	if u.files == nil {
		return nil
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
