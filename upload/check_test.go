package upload

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/archive"
	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// configure sets a key of the distro.
func (p *pusher) configure(key, value string) {
	p.t.Helper()
	p.git("config", "dgit-distro.example."+key, value)
	p.reopen()
}

// reopen has the configuration read anew.
func (p *pusher) reopen() {
	p.t.Helper()
	var err error
	if p.repo, err = gitmap.Open(p.t.Context(), p.dir); err != nil {
		p.t.Fatal(err)
	}
}

// Each check refuses a push alone, and lets it through with its option; what is refused has changed
// nothing. Each case begins with 1.0 pushed, and 1.1 ready.
func TestChecks(t *testing.T) {
	p := newPusher(t)
	p.publish(p.options())
	p.release("1.1")
	head := p.git("rev-parse", "HEAD")
	stranger, err := dsctest.NewKey("Stranger", "stranger@example.org", dsctest.KeyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	force := func(f Force) func(*PushOptions) {
		return func(o *PushOptions) { o.Forces = o.Forces.With(f) }
	}
	tests := []struct {
		name    string
		prepare func()
		opts    func(*PushOptions) // of both pushes
		code    string
		lift    func(*PushOptions) // nil: nothing lifts it
	}{
		{"another package", nil, func(o *PushOptions) { o.Package = "gong" }, "package", nil},
		{"another suite", nil, func(o *PushOptions) { o.Suite = "experimental" }, "suite", nil},
		{"two suites", func() { p.edit("debian/changelog", "unstable;", "unstable experimental;") }, nil, "suite", nil},
		{"unexpected suite", nil, func(o *PushOptions) { o.ExpectSuite = "sid" }, "expected", nil},
		{"unexpected version", nil, func(o *PushOptions) { o.ExpectVersion = "1.2" }, "expected", nil},
		{"UNRELEASED", func() { p.edit("debian/changelog", "(1.1) unstable", "(1.1) UNRELEASED") }, nil, "unreleased", nil},
		{"an old version", func() { p.edit("debian/changelog", "(1.1)", "(1.0~1)") }, nil, "version", force(ForceUploadingOldVersion)},
		{"not committed", func() { p.write("debian/control", "Source: bell\n") }, nil, "dirty", nil},
		{"local options", func() { p.write("debian/source/local-options", "x\n"); p.commit("x") }, nil, "local-files", nil},
		{"tar-ignore", func() { p.write("debian/source/options", "tar-ignore\n"); p.commit("x") }, nil, "tar-ignore", nil},
		{"another source name", func() { p.edit("debian/control", "Source: bell", "Source: gong") }, nil, "names", nil},
		{"a tag that is there", func() { p.git("tag", "archive/example/1.1", "HEAD~1") }, nil, "tag", force(ForceReusingVersion)},
		{"a DEP-14 tag of another commit", func() { p.git("tag", "example/1.1", "HEAD~1") }, nil, "dep14-tag", func(o *PushOptions) { o.DEP14.Reuse = "replace-unsuitable" }},
		{"no DEP-14 tag", nil, func(o *PushOptions) { o.DEP14.Reuse = "must" }, "dep14-tag", func(o *PushOptions) { o.DEP14.Reuse = "if-exists" }},
		{"a DEP-14 tag without a signature", func() { p.git("tag", "example/1.1") }, func(o *PushOptions) { o.DEP14.Verify = "true" }, "dep14-tag", func(o *PushOptions) { o.DEP14.Verify = "false" }},
		{"other history", p.orphan, nil, "history", func(o *PushOptions) { o.Overwrite.TrustChangelog = true }},
		{"an upload that is lacked", func() { p.orphan(); p.forget("1.0") }, nil, "lacks", func(o *PushOptions) { o.Overwrite.Version = "1.0" }},
		{"an upload that the changelog does not name", func() { p.orphan(); p.forget("1.0") }, func(o *PushOptions) { o.Overwrite.TrustChangelog = true }, "overwrite", nil},
		{"another upload to overwrite", p.orphan, func(o *PushOptions) { o.Overwrite.Version = "0.9" }, "overwritten", nil},
		{"source alone", func() { p.configure("source-only-uploads", "never") }, nil, "source-only", force(ForceUploadingSourceOnly)},
		{"a queue that wants signatures", nil, func(o *PushOptions) { o.Sign.NoSign = true }, "queue", nil},
		{"a key of no uploader", func() { p.configure("uploader-keyring", p.keyring(stranger)) }, nil, "uploader", force(ForceUnknownUploader)},
		{"a key of an uploader", func() { p.configure("uploader-keyring", p.keyring(stranger, p.world.Uploader)) }, nil, "", nil},
		{"no keyring of uploaders", func() { p.configure("uploader-keyring", "") }, nil, "", nil},
		{"tainted history", func() { p.taint(p.git("rev-parse", "HEAD~1")) }, nil, "tainted", force(ForcePushTainted)},
		{"tainted history, overridden", func() { p.taint(p.git("rev-parse", "HEAD~1^{tree}")) }, nil, "tainted", func(o *PushOptions) { o.Deliberate = []string{"include-questionable-history"} }},
		{"no split view", nil, func(o *PushOptions) { o.SplitView, o.Mode = "never", "gbp" }, "", nil}, // of a native package
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := *p
			p.t = t
			p.git("reset", "-q", "--hard", head)
			if tt.prepare != nil {
				tt.prepare()
				p.reopen()
			}
			defer func() {
				p.git("config", "--remove-section", "dgit-distro.example")
				p.git("update-ref", "-d", "refs/ffq-prev/heads/main")
				p.git("tag", "--list", "*/1.1")
				for tag := range strings.FieldsSeq(p.git("tag", "--list", "*/1.1")) {
					p.git("tag", "-d", tag)
				}
			}()
			p.git("config", "dgit-distro.example.x", "y") // a section to remove
			opts := p.options()
			opts.New, opts.DryRun = false, true
			if tt.opts != nil {
				tt.opts(&opts)
			}
			if tt.code != "" {
				p.checkRefused(opts, tt.code)
			}
			if tt.lift != nil {
				tt.lift(&opts)
			} else if tt.code != "" {
				return
			}
			push, err := PlanPush(t.Context(), p.repo, opts)
			if err != nil {
				t.Fatalf("with its option: %v", err)
			}
			push.Close()
		})
	}
}

