package gitmap

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"debgit/dsc"
)

const (
	controlName   = "debian/control"
	changelogName = "debian/changelog"
	testsName     = "debian/tests/control"
	formatName    = "debian/source/format"
)

// preparedFrom are the files that a preparation is worked out from, with the directories of such.
var preparedFrom = []string{
	"debian/source/options", "debian/source/local-options", controlName, testsName, changelogName, formatName, "debian/patches",
}

// A preparation is what "dpkg-source --before-build" does with a tree: dgit has it
// apply the patches of 3.0 (quilt).
type preparation struct {
	from      *node // directory that it depends on
	unpatched error // why it applies no patch, whatever the series says; nil if it does
	refusal   error // why it refuses the tree
}

// prepare returns the preparation of the tree at root.
func (im *importer) prepare(root *node) *preparation {
	from := root.at("debian")
	if slices.ContainsFunc(preparedFrom, root.throughLink) {
		from = root // the link may lead anywhere
	}
	if im.prepared == nil || im.prepared.from != from {
		p := &preparation{from: from}
		p.unpatched, p.refusal = im.beforeBuild(root)
		im.prepared = p
	}
	return im.prepared
}

// throughLink says whether any part of the path is a symbolic link.
func (n *node) throughLink(path string) bool {
	for _, part := range strings.Split(path, "/") {
		if n = n.at(part); n == nil || n.kind == linkNode {
			break
		}
	}
	return n != nil && n.kind == linkNode
}

// beforeBuild works out a preparation: all that dpkg-source reads has to be well formed.
func (im *importer) beforeBuild(root *node) (unpatched, refusal error) {
	unpatched, ends, err := im.sourceOptions(root)
	if err != nil || ends {
		return unpatched, err
	}
	if err := im.checkPackaging(root); err != nil {
		return nil, err
	}
	format, err := im.statedFormat(root)
	if err != nil || format == formatQuilt {
		return unpatched, err
	}
	if format == format2 && unpatched == nil {
		others, err := im.unlistedPatches(root)
		if err != nil || len(others) > 0 {
			return nil, fmt.Errorf("%s says %s, in which other files are patches", formatName, format)
		}
	}
	return fmt.Errorf("%s says %s", formatName, format), nil
}

// sourceOptions reads the options for dpkg-source in the tree. One that asks for its
// help ends it before it looks at anything else.
func (im *importer) sourceOptions(root *node) (unpatched error, ends bool, err error) {
	for _, name := range []string{"debian/source/options", "debian/source/local-options"} {
		data, err := im.readThroughLinks(root, name, im.limits.control())
		if isMissing(err) || errors.Is(err, errNotRegular) {
			continue
		}
		if err != nil {
			return nil, false, err
		}
		for _, o := range dsc.SourceOptions(data) {
			key, value, _ := strings.Cut(o, "=")
			switch {
			case o == "--":
				return unpatched, false, nil
			case o == "--help" || o == "--version":
				return fmt.Errorf("%s has the option %s", name, o), true, nil
			case o == "--no-preparation":
				unpatched = fmt.Errorf("%s has the option %s", name, o)
			case key == "--compression" && key != o && !compressionName.MatchString(value),
				key == "--compression-level" && key != o && !compressionLevelName.MatchString(value):
				return nil, false, fmt.Errorf("%s: option %s with the value %q", name, key, value)
			}
		}
	}
	return unpatched, false, nil
}

var (
	compressionName      = regexp.MustCompile(`^(?:gzip|bzip2|lzma|xz)$`)
	compressionLevelName = regexp.MustCompile(`^(?:[1-9]|fast|best)$`)
)

// checkPackaging checks the files of the packaging from which dpkg-source would make a .dsc.
func (im *importer) checkPackaging(root *node) error {
	control, err := im.readThroughLinks(root, controlName, im.limits.control())
	if err != nil {
		return err
	}
	source, err := dsc.CheckControl(controlName, control)
	if err != nil {
		return err
	}
	tests, err := im.readThroughLinks(root, testsName, im.limits.control())
	if err == nil {
		err = dsc.CheckTests(testsName, tests)
	}
	if err != nil && !isMissing(err) {
		return err
	}
	clog, err := im.readThroughLinks(root, changelogName, im.limits.changelog())
	if err != nil {
		return err
	}
	for e := range dsc.Changelog(clog) {
		switch _, err := dsc.ParseVersion(string(e.Version)); {
		case e.Package != source:
			return fmt.Errorf("%s is of the source package %q, but %s of %q", changelogName, e.Package, controlName, source)
		case err != nil:
			return fmt.Errorf("%s: %w", changelogName, err)
		}
		break
	}
	return nil
}

// statedFormat returns the source format that the tree itself states.
func (im *importer) statedFormat(root *node) (string, error) {
	data, err := im.readThroughLinks(root, formatName, im.limits.control())
	if isMissing(err) {
		return format1, nil
	}
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(data), "\n")
	format, err := dsc.ParseFormat(line)
	if err != nil {
		return "", fmt.Errorf("%s: %w", formatName, err)
	}
	return format, nil
}
