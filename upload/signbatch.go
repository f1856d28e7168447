package upload

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc"
)

// A batch is some files of one directory that are signed together or not at all.
type batch struct {
	signer *Signer
	dir    string
	signed []signedFile // in the order in which they are to appear
}

type signedFile struct {
	name    string
	content []byte
}

// A document is a control file that is to be signed.
type document struct {
	name   string
	fields dsc.Paragraph
}

// maxDocument is how many bytes a control file may have that is to be signed. A .changes
// of very many binaries has less than a tenth of these.
const maxDocument = 16 << 20

// read reads a control file, without any signature that it has.
func (b *batch) read(name string) (*document, error) {
	path := filepath.Join(b.dir, name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxDocument {
		return nil, fmt.Errorf("%s is %d bytes, over the limit of %d", path, info.Size(), maxDocument)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, _, err := dsc.ClearsignedText(path, data)
	if err != nil {
		return nil, err
	}
	fields, err := dsc.ParseParagraph(path, text)
	if err != nil {
		return nil, err
	}
	return &document{name, fields}, nil
}

// signListed signs what a .changes lists and is to be signed by itself: first each .dsc, then
// each .buildinfo, which may list the .dsc.
func (b *batch) signListed(ctx context.Context, changes *document) error {
	parsed, err := dsc.ParseChanges(changes.name, []byte(changes.fields.String()))
	if err != nil {
		return err
	}
	for _, suffix := range []string{".dsc", ".buildinfo"} {
		for _, file := range parsed.Files {
			if !strings.HasSuffix(file.Name, suffix) {
				continue
			}
			listed, err := b.read(file.Name)
			if err != nil {
				return err
			}
			for _, earlier := range b.signed {
				listed.fields.SetFile(earlier.name, earlier.content)
			}
			if err := b.sign(ctx, listed); err != nil {
				return err
			}
			changes.fields.SetFile(file.Name, b.signed[len(b.signed)-1].content)
		}
	}
	return nil
}

// sign signs one file, and notes what came of it.
func (b *batch) sign(ctx context.Context, d *document) error {
	signed, err := b.signer.sign(ctx, d.name, []byte(d.fields.String()+"\n"), "--clearsign")
	if err != nil {
		return err
	}
	b.signed = append(b.signed, signedFile{d.name, signed})
	return nil
}

// replace gives the files what was signed, each complete or not at all.
func (b *batch) replace() error {
	for _, f := range b.signed {
		if err := replaceFile(filepath.Join(b.dir, f.name), f.content); err != nil {
			return err
		}
	}
	return nil
}

// replaceFile gives a file another content, and leaves its mode.
func replaceFile(path string, content []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".debgit-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing, once it has its name
	_, err = bytes.NewReader(content).WriteTo(tmp)
	if err == nil {
		err = tmp.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(tmp.Name(), path)
}
