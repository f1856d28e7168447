package dsc

import (
	"archive/tar"
	"fmt"
	"io"
	"strings"
)

// EntryType is what an entry of a tarball makes when it is unpacked.
type EntryType int

// The types of entries. A Special is a fifo or a device.
const (
	Regular EntryType = iota
	Directory
	Symlink
	HardLink
	Special
)

// An Entry is one member of a tarball.
type Entry struct {
	Path []string // its name, split at slashes; never empty; no part is "", "." or ".."
	Type EntryType
	Mode int64    // permission bits as stored
	Size int64    // of a Regular
	Link string   // where a Symlink points, as stored
	Hard []string // the earlier entry that a HardLink is another name of, split as Path
}

// Name returns the path of e in one piece.
func (e *Entry) Name() string { return strings.Join(e.Path, "/") }

// TarballLimits bound what a tarball can inflate to. A zero field stands for its
// default, which the largest packages of Debian stay below.
type TarballLimits struct {
	Entries int   // default 4 million
	Size    int64 // bytes of all contents together; default 64 GiB
	Path    int   // bytes of a name or of the target of a link; default 4095 (PATH_MAX)
	Depth   int   // parts of a name; default 255
}

func (l TarballLimits) withDefaults() TarballLimits {
	if l.Entries == 0 {
		l.Entries = 4 << 20
	}
	if l.Size == 0 {
		l.Size = 64 << 30
	}
	if l.Path == 0 {
		l.Path = 4095
	}
	if l.Depth == 0 {
		l.Depth = 255
	}
	return l
}

// A LimitError says that a package wants more of something than it may have.
type LimitError struct {
	File  string
	What  string // such as "entries"
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: more %s than the limit of %d", e.File, e.What, e.Limit)
}

// A Tarball reads the entries of a tarball one after the other, as GNU tar would
// unpack them: leading slashes are dropped, and a name with ".." in it is refused.
type Tarball struct {
	name    string
	content io.ReadCloser
	tar     *tar.Reader
	limits  TarballLimits
	entries int
	size    int64
}

// OpenTarball starts reading the verified tarball c.
func OpenTarball(c *Content, limits TarballLimits) (*Tarball, error) {
	r, err := c.Decompressed()
	if err != nil {
		return nil, err
	}
	return newTarball(c.File().Name, r, limits), nil
}

func newTarball(name string, r io.ReadCloser, limits TarballLimits) *Tarball {
	return &Tarball{name: name, content: r, tar: tar.NewReader(r), limits: limits.withDefaults()}
}

// Read reads the content of the entry that Next returned last.
func (t *Tarball) Read(p []byte) (int, error) {
	n, err := t.tar.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read %s: %w", t.name, err)
	}
	return n, err
}

// Close releases what OpenTarball started.
func (t *Tarball) Close() error { return t.content.Close() }

// Next returns the next entry, or io.EOF after the last one, when the compressed
// stream has been read to its end as well. A limit that is passed is a [*LimitError].
func (t *Tarball) Next() (*Entry, error) {
	for {
		h, err := t.tar.Next()
		if err == io.EOF {
			return nil, t.finish()
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: entry %d: %w", t.name, t.entries+1, err)
		}
		e, err := t.entry(h)
		if err != nil {
			return nil, fmt.Errorf("read %s: entry %d: %w", t.name, t.entries, err)
		}
		if e != nil {
			return e, nil
		}
	}
}

// finish reads what follows the end of the archive, so that a decoder can tell
// whether the whole stream was sound.
func (t *Tarball) finish() error {
	if _, err := io.Copy(io.Discard, io.LimitReader(t.content, t.limits.Size)); err != nil {
		return err
	}
	return io.EOF
}

// entry turns a header into an entry; nil for one that makes no file.
func (t *Tarball) entry(h *tar.Header) (*Entry, error) {
	if t.entries++; t.entries > t.limits.Entries {
		return nil, &LimitError{t.name, "entries", int64(t.limits.Entries)}
	}
	e := &Entry{Mode: h.Mode}
	switch h.Typeflag {
	case tar.TypeReg, '\x00', tar.TypeCont, tar.TypeGNUSparse:
		e.Type, e.Size = Regular, h.Size
		if t.size += h.Size; h.Size < 0 || t.size > t.limits.Size {
			return nil, &LimitError{t.name, "bytes of content", t.limits.Size}
		}
	case tar.TypeDir, 'D': // D: a directory with a list of its files, as GNU tar's incremental mode writes it
		e.Type = Directory
	case tar.TypeSymlink:
		e.Type, e.Link = Symlink, h.Linkname
	case tar.TypeLink:
		e.Type = HardLink
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		e.Type = Special
	case tar.TypeXGlobalHeader, 'V', 'M': // comments, volume labels
		return nil, nil
	default: // GNU tar unpacks what it does not know as a regular file
		e.Type, e.Size = Regular, h.Size
	}
	var err error
	if e.Path, err = t.splitPath(h.Name); err != nil {
		return nil, err
	}
	if e.Type == HardLink {
		if e.Hard, err = t.splitPath(h.Linkname); err != nil {
			return nil, err
		}
	}
	if len(e.Link) > t.limits.Path {
		return nil, &LimitError{t.name, "bytes in the target of a link", int64(t.limits.Path)}
	}
	if len(e.Path) == 0 {
		if e.Type == Directory {
			return nil, nil // the directory that is unpacked into
		}
		return nil, fmt.Errorf("name %q is that of no file", h.Name)
	}
	return e, nil
}

// splitPath splits a name at its slashes, without the parts that mean nothing.
func (t *Tarball) splitPath(name string) ([]string, error) {
	if len(name) > t.limits.Path {
		return nil, &LimitError{t.name, "bytes in a name", int64(t.limits.Path)}
	}
	parts := make([]string, 0, strings.Count(name, "/")+1)
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return nil, fmt.Errorf("name %q leads out of the directory that is unpacked into", name)
		default:
			parts = append(parts, part)
		}
	}
	if len(parts) > t.limits.Depth {
		return nil, &LimitError{t.name, "directories in a name", int64(t.limits.Depth)}
	}
	return parts, nil
}
