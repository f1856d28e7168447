package main

import (
	"debgit/gitmap"
	"debgit/history"
)

// The difference of two versions as JSON. The rules of results.go hold.

type diffJSON struct {
	Package   string            `json:"package"`
	Old       diffSideJSON      `json:"old"`
	New       diffSideJSON      `json:"new"`
	Between   []string          `json:"between"`       // uploads after old and before new, newest first
	Upstream  *differenceOfJSON `json:"upstream"`      // null if a side has only debian/
	View      string            `json:"upstream_view"` // what upstream compares: files "unpatched", "patched", or "as-is"; "" if null
	Patches   []patchDiffJSON   `json:"patches"`
	Reordered bool              `json:"patches_reordered"`
	Packaging differenceOfJSON  `json:"packaging"`
}

type diffSideJSON struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`    // "" for the work tree
	CommitBy string `json:"commit_by"` // how it is known to be the upload: "tag", "import" or "changelog"; "" if a revision was given
	Patches  string `json:"patches"`   // "none", "applied", "unapplied", "mixed" or "debian-only"
}

type differenceOfJSON struct {
	Added   int              `json:"lines_added"`
	Removed int              `json:"lines_removed"`
	Files   []fileChangeJSON `json:"files"`
	Diff    string           `json:"diff"` // "" unless it was asked for
}

type fileChangeJSON struct {
	Path    string `json:"path"`
	Status  string `json:"status"` // as of git diff --raw: "A", "D", "M" or "T"
	Added   int    `json:"added"`
	Removed int    `json:"removed"`
	Binary  bool   `json:"binary"`
}

type patchDiffJSON struct {
	Name    string `json:"name"`
	OldName string `json:"old_name"` // if it has been renamed
	Change  string `json:"change"`   // "added", "dropped", "changed", "description", "refreshed" or "same"
	Subject string `json:"subject"`
	TakenUp bool   `json:"taken_up"` // the new upstream files have its change
	Missing bool   `json:"missing"`  // the new series names it, but there is no such file
	Diff    string `json:"diff"`     // of a changed one; of an added or dropped one its text, with --full
}

func newDiffJSON(d *history.PackageDiff, opts diffOptions) diffJSON {
	r := diffJSON{
		Package: d.Package, Old: newDiffSideJSON(&d.Old), New: newDiffSideJSON(&d.New), Between: []string{},
		View: string(d.UpstreamView), Patches: []patchDiffJSON{}, Reordered: d.Reordered,
		Packaging: newDifferenceOfJSON(d.Packaging),
	}
	for _, v := range d.Between {
		r.Between = append(r.Between, string(v))
	}
	if d.Upstream != nil {
		upstream := newDifferenceOfJSON(*d.Upstream)
		r.Upstream = &upstream
	}
	for _, p := range d.Patches {
		text := p.Diff
		if opts.stat || !opts.full && (p.Change == history.PatchAdded || p.Change == history.PatchDropped) {
			text = ""
		}
		r.Patches = append(r.Patches, patchDiffJSON{p.Name, p.OldName, string(p.Change), p.Subject, p.TakenUp, p.Missing, text})
	}
	return r
}

func newDiffSideJSON(s *history.DiffSide) diffSideJSON {
	side := diffSideJSON{Version: string(s.Version), Patches: string(s.Patches.State)}
	if !s.IsWorkTree() {
		side.Commit = s.Commit.String()
	}
	if s.Holding != nil {
		side.CommitBy = string(s.Holding.By)
	}
	return side
}

func newDifferenceOfJSON(d history.Difference) differenceOfJSON {
	added, removed := d.Total()
	r := differenceOfJSON{Added: added, Removed: removed, Files: []fileChangeJSON{}, Diff: d.Text}
	for _, f := range d.Files {
		r.Files = append(r.Files, newFileChangeJSON(f))
	}
	return r
}

func newFileChangeJSON(f gitmap.FileChange) fileChangeJSON {
	return fileChangeJSON{f.Path, string(rune(f.Status)), f.Added, f.Removed, f.Binary}
}
