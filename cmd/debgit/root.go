package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"debgit/gitmap"
	"debgit/upload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// An environment is all that a command takes from the process that it runs in.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	setenv         func(key, value string) error
	isTerminal     func(stream any) bool
	columns        func(stream any) int // width of the terminal behind a stream
	now            func() time.Time
	cwd            string
	program        string // the name by which we are called: debgit, or dgit
	version        string
	options        globalOptions
	resultError    error // why a result could not be printed
}

// globalOptions are those that every command has, before or after its name.
type globalOptions struct {
	quiet, json, noColor bool
	debug                int
	config               []string // KEY or KEY=VALUE
}

// A usageError says that the command line is wrong.
type usageError struct {
	cause string
	hint  string // "" for the usual one: where to read about the command
}

func (e *usageError) Error() string { return e.cause }

// run runs debgit with these arguments and returns its exit status.
func run(ctx context.Context, env *environment, args []string) int {
	if env.program == dgitName {
		return runDgit(ctx, env, args)
	}
	root := newRootCommand(env)
	return runCommandLine(ctx, env, root, optionsAfterCommand(root, programOptions(root, args)))
}

// runCommandLine runs root with a command line of debgit's.
func runCommandLine(ctx context.Context, env *environment, root *cobra.Command, args []string) int {
	root.SetArgs(args)
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		err = env.resultError
	}
	if err != nil {
		return env.fail(ctx, cmd, err)
	}
	return statusOK
}

func newRootCommand(env *environment) *cobra.Command {
	var showVersion bool
	root := &cobra.Command{
		Use:           "debgit",
		Short:         "Debian source packages as git repositories",
		Long:          rootHelp,
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,

		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			if showVersion {
				return runVersion(env)
			}
			return &usageError{cause: "no command given", hint: "see what there is with: debgit help"}
		},
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := refuseEmptyOptions(cmd); err != nil {
			return err
		}
		if env.options.debug > 0 {
			cmd.SetContext(gitmap.WithTrace(cmd.Context(), env.traceGit()))
		}
		return env.configureGit()
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) { env.result(helpText(cmd)) })
	root.Flags().BoolVar(&showVersion, "version", false, "print the version and end")
	flags := root.PersistentFlags()
	flags.BoolVarP(&env.options.quiet, "quiet", "q", false, "print errors and warnings only")
	flags.BoolVar(&env.options.json, "json", false, "print the result as one JSON object")
	flags.BoolVar(&env.options.noColor, "no-color", false, "no colours (also if NO_COLOR is set in the environment)")
	flags.CountVarP(&env.options.debug, "debug", "D", "print the git programs that are run``") // `` as it takes no value
	flags.StringArrayVarP(&env.options.config, "config", "c", nil, "for this run, set git configuration: `KEY[=VALUE]`, without VALUE to true; may be repeated")
	flags.BoolP("help", "h", false, "describe the command and end")
	root.AddGroup(forTools)
	root.AddCommand(commands(env)...)
	root.AddCommand(newSetupCommands(env)...)
	root.AddCommand(newExitStatusTopic(), newUploadsTopic(), newPushingTopic(), newLayoutsTopic(), newConfigurationTopic(), newDgitTopic())
	root.SetHelpCommand(newHelpCommand())
	return root
}

