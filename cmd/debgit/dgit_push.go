package main

import (
	"errors"
	"fmt"
	"io"

	"debgit/gitmap"
	"debgit/upload"
)

// dgitRefusals are what scripts look for in dgit's message about a push that is refused, by the code
// of the check.
var dgitRefusals = map[string]string{
	"unreleased":           "cannot operate on UNRELEASED suite",
	"suite":                "changelog specifies another suite than the command line specifies",
	"package":              "-p specified package is not what changelog says",
	"expected":             "changelog field is not expected",
	"new":                  "package appears to be new in this suite; if this is intentional, use --new",
	"version":              "You seem to be trying to push an old version.",
	"tag":                  "Tag already exists",
	"dirty":                "working tree is dirty (does not match HEAD)",
	"history":              "Not fast forward; maybe --trust-changelog is needed ? HEAD is not a descendant of the archive's version",
	"lacks":                "Not fast forward; HEAD is not a descendant of the archive's version",
	"overwrite":            "Apparently-unintentional overwrite. Perhaps debian/changelog does not mention it",
	"overwrite-unreleased": "Distribution field of the version that is overwritten is UNRELEASED",
	"overwritten":          "--overwrite= version not equal to existing version",
	"tainted":              "pushing tainted objects",
	"changes":              "user-specified changes file is not source-only",
	"mismatch":             "hash or size varies",
	"dep14-tag":            "existing DEP-14 tag is unsuitable",
	"origs":                "archive contains an orig with different checksum",
}

// dgitRefusal is the phrase for the first check that refuses a push and has one.
func dgitRefusal(e *upload.RefusedError) string {
	for _, c := range e.Checks {
		if c.Code == "source-only" {
			return dgitSourceOnly(c)
		}
		if phrase, ok := dgitRefusals[c.Code]; ok {
			if c.Split {
				phrase += "; that is, the maintainer view tag is not there, or not fast forward"
			}
			return phrase
		}
	}
	return ""
}

// dgitSourceOnly is the phrase for an upload with, or without, binary packages that the distro does not want so.
func dgitSourceOnly(c upload.Check) string {
	switch {
	case c.Option == "--force-uploading-binaries":
		return "uploading binaries, but the distro is source only"
	case c.Remedy != "":
		return "source-only upload, but the package is entirely NEW"
	}
	return "source-only upload, but the distro requires .debs"
}

// dgitStopped is the phrase for a push that stopped at a step.
func dgitStopped(e *upload.StoppedError) string {
	switch e.Step.Step {
	case upload.StepCreate, upload.StepPush:
		return "Push failed, while updating the remote git repository"
	case upload.StepQueue:
		return "Push failed, while uploading package(s) to the archive server"
	}
	return ""
}

// dgitReasons prints, a line each, why the git server does not want a push, or what it said when it
// refused one: scripts look for that at the start of lines.
func dgitReasons(w io.Writer, err error) {
	for _, c := range refusals(err) {
		if c.Said != "" {
			fmt.Fprintf(w, "Reason: %s\n", harmlessLine(c.Said))
		}
	}
	if e, ok := errors.AsType[*gitmap.PushRefusedError](err); ok {
		io.WriteString(w, remoteLines(e.Remote))
	}
}

// dgitRetry is the hint about a push that a check refused, so that nothing has happened yet.
func dgitRetry(err error, hint string) string {
	const retry = "You can retry the push, after fixing the problem, if you like."
	switch {
	case !errors.As(err, new(*upload.RefusedError)):
		return hint
	case hint == "":
		return retry
	}
	return hint + "\n" + retry
}
