package dsc

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tarGz writes a tarball with the files of t below the directory top.
func tarGz(t *testing.T, top string, files memTree) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, path := range sortedKeys(files) {
		f := files[path]
		h := &tar.Header{Name: top + path, Mode: int64(f.mode.Perm()), Size: int64(len(f.content)), Format: tar.FormatGNU}
		if f.mode&fs.ModeSymlink != 0 {
			h.Typeflag, h.Linkname, h.Size = tar.TypeSymlink, f.content, 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := w.Write([]byte(f.content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// writeQuiltPackage writes a 3.0 (quilt) source package into dir.
func writeQuiltPackage(t *testing.T, dir string, orig, debian memTree) {
	t.Helper()
	debian = debian.with([]Change{
		{Path: "source/format", Mode: modeFile, Content: []byte("3.0 (quilt)\n")},
		{Path: "control", Mode: modeFile, Content: []byte("Source: x\nMaintainer: X <x@example.org>\n\nPackage: x\nArchitecture: all\nDescription: x\n")},
		{Path: "rules", Mode: modeExecutable, Content: []byte("#!/usr/bin/make -f\n")},
		{Path: "changelog", Mode: modeFile, Content: []byte("x (1-1) unstable; urgency=low\n\n  * X.\n\n -- X <x@example.org>  Thu, 01 Jan 2026 00:00:00 +0000\n")},
	})
	var files, sums strings.Builder
	for name, data := range map[string][]byte{
		"x_1.orig.tar.gz":     tarGz(t, "x-1/", orig),
		"x_1-1.debian.tar.gz": tarGz(t, "debian/", debian),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&sums, "\n %x %d %s", sha256.Sum256(data), len(data), name)
		fmt.Fprintf(&files, "\n %032d %d %s", 0, len(data), name)
	}
	text := "Format: 3.0 (quilt)\nSource: x\nBinary: x\nArchitecture: all\nVersion: 1-1\nMaintainer: X <x@example.org>\n" +
		"Checksums-Sha256:" + sums.String() + "\nFiles:" + files.String() + "\n"
	if err := os.WriteFile(filepath.Join(dir, "x.dsc"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestApplyLikeDpkgSource unpacks whole source packages, with all patches and
// as a build does it.
func TestApplyLikeDpkgSource(t *testing.T) {
	needPrograms(t, "dpkg-source", "patch", "tar", "gzip")
	orig := memTree{
		"f": {modeFile, "1\n2\n3\n4\n5\n6\n"}, "run": {modeExecutable, "x\n"}, "dir/g": {modeFile, "a\n"},
		"link": {modeSymlink, "f"}, "empty": {modeFile, ""},
	}
	const second = headF + "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n"
	git := "diff --git a/run b/walk\nsimilarity index 100%\nrename from run\nrename to walk\n" +
		"diff --git a/dir/g b/dir/g\nold mode 100644\nnew mode 100755\n"
	tests := []struct {
		name    string
		patches []string
	}{
		{"plain", []string{changeF, second, makeNew}},
		{"git", []string{git, strings.NewReplacer("a/f", "a/walk", "b/f", "b/walk").Replace(headF) + "@@ -1 +1,2 @@\n x\n+y\n"}},
		{"emptied", []string{"--- a/dir/g\n+++ b/dir/g\n@@ -1 +0,0 @@\n-a\n", changeF}},
		{"first does not apply", []string{headF + "@@ -1,3 +1,3 @@\n one\n-2\n+two\n 3\n", second}},
		{"first applied already", []string{headF + "@@ -1,3 +1,3 @@\n 1\n-zwei\n+2\n 3\n", second}},
		{"second does not apply", []string{changeF, changeF}},
		{"first twice", []string{changeF + second}},
		{"second twice", []string{makeNew, changeF + second}},
		{"text first", []string{"Description: x\n", changeF}},
		{"text second", []string{changeF, "Description: x\n"}},
		{"empty first", []string{"", changeF}},
		{"empty second", []string{changeF, ""}},
		{"symlink", []string{changeF, strings.NewReplacer("a/f", "a/link", "b/f", "b/link").Replace(second)}},
		{"makes directory", []string{"--- /dev/null\n+++ b/a/b/c\n@@ -0,0 +1 @@\n+x\n", "--- a/a/b/c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"}},
		{"patches a patch", []string{"--- a/debian/patches/1\n+++ b/debian/patches/1\n@@ -3,4 +3,4 @@\n @@ -1,3 +1,3 @@\n  1\n -2\n-+two\n++zwei\n", changeF}},
	}
	for _, tt := range tests {
		debian := make(memTree)
		var series strings.Builder
		for i, patch := range tt.patches {
			debian[fmt.Sprint("patches/", i)] = memFile{modeFile, patch}
			fmt.Fprintf(&series, "./%d\n", i)
		}
		debian["patches/series"] = memFile{modeFile, series.String()}
		dir := t.TempDir()
		writeQuiltPackage(t, dir, orig, debian)
		run := func(where string, arg ...string) error {
			cmd := exec.Command("dpkg-source", arg...)
			cmd.Dir, cmd.Env = filepath.Join(dir, where), referenceEnv()
			return cmd.Run()
		}
		if err := run("", "--no-check", "--skip-patches", "-x", "x.dsc", "built"); err != nil {
			t.Fatalf("%s: unpack: %v", tt.name, err)
		}
		unpatched := readTree(t, filepath.Join(dir, "built"))
		patched, applyErr := applySeries(unpatched)
		check := func(what string, ranErr, err error, where string, got memTree) {
			switch {
			case (ranErr == nil) != (err == nil):
				t.Errorf("%s: %s: got %v, dpkg-source %v", tt.name, what, err, ranErr)
			case err == nil:
				if diff := readTree(t, filepath.Join(dir, where)).diff(got); diff != "" {
					t.Errorf("%s: %s: %s", tt.name, what, diff)
				}
			}
		}
		check("unpack", run("", "--no-check", "-x", "x.dsc", "unpacked"), applyErr, "unpacked", patched)
		first := mustParse(t, "0", tt.patches[0])
		applies, err := first.FirstApplies(unpatched)
		switch {
		case err == nil && applies:
			err = applyErr
		case err == nil:
			patched = unpatched
		}
		check("build", run("built", "--before-build", "."), err, "built", patched)
	}
}

// applySeries applies the patches of a tree as dpkg-source does.
func applySeries(tree memTree) (memTree, error) {
	series, err := ParseSeries([]byte(tree["debian/patches/series"].content))
	if err != nil {
		return nil, err
	}
	for _, e := range series.Dpkg {
		p, err := ParsePatch(e.Name, []byte(tree["debian/patches/"+strings.TrimPrefix(e.Name, "./")].content), PatchLimits{})
		if err != nil {
			return nil, err
		}
		changes, err := p.Apply(tree, DpkgQuilt, ApplyOptions{})
		if err != nil {
			return nil, err
		}
		tree = tree.with(changes)
	}
	return tree, nil
}
