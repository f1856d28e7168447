package upload

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"debgit/dsc"
	"debgit/gitmap"
)

// needTools skips a test where a program of dpkg-dev is missing.
func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
}

const testControl = `Source: doorbell
Section: misc
Priority: optional
Maintainer: T <t@example.org>
Standards-Version: 4.6.2

Package: doorbell
Architecture: all
Description: ring
 ring.
`

const testRules = `#!/usr/bin/make -f
clean:
	rm -rf debian/tmp debian/files
build build-arch build-indep binary-arch:
binary binary-indep:
	mkdir -p debian/tmp/DEBIAN
	dpkg-gencontrol
	dpkg-deb --root-owner-group -b debian/tmp ..
`

const testPatch = `From: T <t@example.org>
Subject: Ring twice

--- a/src/bell.c
+++ b/src/bell.c
@@ -1 +1 @@
-ring();
+ring(); ring();
`

// A lab is a repository with a source package at HEAD, and a directory beside it.
type lab struct {
	*Package
	dir string // that has the work tree and the orig tarball
}

// newLab makes a source package of a format from upstream's files and those that the commit has,
// over upstream's. A file "" is taken away.
func newLab(t *testing.T, format string, upstream, files map[string]string) *lab {
	t.Helper()
	needTools(t, "dpkg-source", "dpkg-genchanges")
	l := &lab{dir: t.TempDir()}
	work := filepath.Join(l.dir, "w")
	all := map[string]string{
		"debian/changelog": testChangelog, "debian/control": testControl, "debian/rules": testRules,
	}
	if format != "" {
		all["debian/source/format"] = format + "\n"
	}
	if format == FormatNative {
		all["debian/changelog"] = strings.ReplaceAll(testChangelog, "1.2-", "1.2.")
	} else {
		writeFiles(t, filepath.Join(l.dir, "doorbell-1.2"), upstream)
		tar := exec.Command("tar", "-C", l.dir, "-czf", filepath.Join(l.dir, "doorbell_1.2.orig.tar.gz"), "doorbell-1.2")
		if out, err := tar.CombinedOutput(); err != nil {
			t.Fatalf("tar: %v: %s", err, out)
		}
	}
	maps.Copy(all, upstream)
	maps.Copy(all, files)
	writeFiles(t, work, all)
	git(t, work, "init", "-q")
	l.commit(t)
	return l
}

// commit commits the work tree, and opens the package that it is.
func (l *lab) commit(t *testing.T) {
	t.Helper()
	work := filepath.Join(l.dir, "w")
	git(t, work, "add", "--force", "--all")
	git(t, work, "update-index", "--chmod=+x", "debian/rules")
	git(t, work, "commit", "-q", "-m", "test")
	repo, err := gitmap.Open(context.Background(), work)
	if err != nil {
		t.Fatal(err)
	}
	if l.Package, err = OpenPackage(context.Background(), repo, "HEAD"); err != nil {
		t.Fatal(err)
	}
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if content == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		mode := fs.FileMode(0o666)
		if name == "debian/rules" {
			mode = 0o777
		}
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
}

func (l *lab) options() BuildOptions {
	return BuildOptions{OrigDirs: []string{l.dir}, Since: "1:1.1-1", DgitField: "0123 debian archive/debian/1%1.2-3 https://git.example.org/"}
}

var quiltFiles = map[string]string{
	"debian/patches/series": "twice\n", "debian/patches/twice": testPatch, "src/bell.c": "ring(); ring();\n",
}

var upstreamFiles = map[string]string{"src/bell.c": "ring();\n", "src/other.c": "other\n", "README": "read\n"}

