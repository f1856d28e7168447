package dsc

import (
	"regexp"
	"strings"
)

// An UploadKind says on whose behalf an upload was made, if not by the maintainers of the
// source package as usual.
type UploadKind string

// The kinds of uploads. Usual is one of the maintainers.
const (
	Usual          UploadKind = ""
	NonMaintainer  UploadKind = "NMU"
	TeamUpload     UploadKind = "team upload"
	QAUpload       UploadKind = "QA upload"
	SecurityUpload UploadKind = "security upload"
	LTSUpload      UploadKind = "LTS upload"
	Backport       UploadKind = "backport"
)

// How a change starts that says of what kind the upload is: the words of
// developers-reference, 5.11 and 5.13, and of debchange(1).
var (
	clogNMU     = regexp.MustCompile(`(?i)^(?:non[- ]maintainer upload|nmu(?:[^\w]*$| (?:by|for|to|from|with) ))`)
	clogTeam    = regexp.MustCompile(`(?i)^team upload\b`)
	clogQA      = regexp.MustCompile(`(?i)^qa upload\b`)
	clogLTSTeam = regexp.MustCompile(`(?i)\bE?LTS(?: Security)? Team\b`)
	clogSecTeam = regexp.MustCompile(`(?i)\bSecurity Team\b`)
)

// nmuVersion matches versions that only NMUs have: developers-reference, 5.11.2.
var nmuVersion = regexp.MustCompile(`-\d+\.\d+$|\+nmu\d+$`)

// Kind tells from the stanza of what kind the upload is. Words count most: "Non-maintainer
// upload", "Team upload" and the like at the start of a change; then for which suite
// the upload is; then a version that only an NMU has.
func (e *ChangelogEntry) Kind() UploadKind {
	for _, line := range e.Changes {
		change, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "* ")
		if !ok {
			continue
		}
		switch change = strings.TrimSpace(change); {
		case clogNMU.MatchString(change) && clogLTSTeam.MatchString(change):
			return LTSUpload
		case clogNMU.MatchString(change) && clogSecTeam.MatchString(change):
			return SecurityUpload
		case clogNMU.MatchString(change):
			return NonMaintainer
		case clogTeam.MatchString(change):
			return TeamUpload
		case clogQA.MatchString(change):
			return QAUpload
		}
	}
	for _, suite := range e.Distributions {
		switch {
		case strings.HasSuffix(suite, "-security"):
			return SecurityUpload
		case strings.HasSuffix(suite, "-lts"):
			return LTSUpload
		case strings.Contains(suite, "-backports"):
			return Backport
		}
	}
	if nmuVersion.MatchString(string(e.Version)) {
		return NonMaintainer
	}
	return Usual
}
