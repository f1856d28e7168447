package upload

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"debgit/gitmap"
)

// quiltState is where quilt and dpkg-source keep what they have done. No package has it.
const quiltState = ".pc"

// isOurs says whether a path is not upstream's, so that it does not count when trees are compared.
func isOurs(name string) bool {
	return gitmap.IsPackaging(name) || name == quiltState || strings.HasPrefix(name, quiltState+"/")
}

// isIgnore says whether a path is that of a .gitignore file, in which some quilt modes allow what
// they do not allow elsewhere.
func isIgnore(name string) bool { return path.Base(name) == ".gitignore" }

// differs says whether any file differs, and whether any .gitignore does.
func differs(changes []gitmap.TreeChange) (files, ignores bool) {
	for _, c := range changes {
		if isIgnore(c.Path) {
			ignores = true
		} else {
			files = true
		}
	}
	return files, ignores
}

// between returns what differs between two trees in upstream's files.
func (m *maker) between(from, to gitmap.ObjectID) ([]gitmap.TreeChange, error) {
	return m.trees.Changes(from, to, isOurs)
}

// A Cause is what may have made two trees differ at a path.
type Cause string

// The causes. The texts are part of results and never change meaning.
const (
	CauseExecutable Cause = "executable"   // only one of the files is executable
	CauseType       Cause = "type"         // one is a file, the other a symbolic link or a submodule
	CauseLines      Cause = "line-endings" // only the ends of lines differ
	CauseIgnore     Cause = "gitignore"    // it is a .gitignore file
	CauseGenerated  Cause = "generated"    // tools such as autoconf make it, and it is not in git
	CauseBinary     Cause = "binary"       // its content is no text, which no patch can change
	CauseDeleted    Cause = "deleted"      // it is not in git
	CauseNew        Cause = "new"          // it is only in git
	CauseContent    Cause = "content"      // something else: the contents differ
)

// A QuiltDifference is a file that is not the same in git and in what tarballs and patches give.
type QuiltDifference struct {
	Path  string
	Cause Cause
}

// generatedNames are files that autoconf, automake, libtool and gettext put into tarballs.
var generatedNames = []string{
	"configure", "Makefile.in", "aclocal.m4", "config.h.in", "config.guess", "config.sub", "config.rpath", "ltmain.sh", "install-sh",
	"missing", "depcomp", "compile", "ar-lib", "test-driver", "mkinstalldirs", "ylwrap", "libtool.m4", "ltoptions.m4", "ltsugar.m4",
	"ltversion.m4", "lt~obsolete.m4", "INSTALL", "texinfo.tex", "mdate-sh", "py-compile",
}

// maxExplained is how many files are opened to find out why they differ.
const maxExplained = 200

// explain finds causes for what differs between a tree of tarballs and patches and one of git.
func (m *maker) explain(changes []gitmap.TreeChange) ([]QuiltDifference, error) {
	var list []QuiltDifference
	for i, c := range changes {
		cause, err := m.cause(c, i < maxExplained)
		if err != nil {
			return nil, err
		}
		list = append(list, QuiltDifference{c.Path, cause})
	}
	return list, nil
}

// cause finds the cause of one change; from the contents only if they may be read.
func (m *maker) cause(c gitmap.TreeChange, mayRead bool) (Cause, error) {
	isNew, isGone := c.Old.ID.IsZero(), c.New.ID.IsZero()
	switch {
	case isIgnore(c.Path):
		return CauseIgnore, nil
	case isGone && slices.Contains(generatedNames, path.Base(c.Path)):
		return CauseGenerated, nil
	case !isNew && !isGone && c.Old.Mode.Type() != c.New.Mode.Type():
		return CauseType, nil
	case c.Old.ID == c.New.ID:
		return CauseExecutable, nil
	case !mayRead || isSubmodule(c):
		return contentCause(nil, nil, isNew, isGone), nil
	}
	old, err := m.contentOf(c.Old)
	if err != nil {
		return "", err
	}
	now, err := m.contentOf(c.New)
	return contentCause(old, now, isNew, isGone), err
}

// contentOf returns the content of an entry, nothing if there is none.
func (m *maker) contentOf(e gitmap.TreeEntry) ([]byte, error) {
	if e.ID.IsZero() {
		return nil, nil
	}
	return m.trees.Blob(e.ID)
}

