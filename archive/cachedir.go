package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// defaultCacheDir makes and returns the directory for the cache of this user:
// debgit in the cache directory that os.UserCacheDir knows; or, for a user without a
// home, such as a build daemon, one among the temporary files that nobody else can
// write to.
func defaultCacheDir() (string, error) {
	if user, err := os.UserCacheDir(); err == nil {
		dir := filepath.Join(user, "debgit")
		err := os.MkdirAll(dir, 0o777)
		if err == nil || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
			return dir, err
		}
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("debgit-%d", os.Getuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !ok || int(owner.Uid) != os.Getuid() {
		return "", fmt.Errorf("%s is not a directory of this user only", dir)
	}
	return dir, nil
}
