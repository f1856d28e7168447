package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The steps after firstBuild.
const (
	pushStep = "push"
	arrival  = "arrival" // sees that the queue has the upload; not in the tables
)

// worldScript makes what a push needs around it.
//
//go:embed world
var worldScript string

// changeScript commits a change to the first of upstream's files that is a text, and an entry of
// the changelog for it, whose version is that of a next revision.
const changeScript = `set -eu
version=$(dpkg-parsechangelog -S Version)
{
	printf '%s (%s+bench1) unstable; urgency=medium\n\n  * Change one line.\n\n' "$(dpkg-parsechangelog -S Source)" "$version"
	printf ' -- Bench <bench@example.org>  Mon, 01 Sep 2025 09:15:00 +0000\n\n'
	cat debian/changelog
} >../changelog
mv ../changelog debian/changelog
file=$(git grep -Il '' -- '*.c' '*.el' '*.h' | head -n 1)
printf '\n/* One more line. */\n' >>"$file"
exec git commit -q -a -m 'Change one line'
`

// measurePushes times the whole way of an upload, from a commit to the git server and the queue.
func measurePushes(opts options, dir string) (string, error) {
	var report strings.Builder
	for i, p := range opts.packages {
		where := filepath.Join(dir, fmt.Sprint(i))
		if err := os.Mkdir(where, 0o777); err != nil {
			return "", err
		}
		tables, err := compare(p.first.label(), pushTools(opts, p.first), []string{firstBuild, pushStep}, opts.rounds, where)
		if err != nil {
			return "", err
		}
		tables[0].write(&report, p.first.label()+", build", i == 0)
		tables[1].write(&report, p.first.label()+", push", false)
		if err := os.RemoveAll(where); err != nil {
			return "", err
		}
	}
	if report.Len() == 0 {
		return "", nil
	}
	load, _, _ := strings.Cut(valueOf("/proc/loadavg", ""), " ")
	return introduction(opts) + "A commit that changes one of upstream's files and adds a changelog entry: build-source, then push-source --new, to a\n" +
		"git server on this machine that has nothing of the package, and by dput to a queue on it; with signatures by gpg.\n" +
		"push-source builds once more, and proves that what it sends unpacks to what it pushes. dpkg-source -b has the same\n" +
		"files, as dgit runs it. It bounds neither: debgit has it look only at what patches change. Of the processor\n" +
		"time that debgit takes for the push of coreutils, two thirds are the programs that it runs: git push 0.5 s,\n" +
		"dput 0.3 s, dpkg-source 0.25 s, dpkg-genchanges 0.1 s. The load average at the end was " + load + ".\n\n" + report.String(), nil
}

// pushTools returns the tools that push a version with a change on top of it, and dpkg-source, which
// bounds them.
func pushTools(opts options, v version) []tool {
	prepare := append(importCommands(opts, v),
		[]string{"sh", "-c", worldScript, "world", v.pkg()},
		[]string{"env", "-C", "repo", "sh", "-c", changeScript})
	pusher := func(program string) tool {
		command := func(args ...string) []string {
			return append([]string{"sh", "-c", `GNUPGHOME=$HOME/gnupg exec "$0" "$@"`, program}, args...)
		}
		return tool{name: filepath.Base(program), source: v.files, steps: []step{
			{name: preparation, commands: prepare},
			{name: firstBuild, in: "repo", commands: [][]string{command("build-source")}},
			{name: pushStep, in: "repo", commands: [][]string{command("push-source", "--new")}},
			{name: arrival, commands: [][]string{{"sh", "-c", `ls world/queue/*.changes && exec gpgconf --homedir "$HOME/gnupg" --kill all`}}},
		}}
	}
	dgit := pusher(opts.dgit)
	dgit.peer = true
	patched := append(importCommands(opts, v),
		[]string{"env", "-C", "repo", "sh", "-c", changeScript},
		[]string{"env", "-C", "repo", opts.debgit, "-q", "quilt-fixup"})
	dpkg := tool{name: "dpkg-source -b", peer: true, source: v.files, steps: []step{
		{name: preparation, commands: patched},
		{name: firstBuild, commands: [][]string{sourceBuild("repo")}},
	}}
	return []tool{pusher(opts.debgit), dgit, dpkg}
}
