package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"debgit/archive"
)

// fakeDpkgQuery puts a dpkg-query into PATH that knows coreutils, libc6 for two
// architectures, and a package that was removed.
func fakeDpkgQuery(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	const program = `#!/bin/sh
case "$1 $4" in
"--show coreutils") echo "installed coreutils 9.1-1" ;;
"--show libc6") printf 'config-files glibc 2.30-1\ninstalled glibc 1:2.36-9\n' ;;
"--show gone") echo "config-files gone-source 1.0" ;;
"--show broken") echo "installed broken -" ;;
"--show crash") exit 2 ;;
*) case "$1 $3" in
	"--search /bin/ls") printf 'coreutils: /bin/ls\n' ;;
	"--search /lib/libc.so.6") printf 'diversion by dash from: /lib/libc.so.6\nlibc6:amd64, libc6:i386: /lib/libc.so.6\n' ;;
	'--search /opt/a\[b\*') printf 'coreutils: /opt/a[b*\n' ;;
	"--search /opt/near") printf 'coreutils: /opt/near.old\n' ;;
	*) exit 1 ;;
	esac ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "dpkg-query"), []byte(program), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
}

func TestInstalledPackage(t *testing.T) {
	fakeDpkgQuery(t)
	for name, want := range map[string]string{
		"coreutils": "coreutils 9.1-1",
		"libc6":     "glibc 1:2.36-9",
		"gone":      "no",
		"unknown":   "no",
		"../x":      "no",
		"--version": "no",
		"broken":    "error",
		"crash":     "error",
	} {
		p, ok, err := archive.InstalledPackage(t.Context(), name)
		got := "no"
		switch {
		case err != nil:
			got = "error"
		case ok:
			got = p.Source.String()
		}
		if got != want {
			t.Errorf("InstalledPackage(%q) = %s, %v, want %s", name, got, err, want)
		}
	}
	t.Setenv("PATH", t.TempDir()) // no dpkg at all
	if _, ok, err := archive.InstalledPackage(t.Context(), "coreutils"); ok || err != nil {
		t.Errorf("InstalledPackage without dpkg-query = %v, %v, want false", ok, err)
	}
}

func TestInstalledFile(t *testing.T) {
	fakeDpkgQuery(t)
	for path, want := range map[string]string{
		"/bin/ls":            "coreutils 9.1-1",
		"/usr/bin/ls":        "coreutils 9.1-1",
		"/lib/libc.so.6":     "glibc 1:2.36-9",
		"/usr/lib/libc.so.6": "glibc 1:2.36-9",
		"/opt/a[b*":          "coreutils 9.1-1",
		"/opt/near":          "no",
		"/opt/unknown":       "no",
	} {
		p, err := archive.InstalledFile(t.Context(), path)
		got := p.Source.String()
		if errors.As(err, new(*archive.NotInstalledError)) {
			got = "no"
		} else if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("InstalledFile(%q) = %s, want %s", path, got, want)
		}
	}
}
