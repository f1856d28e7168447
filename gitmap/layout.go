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
	case format1, formatNative, formatQuilt:
	default:
		return nil, fmt.Errorf("source format %q: only 1.0, 3.0 (native) and 3.0 (quilt) can be imported", src.Format)
	}
	contents := pkg.Contents()
	if len(contents) == 1 {
		if src.Format == formatQuilt {
			return nil, fmt.Errorf("a 3.0 (quilt) package needs an orig tarball and a debian tarball, but %s is its only file", contents[0].File().Name)
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

// main returns the orig tarball that is no component.
func (l *layout) main() (t tarball, ok bool) {
	for _, t := range l.tarballs {
		if t.rank() == 0 && t.part == "orig" {
			return t, true
		}
	}
	return tarball{}, false
}

// debian returns the tarball that holds the debian directory of 3.0 (quilt).
func (l *layout) debian() (t tarball, ok bool) {
	for _, t := range l.tarballs {
		if strings.Contains(path.Base(t.content.File().Name), ".debian.tar") {
			return t, true
		}
	}
	return tarball{}, false
}

func (l *layout) check() error {
	switch l.format {
	case formatQuilt:
		if _, ok := l.main(); !ok {
			return fmt.Errorf("a 3.0 (quilt) package without a tarball NAME_VERSION.orig.tar.*")
		}
		if _, ok := l.debian(); !ok {
			return fmt.Errorf("a 3.0 (quilt) package without a tarball NAME_VERSION.debian.tar.*")
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

// withoutQuiltState drops .pc from the top and from the directories there, where
// quilt keeps its state. dpkg-source lets no main orig tarball bring one.
func withoutQuiltState(root *node) *node {
	for _, name := range root.names() {
		root = root.without(name, ".pc")
	}
	return root.without(".pc")
}

// sourceTree puts together what "dpkg-source --skip-patches -x" unpacks, for the
// formats that consist of tarballs only. raw has the unpacked tarballs.
func (im *importer) sourceTree(raw map[*dsc.Content]*node) (*node, error) {
	l := im.layout
	var root *node
	switch {
	case l.single != nil:
		root = stripTop(raw[l.single])
	case l.format == formatQuilt:
		main, _ := l.main()
		debian, _ := l.debian()
		root = stripTop(withoutQuiltState(raw[main.content]))
		for _, t := range l.tarballs {
			if name := t.component(); name != "" {
				root = root.with(stripTop(raw[t.content]), name)
			}
		}
		root = root.without("debian").over(raw[debian.content])
	default:
		root = stripTop(raw[l.tarballs[0].content])
	}
	if l.diff != nil {
		var err error
		if root, err = im.applyDiff(root); err != nil {
			return nil, err
		}
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
	data, err := im.readFile(root, "debian/source/format")
	if err != nil || data == nil {
		return false, err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return string(line) == formatQuilt, nil
}
