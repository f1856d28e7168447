package gitmap_test

import (
	"crypto/sha1"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"debgit/gitmap"

	"github.com/google/go-cmp/cmp"
)

// notUnpacked has the cases that dpkg-source -x refuses, and why.
var notUnpacked = map[string]string{
	"diff_first_hunk_short": "the patch is malformed",
	"diff_first_needs_fuzz": "the patch does not apply",
}

// TestImportIsWhatDpkgUnpacks compares the tree of an import with what dpkg-source -x
// unpacks, as far as git can hold it. What dpkg-source unpacks is never refused.
func TestImportIsWhatDpkgUnpacks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second a case")
	}
	if _, err := exec.LookPath("dpkg-source"); err != nil {
		t.Skip("dpkg-source is not installed")
	}
	for _, c := range importCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "unpacked")
			out, err := dpkgSource(c.dsc, dir)
			if c.Want.Refused {
				if err == nil {
					t.Errorf("dpkg-source -x %s works, so the package should be imported", c.name)
				}
				return
			}
			if reason, ok := notUnpacked[c.name]; ok {
				if err == nil {
					t.Errorf("dpkg-source -x %s works, but should not: %s", c.name, reason)
				}
				return
			}
			if err != nil {
				t.Fatalf("dpkg-source -x %s: %v\n%s", c.name, err, out)
			}
			repo := newRepo(t)
			imp, err := importInto(t, repo, c.dsc)
			if err != nil {
				t.Fatal(err)
			}
			want := unpackedFiles(t, dir)
			if len(want) == 0 {
				t.Fatalf("dpkg-source -x %s gave no file", c.name)
			}
			if diff := cmp.Diff(want, importedFiles(t, repo, imp.Tree.String())); diff != "" {
				t.Errorf("%s: modes and blobs differ (-dpkg-source +debgit)\n%s", c.name, diff)
			}
		})
	}
}

// dpkgSource unpacks into dir, with the umask that the import format goes by.
func dpkgSource(dscPath, dir string) (output string, err error) {
	cmd := exec.Command("sh", "-c", `umask 022 && exec dpkg-source -x -- "$1" "$2"`, "sh", dscPath, dir)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC", "DEB_VENDOR=Debian")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// importedFiles returns mode and object id of each file of a tree, by path.
func importedFiles(t *testing.T, repo *gitmap.Repo, tree string) map[string]string {
	t.Helper()
	out, err := repo.Git(t.Context(), "ls-tree", "-rz", "--full-tree", tree)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, line := range strings.Split(strings.TrimSuffix(out, "\x00"), "\x00") {
		info, name, _ := strings.Cut(line, "\t")
		mode, typeAndID, _ := strings.Cut(info, " ")
		_, id, _ := strings.Cut(typeAndID, " ")
		files[name] = mode + " " + id
	}
	return files
}

// unpackedFiles returns the same for the files below dir that an import holds: those
// that git can hold, without .git at any depth, and without the .pc of quilt.
func unpackedFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	format, _ := os.ReadFile(filepath.Join(dir, "debian/source/format"))
	quilt := strings.HasPrefix(string(format), "3.0 (quilt)\n")
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		refused := strings.EqualFold(d.Name(), ".git") || d.Name() == "git~1"
		if refused || quilt && name == ".pc" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		value, err := modeAndBlob(file, d)
		if value != "" {
			files[name] = value
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// modeAndBlob returns mode and id that a file has in git, nothing if it has none.
func modeAndBlob(file string, d fs.DirEntry) (string, error) {
	var mode string
	var content []byte
	info, err := d.Info()
	if err != nil {
		return "", err
	}
	switch {
	case info.Mode().IsRegular():
		mode = "100644"
		if info.Mode().Perm()&0o111 != 0 {
			mode = "100755"
		}
		content, err = os.ReadFile(file)
	case info.Mode().Type() == fs.ModeSymlink:
		var target string
		target, err = os.Readlink(file)
		mode, content = "120000", []byte(target)
	default:
		return "", nil
	}
	if err != nil {
		return "", err
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return fmt.Sprintf("%s %x", mode, h.Sum(nil)), nil
}
