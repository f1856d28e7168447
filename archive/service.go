package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"debgit/dsc"
)

// maxAnswerSize is how large the answer of a service may be, in bytes. That about all
// suites has 0.1 MB, that about all versions of a package as much.
const maxAnswerSize = 32 << 20

// A service answers questions about an archive, with documents below one URL. It is
// read as a mirror is: over HTTP, or from files, for tests.
type service struct {
	client *Client
	mirror Mirror
}

// String names the service.
func (s *service) String() string { return s.mirror.String() }

// assurance is what a digest that the service tells is worth.
func (s *service) assurance() Assurance {
	if h, ok := s.mirror.(*HTTP); ok && h.base.Scheme == "http" {
		return NoIndex // anybody on the way may have answered
	}
	return ServiceDigest
}

// overHTTP says whether questions may have a query, and names be patterns.
func (s *service) overHTTP() bool {
	_, ok := s.mirror.(*HTTP)
	return ok
}

// read returns the answer to a question: the parts of a path, and a query or "". Over
// files there are no queries. That there is no such document matches
// [fs.ErrNotExist].
func (s *service) read(ctx context.Context, query string, parts ...string) ([]byte, error) {
	path := strings.Join(parts, "/")
	var stream *Stream
	var err error
	if http, ok := s.mirror.(*HTTP); ok {
		var escaped []string
		for _, p := range parts {
			escaped = append(escaped, url.PathEscape(p))
		}
		stream, err = http.ask(ctx, strings.Join(escaped, "/"), query)
	} else {
		stream, err = s.mirror.Open(ctx, path, 0)
	}
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	r := &progressReader{r: stream, report: func(n int64) { s.client.opts.Progress("ask the service", n, stream.Size) }}
	data, err := io.ReadAll(io.LimitReader(r, maxAnswerSize+1))
	if err == nil && len(data) > maxAnswerSize {
		err = s.fail(path, fmt.Errorf("larger than the limit of %d bytes", maxAnswerSize))
	}
	return data, err
}

// readJSON puts an answer into to, as package json does.
func (s *service) readJSON(ctx context.Context, to any, query string, parts ...string) error {
	data, err := s.read(ctx, query, parts...)
	if err != nil {
		return err
	}
	path := strings.Join(parts, "/")
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(to); err != nil {
		return s.fail(path, &dsc.SyntaxError{File: path, Cause: err.Error()})
	}
	if d.More() {
		return s.fail(path, &dsc.SyntaxError{File: path, Cause: "more than one JSON value"})
	}
	return nil
}

func (s *service) fail(path string, err error) error {
	return &MirrorError{Mirror: s.String(), Path: path, Err: err}
}

// Ask opens the answer of a service to a question that somebody wrote: a path below the
// service's URL, as it stands in a URL, maybe with "?" and a query. Of files there are no
// queries. That there is no such document matches [fs.ErrNotExist].
func Ask(ctx context.Context, service Mirror, question string) (*Stream, error) {
	path, query, asked := strings.Cut(question, "?")
	if http, ok := service.(*HTTP); ok {
		return http.ask(ctx, path, query)
	}
	path, err := url.PathUnescape(path)
	if err == nil && asked {
		err = errors.New("files answer no queries")
	}
	if err != nil {
		return nil, &MirrorError{Mirror: service.String(), Path: question, Err: err}
	}
	return service.Open(ctx, path, 0)
}
