package main

import (
	"fmt"
	"strings"

	"debgit/gitmap"
)

// leftOut are the losses that deserve a warning each: something that was in a
// tarball is not in the work tree.
var leftOut = map[gitmap.LossKind]string{
	gitmap.LossDotGit:  "it would be part of a repository",
	gitmap.LossName:    "its name",
	gitmap.LossSpecial: "neither file, directory nor link",
}

// lossWords are how losses are counted, one and many, in the order in which they are told.
var lossWords = []struct {
	kind      gitmap.LossKind
	one, many string
}{
	{gitmap.LossDotGit, "entry called .git", "entries called .git"},
	{gitmap.LossName, "name that git refuses", "names that git refuses"},
	{gitmap.LossSpecial, "fifo or device", "fifos and devices"},
	{gitmap.LossEmptyDir, "empty directory", "empty directories"},
	{gitmap.LossHardLink, "hard link", "hard links"},
	{gitmap.LossMode, "unusual mode", "unusual modes"},
	{gitmap.LossTime, "time before 1980", "times before 1980"},
	{gitmap.LossQuiltState, "state directory of quilt", "state directories of quilt"},
}

// countLosses says how many losses there are of each kind that is wanted.
func countLosses(losses gitmap.Losses, wanted func(gitmap.LossKind) bool) []string {
	var parts []string
	for _, k := range lossWords {
		if n := losses.Counts[k.kind]; n > 0 && wanted(k.kind) {
			parts = append(parts, count(n, k.one, k.many))
		}
	}
	return parts
}

// lossSummary says in a line what else git does not hold, beside what there is a
// warning for; or nothing.
func lossSummary(imp *gitmap.Imported) string {
	if imp == nil {
		return ""
	}
	parts := countLosses(imp.Losses, func(k gitmap.LossKind) bool { return leftOut[k] == "" })
	if len(parts) == 0 {
		return ""
	}
	return "git does not hold " + allOf(parts) + "; debgit explain tells more"
}

// allOf lists things in a sentence.
func allOf(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// lossExamples is how many losses of a kind are shown if not all are wanted.
const lossExamples = 3

// describeLosses lists losses by kind, as lines.
func describeLosses(losses gitmap.Losses, all bool) []string {
	if len(losses.Counts) == 0 {
		return []string{"git holds all that is in the tarballs, but for times and owners."}
	}
	lines := []string{"git does not hold:"}
	for _, k := range lossWords {
		n := losses.Counts[k.kind]
		if n == 0 {
			continue
		}
		lines = append(lines, "  "+count(n, k.one, k.many))
		shown := 0
		for _, l := range losses.Listed {
			if l.Kind != k.kind || !all && shown == lossExamples {
				continue
			}
			shown++
			lines = append(lines, "    "+describeLoss(l))
		}
		switch more := n - shown; {
		case more > 0 && all:
			lines = append(lines, fmt.Sprintf("    and %d more, which are only counted", more))
		case more > 0:
			lines = append(lines, fmt.Sprintf("    and %d more, listed with --all", more))
		}
	}
	return lines
}

func describeLoss(l gitmap.Loss) string {
	detail := l.Detail
	switch {
	case detail == "":
	case l.Kind == gitmap.LossHardLink:
		detail = " (linked to " + harmlessLine(detail) + ")"
	default:
		detail = " (" + harmlessLine(detail) + ")"
	}
	return harmlessLine(l.Path) + detail + " in " + harmlessLine(l.File)
}
