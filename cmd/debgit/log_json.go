package main

import (
	"time"

	"debgit/history"
)

// The uploads of a branch as JSON. The rules of results.go hold.

type logJSON struct {
	Package string          `json:"package"`
	Short   bool            `json:"short"` // not all of the history was looked at
	Uploads []logUploadJSON `json:"uploads"`
}

type logUploadJSON struct {
	Version     string          `json:"version"`
	Date        string          `json:"date"` // RFC 3339; "" if the changelog has none
	By          string          `json:"by"`
	Kind        string          `json:"kind"`         // "" as usual, or such as "NMU"
	Released    bool            `json:"released"`     // false: it is still worked on
	InChangelog bool            `json:"in_changelog"` // of the branch
	For         []string        `json:"for"`          // suites, as the changelog says
	Suites      []string        `json:"suites"`       // codenames of those that hold it, as far as was seen
	Commit      string          `json:"commit"`       // "" if the repository does not have it
	CommitBy    string          `json:"commit_by"`    // how that is known: "tag", "import" or "changelog"
	Tag         string          `json:"tag"`
	Closes      []int           `json:"closes"`
	Launchpad   []int           `json:"launchpad"`
	CVEs        []string        `json:"cves"`
	Changes     []string        `json:"changes"` // lines
	Patches     *patchNamesJSON `json:"patches"` // null if there is nothing to compare with
}

type patchNamesJSON struct {
	Since   string   `json:"since"` // the version
	Total   int      `json:"total"` // patches of the upload
	Added   []string `json:"added"`
	Dropped []string `json:"dropped"`
	Changed []string `json:"changed"`
}

func newLogJSON(log *history.Log) logJSON {
	r := logJSON{Package: log.Package, Short: log.Short, Uploads: []logUploadJSON{}}
	for _, e := range log.Entries {
		r.Uploads = append(r.Uploads, newLogUploadJSON(e))
	}
	return r
}

func newLogUploadJSON(e *history.LogEntry) logUploadJSON {
	u := logUploadJSON{
		Version:     string(e.Version),
		By:          e.Maintainer,
		Kind:        string(e.Kind()),
		Released:    e.IsReleased(),
		InChangelog: !e.Unmentioned,
		For:         list(e.Distributions),
		Suites:      list(e.Suites),
		Closes:      append([]int{}, e.Closes()...),
		Launchpad:   append([]int{}, e.Launchpad()...),
		CVEs:        list(e.CVEs()),
		Changes:     list(e.Changes),
	}
	if seconds, zone, err := e.Time(); err == nil {
		u.Date = identityTime(seconds, zone).Format(time.RFC3339)
	}
	if h := e.Holding; h != nil {
		u.Commit, u.CommitBy, u.Tag = h.Commit.String(), string(h.By), h.Tag
	}
	if p := e.Patches; p != nil {
		u.Patches = &patchNamesJSON{string(e.Before), p.Total, list(p.Added), list(p.Dropped), list(p.Changed)}
	}
	return u
}
