package upload

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"debgit/gitmap"
)

// files are a file tree: contents by path. What begins with linkTo is a symbolic link. What
// begins with "#!" is executable, unless plain stands before it, which is not in the file.
type files map[string]string

const (
	linkTo = "link to "
	plain  = "plain "
)

// file says what to make of an entry of files.
func file(value string) (content, target string, executable bool) {
	if target, ok := strings.CutPrefix(value, linkTo); ok {
		return "", target, false
	}
	if content, ok := strings.CutPrefix(value, plain); ok {
		return content, "", false
	}
	return value, "", strings.HasPrefix(value, "#!")
}

// with returns f with a file more, or another content of one.
func (f files) with(path, content string) files {
	out := maps.Clone(f)
	out[path] = content
	return out
}

// without returns f without a file.
func (f files) without(path string) files {
	out := maps.Clone(f)
	delete(out, path)
	return out
}

// over returns f with the files of others over it.
func (f files) over(others ...files) files {
	out := maps.Clone(f)
	for _, o := range others {
		maps.Copy(out, o)
	}
	return out
}

// A layoutLab has one source package, foo, in a directory of its own: a repository and
// the orig tarballs beside it.
type layoutLab struct {
	t    *testing.T
	dir  string
	repo *gitmap.Repo
}

func newLayoutLab(t *testing.T, dir string) *layoutLab {
	t.Helper()
	repo, err := gitmap.Init(t.Context(), filepath.Join(dir, "foo"), "main")
	if err != nil {
		t.Fatal(err)
	}
	return &layoutLab{t, dir, repo}
}

// orig makes an orig tarball, such as foo_1.0.orig.tar.gz.
func (l *layoutLab) orig(name string, f files) {
	l.t.Helper()
	out, err := os.Create(filepath.Join(l.dir, name))
	l.check(err)
	defer out.Close()
	z := gzip.NewWriter(out)
	w := tar.NewWriter(z)
	for _, path := range slices.Sorted(maps.Keys(f)) {
		content, target, executable := file(f[path])
		h := &tar.Header{Name: "foo-1.0/" + path, Mode: 0o644, Size: int64(len(content)), ModTime: time.Unix(1500000000, 0)}
		if target != "" {
			h.Typeflag, h.Linkname = tar.TypeSymlink, target
		}
		if executable {
			h.Mode = 0o755
		}
		l.check(w.WriteHeader(h))
		_, err := io.WriteString(w, content)
		l.check(err)
	}
	l.check(w.Close())
	l.check(z.Close())
}

// commit makes a commit of the files and of nothing else, on the branch, which is made without any
// past if it is not there.
func (l *layoutLab) commit(branch, message string, f files) {
	l.t.Helper()
	if _, ok, err := l.repo.Commit(l.t.Context(), "refs/heads/"+branch); err != nil {
		l.t.Fatal(err)
	} else if ok {
		l.git("checkout", "-q", branch)
	} else {
		l.git("checkout", "-q", "--orphan", branch)
	}
	l.git("rm", "-rqf", "--ignore-unmatch", ".")
	work := l.repo.WorkTree()
	for path, content := range f {
		name := filepath.Join(work, path)
		l.check(os.MkdirAll(filepath.Dir(name), 0o755))
		content, target, executable := file(content)
		if target != "" {
			l.check(os.Symlink(target, name))
			continue
		}
		mode := os.FileMode(0o644)
		if executable {
			mode = 0o755
		}
		l.check(os.WriteFile(name, []byte(content), mode))
	}
	l.git("add", "--force", "--all")
	l.git("commit", "-q", "--allow-empty", "-m", message)
}

// git runs git in the repository.
func (l *layoutLab) git(args ...string) string {
	l.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = l.repo.WorkTree()
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		l.t.Fatalf("git %q: %v", args, err)
	}
	return strings.TrimSpace(string(out))
}

func (l *layoutLab) check(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}
