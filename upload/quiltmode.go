package upload

import (
	"fmt"
	"slices"
	"strings"
)

// A QuiltMode says what a branch of a 3.0 (quilt) package has in git, and how it becomes the
// archive view. It means nothing for other source formats.
type QuiltMode string

const (
	// The patches are applied.
	Linear    QuiltMode = "linear"     // each new commit becomes a patch, or the push fails
	TryLinear QuiltMode = "try-linear" // likewise, or all become one patch
	Smash     QuiltMode = "smash"      // all new commits become one patch
	Single    QuiltMode = "single"     // there is one patch, made anew each time
	NoFix     QuiltMode = "nofix"      // a new patch is refused
	NoCheck   QuiltMode = "nocheck"    // nothing is looked at

	// The branch has the maintainer view.
	GBP               QuiltMode = "gbp"                // upstream's files, patches unapplied; but for .gitignore
	Unapplied         QuiltMode = "unapplied"          // upstream's files, patches unapplied
	DPM               QuiltMode = "dpm"                // patches applied; but for .gitignore
	BareDebian        QuiltMode = "baredebian"         // debian/ alone; upstream's files are in another commit
	BareDebianTarball QuiltMode = "baredebian+tarball" // debian/ alone; upstream's files are in the orig tarballs
)

// QuiltModes are all quilt modes.
var QuiltModes = []QuiltMode{Linear, TryLinear, Smash, Single, NoFix, NoCheck, GBP, Unapplied, DPM, BareDebian, BareDebianTarball}

// quiltAliases are other words for quilt modes that dgit takes.
var quiltAliases = map[string]QuiltMode{"auto": TryLinear, "baredebian+git": BareDebian}

// ParseQuiltMode returns the quilt mode that is named so, by its own name or by
// another one that dgit knows it by.
func ParseQuiltMode(name string) (QuiltMode, error) {
	if mode, ok := quiltAliases[name]; ok {
		return mode, nil
	}
	if mode := QuiltMode(name); slices.Contains(QuiltModes, mode) {
		return mode, nil
	}
	names := make([]string, len(QuiltModes))
	for i, mode := range QuiltModes {
		names[i] = string(mode)
	}
	return "", fmt.Errorf("%q is no quilt mode; those are %s", name, strings.Join(names, ", "))
}

// IsSplitting says whether the archive view is a commit beside the branch, which has the
// maintainer view.
func (m QuiltMode) IsSplitting() bool {
	switch m {
	case GBP, Unapplied, DPM, BareDebian, BareDebianTarball:
		return true
	}
	return false
}
