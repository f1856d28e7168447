// Command bench times debgit beside other tools that do the same with the same
// source packages, as whole processes, and prints the results as tables.
//
// usage: bench [OPTION]... DSC[,DSC]...
//
// Each argument is a version of a source package, and perhaps another version that is
// imported on top of it. What is measured comes in groups, of which --only selects some:
//
//	import   both versions, and a further revision with the same upstream tarball
//	clone    from --suite, with nothing but that the archive has
//	files    generated source packages of 1000 to 80,000 files
//	patches  generated source packages of 0 to 800 patches
//	uploads  all versions in the archive --versions
//	fetch    from that archive, where there is nothing new
//	build    the source package again, from the commits of its import
//	push     a change of it, to a git server and a queue on this machine
//	quality  what git takes for the repositories that debgit and dgit made
//
// All tools take their turn in every round, so that what else the machine does falls on all
// of them alike. A first round, which is not counted, fills the caches: the kernel's,
// and the indexes of the archive that a tool keeps. A tool that is not there, or fails,
// is left out, and that is said. See run in this directory for how "make bench" gets the
// source packages and dgit.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

type options struct {
	debgit, dgit  string
	suite, mirror string
	versions      string // directory of an archive
	rounds        int
	only          []string // groups; nil: all
	output        string
	packages      []sourcePackage
}

// A group is measured on its own, and has a section of its own in the output.
type group struct {
	name, title string
	measure     func(opts options, dir string) (string, error) // below dir; "" if there is nothing to measure
}

var groups = []group{
	{"import", "Import", measureImports},
	{"clone", "Clone", measureClones},
	{"files", "Growth with files", measureFiles},
	{"patches", "Growth with patches", measurePatches},
	{"uploads", "Many versions", measureUploads},
	{"fetch", "Fetch with nothing new", measureFetches},
	{"build", "Build of a source package", measureBuilds},
	{"push", "Push", measurePushes},
	{"quality", "Life with the repository", measureQuality},
}

func main() {
	// What this process takes counts for the peak of each that it starts, until that runs its program.
	debug.SetMemoryLimit(8 << 20)
	opts, err := parseOptions()
	if err == nil {
		err = run(opts)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: error: %v\n", err)
		os.Exit(1)
	}
}

func parseOptions() (opts options, err error) {
	flag.StringVar(&opts.debgit, "debgit", "debgit", "the debgit `PROGRAM`: a name in PATH, or an absolute path")
	flag.StringVar(&opts.dgit, "dgit", "dgit", "the dgit `PROGRAM`, likewise")
	flag.StringVar(&opts.suite, "suite", "", "clone from this `SUITE`")
	flag.StringVar(&opts.mirror, "mirror", "", "the `URL` of the mirror that dgit clones from; debgit knows APT's")
	flag.StringVar(&opts.versions, "versions", "", "import all versions in, and fetch from, the archive `DIR`, which the script versions made")
	flag.IntVar(&opts.rounds, "rounds", 3, "count `N` rounds")
	flag.StringVar(&opts.output, "output", "", "also replace the sections of what was measured in this `FILE`")
	only := flag.String("only", "", "measure these `GROUPS` only, with commas between them")
	flag.Parse()
	if *only != "" {
		opts.only = strings.Split(*only, ",")
	}
	for _, name := range opts.only {
		if !slices.ContainsFunc(groups, func(g group) bool { return g.name == name }) {
			return opts, fmt.Errorf("there is no group %q", name)
		}
	}
	if opts.rounds < 1 {
		return opts, fmt.Errorf("%d rounds cannot be counted", opts.rounds)
	}
	for _, arg := range flag.Args() {
		p, err := parsePackage(arg)
		if err != nil {
			return opts, err
		}
		opts.packages = append(opts.packages, p)
	}
	return opts, nil
}

func run(opts options) error {
	work, err := os.MkdirTemp("", "debgit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	start := time.Now()
	for _, g := range groups {
		if opts.only != nil && !slices.Contains(opts.only, g.name) {
			continue
		}
		dir, err := os.MkdirTemp(work, g.name)
		if err != nil {
			return err
		}
		text, err := g.measure(opts, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		if text == "" {
			warnf("%s: nothing to measure", g.name)
			continue
		}
		text = "## " + g.title + "\n\n" + text
		fmt.Print(text)
		if err := writeSection(opts.output, g.name, text); err != nil {
			return err
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	fmt.Fprintf(os.Stderr, "bench: all that took %.0f s\n", time.Since(start).Seconds())
	return writeSection(opts.output, "machine", machine(opts))
}

func warnf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: warning: "+format+"\n", args...)
}
