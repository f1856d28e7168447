// Package archivetest makes small signed archives, and serves them over HTTP, sound
// or with faults: for tests and for the tour.
//
// An archive is made of source packages in files, such as those that package dsctest
// writes. It has what the archives of Debian have for source packages: InRelease,
// Release and Release.gpg, Sources (plain, .gz and .xz, also by hash) and a pool.
// What is wrong with it is a list of [Defect], each of which is one thing.
package archivetest

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"debgit/archive"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// Options are the options of [Build].
type Options struct {
	Suites []Suite
}

// A Suite describes a suite.
type Suite struct {
	Codename   string    // also the directory under dists/
	Name       string    // the field Suite, such as "unstable"; default: Codename
	Date       time.Time // default: now
	ValidUntil time.Time // default: it is valid for ever
	Components []string  // besides those of Uploads; default: main
	Uploads    []Upload
	Defects    []Defect
}

// An Upload describes an upload.
type Upload struct {
	Dsc             string // path of the .dsc; its files are beside it
	Component       string // default: main
	ExtraSourceOnly bool
}

func (u Upload) component() string {
	if u.Component == "" {
		return "main"
	}
	return u.Component
}

// A Defect is something that is wrong with a suite.
type Defect string

// The defects of a suite.
const (
	Unsigned         Defect = "InRelease has no signature"
	SignedByStranger Defect = "InRelease is signed by a key that is not in the keyring"
	SignedWeakly     Defect = "InRelease is signed with SHA-1"
	Tampered         Defect = "InRelease was changed after it was signed"
	NoInRelease      Defect = "only Release and Release.gpg are there"
	NoSignatureFile  Defect = "only Release is there"
	WeakDigests      Defect = "the Release file has MD5Sum only"
	OtherSuite       Defect = "the Release file is about another suite"
	DamagedIndex     Defect = "the Sources files have other content of the same size"
	ShortIndex       Defect = "the Sources files are cut"
	OtherPlainIndex  Defect = "the Release file lists another digest of the uncompressed Sources"
	NoByHash         Defect = "nothing is there by hash, although the Release file says so"
	OnlyByHash       Defect = "Sources is there by hash only: the mirror is being updated"
	NoIndex          Defect = "Sources is not there"
	DamagedFile      Defect = "the files in the pool have other content of the same size"
	NoFile           Defect = "the files in the pool are not there, but for the .dsc"
	OtherFiles       Defect = "Sources lists other files than the .dsc does"
	ListedTwice      Defect = "Sources lists each version twice, with different files"
	OutsideDirectory Defect = "Sources has files outside of the archive"
)

func (s Suite) has(d Defect) bool { return slices.Contains(s.Defects, d) }

// An Archive is an archive in a directory.
type Archive struct {
	Dir       string // the root; what [Serve] and [archive.NewDirectory] take
	Keyring   string // file with the key that signs the suites
	Uploaders string // file with the key that signs uploads

	key, uploader, stranger *dsctest.Key
	suites                  map[string]Suite // as published last, by codename
}

