package gitmap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"syscall"
)

// A PushRefusedError says that a server did not take what was pushed. It has changed nothing.
type PushRefusedError struct {
	URL    string
	Reason string // what server and git said
	Remote string // of that, what the server wrote for people: lines
	Err    error
}

func (e *PushRefusedError) Error() string {
	return fmt.Sprintf("push to %s: refused: %s", e.URL, e.Reason)
}

// Unwrap returns the cause.
func (e *PushRefusedError) Unwrap() error { return e.Err }

// Push pushes objects to the repository at url, each by a refspec, and nothing else. All are
// taken or none. said is what the server wrote for people, in lines; what it says of a refusal is in
// the [*PushRefusedError]. If this process is killed git ends, too, so that nothing is pushed that
// nobody knows of any more.
func (r *Repo) Push(ctx context.Context, url string, refspecs ...string) (said string, err error) {
	args := []string{"-c", "push.followTags=false", "push", "--porcelain", "--atomic", "--no-recurse-submodules", "--", url}
	cmd := gitCommand(ctx, cmp.Or(r.workTree, r.gitDir), append(args, refspecs...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	runtime.LockOSThread() // which is what the signal tells the end of
	defer runtime.UnlockOSThread()
	_, stderr, err := outputsOf(ctx, cmd)
	var failed *GitError
	if !errors.As(err, &failed) {
		return remoteText(stderr), err
	}
	if reason := refusal(failed.stdout); reason != "" {
		remote := remoteText(failed.Stderr)
		return "", &PushRefusedError{url, strings.TrimSpace(remote + reason), remote, err}
	}
	return "", err
}

// refusal returns what "git push --porcelain" says of refs that were not taken: lines with
// "!", FROM:TO, and "[remote rejected] (REASON)".
func refusal(porcelain string) string {
	var b strings.Builder
	for line := range strings.Lines(porcelain) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 3)
		if len(fields) == 3 && fields[0] == "!" {
			_, to, _ := strings.Cut(fields[1], ":")
			fmt.Fprintf(&b, "%s %s\n", to, fields[2])
		}
	}
	return b.String()
}

// remoteText returns what the server wrote for people, without progress.
func remoteText(stderr string) string {
	var b strings.Builder
	for line := range strings.Lines(stderr) {
		line = line[strings.LastIndexByte(strings.TrimRight(line, "\r\n"), '\r')+1:]
		if text, ok := strings.CutPrefix(line, "remote: "); ok && strings.TrimSpace(text) != "" {
			b.WriteString(strings.TrimRight(text, " \r\n") + "\n")
		}
	}
	return b.String()
}
