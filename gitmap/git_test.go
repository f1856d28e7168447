package gitmap

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// referenceGit runs the git of this machine, untouched by anybody's configuration,
// and returns its output and whether it succeeded. Without git the test is skipped.
func referenceGit(t testing.TB, env []string, stdin []byte, args ...string) (string, bool) {
	t.Helper()
	path, err := exec.LookPath("git")
	if err != nil {
		t.Skip("git is not installed, nothing to compare with")
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append([]string{"GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_CEILING_DIRECTORIES=/", "LC_ALL=C", "TZ=UTC", "HOME=/nonexistent"}, env...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return string(out), err == nil
}
