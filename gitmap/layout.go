package gitmap

import (
	"errors"
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

// fileNames says, for each format, how dpkg-source wants the files of a package to be
// called: BASE stands for the name of the package and its upstream version, FULL for
// the name and the whole version, EXT for that of a compression, with its dot.
var fileNames = map[string][]string{
	format1:      {`BASE\.orig\.tar\.gz(\.asc)?`, `FULL\.tar\.gz`, `FULL\.diff\.gz`},
	format2:      {`BASE\.orig(-[A-Za-z0-9-]+)?\.tarEXT(\.asc)?`, `FULL\.debian\.tarEXT`},
	formatQuilt:  {`BASE\.orig(-[A-Za-z0-9-]+)?\.tarEXT(\.asc)?`, `FULL\.debian\.tarEXT`},
	formatNative: {`FULL\.tarEXT`},
}

// fileName returns what the names of a package's files have to match.
func fileName(src *dsc.Source) *regexp.Regexp {
	fill := strings.NewReplacer(
		"BASE", regexp.QuoteMeta(src.Package+"_"+src.Version.Upstream().WithoutEpoch()),
		"FULL", regexp.QuoteMeta(src.Package+"_"+src.Version.WithoutEpoch()),
		"EXT", `\.(?:gz|bz2|lzma|xz)`,
	)
	return regexp.MustCompile(`^(?:` + fill.Replace(strings.Join(fileNames[src.Format], "|")) + `)$`)
}

// layoutOf sorts the files of pkg. It refuses formats that it does not know, and
// sets of files that dpkg-source would not unpack, but for a signature of which that
// knows nothing, and a tarball that is not compressed: oddity then says so.
func layoutOf(pkg *dsc.Package) (l *layout, oddity error, err error) {
	src, contents := pkg.Source(), pkg.Contents()
	if _, ok := fileNames[src.Format]; !ok {
		return nil, nil, fmt.Errorf("source format %q: only 1.0, 2.0, 3.0 (native) and 3.0 (quilt) can be imported", src.Format)
	}
	l = &layout{format: src.Format}
	if len(contents) == 1 && l.hasDebianTarball() {
		return nil, nil, fmt.Errorf("a %s package needs an orig tarball and a debian tarball, but %s is its only file", l.format, contents[0].File().Name)
	}
	want := fileName(src)
	part := partName(src.ID)
	names := map[string]bool{}
	for _, c := range contents {
		names[c.File().Name] = true
	}
	for _, c := range contents {
		name := c.File().Name
		signed, isASC := strings.CutSuffix(name, ".asc")
		switch {
		case dsc.IsSignature(name):
			if !want.MatchString(name) || !isASC || !names[signed] {
				oddity = fmt.Errorf("dpkg-source takes no signature %s in a package of format %s", name, src.Format)
			}
			continue
		case strings.HasSuffix(name, ".tar") && want.MatchString(name+".gz"):
			oddity = fmt.Errorf("dpkg-source takes no tarball without compression, as %s is", name)
		case !want.MatchString(name):
			return nil, nil, fmt.Errorf("%s has no place in a source package of format %s", name, src.Format)
		case strings.HasSuffix(name, ".diff.gz"):
			l.diff = c
			continue
		}
		l.add(c, part)
	}
	l.sort()
	if err := l.check(); err != nil {
		return nil, nil, err
	}
	if len(contents) == 1 {
		l.single, l.tarballs = l.tarballs[0].content, nil
	}
	return l, oddity, nil
}

// partName matches the name of an orig tarball, and the part that it says.
func partName(id dsc.ID) *regexp.Regexp {
	return regexp.MustCompile(`^` + regexp.QuoteMeta(id.Package+"_"+id.Version.Upstream().WithoutEpoch()) + `\.([^._]+)\.tar(?:\.\w+)?$`)
}

// add adds a tarball, of which part says the part.
func (l *layout) add(c *dsc.Content, part *regexp.Regexp) {
	t := tarball{content: c}
	if m := part.FindStringSubmatch(c.File().Name); m != nil {
		t.part = m[1]
	}
	l.tarballs = append(l.tarballs, t)
}

// sort puts the tarballs into the order of their commits.
func (l *layout) sort() {
	sort.SliceStable(l.tarballs, func(i, j int) bool {
		a, b := l.tarballs[i], l.tarballs[j]
		if a.rank() != b.rank() {
			return a.rank() < b.rank()
		}
		return a.content.File().Name < b.content.File().Name
	})
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

// check refuses a package without the tarballs that its format wants, or with two
// of which one would take the place of the other.
func (l *layout) check() error {
	seen := map[string]bool{}
	for _, t := range l.tarballs {
		name := t.content.File().Name
		name = name[:strings.LastIndex(name, ".tar")]
		if seen[name] || len(seen) > 0 && !l.hasDebianTarball() {
			return fmt.Errorf("%s is a tarball too many in a source package of format %s", t.content.File().Name, l.format)
		}
		seen[name] = true
	}
	if !l.hasDebianTarball() {
		if len(l.tarballs) == 0 {
			return fmt.Errorf("a %s package without a tarball", l.format)
		}
		return nil
	}
	if _, ok := l.main(); !ok {
		return fmt.Errorf("a %s package without a tarball NAME_VERSION.orig.tar.*", l.format)
	}
	if _, ok := l.debian(); !ok {
		return fmt.Errorf("a %s package without a tarball NAME_VERSION.debian.tar.*", l.format)
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
// directories there, where quilt keeps its state, and notes that. dpkg-source has tar
// leave out names of the form .pc and */.pc of the main orig tarball.
func (im *importer) withoutQuiltState(file string, u *unpacked) *node {
	root := u.root
	e := editNodes(root)
	for _, name := range root.names() {
		if root.at(name, ".pc") != nil && !u.keepsState {
			e.dir(name).drop(".pc")
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
		debian, _ := l.debian()
		root = im.upstreamTree(all).over(all[debian.content].root)
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
	if im.held.refused != nil {
		im.own("%w", im.held.refused)
	}
	return im.finishSource(root)
}

// upstreamTree puts together what the orig tarballs of 2.0 and 3.0 (quilt) hold, without the
// debian directory that upstream may have.
func (im *importer) upstreamTree(all map[*dsc.Content]*unpacked) *node {
	main, _ := im.layout.main()
	root := stripTop(im.withoutQuiltState(main.content.File().Name, all[main.content]))
	for _, t := range im.layout.tarballs {
		if name := t.component(); name != "" {
			root = root.with(stripTop(all[t.content].root), name)
		}
	}
	return root.without("debian")
}

// finishSource makes the changes that dpkg-source makes to any unpacked source.
func (im *importer) finishSource(root *node) (*node, error) {
	format, at, err := im.throughLinks(root, formatName)
	if err != nil && !errors.Is(err, errLeavesTree) {
		return nil, err
	}
	if at == nil && root.at("debian", "source") == nil {
		at = strings.Split(formatName, "/")
	}
	if im.layout.format != format1 && format == nil && at != nil {
		file, err := im.newFile([]byte(im.layout.format + "\n"))
		if err != nil {
			return nil, err
		}
		root = root.with(file, at...)
	}
	if rules := root.at("debian", "rules"); rules != nil && rules.kind == fileNode {
		root = root.with(&node{kind: execNode, id: rules.id}, "debian", "rules")
	}
	return root, nil
}

// isQuilt says whether debian/source/format of the tree itself is 3.0 (quilt). dgit
// looks at its first line, and refuses a package without one in it.
func (im *importer) isQuilt(root *node) (bool, error) {
	data, err := im.readThroughLinks(root, formatName, im.limits.control())
	switch {
	case isMissing(err):
		return false, nil
	case errors.Is(err, errNotRegular), errors.Is(err, errLeavesTree):
		im.own("%w", err)
		return false, nil
	case err != nil:
		return false, err
	case len(data) == 0:
		im.own("%s is empty", formatName)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return line == formatQuilt, nil
}
