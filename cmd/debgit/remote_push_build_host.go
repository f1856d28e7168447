package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"debgit/gitmap"
	"debgit/upload"

	"github.com/spf13/cobra"
)

const remotePushHelp = `Is run by debgit %s or dgit on another host, and speaks
their protocol on its standard input and output. DIR is the work tree, VERSIONS
what they speak of the protocol, 2 how many arguments these are.`

// newRemotePushCommand returns the command that rpush-source or rpush-built, by kind, runs on the other host.
func newRemotePushCommand(env *environment, kind string) *cobra.Command {
	var opts pushFlags
	built := kind == "built"
	name := "remote-push-source-build-host"
	if built {
		name = "remote-push-build-host"
	}
	cmd := &cobra.Command{
		Use:    name + " 2 DIR VERSIONS [SUITE]",
		Short:  "Push for another host, which signs",
		Long:   fmt.Sprintf(remotePushHelp, "rpush-"+kind),
		Hidden: true,
		Args:   arguments(3, 4),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runRemotePush(cmd.Context(), env, name, built, args, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.add(cmd)
	opts.addRetry(cmd)
	if !built {
		opts.addBuild(cmd)
	}
	return cmd
}

func runRemotePush(ctx context.Context, env *environment, name string, built bool, args []string, opts pushFlags) error {
	if n, err := strconv.Atoi(args[0]); err != nil || n != 2 {
		return &usageError{cause: name + ": it takes 2 arguments of the protocol, not " + args[0]}
	}
	dir := args[1]
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(env.cwd, dir)
	}
	env.cwd = dir
	repo, err := gitmap.Open(ctx, dir)
	if err != nil {
		return err
	}
	push, err := opts.pushOptions(env, name, strings.Join(args[3:], ""), nil)
	if err != nil {
		return err
	}
	push.Prebuilt = built
	if push.ProductsDir != "" { // that of the other host's command line, which is seen from DIR
		push.ProductsDir = below(dir, push.ProductsDir)
	}
	if filepath.Base(push.Changes) != push.Changes && push.Changes != "" {
		push.Changes = below(dir, push.Changes)
	}
	retry, err := opts.retries()
	if err != nil {
		return err
	}
	conn := upload.RemoteConnection{In: env.stdin, Out: env.stdout, Versions: args[2], Built: built}
	return upload.ServeRemotePush(ctx, repo, conn, push, upload.PerformOptions{Getenv: env.getenv, Retry: retry, Output: env.stderr, Said: env.remote})
}
