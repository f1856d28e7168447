package main

import "debgit/upload"

// dgitRefusals are what scripts look for in dgit's message about a push that is refused, by the code
// of the check.
var dgitRefusals = map[string]string{
	"unreleased":  "cannot operate on UNRELEASED suite",
	"suite":       "changelog specifies another suite than the command line specifies",
	"package":     "-p specified package is not what changelog says",
	"expected":    "changelog field is not expected",
	"new":         "package appears to be new in this suite; if this is intentional, use --new",
	"version":     "You seem to be trying to push an old version.",
	"tag":         "Tag already exists",
	"dirty":       "working tree is dirty (does not match HEAD)",
	"history":     "Not fast forward; maybe --trust-changelog is needed ? HEAD is not a descendant of the archive's version",
	"lacks":       "Not fast forward; HEAD is not a descendant of the archive's version",
	"overwrite":   "Apparently-unintentional overwrite",
	"overwritten": "--overwrite= version not equal to existing version",
	"tainted":     "pushing tainted objects",
	"changes":     "user-specified changes file is not source-only",
	"dep14-tag":   "existing DEP-14 tag is unsuitable",
}

// dgitRefusal is the phrase for the first check that refuses a push and has one.
func dgitRefusal(e *upload.RefusedError) string {
	for _, c := range e.Checks {
		if phrase, ok := dgitRefusals[c.Code]; ok {
			return phrase
		}
	}
	return ""
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
