package gitmap_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

// The environment variables by which this program is told to be a child that imports.
const (
	childDsc      = "DEBGIT_TEST_DSC"       // path of the .dsc
	childRepo     = "DEBGIT_TEST_REPO"      // directory of the repository
	childFileSize = "DEBGIT_TEST_FILE_SIZE" // limit on the size of a file, RLIMIT_FSIZE
	childLimit    = "DEBGIT_TEST_LIMIT"     // NAME=VALUE
)

func TestMain(m *testing.M) {
	if os.Getenv(childDsc) != "" {
		status := importAsChild()
		fmt.Printf("\n%d", peakMemory())
		os.Exit(status)
	}
	os.Exit(runTests(m))
}

// runTests runs the tests with a sharedDir.
func runTests(m *testing.M) int {
	// The configuration of whoever runs the tests does not matter.
	os.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	os.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	var err error
	if sharedDir, err = os.MkdirTemp("", "gitmap-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(sharedDir)
	return m.Run()
}

// importAsChild does what "debgit import-dsc" does, and prints the commit or the error.
func importAsChild() int {
	fail := func(err error) int {
		fmt.Fprint(os.Stderr, err)
		return 1
	}
	if n, err := strconv.ParseUint(os.Getenv(childFileSize), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return fail(err)
		}
	}
	var limits gitmap.Limits
	if setting := os.Getenv(childLimit); setting != "" {
		name, value, _ := bytes.Cut([]byte(setting), []byte("="))
		n, err := strconv.ParseInt(string(value), 10, 64)
		if err == nil {
			err = limits.Set(string(name), n)
		}
		if err != nil {
			return fail(err)
		}
	}
	ctx := context.Background()
	repo, err := gitmap.Open(ctx, os.Getenv(childRepo))
	if err != nil {
		return fail(err)
	}
	pkg, err := dsc.OpenLocal(os.Getenv(childDsc), dsc.LocalOptions{})
	if err != nil {
		return fail(err)
	}
	defer pkg.Close()
	imp, err := gitmap.Import(ctx, repo, pkg, gitmap.ImportOptions{Limits: limits})
	if err != nil {
		return fail(err)
	}
	if err := repo.UpdateRefs(ctx, "import", gitmap.RefUpdate{Ref: "refs/heads/imported", New: imp.Commit}); err != nil {
		return fail(err)
	}
	fmt.Print(imp.Commit)
	return 0
}

// peakMemory is how many KiB this process has had in memory at most. The number that
// the parent gets counts what the parent itself had when it started the child.
func peakMemory() (kib int64) {
	status, _ := os.ReadFile("/proc/self/status")
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Sscan(after, &kib)
	return kib
}

// A child is a process that imports.
type child struct {
	*exec.Cmd
	stdout, stderr bytes.Buffer
}

// commit is what the child imported, "" if it did not.
func (c *child) commit() string {
	commit, _, _ := strings.Cut(c.stdout.String(), "\n")
	return commit
}

// importer returns a child, not started yet, that imports dscPath into s.
func (s *sandbox) importer(t *testing.T, dscPath string, env ...string) *child {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(program)}
	c.Env = append(os.Environ(), childDsc+"="+dscPath, childRepo+"="+filepath.Join(s.dir, "repo"), "TMPDIR="+s.tmp())
	c.Env = append(c.Env, env...)
	c.Stdout, c.Stderr = &c.stdout, &c.stderr
	return c
}

// memory is how much the child had in memory at most, in MiB.
func (c *child) memory(t *testing.T) int64 {
	t.Helper()
	_, number, _ := strings.Cut(c.stdout.String(), "\n")
	kib, err := strconv.ParseInt(number, 10, 64)
	if err != nil || kib == 0 {
		t.Fatalf("the child does not say how much memory it had: %q", &c.stdout)
	}
	return kib >> 10
}
