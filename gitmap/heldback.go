package gitmap

import (
	"fmt"
	"io/fs"
	"strings"

	"debgit/dsc"
)

// heldBack is what patches made that git does not hold. It is in the trees to which later
// patches are applied, but in none that is written.
type heldBack struct {
	any     bool
	refused error // why dgit refuses one of these patches; or nil
	seen    map[Loss]bool
}

// whyNotHeld returns the kind of the loss of an entry with that name, and its detail; no kind
// if git holds it.
func whyNotHeld(name string, link bool) (kind LossKind, detail string) {
	if name == ".git" {
		return LossDotGit, ""
	}
	if reason := refusedEntry(name, link); reason != "" {
		return LossName, reason
	}
	return "", ""
}

// maxHeldBack is how many losses by patches are counted: more than any sound package has.
const maxHeldBack = 10_000

// holdBack notes what of the changes that a patch made git will not hold. Each is
// noted once, however often the patch is applied.
func (im *importer) holdBack(patch string, changes []dsc.Change) {
	for _, c := range changes {
		loss, held := im.lossOf(c)
		if held || c.Deleted {
			continue
		}
		loss.File = patch
		im.held.any = true
		if loss.Kind == LossName && im.held.refused == nil {
			im.held.refused = fmt.Errorf("%s: %q: %s", patch, loss.Path, loss.Detail)
		}
		if im.held.seen[loss] || len(im.held.seen) == maxHeldBack {
			continue
		}
		if im.held.seen == nil {
			im.held.seen = map[Loss]bool{}
		}
		im.held.seen[loss] = true
		im.result.Losses.add(loss)
	}
}

// refusedPatch says why dgit refuses a patch that git does not hold all of; nil if it takes all
// of them. root is the tree that they make.
func (im *importer) refusedPatch(root *node) error {
	if im.held.refused != nil {
		return im.held.refused
	}
	for _, l := range im.result.Losses.Listed {
		dir, nested := strings.CutSuffix(l.Path, "/.git")
		if !im.held.seen[l] || !nested {
			continue
		}
		if n := root.at(strings.Split(dir, "/")...); n.isDir() && n.keepsAnything() {
			return fmt.Errorf("%s: %q: git takes the directory for a repository of its own", l.File, l.Path)
		}
	}
	return nil
}

// lossOf returns the loss that a change makes, unless git holds what it makes: then held is true.
func (im *importer) lossOf(c dsc.Change) (loss Loss, held bool) {
	parts := strings.Split(c.Path, "/")
	if parts[0] == ".pc" && im.layout.format == formatQuilt {
		return Loss{Kind: LossQuiltState, Path: parts[0]}, false
	}
	for i, name := range parts {
		link := i == len(parts)-1 && c.Mode&fs.ModeSymlink != 0
		if kind, detail := whyNotHeld(name, link); kind != "" {
			return Loss{Kind: kind, Path: strings.Join(parts[:i+1], "/"), Detail: detail}, false
		}
	}
	return Loss{}, true
}
