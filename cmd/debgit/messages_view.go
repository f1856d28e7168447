package main

import (
	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"
)

// viewRules are those about the archive view of a commit.
func viewRules() []rule {
	return []rule{
		on(statusOther, func(e *upload.NotPackageError) string { return "run it at work on a source package" }),
		on(statusOther, func(e *dsc.NoOrigError) string {
			return "get it: debgit download-unfetched-origs; or, if the archive has none, " + history.GetOrigsCommand
		}),
		on(statusOther, func(e *dsc.DuplicateOrigError) string { return "remove the one that the upload shall not have" }),
		on(statusOther, func(e *gitmap.PatchesError) string {
			return "mend the patch or debian/patches/series, and commit that"
		}),
		on(statusOther, func(e *gitmap.NoIdentityError) string {
			return "tell git: git config user.name NAME; git config user.email ADDRESS"
		}),
	}
}
