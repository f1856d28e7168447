package main

import (
	"context"
	"fmt"
	"strings"

	"debgit/dsc"
	"debgit/upload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const rpushHelp = `Does debgit %[1]s in the work tree DIR on HOST,
with signatures that are made here: the keys never leave this machine.

HOST needs debgit or dgit, the latter 9 or newer, and is reached by ssh. It
plans the push, builds and sends; what is to be signed comes here first. Nothing
is signed unless tags, .dsc and .changes are of one upload, and that is what -p,
--expect-suite and --expect-version say.%[2]s

The options about the push go to HOST, too. The quilt mode is linear, unless an
option or the configuration of both has another one. HOST must be allowed to
push to the git server and to send to the queue. A push that has stopped there
after the signatures were made goes on there: debgit push --continue.`

const rpushSourceOnly = " The .changes must be of\nsource alone."

const rpushExample = `  debgit rpush-source builder.example.org:src/hello
  debgit rpush-source -p hello --expect-suite=sid builder.example.org:src/hello
  debgit rpush-source --dgit=debgit builder.example.org:src/hello`

// rpushFlags are the options of rpush: those of a push, and what they are about on the other side.
type rpushFlags struct {
	pushFlags
	dgit, ssh  string
	sshOptions []string
}

// newRpushCommand makes rpush-KIND or, without a kind, rpush, which is one of them by the configuration.
func newRpushCommand(env *environment, kind string) *cobra.Command {
	var opts rpushFlags
	name, does, only := "rpush-"+kind, "push-"+kind, rpushSourceOnly
	switch kind {
	case "":
		name, does = "rpush", "push"
	case "built":
		only = ""
	}
	cmd := &cobra.Command{
		Use:     name + " HOST:DIR|HOST DIR [SUITE]",
		Short:   "Push from a work tree on another host, with signatures made here",
		Long:    fmt.Sprintf(rpushHelp, does, only),
		Example: rpushExample,
		Args:    arguments(1, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRpush(cmd.Context(), env, cmd, kind, args, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addRetry(cmd)
	if kind != "built" {
		opts.addBuild(cmd)
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.dgit, "dgit", "", "run `PROGRAM` on HOST (default: as configured, else dgit)")
	flags.StringVar(&opts.ssh, "ssh", "", "run `PROGRAM` instead of ssh")
	flags.StringArrayVar(&opts.sshOptions, "ssh-option", nil, "give ssh `OPTION`; may be repeated")
	return cmd
}

// rpushPlace takes host and directory apart from what may follow.
func rpushPlace(args []string) (host, dir string, rest []string, err error) {
	host, dir, ok := strings.Cut(args[0], ":")
	rest = args[1:]
	if !ok && len(rest) > 0 {
		dir, rest, ok = rest[0], rest[1:], true
	}
	if !ok || host == "" || dir == "" {
		return "", "", nil, &usageError{cause: "rpush: where is the work tree?", hint: "name it as HOST:DIR"}
	}
	if len(rest) > 1 {
		return "", "", nil, &usageError{cause: "rpush: a push is to one suite"}
	}
	return host, dir, rest, nil
}

// rpushHere are the options that are about this side, and do not go to the other one.
var rpushHere = []string{"dgit", "ssh", "ssh-option", "key", "gpg", "quiet", "json", "no-color", "verbose"}

// remoteOptions are the options that were given, as dgit on the other side takes them.
func remoteOptions(flags *pflag.FlagSet) []string {
	here := map[string]bool{}
	for _, name := range rpushHere {
		here[name] = true
	}
	var options []string
	flags.Visit(func(f *pflag.Flag) {
		switch values, ok := f.Value.(pflag.SliceValue); {
		case here[f.Name]:
		case f.Name == deliberatelyFlag:
			for _, word := range values.GetSlice() {
				options = append(options, "--deliberately-"+word)
			}
		case f.Name == "config":
			for _, setting := range values.GetSlice() {
				options = append(options, "-c"+setting)
			}
		case f.Value.Type() == "count":
			n, _ := flags.GetCount(f.Name) // its type is that
			for range n {
				options = append(options, "-"+f.Shorthand)
			}
		case f.Name == "maintainer":
			options = append(options, "-m"+f.Value.String())
		case ok && strings.HasSuffix(f.Name, "-option"):
			for _, option := range values.GetSlice() {
				options = append(options, "--"+strings.TrimSuffix(f.Name, "-option")+":"+option)
			}
		case ok && strings.HasSuffix(f.Name, "-without"):
			for _, option := range values.GetSlice() {
				options = append(options, "--"+strings.TrimSuffix(f.Name, "-without")+"!:"+option)
			}
		case f.Name == "overwrite" && f.Value.String() == anyVersion, f.Value.Type() == "bool":
			options = append(options, "--"+f.Name)
		case ok:
			for _, value := range values.GetSlice() {
				options = append(options, "--"+f.Name+"="+value)
			}
		default:
			options = append(options, "--"+f.Name+"="+f.Value.String())
		}
	})
	return options
}

func runRpush(ctx context.Context, env *environment, cmd *cobra.Command, kind string, args []string, opts rpushFlags) error {
	host, dir, rest, err := rpushPlace(args)
	if err != nil {
		return err
	}
	if kind == "" {
		what, err := upload.RemotePushCommand(ctx, env.getenv)
		if err != nil {
			return err
		}
		if kind = what.Kind; what.Warn {
			env.warn("rpush is rpush-" + kind + " here; say which one you mean, rpush-source or rpush-built")
		}
	}
	if opts.noSign {
		return &usageError{cause: "--no-sign: the host that builds takes no tags and files without signatures, which this one is asked for", hint: "to push without signatures, push there: debgit push-source --no-sign"}
	}
	push, err := opts.pushOptions(env, cmd.Name(), "", nil)
	if err != nil {
		return err
	}
	stderr := &harmlessWriter{w: env.stderr}
	defer stderr.Close()
	remote := upload.RemotePushOptions{
		Host: host, Dir: dir, Built: kind == "built", Program: opts.dgit, Options: remoteOptions(cmd.Flags()), Args: rest, SSHOptions: opts.sshOptions, Batch: opts.batch,
		Distro: push.Distro, Mode: push.Mode, Deliberate: push.Deliberate, DEP14: push.DEP14.Make, Sign: push.Sign,
		Package: push.Package, ExpectSuite: push.ExpectSuite, ExpectVersion: push.ExpectVersion,
		Getenv: env.getenv, Stderr: stderr,
		Note: func(text string) {
			if !env.options.quiet {
				env.message("note", "36", host+": "+text)
			}
		},
	}
	if opts.ssh != "" {
		remote.SSH = []string{opts.ssh}
	}
	id, err := upload.RemotePush(ctx, remote)
	if err != nil {
		return err
	}
	if env.options.json {
		return env.resultJSON("rpush", struct {
			Package string      `json:"package"`
			Version dsc.Version `json:"version"`
			Host    string      `json:"host"`
		}{id.Package, id.Version, host})
	}
	if env.program == dgitName {
		env.result(dgitOK("pushed and uploaded " + string(id.Version)))
	} else if !env.options.quiet {
		env.result(env.strong(harmlessLine(id.String())) + harmlessLine(": pushed and uploaded from "+host) + "\n")
	}
	return nil
}
