package upload

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// causes knows why a source package may not hold what a tree has.
type causes struct {
	format string // of the .dsc
	native bool   // one tarball has all files
	reader *gitmap.TreeReader

	// What debian/source/options says.
	tarIgnore  []string         // patterns of files that no tarball gets
	diffIgnore []*regexp.Regexp // of files whose changes no patch gets
}

// defaultTarIgnore are some patterns of files that dpkg-source(1) leaves out where
// debian/source/options has tar-ignore without a pattern: those that people have in git.
var defaultTarIgnore = []string{"*.a", "*.la", "*.o", "*.so", "*~", ".*.sw?", ".gitignore", ".gitattributes", ".gitmodules", ".gitreview", ".mailmap", ".hgignore", ".bzrignore", ".cvsignore", "CVS", "DEADJOE", "RCS"}

func (c *causes) readOptions(files *gitmap.TreeFiles) error {
	for _, name := range []string{"debian/source/options", "debian/source/local-options"} {
		data, err := files.Content(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		for _, option := range dsc.SourceOptions(data) {
			name, value, valued := strings.Cut(option, "=")
			switch {
			case name == "--tar-ignore" && valued:
				c.tarIgnore = append(c.tarIgnore, value)
			case name == "--tar-ignore":
				c.tarIgnore = append(c.tarIgnore, defaultTarIgnore...)
			case name == "--extend-diff-ignore" || name == "--diff-ignore":
				if re, err := regexp.Compile(value); err == nil && value != "" {
					c.diffIgnore = append(c.diffIgnore, re)
				}
			}
		}
	}
	return nil
}

// explain says what differs at a path, and why.
func (c *causes) explain(change gitmap.TreeChange) (Difference, error) {
	d := Difference{Path: change.Path}
	unpacked, committed := change.Old, change.New
	switch {
	case unpacked.ID.IsZero():
		d.What = "not in the source package"
		d.Cause = c.whyLeftOut(change.Path, committed)
	case committed.ID.IsZero():
		d.What = "in the source package, but not in the commit"
		d.Cause = c.whyThere(change.Path)
	case unpacked.Mode.Type() != committed.Mode.Type():
		d.What = fmt.Sprintf("%s in the source package, but %s in the commit", kindOf(unpacked.Mode), kindOf(committed.Mode))
		d.Cause = c.whyNotChanged(change.Path)
	case unpacked.ID == committed.ID:
		d.What = "not executable in the source package"
		if unpacked.Mode&0o111 != 0 {
			d.What = "executable in the source package, but not in the commit"
		}
		if c.isPatched(change.Path) {
			d.Cause = "a patch does not change that; set it in debian/rules"
		}
	default:
		d.What = "has other content in the source package"
		d.Cause = c.whyNotChanged(change.Path)
		binary, err := c.isBinary(committed)
		if err != nil {
			return d, err
		}
		if d.Cause == "" && binary && c.isPatched(change.Path) {
			d.Cause = "it is binary, which no patch can change; name it in debian/source/include-binaries"
		}
	}
	return d, nil
}

func kindOf(mode fs.FileMode) string {
	switch mode.Type() {
	case fs.ModeSymlink:
		return "a symbolic link"
	case fs.ModeIrregular:
		return "a submodule"
	}
	return "a file"
}

// isPatched says whether a file comes from an orig tarball, with a patch or a diff over it.
func (c *causes) isPatched(path string) bool {
	return !c.native && (c.format == FormatOld || !gitmap.IsPackaging(path))
}

// whyLeftOut says why a source package may not have a file.
func (c *causes) whyLeftOut(name string, e gitmap.TreeEntry) string {
	if e.Mode == fs.ModeIrregular {
		return "a submodule is not part of a commit: add its files instead"
	}
	if pattern := c.ignoredBy(name); pattern != "" && !c.isPatched(name) {
		return fmt.Sprintf("tar-ignore in debian/source/options leaves out %s", pattern)
	}
	if c.isPatched(name) && c.format == FormatOld {
		switch content, err := c.reader.Blob(e.ID); {
		case e.Mode == fs.ModeSymlink:
			return "a diff of format 1.0 makes no symbolic link"
		case err == nil && len(content) == 0:
			return "a diff of format 1.0 makes no empty file"
		}
	}
	return c.whyNotChanged(name)
}

// ignoredBy returns the pattern by which tar leaves a file out, or "": it holds for the file
// and for each directory that it is in, with or without what is before it.
func (c *causes) ignoredBy(name string) string {
	for _, pattern := range c.tarIgnore {
		for at := name; at != "."; at = path.Dir(at) {
			for rest := at; ; {
				if ok, _ := path.Match(pattern, rest); ok {
					return pattern
				}
				_, after, more := strings.Cut(rest, "/")
				if !more {
					break
				}
				rest = after
			}
		}
	}
	return ""
}

// whyThere says why a source package may have a file that is not wanted.
func (c *causes) whyThere(name string) string {
	if why := c.whyNotChanged(name); why != "" || !c.isPatched(name) {
		return why
	}
	if c.format == FormatOld {
		return "it is in the orig tarball, and a diff of format 1.0 removes no file; remove it in debian/rules"
	}
	return "it is in an orig tarball, and no patch removes it"
}

// whyNotChanged says why a change to a file may not be in the source package.
func (c *causes) whyNotChanged(name string) string {
	if !c.isPatched(name) {
		return ""
	}
	for _, re := range c.diffIgnore {
		if re.MatchString(name) {
			return fmt.Sprintf("extend-diff-ignore in debian/source/options passes over changes to %s", re)
		}
	}
	return ""
}

// isBinary says whether a file looks like binary data to diff(1).
func (c *causes) isBinary(e gitmap.TreeEntry) (bool, error) {
	if e.Mode.Type() != 0 {
		return false, nil
	}
	content, err := c.reader.Blob(e.ID)
	return bytes.IndexByte(content, 0) >= 0, err
}
