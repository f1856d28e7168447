package upload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"debgit/history"
)

// Programs say how the programs of others are run: what a user can set for each, by dgit's
// name for it. The zero value runs all as they are.
type Programs struct {
	Commands map[string][]string // the words in place of the name
	Options  map[string][]string // options added after those that are always given
	Without  map[string][]string // options left out, of those that are always given or added
}

// buildPrograms are the programs that builds run.
var buildPrograms = []string{
	"dpkg-source", "dpkg-genchanges", "dpkg-buildpackage", "mergechanges", "sbuild", "pbuilder", "cowbuilder", "gbp-build", "ch",
}

// splitPrograms are those whose command is several words, divided by blanks.
var splitPrograms = []string{"gbp-build", "pbuilder", "cowbuilder"}

// NewPrograms returns the programs as the keys cmd-PROGRAM and opts-PROGRAM of the
// configuration have them, with what the user asks for over that.
func NewPrograms(access *history.Access, asked Programs) (Programs, error) {
	p := Programs{Commands: map[string][]string{}, Options: map[string][]string{}, Without: asked.Without}
	for _, name := range buildPrograms {
		command, options, err := access.Program(name)
		if err != nil {
			return p, err
		}
		if command != name {
			p.Commands[name] = commandWords(name, command)
		}
		if words, ok := asked.Commands[name]; ok {
			p.Commands[name] = words
		}
		p.Options[name] = append(options, asked.Options[name]...)
	}
	return p, nil
}

// SetCommand has another command run for a program.
func (p *Programs) SetCommand(name, command string) {
	if p.Commands == nil {
		p.Commands = map[string][]string{}
	}
	p.Commands[name] = commandWords(name, command)
}

func commandWords(name, command string) []string {
	if slices.Contains(splitPrograms, name) {
		return strings.Fields(command)
	}
	return []string{command}
}

// options returns the options of a program that do not depend on what it is run for; always
// are those that it is given unless the user leaves them out.
func (p Programs) options(name string, always ...string) []string {
	all := append(slices.Clone(always), p.Options[name]...)
	return slices.DeleteFunc(all, func(o string) bool { return slices.Contains(p.Without[name], o) })
}

// isChanged says whether the user has a program run in any other way.
func (p Programs) isChanged(name string) bool {
	return len(p.Commands[name])+len(p.Options[name])+len(p.Without[name]) > 0
}

// command returns the words by which a program is started; usual are those that stand for
// its name otherwise.
func (p Programs) command(name string, usual ...string) []string {
	if words, ok := p.Commands[name]; ok && len(words) > 0 {
		return words
	}
	return usual
}

// A ToolError says that a program of others failed.
type ToolError struct {
	Program string   // as it was run
	Args    []string // its arguments
	Said    string   // the end of what it said, if nobody has seen that yet; or ""
	Err     error    // such as a [*exec.ExitError], or that there is no such program
}

func (e *ToolError) Error() string {
	text := fmt.Sprintf("run %s: %v", e.Program, e.Err)
	if e.Said != "" {
		text += "\n" + e.Said
	}
	return text
}

// Unwrap returns the cause.
func (e *ToolError) Unwrap() error { return e.Err }

// IsMissing says whether there is no such program.
func (e *ToolError) IsMissing() bool {
	return errors.Is(e.Err, exec.ErrNotFound) || errors.Is(e.Err, fs.ErrNotExist)
}

// A Terminal is what programs of others read from and write to. What they have to say goes to
// Messages, also if they have it for standard output.
type Terminal struct {
	Stdin    io.Reader // default: nothing
	Messages io.Writer // default: only the end is kept, for the error

	env []string // variables besides our own
}

// in returns what runs programs in a directory.
func (t Terminal) in(dir string) tool {
	return tool{dir: dir, stdin: t.Stdin, stderr: t.Messages, env: t.env}
}

// A tool runs programs of others in a directory.
type tool struct {
	dir    string
	stdin  io.Reader
	stdout io.Writer // default: as stderr
	stderr io.Writer
	env    []string // variables besides our own
}

// toolEndTime is how long a program may take to end when it is told to.
const toolEndTime = 10 * time.Second

// run runs a program. If ctx ends, the program is asked to end, so that it removes what it
// has of its own.
func (t tool) run(ctx context.Context, words ...string) error {
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), t.env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = toolEndTime
	cmd.Stdin = t.stdin
	said := &tail{}
	cmd.Stderr = t.stderr
	if t.stderr == nil {
		cmd.Stderr = said
	}
	cmd.Stdout = t.stdout
	if t.stdout == nil {
		cmd.Stdout = cmd.Stderr
	}
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &ToolError{Program: words[0], Args: words[1:], Said: said.String(), Err: err}
}

// A tail keeps the last lines that are written to it.
type tail struct{ buf []byte }

const maxTail = 4 << 10 // bytes

func (t *tail) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if len(t.buf) > 2*maxTail {
		t.buf = slices.Clone(t.buf[len(t.buf)-maxTail:])
	}
	return len(p), nil
}

// String returns the last whole lines.
func (t *tail) String() string {
	b := t.buf
	if len(b) > maxTail {
		b = b[len(b)-maxTail:]
		if _, after, ok := bytes.Cut(b, []byte("\n")); ok {
			b = after
		}
	}
	return strings.TrimRight(string(b), "\n")
}
