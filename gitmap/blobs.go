package gitmap

import (
	"context"
	"io"
	"math/bits"
	"sync"
)

// Contents up to maxPooled bytes are hashed and compressed by the workers of a
// pool, several at a time; buffers for at most maxWaiting bytes wait for them, so that a decoder
// can run ahead but memory stays bounded. Larger ones are streamed by the reader itself.
const (
	maxPooled  = 16 << 20
	maxWaiting = 16 << 20
)

// maxWorkers is how many workers a pool has at most: that many keep up with any decoder, and each
// has about a megabyte for itself.
const maxWorkers = 16

// blobPool turns file contents into blobs, on several processors.
type blobPool struct {
	pack    *packWriter
	jobs    chan job
	large   *deflater
	buffers [bufferSizes]sync.Pool // of *[]byte
	wg      sync.WaitGroup

	mu      sync.Mutex
	err     error // the first that any worker had
	waiting int64 // bytes of the buffers that no worker is done with
	less    *sync.Cond
}

// job is to make a blob of content, which is in a buffer, and to put its name at id.
type job struct {
	buffer  *[]byte
	content []byte
	id      *ObjectID
}

// Buffers have sizes that double, from smallestBuffer on. Those of bufferSizes sizes are
// used again; the larger ones are too few for that.
const (
	smallestBuffer = 1 << 10
	bufferSizes    = 11
)

// bufferSize returns the smallest size, and the number of that size, which n bytes fit into.
func bufferSize(n int64) (size int64, number int) {
	number = bits.Len64(uint64(max(n, 1)-1) / smallestBuffer)
	return smallestBuffer << number, number
}

// buffer returns a buffer that n bytes fit into.
func (p *blobPool) buffer(n int64) *[]byte {
	size, number := bufferSize(n)
	if number < bufferSizes {
		if b, ok := p.buffers[number].Get().(*[]byte); ok {
			return b
		}
	}
	b := make([]byte, size)
	return &b
}

// done takes back the buffer that n bytes were in.
func (p *blobPool) done(buffer *[]byte, n int64) {
	size, number := bufferSize(n)
	if number < bufferSizes {
		p.buffers[number].Put(buffer)
	}
	p.wait(-size)
}

func newBlobPool(pack *packWriter, workers int) *blobPool {
	p := &blobPool{pack: pack, jobs: make(chan job, 1024), large: pack.newDeflater()}
	p.less = sync.NewCond(&p.mu)
	for range min(workers, maxWorkers) {
		p.wg.Add(1)
		go p.work()
	}
	return p
}

func (p *blobPool) work() {
	defer p.wg.Done()
	d := p.pack.newDeflater()
	for j := range p.jobs {
		id, err := p.pack.put(d, blobObject, j.content)
		*j.id = id
		if err != nil {
			p.fail(err)
		}
		d.shrink()
		p.done(j.buffer, int64(len(j.content)))
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

// add reads size bytes of r and makes a blob of them. Its name is at id once the pool
// is closed.
func (p *blobPool) add(ctx context.Context, r io.Reader, size int64, id *ObjectID) (err error) {
	if err := p.failed(); err != nil {
		return err
	}
	if size > maxPooled {
		*id, err = p.pack.putStream(p.large, size, r)
		return err
	}
	space, _ := bufferSize(size)
	p.wait(space)
	buffer := p.buffer(size)
	content := (*buffer)[:size]
	if _, err := io.ReadFull(r, content); err != nil {
		p.done(buffer, size)
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	select {
	case p.jobs <- job{buffer, content, id}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close waits until all blobs have their names and ends the workers.
func (p *blobPool) close() error {
	close(p.jobs)
	p.wg.Wait()
	return p.err
}
