package gitmap

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
)

// A batch asks one process of git for objects, one after the other. It is for one
// goroutine.
type batch struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

// newBatch starts the process. It must be closed, and works until ctx is done. It reads
// what is stored: refs/replace and grafts do not count. Symbolic links in the path of a
// name are followed if they stay in the tree.
func (r *Repo) newBatch(ctx context.Context) (*batch, error) {
	b := &batch{cmd: gitCommand(ctx, r.gitDir, "--no-replace-objects", "cat-file", "--batch", "--follow-symlinks")}
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
	return b.cmd.Wait()
}

// object returns the object that a name of gitrevisions(7) stands for. The error
// matches [fs.ErrNotExist] if there is none.
func (b *batch) object(name string) (kind string, data []byte, err error) {
	if strings.Contains(name, "\n") {
		return "", nil, fmt.Errorf("%q: %w", name, fs.ErrNotExist)
	}
	if _, err := io.WriteString(b.in, name+"\n"); err != nil {
		return "", nil, b.failed(err)
	}
	line, err := b.out.ReadString('\n')
	if err != nil {
		return "", nil, b.failed(err)
	}
	if strings.HasSuffix(line, " missing\n") {
		return "", nil, fs.ErrNotExist
	}
	words := strings.Fields(line) // ID TYPE SIZE; or, for a link that leads to nothing here, a word and SIZE
	size, err := strconv.ParseInt(words[len(words)-1], 10, 64)
	if err != nil {
		return "", nil, b.failed(fmt.Errorf("answered %q", line))
	}
	data = make([]byte, size+1) // a newline follows
	if _, err := io.ReadFull(b.out, data); err != nil {
		return "", nil, b.failed(err)
	}
	if len(words) != 3 {
		return "", nil, fs.ErrNotExist
	}
	return words[1], data[:size], nil
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

func (b *batch) failed(err error) error {
	return &GitError{Args: []string{"cat-file"}, Stderr: b.stderr.String(), Err: err}
}
