package gitmap

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A FileChange says what differs at a path between two trees. A renamed file is one that
// is gone and one that is new.
type FileChange struct {
	Path    string
	Status  byte // 'A' new, 'D' gone, 'M' changed, 'T' of another type
	Added   int  // lines; zero if Binary
	Removed int  // likewise
	Binary  bool
}

// plainDiff are options that make git diff print the same whatever the user has configured,
// but for the choice of hunks. It writes nothing, not even the index.
var plainDiff = []string{
	"--no-optional-locks", "-c", "core.quotePath=false", "-c", "diff.submodule=short", "-c", "diff.suppressBlankEmpty=false",
	"diff", "-O/dev/null", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=none",
}

// diff runs git diff from one tree to another, or if to is zero to the work tree.
func (r *Repo) diff(ctx context.Context, from, to ObjectID, options, paths []string) (string, error) {
	args := append(append([]string{}, plainDiff...), options...)
	args = append(args, from.String())
	if !to.IsZero() {
		args = append(args, to.String())
	}
	return r.Git(ctx, append(append(args, "--"), paths...)...)
}

// DiffFiles returns which files differ between two trees or commits, in git's order. A zero to stands
// for the work tree, of which only the files count that git knows of. paths are
// those of gitglossary(7), from the top of the tree.
func (r *Repo) DiffFiles(ctx context.Context, from, to ObjectID, paths ...string) ([]FileChange, error) {
	out, err := r.diff(ctx, from, to, []string{"--no-renames", "--raw", "--numstat", "-z"}, paths)
	if err != nil {
		return nil, err
	}
	var changes []FileChange
	index := map[string]int{}
	items := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for i := 0; i < len(items) && items[i] != ""; i++ {
		if strings.HasPrefix(items[i], ":") { // ":MODE MODE ID ID STATUS", then the path
			if i+1 == len(items) {
				return nil, fmt.Errorf("git diff: answered %q", out)
			}
			index[items[i+1]] = len(changes)
			changes = append(changes, FileChange{Path: items[i+1], Status: items[i][len(items[i])-1]})
			i++
			continue
		}
		words := strings.SplitN(items[i], "\t", 3) // ADDED REMOVED PATH; "-" for binary files
		at, ok := index[words[len(words)-1]]
		if len(words) != 3 || !ok {
			return nil, fmt.Errorf("git diff: answered %q", items[i])
		}
		c := &changes[at]
		var err1, err2 error
		if c.Binary = words[0] == "-"; !c.Binary {
			c.Added, err1 = strconv.Atoi(words[0])
			c.Removed, err2 = strconv.Atoi(words[1])
		}
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("git diff: answered %q", items[i])
		}
	}
	return changes, nil
}

// DiffText returns the difference of two trees as a patch for people. Its arguments are
// those of [Repo.DiffFiles].
func (r *Repo) DiffText(ctx context.Context, from, to ObjectID, paths ...string) (string, error) {
	return r.diff(ctx, from, to, []string{"--find-renames"}, paths)
}

// plainTexts are options that make git take the content of files as it is, whatever the user or
// the machine has configured. [attributesNoSystem] is for the attributes of the latter.
var plainTexts = []string{"-c", "core.autocrlf=false", "-c", "core.attributesFile=/dev/null"}

const attributesNoSystem = "GIT_ATTR_NOSYSTEM=1"

// DiffTexts returns the hunks of the difference of two texts, as git finds them; "" if
// they are equal. No filter, conversion or attribute counts.
func DiffTexts(ctx context.Context, from, to []byte) (string, error) {
	if bytes.Equal(from, to) {
		return "", nil
	}
	dir, err := os.MkdirTemp("", "debgit-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	for name, data := range map[string][]byte{"from": from, "to": to} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return "", err
		}
	}
	args := append(append(slices.Clone(plainTexts), plainDiff...), "--no-index", "--text", "--", "from", "to")
	cmd := gitCommand(ctx, dir, args...)
	cmd.Env = append(cmd.Env, attributesNoSystem, "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir)) // TMPDIR may be in a repository
	out, err := outputOf(ctx, cmd)
	var differ *GitError
	if exitStatus(err) == 1 && errors.As(err, &differ) {
		out, err = differ.stdout, nil
	}
	if err != nil {
		return "", err
	}
	_, hunks, ok := strings.Cut(out, "\n@@ ")
	if !ok {
		return "", fmt.Errorf("git diff: answered %q", out)
	}
	return "@@ " + hunks, nil
}
