package gitmap

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"

	"debgit/dsc"
)

// The source formats that can be imported, dpkg-source(1).
const (
	format1      = "1.0"
	format2      = "2.0"
	formatNative = "3.0 (native)"
	formatQuilt  = "3.0 (quilt)"
)

// A layout says which part each file of a source package plays.
type layout struct {
	format   string
	single   *dsc.Content // the only file, of a native package
	tarballs []tarball    // of a package of several files, in the order of commits
	diff     *dsc.Content // .diff.gz of format 1.0
}

type tarball struct {
	content *dsc.Content
	part    string // "orig", "orig-NAME"; "" for the debian tarball
}

func (t tarball) isOrig() bool { return t.part != "" }

// component returns NAME of an additional orig tarball, or "".
func (t tarball) component() string {
	_, name, _ := strings.Cut(t.part, "-")
	return name
}

var tarballName = regexp.MustCompile(`\.tar(\.\w+)?$`)

// layoutOf sorts the files of pkg. It refuses formats that it does not know, and
// sets of files that dpkg-source would not unpack.
func layoutOf(pkg *dsc.Package) (*layout, error) {
	src := pkg.Source()
	l := &layout{format: src.Format}
	switch src.Format {
	case format1, format2, formatNative, formatQuilt:
	default:
		return nil, fmt.Errorf("source format %q: only 1.0, 2.0, 3.0 (native) and 3.0 (quilt) can be imported", src.Format)
	}
	contents := pkg.Contents()
	if len(contents) == 1 {
		if l.hasDebianTarball() {
			return nil, fmt.Errorf("a %s package needs an orig tarball and a debian tarball, but %s is its only file", l.format, contents[0].File().Name)
		}
		l.single = contents[0]
		return l, nil
	}
	part := regexp.MustCompile(`^` + regexp.QuoteMeta(src.Package+"_"+src.Version.Upstream().WithoutEpoch()) + `\.([^._]+)\.tar(?:\.\w+)?$`)
	for _, c := range contents {
		name := c.File().Name
		switch {
		case dsc.IsSignature(name):
		case tarballName.MatchString(name):
			t := tarball{content: c}
			if m := part.FindStringSubmatch(name); m != nil {
				t.part = m[1]
			}
			l.tarballs = append(l.tarballs, t)
		case strings.HasSuffix(name, ".diff.gz") && src.Format == format1 && l.diff == nil:
			l.diff = c
		default:
			return nil, fmt.Errorf("%s has no place in a source package of format %s", name, src.Format)
		}
	}
	sort.SliceStable(l.tarballs, func(i, j int) bool {
		a, b := l.tarballs[i], l.tarballs[j]
		if a.rank() != b.rank() {
			return a.rank() < b.rank()
		}
		return a.content.File().Name < b.content.File().Name
	})
	return l, l.check()
}

// rank sorts the main orig tarball before its components, and the debian tarball last.
func (t tarball) rank() int {
	switch {
	case t.part == "":
		return 2
	case t.component() != "":
		return 1
	}
	return 0
}

// contents returns the tarballs, that of a package of one file included.
func (l *layout) contents() []*dsc.Content {
	if l.single != nil {
		return []*dsc.Content{l.single}
	}
	var all []*dsc.Content
	for _, t := range l.tarballs {
		all = append(all, t.content)
	}
	return all
}

// compressed returns the size of the tarballs as they are in the archive.
func (l *layout) compressed() int64 {
	var total int64
	for _, c := range l.contents() {
		total += c.File().Size
	}
	return total
}

// main returns the orig tarball that is no component.
func (l *layout) main() (t tarball, ok bool) {
	for _, t := range l.tarballs {
		if t.rank() == 0 && t.part == "orig" {
			return t, true
		}
	}
	return tarball{}, false
}

// debian returns the tarball that holds the debian directory of 2.0 and 3.0 (quilt).
func (l *layout) debian() (t tarball, ok bool) {
	for _, t := range l.tarballs {
		if strings.Contains(path.Base(t.content.File().Name), ".debian.tar") {
			return t, true
		}
	}
	return tarball{}, false
}

