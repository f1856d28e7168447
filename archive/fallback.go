package archive

import (
	"context"
	"errors"
)

// A fallback is a [Mirror] over two: what the first does not have is read from the second.
type fallback struct{ first, second Mirror }

// WithFallback returns a mirror that reads from second what first does not have. It is
// first if second is nil.
func WithFallback(first, second Mirror) Mirror {
	if second == nil {
		return first
	}
	return &fallback{first, second}
}

func (f *fallback) String() string { return f.first.String() + " or " + f.second.String() }

// Open implements [Mirror].
func (f *fallback) Open(ctx context.Context, path string, offset int64) (*Stream, error) {
	s, err := f.first.Open(ctx, path, offset)
	if !isMissing(err) {
		return s, err
	}
	s, err = f.second.Open(ctx, path, offset)
	if failed, ok := errors.AsType[*MirrorError](err); ok && isMissing(err) {
		err = &MirrorError{Mirror: f.String(), Path: path, Status: failed.Status, Err: failed.Err}
	}
	return s, err
}
