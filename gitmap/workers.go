package gitmap

import (
	"runtime"
	"sync"
)

// workers compress and write the objects of a pack, several at a time, for one goroutine that
// makes them. Only so many bytes may be claimed for what waits for them: the goroutine can run
// ahead, but memory stays bounded.
type workers struct {
	jobs    chan job
	undone  sync.WaitGroup // jobs
	running sync.WaitGroup // workers
	end     func() error   // waits until all is done, and ends the workers; again, it does nothing

	mu      sync.Mutex
	err     error // the first that any of them had
	claimed int64 // bytes
	less    *sync.Cond
}

// A job is something to do, which needs so many claimed bytes until it is done.
type job struct {
	bytes int64
	do    func(*deflater) error
}

// maxClaimed is how many bytes are claimed at a time, unless a single claim is larger.
const maxClaimed = 16 << 20

// maxWorkers is how many workers there are at most: that many keep up with any decoder, and each
// has about a megabyte for itself.
const maxWorkers = 16

// newWorkers starts workers for a pack, one for each processor. Each takes memory when it
// has something to do.
func newWorkers(pack *packWriter) *workers {
	w := &workers{jobs: make(chan job, 1024)}
	w.less = sync.NewCond(&w.mu)
	w.end = sync.OnceValue(func() error {
		close(w.jobs)
		w.running.Wait()
		return w.err
	})
	for range min(runtime.GOMAXPROCS(0), maxWorkers) {
		w.running.Go(func() { w.work(pack) })
	}
	return w
}

func (w *workers) work(pack *packWriter) {
	var d *deflater
	for j := range w.jobs {
		if d == nil {
			d = pack.newDeflater()
		}
		err := j.do(d)
		d.shrink()
		w.release(j.bytes, err)
		w.undone.Done()
	}
}

// claim waits until so many bytes may be used for a job.
func (w *workers) claim(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claimed += bytes
	for w.claimed > max(maxClaimed, bytes) {
		w.less.Wait()
	}
}

// do has a worker do something, with so many bytes that are claimed.
func (w *workers) do(bytes int64, do func(*deflater) error) {
	w.undone.Add(1)
	w.jobs <- job{bytes, do}
}

// wait returns when all is done, with the first error that any job has ended in.
func (w *workers) wait() error {
	w.undone.Wait()
	return w.failed()
}

// release gives claimed bytes back, from a job that has ended in err.
func (w *workers) release(bytes int64, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claimed -= bytes
	if w.err == nil {
		w.err = err
	}
	w.less.Signal()
}

// failed returns the first error so far.
func (w *workers) failed() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}
