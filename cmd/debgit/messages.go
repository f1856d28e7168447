package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

// fail prints why a command failed, and returns the exit status for it.
func (env *environment) fail(ctx context.Context, cmd *cobra.Command, err error) int {
	if errors.As(err, new(somethingToDoError)) && ctx.Err() == nil {
		return statusToDo
	}
	status, text, hint := explain(ctx, cmd, err)
	if env.program == dgitName {
		status, text, hint = dgitStatus(status), dgitText(err, text), dgitHint(err, hint)
		dgitReasons(env.stderr, err)
	}
	var differs *history.DifferentError // which the result tells already
	if env.options.json && !errors.As(err, &differs) {
		env.resultJSON("error", struct {
			Error  string         `json:"error"`
			Hint   string         `json:"hint,omitempty"`
			Status int            `json:"status"`
			Checks []upload.Check `json:"checks,omitempty"` // that refuse a push
		}{text, hint, status, refusals(err)})
	}
	env.message("error", "31", text)
	if hint != "" {
		env.message("hint", "36", hint)
	}
	return status
}

// warn prints what the user should know of a command that went well.
func (env *environment) warn(text string) { env.message("warning", "33", text) }

// remote prints what a git server said of something that went well, as git does.
func (env *environment) remote(text string) {
	if !env.options.quiet {
		fmt.Fprint(env.stderr, remoteLines(text))
	}
}

// remoteLines marks the lines that a git server said as its own.
func remoteLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintf(&b, "remote: %s\n", harmlessLine(strings.TrimSuffix(line, "\n")))
	}
	return b.String()
}

// traceGit returns what prints the git programs that are run, for -D.
func (env *environment) traceGit() func(dir string, args []string) {
	var mu sync.Mutex
	return func(dir string, args []string) {
		words := []string{"git"}
		if dir != "" {
			words = append(words, "-C", quote(dir))
		}
		for _, arg := range args {
			words = append(words, quote(arg))
		}
		mu.Lock()
		defer mu.Unlock()
		env.message("debug", "35", strings.Join(words, " "))
	}
}

// mostLines is how many lines of a message are shown, such as those that git
// prints, one for each file, when the disk is full.
const mostLines = 8

// message prints a line for people. The lines that follow in the text are
// indented, so that none of them looks like a message of its own.
func (env *environment) message(kind, colour, text string) {
	label := kind + ":"
	if env.colours(env.stderr) {
		label = "\x1b[1;" + colour + "m" + label + "\x1b[0m"
	}
	lines := strings.Split(strings.TrimRight(harmless(text), "\n"), "\n")
	if n := len(lines); n > mostLines {
		lines = append(lines[:mostLines-2], fmt.Sprintf("(%d lines left out)", n-mostLines+1), lines[n-1])
	}
	fmt.Fprintf(env.stderr, "%s: %s %s\n", env.program, label, strings.Join(lines, "\n  "))
}

// result prints text that was asked for. What comes from outside in it must have
// gone through harmless. That it cannot be printed fails the command at its end.
func (env *environment) result(text string) {
	if _, err := io.WriteString(env.stdout, text); err != nil && env.resultError == nil {
		env.resultError = fmt.Errorf("write the result: %w", err)
	}
}

// strong marks text on a terminal.
func (env *environment) strong(text string) string {
	if !env.colours(env.stdout) {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// colours says whether what is written to a stream may have colours.
func (env *environment) colours(stream any) bool {
	return env.isTerminal != nil && env.isTerminal(stream) &&
		!env.options.noColor && env.getenv("NO_COLOR") == "" && env.getenv("TERM") != "dumb"
}

// resultJSON prints one object: the version of its schema, what it is, and the
// fields of value, which must be a struct.
func (env *environment) resultJSON(kind string, value any) error {
	var fields bytes.Buffer
	e := json.NewEncoder(&fields)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	env.result(fmt.Sprintf("{\"schema\":1,\"kind\":%q,%s", kind, fields.Bytes()[1:]))
	return nil
}
