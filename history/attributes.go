package history

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/gitmap"
)

// What keeps git from changing the content of files on their way between commits and work
// tree: a source package says byte for byte what is in it, whatever .gitattributes its upstream
// uses. The attributes are those that gitattributes(5) lists with an effect on
// content. Lines are those of dgit 14, which added the last two.
const (
	defuseMacro = "[attr]dgit-defuse-attrs"
	defuseLine  = defuseMacro + "\t-text -eol -crlf -ident -filter -working-tree-encoding -export-ignore -export-subst"
	defuseLines = "*\tdgit-defuse-attrs\n" + defuseLine + "\n" +
		"# ^ see GITATTRIBUTES in dgit(7) and dgit setup-new-tree in dgit(1)\n"
)

const (
	changelogFile  = "debian/changelog"
	changelogMerge = "merge=dpkg-mergechangelogs"
)

func attributesPath(repo *gitmap.Repo) string {
	return filepath.Join(repo.CommonDir(), "info", "attributes")
}

// readAttributes returns the attributes that only this repository has.
func readAttributes(repo *gitmap.Repo) (string, error) {
	data, err := os.ReadFile(attributesPath(repo))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return string(data), err
}

func writeAttributes(repo *gitmap.Repo, text string) error {
	name := attributesPath(repo)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	if err := os.WriteFile(name+".new", []byte(text), 0o666); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}

// defuses says whether a line of attributes is the macro, in the form that has an effect
// on all that it should.
func defuses(line string) (isMacro, proper bool) {
	words := strings.Fields(line)
	isMacro = len(words) > 0 && strings.HasPrefix(line, defuseMacro) && words[0] == defuseMacro
	return isMacro, isMacro && slices.Contains(words, "-export-subst")
}

// defuseAttributes returns attributes with what keeps git from changing content. A macro
// of an older dgit is completed; a proper one is left as it is, with all around it.
func defuseAttributes(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		isMacro, proper := defuses(line)
		switch {
		case proper:
			return text
		case isMacro:
			lines[i] = defuseLine
			return endLine(strings.Join(lines, "\n"))
		}
	}
	return defuseLines + endLine(text)
}

// mergeChangelogs returns attributes with debian/changelog merged by
// dpkg-mergechangelogs(1), and by nothing else.
func mergeChangelogs(text string) string {
	var b strings.Builder
	for line := range strings.Lines(endLine(text)) {
		words := strings.Fields(line)
		if len(words) > 1 && words[0] == changelogFile {
			rest := slices.DeleteFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "merge=") })
			if len(rest) == 0 {
				continue
			}
			line = changelogFile + " " + strings.Join(rest, " ") + "\n"
		}
		b.WriteString(line)
	}
	return b.String() + changelogFile + " " + changelogMerge + "\n"
}

// endLine returns text with a newline after its last line.
func endLine(text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

// warnOfAttributes warns of .gitattributes in a tree that have an effect here: then what
// git checks out need not be what the source package has.
func warnOfAttributes(ctx context.Context, repo *gitmap.Repo, tree gitmap.ObjectID, warnf func(format string, args ...any)) error {
	text, err := readAttributes(repo)
	if err != nil {
		return err
	}
	for line := range strings.Lines(text) {
		if _, proper := defuses(line); proper {
			return nil
		}
	}
	names, err := repo.FilesNamed(ctx, tree, ".gitattributes")
	if err == nil && len(names) > 0 {
		warnf("the source package contains .gitattributes with an effect on what git checks out, which may differ from it: %s; to switch them off: debgit setup-gitattributes", names[0])
	}
	return err
}