// TestBuildSource builds each format, and looks at what came of it.
func TestBuildSource(t *testing.T) {
	quiltMade := []string{"doorbell_1.2-3.debian.tar.xz", "doorbell_1.2-3.dsc", "doorbell_1.2-3_source.changes"}
	binary := maps.Clone(quiltFiles)
	binary["debian/source/include-binaries"], binary["logo"] = "logo\n", "\x00\n"
	for _, tt := range []struct {
		name, format string
		files        map[string]string
		want         []string
		short        bool // dpkg-source is given what patches change alone
	}{
		{"quilt", FormatQuilt, quiltFiles, quiltMade, true},
		{"no patch", FormatQuilt, nil, quiltMade, true},
		{"binary", FormatQuilt, binary, quiltMade, false},
		{"native", FormatNative, nil, []string{"doorbell_1.2.3.tar.xz", "doorbell_1.2.3.dsc", "doorbell_1.2.3_source.changes"}, false},
		{"old", "", map[string]string{"src/bell.c": "ring(); ring();\n"}, []string{"doorbell_1.2-3.diff.gz", "doorbell_1.2-3.dsc", "doorbell_1.2-3_source.changes"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := context.Background()
			l := newLab(t, tt.format, upstreamFiles, tt.files)
			before := git(t, filepath.Join(l.dir, "w"), "status", "--porcelain", "--ignored")
			built, err := BuildSource(ctx, l.Package, l.Head, l.options())
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(built.Files, tt.want) {
				t.Errorf("BuildSource made %q, want %q", built.Files, tt.want)
			}
			if built.Proven != tt.short {
				t.Errorf("proven: %v, want %v", built.Proven, tt.short)
			}
			if err := Correspond(ctx, l.Package, built.Dsc, l.Head, CorrespondOptions{}); err != nil {
				t.Errorf("Correspond = %v", err)
			}
			checkControl(t, l, built)
			products := t.TempDir()
			if err := built.PutInto(products); err != nil {
				t.Fatal(err)
			}
			if _, err := dsc.OpenLocal(filepath.Join(products, filepath.Base(built.Dsc)), dsc.LocalOptions{}); err != nil {
				t.Errorf("the files do not fit together: %v", err)
			}
			if err := built.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(built.Dir); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is left: %v", built.Dir, err)
			}
			if after := git(t, filepath.Join(l.dir, "w"), "status", "--porcelain", "--ignored"); after != before {
				t.Errorf("the work tree is now %q", after)
			}
		})
	}
}

// checkControl looks at the fields of the .dsc and the .changes.
func checkControl(t *testing.T, l *lab, built *Built) {
	t.Helper()
	data, err := os.ReadFile(built.Dsc)
	if err != nil {
		t.Fatal(err)
	}
	source, err := dsc.Parse("dsc", data)
	if err != nil {
		t.Fatal(err)
	}
	if want := l.options().DgitField; source.DgitRef != want || !strings.HasSuffix(string(data), "\nDgit: "+want+"\n") {
		t.Errorf("the .dsc has Dgit: %s, want it last, as %s", source.DgitRef, want)
	}
	if data, err = os.ReadFile(built.Changes); err != nil {
		t.Fatal(err)
	}
	changes, err := dsc.ParseChanges("changes", data)
	if err != nil {
		t.Fatal(err)
	}
	if changes.ID != l.ID || !changes.IsSourceOnly() || !strings.Contains(changes.Fields.Value("Changes"), "Knock.") {
		t.Errorf("the .changes is\n%s", data)
	}
}

