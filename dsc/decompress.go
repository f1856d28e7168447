package dsc

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"runtime"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/mikelolasagasti/xz"
	"github.com/ulikunitz/xz/lzma"
	"golang.org/x/sys/unix"
)

// maxDictionary is how much memory, in bytes, a compressed stream may ask for to
// be decoded. The largest preset of xz(1) asks for 64 MiB.
const maxDictionary = 256 << 20

// Decompress returns the content of r, which is compressed in the way that the
// suffix of name says: .gz, .bz2, .lzma, .xz, or not at all. Close releases what
// was started; an error of the decoder comes from Read, before io.EOF.
//
// It takes what gzip(1), bzip2(1) and xz(1), which dpkg-source(1) runs, take: several
// compressed streams after one another, zeros after the last one of a .gz or .xz,
// anything after the last one of a .bz2.
//
// xz(1) decodes .xz and .lzma, as a child on a processor of its own, if it is
// installed; else this process does. An [*os.File] is the child's standard input, and read
// by it directly.
func Decompress(name string, r io.Reader) (io.ReadCloser, error) {
	return decompressSized(name, r, 0)
}

// decompressSized is Decompress for content that is of that compressed size, or 0 if
// that is not known.
func decompressSized(name string, r io.Reader, size int64) (io.ReadCloser, error) {
	z, err := decompress(name, r, size)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF // there is not even a header
	}
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	return &decoder{name: name, r: z}, nil
}

func decompress(name string, r io.Reader, size int64) (io.ReadCloser, error) {
	ext := path.Ext(name)
	switch ext {
	case ".gz":
		return newGzipReader(r)
	case ".bz2":
		return io.NopCloser(bzip2Reader{bzip2.NewReader(r)}), nil
	case ".lzma", ".xz":
		format := ext[1:]
		if ext == ".xz" {
			var err error
			if format, r, err = formatOfXZ(r); err != nil {
				return nil, err
			}
		}
		if program, err := exec.LookPath("xz"); err == nil {
			return startXZ(program, format, r, size)
		}
		if format != "xz" {
			return newLZMAReader(r)
		}
		z, err := xz.NewReader(bufio.NewReaderSize(r, decoderBuffer), maxDictionary)
		return io.NopCloser(z), err
	}
	return io.NopCloser(r), nil
}

// formatOfXZ returns what xz(1), which takes the content of an .lzma under the name of an .xz, is
// to take r for, and a reader of the same. It is never .lz, which not every xz(1) knows.
func formatOfXZ(r io.Reader) (format string, same io.Reader, err error) {
	start := make([]byte, 6)
	var n int
	if f, ok := r.(*os.File); ok {
		var at int64
		if at, err = f.Seek(0, io.SeekCurrent); err == nil {
			n, err = f.ReadAt(start, at)
		}
		same = f
	} else {
		n, err = io.ReadFull(r, start)
		same = io.MultiReader(bytes.NewReader(start[:n]), r)
	}
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", nil, err
	}
	if string(start) == "\xfd7zXZ\x00" || string(start[:4]) == "LZIP" || n < len(start) {
		return "xz", same, nil
	}
	return "auto", same, nil
}

// decoderBuffer is how much is read ahead of a decoder that reads byte by byte.
const decoderBuffer = 64 << 10

// decoder adds the name of the file to errors, which are final.
type decoder struct {
	name string
	r    io.ReadCloser
	err  error
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("decompress %s: %w", d.name, err)
	}
	d.err = err
	return n, err
}

func (d *decoder) Close() error { return d.r.Close() }

// gzipReader reads the members of a .gz one by one, to see what follows them.
type gzipReader struct {
	in *bufio.Reader
	*gzip.Reader
}

func newGzipReader(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, decoderBuffer)
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	z.Multistream(false)
	return &gzipReader{in, z}, nil
}

func (z *gzipReader) Read(p []byte) (int, error) {
	n, err := z.Reader.Read(p)
	if err != io.EOF {
		return n, err
	}
	next, err := z.in.Peek(1)
	switch {
	case err != nil:
		return n, err
	case next[0] == 0:
		return n, z.zeros()
	}
	if err := z.Reset(z.in); err == io.EOF || err == io.ErrUnexpectedEOF || err == gzip.ErrHeader {
		return n, errors.New("garbage after the compressed data")
	} else if err != nil {
		return n, err
	}
	z.Multistream(false)
	return n, nil
}

