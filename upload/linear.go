package upload

import (
	"fmt"
	"strings"

	"debgit/gitmap"
)

// maxSearched is how many commits are looked at for the one that the new patches start from.
const maxSearched = 99

// A LinearError says that the commits of a branch cannot become one patch each, because none is
// found, on a straight way back, that has just what the tarballs and patches give.
type LinearError struct {
	Stops       []LinearStop      // where the ways back ended
	Differences []QuiltDifference // between what tarballs and patches give, and the branch
	Unapplied   bool              // the branch has upstream's files without the patches
	Shallow     bool              // a way back ended where the history of a shallow clone does
}

// A LinearStop is a commit that the search did not go beyond.
type LinearStop struct {
	Commit gitmap.CommitID
	Child  gitmap.CommitID // from which the search came to it; zero if it is HEAD itself
	Reason string
}

func (e *LinearError) Error() string {
	stop := e.Stops[0]
	text := fmt.Sprintf("the commits of the branch cannot become patches: commit %.12s %s", stop.Commit.String(), stop.Reason)
	if n := len(e.Stops) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text + "; and upstream's files are not what the tarballs and debian/patches give" + listDifferences(e.Differences)
}

// A linearStep is a commit on a way back from HEAD.
type linearStep struct {
	*gitmap.Commit
	child   *linearStep // nil for HEAD
	trivial bool        // the child changes nothing of upstream
}

// linearise finds the commits, oldest first, that change upstream's files between the tree base and
// HEAD: the fewest that lead there, as dgit does it. The error is a [*LinearError] if there are none.
func (m *maker) linearise(base gitmap.ObjectID) ([]*linearStep, error) {
	head, err := m.commits.Read(m.pkg.Head)
	if err != nil {
		return nil, err
	}
	packaging, err := m.hasPackaging(head.Tree)
	if err != nil {
		return nil, err
	}
	refused := &LinearError{}
	stop := func(s *linearStep, format string, args ...any) {
		at := LinearStop{Commit: s.ID, Reason: fmt.Sprintf(format, args...)}
		if s.child != nil {
			at.Child = s.child.ID
		}
		refused.Stops = append(refused.Stops, at)
	}
	queue := []*linearStep{{Commit: head}}
	seen := map[gitmap.CommitID]bool{}
	for searched := 0; len(queue) > 0; searched++ {
		s := queue[0]
		queue = queue[1:]
		if searched == maxSearched {
			stop(s, "is the %dth on the way", maxSearched+1)
			break
		}
		differs, err := m.trees.Differ(base, s.Tree, isOurs)
		if err != nil {
			return nil, err
		}
		if !differs {
			return s.nontrivial(), nil
		}
		has, err := m.hasPackaging(s.Tree)
		if err != nil {
			return nil, err
		}
		if has != packaging {
			stop(s, "has %s, but HEAD has %s", orNothing(has), orNothing(packaging))
			continue
		}
		parents, err := m.parents(s, stop)
		if isMissing(err) {
			refused.Shallow = true
			stop(s, "is the oldest that this shallow clone has")
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, p := range parents {
			if !seen[p.ID] {
				seen[p.ID] = true
				queue = append(queue, p)
			}
		}
	}
	return nil, refused
}

// parents returns the parents of s from which its changes can be a patch. The error matches
// [fs.ErrNotExist] if the repository does not have all of them.
func (m *maker) parents(s *linearStep, stop func(s *linearStep, format string, args ...any)) ([]*linearStep, error) {
	if len(s.Parents) == 0 {
		stop(s, "is the first of all")
		return nil, nil
	}
	var parents []*linearStep
	nontrivial := 0
	for _, id := range s.Parents {
		c, err := m.commits.Read(id)
		if err != nil {
			return nil, err
		}
		p := &linearStep{Commit: c, child: s}
		differs, err := m.trees.Differ(c.Tree, s.Tree, isOurs)
		if err != nil {
			return nil, err
		}
		if p.trivial = !differs; differs {
			nontrivial++
		}
		parents = append(parents, p)
	}
	if nontrivial > 1 {
		stop(s, "merges %d commits that have other files of upstream", nontrivial)
		return nil, nil
	}
	passable := parents[:0]
	for _, p := range parents {
		changes, err := m.trees.Changes(p.Tree, s.Tree, func(path string) bool { return !makesPatches(path) })
		if err != nil {
			return nil, err
		}
		if len(changes) > 0 {
			stop(s, "changes %s", changes[0].Path)
			continue
		}
		passable = append(passable, p)
	}
	return passable, nil
}

// makesPatches says whether a change at a path, or below it, changes what the patches of the
// package are.
func makesPatches(path string) bool {
	for _, name := range []string{"debian/patches", "debian/source/format", quiltState} {
		if path == name || strings.HasPrefix(path, name+"/") || strings.HasPrefix(name, path+"/") {
			return true
		}
	}
	return false
}

// hasPackaging says which of the files a tree has by which dgit knows packaging.
func (m *maker) hasPackaging(tree gitmap.ObjectID) (string, error) {
	var has []string
	files := m.trees.Files(tree)
	for _, name := range []string{"debian/rules", "debian/control"} {
		_, err := files.Lookup(name)
		if err == nil {
			has = append(has, name)
		} else if !isMissing(err) {
			return "", err
		}
	}
	return strings.Join(has, " and "), nil
}

func orNothing(has string) string {
	if has == "" {
		return "neither debian/rules nor debian/control"
	}
	return has
}

// nontrivial returns the commits from s up to HEAD that change something of upstream, each with the
// commit before it.
func (s *linearStep) nontrivial() []*linearStep {
	var steps []*linearStep
	for ; s.child != nil; s = s.child {
		if !s.trivial {
			steps = append(steps, s)
		}
	}
	return steps
}
