package gitmap

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// packFile makes a new file for a pack, or for what belongs to one. Others may read it as far
// as the umask lets them, and nobody may write to it who opens it later: git keeps its packs so.
func packFile(dir, prefix string) (*os.File, error) {
	for {
		name := filepath.Join(dir, prefix+strconv.FormatUint(rand.Uint64(), 36))
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o444)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// packMode returns the permissions of a file of a pack which the umask gives the permissions
// mode, in a repository with the configuration c: core.sharedRepository of git-config(1).
func packMode(c Config, mode fs.FileMode) fs.FileMode {
	const group, all = 0o440, 0o444
	switch value := strings.ToLower(c.Value("core.sharedRepository")); value {
	case "group", "true", "yes", "on", "1":
		return mode | group
	case "all", "world", "everybody", "2":
		return mode | all
	default:
		if octal, err := strconv.ParseUint(value, 8, 16); err == nil && octal > 2 {
			return fs.FileMode(octal) & all
		}
		return mode
	}
}
