package upload

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

// standIn is a program that notes how it was run, and does what a script says.
func standIn(t *testing.T, script string) (path, notes string) {
	t.Helper()
	dir := t.TempDir()
	path, notes = filepath.Join(dir, "tool"), filepath.Join(dir, "notes")
	text := "#!/bin/sh\nset -e\nfor w; do echo \"$w\"; done >" + notes + "\n" + script + "\n"
	if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
	return path, notes
}

func notesOf(t *testing.T, notes, place string) []string {
	t.Helper()
	data, err := os.ReadFile(notes)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(data), place, "PLACE"), "\n"), "\n")
}

// fakeBinaries makes a binary package without content, and its .changes, in the working directory.
const fakeBinaries = `echo deb >doorbell_1.2-3_all.deb
echo log >doorbell_1.2-3_amd64.build
sum() { "$1" doorbell_1.2-3_all.deb | cut -d" " -f1; }
cat >doorbell_1.2-3_amd64.changes <<END
Format: 1.8
Date: Mon, 02 Jan 2023 10:00:00 +0000
Source: doorbell
Binary: doorbell
Architecture: all
Version: 1:1.2-3
Distribution: unstable
Urgency: medium
Maintainer: T <t@example.org>
Changed-By: T <t@example.org>
Description:
 doorbell - ring
Changes:
 doorbell (1:1.2-3) unstable; urgency=medium
 .
   * Ring.
Checksums-Sha1:
 $(sum sha1sum) 4 doorbell_1.2-3_all.deb
Checksums-Sha256:
 $(sum sha256sum) 4 doorbell_1.2-3_all.deb
Files:
 $(sum md5sum) 4 misc optional doorbell_1.2-3_all.deb
END
`

var sourceFiles = []string{"doorbell_1.2-3.debian.tar.xz", "doorbell_1.2-3.dsc"}

// multiFiles are what a build of source and binary packages makes.
var multiFiles = slices.Concat(sourceFiles, []string{
	"doorbell_1.2-3_all.deb", "doorbell_1.2-3_amd64.build",
	"doorbell_1.2-3_source.changes.inmulti", "doorbell_1.2-3_amd64.changes.inmulti", "doorbell_1.2-3_multi.changes",
})

// TestBuildBinaries looks at how the programs are run, and at what becomes of what they make.
func TestBuildBinaries(t *testing.T) {
	needTools(t, "mergechanges")
	const maintainer = "A B <a@example.org>"
	dpkg := []string{"-i(?:^|/)\\.git(?:/|$)", "-I.git"}
	for _, tt := range []struct {
		tool   BinaryTool
		script string
		job    Job
		want   []string
		files  []string
	}{
		{
			Sbuild, fakeBinaries, Job{},
			[]string{"--no-source", "--no-source-only-changes", "-d", "sid", "--build-dir", "PLACE", "-A", "doorbell_1.2-3.dsc"},
			multiFiles,
		},
		{
			Cowbuilder, fakeBinaries, Job{},
			[]string{
				"build", "--no-source-only-changes", "--debbuildopts", "-us -uc '-m" + maintainer + "' -v1:1.1-1 -A -nc -b",
				"--buildresult", "PLACE", "--distribution", "sid", "doorbell_1.2-3.dsc",
			},
			multiFiles,
		},
		{
			DpkgBuildpackage, "cd ..\n" + fakeBinaries, Job{NoSource: true},
			slices.Concat(dpkg, []string{"-us", "-uc", "-m" + maintainer, "-v1:1.1-1", "-A", "-nc", "-b"}),
			[]string{"doorbell_1.2-3_all.deb", "doorbell_1.2-3_amd64.build", "doorbell_1.2-3_amd64.changes"},
		},
		{
			GbpBuildpackage, "", Job{},
			[]string{
				"-us", "-uc", "--git-no-sign-tags", `--git-builder=dpkg-buildpackage '-i(?:^|/)\.git(?:/|$)' -I.git -nc -b`, "--git-cleaner=true",
				"--git-export-dir=PLACE", "--git-tarball-dir=ORIGS", "--git-ignore-branch", "--git-export=HEAD", "-A", "-m" + maintainer, "-v1:1.1-1",
			},
			append(slices.Clone(sourceFiles), "doorbell_1.2-3_source.changes"),
		},
	} {
		t.Run(string(tt.tool), func(t *testing.T) {
			l := newLab(t, FormatQuilt, upstreamFiles, quiltFiles)
			program, notes := standIn(t, tt.script)
			opts := l.options()
			opts.Maintainer = maintainer
			opts.Programs.SetCommand(string(tt.tool), program)
			tt.job.View = l.Head
			tt.job.Binaries = &Binaries{Tool: tt.tool, Suite: "sid", Args: []string{"-A"}}
			built, err := Build(context.Background(), l.Package, tt.job, opts)
			if err != nil {
				t.Fatal(err)
			}
			defer built.Close()
			for i, word := range tt.want {
				tt.want[i] = strings.ReplaceAll(word, "ORIGS", l.dir)
			}
			if got := notesOf(t, notes, built.Dir); !slices.Equal(got, tt.want) {
				t.Errorf("%s was run with\n%q\nwant\n%q", tt.tool, got, tt.want)
			}
			if !slices.Equal(built.Files, tt.files) {
				t.Errorf("files\n%q\nwant\n%q", built.Files, tt.files)
			}
			if filepath.Base(built.Changes) != tt.files[len(tt.files)-1] {
				t.Errorf("the .changes is %s", built.Changes)
			}
			products := t.TempDir()
			if err := built.PutInto(products); err != nil {
				t.Fatal(err)
			}
			checkUpload(t, filepath.Join(products, filepath.Base(built.Changes)))
		})
	}
}

