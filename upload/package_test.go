package upload

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

// commitFiles makes a repository with one commit of these files.
func commitFiles(t *testing.T, files map[string]string) *gitmap.Repo {
	t.Helper()
	dir := t.TempDir()
	repo, err := gitmap.Init(context.Background(), dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git(t, dir, "add", "--force", "--all")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "test")
	return repo
}

// git runs git in dir as somebody whom no test knows otherwise.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=T", "-c", "user.email=t@example.org"}, args...)...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %q: %v", args, err)
	}
	return string(out)
}

const testChangelog = `doorbell (1:1.2-3) unstable; urgency=medium

  * Ring.

 -- T <t@example.org>  Mon, 02 Jan 2023 10:00:00 +0000

doorbell (1:1.2-2) unstable; urgency=medium

  * Knock.

 -- T <t@example.org>  Sun, 01 Jan 2023 10:00:00 +0000
`

func TestOpenPackage(t *testing.T) {
	repo := commitFiles(t, map[string]string{"debian/changelog": testChangelog, "debian/source/format": "3.0 (quilt)\n"})
	p, err := OpenPackage(context.Background(), repo, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if want := (dsc.ID{Package: "doorbell", Version: "1:1.2-3"}); p.ID != want {
		t.Errorf("ID = %v, want %v", p.ID, want)
	}
	if p.Suite != "unstable" || p.Format != FormatQuilt || len(p.Changelog) != 2 {
		t.Errorf("suite %q, format %q, %d entries; want unstable, %s, 2", p.Suite, p.Format, len(p.Changelog), FormatQuilt)
	}
}

func TestOpenPackageRefuses(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"no changelog":    {"README": "x"},
		"empty changelog": {"debian/changelog": "\n"},
		"bad version":     {"debian/changelog": "doorbell (x y) unstable; urgency=low\n\n -- T <t@example.org>  Mon, 02 Jan 2023 10:00:00 +0000\n"},
		"bad name":        {"debian/changelog": "d (1) unstable; urgency=low\n\n  * X.\n\n -- T <t@example.org>  Mon, 02 Jan 2023 10:00:00 +0000\n"},
	} {
		repo := commitFiles(t, files)
		_, err := OpenPackage(context.Background(), repo, "HEAD")
		var notPackage *NotPackageError
		if !errors.As(err, &notPackage) {
			t.Errorf("%s: OpenPackage = %v, want a NotPackageError", name, err)
		}
	}
}

func TestParseQuiltMode(t *testing.T) {
	for name, want := range map[string]QuiltMode{
		"linear": Linear, "auto": TryLinear, "baredebian+git": BareDebian, "baredebian+tarball": BareDebianTarball, "applied": "", "": "",
	} {
		got, err := ParseQuiltMode(name)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ParseQuiltMode(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
}
