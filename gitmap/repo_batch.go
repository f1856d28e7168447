package gitmap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

// A batch asks one process of git for objects, one after the other. It is for one
// goroutine.
type batch struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
	wait   func() error // for its end; may be called again
	broken func() error // that it was interrupted; or why it ended
}

// maxObject is how many bytes an object may have that a batch returns whole. Histories may come
// from anywhere. A patch may be that large; and a tree of as many entries as
// [Limits] lets a package have is smaller.
const maxObject = 64 << 20

// newBatch starts the process. It must be closed, and works until ctx is done. It reads
// what is stored: refs/replace and grafts do not count. Symbolic links in the path of a
// name are followed if they stay in the tree.
func (r *Repo) newBatch(ctx context.Context) (*batch, error) {
	b := &batch{cmd: gitCommand(ctx, r.gitDir, "--no-replace-objects", "cat-file", "--batch-command", "--follow-symlinks")}
	b.wait = sync.OnceValue(b.cmd.Wait)
	b.broken = func() error {
		err := b.wait()
		if interrupted(ctx, err) {
			return ctx.Err()
		}
		return err
	}
	b.cmd.Stderr = &b.stderr
	var err error
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	b.out = bufio.NewReaderSize(out, 64<<10)
	return b, b.cmd.Start()
}

// close ends the process.
func (b *batch) close() error {
	b.in.Close()
	return b.wait()
}

// object returns the object that a name of gitrevisions(7) stands for. The error
// matches [fs.ErrNotExist] if there is none.
func (b *batch) object(name string) (kind string, data []byte, err error) {
	kind, size, err := b.ask("contents", name)
	if err != nil {
		return "", nil, err
	}
	if size > maxObject {
		err = fmt.Errorf("that is a %s of %d bytes, more than %d", kind, size, maxObject)
		if _, skipped := io.CopyN(io.Discard, b.out, size+1); skipped != nil {
			err = b.failed(skipped)
		}
		return "", nil, err
	}
	data = make([]byte, size+1) // a newline follows
	if _, err := io.ReadFull(b.out, data); err != nil {
		return "", nil, b.failed(err)
	}
	return kind, data[:size], nil
}

// has says whether there is an object that the name of gitrevisions(7) stands for.
func (b *batch) has(name string) (bool, error) {
	switch _, _, err := b.ask("info", name); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	default:
		return err == nil, err
	}
}

// ask gives a command of git-cat-file(1) and reads the line that answers it.
func (b *batch) ask(command, name string) (kind string, size int64, err error) {
	if strings.Contains(name, "\n") {
		return "", 0, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
	}
	if _, err := io.WriteString(b.in, command+" "+name+"\n"); err != nil {
		return "", 0, b.failed(err)
	}
	line, err := b.out.ReadString('\n')
	if err != nil {
		return "", 0, b.failed(err)
	}
	if strings.HasSuffix(line, " missing\n") {
		return "", 0, fs.ErrNotExist
	}
	words := strings.Fields(line) // ID TYPE SIZE; or, for a link that leads to nothing here, a word and SIZE
	size, err = strconv.ParseInt(words[len(words)-1], 10, 64)
	if err != nil {
		return "", 0, b.gitError(fmt.Errorf("answered %q", line))
	}
	if len(words) == 3 {
		return words[1], size, nil
	}
	if _, err := io.CopyN(io.Discard, b.out, size+1); err != nil { // where the link leads
		return "", 0, b.failed(err)
	}
	return "", 0, fs.ErrNotExist
}

// objectOf returns the content of the object id. The error matches [fs.ErrNotExist] if
// there is none, or one of another kind.
func (b *batch) objectOf(kind string, id ObjectID) ([]byte, error) {
	is, data, err := b.object(id.String())
	if err == nil && is != kind {
		err = fmt.Errorf("that is a %s: %w", is, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", kind, id, err)
	}
	return data, nil
}

// copyObject writes the content of the object id to w, of whatever size it is. The error is that
// of objectOf, or of w.
func (b *batch) copyObject(w io.Writer, kind string, id ObjectID) error {
	is, size, err := b.ask("contents", id.String())
	if err != nil {
		return fmt.Errorf("%s %s: %w", kind, id, err)
	}
	content := &io.LimitedReader{R: b.out, N: size}
	if is == kind {
		_, err = io.Copy(w, content)
	} else {
		err = fmt.Errorf("%s %s: that is a %s: %w", kind, id, is, fs.ErrNotExist)
	}
	if _, skipped := io.CopyN(io.Discard, b.out, content.N+1); skipped != nil { // a newline follows
		return b.failed(skipped)
	}
	return err
}

// failed is the error of a process that answers no more.
func (b *batch) failed(err error) error {
	b.in.Close()
	if cause := b.broken(); cause != nil {
		err = cause
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return b.gitError(err)
}

func (b *batch) gitError(err error) error {
	return &GitError{Args: []string{"cat-file"}, Stderr: b.stderr.String(), Err: err}
}
