package dsc

import (
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"
	"os/exec"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/mikelolasagasti/xz"
	"github.com/ulikunitz/xz/lzma"
)

// maxDictionary is how much memory, in bytes, a compressed stream may ask for to
// be decoded. The largest preset of xz(1) asks for 64 MiB.
const maxDictionary = 256 << 20

// Decompress returns the content of r, which is compressed in the way that the
// suffix of name says: .gz, .bz2, .lzma, .xz, or not at all. Close releases what
// was started; an error of the decoder comes from Read, before io.EOF.
//
// xz(1) decodes .xz, as a child on a processor of its own, if it is installed;
// else this process does. If r is an [*os.File] the child reads it directly.
func Decompress(name string, r io.Reader) (io.ReadCloser, error) {
	switch path.Ext(name) {
	case ".gz":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, fmt.Errorf("decompress %s: %w", name, err)
		}
		return decoder{name, z, z.Close}, nil
	case ".bz2":
		return decoder{name, bzip2.NewReader(r), nil}, nil
	case ".lzma":
		return decompressLZMA(name, r)
	case ".xz":
		if program, err := exec.LookPath("xz"); err == nil {
			return startXZ(program, name, r)
		}
		z, err := xz.NewReader(r, maxDictionary)
		if err != nil {
			return nil, fmt.Errorf("decompress %s: %w", name, err)
		}
		return decoder{name, z, nil}, nil
	}
	return decoder{name, r, nil}, nil
}

// decoder adds the name of the file to errors.
type decoder struct {
	name  string
	r     io.Reader
	close func() error
}

func (d decoder) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	if err != nil && err != io.EOF {
		err = fmt.Errorf("decompress %s: %w", d.name, err)
	}
	return n, err
}

func (d decoder) Close() error {
	if d.close == nil {
		return nil
	}
	return d.close()
}

// decompressLZMA looks at the size of the dictionary before anything is
// allocated: the header is one byte of properties, four of that size, eight of
// the size of the content.
func decompressLZMA(name string, r io.Reader) (io.ReadCloser, error) {
	header := make([]byte, 13)
	if _, err := io.ReadFull(r, header); err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	if n := binary.LittleEndian.Uint32(header[1:5]); n > maxDictionary {
		return nil, fmt.Errorf("decompress %s: wants a dictionary of %d bytes, over the limit of %d", name, n, maxDictionary)
	}
	z, err := lzma.NewReader(io.MultiReader(bytes.NewReader(header), r))
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	return decoder{name, z, nil}, nil
}

// xzChild is a running xz(1).
type xzChild struct {
	name   string
	cmd    *exec.Cmd
	out    io.ReadCloser
	stderr *bytes.Buffer
	waited bool
	err    error
}

func startXZ(program, name string, r io.Reader) (io.ReadCloser, error) {
	cmd := exec.Command(program, "-dc", "-T0", fmt.Sprintf("--memlimit-decompress=%d", 2*maxDictionary))
	cmd.Env = []string{"LC_ALL=C.UTF-8"} // and no XZ_DEFAULTS or XZ_OPT of the user
	cmd.Stdin = r
	c := &xzChild{name: name, cmd: cmd, stderr: new(bytes.Buffer)}
	cmd.Stderr = c.stderr
	var err error
	if c.out, err = cmd.StdoutPipe(); err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("decompress %s: %w", name, err)
	}
	return c, nil
}

func (c *xzChild) Read(p []byte) (int, error) {
	n, err := c.out.Read(p)
	if err == io.EOF {
		if werr := c.wait(); werr != nil {
			err = werr
		}
	}
	return n, err
}

// wait collects the child once, and turns its failure into an error.
func (c *xzChild) wait() error {
	if !c.waited {
		c.waited = true
		if err := c.cmd.Wait(); err != nil {
			text := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(c.stderr.String()), "xz: (stdin): "))
			c.err = fmt.Errorf("decompress %s: xz: %s", c.name, text)
		}
	}
	return c.err
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
