package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// A Directory is a [Mirror] over a directory of this machine, or one that is
// mounted there.
type Directory struct {
	dir string
}

// NewDirectory returns the mirror whose root is dir. If there is no such
// directory, the error matches [fs.ErrNotExist].
func NewDirectory(dir string) (*Directory, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("open archive: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("open archive: %s is not a directory", dir)
	}
	return &Directory{dir}, nil
}

func (d *Directory) String() string { return d.dir }

// Open implements [Mirror]. Symbolic links are followed wherever they lead, as APT follows
// them: large archives lie on several disks. What is read is believed no more for it.
func (d *Directory) Open(ctx context.Context, path string, offset int64) (*Stream, error) {
	s, err := d.open(ctx, path, offset)
	if err != nil {
		return nil, d.fail(path, err)
	}
	return s, nil
}

func (d *Directory) open(ctx context.Context, path string, offset int64) (*Stream, error) {
	if err := checkRequest(path, offset); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// Without O_NONBLOCK a named pipe would block here for ever.
	f, err := os.OpenFile(filepath.Join(d.dir, filepath.FromSlash(path)), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	s, err := d.stream(ctx, path, f, offset)
	if err != nil {
		f.Close()
		return nil, err
	}
	return s, nil
}

func (d *Directory) stream(ctx context.Context, path string, f *os.File, offset int64) (*Stream, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	if offset > info.Size() {
		offset = 0
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return nil, err
	}
	r := &directoryStream{file: f, left: info.Size() - offset, info: info, done: ctx.Err}
	r.fail = func(err error) error { return d.fail(path, err) }
	return &Stream{ReadCloser: r, Offset: offset, Size: info.Size()}, nil
}

// fail puts a [*MirrorError] around err, without the path that the system names.
func (d *Directory) fail(path string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return &MirrorError{Mirror: d.String(), Path: path, Err: err}
}

// A directoryStream reads a file, and notices if somebody changes it meanwhile.
type directoryStream struct {
	file *os.File
	info fs.FileInfo // when it was opened
	left int64
	done func() error // why to stop; nil if not to
	fail func(error) error
}

func (s *directoryStream) Read(p []byte) (int, error) {
	if err := s.done(); err != nil {
		return 0, s.fail(err)
	}
	if s.left == 0 {
		return 0, s.end()
	}
	n, err := s.file.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		err = s.fail(err)
	}
	return n, err
}

func (s *directoryStream) end() error {
	now, err := s.file.Stat()
	if err != nil {
		return s.fail(err)
	}
	if now.Size() != s.info.Size() || !now.ModTime().Equal(s.info.ModTime()) {
		return s.fail(ErrChanged)
	}
	return io.EOF
}

func (s *directoryStream) Close() error { return s.file.Close() }
