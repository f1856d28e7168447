// Command debgit shows the Debian archive as git. It parses the command line and
// prints; the rules are in the packages history, gitmap, archive and dsc.
package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"
)

// version is set by the build, from debian/changelog.
var version string

// memoryLimit is how much memory, in bytes, may be in use before the garbage collector
// works harder than usual, which otherwise lets it grow to twice of what is needed. Few
// source packages take more than a quarter of that.
const memoryLimit = 256 << 20

func main() { os.Exit(mainStatus()) }

// mainStatus runs debgit for this process and returns its exit status.
func mainStatus() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A file that grows over its limit is an error of write(2) then, not a crash.
	signal.Ignore(syscall.SIGXFSZ)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	// The first signal cancels; stop then brings the default back, so a second
	// one ends a process that does not come to its end.
	context.AfterFunc(ctx, stop)
	env, err := processEnvironment()
	if err != nil {
		return (&environment{program: "debgit", stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv}).fail(ctx, nil, err)
	}
	return run(ctx, env, os.Args[1:])
}

// processEnvironment is the environment of this process.
func processEnvironment() (*environment, error) {
	cwd, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	return &environment{
		stdin:      os.Stdin,
		stdout:     os.Stdout,
		stderr:     os.Stderr,
		getenv:     os.Getenv,
		setenv:     os.Setenv,
		isTerminal: isTerminal,
		columns:    columns,
		now:        time.Now,
		cwd:        cwd,
		program:    programName(os.Args[0]),
		version:    buildVersion(),
	}, nil
}

// programName is dgit if we are called so, and debgit by any other name.
func programName(path string) string {
	if filepath.Base(path) == dgitName {
		return dgitName
	}
	return "debgit"
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func columns(stream any) int {
	if f, ok := stream.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return 80
}

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "unreleased"
}
