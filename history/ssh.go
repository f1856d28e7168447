package history

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// runSSH runs a shell command on the git server of a distro, and returns the first line
// that it prints.
func (a *Access) runSSH(ctx context.Context, command string) (string, error) {
	program, options, err := a.Program("ssh")
	if err != nil {
		return "", err
	}
	if own, ok, err := a.Value("ssh"); err != nil {
		return "", err
	} else if ok {
		program = own
	}
	host, err := a.Need("git-host")
	if err != nil {
		return "", err
	}
	user, _, err := a.Value("git-user-force", "git-user", "username")
	if err != nil {
		return "", err
	}
	if user != "" {
		host = user + "@" + host
	}
	if strings.HasPrefix(host, "-") { // ssh would take it for an option
		return "", &ConfigError{"git-host", host, "a host"}
	}
	cmd := exec.CommandContext(ctx, program, append(options, host, command)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		return "", fmt.Errorf("%s %s: %w", program, host, err)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line, nil
}

// shellQuote quotes a word for a POSIX shell.
func shellQuote(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
