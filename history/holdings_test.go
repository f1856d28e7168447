package history

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

// packageRepo is a repository of a source package, as its maintainers make it.
type packageRepo struct {
	*gitmap.Repo
	t    *testing.T
	days int
}

func newPackageRepo(t *testing.T) *packageRepo {
	t.Helper()
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	repo, err := gitmap.Init(t.Context(), filepath.Join(t.TempDir(), "repo"), "main")
	if err != nil {
		t.Fatal(err)
	}
	return &packageRepo{Repo: repo, t: t}
}

// stanza is a changelog entry.
func stanza(version, suite string) string {
	return fmt.Sprintf("bell (%s) %s; urgency=medium\n\n  * Ring.\n\n -- Ann <ann@example.org>  Sat, 01 Mar 2025 12:00:00 +0000\n\n", version, suite)
}

func (r *packageRepo) git(args ...string) string {
	r.t.Helper()
	out, err := r.Git(r.t.Context(), args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// write writes a file; "-> TARGET" is a symbolic link.
func (r *packageRepo) write(path, content string) {
	r.t.Helper()
	path = filepath.Join(r.WorkTree(), path)
	err := os.MkdirAll(filepath.Dir(path), 0o777)
	if target, ok := strings.CutPrefix(content, "-> "); ok && err == nil {
		err = os.Symlink(target, path)
	} else if err == nil {
		err = os.WriteFile(path, []byte(content), 0o666)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

// commit commits all there is, a day after the last commit.
func (r *packageRepo) commit(subject string) gitmap.CommitID {
	r.t.Helper()
	r.days++
	date := fmt.Sprintf("%d +0000", 1700000000+86400*r.days)
	r.t.Setenv("GIT_COMMITTER_DATE", date)
	r.git("add", "-A")
	r.git("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "commit", "-q", "--allow-empty", "--date="+date, "-m", subject)
	id, err := gitmap.ParseCommitID(r.git("rev-parse", "HEAD"))
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// release writes the changelog with a new entry, and commits it.
func (r *packageRepo) release(version, suite string, older ...string) gitmap.CommitID {
	r.t.Helper()
	text := stanza(version, suite)
	for _, v := range older {
		text += stanza(v, "unstable")
	}
	r.write("debian/changelog", text)
	return r.commit("Release " + version)
}

func (r *packageRepo) holdings() *holdings {
	r.t.Helper()
	h, err := openHoldings(r.t.Context(), r.Repo)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(h.close)
	return h
}

func (h *holdings) describe(t *testing.T, v dsc.Version) string {
	t.Helper()
	found, err := h.find(v)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, f := range found {
		words = append(words, strings.TrimSpace(string(f.By)+" "+f.Tag)+" "+f.Commit.String()[:8])
	}
	return strings.Join(words, ", ")
}

func TestHoldings(t *testing.T) {
	r := newPackageRepo(t)
	one := r.release("1:1.0~rc1-1", "unstable").String()[:8]
	r.write("debian/rules", "x")
	r.commit("Add rules")
	r.release("1.1-1", "UNRELEASED", "1:1.0~rc1-1")
	two := r.release("1.1-1", "unstable", "1:1.0~rc1-1").String()[:8]
	last := r.commit("Nothing")
	for tag, commit := range map[string]string{
		"debian/1%1.0_rc1-1": one, "archive/debian/1%1.0_rc1-1": one, "ubuntu/1%1.0_rc1-1": two,
		"1.1-1": two, "v1.1-1": two, "upload/1.1-1": two,
	} {
		r.git("tag", tag, commit)
	}
	r.git("-c", "user.name=A", "-c", "user.email=a@a", "tag", "-m", "bell Debian release 1.1-1", "debian/1.1-1", last.String())
	h := r.holdings()
	if err := h.walk(last); err != nil {
		t.Fatal(err)
	}
	for v, want := range map[dsc.Version]string{
		"1:1.0~rc1-1": "tag archive/debian/1%1.0_rc1-1 " + one + ", tag debian/1%1.0_rc1-1 " + one + ", changelog " + one,
		"1.1-1":       "tag debian/1.1-1 " + last.String()[:8] + ", tag upload/1.1-1 " + two + ", changelog " + two,
		"1.2-1":       "",
	} {
		if got := h.describe(t, v); got != want {
			t.Errorf("%s is held by %s; want %s", v, got, want)
		}
	}
	if h.short {
		t.Error("the walk ended early")
	}
}

// A walk does not read changelogs for ever.
func TestHoldingsShort(t *testing.T) {
	r := newPackageRepo(t)
	r.release("1.0-1", "unstable")
	last := r.release("1.0-2", "unstable", "1.0-1")
	h := r.holdings()
	h.mostChangelogs = 1
	if err := h.walk(last); err != nil {
		t.Fatal(err)
	}
	if !h.short || h.describe(t, "1.0-2") == "" || h.describe(t, "1.0-1") != "" {
		t.Errorf("short: %v, 1.0-2: %q, 1.0-1: %q", h.short, h.describe(t, "1.0-2"), h.describe(t, "1.0-1"))
	}
}

// A changelog may be a symbolic link, and commits may lack their parents.
func TestHoldingsOddRepositories(t *testing.T) {
	r := newPackageRepo(t)
	r.write("changes", stanza("1.0-1", "unstable"))
	r.write("debian/changelog", "-> ../changes")
	one := r.commit("Release 1.0-1").String()[:8]
	r.write("changes", stanza("1.0-2", "unstable")+stanza("1.0-1", "unstable"))
	two := r.commit("Release 1.0-2")
	h := r.holdings()
	if err := h.walk(two); err != nil {
		t.Fatal(err)
	}
	if got, want := h.describe(t, "1.0-1"), "changelog "+one; got != want {
		t.Errorf("1.0-1 is held by %q, want %q", got, want)
	}
	shallow := filepath.Join(t.TempDir(), "shallow")
	r.git("clone", "-q", "--depth=1", "file://"+r.WorkTree(), shallow)
	repo, err := gitmap.Open(t.Context(), shallow)
	if err != nil {
		t.Fatal(err)
	}
	log, err := ReadLog(t.Context(), repo, LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Entries) != 2 || log.Entries[0].Holding == nil || log.Entries[1].Holding != nil {
		t.Errorf("log of a shallow clone: %+v", log.Entries)
	}
}

func TestReadLogErrors(t *testing.T) {
	r := newPackageRepo(t)
	_, err := ReadLog(t.Context(), r.Repo, LogOptions{})
	var unknown *UnknownCommitError
	if !errors.As(err, &unknown) {
		t.Errorf("without a commit: %v", err)
	}
	r.write("debian/changelog", "no stanza\n")
	r.commit("No changelog")
	_, err = ReadLog(t.Context(), r.Repo, LogOptions{})
	var none *NoChangelogError
	if !errors.As(err, &none) {
		t.Errorf("without a stanza: %v", err)
	}
	_, err = ReadLog(t.Context(), r.Repo, LogOptions{From: "1.0-1"})
	var upload *UnknownUploadError
	if !errors.As(err, &none) && !errors.As(err, &upload) {
		t.Errorf("from an unknown upload: %v", err)
	}
}

// A series that cannot be read is no reason not to show the upload.
func TestReadLogBadSeries(t *testing.T) {
	r := newPackageRepo(t)
	r.release("1.0-1", "unstable")
	r.write("debian/patches/series", "../../secret\n")
	r.release("1.0-2", "unstable", "1.0-1")
	log, err := ReadLog(t.Context(), r.Repo, LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(log.Entries) != 2 || log.Entries[0].Patches != nil {
		t.Errorf("log: %+v", log.Entries)
	}
}
