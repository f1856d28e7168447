package gitmap

import (
	"os"

	"golang.org/x/sys/unix"
)

// An eagerFile is a file that goes to the disk while it is written: what is written is
// handed to the disk every eagerBytes, without waiting for it. Otherwise all of a large pack
// would wait in memory for the sync at its end, and we for that: seconds, if the disk is slow.
type eagerFile struct {
	file   *os.File
	offset int64 // up to which it is written
	begun  int64 // up to which that is on its way to the disk
}

const eagerBytes = 8 << 20

func (f *eagerFile) Write(b []byte) (int, error) {
	n, err := f.file.Write(b)
	f.offset += int64(n)
	if f.offset-f.begun >= eagerBytes {
		// Only a hint: the sync at the end makes sure, and has the errors.
		_ = unix.SyncFileRange(int(f.file.Fd()), f.begun, f.offset-f.begun, unix.SYNC_FILE_RANGE_WRITE)
		f.begun = f.offset
	}
	return n, err
}
