package main

import (
	"debgit/gitmap"
	"debgit/history"
)

// What was fetched as JSON. The rules of results.go hold.

type fetchJSON struct {
	Package string         `json:"package"`
	Version string         `json:"version"` // in the changelog of the commit
	Commit  string         `json:"commit"`
	Old     string         `json:"old_commit"` // what the ref was before; "" if it is new
	Suite   string         `json:"suite"`
	Ref     string         `json:"ref"`
	Archive string         `json:"archive_version"` // the newest upload that could be had; "" if there is none
	Import  *gitmap.Report `json:"import"`          // null if nothing was imported
	Files   []string       `json:"files"`
	vouchingJSON
	Parts    []fetchJSON       `json:"parts"`                 // of several suites, each that has the package
	Server   map[string]string `json:"server_refs,omitempty"` // with --deliberately-not-fast-forward and the like: objects of the git server by ref
	Uploads  *uploadsJSON      `json:"uploads,omitempty"`     // with --uploads
	Warnings []string          `json:"warnings"`
}

func newFetchJSON(r *history.FetchResult, warnings []string) fetchJSON {
	f := fetchJSON{
		Package:  r.ID.Package,
		Version:  string(r.Version),
		Commit:   r.Commit.String(),
		Suite:    r.Suite,
		Ref:      history.TrackingRef(r.Suite),
		Archive:  string(r.ID.Version),
		Import:   newImportJSON(r.Import),
		Files:    list(r.Files),
		Parts:    []fetchJSON{},
		Uploads:  newUploadsJSON(r.Uploads),
		Warnings: list(warnings),

		vouchingJSON: newVouchingJSON(r.Vouching),
	}
	if !r.Old.IsZero() {
		f.Old = r.Old.String()
	}
	if r.ServerRefs != nil {
		f.Server = map[string]string{}
	}
	for ref, id := range r.ServerRefs {
		f.Server[ref] = id.String()
	}
	for _, part := range r.Parts {
		f.Parts = append(f.Parts, newFetchJSON(part, part.Warnings))
	}
	return f
}
