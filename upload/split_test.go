package upload

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// pin gives this process, and those that it starts, identities and dates that do not change,
// and none of the user's configuration.
func pin(t *testing.T) {
	t.Helper()
	for _, kind := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+kind+"_NAME", "Tester")
		t.Setenv("GIT_"+kind+"_EMAIL", "tester@example.org")
		t.Setenv("GIT_"+kind+"_DATE", "1700000000 +0000")
	}
	t.Setenv("TZ", "UTC")
	t.Setenv("LC_ALL", "C.UTF-8")
	t.Setenv("HOME", "/nonexistent")
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
}

// A splitSituation is a source package in git, of which a view is made.
type splitSituation struct {
	name     string
	mode     QuiltMode
	split    bool             // --split-view=always
	head     files            // of the branch
	origs    map[string]files // by what follows "orig" in the name; default: the usual one
	changes  []files          // further commits of the branch, each with all of its files
	commits  map[string]files // of other commits, by the names of their tags
	upstream string           // --upstream-commitish
}

func (s *splitSituation) make(l *layoutLab) {
	origs := s.origs
	if origs == nil {
		origs = map[string]files{"": upstream}
	}
	for part, f := range origs {
		l.orig("foo_1.0.orig"+part+".tar.gz", f)
	}
	for tag, f := range s.commits {
		l.commit("other", "Upstream", f)
		l.git("tag", tag)
		l.git("checkout", "-q", "--detach")
		l.git("branch", "-q", "-D", "other")
	}
	l.commit("main", "Package it", s.head)
	for i, f := range s.changes {
		l.commit("main", fmt.Sprintf("Change %d", i), f)
	}
}

// dgitView makes the view with the real dgit, and says what it is as the expectations do.
func (s *splitSituation) dgitView(l *layoutLab) (view, out string) {
	args := []string{"-dtest-dummy", "-wn", "--quilt=" + string(s.mode), "--save-dgit-view=refs/heads/view"}
	if s.upstream != "" {
		args = append(args, "--upstream-commitish="+s.upstream)
	}
	if s.split {
		args = append(args, "--split-view=always")
	}
	cmd := exec.Command(os.Getenv("DEBGIT_DGIT"), append(args, "quilt-fixup")...)
	cmd.Dir = l.repo.WorkTree()
	said, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		return "fails", string(said)
	case l.git("for-each-ref", "refs/heads/view") == "":
		return "none", string(said)
	}
	return l.git("rev-parse", "refs/heads/view"), string(said)
}

const changelogFoo = `foo (1.0-2) unstable; urgency=medium

  * Second.

 -- Some Person <some@example.org>  Mon, 02 Jan 2023 10:00:00 +0100

foo (1.0-1) unstable; urgency=medium

  * First.

 -- Other Person <other@example.org>  Sun, 01 Jan 2023 10:00:00 +0100
`

const controlFoo = `Source: foo
Maintainer: Main Tainer <main@example.org>
Section: misc
Priority: optional
Standards-Version: 4.6.2

Package: foo
Architecture: all
Description: foo
 Foo.
`

var upstream = files{
	".gitignore": "*.o\n",
	"README":     "one\ntwo\nthree\n",
	"main.c":     "int main(void) { return 0; }\n",
	"src/lib.c":  "a\nb\nc\nd\ne\nf\ng\nh\n",
	"run":        "#!/bin/sh\n",
}

var debian = files{
	"debian/changelog":     changelogFoo,
	"debian/control":       controlFoo,
	"debian/rules":         "#!/usr/bin/make -f\n%:\n\tdh $@\n",
	"debian/source/format": "3.0 (quilt)\n",
}

const patchReadme = `From: Pat Cher <pat@example.org>
Date: Tue, 03 Jan 2023 12:00:00 +0000
Subject: Say two loudly

And why.
---
--- a/README
+++ b/README
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
`