// Build makes an archive in dir, with keys made for it.
func Build(dir string, opts Options) (*Archive, error) {
	a := &Archive{
		Dir:       dir,
		Keyring:   filepath.Join(dir, "keyring.gpg"),
		Uploaders: filepath.Join(dir, "uploaders.gpg"),
		suites:    map[string]Suite{},
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	for _, k := range []struct {
		key  **dsctest.Key
		name string
		path string
	}{
		{&a.key, "Example Archive", a.Keyring},
		{&a.uploader, "Example Uploader", a.Uploaders},
		{&a.stranger, "Stranger", ""},
	} {
		var err error
		email := strings.ToLower(strings.ReplaceAll(k.name, " ", "-")) + "@example.org"
		if *k.key, err = dsctest.NewKey(k.name, email, dsctest.KeyOptions{}); err != nil {
			return nil, err
		}
		if k.path != "" {
			if err := os.WriteFile(k.path, (*k.key).Public(), 0o666); err != nil {
				return nil, err
			}
		}
	}
	for _, s := range opts.Suites {
		if err := a.Publish(s); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Key returns the key that signs the suites.
func (a *Archive) Key() *dsctest.Key { return a.key }

// Uploader returns the key that signs uploads.
func (a *Archive) Uploader() *dsctest.Key { return a.uploader }

// Place returns what a client has to know of a suite of the archive, served by m.
func (a *Archive) Place(m archive.Mirror, suite string) archive.Place {
	return archive.Place{
		Mirror: m, URI: m.String(), Suite: suite, Keyrings: []string{a.Keyring},
		CheckValidUntil: true, CheckDate: true, Configured: true,
	}
}

// SignDsc signs the .dsc at path, which must not be signed, as an uploader.
func (a *Archive) SignDsc(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if data, err = dsctest.Clearsign(data, dsctest.Signing{Key: a.uploader}); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o666)
}

// Upload publishes a suite again, with further uploads: each replaces those of the
// same source package. The suite is a minute newer than before, if its date
// was chosen, else as new as can be.
func (a *Archive) Upload(codename string, uploads ...Upload) error {
	s, ok := a.suites[codename]
	if !ok {
		return fmt.Errorf("upload to %s: no such suite", codename)
	}
	if !s.Date.IsZero() {
		s.Date = s.Date.Add(time.Minute)
	}
	for _, u := range uploads {
		source, _, _ := strings.Cut(filepath.Base(u.Dsc), "_")
		s.Uploads = slices.DeleteFunc(slices.Clone(s.Uploads), func(old Upload) bool {
			return strings.HasPrefix(filepath.Base(old.Dsc), source+"_")
		})
		s.Uploads = append(s.Uploads, u)
	}
	return a.Publish(s)
}

// Publish writes a suite, or writes it anew. What was in the pool and by hash
// before stays there.
func (a *Archive) Publish(s Suite) error {
	if s.Codename == "" {
		return fmt.Errorf("publish a suite: it has no codename")
	}
	a.suites[s.Codename] = s
	if s.Name == "" {
		s.Name = s.Codename
	}
	if s.Date.IsZero() {
		s.Date = time.Now()
	}
	if len(s.Components) == 0 {
		s.Components = []string{"main"}
	}
	sources := map[string]*bytes.Buffer{}
	for _, c := range s.Components {
		sources[c] = new(bytes.Buffer)
	}
	for _, u := range s.Uploads {
		stanza, err := a.addToPool(s, u)
		if err != nil {
			return fmt.Errorf("publish %s in %s: %w", filepath.Base(u.Dsc), s.Codename, err)
		}
		c := u.component()
		if sources[c] == nil {
			sources[c] = new(bytes.Buffer)
			s.Components = append(s.Components, c)
		}
		sources[c].WriteString(stanza)
	}
	if err := a.writeSuite(s, sources); err != nil {
		return fmt.Errorf("publish %s: %w", s.Codename, err)
	}
	return nil
}

// addToPool copies the files of u into the pool, and returns their stanzas.
func (a *Archive) addToPool(s Suite, u Upload) (string, error) {
	src, files, err := u.read()
	if err != nil {
		return "", err
	}
	directory := u.directory(src.Package)
	for i, f := range files {
		path := filepath.Join(a.Dir, directory, f.name)
		switch {
		case i > 0 && s.has(NoFile):
			os.Remove(path)
			continue
		case i > 0 && s.has(DamagedFile):
			f.data = damaged(f.data)
		}
		if err := write(path, f.data); err != nil {
			return "", err
		}
	}
	if s.has(OtherFiles) {
		files = files[:len(files)-1]
	}
	if s.has(OutsideDirectory) {
		directory = "pool/../../outside"
	}
	stanzas := stanza(src.Fields, u, directory, files)
	if s.has(ListedTwice) {
		stanzas += stanza(src.Fields, u, directory, files[:1])
	}
	return stanzas, nil
}

// read returns the .dsc of u, and its files, the .dsc first.
func (u Upload) read() (*dsc.Source, []file, error) {
	data, err := os.ReadFile(u.Dsc)
	if err != nil {
		return nil, nil, err
	}
	name := filepath.Base(u.Dsc)
	text, _, err := dsc.ClearsignedText(name, data)
	if err != nil {
		return nil, nil, err
	}
	src, err := dsc.Parse(name, text)
	if err != nil {
		return nil, nil, err
	}
	files := []file{{name, data}}
	for _, f := range src.Files {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(u.Dsc), f.Name))
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file{f.Name, data})
	}
	return src, files, nil
}

// directory returns where in the archive the files of u are.
func (u Upload) directory(pkg string) string {
	prefix := pkg[:1]
	if strings.HasPrefix(pkg, "lib") && len(pkg) > 3 {
		prefix = pkg[:4]
	}
	return "pool/" + u.component() + "/" + prefix + "/" + pkg
}

// A file is the name and the content of a file.
type file struct {
	name string
	data []byte
}

// stanza returns the paragraph of Sources about an upload, with an empty line.
func stanza(fields dsc.Paragraph, u Upload, directory string, files []file) string {
	var p dsc.Paragraph
	for _, f := range fields {
		switch {
		case f.Name == "Source":
			p = append(p, dsc.Field{Name: "Package", Value: f.Value})
		case f.Name == "Files" || strings.HasPrefix(f.Name, "Checksums-"):
		default:
			p = append(p, f)
		}
	}
	var md5s, sha256s string
	for _, f := range files {
		md5s += fmt.Sprintf("\n %x %d %s", md5.Sum(f.data), len(f.data), f.name)
		sha256s += fmt.Sprintf("\n %x %d %s", sha256.Sum256(f.data), len(f.data), f.name)
	}
	p = append(p,
		dsc.Field{Name: "Files", Value: md5s},
		dsc.Field{Name: "Checksums-Sha256", Value: sha256s},
		dsc.Field{Name: "Directory", Value: directory})
	if u.ExtraSourceOnly {
		p = append(p, dsc.Field{Name: "Extra-Source-Only", Value: "yes"})
	}
	return p.String() + "\n"
}
