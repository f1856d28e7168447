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

	"attack_changelog_absolute_link": "the changelog is outside of the tree",
	"attack_patch_copy_in":           "the patch does not apply",
	"attack_patch_rename_out":        "the patch does not apply",
}

// notImported has the cases that dpkg-source -x unpacks but that are refused all the
// same: dgit drops what such a patch does without a word, or refuses it.
var notImported = map[string]string{
	"attack_patch_git_directory":         "a patch writes into .git",
	"attack_patch_git_directory_case":    "a patch writes into what Windows takes for .git",
	"attack_patch_makes_gitmodules_link": "a patch makes a link that git refuses",
	"attack_patch_pc":                    "a patch writes into dpkg-source's own data",
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
				if reason, ok := notImported[c.name]; ok != (err == nil) {
					t.Errorf("dpkg-source -x %s: error %v, but the reason not to import what it unpacks is %q", c.name, err, reason)
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
			got := importedFiles(t, repo, imp.Tree.String())
			for name, value := range want {
				if _, ok := got[name]; !ok && gitRefuses(t, repo, name, value) {
					delete(want, name)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: modes and blobs differ (-dpkg-source +debgit)\n%s", c.name, diff)
			}
		})
	}
}

// gitRefuses says whether git lets no index hold a file. value is its mode and id.
func gitRefuses(t *testing.T, repo *gitmap.Repo, name, value string) bool {
	t.Helper()
	mode, id, _ := strings.Cut(value, " ")
	index := "GIT_INDEX_FILE=" + filepath.Join(t.TempDir(), "index")
	cmd := exec.Command("git", "-C", repo.GitDir(), "update-index", "--add", "--cacheinfo", mode+","+id+","+name)
	cmd.Env = append(os.Environ(), index)
	out, err := cmd.CombinedOutput()
	return err != nil && strings.Contains(string(out), "Invalid path")
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

// unpackedFiles returns the same for the files below dir that an import holds: all
// but .git at any depth, and the .pc of quilt.
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
		if d.Name() == ".git" || quilt && name == ".pc" {
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