const patchLib = `Description: Change the library
Author: Lib Rarian <lib@example.org>

--- a/src/lib.c
+++ b/src/lib.c
@@ -1,5 +1,6 @@
 a
 b
+b and a half
 c
 d
 e
`

const patchIgnore = `Subject: Ignore more

--- a/.gitignore
+++ b/.gitignore
@@ -1 +1,2 @@
 *.o
+*.a
`

var patches = files{
	"debian/patches/series":       "readme.patch\nlib.patch\n",
	"debian/patches/readme.patch": patchReadme,
	"debian/patches/lib.patch":    patchLib,
}

var applied = files{
	"README":    "one\nTWO\nthree\n",
	"src/lib.c": "a\nb\nb and a half\nc\nd\ne\nf\ng\nh\n",
}

var unapplied = upstream.over(debian, patches)

// ignorePatch are patches of which one changes .gitignore.
var ignorePatch = patches.with("debian/patches/series", "readme.patch\nignore\n").with("debian/patches/ignore", patchIgnore)

func series(text string, more files) files {
	return patches.with("debian/patches/series", text).over(more)
}

var splitSituations = []*splitSituation{
	{name: "gbp", mode: GBP, head: unapplied},
	{name: "gbp_gitignore_changed", mode: GBP, head: unapplied.with(".gitignore", "*.o\n*.swp\n")},
	{name: "gbp_gitignore_added", mode: GBP, head: unapplied.with("src/.gitignore", "*.swp\n").with("debian/.gitignore", "x\n")},
	{name: "gbp_gitignore_deleted", mode: GBP, head: unapplied.without(".gitignore")},
	{name: "gbp_gitignore_is_link", mode: GBP, head: unapplied.with("src/.gitignore", linkTo+"../.gitignore")},
	{name: "gbp_gitignore_executable", mode: GBP, head: unapplied.with(".gitignore", "#!*.o\n")},
	{name: "gbp_no_patches", mode: GBP, head: upstream.over(debian)},
	{name: "gbp_no_patches_gitignore", mode: GBP, head: upstream.over(debian).with(".gitignore", "*.swp\n")},
	{name: "gbp_empty_series", mode: GBP, head: upstream.over(debian).with("debian/patches/series", "")},
	{name: "gbp_series_without_newline", mode: GBP, head: upstream.over(debian, series("readme.patch", nil)).with(".gitignore", "*.swp\n")},
	{name: "gbp_auto_gitignore_there", mode: GBP, head: unapplied.with(".gitignore", "*.swp\n").with("debian/patches/auto-gitignore", "")},
	{name: "gbp_auto_gitignore_in_series", mode: GBP, head: unapplied.over(series("readme.patch\nauto-gitignore\n", files{"debian/patches/auto-gitignore": patchIgnore})).with("src/.gitignore", "x\n")},
	{name: "gbp_patch_edits_gitignore", mode: GBP, head: upstream.over(debian, ignorePatch)},
	{name: "gbp_patch_and_head_edit_gitignore", mode: GBP, head: upstream.over(debian, ignorePatch).with(".gitignore", "*.swp\n*.o\n")},
	{name: "gbp_patch_and_head_edit_other_gitignore", mode: GBP, head: upstream.over(debian, ignorePatch).with("src/.gitignore", "*.swp\n")},
	{name: "gbp_patch_edits_only_gitignore", mode: GBP, head: upstream.over(debian, ignorePatch.with("debian/patches/series", "ignore\n"))},
	{name: "gbp_patches_applied", mode: GBP, head: unapplied.over(applied)},
	{name: "gbp_file_changed", mode: GBP, head: unapplied.with("main.c", "int main(void) { return 1; }\n")},
	{name: "gbp_file_added", mode: GBP, head: unapplied.with("new.c", "")},
	{name: "gbp_file_deleted", mode: GBP, head: unapplied.without("main.c")},
	{name: "gbp_file_not_executable", mode: GBP, head: unapplied.with("run", plain+upstream["run"])},
	{name: "gbp_file_executable", mode: GBP, head: unapplied, origs: map[string]files{"": upstream.with("run", plain+upstream["run"])}},
	{name: "gbp_link_added", mode: GBP, head: unapplied.with("link", linkTo+"README")},
	{name: "gbp_link_in_orig", mode: GBP, head: unapplied.with("link", linkTo+"README"), origs: map[string]files{"": upstream.with("link", linkTo+"README")}},
	{name: "gbp_first_patch_does_not_apply", mode: GBP, head: unapplied.with("debian/patches/readme.patch", strings.Replace(patchReadme, " one", " eins", 1))},
	{name: "gbp_second_patch_does_not_apply", mode: GBP, head: unapplied.with("debian/patches/lib.patch", strings.Replace(patchLib, "\n a\n", "\n z\n", 1))},
	{name: "gbp_only_gitignore_patched_in_head", mode: GBP, head: upstream.over(debian, ignorePatch.with("debian/patches/series", "ignore\n"), files{".gitignore": "*.o\n*.a\n"})},
	{name: "gbp_topics", mode: GBP, head: upstream.over(debian, series("topic/sub/readme.patch # why\n\nlib.patch -p1\n", files{"debian/patches/topic/sub/readme.patch": patchReadme}))},
	{name: "gbp_indented_series", mode: GBP, head: upstream.over(debian, series("readme.patch\n  lib.patch\n", nil))},
	{name: "gbp_patch_without_author", mode: GBP, head: unapplied.with("debian/patches/readme.patch", patchReadme[strings.Index(patchReadme, "---"):])},
	{name: "gbp_patch_and_control_without_author", mode: GBP, head: unapplied.with("debian/patches/readme.patch", patchReadme[strings.Index(patchReadme, "---"):]).
		with("debian/control", strings.Replace(controlFoo, "Maintainer: ", "maintainer: ", 1))},
	{name: "gbp_patch_of_odd_date", mode: GBP, head: unapplied.with("debian/patches/readme.patch", strings.Replace(patchReadme, "Tue, 03 Jan 2023 12:00:00 +0000", "2023-01-03", 1))},
	{name: "gbp_odd_person", mode: GBP, head: unapplied.with(".gitignore", "*.swp\n").
		with("debian/changelog", strings.Replace(strings.Replace(changelogFoo, "Some Person", "Foo  \"Bar\", Jr.", 1), "+0100", "-0000", 1))},
	{name: "gbp_patch_edits_debian", mode: GBP, head: unapplied.with("debian/patches/lib.patch", patchLib+"--- a/debian/rules\n+++ b/debian/rules\n@@ -1,2 +1,3 @@\n #!/usr/bin/make -f\n+# patched\n %:\n")},
	{name: "gbp_components", mode: GBP, head: unapplied.over(files{"docs/index": "docs\n", "ext-1/x": "x\n"}),
		origs: map[string]files{"": upstream, "-docs": {"index": "docs\n"}, "-ext-1": {"x": "x\n"}}},
	{name: "gbp_orig_has_debian", mode: GBP, head: unapplied, origs: map[string]files{"": upstream.with("debian/old", "old\n")}},
	{name: "gbp_orig_has_gitattributes", mode: GBP, head: unapplied.with(".gitattributes", "* text\n"), origs: map[string]files{"": upstream.with(".gitattributes", "* text\n")}},
	{name: "gbp_format_1", mode: GBP, head: unapplied.with("debian/source/format", "1.0\n")},
	{name: "gbp_format_native", mode: GBP, head: unapplied.with("debian/source/format", "3.0 (native)\n")},
	{name: "gbp_quilt_state", mode: GBP, head: unapplied.with(".pc/applied-patches", "readme.patch\n")},
	{name: "gbp_no_orig", mode: GBP, head: unapplied, origs: map[string]files{}},
	{name: "gbp_epoch", mode: GBP, head: unapplied.with("debian/changelog", strings.Replace(changelogFoo, "1.0-2", "3:1.0-2", 1))},
	{name: "gbp_debian_source_options", mode: GBP, head: unapplied.with("debian/source/options", "single-debian-patch\n")},
	{name: "gbp_dotfiles_in_orig", mode: GBP, head: unapplied, origs: map[string]files{"": upstream.with(".git/config", "x\n").with("src/.git", "x\n")}},

	{name: "unapplied", mode: Unapplied, head: unapplied},
	{name: "unapplied_gitignore", mode: Unapplied, head: unapplied.with(".gitignore", "*.swp\n")},
	{name: "unapplied_no_patches", mode: Unapplied, head: upstream.over(debian)},
	{name: "unapplied_patch_edits_gitignore", mode: Unapplied, head: upstream.over(debian, ignorePatch)},
	{name: "unapplied_patch_edits_only_gitignore", mode: Unapplied, head: upstream.over(debian, ignorePatch.with("debian/patches/series", "ignore\n"))},

	{name: "dpm", mode: DPM, head: unapplied.over(applied)},
	{name: "dpm_gitignore", mode: DPM, head: unapplied.over(applied).with(".gitignore", "*.swp\n")},
	{name: "dpm_no_patches", mode: DPM, head: upstream.over(debian)},
	{name: "dpm_unapplied", mode: DPM, head: unapplied},
	{name: "dpm_patch_edits_gitignore", mode: DPM, head: upstream.over(debian, ignorePatch, files{"README": applied["README"], ".gitignore": "*.o\n*.a\n"})},
	{name: "dpm_patch_and_head_edit_gitignore", mode: DPM, head: upstream.over(debian, ignorePatch, files{"README": applied["README"], ".gitignore": "*.o\n*.a\n*.swp\n"})},
	{name: "dpm_not_all_applied", mode: DPM, head: unapplied.with("README", applied["README"])},

	{name: "baredebian", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"upstream/1.0": upstream}},
	{name: "baredebian_commitish", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"elsewhere": upstream}, upstream: "elsewhere"},
	{name: "baredebian_no_tag", mode: BareDebian, head: debian.over(patches)},
	{name: "baredebian_two_tags", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"v1.0": upstream, "1.0": upstream}},
	{name: "baredebian_gbp_conf", mode: BareDebian, head: debian.over(patches).with("debian/gbp.conf", "[export-orig]\nupstream-tag = release-%(version)s\n"),
		commits: map[string]files{"release-1.0": upstream, "1.0": {}}},
	{name: "baredebian_no_patches", mode: BareDebian, head: debian, commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_upstream_has_debian", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"v1.0": upstream.with("debian/old", "old\n")},
		origs: map[string]files{"": upstream.with("debian/old", "old\n")}},
	{name: "baredebian_upstream_differs", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"v1.0": upstream.with("main.c", "other\n")}},
	{name: "baredebian_upstream_lacks", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"v1.0": upstream}, origs: map[string]files{"": upstream.with("configure", "#!/bin/sh\n")}},
	{name: "baredebian_upstream_has_gitignore", mode: BareDebian, head: debian.over(patches), commits: map[string]files{"v1.0": upstream}, origs: map[string]files{"": upstream.without(".gitignore")}},
	{name: "baredebian_head_has_same", mode: BareDebian, head: debian.over(patches).with("README", upstream["README"]), commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_head_has_other", mode: BareDebian, head: debian.over(patches).with("main.c", "other\n"), commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_head_has_new", mode: BareDebian, head: debian.over(patches).with("new.c", "new\n"), commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_head_has_gitignore", mode: BareDebian, head: debian.over(patches).with(".gitignore", "*.swp\n"), commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_head_has_all", mode: BareDebian, head: unapplied, commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_quilt_state", mode: BareDebian, head: debian.over(patches).with(".pc/x", "x\n"), commits: map[string]files{"v1.0": upstream}},
	{name: "baredebian_odd_person", mode: BareDebian, commits: map[string]files{"v1.0": upstream}, head: debian.over(patches).
		with("debian/changelog", strings.Replace(strings.Replace(changelogFoo, "Some Person", "Foo  \"Bar\", Jr.", 1), "+0100", "-0000", 1))},
	{name: "baredebian_epoch", mode: BareDebian, commits: map[string]files{"v1.0": upstream}, head: debian.over(patches).with("debian/changelog", strings.Replace(changelogFoo, "1.0-2", "3:1.0-2", 1))},

	{name: "tarball", mode: BareDebianTarball, head: debian.over(patches)},
	{name: "tarball_no_patches", mode: BareDebianTarball, head: debian},
	{name: "tarball_components", mode: BareDebianTarball, head: debian.over(patches), origs: map[string]files{"": upstream, "-docs": {"index": "docs\n"}, "-ext-1": {"x": "x\n"}}},
	{name: "tarball_component_replaces", mode: BareDebianTarball, head: debian.over(patches), origs: map[string]files{"": upstream.with("docs/old", "old\n"), "-docs": {"index": "docs\n"}}},
	{name: "tarball_has_debian", mode: BareDebianTarball, head: debian.over(patches), origs: map[string]files{"": upstream.with("debian/old", "old\n")}},
	{name: "tarball_has_quilt_state", mode: BareDebianTarball, head: debian.over(patches), origs: map[string]files{"": upstream.with(".pc/old", "old\n")}},
	{name: "tarball_head_has_other", mode: BareDebianTarball, head: debian.over(patches).with("new.c", "new\n")},
	{name: "tarball_head_has_gitignore", mode: BareDebianTarball, head: debian.over(patches).with(".gitignore", "*.swp\n")},
	{name: "tarball_patch_edits_gitignore", mode: BareDebianTarball, head: debian.over(ignorePatch)},
	{name: "tarball_epoch", mode: BareDebianTarball, head: debian.over(patches).with("debian/changelog", strings.Replace(changelogFoo, "1.0-2", "3:1.0-2", 1)), origs: map[string]files{"": upstream, "-docs": {"index": "docs\n"}}},
	{name: "baredebian_epoch_in_tag", mode: BareDebian, commits: map[string]files{"upstream/3%1.0": upstream}, head: debian.over(patches).with("debian/changelog", strings.Replace(changelogFoo, "1.0-2", "3:1.0-2", 1))},
	{name: "gbp_empty_series_gitignore", mode: GBP, head: upstream.over(debian).with("debian/patches/series", "").with(".gitignore", "*.swp\n")},
	{name: "gbp_comment_series_gitignore", mode: GBP, head: upstream.over(debian).with("debian/patches/series", "# none\n").with(".gitignore", "*.swp\n")},
	{name: "gbp_gitignore_moved", mode: GBP, head: unapplied.without(".gitignore").with("src/.gitignore", "*.o\n")},
	{name: "gbp_gitignore_without_newline", mode: GBP, head: unapplied.with(".gitignore", "*.swp")},
	{name: "tarball_older_entries", mode: BareDebianTarball, head: debian.over(patches).with("debian/changelog", changelogFoo+strings.ReplaceAll(strings.Replace(changelogFoo, "1.0-", "0.9-", -1), "2023", "2022"))},
	{name: "tarball_first_patch_does_not_apply", mode: BareDebianTarball, head: debian.over(patches).with("debian/patches/readme.patch", strings.Replace(patchReadme, " one", " eins", 1))},

	{name: "split_linear", mode: Linear, split: true, head: unapplied.over(applied)},
	{name: "split_linear_change", mode: Linear, split: true, head: unapplied.over(applied), changes: []files{unapplied.over(applied).with("main.c", "other\n")}},
	{name: "split_nofix_change", mode: NoFix, split: true, head: unapplied.over(applied), changes: []files{unapplied.over(applied).with("main.c", "other\n")}},
	{name: "split_nocheck", mode: NoCheck, split: true, head: unapplied},
	{name: "split_smash", mode: Smash, split: true, head: unapplied.over(applied), changes: []files{unapplied.over(applied).with("main.c", "other\n")}},
	{name: "split_native", mode: Linear, split: true, head: debian.with("debian/source/format", "3.0 (native)\n").with("debian/changelog", strings.Replace(changelogFoo, "1.0-2", "1.0", 1))},
}

