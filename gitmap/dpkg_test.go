package gitmap_test

import (
	"crypto/sha1"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"debgit/gitmap"

	"github.com/google/go-cmp/cmp"
)

// notUnpacked has the cases that dpkg-source -x refuses, and why.
var notUnpacked = map[string]string{
	"format_3.0_native_signature": "the signature is of an unknown kind",
	"format_3.0_quilt_sig":        "the signature is of an unknown kind",

	"options_no_preparation_leads_out": "the patch is not in debian/patches",
	"options_no_preparation_missing":   "the patch is missing",

	"diff_git_binary_and_text":         "the patch is not one for the patch program",
	"diff_git_binary_delta":            "the patch is not one for the patch program",
	"diff_git_binary_new":              "the patch is not one for the patch program",
	"diff_name_space":                  "the patch is of another file",
	"diff_no_newline_in_patch":         "the patch is malformed",
	"diff_no_newline_in_patch_added":   "the patch is malformed",
	"diff_no_newline_in_patch_removed": "the patch is malformed",
	"patch_no_newline":                 "there is no change in the patch",

	"diff_first_hunk_short": "the patch is malformed",
	"diff_first_needs_fuzz": "the patch does not apply",

	"attack_changelog_absolute_link": "the changelog is outside of the tree",
	"attack_patch_copy_in":           "the patch does not apply",
	"attack_patch_rename_out":        "the patch does not apply",
}

// notImported has the cases that dpkg-source -x unpacks but that are refused all the same.
var notImported = map[string]string{
	"attack_patch_pc_state": "the patch is for a file that dpkg-source makes to know what it did",
}

// rootUnpacks has the cases that dpkg-source -x unpacks for root only.
var rootUnpacks = map[string]string{
	"attack_patch_makes_gitmodules_link": "the patched file is a link to one of the system, whose time is set",
	"attack_tar_devices":                 "devices are made",
	"tar_device":                         "a device is made",
}

// TestImportIsWhatDpkgUnpacks compares the tree of an import with what dpkg-source -x
// unpacks, as far as git can hold it. What dpkg-source unpacks is never refused.
func TestImportIsWhatDpkgUnpacks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a tenth of a second a case")
	}
	cases := importCases(t)
	results := map[string]*unpacking{}
	for i, u := range dpkgSource(t, cases) {
		c := cases[i]
		results[c.name] = u
		if rootUnpacks[c.name] != "" && os.Geteuid() != 0 {
			continue
		}
		_, noUnpack := notUnpacked[c.name]
		_, noImport := notImported[c.name]
		if want := !noUnpack && (noImport || !c.Want.Refused); u.ok != want || noImport && !c.Want.Refused {
			t.Errorf("dpkg-source -x %s works: %v, want %v; reasons not to unpack and not to import are %q and %q\n%s", c.name,
				u.ok, want, notUnpacked[c.name], notImported[c.name], u.output())
		}
	}
	for _, c := range importedCases(t) {
		if !results[c.name].ok || c.imp.Unpatched != nil { // dgit's commit has no patch, dpkg-source -x applies all
			continue
		}
		want := unpackedFiles(t, results[c.name].dir, c.Format)
		if len(want) == 0 {
			t.Fatalf("dpkg-source -x %s gave no file", c.name)
		}
		got := importedFiles(t, c.repo, c.imp.Tree.String())
		for name, value := range want {
			if _, ok := got[name]; !ok && gitRefuses(t, c.repo, name, value) {
				delete(want, name)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: modes and blobs differ (-dpkg-source +debgit)\n%s", c.name, diff)
		}
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

// dpkgScript is dpkg-source for many packages, without its start for each. The lines
// of its input are the paths of a .dsc, of the directory to unpack into, and of a file for what
// dpkg-source prints, with tabs between them; it answers each with the exit status.
const dpkgScript = `
use strict; use warnings;
use Dpkg::Source::Package; use Dpkg::Source::Package::V1; use Dpkg::Source::Package::V2;
use Dpkg::Source::Package::V3::Quilt; use Dpkg::Source::Package::V3::Native;
umask 022;
$| = 1;
my @lines = <STDIN>;
open STDIN, "<", "/dev/null" or die "/dev/null: $!";
for my $line (@lines) {
	chomp $line;
	my ($dsc, $dir, $output) = split /\t/, $line;
	my $pid = fork() // die "fork: $!";
	if (!$pid) {
		open STDOUT, ">", $output or die "$output: $!";
		open STDERR, ">&", \*STDOUT or die "$output: $!";
		$0 = "dpkg-source";
		@ARGV = ("-x", "--", $dsc, $dir);
		do $ENV{DPKG_SOURCE};
		print STDERR $@ if $@;
		exit 255;
	}
	waitpid $pid, 0;
	print $? ? "failed\n" : "ok\n";
}
`

// An unpacking is what dpkg-source -x did with a package.
type unpacking struct {
	dsc, dir, log string // paths, as for dpkgScript
	ok            bool
}

// output is what dpkg-source printed.
func (u *unpacking) output() string {
	data, _ := os.ReadFile(u.log)
	return string(data)
}

// dpkgSource unpacks all cases, with the umask that the import format goes by.
func dpkgSource(t *testing.T, cases []importCase) []*unpacking {
	t.Helper()
	program, err := exec.LookPath("dpkg-source")
	if err != nil {
		t.Skip("dpkg-source is not installed")
	}
	var all []*unpacking
	parts := make([][]*unpacking, runtime.GOMAXPROCS(0))
	dir := t.TempDir()
	for i, c := range cases {
		path := filepath.Join(dir, c.name)
		u := &unpacking{dsc: c.dsc, dir: path, log: path + ".log"}
		all = append(all, u)
		parts[i%len(parts)] = append(parts[i%len(parts)], u)
	}
	var wg sync.WaitGroup
	for _, part := range parts {
		wg.Go(func() { runDpkgSource(t, program, part) })
	}
	wg.Wait()
	return all
}

func runDpkgSource(t *testing.T, program string, packages []*unpacking) {
	var input strings.Builder
	for _, u := range packages {
		fmt.Fprintf(&input, "%s\t%s\t%s\n", u.dsc, u.dir, u.log)
	}
	cmd := exec.Command("perl", "-e", dpkgScript)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC", "DEB_VENDOR=Debian", "DPKG_SOURCE="+program)
	cmd.Stdin, cmd.Stderr = strings.NewReader(input.String()), os.Stderr
	out, err := cmd.Output()
	answers := strings.Fields(string(out))
	if err != nil || len(answers) != len(packages) {
		t.Errorf("dpkg-source answers %d of %d times, %v", len(answers), len(packages), err)
		return
	}
	for i, answer := range answers {
		packages[i].ok = answer == "ok"
	}
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
func unpackedFiles(t *testing.T, dir, format string) map[string]string {
	t.Helper()
	stated, _ := os.ReadFile(filepath.Join(dir, "debian/source/format"))
	quilt := format == "3.0 (quilt)" || strings.HasPrefix(string(stated), "3.0 (quilt)\n")
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
		if err = os.Chmod(file, info.Mode()|0o400); err == nil {
			content, err = os.ReadFile(file)
		}
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
