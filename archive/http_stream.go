package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// progressEnough is how many bytes a stream must bring until earlier failures
// are forgotten.
const progressEnough = 1 << 20

// An httpStream reads a file, through as many answers of the server as it takes.
type httpStream struct {
	attempt func(pos int64, want *fileVersion) (*answer, error)
	wait    func(failures int, err error) error // before another attempt; an error if there is to be none
	done    func() error                        // why to stop; nil if not to
	fail    func(error) error
	retries int

	pos      int64
	version  *fileVersion // nil before the first answer
	answer   *answer
	failures int
	since    int64 // bytes since the last failure
	err      error // of the last Read; it stays
}

// connect gets an answer that goes on at s.pos. The first one may start at 0 instead.
func (s *httpStream) connect() error {
	for {
		a, err := s.attempt(s.pos, s.version)
		if err == nil {
			if s.version != nil && a.size < 0 {
				a.size = s.version.size
			}
			s.answer, s.pos, s.version = a, a.offset, &a.fileVersion
			return nil
		}
		if err := s.failed(err); err != nil {
			return err
		}
	}
}

// failed counts a failure. It returns nil when it is time for another attempt.
func (s *httpStream) failed(err error) error {
	if !transient(err) || s.failures >= s.retries {
		return err
	}
	s.failures, s.since = s.failures+1, 0
	return s.wait(s.failures, err)
}

func (s *httpStream) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if err := s.done(); err != nil {
		s.err = s.fail(err)
		return 0, s.err
	}
	n, err := s.read(p)
	if err != nil && err != io.EOF {
		err = s.fail(err)
	}
	s.err = err
	return n, err
}

func (s *httpStream) read(p []byte) (int, error) {
	for {
		n, err := s.answer.Read(p)
		s.pos += int64(n)
		if s.since += int64(n); s.since >= progressEnough {
			s.failures = 0
		}
		if err == io.EOF && s.version.size >= 0 && s.pos < s.version.size {
			err = io.ErrUnexpectedEOF
		}
		if n > 0 && err != io.EOF {
			// What is wrong shows again at the next call, if it lasts.
			return n, nil
		}
		if err == nil || err == io.EOF {
			return n, err
		}
		s.answer.Close()
		if err := s.failed(err); err != nil {
			return 0, err
		}
		if err := s.connect(); err != nil {
			return 0, err
		}
	}
}

func (s *httpStream) Close() error {
	if s.err == nil {
		s.err = s.fail(fs.ErrClosed)
	}
	s.answer.Close()
	return nil
}

// A fileVersion is what tells one version of a file on a server from another.
type fileVersion struct {
	host     string // that gave it
	etag     string
	modified string
	size     int64 // -1 if unknown
}

// validator returns what If-Range may hold (RFC 9110, section 13.1.5), or "".
func (v *fileVersion) validator() string {
	if v.etag != "" && !strings.HasPrefix(v.etag, "W/") {
		return v.etag
	}
	return v.modified
}

// same says whether v and w can be the same version. Mirrors behind one name
// make their ETags differently, but keep the date.
func (v *fileVersion) same(w *fileVersion) bool {
	if v.size >= 0 && w.size >= 0 && v.size != w.size {
		return false
	}
	if v.host == w.host && v.etag != "" && w.etag != "" {
		return v.etag == w.etag
	}
	return v.modified == w.modified
}

// An answer is the body of one response. Its Read fails if nothing comes for too long.
type answer struct {
	fileVersion
	offset  int64
	body    io.ReadCloser
	watch   *watchdog
	timeout time.Duration
}

func (a *answer) Read(p []byte) (int, error) {
	a.watch.Reset(a.timeout)
	n, err := a.body.Read(p)
	a.watch.Stop()
	return n, a.watch.explain(err)
}

func (a *answer) Close() error {
	a.watch.cancel(nil)
	return a.body.Close()
}

// A watchdog ends a request that brings nothing for too long.
type watchdog struct {
	*time.Timer
	cause  func() error // why the request has ended, if it has
	cancel context.CancelCauseFunc
}

type stallError struct{ after time.Duration }

func (e *stallError) Error() string { return fmt.Sprintf("nothing came for %v", e.after) }