// wantViews returns the commit and the tree of the view of each splitSituation. What dgit 17.0 makes
// of it is the first word of a line: a commit; "fails"; or "none", as no view was asked for. If
// debgit makes something else, that follows.
func wantViews(t *testing.T) map[string]wantView {
	t.Helper()
	data, err := os.ReadFile("testdata/split.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]wantView{}
	for line := range strings.Lines(string(data)) {
		words := strings.Fields(line)
		if len(words) < 2 || len(words) > 3 {
			t.Fatalf("split.txt: line %q", line)
		}
		want[words[0]] = wantView{words[1], words[len(words)-1]}
	}
	return want
}

type wantView struct{ dgit, debgit string }

func TestSplitViews(t *testing.T) {
	want := wantViews(t)
	pin(t)
	for _, s := range splitSituations {
		t.Run(s.name, func(t *testing.T) {
			l := newLayoutLab(t, t.TempDir())
			s.make(l)
			before := l.git("for-each-ref", "refs/heads", "refs/tags") + l.git("status", "--porcelain")
			got, err := s.view(l)
			if got != want[s.name].debgit {
				t.Errorf("view = %s, %v; want %s", got, err, want[s.name].debgit)
			}
			if after := l.git("for-each-ref", "refs/heads", "refs/tags") + l.git("status", "--porcelain"); after != before {
				t.Errorf("afterwards there is\n%s\nbefore there was\n%s", after, before)
			}
			if err == nil && got != "none" {
				s.checkView(l, got)
			}
		})
	}
}

// checkView makes sure that a view is what a source package made of it unpacks to.
func (s *splitSituation) checkView(l *layoutLab, view string) {
	l.t.Helper()
	pkg, err := OpenPackage(l.t.Context(), l.repo, view)
	l.check(err)
	if pkg.Format != FormatQuilt {
		return
	}
	trees, err := OrigTrees(l.t.Context(), pkg, []string{l.dir}, OrigOptions{})
	l.check(err)
	if tree, err := l.repo.Tree(l.t.Context(), pkg.Head); err != nil || trees.Patched != tree {
		l.t.Errorf("the view has the tree %s, %v; but a source package of it unpacks to %s", tree, err, trees.Patched)
	}
}

// view makes the view, and says what it is as the expectations do.
func (s *splitSituation) view(l *layoutLab) (string, error) {
	pkg, err := OpenPackage(l.t.Context(), l.repo, "main")
	l.check(err)
	v, err := MakeView(l.t.Context(), pkg, ViewOptions{Mode: s.mode, Split: s.split, OrigDirs: []string{l.dir}, Upstream: s.upstream})
	switch {
	case err != nil:
		return "fails", err
	case v.Mode == "" || v.Mode == NoCheck:
		return "none", nil
	}
	return v.Commit.String(), nil
}

// TestSplitViewsOfDgit compares with the real dgit, at DEBGIT_DGIT.
func TestSplitViewsOfDgit(t *testing.T) {
	if os.Getenv("DEBGIT_DGIT") == "" {
		t.Skip("the variable DEBGIT_DGIT does not say where dgit is")
	}
	want := wantViews(t)
	pin(t)
	for _, s := range splitSituations {
		t.Run(s.name, func(t *testing.T) {
			l := newLayoutLab(t, t.TempDir())
			s.make(l)
			if got, out := s.dgitView(l); got != want[s.name].dgit {
				t.Errorf("view of dgit = %s, want %s\n%s", got, want[s.name].dgit, out)
			}
		})
	}
}
