package dsc

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// EntryType is what an entry of a tarball makes when it is unpacked.
type EntryType int

// The types of entries. A Special is a fifo or a device, which [Entry.Special] names.
const (
	Regular EntryType = iota
	Directory
	Symlink
	HardLink
	Special
)

// An Entry is one member of a tarball.
type Entry struct {
	Path    []string // its name, split at slashes; never empty; no part is "", "." or ".."
	Type    EntryType
	Mode    int64     // permission bits as stored
	Time    time.Time // of modification, in whole seconds; zero if none is stored
	Size    int64     // of a Regular
	Link    string    // where a Symlink points, as stored
	Hard    []string  // the earlier entry that a HardLink is another name of, split as Path
	Special string    // what a Special is: a fifo, a character device or a block device
	Dotted  bool      // its name, as stored, begins with "./"
}

// specialNames are what [Entry.Special] says.
var specialNames = map[byte]string{
	tarFifo:     "fifo",
	tarChar:     "character device",
	tarBlockDev: "block device",
}

// Name returns the path of e in one piece.
func (e *Entry) Name() string { return strings.Join(e.Path, "/") }

// TarballLimits bound what a tarball can inflate to. A zero field stands for its
// default, which the largest packages of Debian stay below.
type TarballLimits struct {
	Entries int   // default 4 million
	Size    int64 // bytes of the decompressed tarball, and of the holes in its files; default 64 GiB, but 1 GiB and 200 times the compressed size if that is less
	Path    int   // bytes of a name or of the target of a link; default 4095 (PATH_MAX)
	Depth   int   // parts of a name; default 255

	// Extension is how many bytes may say something about one entry outside of its header: its
	// long name, the records of an extended header, or the map of a sparse file; default 1 MiB.
	Extension int64
}

// withDefaults returns l for a tarball of the given compressed size. Source code
// rarely shrinks to a twentieth, so that what a small tarball can make grow is
// bounded; 1 GiB leaves room for test data, such as images of disks, that shrinks
// to almost nothing.
func (l TarballLimits) withDefaults(compressed int64) TarballLimits {
	if l.Entries == 0 {
		l.Entries = 4 << 20
	}
	if l.Size == 0 {
		l.Size = min(64<<30, 1<<30+200*min(compressed, 1<<30))
	}
	if l.Path == 0 {
		l.Path = 4095
	}
	if l.Depth == 0 {
		l.Depth = 255
	}
	if l.Extension == 0 {
		l.Extension = 1 << 20
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

// A Tarball reads the entries of a tarball one after the other, as GNU tar 1.34
// unpacks them, which dpkg-source(1) runs: in the formats of Unix V7, POSIX (ustar
// and pax) and GNU tar, up to the first block of zeros. Leading slashes are
// dropped. What tar would refuse is an error, but for owners and times, which do
// not matter here. So are names with ".." in them, and a few things that tar takes
// though no program of today writes them: numbers in base 64, and sparse files
// with a map that is not in order.
type Tarball struct {
	name    string
	content io.ReadCloser
	r       *bufio.Reader // of content
	limits  TarballLimits
	entries int
	size    int64 // counts up to limits.Size
	buffer  [tarBlock]byte
	started bool        // a block has been read
	global  []paxRecord // of the last global header

	// The current entry:
	position, end int64     // in its content
	parts         []tarPart // that have not been read to their end
	rest          int64     // stored bytes that have not been read, up to a whole block
}

// OpenTarball starts reading the verified tarball c.
func OpenTarball(c *Content, limits TarballLimits) (*Tarball, error) {
	r, err := c.Decompressed()
	if err != nil {
		return nil, err
	}
	return newTarball(c.File().Name, r, limits.withDefaults(c.File().Size)), nil
}

func newTarball(name string, r io.ReadCloser, limits TarballLimits) *Tarball {
	return &Tarball{name: name, content: r, r: bufio.NewReaderSize(r, 128<<10), limits: limits}
}

// Close releases what OpenTarball started.
func (t *Tarball) Close() error { return t.content.Close() }

// Next returns the next entry, or io.EOF after the last one, when the compressed
// stream has been read to its end as well. A limit that is passed is a [*LimitError].
func (t *Tarball) Next() (*Entry, error) {
	for {
		e, err := t.next()
		if err == io.EOF {
			return nil, t.finish()
		}
		if limit, ok := errors.AsType[*LimitError](err); ok {
			return nil, limit
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: entry %d: %w", t.name, t.entries, err)
		}
		if e != nil {
			return e, nil
		}
	}
}

// next returns the next entry; nil for one that makes no file.
func (t *Tarball) next() (*Entry, error) {
	if err := t.skip(); err != nil {
		return nil, err
	}
	t.entries++
	h, err := t.header()
	if err != nil {
		return nil, err
	}
	if t.entries > t.limits.Entries {
		return nil, &LimitError{t.name, "entries", int64(t.limits.Entries)}
	}
	if err := t.count(max(h.size, h.stored)); err != nil {
		return nil, err
	}
	t.start(h)
	return t.entry(h)
}

// count adds n bytes to what has been read.
func (t *Tarball) count(n int64) error {
	if n > t.limits.Size-t.size {
		return &LimitError{t.name, "bytes of content", t.limits.Size}
	}
	t.size += n
	return nil
}

// finish reads what follows the end of the archive, so that a decoder can tell
// whether the whole stream was sound.
func (t *Tarball) finish() error {
	n, err := io.Copy(io.Discard, io.LimitReader(t.r, t.limits.Size-t.size+1))
	if err == nil {
		err = t.count(n)
	}
	if err == nil {
		err = io.EOF
	}
	return err
}

// entry turns a header into an entry; nil for one that makes no file.
func (t *Tarball) entry(h *tarHeader) (*Entry, error) {
	e := &Entry{Mode: h.mode, Time: h.time, Dotted: strings.HasPrefix(h.name, "./")}
	switch h.typ {
	case tarFile, tarOldFile, tarContiguous:
		e.Type, e.Size = Regular, h.size
		if strings.HasSuffix(h.name, "/") { // as programs before POSIX wrote directories
			if e.Type, e.Size = Directory, 0; h.size > 0 {
				return nil, fmt.Errorf("directory %q with %d bytes of content", h.name, h.size)
			}
		}
	case tarDirectory, tarDumpDir:
		e.Type = Directory
	case tarSymlink:
		if e.Type, e.Link = Symlink, h.link; h.link == "" {
			return nil, fmt.Errorf("symbolic link %q has no target", h.name)
		}
	case tarHardLink:
		e.Type = HardLink
	case tarChar, tarBlockDev, tarFifo:
		e.Type, e.Special = Special, specialNames[h.typ]
	case tarVolume:
		return nil, nil
	case tarMultiVol:
		return nil, fmt.Errorf("%q is continued from another volume", h.name)
	default: // GNU tar unpacks what it does not know as a regular file
		e.Type, e.Size = Regular, h.size
	}
	if len(e.Link) > t.limits.Path {
		return nil, &LimitError{t.name, "bytes in the target of a link", int64(t.limits.Path)}
	}
	var err error
	if e.Path, err = t.splitPath(h.name); err != nil {
		return nil, err
	}
	if len(e.Path) == 0 {
		if e.Type == Directory {
			return nil, nil // the directory that is unpacked into
		}
		return nil, fmt.Errorf("name %q is that of no file", h.name)
	}
	if e.Type == HardLink {
		if e.Hard, err = t.splitPath(h.link); err == nil && len(e.Hard) == 0 {
			err = fmt.Errorf("hard link to %q, which is no file", h.link)
		}
	}
	return e, err
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
