package main

import (
	"fmt"
	"math"
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

// writeTargets compares the import of a source package, on so many processors, with its
// target. What was not measured is left out.
func writeTargets(b *strings.Builder, pkg string, tables []table, processors int) {
	want, ok := targets[pkg]
	if !ok {
		want = targets[""]
	}
	for _, t := range tables {
		ours := t.rows[0].median
		if ours == nil {
			continue
		}
		check := func(what, format string, got, limit float64, verdict string) {
			fmt.Fprintf(b, "| %s, %s | %s | "+format+" | "+format+" | %s |\n", pkg, t.step, what, got, limit, verdict)
		}
		within := func(seconds float64) string { return verdict(t, seconds, processors) }
		atMost := func(what string, base *sample, limit float64) {
			if base != nil {
				check(what, "%.2f", ours.wall.Seconds()/base.wall.Seconds(), limit, within(base.wall.Seconds()*limit))
			}
		}
		faster := func(what string, base *sample, limit float64) {
			if base != nil {
				check(what, "%.1f", base.wall.Seconds()/ours.wall.Seconds(), limit, within(base.wall.Seconds()/limit))
			}
		}
		dgit := t.of("dgit import-dsc")
		if t.step != firstStep {
			atMost("time against decoding, -T0", t.of("decoding alone, -T0"), furtherDecoding)
			faster("times faster than dgit", dgit, furtherDgit)
			continue
		}
		if want.wall > 0 {
			check("seconds", "%.2f", ours.wall.Seconds(), want.wall, within(want.wall))
		} else {
			atMost("time against decoding, -T1", t.of("decoding alone, -T1"), want.decoding)
		}
		faster("times faster than dpkg-source -x", t.of("dpkg-source -x"), want.dpkg)
		faster("times faster than dgit", dgit, want.dgit)
		memory := "met"
		if ours.memory > want.memory*1e6 {
			memory = missed
		}
		check("memory, MB", "%.0f", float64(ours.memory)/1e6, float64(want.memory), memory)
	}
}

const missed = "**missed**"

// verdict says whether our import took no longer than wanted, in seconds, and if it did, what
// makes that impossible: decoding, which no import can do without unless it knows the
// tarballs; or as many processors as there are, all of them busy.
func verdict(t table, wanted float64, processors int) string {
	ours := t.rows[0].median
	if ours.wall.Seconds() <= wanted {
		return "met"
	}
	decoding := math.Inf(1)
	for _, name := range []string{"decoding alone, -T1", "decoding alone, -T0"} {
		if s := t.of(name); s != nil {
			decoding = min(decoding, s.wall.Seconds())
		}
	}
	busy := ours.cpu.Seconds() / float64(processors)
	switch {
	case t.step != revisionStep && !math.IsInf(decoding, 1) && wanted < decoding:
		return fmt.Sprintf("%s: in %.2f s, but decoding alone takes %.2f s", missed, wanted, decoding)
	case wanted < busy:
		return fmt.Sprintf("%s: in %.2f s, but there are %.2f s of work for each processor", missed, wanted, busy)
	}
	return missed
}
