package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
)

// A Mirror is where the files of an archive are read from. It moves bytes and
// proves nothing about them: [Client] and [Download] do, for every kind of Mirror.
//
// An implementation promises:
//
//   - Methods may be called from many goroutines at once.
//   - Open opens the file at path, a slash-separated path relative to the root
//     of the archive, by the rules of [fs.ValidPath]; any other path is an error,
//     and no path reaches a file outside of the archive.
//   - The stream starts at offset, or at 0 if the mirror cannot start elsewhere or
//     the file is shorter than offset; at its end it is empty, which is no error.
//   - What is transient (a broken connection, an overloaded server) has been
//     tried again, also in the middle of the stream, before it is an error. What
//     was refused is not tried again.
//   - A stream ends with io.EOF only if the mirror says that the file ends
//     there; one that was cut ends with an error that matches
//     [io.ErrUnexpectedEOF]. A file that the mirror is known to have replaced while
//     it was read ends with an error that matches [ErrChanged].
//   - ctx governs the stream until it is closed. Once ctx is done, errors match
//     what its Err method returns.
//   - A missing file is an error that matches [fs.ErrNotExist]. Every error is a
//     [*MirrorError].
type Mirror interface {
	Open(ctx context.Context, path string, offset int64) (*Stream, error)

	// String names the mirror in messages, without credentials.
	String() string
}

// A Stream is the content of a file of a [Mirror], from Offset to its end. It
// must be closed, and is for one goroutine at a time.
type Stream struct {
	io.ReadCloser
	Offset int64 // where in the file the stream starts
	Size   int64 // of the whole file, as the mirror says; -1 if it does not
}

// ErrChanged is matched by the error of a stream of a file that was replaced on
// the mirror while it was read. Opening it again reads the new one.
var ErrChanged = errors.New("the file changed on the mirror while it was read")

// A MirrorError says that a mirror did not give a file. It matches what it is
// put around, such as [fs.ErrNotExist].
type MirrorError struct {
	Mirror string // as its String method names it
	Path   string
	Status int // of the HTTP answer, if that was the cause; else 0
	Err    error
}

func (e *MirrorError) Error() string {
	return fmt.Sprintf("read %s from %s: %v", e.Path, e.Mirror, e.Err)
}

// Unwrap returns the error that e is put around.
func (e *MirrorError) Unwrap() error { return e.Err }

// checkRequest refuses what no Mirror may be asked for.
func checkRequest(path string, offset int64) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsAny(path, "\x00\\\r\n") {
		return fmt.Errorf("%q is no path within an archive", path)
	}
	if offset < 0 {
		return fmt.Errorf("offset is %d", offset)
	}
	return nil
}

// OpenMirror returns the mirror that place names: an http or https URL, a file
// or copy URL, or a directory. opts matter for http and https.
func OpenMirror(place string, opts HTTPOptions) (Mirror, error) {
	scheme, rest, ok := strings.Cut(place, ":")
	if !ok || strings.ContainsAny(scheme, "/.") {
		return NewDirectory(place)
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		return NewHTTP(place, opts)
	case "file", "copy":
		dir, err := url.PathUnescape("/" + strings.TrimLeft(rest, "/"))
		if err != nil {
			return nil, fmt.Errorf("open archive %q: %w", place, err)
		}
		return NewDirectory(filepath.FromSlash(dir))
	}
	return nil, fmt.Errorf("open archive %q: scheme %q is not supported; http, https, file and copy are", place, scheme)
}
