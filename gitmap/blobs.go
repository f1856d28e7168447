package gitmap

import (
	"io"
	"math/bits"
	"sync"
)

// maxPooled is how large contents are, in bytes, that workers name and compress. Larger ones are
// streamed by the reader itself.
const maxPooled = 16 << 20

// blobPool turns file contents into blobs, on several processors.
type blobPool struct {
	pack    *packWriter
	workers *workers
	large   *deflater
	buffers [bufferSizes]sync.Pool // of *[]byte
}

func newBlobPool(pack *packWriter, workers *workers) *blobPool {
	return &blobPool{pack: pack, workers: workers, large: pack.newDeflater()}
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

// buffer returns a buffer of such a size.
func (p *blobPool) buffer(size int64, number int) *[]byte {
	if number < bufferSizes {
		if b, ok := p.buffers[number].Get().(*[]byte); ok {
			return b
		}
	}
	b := make([]byte, size)
	return &b
}

// done takes back a buffer of that size.
func (p *blobPool) done(buffer *[]byte, number int) {
	if number < bufferSizes {
		p.buffers[number].Put(buffer)
	}
}

// add reads size bytes of r and makes a blob of them. Its name is at id when the workers
// have done all they have to.
func (p *blobPool) add(r io.Reader, size int64, id *ObjectID) (err error) {
	if err := p.workers.failed(); err != nil {
		return err
	}
	if size > maxPooled {
		*id, err = p.pack.putStream(p.large, size, r)
		return err
	}
	space, number := bufferSize(size)
	p.workers.claim(space)
	buffer := p.buffer(space, number)
	content := (*buffer)[:size]
	if _, err := io.ReadFull(r, content); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		p.workers.release(space, nil)
		return err
	}
	p.workers.do(space, func(d *deflater) (err error) {
		*id, err = p.pack.put(d, blobObject, content)
		p.done(buffer, number)
		return err
	})
	return nil
}
