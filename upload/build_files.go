package upload

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc"
	"debgit/history"

	"golang.org/x/sys/unix"
)

// CheckProductsDir refuses a directory that what is built cannot be put into, with a
// [*history.NoProductsDirError]: it is better to know that before a long build.
func CheckProductsDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		err = errors.Unwrap(err) // which is without the path
	case !info.IsDir():
		err = unix.ENOTDIR
	default:
		err = unix.Access(dir, unix.W_OK|unix.X_OK)
	}
	if err != nil {
		return &history.NoProductsDirError{Dir: dir, Err: err}
	}
	return nil
}

// PutInto moves what was made into dir, the .changes last, and links the orig tarballs there if
// they are not in it yet. While that is done there is no .changes of that name, so that none
// lists files that are only half there. Files of these names are replaced.
func (b *Built) PutInto(dir string) error {
	for _, name := range b.Origs {
		to := filepath.Join(dir, name)
		if _, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) {
			err = linkOrCopy(filepath.Join(b.Dir, name), to)
			if err != nil {
				return err
			}
		}
	}
	return moveFiles(b.Dir, dir, b.Files)
}

// RemoveChanges removes the .changes of all builds of a version from dir.
func RemoveChanges(dir string, id dsc.ID) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	prefix := id.Package + "_" + id.Version.WithoutEpoch() + "_"
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, prefix) || !strings.HasSuffix(name, ".changes") {
			continue
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// moveFiles moves files from one directory into another, the last of them, which lists the
// others, when all others are there.
func moveFiles(from, to string, names []string) (err error) {
	var sources []string
	defer func() {
		for _, source := range sources {
			if err != nil && filepath.Dir(source) == filepath.Clean(to) {
				os.Remove(source)
			}
		}
	}()
	for _, name := range names {
		source, err := toFileSystem(filepath.Join(from, name), to)
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	// What is now part of another .changes does not stay under its own name either.
	for _, name := range append([]string{names[len(names)-1]}, names...) {
		if plain := strings.TrimSuffix(name, inMulti); plain != name || name == names[len(names)-1] {
			if err := os.Remove(filepath.Join(to, plain)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	for i, name := range names {
		if err := os.Rename(sources[i], filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return syncFile(to)
}

// toFileSystem returns the path of a file with the content of that at path, durable, that can be
// renamed to a name in dir.
func toFileSystem(path, dir string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if sameFileSystem(f, dir) {
		return path, f.Sync()
	}
	copied := filepath.Join(dir, "."+filepath.Base(path)+".debgit-new")
	// What has that name was left by a process that was killed, or is a link that somebody else has made.
	if err := ignoreMissing(os.Remove(copied)); err != nil {
		return "", err
	}
	if err := copyFile(f, copied); err != nil {
		os.Remove(copied)
		return "", err
	}
	return copied, nil
}

// linkOrCopy makes the file at path available as to: as a link if that can be.
func linkOrCopy(path, to string) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	err = os.Link(path, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return copyFile(f, to)
}

// copyFile writes what is read from f to a new file of that name, durably.
func copyFile(f *os.File, name string) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	if err == nil {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return err
}

// sameFileSystem says whether a file can be renamed into dir.
func sameFileSystem(f *os.File, dir string) bool {
	var file, target unix.Stat_t
	return unix.Fstat(int(f.Fd()), &file) == nil && unix.Stat(dir, &target) == nil && file.Dev == target.Dev
}
