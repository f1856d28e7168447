package dsctest

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Built is a source package, built in memory.
type Built struct {
	DSC   BuiltFile   // not signed; a caller may put a signed text in its place
	Files []BuiltFile // that the .dsc lists, in its order

	fields []Field // of the .dsc, without the lists of files
}

// A BuiltFile is a file of a source package.
type BuiltFile struct {
	Name string
	Data []byte
}

// Build makes the files of p. It fails only if p cannot be written down: if a name
// is not that of a file, or if a tarball cannot hold an entry.
func (p *Package) Build() (*Built, error) {
	b := &Built{fields: p.dscFields()}
	for _, f := range p.Files {
		if f.Name == "" || f.Name == "." || f.Name == ".." || strings.ContainsAny(f.Name, "/\n\x00") {
			return nil, fmt.Errorf("build %s %s: %q is not the name of a file", p.Source, p.Version, f.Name)
		}
		data, err := f.build()
		if err != nil {
			return nil, fmt.Errorf("build %s %s: %s: %w", p.Source, p.Version, f.Name, err)
		}
		b.Files = append(b.Files, BuiltFile{f.Name, data})
	}
	_, afterEpoch, ok := strings.Cut(p.Version, ":")
	if !ok {
		afterEpoch = p.Version
	}
	lists := []Field{
		{"Checksums-Sha256", list(sha256Hex, b.Files)},
		{"Files", list(md5Hex, b.Files)},
	}
	b.DSC.Name = p.Source + "_" + afterEpoch + ".dsc"
	if strings.ContainsAny(b.DSC.Name, "/\n\x00") {
		return nil, fmt.Errorf("build %s %s: %q is not the name of a file", p.Source, p.Version, b.DSC.Name)
	}
	b.DSC.Data = []byte(stanza(replaceFields(append(slices.Clone(b.fields), lists...), p.Fields)))
	return b, nil
}

// Write builds p and writes its files into dir, the .dsc last. It makes dir if that
// does not exist, and replaces files. It returns the path of the .dsc.
func (p *Package) Write(dir string) (dscPath string, err error) {
	b, err := p.Build()
	if err != nil {
		return "", err
	}
	return b.Write(dir)
}

// Write writes the files of b into dir, as [Package.Write] does.
func (b *Built) Write(dir string) (dscPath string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", err
	}
	for _, f := range append(slices.Clone(b.Files), b.DSC) {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o666); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, b.DSC.Name), nil
}

// SourcesStanza returns the paragraph of a Sources index for a source package whose
// files are in directory, a path from the root of the archive. It ends in a
// newline; between two of them belongs an empty line. The lists of files are
// what they should be, and have b.DSC as it is now, even if the .dsc says otherwise.
func (b *Built) SourcesStanza(directory string) string {
	files := append([]BuiltFile{b.DSC}, b.Files...)
	fields := []Field{{}}
	for _, f := range b.fields {
		if f.Name == "Source" {
			fields[0] = Field{"Package", f.Value}
		} else {
			fields = append(fields, f)
		}
	}
	return stanza(append(fields,
		Field{"Files", list(md5Hex, files)},
		Field{"Checksums-Sha256", list(sha256Hex, files)},
		Field{"Directory", directory},
	))
}

// dscFields returns the fields of the .dsc, without the lists of files.
func (p *Package) dscFields() []Field {
	fields := replaceFields([]Field{
		{"Format", p.Format},
		{"Source", p.Source},
		{"Binary", p.Source},
		{"Architecture", "all"},
		{"Version", p.Version},
		{"Maintainer", "Control Maint <cm@example.net>"},
	}, p.Fields)
	return slices.DeleteFunc(fields, func(f Field) bool {
		return f.Name == "Files" || strings.HasPrefix(f.Name, "Checksums-")
	})
}

// replaceFields returns fields with those of replacements in their place, or added.
func replaceFields(fields, replacements []Field) []Field {
	for _, r := range replacements {
		i := slices.IndexFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, r.Name) })
		if i < 0 {
			fields = append(fields, r)
		} else {
			fields[i] = r
		}
	}
	return fields
}

// stanza writes the fields that have a value.
func stanza(fields []Field) string {
	var b strings.Builder
	for _, f := range fields {
		switch {
		case f.Value == "":
		case f.Value[0] == '\n':
			fmt.Fprintf(&b, "%s:%s\n", f.Name, f.Value)
		default:
			fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
		}
	}
	return b.String()
}

// list is the value of a field that lists files.
func list(digest func([]byte) string, files []BuiltFile) string {
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "\n %s %d %s", digest(f.Data), len(f.Data), f.Name)
	}
	return b.String()
}

func sha256Hex(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
func md5Hex(data []byte) string    { return fmt.Sprintf("%x", md5.Sum(data)) }
