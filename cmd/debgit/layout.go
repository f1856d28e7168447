package main

import (
	"context"
	"errors"
	"fmt"

	"debgit/gitmap"
	"debgit/upload"
)

// layoutWords name the layouts of a branch.
var layoutWords = map[upload.Layout]string{
	upload.LayoutNative:    "native",
	upload.LayoutDiff:      "as the .diff.gz makes it",
	upload.LayoutApplied:   "as dpkg-source unpacks it",
	upload.LayoutUnapplied: "as git-buildpackage keeps it",
	upload.LayoutBare:      "debian/ alone",
	upload.LayoutDPM:       "as git-dpm keeps it",
	upload.LayoutDebrebase: "as git-debrebase keeps it",
}

// layoutText tells the layout of a branch in a line.
func layoutText(l *upload.DetectedLayout) string {
	words, ok := layoutWords[l.Layout]
	switch {
	case !ok:
		return "not to be told: " + l.Why
	case l.Mode != "":
		return fmt.Sprintf("%s: %s (quilt mode %s)", words, l.Why, l.Mode)
	case len(l.Others) > 0:
		return fmt.Sprintf("%s: %s (quilt mode %s or %s)", words, l.Why, l.Others[0], l.Others[1])
	}
	return words + ": " + l.Why
}

// layoutAt tells the layout of a commit, as far as its own files show it; nil if it is no source package.
func layoutAt(ctx context.Context, repo *gitmap.Repo, c gitmap.CommitID) (*upload.DetectedLayout, error) {
	pkg, err := upload.OpenPackage(ctx, repo, c.String())
	if none := (*upload.NotPackageError)(nil); errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	seen, err := upload.SeenAt(ctx, pkg)
	if err != nil {
		return nil, err
	}
	return upload.SeenLayout(ctx, repo, seen)
}

// defaultMode is the quilt mode if neither an option nor the configuration has one: dgit's if we are
// called so, else that of the layout of the branch.
func (env *environment) defaultMode() upload.QuiltMode {
	if env.program == dgitName {
		return upload.Linear
	}
	return ""
}
