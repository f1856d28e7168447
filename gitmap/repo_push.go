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

// WriteTag writes a tag object, of which text is the whole content, and makes no ref. git refuses
// what does not have the form of a tag.
func (r *Repo) WriteTag(ctx context.Context, text []byte) (ObjectID, error) {
	out, err := r.gitInput(ctx, text, "-c", syncLoose, "hash-object", "-t", "tag", "-w", "--stdin")
	if err != nil {
		return ObjectID{}, err
	}
	id, err := ParseCommitID(strings.TrimSpace(out))
	return ObjectID(id), err
}

// VerifyTag has git verify the signature of a tag object, with the user's own keys.
func (r *Repo) VerifyTag(ctx context.Context, tag ObjectID) error {
	_, err := r.Git(ctx, "verify-tag", tag.String())
	return err
}

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

// FastForward moves the current branch, or a detached HEAD, with index and work tree forward to c, a
// descendant. git refuses if that would change what is not committed. The reflog gets the message.
func (r *Repo) FastForward(ctx context.Context, c CommitID, message string) error {
	cmd := gitCommand(ctx, r.workTree, "merge", "-q", "--ff-only", "--no-verify", c.String())
	cmd.Env = append(cmd.Env, "GIT_REFLOG_ACTION="+message)
	_, err := outputOf(ctx, cmd)
	return err
}

// MoveBack undoes FastForward: it makes the current branch, index and work tree those of c. What is
// not committed is kept, or else git refuses.
func (r *Repo) MoveBack(ctx context.Context, c CommitID, message string) error {
	cmd := gitCommand(ctx, r.workTree, "reset", "-q", "--keep", c.String(), "--")
	cmd.Env = append(cmd.Env, "GIT_REFLOG_ACTION="+message)
	_, err := outputOf(ctx, cmd)
	return err
}
