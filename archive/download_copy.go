package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"debgit/dsc"
)

// fill makes tmp the whole verified content.
func (d *download) fill(ctx context.Context, tmp *os.File) error {
	for afresh := false; ; afresh = true {
		info, err := tmp.Stat()
		if err != nil {
			return err
		}
		old := info.Size()
		if afresh || old > d.File.Size {
			old = 0
		}
		d.count(0)
		err = d.copy(ctx, tmp, old)
		if err == nil {
			return nil
		}
		var mismatch *dsc.MismatchError
		changed := errors.Is(err, ErrChanged)
		if !errors.As(err, &mismatch) && !changed {
			return err // what is there is of use to the next run
		}
		if err := tmp.Truncate(0); err != nil {
			return err
		}
		if afresh || old == 0 && !changed {
			os.Remove(tmp.Name())
			return err
		}
	}
}

// copy verifies the first old bytes of tmp and appends the rest. If the mirror
// starts at the beginning, so does copy.
func (d *download) copy(ctx context.Context, tmp *os.File, old int64) error {
	r := &tail{open: func() (*Stream, error) { return d.mirror.Open(ctx, d.Path, old) }}
	defer r.close()
	if old == d.File.Size {
		r.ended = true // nothing is missing
	}
	err := d.splice(tmp, old, r)
	if errors.Is(err, errAfresh) {
		err = d.splice(tmp, 0, r)
	}
	return err
}

// splice verifies old bytes of tmp followed by what r brings, which it writes to tmp.
func (d *download) splice(tmp *os.File, old int64, r *tail) error {
	if err := tmp.Truncate(old); err != nil {
		return err
	}
	if _, err := tmp.Seek(old, io.SeekStart); err != nil {
		return err
	}
	r.want = old
	w := &skipWriter{skip: old, w: tmp, count: d.count}
	return d.File.CopyVerified(w, io.MultiReader(io.NewSectionReader(tmp, 0, old), r))
}

// A tail reads a stream that it opens when it is needed.
type tail struct {
	open   func() (*Stream, error)
	want   int64 // where it must start
	stream *Stream
	ended  bool
}

func (t *tail) Read(p []byte) (int, error) {
	if t.ended {
		return 0, io.EOF
	}
	if t.stream == nil {
		s, err := t.open()
		if err != nil {
			return 0, err
		}
		t.stream = s
	}
	if t.stream.Offset != t.want {
		if t.stream.Offset == 0 {
			return 0, errAfresh
		}
		return 0, fmt.Errorf("the mirror started at byte %d, not %d", t.stream.Offset, t.want)
	}
	t.want, t.stream.Offset = 0, 0 // checked
	return t.stream.Read(p)
}

func (t *tail) close() {
	if t.stream != nil {
		t.stream.Close()
	}
}

// A skipWriter drops the bytes that are in the file already, and counts all.
type skipWriter struct {
	skip  int64
	n     int64
	w     io.Writer
	count func(int64)
}

func (s *skipWriter) Write(p []byte) (int, error) {
	drop := min(max(s.skip-s.n, 0), int64(len(p)))
	n, err := s.w.Write(p[drop:])
	n += int(drop)
	s.n += int64(n)
	s.count(s.n)
	return n, err
}
