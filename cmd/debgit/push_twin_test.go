package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/upload/uploadtest"
)

// A pushTwin is one of two worlds in which the same steps are done, by debgit in one and by the
// real dgit in the other. What it logs has to be the same, but for signatures and what compression
// makes of a tarball.
type pushTwin struct {
	*pushWorld
	tool    program
	log     strings.Builder
	uploads strings.Builder // the whole control files, which depend on the version of dpkg
}

func newPushTwin(t *testing.T, tool program, opts uploadtest.Options) *pushTwin {
	return &pushTwin{pushWorld: newPushWorld(t, opts), tool: tool}
}

// step runs the tool in a repository, and logs what it leaves there, on the git server and in the queue.
func (w *pushTwin) step(dir string, args ...string) string {
	w.t.Helper()
	all := args
	if w.tool != theDebgit {
		all = append([]string{"-cdgit-distro.example.upload-host=queue"}, args...)
	}
	out, err := w.try(dir, string(w.tool), all...)
	fmt.Fprintf(&w.log, "== %s\n", strings.Join(args, " "))
	if err != nil {
		w.log.WriteString("refused\n")
	}
	w.logRefs(filepath.Join(w.work, dir), "refs/heads", "refs/remotes", "refs/tags")
	server := filepath.Join(w.Repos, "foo.git")
	if _, statErr := os.Stat(server); statErr == nil {
		w.log.WriteString("-- server\n")
		w.logRefs(server, "refs/dgit", "refs/tags")
		fmt.Fprintf(&w.log, "refs/dgit/sid\n%s", indented(w.run("", "git", "-C", server, "cat-file", "commit", "refs/dgit/sid")))
		if diff := w.run("", "git", "-C", server, "diff-tree", "-p", "--no-color", "--no-commit-id", "refs/dgit/sid", "--", "debian/patches"); diff != "" {
			w.log.WriteString(indented(diff))
		}
	}
	uploads, globErr := filepath.Glob(filepath.Join(w.Queue, "*.changes"))
	w.check(globErr)
	for _, path := range uploads {
		w.logControl(path)
		w.logControl(strings.Replace(path, "_source.changes", ".dsc", 1))
	}
	w.check(w.Accept())
	return out
}

// logRefs logs the refs of a repository below some prefixes: of tags what is signed.
func (w *pushTwin) logRefs(repo string, prefixes ...string) {
	w.t.Helper()
	args := append([]string{"-C", repo, "for-each-ref", "--format=%(objecttype) %(objectname) %(refname)"}, prefixes...)
	for line := range strings.Lines(w.run("", "git", args...) + "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) != 3 || strings.HasPrefix(words[2], "refs/remotes/debgit/"):
		case words[0] == "tag":
			text, _, _ := strings.Cut(w.run("", "git", "-C", repo, "cat-file", "tag", words[1]), "-----BEGIN PGP SIGNATURE")
			fmt.Fprintf(&w.log, "%s\n%s", words[2], indented(tagObject.ReplaceAllString(text, "${1}ID]")))
		default:
			fmt.Fprintf(&w.log, "%s %s\n", words[2], words[1])
		}
	}
}

var (
	// tagObject is the item of a tag that names another one, which is signed.
	tagObject = regexp.MustCompile(`(split-maint-view-tag=|previously:tags/[^=]+=)[0-9a-f]+\]`)
	// listedFile is a line of a list of files, with a digest and size that depend on the compression.
	listedFile = regexp.MustCompile(`(?m)^ [0-9a-f]{32,64} [0-9]+ `)
)

// logControl logs a signed .dsc or .changes.
func (w *pushTwin) logControl(path string) {
	w.t.Helper()
	data, err := os.ReadFile(path)
	w.check(err)
	text, signed, err := dsc.ClearsignedText(path, data)
	w.check(err)
	fmt.Fprintf(&w.uploads, "%s, signed %v\n%s", filepath.Base(path), signed, listedFile.ReplaceAllString(string(text), " DIGEST SIZE "))
	p, err := dsc.ParseParagraph(path, text)
	w.check(err)
	var shown dsc.Paragraph
	for _, name := range []string{"Format", "Source", "Version", "Distribution", "Maintainer", "Changed-By", "Changes", "X-Dsc", "X-Changes", "Files", "Dgit"} {
		if f, ok := p.Field(name); ok {
			shown = append(shown, f)
		}
	}
	fmt.Fprintf(&w.log, "-- %s, signed %v\n%s", filepath.Base(path), signed, indented(listedFile.ReplaceAllString(shown.String(), " DIGEST SIZE ")))
}

func indented(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ") + "\n"
}

