package upload

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// writeDurably gives a file this content. It is there, whole, when that is done, also after a
// power cut; before, what was there is.
func writeDurably(path string, content []byte, mode fs.FileMode) error {
	return placeDurably(path, bytes.NewReader(content), mode)
}

// copyDurably is writeDurably for the content and the mode of another file.
func copyDurably(from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	info, err := src.Stat()
	if err != nil {
		return err
	}
	return placeDurably(to, src, info.Mode().Perm())
}

// temporary ends the name of a file that is being written.
const temporary = ".debgit-tmp"

func placeDurably(path string, content io.Reader, mode fs.FileMode) error {
	// What has that name was left by a process that was killed, or is a link that somebody else has made.
	if err := ignoreMissing(os.Remove(path + temporary)); err != nil {
		return err
	}
	tmp, err := os.OpenFile(path+temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // nothing, once it has its name
	_, err = io.Copy(tmp, content)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: bareError(err)}
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

// bareError is the cause of an error that names a temporary file.
func bareError(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}

// sameFile makes the file from, which may be a symbolic link, available as to: itself if it can be linked, else one
// like it.
func sameFile(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return err
	}
	if target, err := os.Readlink(from); err == nil {
		return os.Symlink(target, to)
	}
	if err := copyDurably(from, to); err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

// putBack gives a file that was kept by sameFile its name back, whatever has that by now.
func putBack(kept, path string) error {
	if err := ignoreMissing(os.Remove(path + temporary)); err != nil {
		return err
	}
	if err := sameFile(kept, path+temporary); err != nil {
		return err
	}
	if err := os.Rename(path+temporary, path); err != nil {
		return err
	}
	// Of two names of the same file rename(2) leaves both.
	if err := ignoreMissing(os.Remove(path + temporary)); err != nil {
		return err
	}
	return syncFile(filepath.Dir(path))
}

// sameEntry is sameContent, but a symbolic link is the same only as another one with its target.
func sameEntry(a, b string) (bool, error) {
	target, err := os.Readlink(a)
	other, otherErr := os.Readlink(b)
	if err == nil || otherErr == nil {
		return err == nil && otherErr == nil && target == other, nil
	}
	return sameContent(a, b)
}

// syncFile gets a file, or a directory, onto the disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// sameContent says whether two files have the same content. One that is not there has none.
func sameContent(a, b string) (bool, error) {
	x, err := os.Open(a)
	if err != nil {
		return false, ignoreMissing(err)
	}
	defer x.Close()
	y, err := os.Open(b)
	if err != nil {
		return false, ignoreMissing(err)
	}
	defer y.Close()
	bufX, bufY := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, errX := io.ReadFull(x, bufX)
		m, errY := io.ReadFull(y, bufY)
		if !bytes.Equal(bufX[:n], bufY[:m]) {
			return false, nil
		}
		for _, err := range []error{errX, errY} {
			if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
				return false, err
			}
		}
		if errX != nil || errY != nil { // both are at their ends
			return true, nil
		}
	}
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
