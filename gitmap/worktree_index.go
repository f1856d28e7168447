package gitmap

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// errOtherIndex says that an index has something that we do not know how to keep in step.
var errOtherIndex = errors.New("an index of another kind")

// gitIndex is the content of an index file, gitformat-index(5), of version 2 or 3.
type gitIndex struct {
	data    []byte
	entries []indexEntry
}

// indexEntry is a file of the work tree: its name, and where in the index is what git
// knows of its state.
type indexEntry struct {
	name string
	stat int
}

const (
	indexHeader       = 12
	indexStat         = 40      // two times of two numbers each, then six more numbers
	indexExtended     = 1 << 14 // in the flags: there are more flags
	indexSkipWorktree = 1 << 14 // in those: the file is not checked out
	indexExtension    = 8       // signature and size
)

// parseIndex reads an index. It is errOtherIndex if that has extensions other than those
// which are the same after the times of files have changed.
func parseIndex(data []byte) (*gitIndex, error) {
	x := &gitIndex{data: data}
	end := len(data) - sha1.Size
	if end < indexHeader || string(data[:4]) != "DIRC" {
		return nil, errOtherIndex
	}
	if version := binary.BigEndian.Uint32(data[4:]); version != 2 && version != 3 {
		return nil, errOtherIndex
	}
	at := indexHeader
	for range binary.BigEndian.Uint32(data[8:]) {
		name := at + indexStat + sha1.Size + 2
		if name > end {
			return nil, errOtherIndex
		}
		absent := false
		if binary.BigEndian.Uint16(data[name-2:])&indexExtended != 0 {
			absent = binary.BigEndian.Uint16(data[name:])&indexSkipWorktree != 0
			name += 2
		}
		length := bytes.IndexByte(data[name:end], 0)
		if length < 0 {
			return nil, errOtherIndex
		}
		if !absent {
			x.entries = append(x.entries, indexEntry{string(data[name : name+length]), at})
		}
		at += (name + length - at + 8) &^ 7 // one to eight zeros
	}
	for at < end {
		if at+indexExtension > end {
			return nil, errOtherIndex
		}
		switch string(data[at : at+4]) {
		case "TREE", "EOIE", "IEOT":
		default:
			return nil, errOtherIndex
		}
		at += indexExtension + int(binary.BigEndian.Uint32(data[at+4:]))
	}
	if at != end {
		return nil, errOtherIndex
	}
	return x, nil
}

// setIndexedTimes is setTimes without any file being read. It is errOtherIndex if the
// index is of a kind that we cannot change, and matches [fs.ErrExist] if another program
// has locked it.
func (r *Repo) setIndexedTimes(t time.Time) (err error) {
	name := filepath.Join(r.gitDir, "index")
	lock, err := os.OpenFile(name+".lock", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666) // as git does
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // else the name is free, and may be another program's by now
			lock.Close()
			os.Remove(lock.Name())
		}
	}()
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	x, err := parseIndex(data)
	if err != nil {
		return err
	}
	for _, e := range x.entries {
		if err := x.setTime(e, filepath.Join(r.workTree, e.name), t); err != nil {
			return err
		}
	}
	_, err = lock.Write(x.encode())
	if err := errors.Join(err, lock.Close()); err != nil {
		return err
	}
	return os.Rename(lock.Name(), name)
}

// setTime gives the file of an entry that time, and notes in the index what the
// times of the file are now.
func (x *gitIndex) setTime(e indexEntry, file string, t time.Time) error {
	if err := setTime(file, t); err != nil {
		return err
	}
	var now unix.Stat_t
	if err := unix.Lstat(file, &now); err != nil {
		return &os.PathError{Op: "lstat", Path: file, Err: err}
	}
	for i, n := range []int64{now.Ctim.Sec, now.Ctim.Nsec, now.Mtim.Sec, now.Mtim.Nsec} {
		binary.BigEndian.PutUint32(x.data[e.stat+4*i:], uint32(n))
	}
	return nil
}

// encode returns the content of the index file. A checksum of zeros, which git
// writes if it is told not to compute one, stays.
func (x *gitIndex) encode() []byte {
	end := len(x.data) - sha1.Size
	if !bytes.Equal(x.data[end:], make([]byte, sha1.Size)) {
		sum := sha1.Sum(x.data[:end])
		copy(x.data[end:], sum[:])
	}
	return x.data
}
