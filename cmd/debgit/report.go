package main

import (
	"fmt"
	"os"
	"path/filepath"

	"debgit/gitmap"
	"debgit/history"
)

// A reportFile is where an import reports to: a file that gets its name when it is
// complete, or standard output.
type reportFile struct {
	path string   // "-" for standard output
	file *os.File // nil for standard output
	tmp  string   // the name of file until it is complete; "" if it has its own
}

// newReportFile makes sure that a report can be written to path, before there is any.
// What is there and is no regular file, such as a pipe, is written to as it is.
func newReportFile(path string) (*reportFile, error) {
	r := &reportFile{path: path}
	if path == "-" {
		return r, nil
	}
	var err error
	if info, serr := os.Stat(path); serr == nil && !info.Mode().IsRegular() {
		r.file, err = os.OpenFile(path, os.O_WRONLY, 0)
		return r, err
	}
	r.tmp = filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.debgit-%d", filepath.Base(path), os.Getpid()))
	r.file, err = os.OpenFile(r.tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return r, err
}

// write writes the report of imp, complete or not at all.
func (r *reportFile) write(env *environment, imp *gitmap.Imported) error {
	data, err := history.EncodeReport(imp.Report())
	if err != nil {
		return err
	}
	if r.file == nil {
		env.result(string(data))
		return nil
	}
	if _, err := r.file.Write(data); err != nil {
		return err
	}
	if err := r.file.Close(); err != nil {
		return err
	}
	if r.tmp == "" {
		return nil
	}
	return os.Rename(r.tmp, r.path)
}

// close removes what was made for a report that was not written.
func (r *reportFile) close() {
	if r.file != nil {
		r.file.Close()
	}
	if r.tmp != "" {
		os.Remove(r.tmp)
	}
}
