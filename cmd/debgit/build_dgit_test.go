package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
)

// corpusVariable names a directory of source packages, to build each of them again.
const corpusVariable = "DEBGIT_CORPUS"

// TestBuildLikeDgit builds source packages from git with the real dgit and with us, each from the commits
// that import-dsc makes of it: all files have to be the same, byte for byte, and so has to be
// whether it can be built at all.
func TestBuildLikeDgit(t *testing.T) {
	corpus := os.Getenv(corpusVariable)
	if dgitPath() == "" || corpus == "" {
		t.Skip("DEBGIT_DGIT does not name the real dgit, or " + corpusVariable + " no directory of source packages")
	}
	dscs, err := filepath.Glob(filepath.Join(corpus, "*.dsc"))
	if err != nil || len(dscs) == 0 {
		t.Fatalf("%s has no .dsc: %v", corpus, err)
	}
	debgit := filepath.Join(t.TempDir(), "debgit")
	if out, err := exec.Command("go", "build", "-o", debgit, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	for _, path := range dscs {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".dsc"), func(t *testing.T) {
			compareBuilds(t, debgit, path)
		})
	}
}

func compareBuilds(t *testing.T, debgit, path string) {
	pkg, err := dsc.OpenLocal(path, dsc.LocalOptions{})
	if err != nil {
		t.Skip(err)
	}
	pkg.Close()
	dir := t.TempDir()
	work := filepath.Join(dir, "work tree")
	if err := os.Mkdir(work, 0o777); err != nil {
		t.Fatal(err)
	}
	must := func(name string, args ...string) {
		t.Helper()
		if out, err := runIn(work, name, args...); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	must("git", "init", "-q")
	must("git", "config", "user.name", "T")
	must("git", "config", "user.email", "t@example.org")
	must(debgit, "import-dsc", path, "refs/heads/imported")
	must(debgit, "-q", "setup-gitattributes")
	must("git", "checkout", "-q", "imported")
	products := map[string]map[string]string{}
	failed := map[string]error{}
	said := map[string][]byte{}
	for _, program := range []string{dgitPath(), debgit} {
		to := filepath.Join(dir, filepath.Base(program))
		if err := os.Mkdir(to, 0o777); err != nil {
			t.Fatal(err)
		}
		for _, f := range pkg.Source().Files {
			if strings.Contains(f.Name, ".orig") {
				if err := os.Symlink(filepath.Join(filepath.Dir(path), f.Name), filepath.Join(to, f.Name)); err != nil {
					t.Fatal(err)
				}
			}
		}
		said[program], failed[program] = runIn(work, program, "-wn", "-v_", "--build-products-dir="+to, "build-source")
		products[program] = readProducts(t, to)
		must("git", "checkout", "-q", "-f", "-B", "imported", "imported@{0}")
	}
	if (failed[debgit] == nil) != (failed[dgitPath()] == nil) {
		t.Fatalf("we: %v, dgit: %v\n%s\n%s", failed[debgit], failed[dgitPath()], said[debgit], said[dgitPath()])
	}
	if failed[debgit] != nil {
		t.Logf("both refuse it\n%s\n%s", lastLines(said[debgit]), lastLines(said[dgitPath()]))
		return
	}
	got, want := products[debgit], products[dgitPath()]
	for name, content := range want {
		if got[name] != content {
			t.Errorf("%s differs: %d bytes, dgit's has %d", name, len(got[name]), len(content))
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, dgit makes %d", len(got), len(want))
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
		if strings.Contains(e.Name(), ".orig") {
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
	return fmt.Sprintf("%s", bytes.Join(lines[max(0, len(lines)-4):], []byte("\n")))
}
