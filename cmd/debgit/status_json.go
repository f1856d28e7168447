package main

import (
	"time"

	"debgit/history"
	"debgit/upload"
)

// The state of a work tree as JSON. The rules of results.go hold.

type statusJSON struct {
	Package       string            `json:"package"`
	Version       string            `json:"version"`         // of debian/changelog
	Branch        string            `json:"branch"`          // "" if HEAD is detached
	Commit        string            `json:"commit"`          // "" before the first one
	Uploaded      bool              `json:"uploaded"`        // the work tree is what the first suite holds
	SomethingToDo bool              `json:"something_to_do"` // what --exit-code tells
	Suites        []suiteStatusJSON `json:"suites"`
	Changed       []string          `json:"changed"`
	Untracked     []string          `json:"untracked"`
	Conflicts     []string          `json:"conflicts"`
	Format        string            `json:"format"`
	Patches       patchStateJSON    `json:"patches"`
	Layout        layoutJSON        `json:"layout"` // of the branch, as far as its own files tell
	Origs         *origsJSON        `json:"origs"`  // null if the format has none
	Push          []complaintJSON   `json:"push"`   // what a push would complain about
}

type suiteStatusJSON struct {
	Suite       string       `json:"suite"`
	Archive     string       `json:"archive"`    // that was asked; "" if none was
	NotAsked    string       `json:"not_asked"`  // why none was, although one should have been
	Version     string       `json:"version"`    // that the suite holds; "" if none, or if it is not known
	Tracked     string       `json:"tracked"`    // that the tracking branch has
	Named       bool         `json:"named"`      // debian/changelog names version
	InHistory   bool         `json:"in_history"` // the branch builds on a commit of it
	Same        bool         `json:"same_files"`
	Since       int          `json:"commits_since"`
	Lacks       []lackedJSON `json:"lacks"`
	NotUploaded []string     `json:"not_uploaded"` // versions of debian/changelog that the suite does not have
}

type lackedJSON struct {
	Version string   `json:"version"`
	Date    string   `json:"date"` // RFC 3339; this and the others are empty if it is not known
	By      string   `json:"by"`
	Kind    string   `json:"kind"`
	Closes  []int    `json:"closes"`
	CVEs    []string `json:"cves"`
}

type patchStateJSON struct {
	State string   `json:"state"` // "none", "applied", "unapplied", "mixed" or "debian-only"
	Names []string `json:"names"`
	Why   string   `json:"why"` // why the state is not wholly that
}

type layoutJSON struct {
	Layout    string   `json:"layout"`     // "native", "diff", "applied", "unapplied", "debian-only", "dpm" or "debrebase"; "" if they do not tell
	QuiltMode string   `json:"quilt_mode"` // in which a push makes the archive view, unless another is configured; "" for none
	Others    []string `json:"others"`     // in which it could be made, too
	Why       string   `json:"why"`
}

func newLayoutJSON(l *upload.DetectedLayout) layoutJSON {
	j := layoutJSON{string(l.Layout), string(l.Mode), []string{}, l.Why}
	for _, mode := range l.Others {
		j.Others = append(j.Others, string(mode))
	}
	return j
}

type origsJSON struct {
	Dir    string         `json:"dir"`
	Listed string         `json:"listed_by"`
	Files  []origFileJSON `json:"files"`
}

type origFileJSON struct {
	Name  string `json:"name"`
	Dir   string `json:"dir"`   // that has it, or should
	State string `json:"state"` // "same", "other", "missing" or "unlisted"
}

type complaintJSON struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Option string `json:"option"`
	Remedy string `json:"remedy"`
}

func newStatusJSON(s *history.Status, layout *upload.DetectedLayout) statusJSON {
	r := statusJSON{
		Package: s.Package, Version: string(s.Version()), Branch: s.Branch,
		Uploaded: s.IsUploaded(), SomethingToDo: s.NeedsWork(), Suites: []suiteStatusJSON{},
		Changed: list(s.Work.Changed), Untracked: list(s.Work.Untracked), Conflicts: list(s.Work.Conflicts),
		Format: s.Format, Patches: patchStateJSON{State: string(s.Patches.State), Names: list(s.Patches.Names)}, Layout: newLayoutJSON(layout),
		Push: []complaintJSON{},
	}
	if !s.Head.IsZero() {
		r.Commit = s.Head.String()
	}
	if s.Patches.Why != nil {
		r.Patches.Why = s.Patches.Why.Error()
	}
	for _, suite := range s.Suites {
		r.Suites = append(r.Suites, newSuiteStatusJSON(suite))
	}
	if o := s.Origs; o != nil {
		r.Origs = &origsJSON{Dir: o.Dirs[0], Listed: o.Listed, Files: []origFileJSON{}}
		for _, f := range o.Files {
			r.Origs.Files = append(r.Origs.Files, origFileJSON{f.Name, f.Dir, string(f.State)})
		}
	}
	for _, c := range s.Complain {
		r.Push = append(r.Push, complaintJSON(c))
	}
	return r
}

func newSuiteStatusJSON(s *history.SuiteStatus) suiteStatusJSON {
	r := suiteStatusJSON{
		Suite: s.Suite, Archive: s.Where, Version: string(s.Version), Tracked: string(s.Tracked),
		Named: s.Named, InHistory: s.InHistory, Same: s.Same, Since: s.Since, Lacks: []lackedJSON{}, NotUploaded: []string{},
	}
	if s.NotAsked != nil {
		r.NotAsked = s.NotAsked.Error()
	}
	for _, l := range s.Lacks {
		lacked := lackedJSON{Version: string(l.Version), Closes: []int{}, CVEs: []string{}}
		if e := l.Entry; e != nil {
			lacked.By, lacked.Kind = e.Maintainer, string(e.Kind())
			lacked.Closes, lacked.CVEs = append([]int{}, e.Closes()...), list(e.CVEs())
			if seconds, zone, err := e.Time(); err == nil {
				lacked.Date = identityTime(seconds, zone).Format(time.RFC3339)
			}
		}
		r.Lacks = append(r.Lacks, lacked)
	}
	for _, e := range s.NotUploaded {
		r.NotUploaded = append(r.NotUploaded, string(e.Version))
	}
	return r
}
