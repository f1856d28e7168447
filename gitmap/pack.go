package gitmap

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/klauspost/compress/zlib"
	"github.com/pjbgf/sha1cd"
)

// objectKind is the type of an object as a pack encodes it, gitformat-pack(5).
type objectKind byte

const (
	commitObject objectKind = 1
	treeObject   objectKind = 2
	blobObject   objectKind = 3
)

func (k objectKind) String() string {
	return [...]string{commitObject: "commit", treeObject: "tree", blobObject: "blob"}[k]
}

// A CollisionError says that content was made to have the SHA-1 of other content.
type CollisionError struct{ ID ObjectID }

func (e *CollisionError) Error() string {
	return fmt.Sprintf("object %s is part of a SHA-1 collision attack", e.ID)
}

// packWriter writes new objects into one pack, which joins the repository when
// finish is called and not before. Objects that the repository has, or that
// were written before, are not written again. Objects are compressed but not
// stored as differences: "git gc" does that better later.
//
// It may be used by several goroutines at once.
type packWriter struct {
	dir   string
	known *knownObjects
	level int // of zlib
	// mode returns the permissions of a file of the pack, from those that the umask gives it.
	mode func(fs.FileMode) fs.FileMode

	mu      sync.Mutex
	file    *os.File
	out     *bufio.Writer
	offset  int64
	written map[ObjectID]packed
}

// packed is where in the pack an object is.
type packed struct {
	offset  int64  // 0 while it is not yet there
	crc     uint32 // of the bytes in the pack
	size    int64  // of the content
	content []byte // while it is not yet there
}

const packHeaderSize = 12

// newPackWriter starts a pack in the directory of packs dir, in a repository with the
// configuration c.
func newPackWriter(dir string, c Config) (*packWriter, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	known, err := openKnownObjects(dir)
	if err != nil {
		return nil, err
	}
	// git's own name for an unfinished pack, so that "git gc" removes it if we cannot.
	f, err := packFile(dir, "tmp_pack_")
	if err != nil {
		known.close()
		return nil, err
	}
	p := &packWriter{dir: dir, known: known, level: compressionLevel(c), file: f,
		mode: func(mode fs.FileMode) fs.FileMode { return packMode(c, mode) },
		out:  bufio.NewWriterSize(&eagerFile{file: f}, 1<<20), written: map[ObjectID]packed{}}
	_, err = p.out.Write(make([]byte, packHeaderSize)) // filled in by finish
	p.offset = packHeaderSize
	return p, err
}

// namer is what one goroutine needs to name objects, used again and again.
type namer struct{ hash sha1cd.CollisionResistantHash }

func newNamer() namer { return namer{sha1cd.New().(sha1cd.CollisionResistantHash)} }

// start begins the name of an object.
func (n namer) start(kind objectKind, size int64) {
	n.hash.Reset()
	header := append([]byte(kind.String()), ' ')
	header = append(strconv.AppendInt(header, size, 10), 0)
	n.hash.Write(header)
}

func (n namer) sum() (id ObjectID, err error) {
	sum, collision := n.hash.CollisionResistantSum(nil)
	copy(id[:], sum)
	if collision {
		return id, &CollisionError{id}
	}
	return id, nil
}

// name returns the name of an object.
func (n namer) name(kind objectKind, content []byte) (ObjectID, error) {
	n.start(kind, int64(len(content)))
	n.hash.Write(content)
	return n.sum()
}

// deflater is what one goroutine needs to name and compress objects, likewise.
type deflater struct {
	namer
	buf  bytes.Buffer
	zlib *zlib.Writer
}

func (p *packWriter) newDeflater() *deflater {
	d := &deflater{namer: newNamer()}
	z, err := zlib.NewWriterLevel(&d.buf, p.level)
	if err != nil {
		z = zlib.NewWriter(&d.buf)
	}
	d.zlib = z
	return d
}

