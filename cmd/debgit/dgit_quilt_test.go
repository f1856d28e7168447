package main

import (
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/upload"
)

func TestDgitUnrepresentable(t *testing.T) {
	for _, tt := range []struct {
		change upload.Unrepresentable
		want   string
	}{
		{upload.Unrepresentable{Path: "f", Link: true, New: true}, "cannot represent change: creation of symlink (see below): f"},
		{upload.Unrepresentable{Path: "f", Link: true, Removed: true}, "cannot represent change: deletion of symlink (see below): f"},
		{upload.Unrepresentable{Path: "f", Link: true}, "cannot represent change: modified symlink (see below): f"},
		{upload.Unrepresentable{Path: "f", Submodule: true, New: true}, "cannot represent change: change to file (see below): f"},
	} {
		if got := dgitUnrepresentable(&upload.UnrepresentableError{Changes: []upload.Unrepresentable{tt.change}}); got != tt.want {
			t.Errorf("dgitUnrepresentable(%+v) = %q, want %q", tt.change, got, tt.want)
		}
	}
}

func TestDgitLinear(t *testing.T) {
	for unapplied, want := range map[bool]string{true: "a patches-unapplied branch", false: "a patches-applied branch"} {
		err := error(&upload.LinearError{Unapplied: unapplied})
		got, _ := dgitLinear(&dsc.PackageError{ID: dsc.ID{Package: "bell", Version: "1"}, Err: err})
		if got != "quilt fixup cannot be linear. This might be "+want+"; HEAD specifies a different tree to bell's tarballs and patches" {
			t.Errorf("dgitLinear, unapplied %t: %q, want that it might be %s", unapplied, got, want)
		}
	}
}

func TestDgitReasonsAndRetry(t *testing.T) {
	refused := &upload.RefusedError{ID: dsc.ID{Package: "bell", Version: "1"}, Checks: []upload.Check{
		{Code: "tainted", Text: "x", Said: "rejected\x1b"}, {Code: "dirty", Text: "y"},
	}}
	const retry = "You can retry the push, after fixing the problem, if you like."
	for _, tt := range []struct {
		err           error
		hint          string
		reasons, want string
	}{
		{refused, "", "Reason: rejected\\x1b\n", retry},
		{refused, "do it", "Reason: rejected\\x1b\n", "do it\n" + retry},
		{&upload.StoppedError{}, "do it", "", "do it"}, // it has begun
		{&upload.StoppedError{Err: &gitmap.PushRefusedError{Reason: "a\nb\nx no", Remote: "a\nb\n"}}, "", "remote: a\nremote: b\n", ""},
	} {
		var b strings.Builder
		dgitReasons(&b, tt.err)
		if got := dgitRetry(tt.err, tt.hint); got != tt.want || b.String() != tt.reasons {
			t.Errorf("for a %T with the hint %q: reasons %q, hint %q, want %q, %q", tt.err, tt.hint, b.String(), got, tt.reasons, tt.want)
		}
	}
}
