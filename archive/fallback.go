package archive

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// A fallback is a [Mirror] over two: what the first does not have is read from the second.
type fallback struct {
	first, second Mirror

	mu   sync.Mutex
	dead error // why the second is not asked any more
}

// WithFallback returns a mirror that reads from second what first does not have. It is
// first if second is nil.
//
// Where second cannot be read, that is no error: a file that first does not have is then
// not there, as without a second mirror. A server that does not answer is not asked again.
func WithFallback(first, second Mirror) Mirror {
	if second == nil {
		return first
	}
	return &fallback{first: first, second: second}
}

func (f *fallback) String() string { return f.first.String() + " or " + f.second.String() }

// Open implements [Mirror].
func (f *fallback) Open(ctx context.Context, path string, offset int64) (*Stream, error) {
	s, err := f.first.Open(ctx, path, offset)
	if !isMissing(err) {
		return s, err
	}
	f.mu.Lock()
	dead := f.dead
	f.mu.Unlock()
	if dead == nil {
		s, dead = f.second.Open(ctx, path, offset)
		if dead == nil || ctx.Err() != nil {
			return s, dead
		}
		if failed, ok := errors.AsType[*MirrorError](dead); ok && failed.unreachable() {
			f.mu.Lock()
			f.dead = dead
			f.mu.Unlock()
		}
	}
	failed := &MirrorError{Mirror: f.String(), Path: path, Err: err}
	if first, ok := errors.AsType[*MirrorError](err); ok {
		failed.Status, failed.Err = first.Status, first.Err
	}
	if !isMissing(dead) {
		failed.Err = fmt.Errorf("%w; nor can it be read elsewhere: %v", failed.Err, dead)
	}
	return nil, failed
}

// unreachable says whether it was a server that did not answer, whatever file it was.
func (e *MirrorError) unreachable() bool {
	return errors.As(e.Err, new(*net.OpError)) || errors.As(e.Err, new(*stallError))
}
