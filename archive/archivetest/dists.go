package archivetest

import (
	"bytes"
	"compress/gzip"
	"crypto"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ulikunitz/xz"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// writeSuite writes what is under dists/, the Release file last.
func (a *Archive) writeSuite(s Suite, sources map[string]*bytes.Buffer) error {
	dir := filepath.Join(a.Dir, "dists", s.Codename)
	var listed []file // by path from dir
	for _, c := range s.Components {
		forms, err := compress(sources[c].Bytes())
		if err != nil {
			return err
		}
		for ext, data := range forms {
			name := c + "/source/Sources" + ext
			if err := writeIndex(s, dir, name, data); err != nil {
				return err
			}
			if ext == "" && s.has(OtherPlainIndex) {
				data = damaged(data)
			}
			listed = append(listed, file{name, data})
		}
	}
	slices.SortFunc(listed, func(a, b file) int { return strings.Compare(a.name, b.name) })
	if s.Name != s.Codename {
		link := filepath.Join(a.Dir, "dists", s.Name)
		os.Remove(link)
		if err := os.Symlink(s.Codename, link); err != nil {
			return err
		}
	}
	return a.writeRelease(s, dir, []byte(releaseText(s, listed)))
}

// compress returns data in each form, by the ending of its name.
func compress(data []byte) (map[string][]byte, error) {
	var gz, x bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write(data) // a buffer takes everything
	if err := w.Close(); err != nil {
		return nil, err
	}
	xw, err := xz.NewWriter(&x)
	if err != nil {
		return nil, err
	}
	if _, err := xw.Write(data); err != nil {
		return nil, err
	}
	if err := xw.Close(); err != nil {
		return nil, err
	}
	return map[string][]byte{"": data, ".gz": gz.Bytes(), ".xz": x.Bytes()}, nil
}

// writeIndex writes an index under its name and by its hash.
func writeIndex(s Suite, dir, name string, data []byte) error {
	plain := filepath.Join(dir, name)
	byHash := filepath.Join(filepath.Dir(plain), "by-hash", "SHA256", fmt.Sprintf("%x", sha256.Sum256(data)))
	switch {
	case s.has(DamagedIndex):
		data = damaged(data)
	case s.has(ShortIndex):
		data = data[:len(data)/2]
	}
	for _, f := range []struct {
		path    string
		missing bool
	}{{plain, s.has(OnlyByHash)}, {byHash, s.has(NoByHash)}} {
		if f.missing || s.has(NoIndex) {
			os.Remove(f.path)
			continue
		}
		if err := write(f.path, data); err != nil {
			return err
		}
	}
	return nil
}

// releaseText returns the text of a Release file.
func releaseText(s Suite, listed []file) string {
	name, codename := s.Name, s.Codename
	if s.has(OtherSuite) {
		name, codename = "another", "other"
	}
	date := func(t time.Time) string { return t.UTC().Format("Mon, 02 Jan 2006 15:04:05") + " UTC" }
	p := dsc.Paragraph{
		{Name: "Origin", Value: "Example"},
		{Name: "Label", Value: "Example"},
		{Name: "Suite", Value: name},
		{Name: "Codename", Value: codename},
		{Name: "Date", Value: date(s.Date)},
	}
	if !s.ValidUntil.IsZero() {
		p = append(p, dsc.Field{Name: "Valid-Until", Value: date(s.ValidUntil)})
	}
	p = append(p,
		dsc.Field{Name: "Acquire-By-Hash", Value: "yes"},
		dsc.Field{Name: "Architectures", Value: "all"},
		dsc.Field{Name: "Components", Value: strings.Join(s.Components, " ")})
	var md5s, sha256s string
	for _, f := range listed {
		md5s += fmt.Sprintf("\n %x %8d %s", md5.Sum(f.data), len(f.data), f.name)
		sha256s += fmt.Sprintf("\n %x %8d %s", sha256.Sum256(f.data), len(f.data), f.name)
	}
	if s.has(WeakDigests) {
		return append(p, dsc.Field{Name: "MD5Sum", Value: md5s}).String()
	}
	return append(p, dsc.Field{Name: "SHA256", Value: sha256s}).String()
}

// writeRelease signs and writes a Release file in all its forms.
func (a *Archive) writeRelease(s Suite, dir string, text []byte) error {
	// A repository is signed right after it was made.
	signing := dsctest.Signing{Key: a.key, Time: s.Date.Add(time.Second)}
	if now := time.Now(); signing.Time.After(now) {
		signing.Time = now
	}
	if s.has(SignedByStranger) {
		signing.Key = a.stranger
	}
	if s.has(SignedWeakly) {
		signing.Hash = crypto.SHA1
	}
	inRelease, err := dsctest.Clearsign(text, signing)
	if err != nil {
		return err
	}
	signature, err := dsctest.DetachSign(text, signing)
	if err != nil {
		return err
	}
	switch {
	case s.has(Unsigned):
		inRelease = text
	case s.has(Tampered):
		inRelease = bytes.Replace(inRelease, []byte("Origin: Example"), []byte("Origin: Evil"), 1)
	}
	for _, f := range []struct {
		name    string
		data    []byte
		missing bool
	}{
		{"Release", text, false},
		{"Release.gpg", signature, s.has(NoSignatureFile)},
		{"InRelease", inRelease, s.has(NoInRelease) || s.has(NoSignatureFile)},
	} {
		path := filepath.Join(dir, f.name)
		if f.missing {
			os.Remove(path)
			continue
		}
		if err := write(path, f.data); err != nil {
			return err
		}
	}
	return nil
}

// write gives the file at path the content data, as a whole: somebody may be reading.
func write(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.WriteFile(path+".new", data, 0o666); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// damaged returns data of the same size that differs in the last byte, or data
// itself if it is empty.
func damaged(data []byte) []byte {
	d := bytes.Clone(data)
	if len(d) > 0 {
		d[len(d)-1] ^= 0xff
	}
	return d
}