// quiltPackage makes the orig tarball of foo 1.0 and a repository whose branch has upstream's
// files, debian/ and, unless bare, one patch, applied or not. The commit before the branch is upstream's, with tag
// upstream/1.0.
func (w *pushTwin) quiltPackage(layout string) {
	w.t.Helper()
	orig := &dsctest.Package{Format: "3.0 (quilt)", Source: "foo", Version: "1.0-0", Files: []dsctest.File{
		{Name: "foo_1.0.orig.tar.gz", Entries: []dsctest.Entry{{Name: "foo-1.0/file", Content: "one\ntwo\nthree\n"}, {Name: "foo-1.0/src/main.c", Content: "int main;\n"}}},
		{Name: "foo_1.0-0.debian.tar.gz", Entries: []dsctest.Entry{{Name: "debian/source/format", Content: "3.0 (quilt)\n"}}},
	}}
	built, err := orig.Build()
	w.check(err)
	for _, f := range built.Files {
		if strings.Contains(f.Name, ".orig.") {
			w.check(os.WriteFile(filepath.Join(w.work, f.Name), f.Data, 0o666))
		}
	}
	top := filepath.Join(w.work, "foo")
	w.check(os.MkdirAll(top, 0o777))
	w.run("foo", "git", "init", "-q")
	w.write(top, "file", "one\ntwo\nthree\n")
	w.write(top, "src/main.c", "int main;\n")
	w.check(os.Chmod(filepath.Join(top, "file"), 0o644))
	w.check(os.Chmod(filepath.Join(top, "src/main.c"), 0o644))
	w.commit("Upstream 1.0")
	w.run("foo", "git", "tag", "upstream/1.0")
	w.nativePackage("foo", "1.0-1")
	w.write(top, "debian/source/format", "3.0 (quilt)\n")
	w.write(top, "debian/patches/series", "two.patch\n")
	w.write(top, "debian/patches/two.patch", "From: P <p@example.org>\nDate: Mon, 01 Jan 2024 00:00:00 +0000\nSubject: Two\n\n--- a/file\n+++ b/file\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n")
	content := map[string]string{"applied": "one\nTWO\nthree\n", "unapplied": "one\ntwo\nthree\n", "bare": ""}[layout]
	w.check(os.WriteFile(filepath.Join(top, "file"), []byte(content), 0o644))
	if layout == "bare" {
		w.run("foo", "git", "rm", "-rqf", "file", "src")
	}
	w.commit("Packaging")
}

// commit commits all that is in the work tree of foo.
func (w *pushTwin) commit(message string) {
	w.t.Helper()
	w.run("foo", "git", "add", "--all")
	w.run("foo", "git", "commit", "-q", "--allow-empty", "-m", message)
}

// edit commits a file of foo with that content.
func (w *pushTwin) edit(path, content string) {
	w.t.Helper()
	path = filepath.Join(w.work, "foo", path)
	w.check(os.MkdirAll(filepath.Dir(path), 0o777))
	w.check(os.WriteFile(path, []byte(content), 0o644))
	w.commit("Edit " + filepath.Base(path))
}

// changes commits changes of upstream's files of all kinds, by several people, one of them with a name for its patch, and
// some of them beside others, which are merged.
func (w *pushTwin) changes() {
	w.t.Helper()
	top := filepath.Join(w.work, "foo")
	w.edit("src/main.c", "int main = 1;\n")
	w.check(os.WriteFile(filepath.Join(top, "script"), []byte("#!/bin/sh\n"), 0o755))
	w.run("foo", "git", "add", "--all")
	w.run("foo", "git", "commit", "-q", "--author=Éva Other <eva@example.org>", "-m", "A script: for all,\nand for everybody\n\nGbp-Pq: Topic new\nGbp-Pq: Name script.diff")
	w.run("foo", "git", "checkout", "-q", "-b", "side", "HEAD~")
	w.edit("debian/rules", "#!/usr/bin/make -f\n# by the side\n%:\n\ttrue\n")
	w.run("foo", "git", "checkout", "-q", "main")
	w.run("foo", "git", "merge", "-q", "--no-edit", "side")
	w.check(os.Remove(filepath.Join(top, "file")))
	w.commit("Remove a file.")
	w.edit("src/more.c", "int more = 1;\n")
}

// release commits a new entry of debian/changelog.
func (w *pushTwin) release(version, suite string) {
	w.t.Helper()
	name := filepath.Join(w.work, "foo/debian/changelog")
	old, err := os.ReadFile(name)
	w.check(err)
	w.check(os.WriteFile(name, []byte(fmt.Sprintf("foo (%s) %s; urgency=medium\n\n  * Version %s.\n\n -- Ann Author <ann@example.org>  Wed, 03 Jan 2024 03:04:05 +0530\n\n", version, suite, version)+string(old)), 0o755))
	w.commit("Release " + version)
}

// changelog commits debian/changelog with other text in the place of some.
func (w *pushTwin) changelog(old, text string) {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.work, "foo/debian/changelog"))
	w.check(err)
	w.edit("debian/changelog", strings.Replace(string(data), old, text, 1))
}

// inArchive puts a native version of foo into the archive, that nobody pushed.
func (w *pushTwin) inArchive(version string) {
	w.t.Helper()
	p := &dsctest.Package{Format: "3.0 (native)", Source: "foo", Version: version, Files: []dsctest.File{{Name: "foo_" + version + ".tar.gz", Entries: []dsctest.Entry{
		{Name: "foo/debian/changelog", Content: fmt.Sprintf("foo (%s) unstable; urgency=medium\n\n  * Other.\n\n -- Olga Other <olga@example.org>  Mon, 01 Jan 2024 03:04:05 +0530\n", version)},
		{Name: "foo/debian/control", Content: "Source: foo\nSection: misc\nPriority: optional\nMaintainer: Ann Author <ann@example.org>\n\nPackage: foo\nArchitecture: all\nDescription: x\n"},
		{Name: "foo/debian/source/format", Content: "3.0 (native)\n"},
	}}}}
	path, err := p.Write(filepath.Join(w.Dir, "other", version))
	w.check(err)
	w.check(w.Publish(path))
}
