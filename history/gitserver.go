package history

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

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
	access *Access
	pkg    string
	url    string // of the repository
	check  string // how to ask whether it is there: "true" (it is), "url" or "ssh-cmd"

	patience time.Duration // how long it may take to say that
}

// gitServerCheckTime is how long a git server may take to say whether it has a
// package, in the meantime of which the archive's files are downloaded.
const gitServerCheckTime = 20 * time.Second

// sshCheckTime is the same for a server that is asked by ssh, which may ask the user for a passphrase.
const sshCheckTime = 2 * time.Minute

// gitServerOf returns nil if the distro has none, as for example a private archive.
func gitServerOf(access *Access, pkg string) (*gitServer, error) {
	key, check, ok, err := access.find("git-check")
	if err != nil || check == "false" {
		return nil, err
	}
	if !ok {
		check = "true"
	}
	url, err := access.GitURL(pkg)
	if err != nil || url == "" {
		return nil, err
	}
	switch check {
	case "true", "url":
		return &gitServer{access, pkg, url, check, gitServerCheckTime}, nil
	case "ssh-cmd":
		return &gitServer{access, pkg, url, check, sshCheckTime}, nil
	}
	return nil, &ConfigError{key, check, `"true", "false", "url" or "ssh-cmd"`}
}

// find returns the server that has a repository for the package: g, another one to which
// g diverts, or nil if there is none.
func (g *gitServer) find(ctx context.Context) (*gitServer, error) {
	ctx, cancel := context.WithTimeout(ctx, g.patience)
	defer cancel()
	has, err := true, error(nil)
	switch g.check {
	case "url":
		has, err = g.hasURL(ctx)
	case "ssh-cmd":
		var answer string
		answer, err = g.askBySSH(ctx)
		if to, ok := strings.CutPrefix(answer, "divert "); ok && err == nil {
			return g.divert(to)
		}
		has = answer == "1"
		if err == nil && !has && answer != "0" {
			err = fmt.Errorf("answered %q", answer)
		}
	}
	if err != nil {
		return nil, &GitServerError{g.url, inTime(ctx, g.patience, err)}
	}
	if !has {
		return nil, nil
	}
	return g, nil
}

// inTime returns err or, if that is because the time of ctx was up, what says so.
func inTime(ctx context.Context, patience time.Duration, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %v", patience)
	}
	return err
}

// divert returns the server of another distro's settings, which has the package.
func (g *gitServer) divert(to string) (*gitServer, error) {
	access, err := g.access.divertTo(to)
	if err != nil {
		return nil, err
	}
	url, err := access.GitURL(g.pkg)
	if err == nil && url == "" {
		err = &MissingKeyError{access.keys("git-url")}
	}
	return &gitServer{access, g.pkg, url, "true", g.patience}, err
}

// hasURL asks whether there is something under the URL for that.
func (g *gitServer) hasURL(ctx context.Context) (bool, error) {
	check, err := g.access.gitCheckURL(g.pkg)
	if err != nil {
		return false, err
	}
	u, err := url.Parse(check)
	if err != nil {
		return false, err
	}
	if u.Scheme == "file" {
		_, err := os.Stat(u.Path)
		if os.IsNotExist(err) {
			return false, nil
		}
		return err == nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, check, nil)
	if err != nil {
		return false, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err
		}
		return false, err
	}
	resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		return true, nil
	case http.StatusNotFound:
		return false, nil
	}
	return false, fmt.Errorf("answered %s", resp.Status)
}

// askBySSH runs the command that dgit's servers know, or a shell does what it says.
func (g *gitServer) askBySSH(ctx context.Context) (string, error) {
	path, err := g.access.need("git-path")
	if err != nil {
		return "", err
	}
	answer, err := g.access.runSSH(ctx, fmt.Sprintf(": dgit %s git-check %s ; set -e; cd %s; if test -d %s.git; then echo 1; else echo 0; fi",
		g.access.Base, g.pkg, ShellQuote(path), g.pkg))
	line, _, _ := strings.Cut(answer, "\n")
	return line, err
}

// startFind calls find in the background. The function that it returns waits for the
// answer, and may be called again.
func (g *gitServer) startFind(ctx context.Context) func() (*gitServer, error) {
	find := sync.OnceValues(func() (*gitServer, error) { return g.find(ctx) })
	go find()
	return find
}

// fetch gets what the server has of a suite: its branch, the tags of the distro, and the rewrite map.
func (g *gitServer) fetch(ctx context.Context, have *inventory, codename string) (map[string]gitmap.ObjectID, error) {
	distro := g.access.Nominal
	refs, err := have.fetch(ctx, g.url, serverSuitePrefix+codename, tagPrefix+"archive/"+distro+"/", tagPrefix+distro+"/", rewriteMapRef)
	for ref := range refs { // such as another suite whose name begins so
		if strings.HasPrefix(ref, serverSuitePrefix) && ref != serverSuitePrefix+codename || strings.HasPrefix(ref, rewriteMapRef) && ref != rewriteMapRef {
			delete(refs, ref)
		}
	}
	return refs, err
}
