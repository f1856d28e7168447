package main

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// madeFrom says in words what a commit was made from.
func madeFrom(imp *gitmap.Imported) string {
	switch {
	case imp == nil:
		return "from the distro's git server"
	case imp.Tarballs == 0 && imp.Patches == 0:
		return "one commit for the whole source package"
	case imp.Patches == 0:
		return "made from " + count(imp.Tarballs, "tarball as a commit", "tarballs as commits")
	}
	return "made from " + count(imp.Tarballs, "tarball", "tarballs") + " and " + count(imp.Patches, "patch", "patches") + " as commits"
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// mostLosses is how many losses are named one by one.
const mostLosses = 10

// importWarnings are what git could not hold, and what was odd.
func importWarnings(imp *gitmap.Imported) []string {
	if imp == nil {
		return nil
	}
	var warnings []string
	named := 0
	for _, l := range imp.Losses.Listed {
		what := leftOut[l.Kind]
		if what == "" {
			continue
		}
		if named++; named > mostLosses {
			warnings = append(warnings, "git cannot hold more of it; --json lists all")
			break
		}
		if l.Detail != "" {
			what += ", " + l.Detail
		}
		warnings = append(warnings, fmt.Sprintf("git cannot hold %q of %s (%s); it is left out", l.Path, l.File, what))
	}
	if imp.Unpatched != nil {
		warnings = append(warnings, fmt.Sprintf("no patch is applied, as dpkg-source applies none before a build: %v", imp.Unpatched))
	}
	if imp.Fallback != nil {
		warnings = append(warnings, fmt.Sprintf("dgit's second way to import patches was taken: %v", imp.Fallback))
	}
	for _, err := range imp.Own {
		warnings = append(warnings, fmt.Sprintf("dgit makes no such commit of this source package, so the commit's id is debgit's own: %v", err))
	}
	return warnings
}

// signerName is the user id of a key, or the key's fingerprint if it has none.
func signerName(s dsc.Signer) string {
	name := s.UserID
	if name == "" {
		name = s.Fingerprint
	}
	if s.ExpiredSince {
		name += " (the key has expired since)"
	}
	return name
}

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quote returns text as a word of a shell command, and harmless.
func quote(text string) string {
	if shellSafe.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(harmlessLine(text), "'", `'\''`) + "'"
}

// short is a commit id as people quote it.
func short(commit gitmap.CommitID) string { return commit.String()[:12] }

// Results as JSON. Fields are added as need be; those that are there keep their
// name and meaning, or the number of the schema changes.

type uploadJSON struct {
	Package  string   `json:"package"`
	Version  string   `json:"version"`
	Commit   string   `json:"commit"`
	Tree     string   `json:"tree"`
	Warnings []string `json:"warnings"`
}

type signerJSON struct {
	Fingerprint string `json:"fingerprint"`
	UserID      string `json:"user_id"`
	Time        string `json:"time"`
}

type cloneJSON struct {
	uploadJSON
	Suite  string         `json:"suite"`
	Dir    string         `json:"dir"`
	Branch string         `json:"branch"`
	Import *gitmap.Report `json:"import"` // null if the commit is the git server's
	Files  []string       `json:"files"`
	vouchingJSON
	Uploads *uploadsJSON `json:"uploads,omitempty"` // with --uploads
}

type vouchingJSON struct {
	Signers    []signerJSON `json:"signers"`     // of the index of the archive
	Assurance  string       `json:"assurance"`   // "signed index", "digest from a service" or "unsigned list"
	DscSigners []signerJSON `json:"dsc_signers"` // of the .dsc, verified only if there is but an unsigned list
}

func newVouchingJSON(v history.Vouching) vouchingJSON {
	return vouchingJSON{newSignersJSON(v.Signers), v.Assurance.String(), newSignersJSON(v.DscSigners)}
}

type importDscJSON struct {
	uploadJSON
	Ref     string         `json:"ref"`
	Import  *gitmap.Report `json:"import"`  // null if the commit is the one that the .dsc names
	Signers []signerJSON   `json:"signers"` // of the .dsc; empty if its signature was not verified
}

func newCloneJSON(r *history.CloneResult, warnings []string) cloneJSON {
	return cloneJSON{
		uploadJSON: uploadJSON{r.ID.Package, string(r.ID.Version), r.Commit.String(), r.Tree.String(), list(warnings)},
		Suite:      r.Suite,
		Dir:        r.Dir,
		Branch:     r.Branch,
		Import:     newImportJSON(r.Import),
		Files:      list(r.Files),
		Uploads:    newUploadsJSON(r.Uploads),

		vouchingJSON: newVouchingJSON(r.Vouching),
	}
}

func newImportDscJSON(r *history.ImportDscResult, warnings []string) importDscJSON {
	return importDscJSON{
		uploadJSON: uploadJSON{r.ID.Package, string(r.ID.Version), r.Commit.String(), r.Tree.String(), list(warnings)},
		Ref:        r.Ref,
		Import:     newImportJSON(r.Import),
		Signers:    newSignersJSON(r.Signers),
	}
}

func newImportJSON(imp *gitmap.Imported) *gitmap.Report {
	if imp == nil {
		return nil
	}
	r := imp.Report()
	return &r
}

func newSignersJSON(signers []dsc.Signer) []signerJSON {
	all := []signerJSON{}
	for _, s := range signers {
		all = append(all, signerJSON{s.Fingerprint, s.UserID, s.Time.UTC().Format(time.RFC3339)})
	}
	return all
}

// list is l as a JSON array, even if it is empty.
func list(l []string) []string {
	if l == nil {
		return []string{}
	}
	return l
}