// checkUpload checks that all files of an upload are there as its .changes says.
func checkUpload(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	changes, err := dsc.ParseChanges(filepath.Base(path), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range changes.Files {
		f, err := os.Open(filepath.Join(filepath.Dir(path), file.Name))
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Verify(f); err != nil {
			t.Error(err)
		}
		f.Close()
	}
}

// TestBuildBinariesFails keeps the log of a build that failed, and nothing else.
func TestBuildBinariesFails(t *testing.T) {
	l := newLab(t, FormatQuilt, upstreamFiles, quiltFiles)
	logs := t.TempDir()
	for _, tt := range []struct {
		script string
		is     func(error) bool
		logs   int
	}{
		{"echo no >doorbell_1.2-3_amd64.build; exit 3", func(err error) bool { return errors.As(err, new(*ToolError)) }, 1},
		{"true", func(err error) bool { return errors.As(err, new(*NoBinariesError)) }, 1},
	} {
		program, _ := standIn(t, tt.script)
		opts := l.options()
		opts.Programs.SetCommand("sbuild", program)
		_, err := Build(context.Background(), l.Package, Job{View: l.Head, Binaries: &Binaries{Tool: Sbuild, Suite: "sid", LogDir: logs}}, opts)
		if !tt.is(err) {
			t.Errorf("%s: Build = %v", tt.script, err)
		}
		if entries, err := os.ReadDir(logs); err != nil || len(entries) != tt.logs {
			t.Errorf("%s: kept %v, %v; want %d logs", tt.script, entries, err, tt.logs)
		}
	}
}

// TestBuildReally builds with dpkg-buildpackage from a commit, and from a work tree with changes.
func TestBuildReally(t *testing.T) {
	needTools(t, "dpkg-buildpackage", "dpkg-deb", "mergechanges", "make")
	l := newLab(t, FormatQuilt, upstreamFiles, quiltFiles)
	work := filepath.Join(l.dir, "w")
	dirty := map[string]string{"debian/new": "new\n", "debian/control": strings.Replace(testControl, "Priority: optional", "Priority: extra", 1)}
	writeFiles(t, work, dirty)
	before := git(t, work, "status", "--porcelain", "--ignored")
	for _, fromTree := range []bool{false, true} {
		opts := l.options()
		opts.Programs.Options = map[string][]string{"dpkg-buildpackage": {"-d"}}
		job := Job{View: l.Head, Clean: CleanDpkgD, Binaries: &Binaries{Tool: DpkgBuildpackage}}
		if fromTree {
			job.View, job.Clean = gitmap.CommitID{}, CleanDpkgDNoCheck
		}
		built, err := Build(context.Background(), l.Package, job, opts)
		if err != nil {
			t.Fatal(err)
		}
		products := t.TempDir()
		if err := built.PutInto(products); err != nil {
			t.Fatal(err)
		}
		built.Close()
		if filepath.Base(built.Changes) != "doorbell_1.2-3_multi.changes" {
			t.Errorf("the .changes is %s", built.Changes)
		}
		checkUpload(t, filepath.Join(products, filepath.Base(built.Changes)))
		if !slices.Contains(built.Files, "doorbell_1.2-3_all.deb") {
			t.Errorf("files %q have no .deb", built.Files)
		}
		data, err := os.ReadFile(filepath.Join(products, "doorbell_1.2-3.dsc"))
		if err != nil || strings.Contains(string(data), "misc extra") != fromTree {
			t.Errorf("from the work tree: %v, but the .dsc is (%v)\n%s", fromTree, err, data)
		}
		if after := git(t, work, "status", "--porcelain", "--ignored"); after != before {
			t.Errorf("the work tree was %q and is %q", before, after)
		}
	}
}

func listTarball(t *testing.T, path string) []string {
	t.Helper()
	out, err := exec.Command("tar", "-tf", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(out), "\n")
}

// TestBuildWorkTree has the clean modes say what of a work tree is built.
func TestBuildWorkTree(t *testing.T) {
	needTools(t, "dpkg-buildpackage", "make", "tar")
	ctx := context.Background()
	l := newLab(t, FormatNative, nil, map[string]string{".gitignore": "*.o\n", "src/a.c": "a\n"})
	work := filepath.Join(l.dir, "w")
	writeFiles(t, work, map[string]string{"src/a.c": "changed\n", "x.o": "o\n"})
	untracked := filepath.Join(work, "new")
	for _, tt := range []struct {
		mode      CleanMode
		untracked bool
		want      []string // of new and x.o, those that are in the tarball; nil if it is refused
	}{
		{CleanGit, true, []string{}},
		{CleanNone, true, []string{"new", "x.o"}},
		{CleanCheck, false, nil},
		{CleanCheckIgnore, false, []string{"x.o"}},
		{CleanCheckIgnore, true, nil},
		{CleanDpkgD, true, nil},
		{CleanDpkgD, false, []string{"x.o"}},
		{CleanDpkgDNoCheck, true, []string{"new", "x.o"}},
		{CleanDpkgDAllCheck, false, nil},
	} {
		os.Remove(untracked)
		if tt.untracked {
			writeFiles(t, work, map[string]string{"new": "n\n"})
		}
		pkg, err := OpenWorkTree(ctx, l.Repo)
		if err != nil {
			t.Fatal(err)
		}
		before := git(t, work, "status", "--porcelain", "--ignored")
		built, err := Build(ctx, pkg, Job{Clean: tt.mode}, l.options())
		if after := git(t, work, "status", "--porcelain", "--ignored"); after != before {
			t.Errorf("%s: the work tree was %q and is %q", tt.mode, before, after)
		}
		if err != nil {
			var refused *UntrackedError
			if !errors.As(err, &refused) || tt.want != nil {
				t.Errorf("%s, untracked %v: Build = %v", tt.mode, tt.untracked, err)
			}
			continue
		}
		listing := listTarball(t, filepath.Join(built.Dir, "doorbell_1.2.3.tar.xz"))
		got := []string{}
		for _, name := range []string{"new", "x.o"} {
			if slices.Contains(listing, "w/"+name) {
				got = append(got, name)
			}
		}
		if tt.want == nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s, untracked %v: the tarball has %q, want %q", tt.mode, tt.untracked, got, tt.want)
		}
		built.Close()
	}
}
