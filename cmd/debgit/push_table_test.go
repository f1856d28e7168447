package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"debgit/upload/uploadtest"

	"github.com/google/go-cmp/cmp"
)

// pushSituations are what is pushed, and in what state of things. Each is named as the file in testdata/push
// that has what the real dgit 17.0 leaves.
var pushSituations = []struct {
	name  string
	steps func(w *pushTwin)
}{
	{"native", func(w *pushTwin) {
		w.nativePackage("foo", "1")
		w.step("foo", "push-source") // new
		w.step("foo", "--new", "push-source")
		w.release("2", "unstable")
		w.step("foo", "push-source", "unstable")
		w.release("3", "sid")
		w.step("foo", "push-source", "unstable") // another suite
		w.step("foo", "push-source", "sid")
		w.step("foo", "push-source") // not newer
	}},
	{"native_options", func(w *pushTwin) {
		w.nativePackage("foo", "1:1.0~rc1")
		w.step("foo", "--new", "--no-dep14tag", "-pfoo", "--dsc-control-add=x-dsc=a b", "--ch-control-add=X-Changes=c", "-mMark <mark@example.org>", "push-source")
		w.release("1:1.0", "unstable")
		w.release("1:1.1", "unstable")
		w.step("foo", "-pbar", "push-source") // another package
		w.step("foo", "-v_", "push-source")
		w.release("1:1.2", "unstable")
		w.step("foo", "-v1:1.0", "push-source")
	}},
	{"format_one", func(w *pushTwin) { // which is native if there is no orig
		w.nativePackage("foo", "1-1")
		w.check(os.Remove(filepath.Join(w.work, "foo/debian/source/format")))
		w.commit("No format")
		w.step("foo", "--new", "--dsc-control-add=maintainer=Somebody Else", "push-source") // is there already
		w.step("foo", "--new", "push-source")
	}},
	{"refused", func(w *pushTwin) {
		w.nativePackage("foo", "1")
		w.release("2", "UNRELEASED")
		w.step("foo", "--new", "push-source")
		w.release("3", "unstable")
		w.write(filepath.Join(w.work, "foo"), "file", "not committed\n")
		w.step("foo", "--new", "push-source")
		w.run("foo", "git", "checkout", "-q", "file")
		w.edit("debian/source/local-options", "single-debian-patch\n")
		w.step("foo", "--new", "push-source")
		w.run("foo", "git", "reset", "-q", "--hard", "HEAD~")
		w.step("foo", "--new", "--expect-suite=trixie", "push-source")
		w.step("foo", "--new", "--expect-version=2", "push-source")
		w.run("foo", "git", "tag", "archive/example/3")
		w.step("foo", "--new", "push-source")
	}},
	{"not_forward", func(w *pushTwin) {
		w.inArchive("1")
		w.nativePackage("foo", "2")
		w.step("foo", "push-source")
		w.step("foo", "--trust-changelog", "push-source") // it does not name version 1
		w.step("foo", "--overwrite=3", "push-source")
		w.step("foo", "--overwrite=1", "push-source")
		w.release("3", "unstable")
		w.step("foo", "push-source")
		w.run("foo", "git", "reset", "-q", "--hard", "HEAD~2")
		w.release("4", "unstable")
		w.step("foo", "push-source")
		w.step("foo", "--deliberately-not-fast-forward", "push-source")
	}},
	{"trust_changelog", func(w *pushTwin) {
		w.inArchive("1")
		w.nativePackage("foo", "1")
		w.release("2", "unstable")
		w.step("foo", "--trust-changelog", "push-source")
		w.release("3", "unstable")
		w.step("foo", "--trust-changelog", "push-source") // there is nothing to declare
	}},
	{"trust_on_top", func(w *pushTwin) { // the branch has what the suite has; the changelog, which is trusted, may not
		w.nativePackage("foo", "1")
		w.step("foo", "--new", "--trust-changelog", "push-source")
		w.release("2", "unstable")
		w.step("foo", "--overwrite=3", "push-source")
		w.step("foo", "--overwrite=1", "push-source")
		w.release("3", "unstable")
		w.changelog("foo (2) unstable", "foo (2) UNRELEASED")
		w.step("foo", "--trust-changelog", "push-source")
		w.step("foo", "--split-view=always", "--trust-changelog", "push-source")
		w.changelog("foo (2) UNRELEASED", "foo (2.0) unstable")
		w.step("foo", "--trust-changelog", "push-source")
		w.step("foo", "--trust-changelog", "--deliberately-not-fast-forward", "push-source")
		w.step("foo", "--split-view=always", "--overwrite=1", "push-source")
		w.step("foo", "--split-view=always", "--trust-changelog", "--deliberately-not-fast-forward", "push-source")
	}},
	{"split_native", func(w *pushTwin) {
		w.inArchive("1")
		w.nativePackage("foo", "1")
		w.release("2", "unstable")
		w.step("foo", "--collab-non-dgit", "push-source")
		w.release("3", "unstable")
		w.step("foo", "--split-view=always", "push-source")
		w.release("4", "unstable")
		w.run("foo", "git", "tag", "example/4")
		w.step("foo", "--split-view=always", "push-source")
	}},
	{"dep14", func(w *pushTwin) {
		w.nativePackage("foo", "1")
		w.run("foo", "git", "tag", "-a", "-m", "by hand", "example/1")
		w.step("foo", "--new", "push-source")
		w.release("2", "unstable")
		w.run("foo", "git", "tag", "-a", "-m", "by hand", "example/2", "HEAD~")
		w.step("foo", "push-source")
		w.step("foo", "--dep14tag-reuse=replace-unsuitable", "push-source")
		w.release("3", "unstable")
		w.step("foo", "--dep14tag-reuse=must", "push-source")
	}},
	{"linear", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.edit("src/main.c", "int main = 1;\n")
		w.step("foo", "--new", "push-source")
		w.release("1.0-2", "unstable")
		w.step("foo", "push-source")
	}},
	{"linear_commits", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.changes()
		w.step("foo", "--new", "--quilt=linear", "push-source")
		w.edit("src/more.c", "int more = 2;\n")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=linear", "push-source")
		w.edit("debian/patches/two.patch", "From: P <p@example.org>\nSubject: Two\n\n--- a/file\n+++ b/file\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n")
		w.release("1.0-3", "unstable")
		w.step("foo", "--quilt=linear", "push-source")
	}},
	{"linear_impossible", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.check(os.WriteFile(filepath.Join(w.work, "foo/src/main.c"), []byte("int main = 1;\n"), 0o644))
		w.edit("debian/patches/series", "two.patch\n\n")
		w.step("foo", "--new", "--quilt=linear", "push-source")
		w.step("foo", "--new", "--quilt=try-linear", "push-source")
		w.edit("src/main.c", "int main = 2;\n")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=try-linear", "push-source")
	}},
	{"smash_commits", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.changes()
		w.step("foo", "--new", "--quilt=smash", "push-source")
		w.edit("src/more.c", "int more = 2;\n")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=smash", "push-source")
		w.release("1.0-3", "unstable")
		w.step("foo", "--quilt=smash", "push-source") // there is nothing more
	}},
	{"single_commits", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.changes()
		w.step("foo", "--new", "--quilt=single", "push-source")
		w.edit("src/more.c", "int more = 2;\n")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=single", "push-source")
		w.release("1.0-3", "unstable")
		w.step("foo", "--quilt=linear", "push-source") // which keeps that patch
	}},
	{"single_option", func(w *pushTwin) { // dpkg-source makes the patch
		w.quiltPackage("applied")
		w.edit("debian/source/options", "single-debian-patch\n")
		w.edit("src/main.c", "int main = 1;\n")
		w.step("foo", "--new", "push-source")
	}},
	{"nocheck", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.step("foo", "--new", "--quilt=nocheck", "push-source")
		w.edit("src/main.c", "int main = 1;\n")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=nocheck", "push-source")
	}},
	{"smash", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.edit("src/main.c", "int main = 1;\n")
		w.step("foo", "--new", "--quilt=nofix", "push-source")
		w.step("foo", "--new", "--quilt=smash", "push-source")
	}},
	{"single", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.edit("src/main.c", "int main = 1;\n")
		w.step("foo", "--new", "--quilt=single", "push-source")
	}},
	{"gbp", func(w *pushTwin) {
		w.quiltPackage("unapplied")
		w.edit(".gitignore", "*.o\n")
		w.step("foo", "--new", "push-source")
		w.step("foo", "--new", "--quilt=unapplied", "push-source")
		w.step("foo", "--new", "--gbp", "push-source")
		w.release("1.0-2", "unstable")
		w.step("foo", "--gbp", "push-source") // not forward
		w.step("foo", "--gbp", "--overwrite", "push-source")
	}},
	{"unapplied", func(w *pushTwin) {
		w.quiltPackage("unapplied")
		w.step("foo", "--new", "--quilt=unapplied", "push-source")
	}},
	{"baredebian", func(w *pushTwin) {
		w.quiltPackage("bare")
		w.step("foo", "--new", "--quilt=baredebian", "push-source")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=baredebian", "--trust-changelog", "--upstream-commitish=upstream/1.0", "push-source")
	}},
	{"baredebian_tarball", func(w *pushTwin) {
		w.quiltPackage("bare")
		// dgit 17.0 does not find the view that the same process has made, but that of another one.
		w.step("foo", "--quilt=baredebian+tarball", "quilt-fixup")
		w.step("foo", "--new", "--quilt=baredebian+tarball", "push-source")
		w.release("1.0-2", "unstable")
		w.step("foo", "--quilt=baredebian+tarball", "quilt-fixup")
		w.step("foo", "--quilt=baredebian+tarball", "push-source")
		w.release("1.0-3", "unstable")
		w.step("foo", "--quilt=baredebian+tarball", "quilt-fixup")
		w.step("foo", "--quilt=baredebian+tarball", "--trust-changelog", "push-source")
	}},
	{"dpm", func(w *pushTwin) {
		w.quiltPackage("applied")
		w.step("foo", "--new", "--dpm", "push-source")
	}},
}

// TestPushTable does the same in each situation as the real dgit did, where it is there again with it.
func TestPushTable(t *testing.T) {
	needsPush(t)
	for _, s := range pushSituations {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("../../testdata/push", s.name+".txt")
			w := newPushTwin(t, theDebgit, uploadtest.Options{})
			s.steps(w)
			if path := dgitPath(); path != "" {
				twin := newPushTwin(t, program(path), uploadtest.Options{Dispatch: dispatchPath(t)})
				s.steps(twin)
				if os.Getenv("DEBGIT_RECORD") != "" {
					w.check(os.WriteFile(golden, []byte(twin.log.String()), 0o666))
				}
				compareLines(t, "dgit uploads", twin.uploads.String(), w.uploads.String())
				compareLines(t, "dgit leaves", twin.log.String(), w.log.String())
			}
			want, err := os.ReadFile(golden)
			w.check(err)
			compareLines(t, golden+" has", string(want), w.log.String())
		})
	}
}

func compareLines(t *testing.T, what, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("debgit does not do what %s, -want +got:\n%s", what, diff)
	}
}
