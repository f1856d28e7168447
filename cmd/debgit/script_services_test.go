package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"time"

	"debgit/archive/archivetest"

	"github.com/rogpeppe/go-internal/testscript"
)

// Commands of scripts that serve what tells of archives.

// services DIR
//
// serves what tells of the archive in DIR that mkarchive made: the API of Debian's
// ftpmasters at $API, and what rmadison asks at $MADISON. The same is in files, as dgit's
// tests have it: DIR/api and DIR/dummycat.
func services(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(args[0])
	a := ts.Value(archivesKey{}).(map[string]*archivetest.Archive)[dir]
	if a == nil {
		ts.Fatalf("%s is no archive that mkarchive made", args[0])
	}
	for name, handler := range map[string]http.Handler{"API": a.API(), "MADISON": a.Madison()} {
		s := httptest.NewServer(handler)
		ts.Defer(s.Close)
		ts.Setenv(name, s.URL)
	}
	ts.Check(a.WriteAPI(filepath.Join(dir, "api")))
	ts.Check(a.WriteDummycat(filepath.Join(dir, "dummycat")))
}

// snapshot PACKAGE...
//
// serves a snapshot service at $SNAPSHOT that has the packages, each first seen a day
// after the one before, from 2020-01-01 on.
func snapshot(ts *testscript.TestScript, neg bool, args []string) {
	keep := archivetest.NewSnapshot()
	for i, name := range args {
		path, err := sourcePackage(ts, name).Write(filepath.Join(ts.Getenv("WORK"), ".incoming", name))
		ts.Check(err)
		ts.Check(keep.Add(archivetest.Upload{Dsc: path}, time.Date(2020, 1, 1+i, 12, 0, 0, 0, time.UTC)))
	}
	s := httptest.NewServer(keep)
	ts.Defer(s.Close)
	ts.Setenv("SNAPSHOT", s.URL)
}