// commands are the commands in the order of the help.
func commands(env *environment) []*cobra.Command {
	return []*cobra.Command{
		newCloneCommand(env),
		newFetchCommand(env),
		newPullCommand(env),
		newBuildSourceCommand(env),
		newBuildCommand(env),
		newSbuildCommand(env),
		newPbuilderCommand(env, upload.Pbuilder),
		newPbuilderCommand(env, upload.Cowbuilder),
		newGbpBuildCommand(env),
		newCleanCommand(env),
		newPushSourceCommand(env),
		newPushBuiltCommand(env),
		newPushCommand(env),
		newRpushCommand(env, "source"),
		newRpushCommand(env, "built"),
		newRpushCommand(env, ""),
		newRemotePushCommand(env, "source"),
		newRemotePushCommand(env, "built"),
		newCheckoutCommand(env),
		newUpdateVcsGitCommand(env),
		newDownloadOrigsCommand(env),
		newListCommand(env),
		newImportCommand(env),
		newExplainCommand(env),
		newVerifyCommand(env),
		newStatusCommand(env),
		newLogCommand(env),
		newDiffCommand(env),
		newTourCommand(env),
		newVersionCommand(env),
		newCompletionCommand(env),
		newAPIQueryCommand(env),
		newPrintIgnoresCommand(env),
		newPrintServerURLCommand(env),
		newPrintUnappliedCommand(env),
		newQuiltFixupCommand(env),
		newCloneServerCommand(env),
		newInternalDocsCommand(env),
	}
}

// flagError says what is wrong with the options of a command.
func flagError(_ *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		dashes := "--"
		if unknown.GetSpecifiedShortnames() != "" {
			dashes = "-"
		}
		return &usageError{cause: fmt.Sprintf("there is no option %s%s", dashes, unknown.GetSpecifiedName())}
	}
	return &usageError{cause: err.Error()}
}

// unknownCommand refuses what stands where a command should.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	e := &usageError{cause: fmt.Sprintf("there is no command %q", args[0])}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		e.hint = "did you mean: debgit " + near[0]
	}
	return e
}

// refuseEmptyOptions refuses --archive="" and the like: an empty variable of a
// script must not stand for the default.
func refuseEmptyOptions(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(option *pflag.Flag) {
		if option.Value.Type() == "string" && option.Value.String() == "" && err == nil {
			err = &usageError{cause: fmt.Sprintf("%s: --%s has an empty value", cmd.Name(), option.Name)}
		}
	})
	return err
}

// arguments refuses a wrong number of arguments, in the words of the usage line.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		_, want, _ := strings.Cut(cmd.Use, " ")
		if want == "" {
			want = "none"
		}
		switch {
		case len(args) < least:
			return &usageError{cause: fmt.Sprintf("%s: an argument is missing; wanted: %s", cmd.Name(), want)}
		case len(args) > most:
			return &usageError{cause: fmt.Sprintf("%s: unexpected argument %q; wanted: %s", cmd.Name(), args[most], want)}
		}
		return nil
	}
}

// A configKey has a section, maybe a subsection (anything but a newline), and a
// name, git-config(1).
var configKey = regexp.MustCompile(`^([A-Za-z0-9-]+)\.(?:([^\n]*)\.)?([A-Za-z][A-Za-z0-9-]*)$`)

// configuration is what the options -c say, under the keys that git compares:
// section and name in lower case.
func (o globalOptions) configuration() (map[string][]string, error) {
	values := map[string][]string{}
	for _, setting := range o.config {
		key, value, ok := strings.Cut(setting, "=")
		if !ok {
			value = "true"
		}
		m := configKey.FindStringSubmatchIndex(key)
		if m == nil {
			return nil, &usageError{cause: fmt.Sprintf("-c %s: %q is no configuration key such as dgit.default.distro", setting, key)}
		}
		key = strings.ToLower(key[:m[3]]) + key[m[3]:m[6]] + strings.ToLower(key[m[6]:])
		values[key] = append(values[key], value)
	}
	return values, nil
}

// configureGit passes the options -c on to every git program that is run, in the
// way that git itself passes its own on, git-config(1).
func (env *environment) configureGit() error {
	values, err := env.options.configuration()
	if err != nil || len(values) == 0 {
		return err
	}
	n, _ := strconv.Atoi(env.getenv("GIT_CONFIG_COUNT"))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[key] {
			if err := env.setenv(fmt.Sprintf("GIT_CONFIG_KEY_%d", n), key); err != nil {
				return err
			}
			if err := env.setenv(fmt.Sprintf("GIT_CONFIG_VALUE_%d", n), value); err != nil {
				return err
			}
			n++
		}
	}
	return env.setenv("GIT_CONFIG_COUNT", strconv.Itoa(n))
}
