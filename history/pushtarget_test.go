package history

import (
	"errors"
	"path/filepath"
	"testing"

	"debgit/gitmap"
)

// A push finds what the archive and the git server have of the suite.
func TestFetchForPush(t *testing.T) {
	s := newServer(t)
	c := s.commit("1.0-2")
	s.ref("refs/dgit/sid", c)
	s.publish(c)
	s.clone()
	repo := s.open()
	opts := s.options().FetchOptions
	target, err := FetchForPush(t.Context(), repo, opts)
	if err != nil {
		t.Fatal(err)
	}
	if target.Fetched == nil || target.Fetched.Commit.String() != c {
		t.Errorf("Fetched = %+v, want commit %s", target.Fetched, c)
	}
	if url := "file://" + s.bare; target.Codename != "sid" || target.Since != "1.0-2" || target.Server.URL != url || target.ReadURL != url || !target.Server.Exists {
		t.Errorf("target is %+v of server %+v, want sid with 1.0-2 at %s", target, target.Server, url)
	}

	opts.Suite = "unstable,experimental"
	if _, err := FetchForPush(t.Context(), repo, opts); !errors.As(err, new(*SuitesError)) {
		t.Errorf("FetchForPush to two suites = %v, want a *SuitesError", err)
	}

	s.configure("git-check", "url")
	s.configure("git-check-suffix", ".git")
	opts.Suite, opts.Package = "unstable", "other"
	target, err = FetchForPush(t.Context(), s.open(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if target.Fetched != nil || target.Since != "" || target.Server.Exists {
		t.Errorf("target of a new package is %+v, want nothing fetched, and no repository", target)
	}

	s.git("", "init", "-q", "--bare", filepath.Join(filepath.Dir(s.bare), "other.git"))
	target, err = FetchForPush(t.Context(), s.open(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if target.Fetched != nil || !target.Server.Exists {
		t.Errorf("target of a new package with an empty repository is %+v", target)
	}

	s.configure("readonly", "true")
	if _, err := FetchForPush(t.Context(), s.open(), opts); !errors.As(err, new(*ReadOnlyError)) {
		t.Errorf("FetchForPush with readonly = %v, want a *ReadOnlyError", err)
	}
}

// open opens the clone, which reads its configuration anew.
func (s *server) open() *gitmap.Repo {
	s.t.Helper()
	repo, err := gitmap.Open(s.t.Context(), filepath.Join(s.dir, "work", "foo"))
	if err != nil {
		s.t.Fatal(err)
	}
	return repo
}

// configure sets a key of the distro in the clone.
func (s *server) configure(key, value string) {
	s.t.Helper()
	s.git("", "-C", filepath.Join(s.dir, "work", "foo"), "config", "dgit-distro.example."+key, value)
}
