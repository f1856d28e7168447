package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
	"debgit/history"
)

// killVariable has the test program push, and be killed at a step: "STEP" or "STEP noted".
const killVariable = "DEBGIT_TEST_KILL_AT"

func TestMain(m *testing.M) {
	if at := os.Getenv(killVariable); at != "" {
		fmt.Fprintln(os.Stderr, pushAndDie(at))
		os.Exit(1)
	}
	// The configuration of whoever runs the tests does not matter.
	os.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	os.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	os.Exit(m.Run())
}

func pushAndDie(at string) error {
	atStep = func(s StepName, noted bool) {
		if at == string(s) && !noted || at == string(s)+" noted" && noted {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	ctx := context.Background()
	repo, err := gitmap.Open(ctx, ".")
	if err != nil {
		return err
	}
	p, err := PlanPush(ctx, repo, PushOptions{
		ArchiveOptions: history.ArchiveOptions{OpenOptions: history.OpenOptions{New: true}, CacheDir: os.Getenv("CACHE"), Getenv: os.Getenv},
		Overwrite:      Overwrite{TrustChangelog: true},
	})
	if err != nil {
		return err
	}
	return p.Perform(ctx, PerformOptions{})
}

// pushKilled pushes, and is killed at a step.
func (p *pusher) pushKilled(at string) {
	p.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), killVariable+"="+at, "CACHE="+p.options().CacheDir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !exit.Sys().(syscall.WaitStatus).Signaled() {
		p.t.Fatalf("push to be killed at %s: %v\n%s", at, err, out)
	}
}

// diverge makes the branch one of a single commit, whose changelog has a further version. The suite
// branch gets into it by a pseudomerge then.
func (p *pusher) diverge(version string) {
	p.t.Helper()
	p.release(version)
	p.git("reset", "-q", "--soft", p.git("commit-tree", "-m", "Only "+version, "HEAD^{tree}"))
}

// state is all that a push may change here, apart from the tracking branch.
func (p *pusher) state() string {
	p.t.Helper()
	var b strings.Builder
	b.WriteString(p.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"))
	b.WriteString("\n" + p.git("status", "--porcelain") + "\n")
	beside := filepath.Dir(p.dir)
	for name := range strings.FieldsSeq(p.files(beside)) {
		data, err := os.ReadFile(filepath.Join(beside, name))
		if err != nil {
			p.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %d\n%s", name, len(data), data)
	}
	return b.String()
}

var allSteps = []StepName{StepSignTags, StepSignFiles, StepBranch, StepTags, StepPush, StepTracking, StepFiles, StepQueue}

// A push that was killed, whenever that was, comes to its end when it goes on.
func TestContinue(t *testing.T) {
	p := newPusher(t)
	for i, step := range append([]StepName{StepCreate}, allSteps...) {
		version := fmt.Sprintf("1.%d", i+1)
		p.diverge(version)
		p.pushKilled(string(step))

		_, err := PlanPush(t.Context(), p.repo, p.options())
		if unfinished := new(*UnfinishedError); step != StepSignTags && step != StepSignFiles && !errors.As(err, unfinished) {
			t.Errorf("killed at %s: another push = %v, want an *UnfinishedError", step, err)
		}
		if step == StepSignTags || step == StepSignFiles { // which begin anew
			if _, err := p.push(p.trusting()); err != nil {
				t.Errorf("killed at %s: push again = %v", step, err)
			}
		} else {
			p.resume(step)
		}
		p.checkPublished(step, version)
	}
}

func (p *pusher) trusting() PushOptions {
	opts := p.options()
	opts.Overwrite.TrustChangelog = true
	return opts
}

func (p *pusher) resume(step StepName) {
	p.t.Helper()
	push, err := ResumePush(p.t.Context(), p.repo, os.Getenv)
	if err != nil {
		p.t.Fatalf("killed at %s: ResumePush = %v", step, err)
	}
	defer push.Close()
	if err := push.Perform(p.t.Context(), PerformOptions{}); err != nil {
		p.t.Fatalf("killed at %s: Perform = %v", step, err)
	}
}

// checkPublished checks that a version was pushed as a whole, and has the archive take it.
func (p *pusher) checkPublished(step StepName, version string) {
	p.t.Helper()
	head := p.git("rev-parse", "HEAD")
	for _, ref := range []string{"refs/dgit/sid " + head, "refs/tags/archive/example/" + version + " " + p.git("rev-parse", "archive/example/"+version)} {
		if got := p.served(); !strings.Contains(got, ref) {
			p.t.Errorf("killed at %s: the git server has\n%s, want %s", step, got, ref)
		}
	}
	if got := p.git("rev-parse", "refs/remotes/dgit/dgit/sid"); got != head {
		p.t.Errorf("killed at %s: the tracking branch is %s, want %s", step, got, head)
	}
	if got, want := p.files(p.world.Queue), "bell_"+version+"_source.changes"; !strings.Contains(got, want) {
		p.t.Errorf("killed at %s: the queue has %s, want %s", step, got, want)
	}
	if err := p.world.Accept(); err != nil {
		p.t.Errorf("killed at %s: the archive does not take the upload: %v", step, err)
	}
	if _, err := ResumePush(p.t.Context(), p.repo, os.Getenv); !errors.Is(err, ErrNoJournal) {
		p.t.Errorf("killed at %s: ResumePush at the end = %v, want ErrNoJournal", step, err)
	}
}

// Refs that a push moves beside the branch, such as those of git-debrebase, go back, too.
func TestAbortMoves(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	before := p.git("rev-parse", "HEAD")
	p.diverge("1.1")
	p.git("update-ref", "refs/ffq-prev/heads/main", before)
	refs := func() string {
		return p.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", "refs/ffq-prev", "refs/debrebase-last")
	}
	want := refs()
	for _, at := range []StepName{StepBranch, StepMoves, StepTags} {
		for _, noted := range []string{"", " noted"} {
			p.pushKilled(string(at) + noted)
			if at != StepBranch && refs() == want {
				t.Errorf("killed at %s%s: no ref had moved", at, noted)
			}
			if aborted, err := AbortPush(t.Context(), p.repo, AbortOptions{}); err != nil || aborted.Public || len(aborted.Left) > 0 {
				t.Fatalf("killed at %s%s: AbortPush = %+v, %v", at, noted, aborted, err)
			}
			if got := refs(); got != want {
				t.Errorf("killed at %s%s: after the abort the refs are\n%s, before they were\n%s", at, noted, got, want)
			}
		}
	}
}

// An empty repository that the git server may have made is all that is left of a first push.
func TestAbortCreate(t *testing.T) {
	p := newPusher(t)
	before := p.state()
	for _, noted := range []string{"", " noted"} {
		if err := os.RemoveAll(filepath.Join(p.world.Repos, "bell.git")); err != nil {
			t.Fatal(err)
		}
		p.pushKilled(string(StepCreate) + noted)
		aborted, err := AbortPush(t.Context(), p.repo, AbortOptions{})
		if err != nil || aborted.Public || len(aborted.Left) != 1 || !strings.HasPrefix(aborted.Left[0], "the git server may have an empty repository now: ") {
			t.Fatalf("killed at create%s: AbortPush = %+v, %v", noted, aborted, err)
		}
		if got := p.state(); got != before {
			t.Errorf("killed at create%s: after the abort there is\n%s, before there was\n%s", noted, got, before)
		}
		if got := p.served(); got != "" {
			t.Errorf("killed at create%s: the git server has\n%s", noted, got)
		}
	}
	p.publish(p.options())
}

// A push that was killed, whenever that was, can be given up. Then all is as it was, unless
// it is public.
func TestAbort(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	next := 1
	p.diverge("1.1")
	beside := filepath.Join(filepath.Dir(p.dir), "bell_1.1.dsc")
	if err := os.WriteFile(beside, []byte("of an earlier build\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for i, step := range allSteps {
		before, served := p.state(), p.served()
		p.pushKilled(string(step) + " noted")
		aborted, err := AbortPush(t.Context(), p.repo, AbortOptions{})
		if err != nil {
			t.Fatalf("killed after %s: AbortPush = %v", step, err)
		}
		public := i >= 4
		if aborted.Public != public || aborted.Sent != (step == StepQueue) || len(aborted.Left) > 0 {
			t.Errorf("killed after %s: public %v, sent %v, left %q; want %v, %v, nothing", step, aborted.Public, aborted.Sent, aborted.Left, public, step == StepQueue)
		}
		if _, err := ResumePush(t.Context(), p.repo, os.Getenv); !errors.Is(err, ErrNoJournal) {
			t.Errorf("killed after %s: ResumePush at the end = %v, want ErrNoJournal", step, err)
		}
		if !public {
			if got := p.state(); got != before {
				t.Errorf("killed after %s: after the abort there is\n%s, before there was\n%s", step, got, before)
			}
			if got := p.served(); got != served {
				t.Errorf("killed after %s: the git server has\n%s, before it had\n%s", step, got, served)
			}
			continue
		}
		if step != StepQueue {
			if got, err := os.ReadFile(beside); err != nil || string(got) != "of an earlier build\n" {
				t.Errorf("killed after %s: the file that was there is %q, %v", step, got, err)
			}
		}
		if got, want := p.git("rev-parse", "refs/remotes/dgit/dgit/sid"), p.git("rev-parse", "HEAD"); got != want {
			t.Errorf("killed after %s: the tracking branch is %s, want %s", step, got, want)
		}
		next++
		p.diverge(fmt.Sprintf("1.%d", next))
		beside = filepath.Join(filepath.Dir(p.dir), fmt.Sprintf("bell_1.%d.dsc", next))
		if err := os.WriteFile(beside, []byte("of an earlier build\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// A push that the git server has taken is public, also where the suite branch has moved on since.
func TestContinueAfterOthers(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	p.release("1.1")
	p.pushKilled(string(StepPush))
	bare := filepath.Join(p.world.Repos, "bell.git")
	more := git(t, bare, "commit-tree", "-p", "refs/dgit/sid", "-m", "More", "refs/dgit/sid^{tree}")
	git(t, bare, "update-ref", "refs/dgit/sid", strings.TrimSpace(more))
	p.resume(StepPush)
	if got, want := p.files(p.world.Queue), "bell_1.1_source.changes"; !strings.Contains(got, want) {
		t.Errorf("the queue has %s, want %s", got, want)
	}
}

// A push that the git server has not taken is refused where the suite branch has moved on since.
func TestContinueRefused(t *testing.T) {
	p := newPusher(t)
	if _, err := p.push(p.options()); err != nil {
		t.Fatal(err)
	}
	p.release("1.1")
	p.pushKilled(string(StepTags))
	bare := filepath.Join(p.world.Repos, "bell.git")
	more := strings.TrimSpace(git(t, bare, "commit-tree", "-p", "refs/dgit/sid", "-m", "More", "refs/dgit/sid^{tree}"))
	git(t, bare, "update-ref", "refs/dgit/sid", more)
	push, err := ResumePush(t.Context(), p.repo, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	defer push.Close()
	if err := push.Perform(t.Context(), PerformOptions{}); err == nil {
		t.Error("Perform = nil, want the refusal of the git server")
	}
	if got := strings.TrimSpace(git(t, bare, "rev-parse", "refs/dgit/sid")); got != more {
		t.Errorf("the suite branch is at %s, want %s, where another has put it", got, more)
	}
	if got := p.files(p.world.Queue); strings.Contains(got, "1.1") {
		t.Errorf("the queue has %s, want nothing of 1.1", got)
	}
}

// What is sent is what was signed, and what is given up leaves the files of others alone.
func TestFilesReplaced(t *testing.T) {
	p := newPusher(t)
	p.pushKilled(string(StepFiles) + " noted")
	p.write("../bell_1.0.tar.xz", "another one\n")
	p.resume(StepQueue)
	if err := p.world.Accept(); err != nil {
		t.Errorf("the archive does not take the upload: %v", err)
	}

	p.release("1.1")
	p.write("../bell_1.1.dsc", "before\n")
	p.write("../bell_1.1.tar.xz", "before\n")
	p.pushKilled(string(StepFiles) + " noted")
	p.write("../bell_1.1.dsc", "since\n")
	aborted, err := AbortPush(t.Context(), p.repo, AbortOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(aborted.Left) != 1 || !strings.Contains(aborted.Left[0], "bell_1.1.dsc") {
		t.Errorf("left is %q, want the .dsc alone", aborted.Left)
	}
	for name, want := range map[string]string{"bell_1.1.dsc": "since\n", "bell_1.1.tar.xz": "before\n"} {
		if got, err := os.ReadFile(filepath.Join(filepath.Dir(p.dir), name)); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}

// slowServer has the git server wait in its first push until it is told, or until the second one comes; and
// in that until the first one has arrived.
const slowServer = `#!/bin/sh
if mkdir %[1]s/first 2>/dev/null; then
	until [ -e %[1]s/go ] || ! [ -d %[1]s/first ]; do sleep 0.1; done
else
	touch %[1]s/go
	for i in 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0; do
		git show-ref --quiet refs/tags/archive/example/1.1 && break
		sleep 0.1
	done
fi
`

// A push goes on when debgit is killed while the git server is at work on it: what runs here ends with debgit, and
// what arrives in the end counts, whichever push it is of.
func TestContinueWhileAtWork(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	p.release("1.1")
	signs := t.TempDir()
	hook := filepath.Join(p.world.Repos, "bell.git/hooks/pre-receive")
	if err := os.MkdirAll(filepath.Dir(hook), 0o777); err != nil {
		t.Fatal(err)
	}
	ssh, pid := filepath.Join(signs, "ssh"), filepath.Join(signs, "pid")
	for path, text := range map[string]string{
		hook: fmt.Sprintf(slowServer, signs),
		ssh:  fmt.Sprintf("#!/bin/sh\necho $PPID >%s\nexec %s \"$@\"\n", pid, os.Getenv("GIT_SSH")),
	} {
		if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GIT_SSH", ssh)
	cmd := exec.Command(os.Args[0])
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), killVariable+"=never", "CACHE="+p.options().CacheDir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer os.WriteFile(filepath.Join(signs, "go"), nil, 0o666)
	isThere := func(path string) bool { _, err := os.Stat(path); return err == nil }
	waitUntil(t, "the git server is at work", func() bool { return isThere(filepath.Join(signs, "first")) })
	cmd.Process.Kill()
	cmd.Wait()
	data, err := os.ReadFile(pid)
	if err != nil {
		t.Fatal(err)
	}
	waitUntil(t, "git push has ended", func() bool { return !isThere("/proc/" + strings.TrimSpace(string(data)) + "/exe") })
	p.resume(StepPush)
	p.checkPublished(StepPush, "1.1")
}

func waitUntil(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 600 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("%s: not within half a minute", what)
}

// quilt makes the package one with an orig tarball, which is beside the work tree.
func (p *pusher) quilt(upstream string) {
	p.t.Helper()
	p.write("ring.c", "ring();\n")
	p.write("debian/source/format", "3.0 (quilt)\n")
	orig := &dsctest.Package{Format: FormatQuilt, Source: "bell", Version: upstream + "-1", Files: []dsctest.File{
		{Name: "bell_" + upstream + ".orig.tar.gz", Entries: []dsctest.Entry{{Name: "bell/ring.c", Content: "ring();\n"}}},
		{Name: "bell_" + upstream + "-1.debian.tar.gz", Entries: []dsctest.Entry{{Name: "debian/source/format", Content: "3.0 (quilt)\n"}}},
	}}
	built, err := orig.Build()
	if err != nil {
		p.t.Fatal(err)
	}
	p.write("../"+built.Files[0].Name, string(built.Files[0].Data))
	p.release(upstream + "-1")
}

// An orig tarball that is beside the work tree is put where the other files of the upload go, by a step
// of the push that can be undone.
func TestOrigsElsewhere(t *testing.T) {
	p := newPusher(t)
	products := filepath.Join(p.world.Dir, "products")
	if err := os.Mkdir(products, 0o777); err != nil {
		t.Fatal(err)
	}
	p.git("config", "dgit.default.build-products-dir", products)
	p.quilt("2.0")
	p.pushKilled(string(StepFiles))
	if got, want := p.files(products), "bell_2.0-1.debian.tar.xz bell_2.0-1.dsc bell_2.0-1_source.changes bell_2.0.orig.tar.gz"; got != want {
		t.Errorf("the files are %s, want %s", got, want)
	}
	if aborted, err := AbortPush(t.Context(), p.repo, AbortOptions{}); err != nil || len(aborted.Left) > 0 {
		t.Fatalf("AbortPush = %v, %v", aborted, err)
	}
	if got := p.files(products); got != "" {
		t.Errorf("after the abort there is %s", got)
	}
	if got, want := p.files(filepath.Dir(p.dir)), "bell_2.0.orig.tar.gz"; got != want {
		t.Errorf("after the abort there is %s beside the work tree, want %s", got, want)
	}

	p.quilt("3.0")
	p.publish(p.options())
	if got, want := p.files(products), "bell_3.0.orig.tar.gz"; !strings.Contains(got, want) {
		t.Errorf("the files are %s, want %s among them", got, want)
	}
}

// What had the names of the files of a push is itself again when the push is given up: a link is one, and a file
// that was the same already stays.
func TestAbortPutsBack(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	beside := filepath.Dir(p.dir)
	list := func() (list string) {
		for name := range strings.FieldsSeq(p.files(beside)) {
			info, err := os.Lstat(filepath.Join(beside, name))
			if err != nil {
				t.Fatal(err)
			}
			list += fmt.Sprintln(name, info.Mode(), info.ModTime(), info.Sys().(*syscall.Stat_t).Ino)
		}
		return list
	}
	for i, at := range []string{string(StepFiles), string(StepFiles) + " noted"} {
		version := fmt.Sprintf("1.%d", i+1)
		p.diverge(version)
		p.build()
		link := filepath.Join(beside, "bell_"+version+".dsc")
		if err := os.Rename(link, filepath.Join(beside, "elsewhere")); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("elsewhere", link); err != nil {
			t.Fatal(err)
		}
		before := list()
		p.pushKilled(at)
		if aborted, err := AbortPush(t.Context(), p.repo, AbortOptions{}); err != nil || len(aborted.Left) > 0 {
			t.Fatalf("killed at %s: AbortPush = %v, %v", at, aborted, err)
		}
		if got := list(); got != before {
			t.Errorf("killed at %s: after the abort there is\n%s, before there was\n%s", at, got, before)
		}
	}
}

// What is sent as it is must be what was planned, when the push becomes public.
func TestSentReplaced(t *testing.T) {
	p := newPusher(t)
	p.build()
	opts := p.options()
	opts.Prebuilt = true
	push, err := PlanPush(t.Context(), p.repo, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer push.Close()
	p.write("../bell_1.0.tar.xz", "another one\n")
	err = push.Perform(t.Context(), PerformOptions{})
	if !errors.As(err, new(*StoppedError)) || !errors.As(err, new(*dsc.MismatchError)) {
		t.Errorf("push = %v, want a *StoppedError of a *dsc.MismatchError", err)
	}
	if got := p.served(); got != "" {
		t.Errorf("the git server has\n%s", got)
	}
}
