package archive

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"debgit/dsc"
)

// A Transfer is a file to download.
type Transfer struct {
	Path string   // where the mirror has it
	File dsc.File // what it must be
	Dest string   // where it goes
}

// DownloadOptions change how [Download] works.
type DownloadOptions struct {
	Parallel int                                   // how many files at once; default 4
	Progress func(phase string, done, total int64) // in bytes of all files
}

// A ConflictError says that there is another file where one should go.
type ConflictError struct {
	Dest string
	Err  error // what is different
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s is already there, and is another file: %v", e.Dest, e.Err)
}

// Unwrap returns what is different.
func (e *ConflictError) Unwrap() error { return e.Err }

// Download brings files from m to this machine. A file that it has made is
// exactly what its [dsc.File] describes, as in [dsc.File.CopyVerified].
//
// The content goes to Dest with ".tmp" appended, and gets its name when all of it
// has been verified and is on the disk. A Dest that is there and verifies is
// kept; one that differs is never replaced: that is a [*ConflictError]. What an
// interrupted run has left in the .tmp file is used by the next one, after its
// bytes have been read again. If two runs want the same file, one waits for the other.
//
// The first error ends all transfers and is returned: a [*dsc.MismatchError] if
// the mirror has another file, a [*MirrorError], or an error of the file
// system, which may match [syscall.ENOSPC]. Files that were complete by then stay.
func Download(ctx context.Context, m Mirror, transfers []Transfer, opts DownloadOptions) error {
	p := &downloadProgress{report: opts.Progress}
	dests := map[string]bool{}
	for _, t := range transfers {
		dest := filepath.Clean(t.Dest)
		if dests[dest] {
			return fmt.Errorf("download %s: two files would go there", dest)
		}
		dests[dest] = true
		p.total += t.File.Size
	}
	p.add(0)
	parallel := opts.Parallel
	if parallel <= 0 {
		parallel = 4
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan Transfer)
	var first error
	var once sync.Once
	var workers sync.WaitGroup
	for range min(parallel, len(transfers)) {
		workers.Go(func() {
			for t := range queue {
				d := &download{mirror: m, Transfer: t, progress: p}
				if err := d.run(ctx); err != nil {
					once.Do(func() { first = err })
					cancel()
				}
			}
		})
	}
feed:
	for _, t := range transfers {
		select {
		case queue <- t:
		case <-ctx.Done():
			break feed
		}
	}
	close(queue)
	workers.Wait()
	if first == nil {
		first = ctx.Err() // cancelled before the first transfer began
	}
	return first
}

// downloadProgress sums up over all files.
type downloadProgress struct {
	mu     sync.Mutex
	done   int64
	total  int64
	report func(phase string, done, total int64)
}

func (p *downloadProgress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if p.report != nil {
		p.report("download", p.done, p.total)
	}
}

// A download is one transfer at work.
type download struct {
	Transfer
	mirror   Mirror
	progress *downloadProgress
	counted  int64 // bytes of it that progress has
}

// count makes n the number of bytes that are there.
func (d *download) count(n int64) {
	d.progress.add(n - d.counted)
	d.counted = n
}

var (
	errTaken  = errors.New("another run has taken the file away")
	errAfresh = errors.New("the mirror starts at the beginning")
)

func (d *download) run(ctx context.Context) error {
	for {
		if there, err := d.present(); there || err != nil {
			return err
		}
		tmp, err := d.open(ctx)
		if errors.Is(err, errTaken) {
			continue
		}
		if err != nil {
			return err
		}
		err = d.fill(ctx, tmp)
		if err == nil {
			err = d.finish(tmp)
		}
		if err != nil {
			removeEmpty(tmp)
		}
		tmp.Close() // lets others have the lock
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// removeEmpty removes an unfinished file that a later run has nothing to gain from.
func removeEmpty(tmp *os.File) {
	if info, err := tmp.Stat(); err == nil && info.Size() == 0 {
		os.Remove(tmp.Name())
	}
}

// present says whether the file is in its place already.
func (d *download) present() (bool, error) {
	if _, err := os.Lstat(d.Dest); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	f, err := os.OpenFile(d.Dest, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return false, &ConflictError{d.Dest, err}
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return false, &ConflictError{d.Dest, errors.Join(err, errors.New("no regular file"))}
	}
	err = d.File.Verify(f)
	var mismatch *dsc.MismatchError
	if errors.As(err, &mismatch) {
		return false, &ConflictError{d.Dest, err}
	}
	if err != nil {
		return false, err
	}
	d.count(d.File.Size)
	d.tidy(f)
	return true, nil
}

// tidy removes a second name of the finished file f, which is there if a run
// was killed between linking and removing.
func (d *download) tidy(f *os.File) {
	here, err := f.Stat()
	if err != nil {
		return
	}
	if there, err := os.Lstat(d.Dest + ".tmp"); err == nil && os.SameFile(here, there) {
		os.Remove(d.Dest + ".tmp")
	}
}

// lockDelay is how long to wait before looking again whether another run is done.
const lockDelay = 50 * time.Millisecond

// open opens the .tmp file and locks it. It returns errTaken if somebody has
// renamed or removed it meanwhile.
func (d *download) open(ctx context.Context) (*os.File, error) {
	name := d.Dest + ".tmp"
	tmp, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0o644)
	if err != nil {
		return nil, err
	}
	err = lock(ctx, tmp)
	var here, there os.FileInfo
	if err == nil {
		here, err = tmp.Stat()
	}
	if err == nil && !here.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", name)
	}
	if err == nil {
		if there, err = os.Lstat(name); errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(here, there) {
			err = errTaken
		}
	}
	if err != nil {
		tmp.Close()
		return nil, err
	}
	return tmp, nil
}

// lock waits for the lock of f, which the system releases when f is closed, and
// also when the process dies. File systems without locks do without.
func lock(ctx context.Context, f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil, errors.Is(err, unix.ENOLCK), errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS):
			return nil
		case errors.Is(err, unix.EINTR):
			continue
		case !errors.Is(err, unix.EWOULDBLOCK):
			return &fs.PathError{Op: "lock", Path: f.Name(), Err: err}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(lockDelay):
		}
	}
}

// finish gives tmp its name. An error that matches [fs.ErrExist] says that the
// name is taken by now.
func (d *download) finish(tmp *os.File) error {
	if err := tmp.Sync(); err != nil {
		return err
	}
	// A link, because renaming would replace a file that has just appeared.
	err := os.Link(tmp.Name(), d.Dest)
	switch {
	case err == nil:
		err = os.Remove(tmp.Name())
	case errors.Is(err, fs.ErrExist):
		return err
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ENOTSUP), errors.Is(err, syscall.ENOSYS), errors.Is(err, syscall.EMLINK):
		// No hard links here. Others that use the .tmp file wait for us.
		if _, err := os.Lstat(d.Dest); err == nil {
			return fs.ErrExist
		}
		err = os.Rename(tmp.Name(), d.Dest)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(d.Dest))
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return err
	}
	return nil
}
