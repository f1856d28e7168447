package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"debgit/gitmap"

	"github.com/spf13/pflag"
)

// addPagerFlag adds the option to do without a pager.
func addPagerFlag(flags *pflag.FlagSet, none *bool) {
	flags.BoolVar(none, "no-pager", false, "print at once, without a pager, also on a terminal")
}

// page prints text that was asked for and may be long: on a terminal through the
// pager that git uses in repo, unless none is wanted.
func (env *environment) page(ctx context.Context, repo *gitmap.Repo, none bool, text string) error {
	stdout, ok := env.stdout.(*os.File)
	if none || !ok || env.isTerminal == nil || !env.isTerminal(stdout) {
		env.result(text)
		return nil
	}
	pager, err := repo.Pager(ctx)
	if err != nil {
		return err
	}
	if pager == "" || pager == "cat" {
		env.result(text)
		return nil
	}
	// git, too, has a shell split the command. The pager is not ended with ctx: an
	// interrupt of the terminal is for the pager to handle.
	cmd := exec.Command("sh", "-c", pager)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), stdout, os.Stderr
	cmd.Env = os.Environ()
	for _, setting := range []string{"LESS=FRX", "LV=-c"} { // as git sets them
		if name, _, _ := strings.Cut(setting, "="); env.getenv(name) == "" {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) || errors.Is(err, syscall.EPIPE) { // the user has left it
		return nil
	}
	return err
}
