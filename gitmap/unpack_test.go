package gitmap

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// The copy of a large file ends when it is cancelled, not only after the file.
func TestBlobCancelled(t *testing.T) {
	pack, err := testRepo(t).NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer pack.Abort()
	ctx, cancel := context.WithCancel(t.Context())
	half := strings.Repeat("x", maxPooled/2+1)
	more := io.MultiReader(strings.NewReader(half), readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, nil
	}), strings.NewReader(half))
	pool := newBlobPool(pack.writer, pack.workers)
	err = pool.add(&cancelableReader{ctx, more}, int64(2*len(half)), new(ObjectID))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("add = %v, want %v", err, context.Canceled)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
