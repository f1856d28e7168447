package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"debgit/archive/archivetest"
	"debgit/history"

	"github.com/spf13/cobra"
)

const tourHelp = `Makes a sandbox in DIR (default: ./debgit-tour, which must not exist): a small
archive with two suites and three source packages, signed with a key made for
it. Clones from it, shows the commands and what they print, and leaves the
sandbox there to play with.

The second half is an upload: a change, its commit, the push to a git server and
a queue that are in the sandbox, too, and how others get it. It needs gpg and
dpkg-dev, and is left out without them.

It takes a few seconds, and needs neither network nor root. Your keys and your
configuration are not used.`

func newTourCommand(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "tour [DIR]",
		Short: "See debgit at work, in a sandbox",
		Long:  tourHelp,
		Args:  arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "debgit-tour"
			if len(args) == 1 {
				dir = args[0]
			}
			return runTour(cmd.Context(), env, dir)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}
}

func runTour(ctx context.Context, env *environment, dir string) (err error) {
	if _, err := exec.LookPath("git"); err != nil {
		return fmt.Errorf("tour: git is needed, but not installed: %v", err)
	}
	t, err := newTour(env, dir)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(t.dir)
		}
	}()
	if t.archive, err = buildTourArchive(filepath.Join(t.dir, "archive")); err != nil {
		return err
	}
	for _, show := range []func(context.Context) error{t.showArchive, t.showClone, t.showImport, t.showVerification, t.showUpload} {
		if err := show(ctx); err != nil {
			return fmt.Errorf("tour: %w", err)
		}
	}
	if err := os.RemoveAll(filepath.Join(t.dir, tourIncoming)); err != nil {
		return err
	}
	t.showEnd(dir)
	if env.options.json {
		return env.resultJSON("tour", struct {
			Dir string `json:"dir"`
		}{t.dir})
	}
	return nil
}

// A tour runs commands in a sandbox, and shows them.
type tour struct {
	env     *environment
	dir     string    // the sandbox, absolute
	cwd     string    // where the next command runs
	program string    // debgit
	out     io.Writer // for all that the commands print, so that it stays in order
	environ []string  // of the commands
	archive *archivetest.Archive
}

// newTour makes the directory of the sandbox, with a home for the commands that
// run there: neither they nor the tour look at the user's.
func newTour(env *environment, dir string) (*tour, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	path := dir
	if !filepath.IsAbs(path) {
		path = filepath.Join(env.cwd, dir)
	}
	if err := os.Mkdir(path, 0o777); errors.Is(err, fs.ErrExist) {
		return nil, &history.DirExistsError{Dir: dir}
	} else if err != nil {
		return nil, err
	}
	t := &tour{env: env, dir: path, cwd: path, program: program, out: env.stdout}
	if env.options.quiet || env.options.json {
		t.out = io.Discard
	}
	home := filepath.Join(path, ".home")
	t.environ = []string{
		"HOME=" + home,
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, ".gitconfig"),
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_PAGER=cat",
		"LC_ALL=C.UTF-8",
	}
	for _, name := range []string{"PATH", "TERM", "TMPDIR", "NO_COLOR"} {
		if value := env.getenv(name); value != "" {
			t.environ = append(t.environ, name+"="+value)
		}
	}
	return t, os.Mkdir(home, 0o777)
}

// say prints an explanation.
func (t *tour) say(text string) {
	fmt.Fprintf(t.out, "\n# %s\n", strings.ReplaceAll(text, "\n", "\n# "))
}

// enter changes the directory that the next commands run in, relative to the sandbox.
func (t *tour) enter(dir string) {
	shown := dir
	if t.cwd != t.dir {
		shown = "../" + dir
	}
	fmt.Fprintf(t.out, "%s\n", t.env.strong("$ cd "+filepath.Clean(shown)))
	t.cwd = filepath.Join(t.dir, dir)
}

// run shows a command and runs it. It must end with the given exit status.
func (t *tour) run(ctx context.Context, status int, args ...string) error {
	var words []string
	for _, arg := range args {
		words = append(words, quote(arg))
	}
	line := strings.Join(words, " ")
	fmt.Fprintf(t.out, "%s\n", t.env.strong("$ "+line))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	if args[0] == "debgit" {
		cmd.Path, cmd.Err = t.program, nil
		if t.env.options.noColor {
			cmd.Env = append(cmd.Env, "NO_COLOR=1")
		}
	}
	cmd.Dir = t.cwd
	cmd.Env = append(cmd.Env, t.environ...)
	cmd.Stdout, cmd.Stderr = t.out, t.out
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == status {
		return nil
	}
	if err == nil && status != statusOK {
		return fmt.Errorf("%s: did not fail, but should have with exit status %d", line, status)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}

// runAll runs commands that must not fail.
func (t *tour) runAll(ctx context.Context, commands ...[]string) error {
	for _, args := range commands {
		if err := t.run(ctx, statusOK, args...); err != nil {
			return err
		}
	}
	return nil
}
