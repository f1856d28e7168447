// Package dsc reads and writes the control data of Debian source packages: .dsc
// and .changes files, changelogs, versions, quilt series and patches, and the
// tarballs that a .dsc lists. It knows patches as git writes them and takes them, but no
// repository.
//
// # Trust
//
// Parsing proves nothing: [Parse] returns what the bytes say. Only [Keyring.Open]
// returns a [Signed], which names the key that made it, and only a function that
// has read a whole file and found the digest that its .dsc lists makes the
// [Content] of that file, so unverified data does not compile where it matters. The
// exception is [OpenOrigs], for a package that is still being made: its user answers
// for these files.
//
// The formats are those of deb-src-control(5), dsc(5) and Debian Policy, chapter 5.
package dsc

import (
	"fmt"
	"regexp"
	"strings"

	"pault.ag/go/debian/control"
)

// An ID names one upload: a version of a source package.
type ID struct {
	Package string // the source package
	Version Version
}

// String is the package and its version, if that is known.
func (id ID) String() string {
	if id.Version == "" {
		return id.Package
	}
	return id.Package + " " + string(id.Version)
}

// A PackageError says which upload another error is about. It is put around an
// error once, by the outermost function that is about one upload.
type PackageError struct {
	ID  ID
	Err error
}

func (e *PackageError) Error() string { return e.ID.String() + ": " + e.Err.Error() }

// Unwrap returns the error that e is put around.
func (e *PackageError) Unwrap() error { return e.Err }

// A Source is what a .dsc file says.
type Source struct {
	ID
	Format  string // such as "3.0 (quilt)"; "1.0" if there is no such field
	Files   []File // in the order of the strongest list of checksums
	DgitRef string // the value of the field Dgit (Vcs-Dgit-Master), or ""
	VcsGit  string // the value of the field Vcs-Git, or ""
	Fields  Paragraph

	weaker map[string][]Digest // by name of file: digests in the other lists of checksums
}

var packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)

// CheckPackageName refuses a name that cannot be that of a source package, by
// Debian Policy 5.6.1.
func CheckPackageName(name string) error {
	if !packageName.MatchString(name) {
		return fmt.Errorf("%q is no package name: at least two characters of a-z 0-9 + - . are wanted, the first a letter or digit", name)
	}
	return nil
}

// Parse reads the control fields of a .dsc, without any signature around them;
// file is its name, for messages. What breaks the format is a [*SyntaxError].
//
// The files come from Checksums-Sha256, else Checksums-Sha1, else Files. If more
// than one of these fields is there, they must name the same files with the same
// sizes; that the digests agree, too, [OpenLocal] finds out. Names that could leave their
// directory are refused.
func Parse(file string, text []byte) (*Source, error) {
	p, err := ParseParagraph(file, text)
	if err != nil {
		return nil, err
	}
	s := &Source{
		Format: p.Value("Format"),
		VcsGit: p.Value("Vcs-Git"),
		Fields: p,
	}
	if s.Format == "" {
		s.Format = "1.0"
	}
	if s.DgitRef = p.Value("Dgit"); s.DgitRef == "" {
		s.DgitRef = p.Value("Vcs-Dgit-Master")
	}
	if err := parseID(file, p, &s.ID); err != nil {
		return nil, err
	}
	if s.Files, s.weaker, err = parseLists(file, p); err != nil {
		return nil, err
	}
	return s, nil
}

func parseID(file string, p Paragraph, id *ID) error {
	source, ok := p.Field("Source")
	if !ok {
		return &SyntaxError{file, 0, "no field Source"}
	}
	if err := CheckPackageName(source.Value); err != nil {
		return &SyntaxError{file, source.Line, err.Error()}
	}
	field, ok := p.Field("Version")
	if !ok {
		return &SyntaxError{file, 0, "no field Version"}
	}
	v, err := ParseVersion(field.Value)
	if err != nil {
		return &SyntaxError{file, field.Line, err.Error()}
	}
	*id = ID{source.Value, v}
	return nil
}

// checksums has a list for each field of which it can be read.
type checksums struct {
	Sha256 []control.SHA256FileHash `control:"Checksums-Sha256" delim:"\n" strip:"\n\r\t "`
	Sha1   []control.SHA1FileHash   `control:"Checksums-Sha1" delim:"\n" strip:"\n\r\t "`
	Md5    []control.MD5FileHash    `control:"Files" delim:"\n" strip:"\n\r\t "`
}

// parseFiles reads the lists of files of p, which may be a .dsc or a stanza of a
// Sources index.
func parseFiles(file string, p Paragraph) ([]File, error) {
	files, _, err := parseLists(file, p)
	return files, err
}

