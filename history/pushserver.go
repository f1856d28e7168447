package history

import (
	"context"
	"fmt"
	"strings"
)

// A PushServer is the repository of a source package on the git server of a distro, as those
// reach it who push.
type PushServer struct {
	Package string
	URL     string // for git
	Exists  bool   // it is there; else see [PushServer.Create]

	access *Access
}

// PushServer asks the git server for the repository of a source package. Errors that callers
// may test for: [*NoGitServerError], [*GitServerError], [*ConfigError], [*MissingKeyError].
func (a *Access) PushServer(ctx context.Context, pkg string) (*PushServer, error) {
	server, err := gitServerOf(a, pkg)
	if err != nil {
		return nil, err
	}
	if server == nil {
		return nil, &NoGitServerError{a.Base}
	}
	found, err := server.find(ctx)
	if err != nil {
		return nil, err
	}
	if found == nil {
		return &PushServer{Package: pkg, URL: server.url, access: a}, nil
	}
	return &PushServer{Package: pkg, URL: found.url, Exists: true, access: found.access}, nil
}

// Create makes the repository, if the server does not do that by itself when it is pushed to: the
// key git-create.
func (s *PushServer) Create(ctx context.Context) error {
	key, how, _, err := s.access.find("git-create")
	if err != nil {
		return err
	}
	switch how {
	case "true":
		return nil
	case "ssh-cmd":
		path, err := s.access.need("git-path")
		if err != nil {
			return err
		}
		_, err = s.access.runSSH(ctx, fmt.Sprintf(": dgit %s git-create %s ; set -e; cd %s; cp -a _template %s.git",
			s.access.Base, s.Package, ShellQuote(path), s.Package))
		if err != nil {
			return &GitServerError{s.URL, err}
		}
		return nil
	}
	return &ConfigError{key, how, `"true" or "ssh-cmd"`}
}

// Policy asks the policy of the server, which answers in JSON. The answer is nil if the server has
// no policy that could be asked, or does not know the question: the key policy-query-supported-ssh.
func (s *PushServer) Policy(ctx context.Context, question string, args ...string) ([]byte, error) {
	key, supported, _, err := s.access.find("policy-query-supported-ssh")
	if err != nil {
		return nil, err
	}
	unknown := supported == "unknown"
	if !unknown {
		if yes, err := isTrue(key, supported); !yes || err != nil {
			return nil, err
		}
	}
	words := append([]string{s.access.Base, "policy-client-query", s.Package, question}, args...)
	answer, err := s.access.runSSH(ctx, ": dgit "+strings.Join(words, " ")+" ; true")
	if err != nil && (!unknown || ctx.Err() != nil) {
		return nil, &GitServerError{s.URL, err}
	}
	if err != nil || strings.TrimSpace(answer) == "" {
		return nil, nil
	}
	return []byte(answer), nil
}
