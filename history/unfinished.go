package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// unfinished is a directory under construction, beside the place where it will
// be when it is complete. A lock on it tells it from one whose maker was killed,
// which the next maker of the same directory removes.
type unfinished struct {
	path  string
	final string
	lock  *os.File
}

// newUnfinished makes the directory that will become final.
func newUnfinished(final string) (*unfinished, error) {
	prefix := filepath.Join(filepath.Dir(final), "."+filepath.Base(final)+".debgit-")
	stale, err := filepath.Glob(globQuote(prefix) + "*")
	if err != nil {
		return nil, err
	}
	for _, dir := range stale {
		if lock, err := lockDir(dir); err == nil {
			os.RemoveAll(dir)
			lock.Close()
		}
	}
	for n := 0; ; n++ {
		path := prefix + strconv.Itoa(os.Getpid())
		if n > 0 {
			path += "." + strconv.Itoa(n)
		}
		err := os.Mkdir(path, 0o777)
		if err == nil {
			lock, lockErr := lockDir(path)
			if lockErr == nil {
				return &unfinished{path: path, final: final, lock: lock}, nil
			}
			os.RemoveAll(path)
			err = lockErr
		}
		// Another machine or container may have a process of our number, and another
		// process may remove the directory before it has a lock.
		again := errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EWOULDBLOCK)
		if !again || n == maxNames {
			return nil, err
		}
	}
}

// maxNames is how many names for a directory under construction are tried.
const maxNames = 100

// lockDir takes the lock of a directory, or fails at once, as it does if the directory
// is removed in the meantime.
func lockDir(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	locked, err := f.Stat()
	if err == nil {
		var now os.FileInfo
		if now, err = os.Lstat(dir); err == nil && !os.SameFile(locked, now) {
			err = fs.ErrNotExist
		}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// finish gives the directory its final name, unless somebody else took it.
func (u *unfinished) finish() error {
	err := unix.Renameat2(unix.AT_FDCWD, u.path, unix.AT_FDCWD, u.final, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) { // not on every file system
		if _, err := os.Lstat(u.final); err == nil {
			return &DirExistsError{u.final}
		}
		return os.Rename(u.path, u.final)
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return &DirExistsError{u.final}
	case err != nil:
		return &os.LinkError{Op: "rename", Old: u.path, New: u.final, Err: err}
	}
	return nil
}

// remove removes the directory if it has not got its final name.
func (u *unfinished) remove() {
	os.RemoveAll(u.path)
	u.lock.Close()
}

// globQuote quotes what filepath.Glob would take for a pattern.
func globQuote(s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '*' || s[i] == '?' || s[i] == '[' || s[i] == '\\' {
			out = append(out, '\\')
		}
		out = append(out, s[i])
	}
	return string(out)
}
