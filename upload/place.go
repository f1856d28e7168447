package upload

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"debgit/gitmap"
)

// A place is the private directory of a build, below the git directory of the work tree. There is one
// at a time: a lock tells whether somebody builds, so that the next build removes what a
// killed one has left.
type place struct {
	dir  string
	lock *os.File
}

// A BusyError says that another process builds in the same work tree.
type BusyError struct{ GitDir string }

func (e *BusyError) Error() string {
	return e.GitDir + ": another debgit is building from this repository"
}

// openPlace makes the private directory, which is empty. It must be closed.
func openPlace(repo *gitmap.Repo) (*place, error) {
	own := filepath.Join(repo.GitDir(), "debgit")
	if err := os.MkdirAll(own, 0o777); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(own, "build.lock"), os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = &BusyError{repo.GitDir()}
	}
	p := &place{filepath.Join(own, "build"), lock}
	if err == nil {
		err = removeAll(p.dir)
	}
	if err == nil {
		err = os.Mkdir(p.dir, 0o777)
	}
	if err != nil {
		lock.Close()
		return nil, err
	}
	return p, nil
}

// close removes the directory with all that is in it.
func (p *place) close() error {
	defer p.lock.Close()
	return removeAll(p.dir)
}

// removeAll is os.RemoveAll also for directories that a build has made unwritable.
func removeAll(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
