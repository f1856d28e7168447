package upload

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"debgit/gitmap"

	"golang.org/x/tools/txtar"
)

// A situation is a branch of testdata/quilt.txtar.
type situation struct {
	name   string
	mode   QuiltMode
	script string
}

func situations(t *testing.T) []situation {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/quilt.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var all []situation
	for _, f := range archive.Files {
		name, mode, ok := strings.Cut(f.Name, " ")
		if !ok {
			mode = string(Linear)
		}
		all = append(all, situation{name, QuiltMode(mode), string(f.Data)})
	}
	return all
}

// situationPrelude makes the package, and has what the scripts use.
const situationPrelude = `set -e
umask 022
mkdir -p up/hello-1.0/sub
cd up/hello-1.0
printf 'one\ntwo\nthree\n' >file; echo x >sub/x; echo '*.o' >.gitignore
printf '#!/bin/sh\n' >run; chmod +x run
cd ..
tar -czf ../hello_1.0.orig.tar.gz hello-1.0
cd ..
cp -r up/hello-1.0 hello
cd hello
git init -q -b main .
mkdir -p debian/source
echo '3.0 (quilt)' >debian/source/format
cat >debian/control <<E
Source: hello
Section: misc
Priority: optional
Maintainer: M Aint <m@example.org>
Standards-Version: 4.6.2

Package: hello
Architecture: any
Description: hi
 there
E
cat >debian/changelog <<E
hello (1.0-1) unstable; urgency=medium

  * Hi.

 -- M Aint <m@example.org>  Mon, 02 Jan 2023 10:00:00 +0000
E
printf '#!/usr/bin/make -f\n%%:\n' >debian/rules; chmod +x debian/rules
# c MESSAGE: commits all there is.
c() { git add -fA .; git commit -q --no-gpg-sign -m "$1"; }
# raw FORMAT: makes a commit of a change, of $author, with that message.
author='A U Thor <author@example.org> 1700000000 +0100'
raw() {
  echo "$1" >>raw; git add -f raw
  git update-ref HEAD "$({ printf "tree $(git write-tree)\nparent $(git rev-parse HEAD)\nauthor $author\ncommitter C <c@example.org> 1700000000 +0200\n\n"; printf -- "$1"; } | git hash-object --literally -t commit -w --stdin)"
}
# many N: makes N commits.
many() {
  for i in $(seq "$1"); do
    printf 'commit refs/heads/main\ncommitter C <c@example.org> 1700000000 +0000\ndata <<E\nc %s\nE\n' "$i"
    test "$i" -gt 1 || echo 'from refs/heads/main^0'
    printf 'M 100644 inline f\ndata <<E\n'; seq "$i"; echo E
  done | git fast-import --quiet
  git reset -q --hard
}
# tarball: upstream has what is there now.
tarball() { tar -czf ../hello_1.0.orig.tar.gz --transform 's,^\.,hello-1.0,' --exclude ./.git --exclude ./debian .; }
# patch1: adds a patch that adds a line zero to file.
patch1() {
  mkdir -p debian/patches; echo a.patch >debian/patches/series
  printf -- '--- a/file\n+++ b/file\n@@ -1,3 +1,4 @@\n+zero\n one\n two\n three\n' >debian/patches/a.patch
}
# version VERSION: gives the package another version.
version() { sed -i "1s/(.*)/($1)/" debian/changelog; c "$1"; }
c base
`

// situationEnvironment is that of a user who has always the same time.
func situationEnvironment(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{
		"TZ": "UTC", "LC_ALL": "C.UTF-8", "HOME": t.TempDir(), "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "A U Thor", "GIT_AUTHOR_EMAIL": "author@example.org", "GIT_AUTHOR_DATE": "1700000000 +0100",
		"GIT_COMMITTER_NAME": "C O Mitter", "GIT_COMMITTER_EMAIL": "committer@example.org", "GIT_COMMITTER_DATE": "1700000100 +0200",
	} {
		t.Setenv(name, value)
	}
}

// build makes the situation in a new directory, and returns that of the repository.
func (s situation) build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("sh", "-c", situationPrelude+s.script)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "hello")
}

// openSituation opens the package that a branch is of.
func openSituation(t *testing.T, dir string) *Package {
	t.Helper()
	repo, err := gitmap.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := OpenPackage(t.Context(), repo, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

// wantedViews returns what dgit makes of the situations, by their names: "same", "refused" or a commit; and
// what we make instead, where that is something else.
func wantedViews(t *testing.T) (dgits, ours map[string]string) {
	t.Helper()
	data, err := os.ReadFile("testdata/quilt-want")
	if err != nil {
		t.Fatal(err)
	}
	dgits, ours = map[string]string{}, map[string]string{}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line) // NAME RESULT; or NAME RESULT own RESULT
		dgits[words[0]], ours[words[0]] = words[1], words[len(words)-1]
	}
	return dgits, ours
}

// result says what became of a branch.
func result(head, view string, err error) string {
	switch {
	case err != nil:
		return "refused"
	case head == view:
		return "same"
	}
	return view
}

// TestMakeView makes the views of all situations. What they should be is what the real dgit made of them: with
// DEBGIT_DGIT=PROGRAM it is asked again.
func TestMakeView(t *testing.T) {
	situationEnvironment(t)
	dgits, ours := wantedViews(t)
	for _, s := range situations(t) {
		t.Run(s.name, func(t *testing.T) {
			if strings.HasPrefix(s.name, "dpkg-") {
				if _, err := exec.LookPath("dpkg-source"); err != nil {
					t.Skip("dpkg-source is not installed")
				}
			}
			dir := s.build(t)
			got := s.view(t, dir)
			if want := ours[s.name]; got != want {
				t.Errorf("quilt mode %s: %s, want %s", s.mode, got, want)
			}
			if dgit := os.Getenv("DEBGIT_DGIT"); dgit != "" {
				if got := s.dgit(t, dgit, dir); got != dgits[s.name] {
					t.Errorf("quilt mode %s: dgit: %s, want %s", s.mode, got, dgits[s.name])
				}
			}
		})
	}
}

// view makes the view.
func (s situation) view(t *testing.T, dir string) string {
	t.Helper()
	pkg := openSituation(t, dir)
	view, err := MakeView(t.Context(), pkg, ViewOptions{
		Mode: s.mode, OrigDirs: []string{filepath.Dir(dir)},
	})
	if err != nil {
		t.Log(err)
		return result("", "", err)
	}
	if head := strings.TrimSpace(git(t, dir, "rev-parse", "HEAD")); head != pkg.Head.String() {
		t.Errorf("HEAD moved to %s", head)
	}
	return result(pkg.Head.String(), view.Commit.String(), nil)
}

// dgit has the real dgit do it, which moves the branch.
func (s situation) dgit(t *testing.T, program, dir string) string {
	t.Helper()
	head := git(t, dir, "rev-parse", "HEAD")
	git(t, dir, "reset", "-q", "--hard")
	cmd := exec.Command(program, "-wn", fmt.Sprintf("--quilt=%s", s.mode), "quilt-fixup")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	t.Logf("%s", bytes.TrimSpace(out))
	return result(strings.TrimSpace(head), strings.TrimSpace(git(t, dir, "rev-parse", "HEAD")), err)
}
