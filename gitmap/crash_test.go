package gitmap_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"debgit/dsc/dsctest"
)

// crashPackage returns the .dsc of a package that takes a while to import: many small files,
// one of largeFile bytes, and a patch.
func crashPackage(t *testing.T) string {
	t.Helper()
	path, err := builtCrashPackage()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

const largeFile = 3 << 20

var builtCrashPackage = sync.OnceValues(func() (dscPath string, err error) {
	random := rand.NewChaCha8([32]byte{})
	noise := func(n int) string {
		b := make([]byte, n)
		random.Read(b)
		return string(b)
	}
	upstream := []dsctest.Entry{{Name: "foo-1.0/"}, {Name: "foo-1.0/a", Content: "one\n"}, {Name: "foo-1.0/large", Content: noise(largeFile)}}
	for i := range 500 {
		upstream = append(upstream, dsctest.Entry{Name: fmt.Sprintf("foo-1.0/%d/%d", i%10, i), Content: noise(2000)})
	}
	p := &dsctest.Package{Format: "3.0 (quilt)", Source: "foo", Version: "1.0-1", Files: []dsctest.File{
		{Name: "foo_1.0.orig.tar.gz", Entries: upstream},
		{Name: "foo_1.0-1.debian.tar.xz", Entries: []dsctest.Entry{
			{Name: "debian/changelog", Content: strings.Replace(attackChangelog, "1.0", "1.0-1", 1)},
			{Name: "debian/patches/series", Content: "fix.patch\n"},
			{Name: "debian/patches/fix.patch", Content: "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-one\n+two\n"},
		}},
	}}
	return p.Write(filepath.Join(sharedDir, "crash"))
})

// git runs git in the repository, and returns its output.
func (s *sandbox) git(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.repo.Git(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// commitSomething makes a branch that no crash may harm.
func (s *sandbox) commitSomething(t *testing.T) {
	t.Helper()
	s.git(t, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "before")
}

// checkSurvived looks at a repository after a crash: it is sound, no ref has moved
// unless it is that of a whole import, and garbage is nothing that git does not clean up.
func (s *sandbox) checkSurvived(t *testing.T, wantRefs, commit string) {
	t.Helper()
	s.git(t, "fsck", "--strict", "--no-dangling")
	refs := s.git(t, "for-each-ref")
	if refs != wantRefs && refs != commit+" commit\trefs/heads/imported\n"+wantRefs {
		t.Errorf("refs are\n%s, want\n%s", refs, wantRefs)
	}
}

// deleteImported deletes the ref of an import that was killed too late.
func (s *sandbox) deleteImported(t *testing.T) {
	t.Helper()
	if ref := "refs/heads/imported"; strings.Contains(s.git(t, "for-each-ref"), ref) {
		s.git(t, "update-ref", "-d", ref)
	}
}

// temporary returns the unfinished files in the object store.
func (s *sandbox) temporary(t *testing.T) []string {
	t.Helper()
	var names []string
	for path := range s.files(t) {
		if strings.HasPrefix(filepath.Base(path), "tmp_") {
			names = append(names, path)
		}
	}
	return names
}

// An import that is killed leaves a sound repository without any part of it.
func TestKilledImport(t *testing.T) {
	s := newChildSandbox(t)
	s.commitSomething(t)
	path := crashPackage(t)
	refs := s.git(t, "for-each-ref")

	other := newChildSandbox(t)
	start := time.Now()
	whole := other.importer(t, path)
	if err := whole.Run(); err != nil {
		t.Fatalf("%v\n%s", err, &whole.stderr)
	}
	commit, took := whole.commit(), time.Since(start)

	killed, littered := 0, 0
	for i := range 12 {
		c := s.importer(t, path)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(took)))) // random on purpose: other moments in other runs
		c.Process.Signal(syscall.SIGKILL)
		if c.Wait() != nil {
			killed++
		}
		littered += min(len(s.temporary(t)), 1)
		s.checkSurvived(t, refs, commit)
		if t.Failed() {
			t.Fatalf("after kill %d", i+1)
		}
		s.deleteImported(t)
	}
	t.Logf("%d of 12 were killed; %d times unfinished files were there", killed, littered)
	if killed == 0 {
		t.Error("no import was killed before its end")
	}
	s.git(t, "gc", "-q", "--prune=now")
	if names := s.temporary(t); len(names) > 0 {
		t.Errorf("git gc --prune=now left %q", names)
	}
	s.deleteImported(t)
	again := s.importer(t, path)
	if err := again.Run(); err != nil || again.commit() != commit {
		t.Errorf("the import after the crashes = %s, error %v %s, want %s", again.commit(), err, &again.stderr, commit)
	}
	s.git(t, "fsck", "--strict", "--no-dangling")
}

// An import that cannot write all of its files fails, and leaves none of them.
func TestFullDisk(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit int
	}{{"at once", 100}, {"in the large file", 1 << 20}, {"in the pack", largeFile + 300<<10}} {
		t.Run(tt.name, func(t *testing.T) {
			s := newChildSandbox(t)
			s.commitSomething(t)
			path := crashPackage(t)
			before := s.files(t)
			refs := s.git(t, "for-each-ref")
			c := s.importer(t, path, fmt.Sprintf("%s=%d", childFileSize, tt.limit))
			if err := c.Run(); err == nil {
				t.Fatalf("the import works, with files of at most %d bytes", tt.limit)
			}
			if want := "file too large"; !strings.HasSuffix(c.stderr.String(), want) {
				t.Errorf("error %q, want one that ends in %q", &c.stderr, want)
			}
			s.checkUnchanged(t, before)
			s.checkSurvived(t, refs, "")
		})
	}
	t.Run("no space left", func(t *testing.T) {
		s := newChildSandbox(t)
		s.commitSomething(t)
		path := crashPackage(t)
		pack := filepath.Join(s.dir, "repo/.git/objects/pack")
		if err := syscall.Mount("tmpfs", pack, "tmpfs", 0, "size=2m"); err != nil {
			t.Skipf("cannot mount a file system: %v", err)
		}
		defer syscall.Unmount(pack, 0)
		before := s.files(t)
		c := s.importer(t, path)
		if err := c.Run(); err == nil {
			t.Fatal("the import works, on a file system that is too small")
		}
		if want := "no space left on device"; !strings.HasSuffix(c.stderr.String(), want) {
			t.Errorf("error %q, want one that ends in %q", &c.stderr, want)
		}
		s.checkUnchanged(t, before)
	})
}