// hasDebianTarball says whether the format keeps debian in a tarball of its own.
func (l *layout) hasDebianTarball() bool { return l.format == formatQuilt || l.format == format2 }

func (l *layout) check() error {
	switch l.format {
	case format2, formatQuilt:
		if _, ok := l.main(); !ok {
			return fmt.Errorf("a %s package without a tarball NAME_VERSION.orig.tar.*", l.format)
		}
		if _, ok := l.debian(); !ok {
			return fmt.Errorf("a %s package without a tarball NAME_VERSION.debian.tar.*", l.format)
		}
	case formatNative:
		if len(l.tarballs) != 1 {
			return fmt.Errorf("a 3.0 (native) package has one tarball, not %d", len(l.tarballs))
		}
	case format1:
		if len(l.tarballs) != 1 {
			return fmt.Errorf("a package of format 1.0 has one tarball, not %d", len(l.tarballs))
		}
	}
	return nil
}

// stripTop is what dpkg-source does with an unpacked tarball: if its top holds one
// thing and that is a directory, that directory is the source.
func stripTop(root *node) *node {
	if _, only := root.only(); only.isDir() {
		return only
	}
	return root
}

// withoutQuiltState drops .pc from the top of an orig tarball and from the
// directories there, where quilt keeps its state, and notes that. dpkg-source lets
// no main orig tarball bring one.
func (im *importer) withoutQuiltState(file string, root *node) *node {
	e := editTree(root)
	for _, name := range root.names() {
		if root.at(name, ".pc") != nil {
			delete(e.dir(name).entries, ".pc")
			im.result.Losses.add(Loss{Kind: LossQuiltState, File: file, Path: name + "/.pc"})
		}
	}
	if root.at(".pc") != nil {
		im.result.Losses.add(Loss{Kind: LossQuiltState, File: file, Path: ".pc"})
	}
	return e.root.without(".pc")
}

// sourceTree puts together what "dpkg-source -x" unpacks, without the patches of
// 3.0 (quilt). all has the unpacked tarballs.
func (im *importer) sourceTree(all map[*dsc.Content]*unpacked) (*node, error) {
	l := im.layout
	var root *node
	switch {
	case l.single != nil:
		root = stripTop(all[l.single].root)
	case l.hasDebianTarball():
		main, _ := l.main()
		debian, _ := l.debian()
		root = stripTop(im.withoutQuiltState(main.content.File().Name, all[main.content].root))
		for _, t := range l.tarballs {
			if name := t.component(); name != "" {
				root = root.with(stripTop(all[t.content].root), name)
			}
		}
		root = root.without("debian").over(all[debian.content].root)
	default:
		root = stripTop(all[l.tarballs[0].content].root)
	}
	var err error
	switch {
	case l.diff != nil:
		root, err = im.applyDiff(root)
	case l.format == format2:
		root, err = im.applyUnlisted(root)
	}
	if err != nil {
		return nil, err
	}
	return im.finishSource(root)
}

// finishSource makes the changes that dpkg-source makes to any unpacked source.
func (im *importer) finishSource(root *node) (*node, error) {
	if im.layout.format != format1 && root.at("debian", "source", "format") == nil {
		b, err := im.newBlob([]byte(im.layout.format + "\n"))
		if err != nil {
			return nil, err
		}
		root = root.with(&node{kind: fileNode, blob: b}, "debian", "source", "format")
	}
	if rules := root.at("debian", "rules"); rules != nil && rules.kind == fileNode {
		root = root.with(&node{kind: execNode, blob: rules.blob}, "debian", "rules")
	}
	return root, nil
}

// isQuilt says whether debian/source/format of the tree itself is 3.0 (quilt).
func (im *importer) isQuilt(root *node) (bool, error) {
	const name = "debian/source/format"
	n := root.at(strings.Split(name, "/")...)
	if n == nil || n.kind != fileNode && n.kind != execNode {
		return false, nil
	}
	data, err := im.content(n, name, im.limits.control())
	if err != nil {
		return false, err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return string(line) == formatQuilt, nil
}
