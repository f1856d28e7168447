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
