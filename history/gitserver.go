package history

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"debgit/dsc"
	"debgit/gitmap"
)

// A GitServerError says that the git server of a distro could not be asked for
// what maintainers pushed there.
type GitServerError struct {
	URL string
	Err error
}

func (e *GitServerError) Error() string { return fmt.Sprintf("git server %s: %v", e.URL, e.Err) }

// Unwrap returns the cause.
func (e *GitServerError) Unwrap() error { return e.Err }

// gitServer is where a distro keeps the git history of one source package.
type gitServer struct {
	distro string
	url    string // of the repository
	check  string // url whose existence says that the repository exists; "": it does
}

// gitServerCheckTime is how long a git server may take to say whether it has a
// package, in the meantime of which the archive's files are downloaded.
const gitServerCheckTime = 20 * time.Second

// gitServerOf returns nil if the distro has none, as for example a private archive.
func gitServerOf(access *Access, pkg string) (*gitServer, error) {
	url, err := access.GitURL(pkg)
	if err != nil || url == "" {
		return nil, err
	}
	key, check, ok, err := access.find("git-check")
	if err != nil {
		return nil, err
	}
	g := &gitServer{distro: access.Nominal, url: url}
	switch {
	case !ok, check == "true":
	case check == "false":
		return nil, nil
	case check == "url":
		if g.check, err = access.gitCheckURL(pkg); err != nil {
			return nil, err
		}
	default:
		return nil, &ConfigError{key, check, `"true", "false" or "url"`}
	}
	return g, nil
}

// has asks whether the server has a repository for the package.
func (g *gitServer) has(ctx context.Context) (bool, error) {
	if g.check == "" {
		return true, nil
	}
	u, err := url.Parse(g.check)
	if err != nil {
		return false, &GitServerError{g.url, err}
	}
	if u.Scheme == "file" {
		_, err := os.Stat(u.Path)
		if err != nil && !os.IsNotExist(err) {
			return false, &GitServerError{g.url, err}
		}
		return err == nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, gitServerCheckTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, g.check, nil)
	if err != nil {
		return false, &GitServerError{g.url, err}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		if ue, ok := err.(*url.Error); ok {
			err = ue.Err
		}
		return false, &GitServerError{g.url, err}
	}
	resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return true, nil
	case http.StatusNotFound:
		return false, nil
	}
	return false, &GitServerError{g.url, fmt.Errorf("answered %s", resp.Status)}
}

// startCheck asks in the background; the function that it returns waits for the answer.
func (g *gitServer) startCheck(ctx context.Context) func() (bool, error) {
	type answer struct {
		has bool
		err error
	}
	c := make(chan answer, 1)
	go func() {
		has, err := g.has(ctx)
		c <- answer{has, err}
	}()
	return func() (bool, error) {
		a := <-c
		return a.has, a.err
	}
}

// fetch gets the branch of a suite and the tags of the distro into repo. Tags that
// repo has stay as they are. tip is zero if the server has no such branch.
func (g *gitServer) fetch(ctx context.Context, repo *gitmap.Repo, codename string) (tip gitmap.CommitID, err error) {
	out, err := repo.Git(ctx, "ls-remote", "-q", "--", g.url, serverSuitePrefix+codename,
		"refs/tags/archive/"+g.distro+"/*", "refs/tags/"+g.distro+"/*")
	if err != nil {
		return tip, &GitServerError{g.url, err}
	}
	local := fetchPrefix + g.distro + "/"
	args := []string{"fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--", g.url}
	n := len(args)
	for line := range strings.Lines(out) {
		_, ref, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasSuffix(ref, "^{}") { // what a tag points at, which comes with it
			continue
		}
		args = append(args, "+"+ref+":"+local+strings.TrimPrefix(ref, "refs/"))
	}
	if len(args) == n {
		return tip, nil
	}
	if _, err := repo.Git(ctx, args...); err != nil {
		return tip, &GitServerError{g.url, err}
	}
	return g.keep(ctx, repo, local, codename)
}

// keep makes the fetched tags ours and removes the refs that only the fetch needed.
// The commits stay reachable through what is made of them in the same run.
func (g *gitServer) keep(ctx context.Context, repo *gitmap.Repo, local, codename string) (tip gitmap.CommitID, err error) {
	refs, err := repo.Refs(ctx, local, "refs/tags/")
	if err != nil {
		return tip, err
	}
	var updates []gitmap.RefUpdate
	for ref, id := range refs {
		rest, ok := strings.CutPrefix(ref, local)
		if !ok {
			continue
		}
		if rest == "dgit/"+codename {
			tip = gitmap.CommitID(id)
		}
		if tag, ok := strings.CutPrefix(rest, "tags/"); ok {
			if _, have := refs["refs/tags/"+tag]; !have {
				updates = append(updates, gitmap.RefUpdate{Ref: "refs/tags/" + tag, New: gitmap.CommitID(id)})
			}
		}
		updates = append(updates, gitmap.RefUpdate{Ref: ref, Old: gitmap.CommitID(id)})
	}
	return tip, repo.UpdateRefs(ctx, "dgit fetch", updates...)
}

// A dgitField is the parsed field Dgit of a .dsc: the commit that the upload was
// made from, for those who can get it.
type dgitField struct {
	commit gitmap.CommitID
	distro string // "" in the oldest form
	tag    string
}

// parseDgitField reads "COMMIT DISTRO TAG URL ..." or only "COMMIT".
func parseDgitField(file, value string) (dgitField, error) {
	words := strings.Fields(value)
	bad := &dsc.SyntaxError{File: file, Cause: fmt.Sprintf("field Dgit is %q, but COMMIT DISTRO TAG URL is wanted", value)}
	if len(words) != 1 && len(words) < 4 {
		return dgitField{}, bad
	}
	id, err := gitmap.ParseCommitID(words[0])
	if err != nil {
		return dgitField{}, bad
	}
	f := dgitField{commit: id}
	if len(words) > 1 {
		f.distro, f.tag = words[1], words[2]
	}
	return f, nil
}