// TestBuildSourceAsWhole compares the short way of a 3.0 (quilt) package with what dpkg-source
// makes of all there is.
func TestBuildSourceAsWhole(t *testing.T) {
	ctx := context.Background()
	l := newLab(t, FormatQuilt, upstreamFiles, quiltFiles)
	for _, orig := range []string{"doorbell_1.2.orig-extra.tar.gz", "doorbell_1.2.orig.tar.gz.asc"} {
		data, err := os.ReadFile(filepath.Join(l.dir, "doorbell_1.2.orig.tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(l.dir, orig), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	writeFiles(t, filepath.Join(l.dir, "w/extra"), upstreamFiles)
	l.commit(t)
	files := map[bool]map[string]string{}
	for _, whole := range []bool{false, true} {
		opts := l.options()
		built, err := build(l.Package, opts, func(b *builder) error {
			tree, err := l.Repo.Tree(ctx, l.Head)
			if err == nil {
				err = b.findOrigs()
			}
			if err == nil && whole {
				err = b.fromWhole(ctx, tree)
			} else if err == nil {
				err = b.fromCommit(ctx, l.Head, tree)
			}
			if err != nil {
				return err
			}
			return b.finish(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		if built.Proven == whole {
			t.Errorf("proven: %v, as a whole: %v", built.Proven, whole)
		}
		files[whole] = map[string]string{}
		for _, name := range built.Files {
			data, err := os.ReadFile(filepath.Join(built.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			files[whole][name] = string(data)
		}
		if err := built.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range files[true] {
		if got := files[false][name]; got != want {
			t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestBuildSourceRefuses leaves nothing behind where a build fails.
func TestBuildSourceRefuses(t *testing.T) {
	ctx := context.Background()
	l := newLab(t, FormatQuilt, upstreamFiles, quiltFiles)
	place := filepath.Join(l.Repo.GitDir(), "debgit/build")
	t.Run("tree and patches disagree", func(t *testing.T) {
		l := newLab(t, FormatQuilt, upstreamFiles, map[string]string{"src/bell.c": "other();\n"})
		_, err := BuildSource(ctx, l.Package, l.Head, l.options())
		var failed *ToolError
		if !errors.As(err, &failed) || !strings.Contains(failed.Said, "src/bell.c") {
			t.Errorf("BuildSource = %v, want a ToolError with what dpkg-source says", err)
		}
		if _, err := os.Stat(filepath.Join(l.Repo.GitDir(), "debgit/build")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the private directory is left: %v", err)
		}
	})
	t.Run("no orig", func(t *testing.T) {
		opts := l.options()
		opts.OrigDirs = []string{t.TempDir()}
		var none *dsc.NoOrigError
		if _, err := BuildSource(ctx, l.Package, l.Head, opts); !errors.As(err, &none) {
			t.Errorf("BuildSource = %v, want a NoOrigError", err)
		}
	})
	t.Run("no such program", func(t *testing.T) {
		opts := l.options()
		opts.Programs.SetCommand("dpkg-source", "/nonexistent/dpkg-source")
		var failed *ToolError
		if _, err := BuildSource(ctx, l.Package, l.Head, opts); !errors.As(err, &failed) || failed.Program != "/nonexistent/dpkg-source" {
			t.Errorf("BuildSource = %v, want a ToolError", err)
		}
	})
	t.Run("temporary files stay inside", func(t *testing.T) {
		tmp, program := t.TempDir(), filepath.Join(t.TempDir(), "leaves-a-file")
		t.Setenv("TMPDIR", tmp)
		if err := os.WriteFile(program, []byte("#!/bin/sh\nmktemp -t left.XXXXXX && exit 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		opts := l.options()
		opts.Programs.SetCommand("dpkg-source", program)
		var failed *ToolError
		if _, err := BuildSource(ctx, l.Package, l.Head, opts); !errors.As(err, &failed) || !strings.Contains(failed.Said, place+"/left.") {
			t.Errorf("BuildSource = %v, want a ToolError and a file in %s", err, place)
		}
		if left, err := os.ReadDir(tmp); len(left) > 0 || err != nil {
			t.Errorf("%s has %v, %v", tmp, left, err)
		}
	})
	t.Run("interrupted", func(t *testing.T) {
		ctx, cancel := context.WithCancel(ctx)
		program := filepath.Join(t.TempDir(), "waits")
		if err := os.WriteFile(program, []byte("#!/bin/sh\nexec sleep infinity\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		opts := l.options()
		opts.Programs.SetCommand("dpkg-genchanges", program)
		go func() {
			for {
				if _, err := os.Stat(filepath.Join(place, "doorbell_1.2-3_source.changes")); err == nil {
					cancel()
					return
				}
				time.Sleep(time.Millisecond)
			}
		}()
		if _, err := BuildSource(ctx, l.Package, l.Head, opts); !errors.Is(err, context.Canceled) {
			t.Errorf("BuildSource = %v, want context.Canceled", err)
		}
		if _, err := os.Stat(place); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the private directory is left: %v", err)
		}
	})
	t.Run("busy, then left behind", func(t *testing.T) {
		built, err := BuildSource(ctx, l.Package, l.Head, l.options())
		if err != nil {
			t.Fatal(err)
		}
		var busy *BusyError
		if _, err := BuildSource(ctx, l.Package, l.Head, l.options()); !errors.As(err, &busy) {
			t.Errorf("a second BuildSource = %v, want a BusyError", err)
		}
		built.place.lock.Close() // as if it was killed
		if err := os.Chmod(built.Dir, 0o500); err != nil {
			t.Fatal(err)
		}
		again, err := BuildSource(ctx, l.Package, l.Head, l.options())
		if err != nil {
			t.Fatal(err)
		}
		again.Close()
	})
}

// TestCorrespond has differences of each kind, and their causes.
func TestCorrespond(t *testing.T) {
	ctx := context.Background()
	for _, tt := range []struct {
		name, format string
		options      string                          // debian/source/options
		change       func(t *testing.T, work string) // of the commit that is compared, not of the one that is built
		want         []Difference
	}{
		{"equal", FormatQuilt, "", nil, nil},
		{"executable", FormatQuilt, "", func(t *testing.T, work string) {
			git(t, work, "update-index", "--chmod=+x", "src/other.c")
		}, []Difference{{"src/other.c", "not executable in the source package", "a patch does not change that; set it in debian/rules"}}},
		{"removed", FormatOld, "", func(t *testing.T, work string) {
			git(t, work, "rm", "-q", "README")
		}, []Difference{{"README", "in the source package, but not in the commit", "it is in the orig tarball, and a diff of format 1.0 removes no file; remove it in debian/rules"}}},
		{"empty file and link", FormatOld, "", func(t *testing.T, work string) {
			if err := os.WriteFile(filepath.Join(work, "empty"), nil, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("README", filepath.Join(work, "link")); err != nil {
				t.Fatal(err)
			}
			git(t, work, "add", "empty", "link")
		}, []Difference{
			{"empty", "not in the source package", "a diff of format 1.0 makes no empty file"},
			{"link", "not in the source package", "a diff of format 1.0 makes no symbolic link"},
		}},
		{"left out", FormatNative, "tar-ignore\ntar-ignore=\"doc/*.x\"\n", func(t *testing.T, work string) {
			writeFiles(t, work, map[string]string{".gitignore": "*.o\n", "sub/doc/a.x": "x\n", "plain": "p\n"})
			git(t, work, "add", "-A")
		}, []Difference{
			{".gitignore", "not in the source package", "tar-ignore in debian/source/options leaves out .gitignore"},
			{"plain", "not in the source package", ""},
			{"sub/doc/a.x", "not in the source package", "tar-ignore in debian/source/options leaves out doc/*.x"},
		}},
		{"passed over, binary, and a submodule", FormatQuilt, "extend-diff-ignore=\"^README$\"\n", func(t *testing.T, work string) {
			writeFiles(t, work, map[string]string{"README": "other\n", "src/other.c": "\x00\n"})
			git(t, work, "add", "-A")
			git(t, work, "update-index", "--add", "--cacheinfo", "160000,0123456789012345678901234567890123456789,sub")
		}, []Difference{
			{"README", "has other content in the source package", "extend-diff-ignore in debian/source/options passes over changes to ^README$"},
			{"src/other.c", "has other content in the source package", "it is binary, which no patch can change; name it in debian/source/include-binaries"},
			{"sub", "not in the source package", "a submodule is not part of a commit: add its files instead"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{"debian/source/options": tt.options}
			format := tt.format
			if format == FormatQuilt {
				maps.Copy(files, quiltFiles)
			}
			l := newLab(t, format, upstreamFiles, files)
			built, err := BuildSource(ctx, l.Package, l.Head, l.options())
			if err != nil {
				t.Fatal(err)
			}
			defer built.Close()
			work := filepath.Join(l.dir, "w")
			if tt.change != nil {
				tt.change(t, work)
				git(t, work, "commit", "-q", "-m", "change")
			}
			head, _, err := l.Repo.Commit(ctx, "HEAD")
			if err != nil {
				t.Fatal(err)
			}
			err = Correspond(ctx, l.Package, built.Dsc, head, CorrespondOptions{})
			var differs *CorrespondenceError
			if errors.As(err, &differs) != (tt.want != nil) {
				t.Fatalf("Correspond = %v", err)
			}
			if differs == nil {
				return
			}
			if !slices.Equal(differs.Differences, tt.want) {
				t.Errorf("differences\n%q\nwant\n%q", differs.Differences, tt.want)
			}
			git(t, work, "diff", "--stat", differs.Tree.String(), "HEAD") // works
		})
	}
}

func TestSetField(t *testing.T) {
	const text = "Source: a\nTests: x, \nList:\n one\n two\nLast: z\n"
	for _, tt := range []struct {
		field dsc.Field
		want  string
	}{
		{dsc.Field{Name: "New", Value: "n"}, text + "New: n\n"},
		{dsc.Field{Name: "list", Value: "\n three"}, "Source: a\nTests: x, \nlist:\n three\nLast: z\n"},
		{dsc.Field{Name: "Last", Value: "y"}, "Source: a\nTests: x, \nList:\n one\n two\nLast: y\n"},
	} {
		if got := setField(text, tt.field); got != tt.want {
			t.Errorf("setField(%v) = %q, want %q", tt.field, got, tt.want)
		}
	}
}

func TestCapitalField(t *testing.T) {
	for name, want := range map[string]string{"foo-bar": "Foo-Bar", "X-DSC": "X-Dsc", "Dgit": "Dgit", "a--b": "A--B"} {
		if got := capitalField(name); got != want {
			t.Errorf("capitalField(%q) = %q, want %q", name, got, want)
		}
	}
}
