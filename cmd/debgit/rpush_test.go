package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/upload/uploadtest"
)

// buildHost makes a program in the place of ssh, for a host that has no secret key, and on which
// dgit is the given program. The real one wants to verify what it was sent.
func (w *pushWorld) buildHost(dgit string) string {
	w.t.Helper()
	dir := filepath.Join(w.Dir, "build-host")
	gpg, err := uploadtest.NewGPG()
	w.check(err)
	w.t.Cleanup(func() { gpg.Close() })
	w.check(gpg.Import(w.Uploader.Public()))
	w.write(dir, "bin/dgit", fmt.Sprintf("#!/bin/sh\nexec '%s' \"$@\"\n", dgit))
	w.write(dir, "ssh", fmt.Sprintf(`#!/bin/sh
host=$1
shift
[ "$host" = build.example.org ] || exit 255
PATH='%[1]s/bin':$PATH GNUPGHOME='%[2]s'
export PATH GNUPGHOME
cd / && exec sh -c "$*"
`, dir, gpg.Home))
	return filepath.Join(dir, "ssh")
}

// TestRpush has debgit on both sides of a remote push and, where it is there, the real dgit on either.
func TestRpush(t *testing.T) {
	sides := []struct{ here, there string }{{"debgit", ""}}
	if path := realDgit(); path != "" {
		sides = append(sides, struct{ here, there string }{"debgit", path}, struct{ here, there string }{path, ""})
	}
	needsPush(t)
	for _, tt := range sides {
		t.Run(filepath.Base(tt.here)+" and "+filepath.Base(tt.there), func(t *testing.T) {
			w := newPushWorld(t, uploadtest.Options{})
			there := tt.there
			if there == "" {
				there = w.path("dgit")
			}
			ssh := w.buildHost(there)
			w.nativePackage("foo", "1")
			w.check(os.Mkdir(filepath.Join(w.work, "products"), 0o777))
			options := []string{"--ssh=" + ssh, "--new", "--build-products-dir=../products"} // from the work tree
			place := "build.example.org:" + filepath.Join(w.work, "foo")
			if tt.there != "" || tt.here == "debgit" {
				options = append(options, "-cdgit-distro.example.upload-host="+map[bool]string{true: "queue", false: w.Queue}[tt.there != ""])
			}
			args := append(options, "rpush-source", place)
			if tt.here == "debgit" {
				args = append([]string{"rpush-source"}, append(options, place)...)
			}
			out := w.run("", tt.here, args...)
			head := w.run("foo", "git", "rev-parse", "HEAD")
			server := filepath.Join(w.Repos, "foo.git")
			for _, ref := range []string{"refs/dgit/sid", "refs/tags/archive/example/1^{}", "refs/tags/example/1^{}"} {
				if got := w.run("", "git", "-C", server, "rev-parse", ref); got != head {
					t.Errorf("%s of the server is %s, want %s\n%s", ref, got, head, out)
				}
			}
			if _, err := os.Stat(filepath.Join(w.work, "products/foo_1_source.changes")); err != nil {
				t.Error(err)
			}
			if err := w.Accept(); err != nil { // which checks the signatures
				t.Error(err)
			}
			w.run("", "debgit", "clone", "foo", uploadtest.Codename, "./clone")
			if got := w.run("clone", "git", "rev-parse", "HEAD"); got != head {
				t.Errorf("clone has %s, want %s", got, head)
			}
		})
	}
}

func TestRemoteOptions(t *testing.T) {
	env, _, _ := testEnvironment()
	cmd := findCommand(newRootCommand(env), "rpush-source")
	given := []string{"-DD", "-k", "KEY", "--ssh=x", "-N", "--quilt=gbp", "--overwrite", "--maintainer=A <a@example.org>", "--deliberately=TEST-x",
		"--deliberately-fresh-repo", "-c", "a.b=c", "-c", "d.e", "--dput-option=-U", "--dpkg-source-without=-x", "--dsc-control-add=A=b c", "-q"}
	if err := cmd.ParseFlags(given); err != nil {
		t.Fatal(err)
	}
	want := []string{"-ca.b=c", "-cd.e", "-D", "-D", "--deliberately-TEST-x", "--deliberately-fresh-repo", "--dpkg-source!:-x", "--dput:-U", "--dsc-control-add=A=b c",
		"-mA <a@example.org>", "--new", "--overwrite", "--quilt=gbp"}
	if got := remoteOptions(cmd.Flags()); !slices.Equal(got, want) {
		t.Errorf("remoteOptions(%q) = %q, want %q", given, got, want)
	}
}

// What is not wanted is not signed, and leaves nothing behind on either side.
func TestRpushRefuses(t *testing.T) {
	needsPush(t)
	w := newPushWorld(t, uploadtest.Options{})
	ssh := w.buildHost(w.path("dgit"))
	w.nativePackage("foo", "1")
	before := w.run("foo", "git", "for-each-ref")
	for _, args := range [][]string{
		{"-p", "bar"}, {"--expect-suite=trixie"}, {"--expect-version=2"}, {"-k", "nobody@example.org"},
	} {
		out, err := w.try("", "debgit", append([]string{"rpush-source", "--ssh=" + ssh, "--new", "build.example.org:" + filepath.Join(w.work, "foo")}, args...)...)
		if err == nil || !strings.Contains(out, "debgit: error: ") {
			t.Errorf("rpush-source %q: %v\n%s", args, err, out)
		}
		if got := w.run("foo", "git", "for-each-ref"); got != before {
			t.Errorf("rpush-source %q: refs are\n%s\nwant\n%s", args, got, before)
		}
		if out, err := w.try("foo", "debgit", "push", "--continue"); err == nil {
			t.Errorf("rpush-source %q: a push has begun\n%s", args, out)
		}
	}
}
