package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"debgit/gitmap"

	"github.com/spf13/cobra"
)

// dgitName is the name under which debgit is called in the place of dgit.
const dgitName = "dgit"

// dgitUsage is what "dgit help" prints.
func dgitUsage(root *cobra.Command) string {
	var b strings.Builder
	b.WriteString("This is debgit, in the place of dgit. It has these commands of dgit:\n\n")
	for _, c := range dgitCommands {
		if command := findCommand(root, c.name); command != nil && !command.Hidden {
			b.WriteString(strings.TrimRight("  dgit [OPTIONS] "+c.name+" "+c.usage, " ") + "\n")
		}
	}
	b.WriteString(`  dgit version|help

The options are those of dgit 17.0. Which of them have no meaning here is said when
they are given. What else dgit does is left to the real dgit: both can be used in one
repository.

What debgit can do beyond dgit: debgit help
`)
	return b.String()
}

// runDgit does what dgit would do with these arguments, and returns dgit's exit status.
func runDgit(ctx context.Context, env *environment, args []string) int {
	env.program = dgitName
	root := newRootCommand(env)
	line := &dgitLine{}
	rest, err := line.parseOptions(args)
	if err == nil && len(rest) == 0 && !line.given("help") && !line.given("version") {
		err = &usageError{cause: "no command given"}
	}
	switch {
	case err != nil:
	case line.given("version"):
		return runDgitVersion(ctx, env)
	case line.given("help") || rest[0] == "help":
		env.result(dgitUsage(root))
	default:
		return runDgitCommand(ctx, env, root, line, rest)
	}
	if err == nil {
		err = env.resultError
	}
	if err != nil {
		return env.fail(ctx, nil, err)
	}
	return statusOK
}

// runDgitVersion names the version of dgit that is stood in for, where scripts look for it.
func runDgitVersion(ctx context.Context, env *environment) int {
	env.result(fmt.Sprintf("dgit version %s (debgit %s)\n", strings.TrimPrefix(importFormat, "dgit "), env.version))
	if env.resultError != nil {
		return env.fail(ctx, nil, env.resultError)
	}
	return statusOK
}

// runDgitCommand runs the command of debgit that does what the command of dgit does.
func runDgitCommand(ctx context.Context, env *environment, root *cobra.Command, line *dgitLine, rest []string) int {
	args, err := line.debgitArguments(ctx, env, root, rest)
	for _, word := range line.unknown {
		env.warn("there is no option " + word + "; it is ignored")
	}
	if err != nil {
		return env.fail(ctx, nil, err)
	}
	if line.command == "version" {
		return runDgitVersion(ctx, env)
	}
	return runCommandLine(ctx, env, root, args)
}

// debgitArguments returns the command line of debgit for what dgit was told. Options without
// a meaning there are named to the user.
func (l *dgitLine) debgitArguments(ctx context.Context, env *environment, root *cobra.Command, rest []string) ([]string, error) {
	l.command = rest[0]
	command, known := findDgitCommand(l.command)
	top, err := "", error(nil)
	if !command.anywhere {
		if top, err = dgitTop(ctx, env); err != nil {
			return nil, err
		}
	}
	switch {
	case l.command == "version":
		return nil, nil
	case !known:
		return nil, &usageError{cause: "unknown operation " + l.command}
	}
	rest = rest[1:]
	if command.options {
		if rest, err = l.parseOptions(rest); err != nil {
			return nil, err
		}
	}
	target := findCommand(root, l.command)
	if err := l.refuse(); err != nil {
		return nil, err
	}
	args, err := command.arguments(rest, top)
	if err != nil {
		return nil, err
	}
	if l.given("dry-run") && target.Flag("dry-run") == nil && !command.anywhere {
		return nil, &usageError{cause: "debgit has no dry run of " + l.command}
	}
	if command.place != nil {
		top = command.place(rest)
	}
	own, lost := l.ownOptions(target, top)
	if len(lost) > 0 {
		env.message("note", "36", fmt.Sprintf("without meaning for debgit %s: %s", l.command, strings.Join(lost, " ")))
	}
	return append(append([]string{l.command}, own...), args...), nil
}

// dgitTop returns how the top of the work tree is written, "" if we are there.
func dgitTop(ctx context.Context, env *environment) (string, error) {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return "", err
	}
	if repo.WorkTree() == "" {
		return "", fmt.Errorf("%s: %w: it is bare", env.cwd, gitmap.ErrNoRepository)
	}
	cwd, err := filepath.EvalSymlinks(env.cwd)
	if err != nil || cwd == repo.WorkTree() {
		return "", err
	}
	return repo.WorkTree(), nil
}

// refuse refuses options that dgit refuses with the command.
func (l *dgitLine) refuse() error {
	switch {
	case l.command == "clone" && l.given("package"):
		return &usageError{cause: "-p is not allowed with clone; name the package as its argument"}
	case (l.command == "clone" || l.command == "import-dsc") && l.given("dry-run"):
		return &usageError{cause: "dry run makes no sense with " + l.command}
	}
	return nil
}

// ownOptions returns the options that are target's, in debgit's words, and those that have
// no meaning for it, in dgit's. A directory is relative to top.
func (l *dgitLine) ownOptions(target *cobra.Command, top string) (own, lost []string) {
	if target.Flag("require-git-server") != nil { // dgit cannot do without
		own = append(own, "--require-git-server")
	}
	for _, s := range l.settings {
		option := target.Flag(s.is)
		switch {
		case (s.is == "build-products-dir" || s.is == "changes") && option != nil:
			own = append(own, "--"+s.is+"="+below(top, s.value))
		case s.is != "" && option != nil && option.NoOptDefVal != "" && s.value == "":
			own = append(own, "--"+s.is)
		case s.is != "" && option != nil:
			own = append(own, "--"+s.is+"="+s.value)
		case strings.HasPrefix(s.is, deliberatelyFlag+"-") && target.Flag(deliberatelyFlag) != nil:
			own = append(own, "--"+deliberatelyFlag+"="+strings.TrimPrefix(s.is, deliberatelyFlag+"-"))
		case !s.quiet:
			lost = append(lost, quote(s.text))
		}
	}
	return own, lost
}
