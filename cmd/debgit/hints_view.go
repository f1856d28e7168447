package main

import (
	"slices"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"
)

// viewRules are those about the archive view of a commit.
func viewRules() []rule {
	return []rule{
		on(statusOther, func(e *upload.NotPackageError) string {
			return "debian/ must be at the top of the git repository that this is run in"
		}),
		on(statusOther, func(e *dsc.NoOrigError) string {
			return "get it: " + history.GetOrigsCommand + "; or, if the archive has none, make it, such as with: origtargz"
		}),
		on(statusOther, func(e *dsc.DuplicateOrigError) string { return "remove the one that the upload shall not have" }),
		on(statusOther, func(e *gitmap.PatchesError) string {
			return "mend the patch or debian/patches/series, and commit that"
		}),
		on(statusOther, func(e *upload.UnrepresentableError) string {
			if slices.ContainsFunc(e.Changes, func(c upload.Unrepresentable) bool { return c.Submodule }) {
				return "a submodule is not part of a source package: add its files instead, or have them in another tarball"
			}
			if slices.ContainsFunc(e.Changes, func(c upload.Unrepresentable) bool { return c.Binary && !c.Removed }) {
				return "name files that are no text in debian/source/include-binaries, or have them in another tarball"
			}
			return "make the change when the package is built, such as from debian/rules"
		}),
		on(statusOther, func(e *upload.BesideDebianError) string {
			return "what the upload needs must be in debian/, as a patch if it changes upstream's files; to go on without the rest: --force-unrepresentable"
		}),
		on(statusOther, func(e *upload.IgnorePatchesError) string {
			return "where all patches are applied: --quilt=linear; or take those of .gitignore out of debian/patches"
		}),
		on(statusOther, func(e *upload.SinglePatchError) string {
			return "remove that line from debian/source/options, and commit that"
		}),
		on(statusOther, hintUpstreamTag),
		on(statusOther, func(e *upload.GBPConfError) string { return "mend debian/gbp.conf, and commit that" }),
		on(statusOther, func(e *gitmap.NoDebrebaseError) string {
			return "install it: apt install git-debrebase; or make patches without it: --quilt=try-linear"
		}),
		on(statusOther, hintQuilt),
		on(statusOther, hintLinear),
		on(statusOther, func(e *upload.DirtyError) string { return "commit it, or put it aside: git stash" }),
		on(statusOther, func(e *gitmap.NoIdentityError) string {
			return "tell git: git config user.name NAME; git config user.email ADDRESS"
		}),
	}
}

// remedies say what can be done about files that differ.
var remedies = map[upload.Cause]string{
	upload.CauseExecutable: "the tarball has another executable bit: git update-index --chmod=+x or -x FILE",
	upload.CauseLines:      "git has changed the ends of lines: turn off core.autocrlf and the attribute text, and commit the files as the tarball has them",
	upload.CauseGenerated:  "the tarball has files that are not in git: take them over from the tarball, or use a tarball that is made from git",
	upload.CauseBinary:     "name files that are no text in debian/source/include-binaries",
	upload.CauseDeleted:    "the tarball has files that are not in git: take them over, or use a tarball without them",
}

// remedy returns what can be done about the first of the differences for which that is known.
func remedy(list []upload.QuiltDifference) string {
	for _, d := range list {
		if text, ok := remedies[d.Cause]; ok {
			return text
		}
	}
	return ""
}

func hintUpstreamTag(e *upload.UpstreamTagError) string {
	if len(e.Found) > 0 {
		return "name the right one: --upstream-commitish=" + quote(e.Found[0])
	}
	return "name the commit with upstream's files: --upstream-commitish=COMMIT; or take the tarballs: --quilt=baredebian+tarball"
}

func hintQuilt(e *upload.QuiltError) string {
	if e.Mode == upload.NoFix {
		return "see the patches that it lacks: debgit quilt-fixup --quilt=linear --dry-run"
	}
	return remedy(e.Differences)
}

func hintLinear(e *upload.LinearError) string {
	if text := remedy(e.Differences); text != "" && !e.Unapplied {
		return text + "; or, if it is all meant so, make one patch of it: --quilt=smash"
	}
	if e.Unapplied {
		return "the patches are not applied in this branch: is it kept with --quilt=gbp or --quilt=unapplied?"
	}
	if e.Shallow {
		return "get all of the history: git fetch --unshallow"
	}
	return "make one patch of all: --quilt=smash; or see what differs: git diff \"$(debgit print-unapplied-treeish)\" HEAD -- :/ ':!/debian'"
}
