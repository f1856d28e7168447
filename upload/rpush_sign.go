package upload

import (
	"context"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// A remoteSigning makes the signatures of a remote push, of an upload that was checked.
type remoteSigning struct {
	upload  *remoteUpload
	release *release
	access  *history.Access
	signer  *Signer
	readURL string // of the git repository, for the .dsc
	dep14   bool   // the tag of the maintainer view is made
}

// signing returns what makes the signatures, once the upload is known to be one that is wanted.
func (r *remotePush) signing() (*remoteSigning, error) {
	u, opts := &r.received, r.opts
	if err := u.check(!opts.Built); err != nil {
		return nil, err
	}
	switch {
	case opts.Package != "" && u.id.Package != opts.Package:
		return nil, notSigned("it is of %s, not of %s", u.id.Package, opts.Package)
	case opts.ExpectVersion != "" && u.id.Version != opts.ExpectVersion:
		return nil, notSigned("it is version %s, but %s was expected", u.id.Version, opts.ExpectVersion)
	case opts.ExpectSuite != "" && u.suite != opts.ExpectSuite:
		return nil, notSigned("it is for %s, but %s was expected", u.suite, opts.ExpectSuite)
	case len(opts.Args) > 0 && opts.Args[0] != u.suite && opts.Args[0] != u.params["csuite"]:
		return nil, notSigned("it is for %s (%s), but %s was asked for", u.suite, u.params["csuite"], opts.Args[0])
	}
	s := &remoteSigning{upload: u}
	var err error
	if s.access, err = r.settings.Access(history.AccessOptions{Distro: opts.Distro, Suite: u.suite, Push: true}); err != nil {
		return nil, err
	}
	read, err := r.settings.Access(history.AccessOptions{Distro: opts.Distro, Suite: u.suite})
	if err != nil {
		return nil, err
	}
	if s.readURL, err = read.GitURL(u.id.Package); err != nil {
		return nil, err
	}
	sign := opts.Sign
	sign.Maintainer = u.maintainer
	if s.signer, err = NewSigner(s.access, sign); err != nil {
		return nil, err
	}
	if s.dep14, err = r.makesDEP14(s.access); err != nil {
		return nil, err
	}
	s.release, err = r.releaseOf(s.access)
	return s, err
}

// releaseOf is what the tags say.
func (r *remotePush) releaseOf(access *history.Access) (*release, error) {
	u := &r.received
	mode, err := ConfiguredQuiltMode(access, r.opts.Mode, "", remoteMode)
	if err != nil {
		return nil, err
	}
	return &release{
		ID: u.id, Suite: u.suite, Codename: u.params["csuite"], Distro: access.Nominal, Tagger: u.tagger,
		Format: u.source.Format, Mode: mode, Split: u.params["splitbrain"] == "1",
		Deliberate: r.opts.Deliberate, Previously: u.previously,
	}, nil
}

// makesDEP14 says whether the tag of the maintainer view is to be made here.
func (r *remotePush) makesDEP14(access *history.Access) (bool, error) {
	if r.received.params["dep14tag"] == "0" { // one that is there is used
		return false, nil
	}
	value := r.opts.DEP14
	if value == "" {
		var err error
		if value, _, err = access.Value("dep14tag"); err != nil {
			return false, err
		}
	}
	return value != "no" || r.received.params["splitbrain"] == "1", nil
}

// signTags returns the tags, that of the archive view first.
func (s *remoteSigning) signTags(ctx context.Context) ([][]byte, error) {
	text := s.release.archiveTagText(s.upload.head)
	var more [][]byte
	if s.dep14 {
		tag, err := s.signer.Tag(ctx, []byte(s.release.maintainerTagText(s.upload.maintView)))
		if err != nil {
			return nil, err
		}
		more = append(more, tag)
		if s.release.Split {
			text += maintainerTagLine(tagID(tag))
		}
	}
	tag, err := s.signer.Tag(ctx, []byte(text))
	if err != nil {
		return nil, err
	}
	return append([][]byte{tag}, more...), nil
}

// tagID returns the id that a tag object will have; git-hash-object(1).
func tagID(tag []byte) gitmap.ObjectID {
	h := sha1.New()
	fmt.Fprintf(h, "tag %d\x00", len(tag))
	h.Write(tag)
	return gitmap.ObjectID(h.Sum(nil))
}

// signFiles returns the signed .dsc, which now names the commit, .changes and .buildinfo files.
func (s *remoteSigning) signFiles(ctx context.Context) ([][]byte, error) {
	dir, err := os.MkdirTemp("", "debgit-remote-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	u := s.upload
	field := dsc.Field{Name: "Dgit", Value: fmt.Sprintf("%s %s %s %s", u.head, s.access.Nominal, history.ArchiveTag(s.access.Nominal, u.id.Version), s.readURL)}
	source := []byte(append(withoutField(u.source.Fields, field.Name), field).String())
	changes := append(dsc.Paragraph(nil), u.changes.Fields...)
	changes.SetFile(u.dscName(), source)
	names := append([]string{u.dscName(), "upload.changes"}, u.infoNames...)
	for i, content := range append([][]byte{source, []byte(changes.String())}, u.infos...) {
		if err := os.WriteFile(filepath.Join(dir, names[i]), content, 0o600); err != nil {
			return nil, err
		}
	}
	if err := s.signer.Clearsign(ctx, filepath.Join(dir, names[1])); err != nil {
		return nil, err
	}
	var files [][]byte
	for _, name := range names {
		content, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files = append(files, content)
	}
	return files, nil
}

// withoutField returns the fields of p but one.
func withoutField(p dsc.Paragraph, name string) dsc.Paragraph {
	var rest dsc.Paragraph
	for _, f := range p {
		if f.Name != name {
			rest = append(rest, f)
		}
	}
	return rest
}
