package gitmap

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestPackModes holds the permissions of our packs against those of git's, in repositories that
// are for one user, for a group, and for all.
func TestPackModes(t *testing.T) {
	for _, shared := range []string{"", "umask", "false", "group", "true", "1", "all", "2", "world", "TRUE", "0660", "0640", "0664", "0600"} {
		for _, umask := range []int{0, 0o022, 0o027, 0o077} {
			testPackModes(t, shared, umask)
		}
	}
}

func testPackModes(t *testing.T, shared string, umask int) {
	t.Helper()
	defer syscall.Umask(syscall.Umask(umask))
	repo := testRepo(t)
	if shared != "" {
		gitOutput(t, repo, "config", "core.sharedRepository", shared)
	}
	gitOutput(t, repo, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
	gitOutput(t, repo, "repack", "-a", "-d", "-q")
	modes := func() map[string]fs.FileMode {
		m := map[string]fs.FileMode{}
		for _, ext := range []string{".pack", ".idx"} {
			files, _ := filepath.Glob(filepath.Join(repo.packDir(), "pack-*"+ext))
			for _, file := range files {
				info, err := os.Stat(file)
				if err != nil {
					t.Fatal(err)
				}
				m[file] = info.Mode().Perm()
			}
		}
		return m
	}
	before, git := modes(), map[string]fs.FileMode{}
	for file, mode := range before {
		git[filepath.Ext(file)] = mode
	}
	pack, err := repo.NewPack(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pack.WriteFiles(map[string][]byte{"a": []byte("ours\n")}); err != nil {
		t.Fatal(err)
	}
	if err := pack.Finish(); err != nil {
		t.Fatal(err)
	}
	ours := 0
	for file, mode := range modes() {
		if _, ok := before[file]; ok {
			continue
		}
		ours++
		if want := git[filepath.Ext(file)]; mode != want {
			t.Errorf("core.sharedRepository %q, umask %03o: mode of our %s is %04o, git's has %04o", shared, umask, filepath.Ext(file), mode, want)
		}
	}
	if ours != 2 {
		t.Errorf("%d new files of packs, want 2", ours)
	}
}
