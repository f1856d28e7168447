package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// An outputFile is a file that an option names, which gets its name when it is complete; or standard
// output.
type outputFile struct {
	path string   // "-" for standard output
	file *os.File // nil for standard output
	tmp  string   // the name of file until it is complete; "" if it has its own
}

// newOutputFile makes sure that a file can be written at path, before there is anything to
// write. What is there and is no regular file, such as a pipe, is written to as it is.
func newOutputFile(path string) (*outputFile, error) {
	o := &outputFile{path: path}
	if path == "-" {
		return o, nil
	}
	var err error
	if info, serr := os.Stat(path); serr == nil && !info.Mode().IsRegular() {
		o.file, err = os.OpenFile(path, os.O_WRONLY, 0)
		return o, err
	}
	o.tmp = filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.debgit-%d", filepath.Base(path), os.Getpid()))
	o.file, err = os.OpenFile(o.tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return o, o.named(err)
}

// named returns err with the name that the file is to have, in place of the one that it has.
func (o *outputFile) named(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) && e.Path == o.tmp {
		return &fs.PathError{Op: e.Op, Path: o.path, Err: e.Err}
	}
	return err
}

// write writes data, complete or not at all.
func (o *outputFile) write(env *environment, data []byte) error {
	if o.file == nil {
		env.result(string(data))
		return nil
	}
	if _, err := o.file.Write(data); err != nil {
		return o.named(err)
	}
	if err := o.file.Close(); err != nil {
		return o.named(err)
	}
	if o.tmp == "" {
		return nil
	}
	return os.Rename(o.tmp, o.path)
}

// close removes what was made if nothing was written.
func (o *outputFile) close() {
	if o.file != nil {
		o.file.Close()
	}
	if o.tmp != "" {
		os.Remove(o.tmp)
	}
}
