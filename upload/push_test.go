package upload

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload/uploadtest"
)

// A pusher is a maintainer of the native package bell, in a world to push to.
type pusher struct {
	t     *testing.T
	world *uploadtest.World
	dir   string // the work tree
	repo  *gitmap.Repo
}

func newPusher(t *testing.T) *pusher {
	t.Helper()
	needTools(t, "gpg", "dpkg-source", "dpkg-genchanges")
	world, err := uploadtest.New(t.TempDir(), uploadtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	config := filepath.Join(world.Dir, "gitconfig")
	if err := os.WriteFile(config, []byte(world.Config()+"[user]\n\tname = Ann Author\n\temail = ann@example.org\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, kv := range append(world.Env(), "GIT_CONFIG_GLOBAL="+config, "GIT_CONFIG_NOSYSTEM=1", "HOME="+world.Dir) {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	p := &pusher{t: t, world: world, dir: filepath.Join(world.Dir, "work", "bell")}
	if p.repo, err = gitmap.Init(t.Context(), p.dir, "main"); err != nil {
		t.Fatal(err)
	}
	p.write("debian/control", "Source: bell\nMaintainer: Ann Author <ann@example.org>\nSection: misc\nPriority: optional\nStandards-Version: 4.7.0\n\nPackage: bell\nArchitecture: all\nDescription: ring\n Ring.\n")
	p.write("debian/rules", "#!/usr/bin/make -f\n%:\n\ttrue\n")
	if err := os.Chmod(filepath.Join(p.dir, "debian/rules"), 0o777); err != nil {
		t.Fatal(err)
	}
	p.write("debian/source/format", "3.0 (native)\n")
	p.release("1.0")
	return p
}

func (p *pusher) write(name, content string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		p.t.Fatal(err)
	}
}

// release commits a version on top of what the changelog has.
func (p *pusher) release(version string) {
	p.t.Helper()
	old, err := os.ReadFile(filepath.Join(p.dir, "debian/changelog"))
	if err != nil && !os.IsNotExist(err) {
		p.t.Fatal(err)
	}
	p.write("debian/changelog", fmt.Sprintf("bell (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- Ann Author <ann@example.org>  Mon, 02 Jan 2023 10:00:00 +0000\n\n%s", version, version, old))
	p.commit("Release " + version)
}

func (p *pusher) commit(message string) {
	p.t.Helper()
	p.git("add", "--all")
	p.git("commit", "-q", "-m", message)
}

func (p *pusher) git(args ...string) string {
	p.t.Helper()
	return strings.TrimSpace(git(p.t, p.dir, args...))
}

func (p *pusher) options() PushOptions {
	return PushOptions{
		ArchiveOptions: history.ArchiveOptions{OpenOptions: history.OpenOptions{New: true}, CacheDir: filepath.Join(p.world.Dir, "cache"), Getenv: os.Getenv},
	}
}

// push pushes, and returns the plan.
func (p *pusher) push(opts PushOptions) (*Plan, error) {
	p.t.Helper()
	push, err := PlanPush(p.t.Context(), p.repo, opts)
	if err != nil {
		return nil, err
	}
	defer push.Close()
	return push.Plan, push.Perform(p.t.Context(), PerformOptions{})
}

// publish pushes, and has the archive take the upload.
func (p *pusher) publish(opts PushOptions) {
	p.t.Helper()
	if _, err := p.push(opts); err != nil {
		p.t.Fatal(err)
	}
	if err := p.world.Accept(); err != nil {
		p.t.Fatalf("the archive does not take the upload: %v", err)
	}
}

// served are the refs of the git server.
func (p *pusher) served() string {
	p.t.Helper()
	dir := filepath.Join(p.world.Repos, "bell.git")
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return git(p.t, dir, "for-each-ref", "--format=%(refname) %(objectname)")
}

// files are the names in a directory, apart from directories.
func (p *pusher) files(dir string) string {
	p.t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		p.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return strings.Join(names, " ")
}

func TestPush(t *testing.T) {
	p := newPusher(t)
	plan, err := p.push(p.options())
	if err != nil {
		t.Fatal(err)
	}
	head := p.git("rev-parse", "HEAD")
	if plan.Commit.String() != head || plan.Branch != nil {
		t.Errorf("commit %s, branch %v; want %s, and the branch left alone", plan.Commit, plan.Branch, head)
	}
	want := fmt.Sprintf("refs/dgit/sid %s\nrefs/tags/archive/example/1.0 %s\nrefs/tags/example/1.0 %s\n", head, p.git("rev-parse", "archive/example/1.0"), p.git("rev-parse", "example/1.0"))
	if got := p.served(); got != want {
		t.Errorf("the git server has\n%s, want\n%s", got, want)
	}
	p.git("verify-tag", "archive/example/1.0")
	if got := p.git("rev-parse", "refs/remotes/dgit/dgit/sid"); got != head {
		t.Errorf("the tracking branch is %s, want %s", got, head)
	}
	const files = "bell_1.0.dsc bell_1.0.tar.xz bell_1.0_source.changes"
	if got := p.files(p.world.Queue); got != files {
		t.Errorf("the queue has %q, want %q", got, files)
	}
	if got := p.files(filepath.Dir(p.dir)); got != files {
		t.Errorf("beside the work tree is %q, want %q", got, files)
	}
	if _, err := os.Stat(filepath.Join(p.repo.GitDir(), "debgit", "push")); !os.IsNotExist(err) {
		t.Errorf("the journal is left: %v", err)
	}
	if err := p.world.Accept(); err != nil {
		t.Errorf("the archive does not take the upload: %v", err)
	}

	// The next version goes on top of it.
	p.release("1.1")
	p.publish(p.options())
}

// build builds the source package of HEAD beside the work tree, as somebody did before the push.
func (p *pusher) build() (changes string) {
	p.t.Helper()
	pkg, err := OpenPackage(p.t.Context(), p.repo, "HEAD")
	if err != nil {
		p.t.Fatal(err)
	}
	built, err := BuildSource(p.t.Context(), pkg, pkg.Head, BuildOptions{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer built.Close()
	for _, name := range built.Files {
		if err := copyDurably(filepath.Join(built.Dir, name), filepath.Join(filepath.Dir(p.dir), name)); err != nil {
			p.t.Fatal(err)
		}
	}
	return filepath.Join(filepath.Dir(p.dir), filepath.Base(built.Changes))
}

func TestPushBuilt(t *testing.T) {
	p := newPusher(t)
	opts := p.options()
	opts.Prebuilt = true
	_, err := p.push(opts)
	if none := new(*NoChangesError); !errors.As(err, none) || len((*none).Found) != 0 {
		t.Errorf("push without a .changes = %v, want a *NoChangesError", err)
	}
	p.build()
	tarball := filepath.Join(filepath.Dir(p.dir), "bell_1.0.tar.xz")
	before, err := os.Stat(tarball)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := p.push(opts)
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.Stat(tarball); err != nil || !os.SameFile(before, after) {
		t.Errorf("the tarball is not the file that it was: %v", err)
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(p.dir), "bell_1.0.dsc"))
	if want := "\nDgit: " + plan.Commit.String() + " example archive/example/1.0 "; err != nil || !strings.Contains(string(text), want) {
		t.Errorf("the .dsc is\n%s\n%v, want %q in it", text, err, want)
	}
	if err := p.world.Accept(); err != nil {
		t.Errorf("the archive does not take the upload: %v", err)
	}

	// Two of them need to be told apart, and both must be of the commit.
	p.release("1.1")
	changes := p.build()
	other := strings.Replace(changes, "_source", "_amd64", 1)
	if err := copyDurably(changes, other); err != nil {
		t.Fatal(err)
	}
	_, err = p.push(opts)
	if several := new(*NoChangesError); !errors.As(err, several) || len((*several).Found) != 2 {
		t.Errorf("push with two .changes = %v, want a *NoChangesError that names both", err)
	}
	opts.Changes = other
	p.write("file", "more\n")
	p.commit("more")
	if _, err = p.push(opts); !errors.As(err, new(*CorrespondenceError)) {
		t.Errorf("push of another commit = %v, want a *CorrespondenceError", err)
	}
	p.release("1.2")
	p.checkRefused(opts, "changes")
	p.git("reset", "-q", "--hard", "HEAD~2")
	if _, err = p.push(opts); err != nil {
		t.Error(err)
	}
}

// What goes to the queue as it is must be what the .changes lists, before anything is signed.
func TestPushBuiltFiles(t *testing.T) {
	p := newPusher(t)
	beside := filepath.Dir(p.dir)
	changes, deb := p.build(), filepath.Join(beside, "bell_1.0_all.deb")
	text, err := os.ReadFile(changes)
	if err != nil {
		t.Fatal(err)
	}
	fields, err := dsc.ParseParagraph("changes", text)
	if err != nil {
		t.Fatal(err)
	}
	p.write("../bell_1.0_all.deb", "built\n")
	var lists dsc.Paragraph
	for name, sum := range map[string]string{"Checksums-Sha1": fmt.Sprintf("%x", sha1.Sum([]byte("built\n"))), "Checksums-Sha256": fmt.Sprintf("%x", sha256.Sum256([]byte("built\n"))), "Files": fmt.Sprintf("%x", md5.Sum([]byte("built\n")))} {
		lists = append(lists, dsc.Field{Name: name, Value: "\n " + sum + " 6 bell_1.0_all.deb"})
	}
	fields.AddFile("bell_1.0_all.deb", lists, dsc.Section{Section: "misc", Priority: "optional"})
	if err := os.WriteFile(changes, []byte(fields.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	opts := p.options()
	opts.Prebuilt, opts.Changes = true, filepath.Base(changes) // where the files of uploads are
	p.write("../bell_1.0_all.deb", "again\n")
	p.checkRefused(opts, "files")
	if err := os.Remove(deb); err != nil {
		t.Fatal(err)
	}
	p.checkRefused(opts, "files")
	p.write("../bell_1.0_all.deb", "built\n")
	if _, err := p.push(opts); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(p.world.Queue, "bell_1.0_all.deb")); err != nil || string(got) != "built\n" {
		t.Errorf("the queue has the binary package %q, %v", got, err)
	}
}

// checkRefused checks that a push is refused by one check, and that nothing has changed then.
func (p *pusher) checkRefused(opts PushOptions, code string) {
	p.t.Helper()
	before, served := p.state(), p.served()
	_, err := p.push(opts)
	var refused *RefusedError
	if !errors.As(err, &refused) || len(refused.Checks) != 1 || refused.Checks[0].Code != code {
		p.t.Errorf("push = %v, want that %s refuses it", err, code)
	}
	if got := p.state() + p.served(); got != before+served {
		p.t.Errorf("refused by %s: there is\n%s, before there was\n%s", code, got, before+served)
	}
	if _, err := os.Stat(filepath.Join(p.repo.GitDir(), "debgit", "push")); !os.IsNotExist(err) {
		p.t.Errorf("refused by %s: the journal is left: %v", code, err)
	}
}

// A branch that git-debrebase has rebased is tied to what it was before, when it is pushed.
func TestPushStitches(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	before := p.git("rev-parse", "HEAD")
	p.diverge("1.1")
	rebased := p.git("rev-parse", "HEAD")
	p.git("update-ref", "refs/ffq-prev/heads/main", before)
	opts := p.options()
	opts.SplitView = "always"
	p.checkRefused(opts, "unstitched")

	plan, err := p.push(p.options())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.git("log", "-1", "--format=%P%n%an%n%B"), rebased+" "+before+"\nAnn Author\n"+strings.TrimSpace(stitchMessage); got != want {
		t.Errorf("the commit is\n%s, want\n%s", got, want)
	}
	if got, want := p.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/ffq-prev", "refs/debrebase-last"), "refs/debrebase-last/heads/main "+plan.Commit.String(); got != want {
		t.Errorf("the refs of git-debrebase are\n%s, want\n%s", got, want)
	}
}
