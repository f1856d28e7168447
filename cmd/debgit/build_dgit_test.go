package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// corpusVariable names a directory of source packages, to build each of them again.
const corpusVariable = "DEBGIT_CORPUS"

// TestBuildLikeDgit builds source packages from git with the real dgit and with us, each from the commits
// that import-dsc makes of it: all files have to be the same, byte for byte, and so has to be
// whether it can be built at all.
func TestBuildLikeDgit(t *testing.T) {
	corpus := os.Getenv(corpusVariable)
	needsDgit(t)
	if corpus == "" {
		// It is an hour of work, for which source packages have to be there.
		t.Skip(corpusVariable + " names no directory of source packages")
	}
	dscs, err := filepath.Glob(filepath.Join(corpus, "*.dsc"))
	if err != nil || len(dscs) == 0 {
		t.Fatalf("%s has no .dsc: %v", corpus, err)
	}
	debgit := buildDebgit(t)
	for _, path := range dscs {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".dsc"), func(t *testing.T) {
			compareBuilds(t, debgit, path)
		})
	}
}

// buildDebgit returns the path of debgit as it is now.
func buildDebgit(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "debgit")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	return path
}

// TestBuildOptionsLikeDgit builds a small source package in many ways.
func TestBuildOptionsLikeDgit(t *testing.T) {
	needsDgit(t)
	suites, err := tourPackages()
	if err != nil {
		t.Fatal(err)
	}
	var doorbell *dsctest.Package
	for _, packages := range suites {
		for _, p := range packages {
			if p.Source+"_"+p.Version == "doorbell_1.2-2" {
				doorbell = p
			}
		}
	}
	debgit := buildDebgit(t)
	const at = "1759312800 +0000"
	t.Setenv("GIT_AUTHOR_DATE", at)
	t.Setenv("GIT_COMMITTER_DATE", at)
	for name, tt := range map[string]struct {
		change string // a command of the shell, after which all is committed
		dirty  string // likewise, but then nothing is
		args   []string
	}{
		"options":      {args: []string{"-v1.2-1", "-mB C <b@example.org>", "--ch:-DWord=yes", "-wn", "build-source"}},
		"patch":        {change: "echo echo bim >>doorbell", args: []string{"-v_", "build-source"}},
		"smash":        {change: "echo echo bim >>doorbell", args: []string{"-v_", "--quilt=smash", "build-source"}},
		"nofix":        {change: "echo echo bim >>doorbell", args: []string{"-v_", "--quilt=nofix", "build-source"}},
		"dirty":        {dirty: "echo more >debian/more; echo >>debian/changelog", args: []string{"-v_", "-wn", "--include-dirty", "build-source"}},
		"changed":      {dirty: "echo more >>debian/control", args: []string{"-v_", "-wn", "build-source"}},
		"untracked":    {dirty: "echo more >debian/more", args: []string{"-v_", "build-source"}},
		"removed":      {change: "rm -r debian/patches", args: []string{"-v_", "build-source"}},
		"native":       {change: "echo '3.0 (native)' >debian/source/format; sed -i '1s/1.2-2/1.3/' debian/changelog; ln -s /nowhere link; touch empty", args: []string{"-v_", "build-source"}},
		"native, left": {change: "echo '3.0 (native)' >debian/source/format; sed -i '1s/1.2-2/1.3/' debian/changelog; touch a.o; echo tar-ignore >debian/source/options", args: []string{"-v_", "build-source"}},
		"old":          {change: "rm -r debian/source debian/patches", args: []string{"-v_", "build-source"}},
		"old, link":    {change: "rm -r debian/source debian/patches; ln -s /nowhere link", args: []string{"-v_", "build-source"}},
		"only source":  {args: []string{"-v_", "-wn", "build", "-S"}},
		"executable":   {change: "chmod +x debian/control doorbell", args: []string{"-v_", "build-source"}},
		"gbp":          {change: "git read-tree -u --reset imported~2; echo '*.o' >.gitignore", args: []string{"-v_", "--quilt=gbp", "build-source"}},
		"unapplied":    {change: "git read-tree -u --reset imported~2", args: []string{"-v_", "--quilt=unapplied", "build-source"}},
		"dpm":          {change: "echo '*.o' >.gitignore", args: []string{"-v_", "--dpm", "build-source"}},
		"bare":         {change: "ls | grep -v debian | xargs rm -r", args: []string{"-v_", "--quilt=baredebian+tarball", "build-source"}},
		"split":        {args: []string{"-v_", "--split-view=always", "build-source"}},
		"no orig":      {change: "sed -i '1s/1.2-2/1.4-2/' debian/changelog", args: []string{"-v_", "build-source"}},
	} {
		t.Run(name, func(t *testing.T) {
			compareCommand(t, debgit, nil, func(run func(name string, args ...string)) {
				// Files of its own each time: import-dsc links them, and dgit writes through links.
				dscPath, err := doorbell.Write(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				run(debgit, "import-dsc", dscPath, "refs/heads/imported")
				run("git", "checkout", "-q", "imported")
				if tt.change != "" {
					run("sh", "-c", tt.change)
					run("git", "add", "-f", "-A")
					run("git", "commit", "-q", "-m", "Change it")
				}
				if tt.dirty != "" {
					run("sh", "-c", tt.dirty)
				}
			}, tt.args...)
		})
	}
}

func compareBuilds(t *testing.T, debgit, path string) {
	pkg, err := dsc.OpenLocal(path, dsc.LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	pkg.Close()
	var origs []string
	for _, f := range pkg.Source().Files {
		if strings.Contains(f.Name, ".orig") {
			origs = append(origs, filepath.Join(filepath.Dir(path), f.Name))
		}
	}
	compareCommand(t, debgit, origs, func(run func(name string, args ...string)) {
		run(debgit, "import-dsc", path, "refs/heads/imported")
		run(debgit, "-q", "setup-gitattributes")
		run("git", "checkout", "-q", "imported")
	}, "-wn", "-v_", "build-source")
}

// compareCommand runs a command of dgit's with the real dgit and with us, each in a work tree that prepare
// has made, with the orig tarballs beside it, and compares what they have built.
func compareCommand(t *testing.T, debgit string, origs []string, prepare func(run func(name string, args ...string)), args ...string) {
	t.Helper()
	dgit := filepath.Join(t.TempDir(), "dgit")
	if err := os.Symlink(debgit, dgit); err != nil {
		t.Fatal(err)
	}
	products := map[string]map[string]string{}
	failed := map[string]error{}
	said := map[string][]byte{}
	for _, program := range []string{dgitPath(), dgit} {
		dir := t.TempDir()
		work := filepath.Join(dir, "work tree")
		if err := os.Mkdir(work, 0o777); err != nil {
			t.Fatal(err)
		}
		run := func(name string, args ...string) {
			t.Helper()
			if out, err := runIn(work, name, args...); err != nil {
				t.Fatalf("%s %q: %v\n%s", name, args, err, out)
			}
		}
		run("git", "init", "-q")
		run("git", "config", "user.name", "T")
		run("git", "config", "user.email", "t@example.org")
		for _, path := range origs {
			if err := os.Symlink(path, filepath.Join(dir, filepath.Base(path))); err != nil {
				t.Fatal(err)
			}
		}
		prepare(run)
		said[program], failed[program] = runIn(work, program, args...)
		products[program] = readProducts(t, dir)
	}
	if (failed[dgit] == nil) != (failed[dgitPath()] == nil) {
		t.Fatalf("we: %v, dgit: %v\n%s\n%s", failed[dgit], failed[dgitPath()], said[dgit], said[dgitPath()])
	}
	if failed[dgit] != nil {
		t.Logf("both refuse it\n%s\n%s", lastLines(said[dgit]), lastLines(said[dgitPath()]))
		return
	}
	got, want := products[dgit], products[dgitPath()]
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%d files, dgit makes %d", len(got), len(want))
	}
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s differs: %d bytes, dgit's has %d", name, len(got[name]), len(content))
		}
	}
}

func runIn(dir, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8")
	return cmd.CombinedOutput()
}

// readProducts returns what was built in a directory, by name.
func readProducts(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if strings.Contains(e.Name(), ".orig") || e.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

func lastLines(said []byte) string {
	lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-4):], []byte("\n")))
}
