package upload

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"debgit/gitmap"
)

// debrebaseLab has a branch of git-debrebase's: upstream, debian/ without patches, and a commit that
// changes upstream's files.
func debrebaseLab(t *testing.T) *layoutLab {
	t.Helper()
	pin(t)
	l := newLayoutLab(t, t.TempDir())
	l.orig("foo_1.0.orig.tar.gz", upstream)
	l.commit("main", "Package it\n\n[git-debrebase anchor: declare upstream]", upstream.over(debian))
	l.commit("main", "Return something else", upstream.over(debian).with("main.c", "int main(void) { return 1; }\n"))
	return l
}

// fakeDebrebase is a program that git takes for git-debrebase: it makes a commit, or fails.
func fakeDebrebase(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "git-debrebase"), []byte("#!/bin/sh\nset -e\n"+script), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func TestDebrebase(t *testing.T) {
	l := debrebaseLab(t)
	fakeDebrebase(t, `test "$*" = "--noop-ok -funclean-mixed -funclean-ordering make-patches --quiet-would-amend"
mkdir debian/patches
printf 'Subject: x\n\n' >debian/patches/return
git diff HEAD~1 HEAD -- main.c >>debian/patches/return
echo return >debian/patches/series
git add debian
git commit -q -m 'Commit patch queue'
`)
	head := l.git("rev-parse", "HEAD")
	pkg, err := OpenPackage(t.Context(), l.repo, "HEAD")
	l.check(err)
	v, err := MakeView(t.Context(), pkg, ViewOptions{OrigDirs: []string{l.dir}})
	l.check(err)
	if v.Layout.Layout != LayoutDebrebase || v.Mode != Linear || len(v.Made) != 1 || v.Made[0].Commit != v.Commit {
		t.Errorf("MakeView = %+v, layout %+v; want one commit, layout debrebase", v, v.Layout)
	}
	if parent := l.git("rev-parse", v.Commit.String()+"^"); parent != head {
		t.Errorf("the commit is on top of %s, want %s", parent, head)
	}
	if now := l.git("rev-parse", "HEAD"); now != head || l.git("status", "--porcelain") != "" {
		t.Errorf("HEAD is %s, want %s; or the work tree has changed", now, head)
	}
	if list := l.git("worktree", "list"); strings.Contains(list, "\n") {
		t.Errorf("there are these work trees:\n%s", list)
	}
}

// TestDebrebaseFails looks at a program that fails, and at one that is not there.
func TestDebrebaseFails(t *testing.T) {
	l := debrebaseLab(t)
	fakeDebrebase(t, "echo no >&2; exit 3\n")
	pkg, err := OpenPackage(t.Context(), l.repo, "HEAD")
	l.check(err)
	var ge *gitmap.GitError
	if v, err := MakeView(t.Context(), pkg, ViewOptions{OrigDirs: []string{l.dir}}); !errors.As(err, &ge) || !strings.Contains(ge.Stderr, "no\n") {
		t.Errorf("MakeView with a git-debrebase that fails = %+v, %v; want its error", v, err)
	}
	if _, err := exec.LookPath("/usr/bin/git-debrebase"); err == nil {
		t.Skip("git-debrebase is installed")
	}
	t.Setenv("PATH", "/usr/bin:/bin")
	var missing *gitmap.NoDebrebaseError
	if v, err := MakeView(t.Context(), pkg, ViewOptions{Mode: Linear, OrigDirs: []string{l.dir}}); !errors.As(err, &missing) {
		t.Errorf("MakeView without git-debrebase = %+v, %v; want a NoDebrebaseError", v, err)
	}
	if v, err := MakeView(t.Context(), pkg, ViewOptions{Mode: TryLinear, OrigDirs: []string{l.dir}}); err != nil || len(v.Made) != 1 {
		t.Errorf("MakeView without git-debrebase, in mode try-linear = %+v, %v; want a patch", v, err)
	}
}