// zeros reads what must be zeros only, such as a tape had to be filled up with.
func (z *gzipReader) zeros() error {
	for {
		c, err := z.in.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 {
			return errors.New("garbage after the compressed data")
		}
	}
}

// bzip2Reader ends where what follows a stream is not another one.
type bzip2Reader struct{ r io.Reader }

func (z bzip2Reader) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	if err == bzip2.StructuralError("bad magic value in continuation file") {
		err = io.EOF
	}
	return n, err
}

// lzmaReader makes sure that nothing follows the compressed data.
type lzmaReader struct {
	in *bufio.Reader
	r  *lzma.Reader
}

// newLZMAReader looks at the size of the dictionary before anything is allocated: the
// header is one byte of properties, four of that size, eight of the size of the
// content.
func newLZMAReader(r io.Reader) (io.ReadCloser, error) {
	in := bufio.NewReaderSize(r, decoderBuffer)
	header, err := in.Peek(lzma.HeaderLen)
	if err != nil {
		return nil, err
	}
	if n := binary.LittleEndian.Uint32(header[1:5]); n > maxDictionary {
		return nil, fmt.Errorf("wants a dictionary of %d bytes, over the limit of %d", n, maxDictionary)
	}
	z, err := lzma.ReaderConfig{DictCap: maxDictionary}.NewReader(in)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(&lzmaReader{in, z}), nil
}

func (z *lzmaReader) Read(p []byte) (int, error) {
	n, err := z.r.Read(p)
	if err == io.EOF {
		if _, more := z.in.ReadByte(); more != io.EOF {
			err = errors.New("garbage after the compressed data")
		}
	}
	return n, err
}

// xzChild is a running xz(1).
type xzChild struct {
	cmd    *exec.Cmd
	out    io.ReadCloser
	stderr *bytes.Buffer
	waited bool
}

// threadedSize is from which compressed size on, in bytes, xz(1) uses several processors, up to
// maxThreads. For that it holds whole blocks in memory, 25 MB for each processor or more, and
// an import of less than that keeps all processors busy without.
const (
	threadedSize = 32 << 20
	maxThreads   = 4
)

func startXZ(program, format string, r io.Reader, size int64) (io.ReadCloser, error) {
	threads := 1
	if size >= threadedSize {
		threads = min(maxThreads, runtime.NumCPU())
	}
	// Beside the dictionary the decoder needs little.
	cmd := exec.Command(program, "-dc", fmt.Sprintf("-T%d", threads), "--format="+format, fmt.Sprintf("--memlimit-decompress=%d", maxDictionary+16<<20))
	cmd.Args[0] = "xz"                   // for its messages
	cmd.Env = []string{"LC_ALL=C.UTF-8"} // and no XZ_DEFAULTS or XZ_OPT of the user
	cmd.Stdin = r
	c := &xzChild{cmd: cmd, stderr: new(bytes.Buffer)}
	cmd.Stderr = c.stderr
	var err error
	if c.out, err = cmd.StdoutPipe(); err == nil {
		growPipe(c.out)
		err = cmd.Start()
	}
	return c, err
}

// growPipe lets the child run ahead of a reader that is busy: a pipe of 1 MiB, the
// most that Linux allows any user, makes an import a tenth faster than one of
// 64 KiB. That Fd makes reads block helps, too: the reader is woken up sooner.
func growPipe(pipe io.Reader) {
	if f, ok := pipe.(*os.File); ok {
		unix.FcntlInt(f.Fd(), unix.F_SETPIPE_SZ, 1<<20) // if it is refused, so be it
	}
}

// Read must not be called again after an error.
func (c *xzChild) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	if err == io.EOF {
		c.waited = true
		if werr := c.cmd.Wait(); werr != nil {
			cause, _, _ := strings.Cut(c.stderr.String(), "\n")
			err = fmt.Errorf("xz: %v: %s", werr, strings.TrimPrefix(cause, "xz: (stdin): "))
		}
	}
	return n, err
}

// Close ends the child if it still runs.
func (c *xzChild) Close() error {
	if !c.waited {
		c.waited = true
		c.cmd.Process.Kill()
		c.out.Close()
		c.cmd.Wait()
	}
	return nil
}
