package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"debgit/dsc"
)

// An index is a Sources index in the cache, with tables of what is where. The file
// has these parts:
//
//	the content of Sources, as it was verified
//	a table of uploads: "\n", then lines "PACKAGE VERSION OFFSET SIZE CRC\n"
//	a table of binary packages: "\n", then lines "BINARY SOURCE\n"
//	a trailer of fixed size
//
// Numbers are decimal; CRC is that of the stanza. A package is found by searching
// for its name between "\n" and " ", which is as fast as any tree for tables of
// a megabyte, and needs no order. An index stays open for good.
type index struct {
	f        *os.File
	trailer  trailer
	uploaded []byte // the table of uploads
}

// A trailer ends the file of an index.
type trailer struct {
	Magic                 [16]byte
	Content               int64 // size of the content of Sources, in bytes
	Uploads, Binaries     int64 // sizes of the tables
	UploadsCRC, BinaryCRC uint32
	CRC                   uint32 // of the trailer up to here
}

// indexMagic changes with the format.
var indexMagic = [16]byte([]byte("debgit Sources 1"))

var (
	trailerSize = int64(binary.Size(trailer{}))
	castagnoli  = crc32.MakeTable(crc32.Castagnoli)
)

// errDamaged says that a file of the cache is not what was once written.
var errDamaged = errors.New("damaged file in the cache")

// maxTableSize is how large a table may be, in bytes; sid's have 2 and 4 MB.
const maxTableSize = 1 << 30

// maxIndexSize is how large Sources may be, in bytes, when uncompressed, if the
// Release file does not list the uncompressed form; sid's has 70 MB.
const maxIndexSize = 2 << 30

func openIndex(path string) (*index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	x := &index{f: f}
	if err := x.readTrailer(); err != nil {
		f.Close()
		return nil, err
	}
	return x, nil
}

func (x *index) readTrailer() error {
	info, err := x.f.Stat()
	if err != nil {
		return err
	}
	data := make([]byte, trailerSize)
	if _, err := x.f.ReadAt(data, info.Size()-trailerSize); err != nil {
		return errDamaged
	}
	t := &x.trailer
	if _, err := binary.Decode(data, binary.LittleEndian, t); err != nil {
		return errDamaged
	}
	if t.Magic != indexMagic || t.CRC != crc32.Checksum(data[:trailerSize-4], castagnoli) ||
		t.Content+t.Uploads+t.Binaries+trailerSize != info.Size() {
		return errDamaged
	}
	x.uploaded, err = x.table(t.Content, t.Uploads, t.UploadsCRC)
	return err
}

func (x *index) table(offset, size int64, crc uint32) ([]byte, error) {
	if size < 0 || size > maxTableSize {
		return nil, errDamaged
	}
	data := make([]byte, size)
	if _, err := x.f.ReadAt(data, offset); err != nil || crc32.Checksum(data, castagnoli) != crc {
		return nil, errDamaged
	}
	return data, nil
}

// uploads returns what the index has of the source package pkg.
func (x *index) uploads(component, pkg string) ([]*Upload, error) {
	var all []*Upload
	for _, line := range rows(x.uploaded, pkg) {
		words := strings.Fields(line)
		if len(words) != 4 {
			return nil, errDamaged
		}
		offset, err1 := strconv.ParseInt(words[1], 10, 64)
		size, err2 := strconv.ParseInt(words[2], 10, 64)
		crc, err3 := strconv.ParseUint(words[3], 10, 32)
		if err1 != nil || err2 != nil || err3 != nil || offset < 0 || size < 0 || size > maxStanzaSize {
			return nil, errDamaged
		}
		stanza, err := x.table(offset, size, uint32(crc))
		if err != nil {
			return nil, err
		}
		u, err := newUpload(component, stanza)
		if err != nil {
			return nil, err
		}
		if u.id.Package != pkg || string(u.id.Version) != words[0] {
			return nil, errDamaged
		}
		all = append(all, u)
	}
	return all, nil
}

// source returns the source package of a binary package, or "".
func (x *index) source(name string) (string, error) {
	t := x.trailer
	table, err := x.table(t.Content+t.Uploads, t.Binaries, t.BinaryCRC)
	if err != nil {
		return "", err
	}
	for _, source := range rows(table, name) {
		return source, nil
	}
	return "", nil
}

// names calls f with each source package of the index, some more than once.
func (x *index) names(f func(name []byte)) {
	for line := range bytes.Lines(x.uploaded) {
		if name, _, ok := bytes.Cut(line, []byte(" ")); ok {
			f(name)
		}
	}
}

// rows returns the rest of the lines of a table that start with key and a blank.
func rows(table []byte, key string) []string {
	if key == "" || strings.ContainsAny(key, " \n") {
		return nil
	}
	var found []string
	start := []byte("\n" + key + " ")
	for {
		i := bytes.Index(table, start)
		if i < 0 {
			return found
		}
		rest := table[i+len(start):]
		line, _, _ := bytes.Cut(rest, []byte("\n"))
		found = append(found, string(line))
		table = rest
	}
}

// index returns the index of a component, from the cache if it is there and not
// to be made anew, or nil if the component has no source packages.
func (s *SignedSuite) index(ctx context.Context, component string, anew bool) (*index, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.indexes[component]; x != nil && !anew {
		return x, nil
	}
	file, ok := s.release.sourcesOf(component)
	if !ok {
		return nil, nil
	}
	name := component + "_" + file.Digest.Hex
	path := filepath.Join(s.cache, name)
	x, err := openIndex(path)
	if err != nil || anew {
		if err := s.makeIndex(ctx, component, file, path); err != nil {
			return nil, fmt.Errorf("read %s of suite %s: %w", file.Name, s.dir, err)
		}
		removeOld(s.cache, component+"_", name, s.client.opts.Now())
		if x, err = openIndex(path); err != nil {
			return nil, fmt.Errorf("open index of %s of suite %s: %w", file.Name, s.dir, err)
		}
	}
	s.indexes[component] = x
	return x, nil
}

