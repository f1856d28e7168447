package gitmap

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// A PlainGit runs git on the objects of a repository, but with nobody's configuration and with the
// attributes that one tree has: what it says of two commits is the same for everybody. It must be closed.
type PlainGit struct {
	repo *Repo
	dir  string // a temporary one
}

// plainConfig is the configuration of the temporary repository.
const plainConfig = "[core]\n\trepositoryFormatVersion = 0\n\tbare = false\n"

// NewPlainGit has git look at the objects of r. The attributes of gitattributes(5), and the names of
// gitmailmap(5), are those of tree.
func (r *Repo) NewPlainGit(ctx context.Context, tree ObjectID) (*PlainGit, error) {
	dir, err := os.MkdirTemp("", "debgit-")
	if err != nil {
		return nil, err
	}
	p := &PlainGit{r, dir}
	if err := p.fill(ctx, tree); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close removes what is temporary.
func (p *PlainGit) Close() error { return os.RemoveAll(p.dir) }

func (p *PlainGit) fill(ctx context.Context, tree ObjectID) error {
	files := map[string][]byte{".git/HEAD": []byte("ref: refs/heads/none\n"), ".git/config": []byte(plainConfig)}
	shallow, err := os.ReadFile(filepath.Join(p.repo.common, "shallow"))
	if err == nil {
		files[".git/shallow"] = shallow // else a log of the oldest commits fails
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := p.repo.treeEntries(ctx, tree)
	if err != nil {
		return err
	}
	for name, e := range entries {
		id, isFile := strings.CutPrefix(e, "100644 blob ")
		if !isFile || path.Base(name) != ".gitattributes" && name != ".mailmap" {
			continue
		}
		blob, err := ParseCommitID(id)
		if err != nil {
			return err
		}
		if files[name], err = p.repo.blob(ObjectID(blob)); err != nil {
			return err
		}
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, dir := range []string{".git/objects", ".git/refs"} {
		if err := root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
		if err := root.WriteFile(name, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (p *PlainGit) git(ctx context.Context, args ...string) (string, error) {
	cmd := gitCommand(ctx, p.dir, args...)
	cmd.Env = append(cmd.Env, "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_ATTR_NOSYSTEM=1", "GIT_CONFIG_COUNT=0",
		"GIT_CONFIG_PARAMETERS=", "GIT_DIR="+filepath.Join(p.dir, ".git"), "GIT_OBJECT_DIRECTORY="+filepath.Join(p.repo.common, "objects"))
	return outputOf(ctx, cmd)
}

// Patch returns the difference from one commit or tree to another as a patch, as git diff shows it, without
// what is below the directories at the top that skip names.
func (p *PlainGit) Patch(ctx context.Context, from, to ObjectID, skip ...string) (string, error) {
	args := []string{"diff", "--no-ext-diff", "--no-textconv", "--no-color", from.String(), to.String(), "--"}
	for _, dir := range skip {
		args = append(args, ":!/"+dir)
	}
	return p.git(ctx, args...)
}

// Log returns what git log says of a commit and those before it, of up to n of them.
func (p *PlainGit) Log(ctx context.Context, c CommitID, n int) (string, error) {
	return p.git(ctx, "log", "--no-color", "--no-decorate", "-n"+strconv.Itoa(n), c.String(), "--")
}