// newWatchdog returns a watchdog at work, and the context for its request.
func newWatchdog(ctx context.Context, timeout time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(timeout, func() { cancel(&stallError{timeout}) })
	return ctx, &watchdog{timer, func() error { return context.Cause(ctx) }, cancel}
}

// explain returns the stall that made err, else err.
func (w *watchdog) explain(err error) error {
	var stall *stallError
	if err != nil && err != io.EOF && errors.As(w.cause(), &stall) {
		return stall
	}
	return err
}

// attempt asks for a file from pos on, once. want is the version that
// the bytes before pos are of; nil if nothing is known about them, and then the
// answer may start at 0.
func (h *HTTP) attempt(ctx context.Context, file httpFile, pos int64, want *fileVersion) (*answer, error) {
	header := http.Header{"User-Agent": {h.opts.UserAgent}, "Accept-Encoding": {"identity"}}
	if file.fresh {
		header.Set("Cache-Control", "max-age=0")
	}
	if pos > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", pos))
		if want != nil && want.validator() != "" {
			header.Set("If-Range", want.validator())
		}
	}
	watched, watch := newWatchdog(ctx, h.opts.Timeout)
	resp, err := h.follow(watched, file.url, header)
	if err != nil {
		watch.cancel(nil)
		return nil, watch.explain(err)
	}
	a := &answer{body: resp.Body, watch: watch, timeout: h.opts.Timeout}
	a.fileVersion = fileVersion{resp.Request.URL.Host, resp.Header.Get("ETag"), resp.Header.Get("Last-Modified"), -1}
	err = a.accept(resp, pos)
	watch.Stop()
	if err == nil {
		err = a.goOn(pos, want)
	}
	if err != nil {
		a.Close()
		if want == nil && errors.Is(err, errBeyond) {
			return h.attempt(ctx, file, 0, nil)
		}
		return nil, err
	}
	return a, nil
}

// errBeyond says that the file has no byte at the wanted offset, which is not 0.
var errBeyond = errors.New("the file is shorter")

// accept reads what resp says about the content.
func (a *answer) accept(resp *http.Response, pos int64) error {
	switch resp.StatusCode {
	case http.StatusOK:
		a.size = resp.ContentLength
		return nil
	case http.StatusPartialContent:
		text := resp.Header.Get("Content-Range")
		first, last, size, ok := parseContentRange(text)
		if !ok || pos == 0 || first != pos || resp.ContentLength >= 0 && resp.ContentLength != last-first+1 {
			return &refusal{fmt.Errorf("asked for the bytes from %d on, the server sent %q with %d bytes", pos, text, resp.ContentLength)}
		}
		a.offset, a.size = first, size
		return nil
	case http.StatusRequestedRangeNotSatisfiable:
		size, err := strconv.ParseInt(strings.TrimPrefix(resp.Header.Get("Content-Range"), "bytes */"), 10, 64)
		if err == nil && size == pos {
			a.offset, a.size = pos, size
			a.body.Close()
			a.body = http.NoBody
			return nil
		}
		if pos > 0 {
			return &refusal{errBeyond}
		}
	}
	return newStatusError(resp)
}

// goOn brings an answer to pos, if it is one about the wanted version.
func (a *answer) goOn(pos int64, want *fileVersion) error {
	if want == nil {
		return nil
	}
	if !a.same(want) {
		return &refusal{ErrChanged}
	}
	if a.offset < pos {
		n, err := io.CopyN(io.Discard, a, pos-a.offset)
		a.offset += n
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return nil
}

// parseContentRange reads "bytes FIRST-LAST/SIZE"; size is -1 for "*".
func parseContentRange(s string) (first, last, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	span, total, ok2 := strings.Cut(s, "/")
	from, to, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, 0, false
	}
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	size = -1
	var err3 error
	if total != "*" {
		size, err3 = strconv.ParseInt(total, 10, 64)
	}
	ok = err1 == nil && err2 == nil && err3 == nil && first >= 0 && last >= first && (size == -1 || last < size)
	return first, last, size, ok
}

// discard reads the rest of a small body, so that its connection can be used again.
func discard(body io.ReadCloser) {
	io.CopyN(io.Discard, body, 4<<10)
	body.Close()
}