func contentCause(old, now []byte, isNew, isGone bool) Cause {
	withoutCR := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")) }
	switch {
	case isBinary(old) || isBinary(now):
		return CauseBinary
	case isNew:
		return CauseNew
	case isGone:
		return CauseDeleted
	case old != nil && bytes.Equal(withoutCR(old), withoutCR(now)):
		return CauseLines
	}
	return CauseContent
}

// isBinary says whether git takes content for no text: by a zero near its start.
func isBinary(content []byte) bool {
	const looked = 8000
	return bytes.IndexByte(content[:min(len(content), looked)], 0) >= 0
}

// A QuiltError says that a branch is not what its quilt mode wants it to be.
type QuiltError struct {
	Mode        QuiltMode
	Problem     string
	Differences []QuiltDifference // between what tarballs, and patches if the mode has them applied, give, and the branch
}

func (e *QuiltError) Error() string {
	return fmt.Sprintf("quilt mode %s: %s%s", e.Mode, e.Problem, listDifferences(e.Differences))
}

// causeTexts say the causes in words.
var causeTexts = map[Cause]string{
	CauseExecutable: "only one of them is executable",
	CauseType:       "one is a file, the other is not",
	CauseLines:      "only the ends of lines differ",
	CauseIgnore:     "for git alone",
	CauseGenerated:  "a file that autoconf and the like make; it is in the tarball, but not in git",
	CauseBinary:     "binary: no patch changes it",
	CauseDeleted:    "not in git",
	CauseNew:        "only in git",
	CauseContent:    "other content",
}

// listDifferences names differences, a line each, after a colon.
func listDifferences(list []QuiltDifference) string {
	const most = 20
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte(':')
	for i, d := range list {
		if i == most {
			fmt.Fprintf(&b, "\n%d files more", len(list)-most)
			break
		}
		fmt.Fprintf(&b, "\n%s: %s", d.Path, causeTexts[d.Cause])
	}
	return b.String()
}

// An UnrepresentableError says that a branch changes files of upstream in a way that a source
// package of format 3.0 (quilt) cannot have.
type UnrepresentableError struct{ Changes []Unrepresentable }

// An Unrepresentable is such a change.
type Unrepresentable struct {
	Path      string
	Reason    string
	Binary    bool // the content of the file is no text
	Removed   bool // the file goes
	Submodule bool // it is no file
	New       bool // the file was not there
	Link      bool // a symbolic link becomes one of another target, comes or goes
}

func (e *UnrepresentableError) Error() string {
	first := e.Changes[0]
	text := fmt.Sprintf("no patch can make a change that this branch makes to upstream: %q: %s", first.Path, first.Reason)
	if n := len(e.Changes) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// checkRepresentable refuses changes from upstream's tarballs to the branch that dpkg-source would
// not make.
func (m *maker) checkRepresentable(changes []gitmap.TreeChange) error {
	if m.opts.Forces.Has(ForceUnrepresentable) {
		return nil
	}
	var list []Unrepresentable
	for _, c := range changes {
		if reason := whyUnrepresentable(c); reason != "" {
			list = append(list, Unrepresentable{
				Path: c.Path, Reason: reason, Submodule: isSubmodule(c), Link: isLink(c),
				New: c.Old.ID.IsZero(), Removed: c.New.ID.IsZero(),
			})
		}
	}
	if list != nil {
		return &UnrepresentableError{list}
	}
	return nil
}

func whyUnrepresentable(c gitmap.TreeChange) string {
	old, now := c.Old.Mode, c.New.Mode
	isNew, isGone := c.Old.ID.IsZero(), c.New.ID.IsZero()
	switch {
	case isSubmodule(c):
		return "it is a submodule"
	case !isNew && !isGone && old.Type() != now.Type():
		return "a file becomes a symbolic link, or the other way round"
	case isNew && now == fs.ModeSymlink:
		return "a new symbolic link"
	case isGone && old == fs.ModeSymlink:
		return "a symbolic link is removed"
	case old == fs.ModeSymlink:
		return "a symbolic link is changed"
	}
	return ""
}

// isLink says whether there are symbolic links on the sides of a change where there is anything.
func isLink(c gitmap.TreeChange) bool {
	return (c.Old.ID.IsZero() || c.Old.Mode == fs.ModeSymlink) && (c.New.ID.IsZero() || c.New.Mode == fs.ModeSymlink)
}

func isSubmodule(c gitmap.TreeChange) bool {
	return c.Old.Mode == fs.ModeIrregular || c.New.Mode == fs.ModeIrregular
}