// compressionLevel is git's, if the user has set it; else 1: five times faster than
// git's default, and a later "git gc" makes up for it.
func compressionLevel(c Config) int {
	for _, key := range []string{"pack.compression", "core.compression"} {
		if n, err := strconv.Atoi(c.Value(key)); err == nil && n >= 0 && n <= 9 {
			return n
		}
	}
	return 1
}

// shrink gives memory back that only a large object needed.
func (d *deflater) shrink() {
	if d.buf.Cap() > 1<<20 {
		d.buf = bytes.Buffer{}
	}
}

// put writes an object, if it is new, and returns its name.
func (p *packWriter) put(d *deflater, kind objectKind, content []byte) (ObjectID, error) {
	id, err := d.name(kind, content)
	if err != nil || !p.reserve(id, int64(len(content)), content) {
		return id, err
	}
	return id, p.store(d, id, kind, content)
}

// store compresses and writes an object that has been reserved.
func (p *packWriter) store(d *deflater, id ObjectID, kind objectKind, content []byte) error {
	deflate := func(w io.Writer) error {
		d.zlib.Reset(w)
		d.zlib.Write(content)
		return d.zlib.Close()
	}
	if len(content) > maxPooled { // too much for another copy in memory, and not from a pool
		return p.write(id, kind, int64(len(content)), deflate)
	}
	d.buf.Reset()
	if err := deflate(&d.buf); err != nil {
		return err
	}
	return p.write(id, kind, int64(len(content)), func(w io.Writer) error {
		_, err := w.Write(d.buf.Bytes())
		return err
	})
}

// putStream is put for a blob that is too large to be held in memory: it is
// compressed into a file beside the pack first, since its name is known only at its end.
func (p *packWriter) putStream(d *deflater, size int64, r io.Reader) (ObjectID, error) {
	spill, err := os.CreateTemp(p.dir, "tmp_obj_")
	if err != nil {
		return ObjectID{}, err
	}
	defer os.Remove(spill.Name())
	defer spill.Close()
	d.start(blobObject, size)
	out := bufio.NewWriterSize(spill, 1<<18)
	d.zlib.Reset(out)
	n, err := io.Copy(io.MultiWriter(d.hash, d.zlib), io.LimitReader(r, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = d.zlib.Close()
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return ObjectID{}, err
	}
	id, err := d.sum()
	if err != nil || !p.reserve(id, size, nil) {
		return id, err
	}
	return id, p.write(id, blobObject, size, func(w io.Writer) error {
		if _, err := spill.Seek(0, io.SeekStart); err != nil {
			return err
		}
		_, err := io.Copy(w, spill)
		return err
	})
}

// reserve claims the writing of an object. It returns false if that is done, or
// being done by another goroutine. Until it is done, the object is read from content.
func (p *packWriter) reserve(id ObjectID, size int64, content []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.written[id]; ok || p.known.has(id) {
		return false
	}
	p.written[id] = packed{size: size, content: content}
	return true
}

// write appends an object, whose deflated content is what deflated writes.
func (p *packWriter) write(id ObjectID, kind objectKind, size int64, deflated func(io.Writer) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := &objectWriter{out: p.out}
	w.Write(packObjectHeader(kind, size)) // an error of a bufio.Writer stays
	if err := deflated(w); err != nil {
		return err
	}
	p.written[id] = packed{offset: p.offset, crc: w.crc, size: size}
	p.offset += w.size
	return nil
}

// objectWriter writes one object as it is in a pack.
type objectWriter struct {
	out  *bufio.Writer
	size int64  // of what has been written
	crc  uint32 // likewise
}

func (w *objectWriter) Write(b []byte) (int, error) {
	n, err := w.out.Write(b)
	w.size += int64(n)
	w.crc = crc32.Update(w.crc, crc32.IEEETable, b[:n])
	return n, err
}

// packObjectHeader encodes type and size: four bits of the size in the first byte,
// seven in each further one, the lowest first.
func packObjectHeader(kind objectKind, size int64) []byte {
	b := byte(kind)<<4 | byte(size&15)
	var header []byte
	for size >>= 4; size > 0; size >>= 7 {
		header = append(header, b|0x80)
		b = byte(size & 0x7f)
	}
	return append(header, b)
}

// size returns how large an object of this pack is. ok is false if it is not there.
func (p *packWriter) size(id ObjectID) (size int64, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.written[id]
	return at.size, ok
}

// read returns the content of an object of this pack, which must not be modified. ok is
// false if it is not there.
func (p *packWriter) read(id ObjectID) (content []byte, ok bool, err error) {
	p.mu.Lock()
	at, ok := p.written[id]
	if at.offset > 0 {
		err = p.out.Flush()
	}
	p.mu.Unlock()
	if at.offset == 0 || err != nil {
		return at.content, ok, err
	}
	r := bufio.NewReader(io.NewSectionReader(p.file, at.offset, 1<<62))
	for {
		b, err := r.ReadByte()
		if err != nil {
			return nil, true, err
		}
		if b&0x80 == 0 {
			break
		}
	}
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, true, err
	}
	content = make([]byte, at.size)
	if _, err = io.ReadFull(z, content); err == nil {
		err = checkEnd(z)
	}
	return content, true, err
}

