package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// sshCommand returns the program that reaches the git server by ssh, and its first
// arguments: what the key ssh says, else [Access.SSH]. The former is for a shell if it has blanks.
func (a *Access) sshCommand() ([]string, error) {
	own, ok, err := a.Value("ssh")
	if err != nil {
		return nil, err
	}
	if ok {
		return shellCommand(own), nil
	}
	return a.SSH()
}

// SSH returns the program that reaches hosts by ssh, and its first arguments: what the key cmd-ssh
// says, else DGIT_SSH or GIT_SSH in the environment, else ssh itself, with the options of opts-ssh. DGIT_SSH is for a
// shell if it has blanks.
func (a *Access) SSH() ([]string, error) {
	program, options, err := a.Program("ssh")
	if err != nil {
		return nil, err
	}
	command := []string{program}
	if program == "ssh" {
		if own := a.settings.getenv("DGIT_SSH"); own != "" {
			command = shellCommand(own)
		} else if own := a.settings.getenv("GIT_SSH"); own != "" {
			command = []string{own}
		}
	}
	return append(command, options...), nil
}

// shellCommand returns what runs a command that a shell is to take apart, if there is
// anything to take apart. Arguments may follow.
func shellCommand(text string) []string {
	if !strings.ContainsAny(text, " \t\n") {
		return []string{text}
	}
	return []string{"sh", "-ec", "exec " + text + ` "$@"`, "sh"}
}

// runSSH runs a shell command on the git server of a distro, and returns what it prints.
func (a *Access) runSSH(ctx context.Context, command string) (string, error) {
	ssh, err := a.sshCommand()
	if err != nil {
		return "", err
	}
	host, err := a.gitHost()
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(host, "-") { // ssh would take it for an option
		return "", &ConfigError{"git-host", host, "a host"}
	}
	cmd := exec.CommandContext(ctx, ssh[0], append(ssh[1:], host, command)...)
	cmd.WaitDelay = sshEndTime
	var out, stderr answer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} // it ends with us if we are killed
	runtime.LockOSThread()                                             // which is what the signal tells the end of
	defer runtime.UnlockOSThread()
	err = cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) && ctx.Err() == nil {
		err = nil // ssh did end well, but left a master of connections behind that keeps our pipes
	}
	if err != nil {
		if out.isLong || stderr.isLong {
			err = fmt.Errorf("it says more than %d bytes", maxAnswer)
		} else if text := strings.TrimSpace(stderr.text.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return "", fmt.Errorf("%s %s: %w", ssh[0], host, err)
	}
	return out.text.String(), nil
}

// sshEndTime is how long what ssh has started may keep its output open after the end.
const sshEndTime = 2 * time.Second

// maxAnswer is how much a git server may say, in bytes.
const maxAnswer = 16 << 20

// An answer is what a git server says. It refuses to become long.
type answer struct {
	text   bytes.Buffer // embedded, its ReadFrom would know no limit
	isLong bool         // it was to become longer than maxAnswer
}

// Write implements io.Writer.
func (a *answer) Write(p []byte) (int, error) {
	if a.text.Len()+len(p) > maxAnswer {
		a.isLong = true
		return 0, io.ErrShortWrite
	}
	return a.text.Write(p)
}

// ShellQuote quotes a word for a POSIX shell.
func ShellQuote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
