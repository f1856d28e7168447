package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// A Queue is where an archive takes uploads from.
type Queue interface {
	// Send sends a .changes, signed, and the files that it lists, which are beside it. An
	// error is a [*QueueError]. The same upload may be sent again after any error.
	Send(ctx context.Context, changes string) error

	// Check says, before there is anything to send, whether it could be sent at all: whether the
	// directory, or the program, is there. An error is a [*QueueError].
	Check() error

	String() string
}

// QueueOptions say what a queue is. A host that is an absolute path is a directory of
// this machine, any other one is for dput to know.
type QueueOptions struct {
	Host    string                              // default: what dput takes for its default
	Delayed int                                 // for how many days the upload is to wait there; default: not at all
	Program string                              // default: dput
	Options []string                            // for dput, before the host
	Retry   []time.Duration                     // how long to wait before each further try of dput; default: there is none
	Waiting func(err error, wait time.Duration) // is told so; default: nobody is
	Stdin   *os.File                            // for questions that dput has; default: none
	Output  io.Writer                           // for what dput says; default: nobody sees it
}

// NewQueue returns the queue that the options say.
func NewQueue(opts QueueOptions) Queue {
	if filepath.IsAbs(opts.Host) {
		return &queueDirectory{opts.Host, opts.Delayed}
	}
	if opts.Program == "" {
		opts.Program = "dput"
	}
	return &dput{opts}
}

// A QueueError says that an upload did not get to a queue. It matches [fs.ErrNotExist] if there is
// no such queue, or no dput.
type QueueError struct {
	Queue   string   // as its String method has it
	Changes string   // path; "" if there is none yet
	Command []string // that may be tried by hand, or just the program; nil for a directory
	Err     error
}

func (e *QueueError) Error() string {
	if e.Changes == "" {
		return fmt.Sprintf("upload to %s: %v", e.Queue, e.Err)
	}
	return fmt.Sprintf("upload %s to %s: %v", filepath.Base(e.Changes), e.Queue, e.Err)
}

// Unwrap returns the cause.
func (e *QueueError) Unwrap() error { return e.Err }

// dput is a queue that dput(1) sends to.
type dput struct{ opts QueueOptions }

func (q *dput) String() string {
	if q.opts.Host == "" {
		return "the default host of " + filepath.Base(q.opts.Program)
	}
	return q.opts.Host
}

func (q *dput) Check() error {
	_, err := exec.LookPath(q.opts.Program)
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		err = q.missing()
	}
	return &QueueError{Queue: q.String(), Command: []string{q.opts.Program}, Err: err}
}

// missing says that there is no dput.
func (q *dput) missing() error {
	return fmt.Errorf("there is no program %s: %w", q.opts.Program, fs.ErrNotExist)
}

func (q *dput) Send(ctx context.Context, changes string) error {
	args := append([]string(nil), q.opts.Options...)
	if q.opts.Delayed > 0 {
		args = append(args, fmt.Sprintf("--delayed=%d", q.opts.Delayed))
	}
	if q.opts.Host != "" {
		args = append(args, q.opts.Host)
	}
	args = append(args, changes)
	for try := 0; ; try++ {
		err := q.run(ctx, args)
		if err == nil {
			return nil
		}
		failed := &QueueError{q.String(), changes, append([]string{q.opts.Program}, args...), err}
		if try == len(q.opts.Retry) || errors.Is(err, fs.ErrNotExist) || ctx.Err() != nil {
			return failed
		}
		if q.opts.Waiting != nil {
			q.opts.Waiting(failed, q.opts.Retry[try])
		}
		select {
		case <-time.After(q.opts.Retry[try]):
		case <-ctx.Done():
			failed.Err = ctx.Err()
			return failed
		}
	}
}

func (q *dput) run(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, q.opts.Program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // two must not send the same files
	runtime.LockOSThread()                                             // which is what the signal tells the end of
	defer runtime.UnlockOSThread()
	if q.opts.Stdin != nil {
		cmd.Stdin = q.opts.Stdin
	}
	cmd.Stdout, cmd.Stderr = q.opts.Output, q.opts.Output
	err := cmd.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return q.missing()
	case err != nil:
		return fmt.Errorf("%s: %w", q.opts.Program, err)
	}
	return nil
}
