package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// situations are the rows of dgit's table for fetch, and what else has a say in it. Each
// is named as the file in testdata/fetch that has the refs after each step, as the real
// dgit 17.0 leaves them.
var situations = []struct {
	name  string
	steps func(l *lab)
}{
	{"import", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
		l.publish("sid", up("1.0-2", "1.0-1"))
		l.step("fetch")
		l.publish("sid", up("1.0-3", "1.0-2", "1.0-1"))
		l.step("fetch", "unstable")
		l.step("fetch")
	}},
	{"import_goes_back", func(l *lab) {
		l.publish("sid", up("1.0-2"))
		l.step("clone", "foo", "sid")
		l.publish("sid", up("1.0-1"))
		l.step("fetch")
	}},
	{"import_quilt", func(l *lab) {
		l.publish("sid", uploaded{versions: []string{"1.0-1"}, quilt: true})
		l.step("clone", "foo", "sid")
		l.publish("sid", uploaded{versions: []string{"1.0-2", "1.0-1"}, quilt: true})
		l.step("fetch")
	}},
	{"import_on_server", func(l *lab) {
		l.serve("refs/dgit/sid", l.commit("1.0-1"))
		l.publish("sid", up("1.0-2", "1.0-1"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
		l.publish("sid", up("1.0-3", "1.0-2", "1.0-1"))
		l.step("fetch")
		l.step("fetch")
	}},
	{"import_on_push", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.pushed("1.0-2", l.head())
		l.step("fetch")
		l.publish("sid", up("1.0-3", "1.0-2", "1.0-1"))
		l.step("fetch")
		l.step("fetch")
		l.pushed("1.0-4", l.tracking())
		l.step("fetch")
	}},
	{"import_as_on_server", func(l *lab) {
		l.serve("refs/dgit/sid", l.commit("1.0-2"))
		l.publish("sid", up("1.0-2", "1.0-1"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"import_older_than_server", func(l *lab) {
		l.serve("refs/dgit/sid", l.commit("1.0-3"))
		l.publish("sid", up("1.0-2", "1.0-1"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"import_older_than_server_and_tracking", func(l *lab) {
		l.publish("sid", up("1.0-3"))
		l.step("clone", "foo", "sid")
		l.serve("refs/dgit/sid", l.commit("1.0-2"))
		l.publish("sid", up("1.0-1"))
		l.step("fetch")
		l.step("fetch")
	}},
	{"import_of_what_is_tracked", func(l *lab) {
		l.serve("refs/dgit/sid", l.commit("1.0-2"))
		l.step("clone", "foo", "sid")
		l.publish("sid", up("1.0-2"))
		l.step("fetch")
	}},
	{"commit_without_branch", func(l *lab) {
		c := l.commit("1.0-2")
		l.serve("refs/tags/archive/test-dummy/1.0-2", c)
		l.publish("sid", l.madeFrom(c, "1.0-2"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"commit_as_on_server", func(l *lab) {
		l.pushed("1.0-2")
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"commit_behind_server", func(l *lab) {
		c := l.pushed("1.0-2")
		l.serve("refs/dgit/sid", l.commit("1.0-3", c))
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"commit_ahead_of_server", func(l *lab) {
		old := l.commit("1.0-1")
		l.serve("refs/tags/archive/test-dummy/1.0-2", l.commit("1.0-2", old))
		l.serve("refs/dgit/sid", old)
		l.publish("sid", l.madeFrom(l.commit("1.0-2", old), "1.0-2"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"commit_unrelated_to_server", func(l *lab) {
		l.pushed("1.0-2")
		l.serve("refs/dgit/sid", l.commit("1.0-1"))
		l.step("clone", "foo", "sid")
	}},
	{"commit_unrelated_to_tracking", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.pushed("1.0-2")
		l.step("fetch")
	}},
	{"commit_and_server_unrelated_to_tracking", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.pushed("1.0-3")
		l.serve("refs/dgit/sid", l.commit("1.0-2"))
		l.step("fetch")
	}},
	{"commit_behind_server_unrelated_to_tracking", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.serve("refs/dgit/sid", l.commit("1.0-3", l.pushed("1.0-2")))
		l.step("fetch")
	}},
	{"only_on_server", func(l *lab) {
		l.serve("refs/dgit/sid", l.commit("1.0-2"))
		l.step("clone", "foo", "sid")
		l.serve("refs/dgit/sid", l.commit("1.0-3", l.commit("1.0-2")))
		l.step("fetch")
	}},
	{"only_tags_on_server", func(l *lab) {
		l.serve("refs/tags/archive/test-dummy/1.0-2", l.commit("1.0-2"))
		l.step("clone", "foo", "sid")
	}},
	{"nowhere", func(l *lab) {
		l.step("clone", "foo", "sid")
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.publish("sid")
		l.step("fetch")
	}},
	{"skew", func(l *lab) {
		missing := uploaded{versions: []string{"1.0-2"}, missing: true}
		l.publish("sid", missing, up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.publish("sid", missing)
		l.step("fetch")
		l.publish("sid", up("1.0-2", "1.0-1"))
		l.step("fetch")
		l.publish("sid", uploaded{versions: []string{"1.0-3"}, missing: true}, up("1.0-1"))
		l.step("fetch")
	}},
	{"tag_differs", func(l *lab) {
		c := l.pushed("1.0-1")
		l.serve("refs/tags/other", c)
		l.serve("refs/heads/other", c)
		l.step("clone", "foo", "sid")
		l.serve("refs/tags/archive/test-dummy/1.0-1", l.commit("1.0-2", c))
		l.step("fetch")
	}},
	{"old_field", func(l *lab) {
		c := l.commit("1.0-2")
		l.serve("refs/tags/archive/test-dummy/1.0-2", c)
		l.publish("sid", uploaded{versions: []string{"1.0-2"}, dgit: c})
		l.step("-cdgit.default.old-dsc-distro=test-dummy", "clone", "foo", "sid")
	}},
	{"bad_field", func(l *lab) {
		l.publish("sid", uploaded{versions: []string{"1.0-2"}, dgit: "0123456789 x"})
		l.step("clone", "foo", "sid")
	}},
	{"rewrite_map", func(l *lab) {
		c, rewritten := l.commit("1.0-2"), l.commit("1.0-2", l.commit("1.0-1"))
		l.rewrite(c, rewritten)
		l.serve("refs/dgit/sid", rewritten)
		l.publish("sid", l.madeFrom(c, "1.0-2"))
		l.step("clone", "foo", "sid")
		l.step("fetch")
	}},
	{"other_distro", func(l *lab) {
		c, rewritten := l.commit("1.0-2"), l.commit("1.0-2", l.commit("1.0-1"))
		l.rewrite(c, rewritten)
		l.serve("refs/tags/archive/other/1.0-2", rewritten)
		l.serve("refs/dgit/sid", rewritten)
		l.check(os.MkdirAll(filepath.Join(l.dir, "other"), 0o777))
		l.check(os.Rename(filepath.Join(l.dir, labServer), filepath.Join(l.dir, "other/foo.git")))
		l.publish("sid", uploaded{versions: []string{"1.0-2"}, dgit: c + " other archive/other/1.0-2 nowhere:/foo and more"})
		other := "-cdgit-distro.other.git-url=file://" + l.dir + "/other"
		l.step(other, "clone", "foo", "sid")
		l.step(other, "fetch")
		l.step(other, "--no-chase-dsc-distro", "fetch")
	}},
	{"url_of_field", func(l *lab) {
		c := l.commit("1.0-2")
		l.serve("refs/tags/archive/other/1.0-2", c)
		l.check(os.Rename(filepath.Join(l.dir, labServer), filepath.Join(l.dir, "git/other.git")))
		l.publish("sid", uploaded{versions: []string{"1.0-2"}, dgit: c + " other archive/other/1.0-2 file://" + l.dir + "/git/other.git"})
		l.step("-cdgit.dsc-url-proto-ok.file=true", "clone", "foo", "sid")
	}},
	{"suites", func(l *lab) {
		l.publish("trixie-security/testing-security", up("1.0-2", "1.0-1"))
		l.publish("trixie", up("1.0-1"))
		l.publish("sid", up("1.0-4"))
		l.step("clone", "foo", "trixie,-security")
		l.step("fetch")
		l.publish("trixie-security", up("1.0-3", "1.0-2", "1.0-1"))
		l.step("pull")
		l.step("fetch", "testing,sid,trixie-security")
		l.step("checkout", "sid,trixie")
		l.step("fetch", "-security")
	}},
	{"suites_without_package", func(l *lab) {
		l.publish("trixie-security/testing-security")
		l.publish("trixie", up("1.0-1"))
		l.step("clone", "foo", "testing,testing-security")
		l.publish("trixie-security", up("1.0-2"))
		l.step("fetch")
		l.publish("trixie-security")
		l.publish("trixie", up("1.0-3"))
		l.step("fetch")
	}},
	{"checkout", func(l *lab) {
		l.publish("sid", up("1.0-3", "1.0-2", "1.0-1"))
		l.publish("trixie", up("1.0-2", "1.0-1"))
		l.step("clone", "foo", "sid")
		l.step("checkout", "trixie")
		l.publish("trixie", up("1.0-3", "1.0-2", "1.0-1"))
		l.step("checkout", "sid")
		l.step("checkout", "testing")
		l.git("work/foo", "", "branch", "-D", "dgit/sid")
		l.publish("sid", up("1.0-5"))
		l.step("checkout", "unstable")
		l.step("checkout", "nosuch")
	}},
	{"pull", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.publish("sid", up("1.0-2", "1.0-1"))
		l.step("pull")
		l.edit("other", "mine\n")
		l.publish("sid", up("1.0-3", "1.0-2", "1.0-1"))
		l.step("pull", "sid")
		l.edit("file", "conflict\n")
		l.publish("sid", up("1.0-4", "1.0-3", "1.0-2", "1.0-1"))
		l.step("pull")
	}},
	{"pull_unrelated", func(l *lab) {
		l.publish("sid", up("1.0-3", "1.0-2", "1.0-1"))
		l.check(os.MkdirAll(filepath.Join(l.dir, "work/foo/debian"), 0o777))
		l.git("work/foo", "", "init", "-q", "-b", "main")
		l.edit("debian/control", labControl)
		l.edit("debian/changelog", labChangelog("1.0-3", "1.0-2", "1.0-1"))
		l.step("fetch")
		l.step("pull")
		l.step("--allow-unrelated-histories", "pull")
	}},
	{"together", func(l *lab) {
		l.publish("sid", up("1.0-1"))
		l.publish("trixie", up("1.0-1"))
		l.step("clone", "foo", "sid")
		l.edit("mine", "work\n")
		l.publish("sid", up("1.0-2", "1.0-1")) // without dgit
		l.step("fetch")
		l.step("pull")
		l.pushed("1.0-3", l.head()) // with dgit
		l.step("fetch")
		l.step("pull")
		l.edit("mine", "more work\n")
		l.publish("sid", up("1.0-4", "1.0-3", "1.0-2", "1.0-1")) // without dgit
		l.step("fetch")
		l.step("pull")
		pushed := l.commit("1.0-5", l.tracking())
		l.serve("refs/dgit/sid", pushed) // with dgit, but the archive is slow
		l.step("fetch")
		l.publish("sid", l.madeFrom(pushed, "1.0-5"))
		l.step("fetch")
		l.step("checkout", "trixie")
		l.publish("trixie", l.madeFrom(pushed, "1.0-5")) // it migrates
		l.step("fetch")
		l.step("fetch", "trixie,sid")
		l.step("checkout", "sid")
		l.step("pull")
	}},
}

func up(versions ...string) uploaded { return uploaded{versions: versions} }

// Each situation gives the ids that are written down, which are the real dgit's. Where that
// is, it is tried, too, alone and in turn with debgit in one working copy.
func TestFetchTable(t *testing.T) {
	for _, s := range situations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("../../testdata/fetch", s.name+".txt")
			if path := dgitPath(); path != "" {
				l := newLab(t, program(path))
				s.steps(l)
				if os.Getenv("DEBGIT_RECORD") != "" {
					l.check(os.WriteFile(golden, []byte(l.log.String()), 0o666))
				}
				compareLog(t, golden, l)
				for _, turns := range []*inTurn{{programs: []program{theDebgit, program(path)}}, {programs: []program{program(path), theDebgit}}} {
					l := newLab(t, turns)
					s.steps(l)
					compareLog(t, golden, l)
				}
			}
			l := newLab(t, theDebgit)
			s.steps(l)
			compareLog(t, golden, l)
		})
	}
}

func compareLog(t *testing.T, golden string, l *lab) {
	t.Helper()
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(l.log.String(), "\n")); diff != "" {
		t.Errorf("%v leaves other refs than %s has, -want +got:\n%s", l.tool, golden, diff)
	}
}
