package history

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"debgit/archive/archivetest"
	"debgit/dsc/dsctest"
)

// A server is a git server with one package, and an archive that has an upload of it.
type server struct {
	t       *testing.T
	dir     string
	bare    string
	archive string
}

const fooPackage = `# The upload that the archive has.
format: 3.0 (native)
source: foo
version: 1.0-2
FIELD
-- foo_1.0-2.tar.xz/foo/debian/changelog --
` + fooChangelog + `-- foo_1.0-2.tar.xz/foo/file --
of the upload
`

const fooChangelog = `foo (1.0-2) unstable; urgency=medium

  * Second.

 -- Maint Ainer <maint@example.org>  Tue, 02 Jan 2024 03:04:05 +0530
`

func newServer(t *testing.T) *server {
	s := &server{t: t, dir: t.TempDir()}
	s.bare = filepath.Join(s.dir, "git", "foo.git")
	s.archive = filepath.Join(s.dir, "archive")
	s.git("", "init", "-q", "--bare", s.bare)
	config := filepath.Join(s.dir, "gitconfig")
	s.git("", "config", "--file", config, "dgit-distro.example.git-url", "file://"+filepath.Dir(s.bare))
	t.Setenv("GIT_CONFIG_GLOBAL", config)
	return s
}

func (s *server) git(stdin string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_COMMITTER_DATE=1700000000 +0000")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit makes a commit of a tree whose debian/changelog has the given version.
func (s *server) commit(version string, parents ...string) string {
	s.t.Helper()
	clog := strings.Replace(fooChangelog, "1.0-2", version, 1)
	blob := s.git(clog, "-C", s.bare, "hash-object", "-w", "--stdin")
	debian := s.git("100644 blob "+blob+"\tchangelog\n", "-C", s.bare, "mktree")
	tree := s.git("040000 tree "+debian+"\tdebian\n", "-C", s.bare, "mktree")
	args := []string{"-C", s.bare, "commit-tree", "-m", version, tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	return s.git("", args...)
}

func (s *server) ref(name, commit string) { s.git("", "-C", s.bare, "update-ref", name, commit) }

// publish makes the archive; commit is what the .dsc names in its field Dgit, or "".
func (s *server) publish(commit string) {
	s.t.Helper()
	field := ""
	if commit != "" {
		field = "field: Dgit: " + commit + " example archive/example/1.0-2 https://git.example.org/foo\n"
	}
	p, err := dsctest.Parse("foo", []byte(strings.Replace(fooPackage, "FIELD\n", field, 1)))
	if err != nil {
		s.t.Fatal(err)
	}
	dsc, err := p.Write(filepath.Join(s.dir, "source"))
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = archivetest.Build(s.archive, archivetest.Options{Suites: []archivetest.Suite{
		{Codename: "sid", Name: "unstable", Uploads: []archivetest.Upload{{Dsc: dsc}}},
	}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) options() CloneOptions {
	return CloneOptions{
		FetchOptions: FetchOptions{
			Package: "foo",
			Suite:   "unstable",
			ArchiveOptions: ArchiveOptions{
				OpenOptions: OpenOptions{Archive: s.archive, Keyrings: []string{filepath.Join(s.archive, "keyring.gpg")}},
				CacheDir:    filepath.Join(s.dir, "cache"),
			},
		},
		Dir: filepath.Join(s.dir, "work", "foo"),
	}
}

func (s *server) clone() *CloneResult {
	s.t.Helper()
	if err := os.Mkdir(filepath.Join(s.dir, "work"), 0o777); err != nil {
		s.t.Fatal(err)
	}
	result, err := Clone(s.t.Context(), s.options())
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

func (s *server) raw(commit string) string {
	return s.git("", "-C", filepath.Join(s.dir, "work", "foo"), "cat-file", "commit", commit)
}

// The table of dgit's fetch, for a repository without history of its own.
func TestCloneWithGitServer(t *testing.T) {
	tests := []struct {
		name     string
		prepare  func(s *server) (want string) // the commit that the clone is to have; "" for the import
		warnings string
		imported bool
	}{
		{"nothing on the server", func(s *server) string {
			s.publish("")
			return ""
		}, "", true},
		{"the same version", func(s *server) string {
			s.publish("")
			c := s.commit("1.0-2")
			s.ref("refs/dgit/sid", c)
			return c
		}, "", false},
		{"a newer version", func(s *server) string {
			s.publish("")
			c := s.commit("1.0-3")
			s.ref("refs/dgit/sid", c)
			return c
		}, "the git server has version 1.0-3, but the archive only 1.0-2", false},
		{"the commit that the .dsc names", func(s *server) string {
			c := s.commit("1.0-2")
			s.ref("refs/dgit/sid", c)
			s.publish(c)
			return c
		}, "", false},
		{"that commit, without a branch", func(s *server) string {
			c := s.commit("1.0-2")
			s.ref("refs/tags/archive/example/1.0-2", c)
			s.publish(c)
			return c
		}, "", false},
		{"that commit, and later ones", func(s *server) string {
			c := s.commit("1.0-2")
			later := s.commit("1.0-3", c)
			s.ref("refs/dgit/sid", later)
			s.publish(c)
			return later
		}, "the archive is behind the git server, which has version 1.0-3", false},
		{"that commit, but a branch that is behind", func(s *server) string {
			old := s.commit("1.0-1")
			c := s.commit("1.0-2", old)
			s.ref("refs/dgit/sid", old)
			s.ref("refs/tags/archive/example/1.0-2", c)
			s.publish(c)
			return c
		}, "", false},
		{"another commit than the .dsc names", func(s *server) string {
			s.publish("00112233445566778899aabbccddeeff00112233")
			return ""
		}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			want := tt.prepare(s)
			result := s.clone()
			if result.GitServer != nil {
				t.Errorf("GitServer = %v, want nil", result.GitServer)
			}
			if got := strings.Join(result.Warnings, "; "); got != tt.warnings {
				t.Errorf("Warnings = %q, want %q", got, tt.warnings)
			}
			if got := result.Import != nil; got != tt.imported {
				t.Errorf("Import is there: %v, want %v", got, tt.imported)
			}
			if want == "" {
				want = result.Import.Commit.String()
			}
			if got := result.Commit.String(); got != want {
				t.Errorf("Commit = %s, want %s", got, want)
			}
			work := filepath.Join(s.dir, "work", "foo")
			for _, ref := range []string{"HEAD", "refs/heads/dgit/sid", "refs/remotes/dgit/dgit/sid"} {
				if got := s.git("", "-C", work, "rev-parse", ref); got != want {
					t.Errorf("%s = %s, want %s", ref, got, want)
				}
			}
			if got := s.git("", "-C", work, "for-each-ref", "refs/dgit-fetch"); got != "" {
				t.Errorf("refs of the fetch are left: %s", got)
			}
		})
	}
}

// An upload that was not made with dgit goes on top of what the git server has.
func TestCloneRecordsUpload(t *testing.T) {
	s := newServer(t)
	old := s.commit("1.0-1")
	s.ref("refs/dgit/sid", old)
	s.ref("refs/tags/archive/example/1.0-1", old)
	s.publish("")
	result := s.clone()
	want := "tree " + result.Import.Tree.String() + `
parent ` + old + `
parent ` + result.Import.Commit.String() + `
author Maint Ainer <maint@example.org> 1704144845 +0530
committer dgit client-side .dsc importer <dgit@packages.debian.invalid> 1704144845 +0530

Record foo (1.0-2) in archive suite sid`
	if got := s.raw(result.Commit.String()); got != want {
		t.Errorf("the commit is\n%s\nwant\n%s", got, want)
	}
	if got := s.git("", "-C", filepath.Join(s.dir, "work", "foo"), "rev-parse", "refs/tags/archive/example/1.0-1"); got != old {
		t.Errorf("the tag of the server is %s, want %s", got, old)
	}
}

// Two histories that do not know each other are joined, with the upload's first.
func TestCloneMergesUnrelated(t *testing.T) {
	s := newServer(t)
	other := s.commit("1.0-1")
	s.ref("refs/dgit/sid", other)
	c := s.commit("1.0-2")
	s.ref("refs/tags/archive/example/1.0-2", c)
	s.publish(c)
	result := s.clone()
	want := "tree " + result.Tree.String() + `
parent ` + c + `
parent ` + other + `
author Maint Ainer <maint@example.org> 1704144845 +0530
committer dgit client-side .dsc importer <dgit@packages.debian.invalid> 1704144845 +0530

Record foo (1.0-2) in archive suite sid

Record that
  1.0-2                Dgit field in .dsc from archive
should be treated as descended from
  1.0-1                dgit suite branch on dgit git server`
	if got := s.raw(result.Commit.String()); got != want {
		t.Errorf("the commit is\n%s\nwant\n%s", got, want)
	}
}

func TestCloneWithoutGitServer(t *testing.T) {
	s := newServer(t)
	s.publish("00112233445566778899aabbccddeeff00112233")
	if err := os.RemoveAll(s.bare); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.dir, "work"), 0o777); err != nil {
		t.Fatal(err)
	}
	opts := s.options()
	opts.RequireGitServer = true
	_, err := Clone(t.Context(), opts)
	var unreachable *GitServerError
	if !errors.As(err, &unreachable) {
		t.Fatalf("Clone = %v, want a *GitServerError", err)
	}
	left, err := filepath.Glob(filepath.Join(s.dir, "work", ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	opts.RequireGitServer = false
	result, err := Clone(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if !errors.As(result.GitServer, &unreachable) {
		t.Errorf("GitServer = %v, want a *GitServerError", result.GitServer)
	}
	var missing *MissingCommitError
	if want := "00112233445566778899aabbccddeeff00112233"; !errors.As(result.Missing, &missing) || missing.Commit.String() != want {
		t.Errorf("Missing = %v, want a *MissingCommitError about %s", result.Missing, want)
	}
}
