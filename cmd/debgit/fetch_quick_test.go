package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// countGit has the tool of a lab run git through a script that notes each run, and returns
// the notes of the runs since it was called last. If there is a file "kill-at" with a number,
// that run kills the tool instead.
func countGit(l *lab) (runs func() []string) {
	l.t.Helper()
	git, err := exec.LookPath("git")
	l.check(err)
	bin, notes := filepath.Join(l.dir, "bin"), filepath.Join(l.dir, "runs")
	l.check(os.MkdirAll(bin, 0o777))
	script := fmt.Sprintf(`#!/bin/sh
echo "$*" >>%s
if [ "$(cat %s/kill-at 2>/dev/null)" = "$(wc -l <%s)" ]; then kill -9 $PPID; exit 1; fi
exec %s "$@"
`, notes, l.dir, notes, git)
	l.check(os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o777))
	l.env = append(l.env, "PATH="+bin+":"+os.Getenv("PATH"))
	return func() []string {
		data, err := os.ReadFile(notes)
		if err != nil {
			return nil
		}
		l.check(os.Remove(notes))
		return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	}
}

// A fetch that finds nothing new runs git a handful of times, and changes nothing: no ref,
// no object, no file beside the work tree.
func TestFetchNothingNew(t *testing.T) {
	tests := []struct {
		name  string
		most  int // runs of git
		steps func(l *lab)
	}{
		{"import", 7, func(l *lab) {
			l.publish("sid", uploaded{versions: []string{"1.0-1"}, quilt: true})
			l.step("clone", "foo", "sid")
			l.publish("sid", uploaded{versions: []string{"1.0-2", "1.0-1"}, quilt: true})
		}},
		{"commit", 7, func(l *lab) {
			l.pushed("1.0-2")
			l.step("clone", "foo", "sid")
		}},
		{"commit that has not the old branch", 7, func(l *lab) { // of which dgit makes another pseudomerge each time
			l.publish("sid", up("1.0-1"))
			l.step("clone", "foo", "sid")
			l.pushed("1.0-2")
		}},
		{"commit and server that have not the old branch", 9, func(l *lab) {
			l.publish("sid", up("1.0-1"))
			l.step("clone", "foo", "sid")
			l.pushed("1.0-3")
			l.serve("refs/dgit/sid", l.commit("1.0-2"))
		}},
		{"import on top of the server", 7, func(l *lab) {
			l.serve("refs/dgit/sid", l.commit("1.0-1"))
			l.publish("sid", up("1.0-2", "1.0-1"))
			l.step("clone", "foo", "sid")
		}},
		{"old import by dgit", 7, func(l *lab) { // which leaves no records
			l.publish("sid", up("1.0-1"))
			l.step("clone", "foo", "sid")
			for _, ref := range strings.Fields(l.git("work/foo", "", "for-each-ref", "--format=%(refname)", "refs/debgit")) {
				l.git("work/foo", "", "update-ref", "-d", ref)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := newLab(t, theDebgit)
			tt.steps(l)
			l.step("fetch")
			before := l.state()
			runs := countGit(l)
			l.step("fetch")
			if n := runs(); len(n) > tt.most {
				t.Errorf("git was run %d times, want at most %d:\n%s", len(n), tt.most, strings.Join(n, "\n"))
			}
			if after := l.state(); after != before {
				t.Errorf("fetch changed something, from\n%s\nto\n%s", before, after)
			}
		})
	}
}

// A fetch that is killed at any point has left the refs as they were, or as they are to be,
// and another one completes it.
func TestFetchKilled(t *testing.T) {
	t.Parallel()
	l := newLab(t, theDebgit)
	l.publish("sid", up("1.0-1"))
	l.step("clone", "foo", "sid")
	l.pushed("1.0-2", l.commit("1.0-1"))
	before := l.refs()
	work, saved := filepath.Join(l.dir, "work/foo"), filepath.Join(l.dir, "saved")
	l.check(os.CopyFS(saved, os.DirFS(work)))
	runs := countGit(l)
	l.step("fetch")
	after := l.refs()
	if after == before {
		t.Fatal("fetch changed nothing")
	}
	total := len(runs())
	for at := range total {
		l.check(os.RemoveAll(work))
		l.check(os.CopyFS(work, os.DirFS(saved)))
		killAt := filepath.Join(l.dir, "kill-at")
		l.check(os.WriteFile(killAt, []byte(strconv.Itoa(at+1)+"\n"), 0o666))
		l.step("fetch")
		last := runs()
		l.check(os.Remove(killAt))
		if got := l.refs(); got != before && got != after {
			t.Errorf("killed before git %s, fetch left the refs\n%s", last[len(last)-1], got)
		}
		l.git("work/foo", "", "fsck", "--strict")
		l.step("fetch")
		if got := l.refs(); got != after {
			t.Errorf("after a fetch that was killed before git %s, the next made the refs\n%s\nwant\n%s", last[len(last)-1], got, after)
		}
		runs()
	}
}
