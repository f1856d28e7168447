package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"debgit/upload/uploadtest"
)

// A pushWorld is a world of uploadtest with a home for those who push there. What they commit
// is by the same people and of the same time whatever they do it with.
type pushWorld struct {
	*uploadtest.World
	t    *testing.T
	home string
	work string // for repositories
}

// newPushWorld makes a world, or skips the test where programs are missing that it needs.
func newPushWorld(t *testing.T, opts uploadtest.Options) *pushWorld {
	t.Helper()
	needsPush(t)
	if opts.Reprepro { // which is optional for tests: it cannot be installed everywhere
		needsProgram(t, "reprepro")
	}
	dir := t.TempDir()
	world, err := uploadtest.New(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	w := &pushWorld{World: world, t: t, home: filepath.Join(dir, "home"), work: filepath.Join(dir, "work")}
	t.Cleanup(func() { w.check(world.Close()) })
	w.check(os.Mkdir(w.home, 0o777))
	w.check(os.Mkdir(w.work, 0o777))
	w.write(w.home, ".gitconfig", "[user]\n\tname = W\n\temail = w@example.org\n[init]\n\tdefaultBranch = main\n"+world.Config())
	w.write(w.home, ".dput.cf", fmt.Sprintf("[queue]\nmethod = local\nfqdn = localhost\nincoming = %s\nallow_unsigned_uploads = 0\nrun_dinstall = 0\n", world.Queue))
	return w
}

// dispatchPath is the program of a real git server; a test is skipped that wants it where there is none.
// It is the one beside the real dgit to compare with, else the one that is installed.
func dispatchPath(t *testing.T) string {
	t.Helper()
	const name = "dgit-ssh-dispatch"
	if dgit := dgitPath(); dgit != "" {
		return filepath.Join(filepath.Dir(dgit), name)
	}
	path := needsProgram(t, name) // optional, too
	// The package dgit-infrastructure does without dgit, but the program does not.
	if said, _ := exec.Command(path).CombinedOutput(); strings.Contains(string(said), "Can't locate") {
		t.Skipf("%s: %.200s", path, said)
	}
	return path
}

// sshdPath is OpenSSH's server; a test is skipped that wants it where it is not, or lets nobody in.
func sshdPath(t *testing.T) string {
	t.Helper()
	needsProgram(t, "ssh-keygen")
	path, err := exec.LookPath("sshd")
	if err != nil { // what everybody has in PATH is not where it is
		path = needsProgram(t, "/usr/sbin/sshd")
	}
	if os.Getuid() == 0 {
		if _, err := os.Stat("/run/sshd"); err != nil {
			t.Skipf("%s wants that directory where root runs it: %v", path, err)
		}
		if passwords, _ := os.ReadFile("/etc/shadow"); regexp.MustCompile(`(?m)^root:!`).Match(passwords) {
			t.Skipf("%s lets root not in, since that account is locked", path)
		}
	}
	return path
}

func (w *pushWorld) check(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// write writes a file, given by its path below dir.
func (w *pushWorld) write(dir, path, content string) {
	w.t.Helper()
	path = filepath.Join(dir, path)
	w.check(os.MkdirAll(filepath.Dir(path), 0o777))
	w.check(os.WriteFile(path, []byte(content), 0o777))
}

// command is a program in a directory below work.
func (w *pushWorld) command(dir string, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = filepath.Join(w.work, dir)
	cmd.Env = append(os.Environ(), "HOME="+w.home, "GIT_CONFIG_GLOBAL="+filepath.Join(w.home, ".gitconfig"), "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC", "LC_ALL=C.UTF-8",
		"GIT_AUTHOR_DATE=1700000001 +0000", "GIT_COMMITTER_DATE=1700000001 +0000")
	cmd.Env = append(cmd.Env, w.Env()...)
	return cmd
}

// try runs a program in a directory below work, and returns what it prints.
func (w *pushWorld) try(dir string, program string, args ...string) (string, error) {
	w.t.Helper()
	out, err := w.command(dir, program, args...).CombinedOutput()
	if testing.Verbose() {
		w.t.Logf("%s\n%s", strings.Join(append([]string{program}, args...), " "), out)
	}
	return string(out), err
}

// run is try of what must succeed.
func (w *pushWorld) run(dir string, program string, args ...string) string {
	w.t.Helper()
	out, err := w.try(dir, program, args...)
	if err != nil {
		w.t.Fatalf("%s %q: %v\n%s", program, args, err, out)
	}
	return strings.TrimSpace(out)
}

// path is where a program is.
func (w *pushWorld) path(program string) string {
	w.t.Helper()
	path, err := exec.LookPath(program)
	w.check(err)
	return path
}

// dgit runs the real dgit, which uploads by dput.
func (w *pushWorld) dgit(dir string, args ...string) string {
	w.t.Helper()
	return w.run(dir, realDgit(), append([]string{"-cdgit-distro.example.upload-host=queue"}, args...)...)
}

// nativePackage makes a repository with one commit of a native package, of which this is a
// version.
func (w *pushWorld) nativePackage(dir, version string) {
	w.t.Helper()
	top := filepath.Join(w.work, dir)
	w.write(top, "debian/changelog", fmt.Sprintf("foo (%s) unstable; urgency=medium\n\n  * Version %s.\n\n -- Ann Author <ann@example.org>  Tue, 02 Jan 2024 03:04:05 +0530\n", version, version))
	w.write(top, "debian/control", "Source: foo\nSection: misc\nPriority: optional\nMaintainer: Ann Author <ann@example.org>\nStandards-Version: 4.6.2\n\nPackage: foo\nArchitecture: all\nDescription: x\n y\n")
	w.write(top, "debian/rules", "#!/usr/bin/make -f\n%:\n\ttrue\n")
	w.write(top, "debian/source/format", "3.0 (native)\n")
	w.write(top, "file", "version "+version+"\n")
	if _, err := os.Stat(filepath.Join(top, ".git")); err != nil {
		w.run(dir, "git", "init", "-q")
	}
	w.run(dir, "git", "add", "--all")
	w.run(dir, "git", "commit", "-q", "-m", "Version "+version)
}

// needsPush skips a test where a push cannot run.
func needsPush(t *testing.T) {
	t.Helper()
	for _, name := range []string{"gpg", "gpgconf", "dpkg-source", "dpkg-genchanges"} {
		needsProgram(t, name)
	}
}

// needsProgram returns the path of a program of others, or skips a test that is of no use without it.
func needsProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("the test runs %s: %v", name, err)
	}
	return path
}

// realDgit is a real dgit to work together with: the one to compare with, else the one that is installed; "" if
// there is none. In PATH, that name is debgit's.
func realDgit() string {
	if path := dgitPath(); path != "" {
		return path
	}
	const installed = "/usr/bin/dgit"
	said, _ := exec.Command(installed, "version").Output()
	if !strings.HasPrefix(string(said), "dgit version ") || strings.Contains(string(said), "debgit") {
		return ""
	}
	return installed
}

// needsRealDgit skips a test that is of no use without a real dgit, of whatever version.
func needsRealDgit(t *testing.T) {
	t.Helper()
	if realDgit() == "" {
		// It is optional for tests; CI has one.
		t.Skip("there is no real dgit: DEBGIT_DGIT names none, and none is installed")
	}
}

// needsDgit skips a comparison with the real dgit where the variable DEBGIT_DGIT does not say where that is.
func needsDgit(t *testing.T) {
	t.Helper()
	if dgitPath() == "" {
		// It takes minutes, and tests have to pass without dgit.
		t.Skip("DEBGIT_DGIT does not name the real dgit")
	}
}
