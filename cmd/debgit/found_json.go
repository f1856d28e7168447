package main

import (
	"time"

	"debgit/gitmap"
	"debgit/history"
)

// An import in a repository as JSON. The rules of results.go hold.

type foundJSON struct {
	Commit string            `json:"commit"`
	Part   string            `json:"part"`      // the commit of the import that this is, or the nearest one before it
	Kind   string            `json:"part_kind"` // of Part: "tarball", "main" or "patch"
	IsPart bool              `json:"is_part"`
	Import *foundImportJSON  `json:"import"` // null if only a tarball commit of it is here
	Others []foundImportJSON `json:"others"` // further imports with the same commit
}

type foundImportJSON struct {
	Package  string           `json:"package"`
	Version  string           `json:"version"`
	Commit   string           `json:"commit"` // the last one
	Main     string           `json:"main_commit"`
	Importer bool             `json:"committer_is_importer"` // false for what dgit 13 and older made
	Commits  []partCommitJSON `json:"commits"`
	Report   *gitmap.Report   `json:"report"` // null if there is no record
}

type partCommitJSON struct {
	Commit     string `json:"commit"`
	Kind       string `json:"kind"`
	Name       string `json:"name"` // of the tarball or patch; "" for the main commit
	Author     string `json:"author"`
	AuthorDate string `json:"author_date"`
}

func newFoundJSON(f *history.Found) foundJSON {
	part := newPartCommitJSON(f.Part)
	found := foundJSON{
		Commit: f.Commit.ID.String(),
		Part:   part.Commit,
		Kind:   part.Kind,
		IsPart: f.IsPart(),
		Others: []foundImportJSON{},
	}
	if f.Import != nil {
		i := newFoundImportJSON(f.Import)
		found.Import = &i
	}
	for _, other := range f.Others {
		found.Others = append(found.Others, newFoundImportJSON(other))
	}
	return found
}

func newFoundImportJSON(i *history.Import) foundImportJSON {
	id := i.ID()
	found := foundImportJSON{
		Package:  id.Package,
		Version:  string(id.Version),
		Commit:   i.Tip().ID.String(),
		Main:     i.Main.ID.String(),
		Importer: gitmap.IsImporter(i.Main.Committer),
		Commits:  newPartCommitsJSON(i.Chain),
	}
	if i.Record != nil {
		found.Report = &i.Record.Report
	}
	return found
}

// newPartCommitsJSON lists the commits of an import, from the tarballs up.
func newPartCommitsJSON(chain *gitmap.Chain) []partCommitJSON {
	var all []partCommitJSON
	for _, c := range chain.Tarballs {
		all = append(all, newPartCommitJSON(c))
	}
	all = append(all, newPartCommitJSON(chain.Main))
	for _, c := range chain.Patches {
		all = append(all, newPartCommitJSON(c))
	}
	return all
}

func newPartCommitJSON(c *gitmap.Commit) partCommitJSON {
	person, seconds, zone := gitmap.SplitIdentity(c.Author)
	part := partCommitJSON{Commit: c.ID.String(), Kind: "tarball", Author: person}
	if zone != "" {
		part.AuthorDate = identityTime(seconds, zone).Format(time.RFC3339)
	}
	m, marked := c.Marker()
	patch, isPatch := c.Patch()
	switch {
	case isPatch:
		part.Kind, part.Name = "patch", patch
	case marked && m.IsMain():
		part.Kind = "main"
	default:
		part.Name = m.File
	}
	return part
}

type verifyJSON struct {
	Package     string           `json:"package"`
	Version     string           `json:"version"`
	Commit      string           `json:"commit"` // the last one of the import
	IsPart      bool             `json:"is_part"`
	Verified    bool             `json:"verified"`
	Generation  string           `json:"generation"` // which dgit made it; "" if it is not verified
	Tree        string           `json:"tree"`       // that the .dsc gives
	Want        string           `json:"want_commit"`
	Commits     []partCommitJSON `json:"commits"`
	Dsc         string           `json:"dsc_sha256"`
	DscFrom     string           `json:"dsc_from"`
	FilesFrom   string           `json:"files_from"`
	Signers     []signerJSON     `json:"signers"`   // of the .dsc
	Signature   string           `json:"signature"` // why there are none
	Differences []differenceJSON `json:"differences"`
}

type differenceJSON struct {
	Part   string                `json:"part"`
	Got    string                `json:"got"`  // "" if it is missing
	Want   string                `json:"want"` // "" if there should be none
	Fields []fieldDifferenceJSON `json:"fields"`
}

type fieldDifferenceJSON struct {
	Field string               `json:"field"`
	Got   string               `json:"got"`
	Want  string               `json:"want"`
	Paths []pathDifferenceJSON `json:"paths,omitempty"`
}

type pathDifferenceJSON struct {
	Path string `json:"path"`
	Got  string `json:"got"`  // "MODE TYPE OBJECT", or "" if it is missing
	Want string `json:"want"` // likewise
}

func newVerifyJSON(v *history.Verification) verifyJSON {
	r := verifyJSON{
		Package:     v.ID.Package,
		Version:     string(v.ID.Version),
		Commit:      v.Import.Tip().ID.String(),
		IsPart:      v.IsPart(),
		Verified:    v.Err() == nil,
		Generation:  string(v.Generation),
		Tree:        v.Want.Tree.String(),
		Want:        v.Want.Commit.String(),
		Commits:     newPartCommitsJSON(v.Import.Chain),
		Dsc:         v.DscDigest.Hex,
		DscFrom:     v.DscFrom,
		FilesFrom:   v.FilesFrom,
		Signers:     newSignersJSON(v.Signers),
		Differences: []differenceJSON{},
	}
	if v.Signature != nil {
		r.Signature = v.Signature.Error()
	}
	for _, d := range v.Differences {
		r.Differences = append(r.Differences, newDifferenceJSON(d))
	}
	return r
}

func newDifferenceJSON(d gitmap.Difference) differenceJSON {
	r := differenceJSON{Part: d.Part, Fields: []fieldDifferenceJSON{}}
	if !d.Got.IsZero() {
		r.Got = d.Got.String()
	}
	if !d.Want.IsZero() {
		r.Want = d.Want.String()
	}
	for _, f := range d.Fields {
		field := fieldDifferenceJSON{Field: f.Field, Got: f.Got, Want: f.Want}
		for _, p := range f.Paths {
			field.Paths = append(field.Paths, pathDifferenceJSON(p))
		}
		r.Fields = append(r.Fields, field)
	}
	return r
}
