package main

import (
	"fmt"
	"strings"
)

// A target is what we aim at for the import of a source package.
type target struct {
	decoding float64 // at most so many times the time of decoding with one thread; 0: see wall
	wall     float64 // at most so many seconds
	dpkg     float64 // at least so many times faster than dpkg-source -x
	dgit     float64 // likewise
	memory   int64   // MB, at most
}

// The targets by source package; "" is for all others.
var targets = map[string]target{
	"hello": {wall: 0.12, dpkg: 5, dgit: 25, memory: 80},
	"emacs": {decoding: 1.45, dpkg: 4, dgit: 10, memory: 80},
	"linux": {decoding: 1.45, dpkg: 4, dgit: 10, memory: 400},
	"":      {decoding: 2, dpkg: 4, dgit: 15, memory: 80},
}

// The targets for a further version: against decoding with as many threads as there are
// processors, and against dgit.
const (
	furtherDecoding = 0.8
	furtherDgit     = 15
)

const targetHeader = "| import | what | measured | wanted | |\n|---|---|--:|--:|---|\n"

// writeTargets compares the import of a source package with its target. What was
// not measured is left out.
func writeTargets(b *strings.Builder, pkg string, tables []table) {
	want, ok := targets[pkg]
	if !ok {
		want = targets[""]
	}
	for _, t := range tables {
		ours := t.rows[0].median
		if ours == nil {
			continue
		}
		check := func(what, format string, got, limit float64, met bool) {
			verdict := "met"
			if !met {
				verdict = "**missed**"
			}
			fmt.Fprintf(b, "| %s, %s | %s | "+format+" | "+format+" | %s |\n", pkg, t.step, what, got, limit, verdict)
		}
		atMost := func(what string, base *sample, limit float64) {
			if base != nil {
				got := ours.wall.Seconds() / base.wall.Seconds()
				check(what, "%.2f", got, limit, got <= limit)
			}
		}
		faster := func(what string, base *sample, limit float64) {
			if base != nil {
				got := base.wall.Seconds() / ours.wall.Seconds()
				check(what, "%.1f", got, limit, got >= limit)
			}
		}
		dgit := t.of("dgit import-dsc")
		if t.step != firstStep {
			atMost("time against decoding, -T0", t.of("decoding alone, -T0"), furtherDecoding)
			faster("times faster than dgit", dgit, furtherDgit)
			continue
		}
		if want.wall > 0 {
			check("seconds", "%.2f", ours.wall.Seconds(), want.wall, ours.wall.Seconds() <= want.wall)
		} else {
			atMost("time against decoding, -T1", t.of("decoding alone, -T1"), want.decoding)
		}
		faster("times faster than dpkg-source -x", t.of("dpkg-source -x"), want.dpkg)
		faster("times faster than dgit", dgit, want.dgit)
		check("memory, MB", "%.0f", float64(ours.memory)/1e6, float64(want.memory), ours.memory <= want.memory*1e6)
	}
}
