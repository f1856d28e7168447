package main

import (
	"errors"
	"io/fs"
	"strings"

	"debgit/archive"
	"debgit/upload"
)

// hintSigningKey says how there can be a key to sign with.
func hintSigningKey(e *upload.KeyError) string {
	switch e.Reason {
	case upload.KeyExpired:
		return "prolong it: gpg --quick-set-expire " + e.Found[0].Fingerprint + " 1y; and give it to the keepers of the distro's keyring"
	case upload.KeyAmbiguous:
		return "choose one: -k " + e.Found[0].Fingerprint + "; and for ever: git config --global " + e.ConfigKey + " " + e.Found[0].Fingerprint
	case upload.KeyNotSecret:
		return "insert the card that it is on, then: gpg --card-status; or name another key: -k KEY"
	default:
		return "name another key: -k KEY; and for ever: git config --global " + e.ConfigKey + " KEY; see which there are: gpg --list-secret-keys"
	}
}

func hintSigning(e *upload.SignError) string {
	if e.Cancelled {
		return "nothing was signed; to be asked again, run the same command again"
	}
	return "see whether it signs by itself: echo test | gpg --clearsign --local-user " + e.Key
}

func hintQueue(e *archive.QueueError) string {
	switch missing := errors.Is(e, fs.ErrNotExist); {
	case e.Command == nil && missing:
		return "make the directory first: mkdir -p " + quote(e.Queue)
	case missing:
		return "install it: sudo apt-get install dput; or name another one: --dput=PROGRAM"
	case e.Command == nil, e.Changes == "":
		return ""
	}
	var words []string
	for _, word := range e.Command {
		words = append(words, quote(word))
	}
	return "when the cause is gone, try again: " + strings.Join(words, " ")
}
