package upload

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"debgit/gitmap"
)

// A SparseError says that the work tree lacks files, which a source package that is made of it would lack,
// too: git was told to leave them out.
type SparseError struct{ Paths []string }

func (e *SparseError) Error() string {
	text := fmt.Sprintf("the work tree is a sparse checkout, without %q", e.Paths[0])
	if n := len(e.Paths) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// fromWorkTree builds from a copy of the work tree.
func (b *builder) fromWorkTree(ctx context.Context, job Job) error {
	left, err := b.pkg.Repo.LeftOut(ctx)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return &SparseError{left}
	}
	b.work = filepath.Base(b.pkg.Repo.WorkTree())
	if err := copyTree(ctx, b.pkg.Repo.WorkTree(), b.path(b.work)); err != nil {
		return err
	}
	if err := b.cleanCopy(ctx, job.Clean); err != nil {
		return err
	}
	if !job.NoSource {
		if err := b.findOrigs(); err != nil {
			return err
		}
		if err := b.placeOrigs(); err != nil {
			return err
		}
		if err := b.dpkgSource(ctx, b.opts.Terminal); err != nil {
			return err
		}
		if err := b.finish(ctx); err != nil {
			return err
		}
	}
	if job.Binaries == nil {
		return nil
	}
	return b.binaries(ctx, job)
}

// cleanCopy cleans the copy of the work tree as [Clean] would clean the work tree.
func (b *builder) cleanCopy(ctx context.Context, mode CleanMode) error {
	copied := b.path(b.work)
	switch {
	case mode.usesGit():
		_, err := b.pkg.Repo.Clean(ctx, gitmap.CleanOptions{WorkTree: copied, Ignored: true, Nested: true})
		return err
	case mode.usesRules():
		if err := b.rulesClean(ctx, mode); err != nil {
			return err
		}
	}
	return refuseUntracked(ctx, b.pkg.Repo, copied, mode, mode.usesRules())
}

// rulesClean runs the target "clean" of debian/rules in the directory that is built from.
func (b *builder) rulesClean(ctx context.Context, mode CleanMode) error {
	return rulesClean(ctx, b.inPlace(b.work), mode, b.opts.Programs)
}

// copyTree makes a copy of the directory from, without what is git's. Times and modes stay: they
// become those of the files in tarballs. Sockets, pipes and devices are left out.
func copyTree(ctx context.Context, from, to string) error {
	type dirTime struct {
		path string
		time time.Time
	}
	var dirs []dirTime
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		if d.Name() == ".git" && path != from {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.IsDir() {
			dirs = append(dirs, dirTime{filepath.Join(to, rel), info.ModTime()})
		}
		return copyEntry(path, filepath.Join(to, rel), info)
	})
	for _, d := range dirs { // which have been written to since
		if err == nil {
			err = os.Chtimes(d.path, d.time, d.time)
		}
	}
	return err
}

// copyEntry copies one file, link or, without what is in it, directory.
func copyEntry(from, to string, info fs.FileInfo) error {
	switch info.Mode().Type() {
	case fs.ModeDir:
		if err := os.Mkdir(to, 0o700); err != nil {
			return err
		}
		return os.Chmod(to, info.Mode().Perm()|0o700)
	case fs.ModeSymlink:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case 0:
	default:
		return nil
	}
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, f) // shares the blocks, where the file system can
	if err == nil {
		err = out.Chmod(info.Mode().Perm())
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chtimes(to, info.ModTime(), info.ModTime())
	}
	return err
}