// edit replaces text in a file, and commits that.
func (p *pusher) edit(name, old, new string) {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil || !strings.Contains(string(data), old) {
		p.t.Fatalf("%s has no %q: %v", name, old, err)
	}
	p.write(name, strings.Replace(string(data), old, new, 1))
	p.commit("Edit " + name)
}

// orphan makes the branch one of a single commit.
func (p *pusher) orphan() {
	p.t.Helper()
	p.git("reset", "-q", "--soft", p.git("commit-tree", "-m", "Alone", "HEAD^{tree}"))
}

// forget takes the oldest entry, of a version, out of the changelog.
func (p *pusher) forget(version dsc.Version) {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, "debian/changelog"))
	if err != nil {
		p.t.Fatal(err)
	}
	newer, _, _ := strings.Cut(string(data), fmt.Sprintf("bell (%s)", version))
	p.write("debian/changelog", newer)
	p.commit("Forget")
}

// keyring returns a file with these keys.
func (p *pusher) keyring(keys ...*dsctest.Key) string {
	p.t.Helper()
	var data []byte
	for _, k := range keys {
		data = append(data, k.Public()...)
	}
	file := filepath.Join(p.t.TempDir(), "keyring.pgp")
	if err := os.WriteFile(file, data, 0o666); err != nil {
		p.t.Fatal(err)
	}
	return file
}

// taint has the git server call an object tainted.
func (p *pusher) taint(object string) {
	p.t.Helper()
	ssh := filepath.Join(p.world.Dir, "taint")
	answer := fmt.Sprintf(`[{"gitobjid": %q, "comment": "rejected", "overrides": ["--deliberately-include-questionable-history"]}]`, object)
	script := "#!/bin/sh\ncase \"$*\" in *policy-client-query*) echo '" + answer + "';; *) exec \"$GIT_SSH\" \"$@\";; esac\n"
	if err := os.WriteFile(ssh, []byte(script), 0o777); err != nil {
		p.t.Fatal(err)
	}
	p.configure("ssh", ssh)
}

// A ref can be given to the archive view in a split view. With a damp run no tag is made, and nothing
// is public; what is given up is as before.
func TestSaveViewAndDampRun(t *testing.T) {
	p := newPusher(t)
	p.git("branch", "saved")
	opts := p.options()
	opts.SplitView, opts.SaveView, opts.DampRun = "always", "view", true
	plan, err := p.push(opts)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.git("tag"); got != "" || p.served() != "" || p.files(p.world.Queue) != "" {
		t.Errorf("after a damp run there are the tags %q, the git server has %q, the queue %q; want nothing", got, p.served(), p.files(p.world.Queue))
	}
	if got, want := p.files(filepath.Dir(p.dir)), "bell_1.0.dsc bell_1.0.tar.xz bell_1.0_source.changes"; got != want {
		t.Errorf("after a damp run there are the files %q, want %q", got, want)
	}
	if got := p.git("rev-parse", "refs/heads/view"); got != plan.Commit.String() {
		t.Errorf("the saved view is %s, want %s", got, plan.Commit)
	}
	before := p.state()
	for _, name := range []string{"a..b", "main"} { // that one is checked out
		opts.SaveView = name
		if _, err := PlanPush(t.Context(), p.repo, opts); !errors.As(err, new(*SaveError)) {
			t.Errorf("push that saves the view as %s = %v, want a *SaveError", name, err)
		}
	}
	if got := p.state(); got != before {
		t.Errorf("there is\n%s, before there was\n%s", got, before)
	}
	opts.DampRun, opts.SaveView = false, "refs/heads/saved"
	if _, err := p.push(opts); err != nil {
		t.Fatal(err)
	}
	p.diverge("1.1")
	opts.Overwrite.TrustChangelog = true
	if plan, err = p.push(opts); err != nil {
		t.Fatal(err)
	}
	if got, head := p.git("rev-parse", "saved"), p.git("rev-parse", "HEAD"); got != plan.Commit.String() || got == head || plan.Branch != nil {
		t.Errorf("the saved view is %s, HEAD %s, the pushed commit %s; want the first to be the last, and HEAD another", got, head, plan.Commit)
	}
}

// A queue that is not there is known before anything is built, signed or public.
func TestNoQueue(t *testing.T) {
	p := newPusher(t)
	opts := p.options()
	opts.Upload.Host = filepath.Join(p.world.Dir, "none")
	before := p.state()
	_, err := p.push(opts)
	if queue := new(*archive.QueueError); !errors.As(err, queue) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("push = %v, want a *QueueError", err)
	}
	if got := p.state() + p.served(); got != before {
		t.Errorf("there is\n%s, before there was\n%s", got, before)
	}
	opts.DampRun = true
	if _, err := p.push(opts); err != nil {
		t.Errorf("damp run: %v", err)
	}
}
