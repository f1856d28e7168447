package gitmap

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// CheckOut makes the work tree, the index and the current branch those of c, as
// "git reset --hard" does, and gives all files one time of modification: a
// tarball's times would mean something to make(1), those of a checkout would
// only mislead it into regenerating files.
func (r *Repo) CheckOut(ctx context.Context, c CommitID) error {
	workers := strconv.Itoa(runtime.GOMAXPROCS(0))
	if _, err := r.Git(ctx, "-c", "checkout.workers="+workers, "reset", "-q", "--hard", c.String(), "--"); err != nil {
		return err
	}
	info, err := os.Stat(r.workTree)
	if err != nil {
		return err
	}
	err = r.setIndexedTimes(info.ModTime())
	if errors.Is(err, errOtherIndex) {
		return r.setTimes(ctx, info.ModTime())
	}
	return err
}

// setTimes gives all files in the index that time of modification. To see that
// they are unchanged, git reads them all.
func (r *Repo) setTimes(ctx context.Context, t time.Time) error {
	out, err := r.Git(ctx, "ls-files", "-z")
	if err != nil {
		return err
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		if err := setTime(filepath.Join(r.workTree, name), t); err != nil {
			return err
		}
	}
	_, err = r.Git(ctx, "update-index", "-q", "--refresh")
	return err
}

// setTime sets the time of modification of name itself, if it is a link.
func setTime(name string, t time.Time) error {
	ts := unix.NsecToTimespec(t.UnixNano())
	err := unix.UtimesNanoAt(unix.AT_FDCWD, name, []unix.Timespec{ts, ts}, unix.AT_SYMLINK_NOFOLLOW)
	if err != nil {
		return &os.PathError{Op: "set time of", Path: name, Err: err}
	}
	return nil
}
