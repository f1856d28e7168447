package main

import (
	"fmt"

	"debgit/history"
	"debgit/upload"
)

// buildRules are those about builds.
func buildRules() []rule {
	return []rule{
		on(statusDiffers, func(e *upload.CorrespondenceError) string {
			return fmt.Sprintf("see all that differs: git diff %s %s", e.Tree, e.Commit)
		}),
		on(statusOther, func(e *dirtyError) string {
			return "commit the changes, or build with them: --include-dirty; to see them: git diff HEAD"
		}),
		on(statusOther, hintUntracked),
		on(statusOther, func(e *upload.CleanQuiltError) string {
			return "choose another clean mode, such as: --clean=check,ignores"
		}),
		on(statusOther, func(e *upload.LocalFileError) string { return "remove it: git rm " + e.Path }),
		on(statusOther, func(e *upload.SparseError) string { return "have git write them: git sparse-checkout disable" }),
		on(statusExists, func(e *upload.BusyError) string { return "wait until that has ended" }),
		on(statusConfig, func(e *upload.SplitNeededError) string {
			return "choose another mode: --quilt=MODE; or leave out --split-view=never"
		}),
		on(statusOther, func(e *upload.NoBinariesError) string {
			return "if only architecture-independent packages are to be built, it needs to be told: -- -A"
		}),
		on(statusOther, hintTool),
		on(statusNetwork, func(e *history.NoNewestError) string {
			return "say the version that the archive has: -v VERSION; or -v_, to tell what is new in this version alone"
		}),
	}
}

// hintUntracked says what can be done about files that git does not know of.
func hintUntracked(e *upload.UntrackedError) string {
	hint := "add to git or .gitignore what belongs there"
	if !e.Mode.IsCheck() {
		hint += "; choose another clean mode: --clean=git,always removes such files, --clean=none passes them over"
	}
	return hint
}

// hintTool names the package of a program that is not there.
func hintTool(e *upload.ToolError) string {
	if !e.IsMissing() {
		return ""
	}
	packages := map[string]string{
		"dpkg-source": "dpkg-dev", "dpkg-genchanges": "dpkg-dev", "dpkg-buildpackage": "dpkg-dev",
		"mergechanges": "devscripts", "sbuild": "sbuild", "sudo": "sudo", "gbp": "git-buildpackage",
	}
	if name, ok := packages[e.Program]; ok {
		return "install the package that has it: sudo apt-get install " + name
	}
	return ""
}
