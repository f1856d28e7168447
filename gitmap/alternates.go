package gitmap

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// maxAlternates is how deep git lets repositories borrow objects of repositories that borrow
// objects themselves.
const maxAlternates = 5

// objectDirs returns the git directories whose objects a repository has: dir, its own, first, then
// those that it borrows from, as after "git clone --shared", see objects/info/alternates in
// gitrepository-layout(5). As git does, it passes over those that are not there; and over a
// directory of objects that is called otherwise than in a repository.
func objectDirs(dir string) ([]string, error) {
	dirs := []string{dir}
	level := dirs
	for depth := 0; len(level) > 0 && depth <= maxAlternates; depth++ {
		var next []string
		for _, d := range level {
			lent, err := alternatesOf(d)
			if err != nil {
				return nil, err
			}
			for _, l := range lent {
				if !slices.Contains(dirs, l) {
					dirs, next = append(dirs, l), append(next, l)
				}
			}
		}
		level = next
	}
	return dirs, nil
}

// alternatesOf returns the git directories that dir names as those that it borrows from.
func alternatesOf(dir string) ([]string, error) {
	const objects = "objects"
	data, err := os.ReadFile(filepath.Join(dir, objects, "info", "alternates"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var dirs []string
	for line := range strings.Lines(string(data)) {
		path := strings.TrimSuffix(line, "\n")
		if path == "" || path[0] == '#' {
			continue
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, objects, path)
		}
		path = filepath.Clean(path)
		if info, err := os.Stat(path); err == nil && info.IsDir() && filepath.Base(path) == objects {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return dirs, nil
}
