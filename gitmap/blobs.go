package gitmap

import (
	"context"
	"io"
	"sync"
)

// A blob is the content of a file on its way into the pack: its name is known
// once the pool that it was given to has been drained.
type blob struct{ id ObjectID }

// Contents up to maxPooled bytes are hashed and compressed by the workers of a
// pool, several at a time; at most maxWaiting bytes of them wait, so that a decoder
// can run ahead but memory stays bounded. Larger ones are streamed by the reader itself.
const (
	maxPooled  = 4 << 20
	maxWaiting = 16 << 20
)

// blobPool turns file contents into blobs, on several processors.
type blobPool struct {
	pack    *packWriter
	jobs    chan job
	large   *deflater
	buffers sync.Pool
	wg      sync.WaitGroup

	mu      sync.Mutex
	err     error // the first that any worker had
	waiting int64 // bytes of the contents that no worker has finished
	less    *sync.Cond
}

type job struct {
	content *[]byte
	blob    *blob
}

func newBlobPool(pack *packWriter, workers int) *blobPool {
	p := &blobPool{pack: pack, jobs: make(chan job, 1024), large: pack.newDeflater()}
	p.less = sync.NewCond(&p.mu)
	p.buffers.New = func() any { return new([]byte) }
	for range workers {
		p.wg.Add(1)
		go p.work()
	}
	return p
}

func (p *blobPool) work() {
	defer p.wg.Done()
	d := p.pack.newDeflater()
	for j := range p.jobs {
		id, err := p.pack.put(d, blobObject, *j.content)
		j.blob.id = id
		p.wait(-int64(len(*j.content)))
		p.buffers.Put(j.content)
		if err != nil {
			p.fail(err)
		}
	}
}

// wait adds to the bytes that wait. While they are too many it waits for workers.
func (p *blobPool) wait(bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting += bytes
	if bytes < 0 {
		p.less.Signal()
	}
	for bytes > 0 && p.waiting > max(maxWaiting, bytes) {
		p.less.Wait()
	}
}

func (p *blobPool) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}

func (p *blobPool) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// add reads size bytes of r and makes a blob of them.
func (p *blobPool) add(ctx context.Context, r io.Reader, size int64) (*blob, error) {
	if err := p.failed(); err != nil {
		return nil, err
	}
	b := new(blob)
	if size > maxPooled {
		var err error
		b.id, err = p.pack.putStream(p.large, size, r)
		return b, err
	}
	content := p.buffers.Get().(*[]byte)
	if int64(cap(*content)) < size {
		*content = make([]byte, size, size+size/4)
	}
	*content = (*content)[:size]
	if _, err := io.ReadFull(r, *content); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	p.wait(size)
	select {
	case p.jobs <- job{content, b}:
		return b, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// close waits until all blobs have their names and ends the workers.
func (p *blobPool) close() error {
	close(p.jobs)
	p.wg.Wait()
	return p.err
}
