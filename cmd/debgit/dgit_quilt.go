package main

import (
	"errors"

	"debgit/dsc"
	"debgit/upload"
)

// dgitQuilt is the phrase for a branch that is not what its quilt mode wants.
func dgitQuilt(e *upload.QuiltError) string {
	switch e.Mode {
	case upload.DPM:
		return "git tree differs from result of applying the patches"
	case upload.GBP, upload.Unapplied, upload.BareDebian:
		return "git tree differs from orig in upstream files"
	}
	return ""
}

// dgitLinear is the phrase for commits that cannot become patches, and for what the branch may be
// instead. Where dgit pushes what was built, only the trees count for it.
func dgitLinear(err error) (phrase string, whole bool) {
	e, ok := errors.AsType[*upload.LinearError](err)
	if !ok {
		return "", false
	}
	phrase = "quilt fixup cannot be linear. This might be a patches-applied branch"
	if e.Unapplied {
		phrase = "quilt fixup cannot be linear. This might be a patches-unapplied branch"
	}
	if e, ok := errors.AsType[*dsc.PackageError](err); ok {
		phrase += "; HEAD specifies a different tree to " + e.ID.Package + "'s tarballs and patches"
	}
	return phrase, false
}

// dgitUnrepresentable is the phrase for the first change that no source package can have.
func dgitUnrepresentable(e *upload.UnrepresentableError) string {
	c := e.Changes[0]
	what := "change to file"
	switch {
	case c.Link && c.New:
		what = "creation of symlink"
	case c.Link && c.Removed:
		what = "deletion of symlink"
	case c.Link:
		what = "modified symlink"
	}
	return "cannot represent change: " + what + " (see below): " + c.Path
}

// dgitOtherTree is the phrase for a source package that does not unpack to what the branch has.
func dgitOtherTree(err error) (phrase string, whole bool) {
	if !errors.As(err, new(*upload.CorrespondenceError)) {
		return "", false
	}
	phrase = "HEAD specifies a different tree to "
	if e, ok := errors.AsType[*dsc.PackageError](err); ok {
		return phrase + e.ID.Package + "_" + e.ID.Version.WithoutEpoch() + ".dsc", false
	}
	return phrase + "the .dsc", false
}
