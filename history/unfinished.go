package history

import (
	"os"
	"path/filepath"
	"strconv"
	"syscall"
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
	path := prefix + strconv.Itoa(os.Getpid())
	if err := os.Mkdir(path, 0o777); err != nil {
		return nil, err
	}
	u := &unfinished{path: path, final: final}
	if u.lock, err = lockDir(path); err != nil {
		u.remove()
		return nil, err
	}
	return u, nil
}

// lockDir takes the lock of a directory, or fails at once.
func lockDir(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// finish gives the directory its final name, unless somebody else took it.
func (u *unfinished) finish() error {
	if _, err := os.Lstat(u.final); err == nil {
		return &DirExistsError{u.final}
	}
	return os.Rename(u.path, u.final)
}

// remove removes the directory if it has not got its final name.
func (u *unfinished) remove() {
	os.RemoveAll(u.path)
	if u.lock != nil {
		u.lock.Close()
	}
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