// parseLists is parseFiles, and returns by name the digests in weaker lists than the one that
// the files are of.
func parseLists(file string, p Paragraph) (best []File, weaker map[string][]Digest, err error) {
	values := control.Paragraph{Values: map[string]string{}}
	var fields []Field // those that are there, strongest first
	var algorithms []Algorithm
	for _, l := range []struct {
		name string
		alg  Algorithm
	}{{"Checksums-Sha256", SHA256}, {"Checksums-Sha1", SHA1}, {"Files", MD5}} {
		if f, ok := p.Field(l.name); ok {
			if err := checkList(file, f); err != nil {
				return nil, nil, err
			}
			values.Values[l.name] = f.Value
			fields = append(fields, f)
			algorithms = append(algorithms, l.alg)
		}
	}
	if len(fields) == 0 {
		return nil, nil, &SyntaxError{file, 0, "no field Checksums-Sha256, Checksums-Sha1 or Files"}
	}
	var sums checksums
	if err := control.UnpackFromParagraph(values, &sums); err != nil {
		return nil, nil, &SyntaxError{file, fields[0].Line, fmt.Sprintf("list of files: %v", err)}
	}
	lists := map[Algorithm][]control.FileHash{}
	for _, h := range sums.Sha256 {
		lists[SHA256] = append(lists[SHA256], h.FileHash)
	}
	for _, h := range sums.Sha1 {
		lists[SHA1] = append(lists[SHA1], h.FileHash)
	}
	for _, h := range sums.Md5 {
		lists[MD5] = append(lists[MD5], h.FileHash)
	}
	for i, f := range fields {
		files, err := checkFiles(file, f, algorithms[i], lists[algorithms[i]])
		if err != nil {
			return nil, nil, err
		}
		if best == nil {
			best = files
			continue
		}
		if err := agree(file, fields[0], best, f, files); err != nil {
			return nil, nil, err
		}
		if weaker == nil {
			weaker = map[string][]Digest{}
		}
		for _, other := range files {
			weaker[other.Name] = append(weaker[other.Name], other.Digest)
		}
	}
	return best, weaker, nil
}

// maxFiles is how many files a source package may have; all are open at once. No real
// one has a hundred.
const maxFiles = 500

var listLine = regexp.MustCompile(`^[ \t]+[^ \t]+[ \t]+[0-9]{1,18}[ \t]+[^ \t]+$`)

// checkList refuses lines of a list of files that have another form than
// deb-src-control(5) says. The library below would make something of some of them.
func checkList(file string, field Field) error {
	lines := strings.Split(field.Value, "\n")
	if lines[0] != "" {
		return &SyntaxError{file, field.Line, fmt.Sprintf("%s: %q is not in a line of its own", field.Name, lines[0])}
	}
	if len(lines) == 1 {
		return &SyntaxError{file, field.Line, fmt.Sprintf("%s lists no file", field.Name)}
	}
	for i, line := range lines[1:] {
		if !listLine.MatchString(line) {
			return &SyntaxError{file, field.Line + 1 + i, fmt.Sprintf("%q is not of the form \"DIGEST SIZE NAME\"", line)}
		}
	}
	return nil
}

// checkFiles turns one list of files into ours, and refuses what no list may hold.
func checkFiles(file string, field Field, a Algorithm, hashes []control.FileHash) ([]File, error) {
	fail := func(i int, format string, args ...any) ([]File, error) {
		return nil, &SyntaxError{file, field.Line + 1 + i, fmt.Sprintf(format, args...)}
	}
	if len(hashes) > maxFiles {
		return nil, &SyntaxError{file, field.Line, fmt.Sprintf("%s lists %d files, over the limit of %d", field.Name, len(hashes), maxFiles)}
	}
	seen := map[string]bool{}
	var files []File
	for i, h := range hashes {
		digest, err := ParseDigest(a, h.Hash)
		if err != nil {
			return fail(i, "%v", err)
		}
		if err := CheckName(h.Filename); err != nil {
			return fail(i, "%v", err)
		}
		if seen[h.Filename] {
			return fail(i, "%s is listed twice", h.Filename)
		}
		seen[h.Filename] = true
		files = append(files, File{Name: h.Filename, Size: h.Size, Digest: digest, ListedIn: file})
	}
	return files, nil
}

// agree refuses two lists that differ in names or sizes.
func agree(file string, fa Field, a []File, fb Field, b []File) error {
	sizes := map[string]int64{}
	for _, f := range a {
		sizes[f.Name] = f.Size
	}
	for _, f := range b {
		size, ok := sizes[f.Name]
		if !ok {
			return &SyntaxError{file, fb.Line, fmt.Sprintf("%s lists %s, but %s does not", fb.Name, f.Name, fa.Name)}
		}
		if size != f.Size {
			return &SyntaxError{file, fb.Line, fmt.Sprintf("size of %s is %d in %s, but %d in %s", f.Name, f.Size, fb.Name, size, fa.Name)}
		}
	}
	if len(a) != len(b) {
		return &SyntaxError{file, fb.Line, fmt.Sprintf("%s lists %d files, but %s lists %d", fb.Name, len(b), fa.Name, len(a))}
	}
	return nil
}

// IsSignature says whether name is that of a detached signature, which is stored
// beside a tarball but never unpacked.
func IsSignature(name string) bool {
	for _, ext := range []string{".asc", ".gpg", ".pgp", ".sig"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}
