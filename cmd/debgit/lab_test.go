package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/history"
)

// A lab is a small archive with a git server, for debgit and, as distro
// "test-dummy", for the real dgit. The same steps make the same files, commits
// and tags for both.
type lab struct {
	t       *testing.T
	dir     string // what dgit wants DGIT_TEST_DUMMY_DIR to be
	archive *archivetest.Archive
	suites  map[string]string // names by codename
	tool    tool
	env     []string        // further variables of the environment of the tool
	log     strings.Builder // what the tool left after each step
}

// A tool is what is tried in a lab: debgit or dgit.
type tool interface {
	// command is a run of the tool with these arguments, those of dgit.
	command(l *lab, args []string) *exec.Cmd
}

func newLab(t *testing.T, tool tool) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), tool: tool, suites: map[string]string{}}
	for _, dir := range []string{"aq/dsc_in_suite", "git", "work"} {
		l.check(os.MkdirAll(filepath.Join(l.dir, dir), 0o777))
	}
	a, err := archivetest.Build(filepath.Join(l.dir, "mirror"), archivetest.Options{})
	l.check(err)
	l.archive = a
	// dgit asks a git server by ssh whether it has a package.
	l.check(os.WriteFile(filepath.Join(l.dir, "ssh"), []byte("#!/bin/sh\nshift\nexec sh -c \"$*\"\n"), 0o777))
	l.publish("sid/unstable")
	l.publish("trixie/testing")
	return l
}

func sha256Hex(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }

