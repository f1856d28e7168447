package main

import (
	"context"
	"errors"

	"debgit/upload"

	"github.com/spf13/cobra"
)

// Exit statuses. Those below 20 are dgit's.
const (
	statusOK          = 0
	statusOrigMissing = 3
	statusNoPackage   = 4 // and for orig tarballs
	statusAmbiguous   = 5
	statusDiffers     = 6
	statusUsage       = 8
	statusConfig      = 12
	statusExists      = 20
	statusNoSuite     = 21
	statusSignature   = 22
	statusContent     = 23
	statusDisk        = 24
	statusNetwork     = 25
	statusMalformed   = 26
	statusGitServer   = 27
	statusToDo        = 28
	statusRefused     = 29
	statusInterrupted = 130
	statusOther       = 255
)

var exitStatuses = []struct {
	code    int
	meaning string
}{
	{statusOK, "done"},
	{statusOrigMissing, "an orig tarball is on no mirror (only from download-unfetched-origs)"},
	{statusNoPackage, "the source package is not in the suite, or an orig not in the archive"},
	{statusAmbiguous, "several orig tarballs could be meant (download-unfetched-origs)"},
	{statusDiffers, "commits are not those that a .dsc gives, or a .dsc not what they have"},
	{statusUsage, "the command line is wrong"},
	{statusConfig, "the configuration is wrong, or a keyring cannot be read"},
	{statusExists, "the directory, file or branch is already there"},
	{statusNoSuite, "the suite is in no archive that is known here"},
	{statusSignature, "a signature is missing, refused, out of date, or cannot be made"},
	{statusContent, "a file is not the one that was signed for: its size or digest differs"},
	{statusDisk, "the disk is full, or something may not be read or written"},
	{statusNetwork, "an archive or server cannot be reached, or does not answer as it should"},
	{statusMalformed, "a .dsc, index, tarball or patch breaks the rules of its format"},
	{statusGitServer, "the git server was required, and cannot be asked"},
	{statusToDo, "there is something to do before an upload (only from status --exit-code)"},
	{statusRefused, "a check or a server refused a push, or it cannot be carried out now"},
	{statusInterrupted, "interrupted; the same command again continues"},
	{statusOther, "anything else"},
}

// A rule says how an error ends the program. The first rule that matches holds.
type rule struct {
	status int
	match  func(err error) (hint string, ok bool)
}

// on matches errors of one type; hint may be nil.
func on[E error](status int, hint func(e E) string) rule {
	return rule{status, func(err error) (string, bool) {
		var e E
		if !errors.As(err, &e) {
			return "", false
		}
		if hint == nil {
			return "", true
		}
		return hint(e), true
	}}
}

// is matches errors that wrap one of these.
func is(status int, hint string, targets ...error) rule {
	return rule{status, func(err error) (string, bool) {
		for _, target := range targets {
			if errors.Is(err, target) {
				return hint, true
			}
		}
		return "", false
	}}
}

// explain finds the exit status, the text and the hint for an error.
func explain(ctx context.Context, cmd *cobra.Command, err error) (status int, text, hint string) {
	// Whatever broke because of a signal, the signal is the reason.
	if ctx.Err() != nil {
		if e, ok := errors.AsType[*upload.StoppedError](err); ok {
			return statusInterrupted, "interrupted", hintStopped(e)
		}
		return statusInterrupted, "interrupted; run the same command again to continue", ""
	}
	for _, r := range rules(cmd) {
		if hint, ok := r.match(err); ok {
			return r.status, err.Error(), hint
		}
	}
	return statusOther, err.Error(), ""
}