// checkEnd returns nil if z is at its end, where the checksum of what it has given is.
func checkEnd(z io.Reader) error {
	switch _, err := io.ReadFull(z, make([]byte, 1)); err {
	case io.EOF:
		return nil
	case nil:
		return errors.New("zlib: content is longer than it was")
	default:
		return err
	}
}

// finish completes the pack and its index, and gives them their final names. When
// it has returned nil the objects are in the repository and on the disk. There
// is no pack if there were no new objects.
func (p *packWriter) finish() error {
	defer p.abort()
	if len(p.written) == 0 {
		return nil
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	header := append([]byte("PACK"), 0, 0, 0, 2)
	header = binary.BigEndian.AppendUint32(header, uint32(len(p.written)))
	if _, err := p.file.WriteAt(header, 0); err != nil {
		return err
	}
	sum := sha1.New()
	if _, err := io.Copy(sum, io.NewSectionReader(p.file, 0, p.offset)); err != nil {
		return err
	}
	checksum := [sha1.Size]byte(sum.Sum(nil))
	if _, err := p.file.WriteAt(checksum[:], p.offset); err != nil {
		return err
	}
	index, err := p.writeIndex(checksum)
	if err != nil {
		return err
	}
	defer index.Close()
	defer os.Remove(index.Name()) // gone if it has been renamed
	for _, f := range []*os.File{p.file, index} {
		if err := p.settle(f); err != nil {
			return err
		}
	}
	// git sees a pack once its index is there, so that comes last.
	final := filepath.Join(p.dir, "pack-"+hex.EncodeToString(checksum[:]))
	_, missing := os.Lstat(final + ".pack") // or else it is one that holds the same
	if err := os.Rename(p.file.Name(), final+".pack"); err != nil {
		return err
	}
	if err := os.Rename(index.Name(), final+".idx"); err != nil {
		if missing != nil {
			os.Remove(final + ".pack") // which is nothing to git
		}
		return err
	}
	return syncDir(p.dir)
}

// writeIndex writes the index of a pack with that checksum into a new file.
func (p *packWriter) writeIndex(checksum [sha1.Size]byte) (*os.File, error) {
	f, err := packFile(p.dir, "tmp_idx_")
	if err != nil {
		return nil, err
	}
	if err := encodeIndex(f, p.written, checksum); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, err
	}
	return f, nil
}

// settle makes f, a file of the pack, durable and gives it its permissions.
func (p *packWriter) settle(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	mode := info.Mode().Perm()
	if want := p.mode(mode); want != mode {
		if err := f.Chmod(want); err != nil {
			return err
		}
	}
	return f.Sync()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// abort removes what is unfinished. It does nothing after finish.
func (p *packWriter) abort() {
	if p.file == nil {
		return
	}
	p.known.close()
	p.file.Close()
	os.Remove(p.file.Name()) // gone if finish has renamed it
	p.file = nil
}
