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
	var bounds, report strings.Builder
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
		writeBounds(&bounds, p.first.label(), tables[0], tables[1])
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
		"files, as dgit runs it; debgit has it look only at what patches change. The last row is what no push can do without:\n" +
		"git push of the same commits and tags, dput of the same files.\n" +
		bounds.String() +
		"The load average at the end was " + load + ".\n\n" + report.String(), nil
}

// writeBounds says how much of the processor time of debgit is what programs need that it cannot do without.
func writeBounds(b *strings.Builder, label string, build, push table) {
	ours, theirs := push.rows[0].median, push.of(transfer)
	if ours != nil && theirs != nil {
		fmt.Fprintf(b, "Of the %s s of processor time for the push of %s, git push and dput take %s s.\n", seconds(ours.cpu), label, seconds(theirs.cpu))
	}
	ours, theirs = build.rows[0].median, build.of(wholeBuild)
	if ours != nil && theirs != nil {
		fmt.Fprintf(b, "The build of %s takes %s s of processor time, and dpkg-source -b of the whole takes %s s.\n", label, seconds(ours.cpu), seconds(theirs.cpu))
	}
}

// The tools that do a part of what a push does.
const (
	wholeBuild = "dpkg-source -b"
	transfer   = "git push, dput"
)

// transferScript makes another repository on the git server, and forgets the upload, so that both can be sent again.
const transferScript = `set -eu
cp -r world/repos/_template world/repos/again.git
rm world/queue/* ./*.upload`

// pushTools returns the tools that push a version with a change on top of it, and those that do a part of it.
func pushTools(opts options, v version) []tool {
	prepare := append(importCommands(opts, v),
		[]string{"sh", "-c", worldScript, "world", v.pkg()},
		[]string{"env", "-C", "repo", "sh", "-c", changeScript})
	command := func(program string, args ...string) []string {
		return append([]string{"sh", "-c", `GNUPGHOME=$HOME/gnupg exec "$0" "$@"`, program}, args...)
	}
	arrive := [][]string{{"sh", "-c", `ls world/queue/*.changes && exec gpgconf --homedir "$HOME/gnupg" --kill all`}}
	pusher := func(program string) tool {
		return tool{name: filepath.Base(program), source: v.files, steps: []step{
			{name: preparation, commands: prepare},
			{name: firstBuild, in: "repo", commands: [][]string{command(program, "build-source")}},
			{name: pushStep, in: "repo", commands: [][]string{command(program, "push-source", "--new")}},
			{name: arrival, commands: arrive},
		}}
	}
	dgit := pusher(opts.dgit)
	dgit.peer = true
	pushed := append(prepare,
		append([]string{"env", "-C", "repo"}, command(opts.debgit, "-q", "push-source", "--new")...),
		[]string{"sh", "-c", transferScript})
	parts := tool{name: transfer, peer: true, source: v.files, steps: []step{
		{name: preparation, commands: pushed},
		{name: pushStep, in: "repo", commands: [][]string{
			{"sh", "-c", `exec git push -q "bench@localhost:$(cd ../world/repos && pwd)/again.git" refs/remotes/dgit/dgit/sid:refs/dgit/sid 'refs/tags/*:refs/tags/*'`},
			{"sh", "-c", "GNUPGHOME=$HOME/gnupg exec dput bench ../*_source.changes"},
		}},
		{name: arrival, commands: arrive},
	}}
	patched := append(importCommands(opts, v),
		[]string{"env", "-C", "repo", "sh", "-c", changeScript},
		[]string{"env", "-C", "repo", opts.debgit, "-q", "quilt-fixup"})
	dpkg := tool{name: wholeBuild, peer: true, source: v.files, steps: []step{
		{name: preparation, commands: patched},
		{name: firstBuild, commands: [][]string{sourceBuild("repo")}},
	}}
	return []tool{pusher(opts.debgit), dgit, dpkg, parts}
}
