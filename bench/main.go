// Command bench times debgit beside other tools that do the same with the same
// source packages, as whole processes, and prints the results as a table.
//
// usage: bench [OPTION]... DSC...
//
// Each DSC is imported into a fresh repository; the source package that it names
// is cloned from --suite, where that is given; and with --versions, all versions of
// one source package are imported. All tools take their turn in
// every round, so that what else the machine does falls on all of them alike.
// A first round, which is not counted, fills the caches: the kernel's, and
// the indexes of the archive that a tool keeps. A tool that is not there, or
// fails, has dashes for results. See run in this directory for how "make bench"
// gets the source packages and dgit.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

type options struct {
	debgit, dgit  string
	suite, mirror string
	versions      string // directory of an archive
	rounds        int
	output        string
	packages      []string // paths of .dsc files
}

func main() {
	var opts options
	flag.StringVar(&opts.debgit, "debgit", "debgit", "the debgit `PROGRAM`: a name in PATH, or an absolute path")
	flag.StringVar(&opts.dgit, "dgit", "dgit", "the dgit `PROGRAM`, likewise")
	flag.StringVar(&opts.suite, "suite", "", "clone from this `SUITE`, too")
	flag.StringVar(&opts.mirror, "mirror", "", "the `URL` of the mirror that dgit clones from; debgit knows APT's")
	flag.StringVar(&opts.versions, "versions", "", "also import all versions in the archive `DIR`, which the script versions made")
	flag.IntVar(&opts.rounds, "rounds", 3, "count `N` rounds")
	flag.StringVar(&opts.output, "output", "", "also replace the marked section of this `FILE`")
	flag.Parse()
	opts.packages = flag.Args()
	if len(opts.packages) == 0 || opts.rounds < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(opts); err != nil {
		fmt.Fprintf(os.Stderr, "bench: error: %v\n", err)
		os.Exit(1)
	}
}

func run(opts options) error {
	work, err := os.MkdirTemp("", "debgit-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	var tables []table
	for _, dsc := range opts.packages {
		name, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(dsc), ".dsc"), "_")
		label := name + " " + version
		tools, err := importTools(opts, dsc)
		if err != nil {
			return err
		}
		t, err := compare(label, tools, opts.rounds, filepath.Join(work, "import-"+name))
		if err != nil {
			return err
		}
		tables = append(tables, t)
		if opts.suite != "" {
			if t, err = compare(label, cloneTools(opts, name), opts.rounds, filepath.Join(work, "clone-"+name)); err != nil {
				return err
			}
			tables = append(tables, t)
		}
	}
	if opts.versions != "" {
		t, err := compareUploads(opts, filepath.Join(work, "versions"))
		if err != nil {
			return err
		}
		tables = append(tables, t)
	}
	text := report(opts, tables)
	fmt.Print(text)
	if opts.output == "" {
		return nil
	}
	content, err := os.ReadFile(opts.output)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	updated, err := replaceSection(string(content), text)
	if err != nil {
		return fmt.Errorf("%s: %w", opts.output, err)
	}
	return os.WriteFile(opts.output, []byte(updated), 0o666)
}

const (
	beginMark = "<!-- begin: make bench -->\n"
	endMark   = "<!-- end: make bench -->\n"
)

// replaceSection returns content with text between the two marks; they and the
// text are added at the end of content that has no such section.
func replaceSection(content, text string) (string, error) {
	before, rest, found := strings.Cut(content, beginMark)
	after := ""
	if found {
		if _, after, found = strings.Cut(rest, endMark); !found {
			return "", fmt.Errorf("a section begins with %q, but does not end with %q", beginMark, endMark)
		}
	}
	return before + beginMark + "\n" + text + "\n" + endMark + after, nil
}
