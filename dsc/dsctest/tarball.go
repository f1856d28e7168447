package dsctest

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/dsnet/compress/bzip2"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// build returns the bytes of f.
func (f *File) build() ([]byte, error) {
	if len(f.Entries) > 0 && f.Content != "" {
		return nil, fmt.Errorf("both entries and content")
	}
	data := []byte(f.Content)
	if f.Content == "" && isTarball(f.Name) {
		var err error
		if data, err = tarball(f.Entries); err != nil {
			return nil, err
		}
	} else if len(f.Entries) > 0 {
		return nil, fmt.Errorf("entries, but not the name of a tarball")
	}
	c := f.Compression
	if c == ByName {
		c, _ = compressionOf(f.Name)
	}
	return compress(c, data)
}

// compressionOf tells how a file of that name is compressed, and what its name
// would be without compression.
func compressionOf(name string) (c Compression, stem string) {
	ext := path.Ext(name)
	switch ext {
	case ".gz":
		c = Gzip
	case ".xz":
		c = XZ
	case ".lzma":
		c = LZMA
	case ".bz2":
		c = Bzip2
	default:
		return None, name
	}
	return c, strings.TrimSuffix(name, ext)
}

// isTarball reports whether name is that of a tarball.
func isTarball(name string) bool {
	_, stem := compressionOf(name)
	return strings.HasSuffix(stem, ".tar")
}

func tarball(entries []Entry) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := range entries {
		e := &entries[i]
		h := e.header()
		if err := w.WriteHeader(h); err != nil {
			return nil, fmt.Errorf("entry %q: %w", e.Name, err)
		}
		if h.Size == 0 {
			continue
		}
		if _, err := io.WriteString(w, e.Content); err != nil {
			return nil, fmt.Errorf("entry %q: %w", e.Name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func (e *Entry) typeflag() byte {
	switch {
	case e.Type != 0:
		return e.Type
	case strings.HasSuffix(e.Name, "/"):
		return tar.TypeDir
	}
	return tar.TypeReg
}

func (e *Entry) header() *tar.Header {
	h := &tar.Header{
		Name:     e.Name,
		Typeflag: e.typeflag(),
		Mode:     e.Mode,
		Linkname: e.Link,
		ModTime:  ModTime,
		Format:   tar.FormatGNU, // holds names that are not UTF-8
	}
	if h.Mode == 0 {
		switch h.Typeflag {
		case tar.TypeDir:
			h.Mode = 0o755
		case tar.TypeSymlink:
			h.Mode = 0o777
		default:
			h.Mode = 0o644
		}
	} else if h.Mode == NoPermissions {
		h.Mode = 0
	}
	switch h.Typeflag {
	case tar.TypeReg:
		h.Size = int64(len(e.Content))
	case tar.TypeChar, tar.TypeBlock:
		h.Devmajor, h.Devminor = 1, 3
	}
	return h
}

func compress(c Compression, data []byte) ([]byte, error) {
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch c {
	case None:
		return data, nil
	case Gzip:
		w = gzip.NewWriter(&b)
	case XZ:
		w, err = xz.NewWriter(&b)
	case LZMA:
		w, err = lzma.NewWriter(&b)
	case Bzip2:
		w, err = bzip2.NewWriter(&b, nil)
	default:
		return nil, fmt.Errorf("unknown compression %q", c)
	}
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