// sourcesOf returns the form of the Sources index of a component to download.
func (r *release) sourcesOf(component string) (dsc.File, bool) {
	for _, ext := range []string{".xz", ".gz", ".bz2", ".lzma", ""} {
		if f, ok := r.indexes[component+"/source/Sources"+ext]; ok {
			return f, true
		}
	}
	return dsc.File{}, false
}

// makeIndex downloads file, and writes what is in it to path. Nothing is decompressed
// before its digest has been verified.
func (s *SignedSuite) makeIndex(ctx context.Context, component string, file dsc.File, path string) error {
	download, err := os.CreateTemp(s.cache, tempPrefix+"*")
	if err != nil {
		return err
	}
	defer download.Close()
	defer os.Remove(download.Name())
	if err := s.download(ctx, file, download); err != nil {
		return err
	}
	if _, err := download.Seek(0, io.SeekStart); err != nil {
		return err
	}
	content, err := dsc.Decompress(file.Name, download)
	if err != nil {
		return err
	}
	defer content.Close()
	plain, listed := s.release.indexes[component+"/source/Sources"]
	if !listed {
		plain = dsc.File{Name: component + "/source/Sources", Size: maxIndexSize}
	}
	return writeFile(path, func(w io.Writer) error { return buildIndex(ctx, w, content, plain, listed) })
}

// download reads file by its digest if the archive has it under that name, too: then
// a mirror that changes meanwhile still has the one that was signed.
func (s *SignedSuite) download(ctx context.Context, file dsc.File, dst *os.File) error {
	dir := "dists/" + s.dir + "/"
	mirror := s.place.Mirror
	var stream *Stream
	err := error(os.ErrNotExist)
	if s.release.byHash {
		byHash := filepath.ToSlash(filepath.Dir(file.Name)) + "/by-hash/SHA256/" + file.Digest.Hex
		stream, err = mirror.Open(ctx, dir+byHash, 0)
	}
	if isMissing(err) {
		stream, err = mirror.Open(ctx, dir+file.Name, 0)
	}
	if err != nil {
		return err
	}
	defer stream.Close()
	report := func(n int64) { s.client.opts.Progress("fetch Sources", n, file.Size) }
	return file.CopyVerified(dst, &progressReader{r: stream, report: report})
}

// buildIndex writes the file of an index for the content of Sources that r gives,
// which is as plain says: exactly if it was listed, else at most of that size.
func buildIndex(ctx context.Context, w io.Writer, r io.Reader, plain dsc.File, listed bool) error {
	digest := sha256.New()
	limited := &io.LimitedReader{R: r, N: plain.Size + 1}
	out := io.MultiWriter(w, digest)
	b := &indexBuilder{uploads: []byte("\n"), binaries: []byte("\n")}
	n, err := scanSources(ctx, plain.Name, io.TeeReader(limited, out), b.add)
	if err != nil {
		return err
	}
	mismatch := func(property, got, want string) error {
		return &dsc.MismatchError{File: plain.Name, Property: property, Got: got, Want: want, ListedIn: plain.ListedIn}
	}
	switch got := hex.EncodeToString(digest.Sum(nil)); {
	case !listed && n > plain.Size:
		return &dsc.SyntaxError{File: plain.Name, Cause: fmt.Sprintf("larger than the limit of %d bytes", plain.Size)}
	case listed && n > plain.Size:
		return mismatch("size", fmt.Sprintf("over %d bytes", plain.Size), fmt.Sprint(plain.Size))
	case listed && n < plain.Size:
		return mismatch("size", fmt.Sprintf("%d bytes", n), fmt.Sprint(plain.Size))
	case listed && got != plain.Digest.Hex:
		return mismatch("SHA256", got, plain.Digest.Hex)
	}
	return b.write(w, n)
}

// An indexBuilder collects the tables of an index.
type indexBuilder struct {
	uploads, binaries []byte
	extra             []byte // binary packages of extra sources, which come last
}

func (b *indexBuilder) add(s *stanza) {
	u := append(b.uploads, s.pkg...)
	u = append(append(u, ' '), s.version...)
	for _, n := range []int64{s.offset, s.size, int64(s.crc)} {
		u = strconv.AppendInt(append(u, ' '), n, 10)
	}
	b.uploads = append(u, '\n')
	to := &b.binaries
	if s.extra {
		to = &b.extra
	}
	separator := func(r rune) bool { return r <= ' ' || r == ',' }
	for name := range bytes.FieldsFuncSeq(s.binary, separator) {
		*to = append(append(append(append(*to, name...), ' '), s.pkg...), '\n')
	}
}

// write writes what follows the content.
func (b *indexBuilder) write(w io.Writer, content int64) error {
	binaries := append(b.binaries, b.extra...)
	t := trailer{
		Magic: indexMagic, Content: content,
		Uploads: int64(len(b.uploads)), UploadsCRC: crc32.Checksum(b.uploads, castagnoli),
		Binaries: int64(len(binaries)), BinaryCRC: crc32.Checksum(binaries, castagnoli),
	}
	end, err := binary.Append(nil, binary.LittleEndian, t)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(end[trailerSize-4:], crc32.Checksum(end[:trailerSize-4], castagnoli))
	for _, part := range [][]byte{b.uploads, binaries, end} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}