func (l *lab) check(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// An uploaded is a source package of the lab.
type uploaded struct {
	versions []string          // of its changelog, the newest first
	dgit     string            // the field Dgit
	quilt    bool              // format 3.0 (quilt), with one patch; else native
	files    map[string]string // further files, by path
	fields   []dsctest.Field
	missing  bool // the archive lists it, but does not have the .dsc
}

// labTime is when a version was made: an hour after the one before.
func labTime(version string) time.Time {
	t := time.Date(2024, 1, 2, 3, 4, 5, 0, time.FixedZone("", 19800))
	for _, c := range version {
		t = t.Add(time.Duration(c) * 53 * time.Minute)
	}
	return t
}

func labChangelog(versions ...string) string {
	var b strings.Builder
	for _, v := range versions {
		fmt.Fprintf(&b, "foo (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- Maint Ainer <maint@example.org>  %s\n\n",
			v, v, labTime(v).Format(time.RFC1123Z))
	}
	return b.String()
}

const labControl = "Source: foo\nMaintainer: Control Maint <cm@example.net>\n\nPackage: foo\nArchitecture: all\nDescription: x\n y\n"

// build writes the files of an upload, and returns the path of the .dsc.
func (l *lab) build(u uploaded) string {
	l.t.Helper()
	version := u.versions[0]
	_, name, ok := strings.Cut(version, ":")
	if !ok {
		name = version
	}
	p := &dsctest.Package{Format: "3.0 (native)", Source: "foo", Version: version, Fields: u.fields}
	if u.dgit != "" {
		p.Fields = append(p.Fields, dsctest.Field{Name: "Dgit", Value: u.dgit})
	}
	debian := []dsctest.Entry{
		{Name: "debian/changelog", Content: labChangelog(u.versions...)},
		{Name: "debian/control", Content: labControl},
		{Name: "debian/rules", Content: "#!/usr/bin/make -f\n", Mode: 0o755},
	}
	if u.quilt {
		p.Format = "3.0 (quilt)"
		upstream := name[:strings.LastIndexByte(name, '-')]
		debian = append(debian,
			dsctest.Entry{Name: "debian/source/format", Content: "3.0 (quilt)\n"},
			dsctest.Entry{Name: "debian/patches/series", Content: "one\n"},
			dsctest.Entry{Name: "debian/patches/one", Content: "Description: one\nAuthor: P <p@example.org>\n\n--- a/file\n+++ b/file\n@@ -1 +1 @@\n-upstream " + upstream + "\n+patched " + upstream + "\n"})
		p.Files = []dsctest.File{
			{Name: "foo_" + upstream + ".orig.tar.gz", Entries: []dsctest.Entry{{Name: "foo/file", Content: "upstream " + upstream + "\n"}}},
			{Name: "foo_" + name + ".debian.tar.gz", Entries: debian},
		}
	} else {
		debian = append(debian,
			dsctest.Entry{Name: "debian/source/format", Content: "3.0 (native)\n"},
			dsctest.Entry{Name: "file", Content: "upload of " + version + "\n"})
		for name, content := range u.files {
			debian = append(debian, dsctest.Entry{Name: name, Content: content})
		}
		for i := range debian {
			debian[i].Name = "foo/" + debian[i].Name
		}
		p.Files = []dsctest.File{{Name: "foo_" + name + ".tar.gz", Entries: debian}}
	}
	path, err := p.Write(filepath.Join(l.dir, "incoming", version))
	l.check(err)
	return path
}

// publish makes a suite hold exactly these uploads. suite is "CODENAME/NAME", or
// "CODENAME" if the lab knows it.
func (l *lab) publish(suite string, uploads ...uploaded) {
	l.t.Helper()
	codename, name, ok := strings.Cut(suite, "/")
	if ok {
		l.suites[codename] = name
	}
	published := archivetest.Suite{Codename: codename, Name: l.suites[codename]}
	var listed []map[string]string
	var missing []string
	for _, u := range uploads {
		path := l.build(u)
		published.Uploads = append(published.Uploads, archivetest.Upload{Dsc: path})
		data, err := os.ReadFile(path)
		l.check(err)
		listed = append(listed, map[string]string{
			"version": u.versions[0], "component": "main", "filename": "f/foo/" + filepath.Base(path), "sha256sum": sha256Hex(data),
		})
		if u.missing {
			missing = append(missing, filepath.Base(path))
		}
	}
	l.check(l.archive.Publish(published))
	for _, name := range missing {
		l.check(os.Remove(filepath.Join(l.dir, "mirror/pool/main/f/foo", name)))
	}
	l.query("dsc_in_suite/"+codename+"/foo", listed)
	l.query("dsc_in_suite/"+l.suites[codename]+"/foo", listed)
	var suites []map[string]string
	for codename, name := range l.suites {
		suites = append(suites, map[string]string{"codename": codename, "name": name})
	}
	l.query("suites", suites)
}

// query makes what dgit's archive query answers.
func (l *lab) query(path string, answer any) {
	l.t.Helper()
	data, err := json.Marshal(answer)
	l.check(err)
	if string(data) == "null" {
		data = []byte("[]")
	}
	path = filepath.Join(l.dir, "aq", path)
	l.check(os.MkdirAll(filepath.Dir(path), 0o777))
	l.check(os.WriteFile(path, data, 0o666))
}

// git runs git in a directory of the lab and returns its output.
func (l *lab) git(dir, stdin string, args ...string) string {
	l.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = filepath.Join(l.dir, dir)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_COMMITTER_DATE=1700000000 +0000")
	out, err := cmd.CombinedOutput()
	if err != nil {
		l.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

const labServer = "git/foo.git"

// commit makes a commit on the git server, whose changelog has this version.
func (l *lab) commit(version string, parents ...string) string {
	l.t.Helper()
	if _, err := os.Stat(filepath.Join(l.dir, labServer)); err != nil {
		l.git("", "", "init", "-q", "--bare", labServer)
	}
	clog := l.git(labServer, labChangelog(version), "hash-object", "-w", "--stdin")
	control := l.git(labServer, labControl, "hash-object", "-w", "--stdin")
	file := l.git(labServer, "git "+version+"\n", "hash-object", "-w", "--stdin")
	debian := l.git(labServer, "100644 blob "+clog+"\tchangelog\n100644 blob "+control+"\tcontrol\n", "mktree")
	tree := l.git(labServer, "040000 tree "+debian+"\tdebian\n100644 blob "+file+"\tfile\n", "mktree")
	args := []string{"commit-tree", "-m", "Version " + version, tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	clone := filepath.Join(l.dir, "work", "foo")
	if _, err := os.Stat(clone); err == nil { // where a parent may be from
		l.git(labServer, "", "fetch", "-q", clone, "+refs/*:refs/lab/*")
	}
	return l.git(labServer, "", args...)
}

// serve makes a ref of the git server a commit or a tag object.
func (l *lab) serve(ref, id string) {
	l.t.Helper()
	l.git(labServer, "", "update-ref", ref, id)
}

// madeFrom is the upload of a version that was made with dgit from a commit.
func (l *lab) madeFrom(commit, version string) uploaded {
	tag := history.ArchiveTag("test-dummy", dsc.Version(version))
	return uploaded{versions: []string{version}, dgit: commit + " test-dummy " + tag + " https://git.example.org/foo"}
}

// pushed has a version pushed to sid with dgit: its commit, tags, and the upload.
func (l *lab) pushed(version string, parents ...string) (commit string) {
	l.t.Helper()
	commit = l.commit(version, parents...)
	l.serve("refs/dgit/sid", commit)
	l.serve("refs/tags/archive/test-dummy/"+version, commit)
	l.serve("refs/tags/test-dummy/"+version, commit)
	l.publish("sid", l.madeFrom(commit, version))
	return commit
}

// rewrite puts a line into the rewrite map of the git server.
func (l *lab) rewrite(commit, rewritten string) {
	l.t.Helper()
	blob := l.git(labServer, commit+"\t"+rewritten+"\n", "hash-object", "-w", "--stdin")
	tree := l.git(labServer, "100644 blob "+blob+"\tmap\n", "mktree")
	l.serve("refs/dgit-rewrite/map", l.git(labServer, "", "commit-tree", "-m", "map", tree))
}

// head and tracking are what the branch and the tracking branch of sid are.
func (l *lab) head() string { return l.git("work/foo", "", "rev-parse", "HEAD") }
func (l *lab) tracking() string {
	return l.git("work/foo", "", "rev-parse", "refs/remotes/dgit/dgit/sid")
}

// edit commits a file of the work tree with that content.
func (l *lab) edit(path, content string) {
	l.t.Helper()
	l.check(os.WriteFile(filepath.Join(l.dir, "work/foo", path), []byte(content), 0o666))
	l.git("work/foo", "", "add", path)
	l.git("work/foo", "", "commit", "-q", "-m", "Edit "+path)
}

// step runs the tool in the repository, or beside it to clone, and logs what it leaves.
// It returns what the tool wrote for people.
func (l *lab) step(args ...string) string {
	l.t.Helper()
	dir := "work/foo"
	if slices.Contains(args, "clone") {
		dir = "work"
	}
	cmd := l.tool.command(l, args)
	cmd.Dir = filepath.Join(l.dir, dir)
	cmd.Env = append(os.Environ(), "DGIT_TEST_DUMMY_DIR="+l.dir, "HOME="+l.dir, "TZ=UTC", "LC_ALL=C.UTF-8", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=W", "GIT_AUTHOR_EMAIL=w@example.org", "GIT_AUTHOR_DATE=1700000001 +0000",
		"GIT_COMMITTER_NAME=W", "GIT_COMMITTER_EMAIL=w@example.org", "GIT_COMMITTER_DATE=1700000001 +0000")
	cmd.Env = append(cmd.Env, l.env...)
	out, err := cmd.CombinedOutput()
	if testing.Verbose() {
		l.t.Logf("%s\n%s", cmd, out)
	}
	fmt.Fprintf(&l.log, "%s\n", strings.ReplaceAll(strings.Join(args, " "), l.dir, "DIR"))
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == statusNoPackage:
		l.log.WriteString("  absent\n")
	case err != nil:
		l.log.WriteString("  refused\n")
	}
	if _, err := os.Stat(filepath.Join(l.dir, "work/foo")); err == nil {
		l.log.WriteString(l.refs())
	}
	return string(out)
}

// refs returns all refs of the repository but those that are debgit's own or left behind
// by a fetch of dgit's, with HEAD and the pseudo-ref DGIT_ARCHIVE.
func (l *lab) refs() string {
	l.t.Helper()
	var b strings.Builder
	for _, line := range strings.Split(l.git("work/foo", "", "for-each-ref", "--format=%(objectname) %(refname)"), "\n") {
		if !strings.Contains(line, " refs/debgit/") && !strings.Contains(line, " refs/dgit-fetch/") {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	fmt.Fprintf(&b, "  %s HEAD\n", l.git("work/foo", "", "symbolic-ref", "HEAD"))
	if data, err := os.ReadFile(filepath.Join(l.dir, "work/foo/.git/DGIT_ARCHIVE")); err == nil {
		fmt.Fprintf(&b, "  %s DGIT_ARCHIVE\n", strings.TrimSpace(string(data)))
	}
	return b.String()
}

// state returns all that a fetch could change: refs, debgit's own among them, how many
// objects there are, and the files beside the work tree.
func (l *lab) state() string {
	l.t.Helper()
	text := l.refs() + l.git("work/foo", "", "for-each-ref", "refs/debgit") + "\n" + l.git("work/foo", "", "count-objects", "-v") + "\n"
	files, err := filepath.Glob(filepath.Join(l.dir, "work/*"))
	l.check(err)
	return text + strings.Join(files, "\n")
}

// A program is debgit under the name dgit, found by PATH, or the real dgit.
type program string

// theDebgit is debgit, with dgit's command line.
const theDebgit program = "dgit"

func (p program) command(l *lab, args []string) *exec.Cmd {
	return exec.Command(string(p), append([]string{"--distro=test-dummy"}, args...)...)
}

// inTurn is several tools, each of which does one step, in turn.
type inTurn struct {
	programs []program
	steps    int
}

func (t *inTurn) command(l *lab, args []string) *exec.Cmd {
	p := t.programs[t.steps%len(t.programs)]
	t.steps++
	return p.command(l, args)
}

// dgitPath is where the real dgit is, to compare with; "" if it is not.
func dgitPath() string { return os.Getenv("DEBGIT_DGIT") }
