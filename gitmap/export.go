package gitmap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// ExportOptions are the options of [Repo.Export].
type ExportOptions struct {
	Paths []string // these files and directories alone, as far as they are there; default: all
}

// Export writes the files of a tree into dir, which must be there, with just the bytes that
// the tree has: no attribute, filter or line ending of anybody's configuration has a say.
// Modes are 0644 or 0755, whatever the umask. A submodule becomes an empty directory, as in
// a checkout. A file that is there already is an error that matches [fs.ErrExist].
//
// Nothing outside of dir is written, whatever names the tree has.
func (r *Repo) Export(ctx context.Context, tree ObjectID, dir string, opts ExportOptions) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	x := &exporter{repo: r, root: root}
	if err := x.list(ctx, tree, opts.Paths); err != nil {
		return fmt.Errorf("write out tree %s: %w", tree, err)
	}
	if err := x.writeAll(ctx); err != nil {
		return fmt.Errorf("write out tree %s: %w", tree, err)
	}
	return nil
}

// exporter is one export.
type exporter struct {
	repo  *Repo
	root  *os.Root
	files []exportedFile
}

// An exportedFile is a file, link or submodule with its path from the top.
type exportedFile struct {
	path string
	mode fs.FileMode
	id   ObjectID
}

// list finds the files at or below paths, or all if there are none, and makes their directories.
func (x *exporter) list(ctx context.Context, tree ObjectID, paths []string) error {
	reader, err := x.repo.NewTreeReader(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	if len(paths) == 0 {
		err = x.listDir(reader, tree, "")
	}
	files := reader.Files(tree)
	for _, path := range paths {
		e, lerr := files.entry(path)
		if errors.Is(lerr, fs.ErrNotExist) {
			continue
		}
		if err = lerr; err == nil {
			err = x.listEntry(reader, e, path)
		}
		if err != nil {
			break
		}
	}
	if err != nil {
		return err
	}
	made := map[string]bool{".": true}
	for _, f := range x.files {
		if err := x.mkdirs(path.Dir(f.path), made); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) listDir(reader *TreeReader, tree ObjectID, prefix string) error {
	entries, err := reader.Entries(tree)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name == "" || e.Name == "." || e.Name == ".." || strings.Contains(e.Name, "/") || refusedName(e.Name) != "" {
			return fmt.Errorf("%q cannot be the name of a file", prefix+e.Name)
		}
		if err := x.listEntry(reader, e, prefix+e.Name); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) listEntry(reader *TreeReader, e TreeEntry, path string) error {
	if e.Mode == fs.ModeDir {
		return x.listDir(reader, e.ID, path+"/")
	}
	x.files = append(x.files, exportedFile{path, e.Mode, e.ID})
	return nil
}

// mkdirs makes a directory with those that it is in, but for those made already.
func (x *exporter) mkdirs(dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	if err := x.mkdirs(path.Dir(dir), made); err != nil {
		return err
	}
	made[dir] = true
	return x.mkdir(dir)
}

func (x *exporter) mkdir(dir string) error {
	if err := x.root.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return x.root.Chmod(dir, 0o755)
}

// exportShare is how many files are worth a process of git of their own.
const exportShare = 500

// writeAll writes the files, a share of them in each of some goroutines.
func (x *exporter) writeAll(ctx context.Context) error {
	workers := min(runtime.GOMAXPROCS(0), len(x.files)/exportShare+1)
	each := len(x.files) / workers // or one more
	shares := slices.Collect(slices.Chunk(x.files, each+1))
	errs := make([]error, len(shares))
	var wg sync.WaitGroup
	for i, share := range shares {
		wg.Go(func() { errs[i] = x.writeFiles(ctx, share) })
	}
	wg.Wait()
	return cmp.Or(errs...)
}

func (x *exporter) writeFiles(ctx context.Context, files []exportedFile) error {
	reader, err := x.repo.NewTreeReader(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	for _, f := range files {
		if f.mode == fs.ModeIrregular {
			err = x.mkdir(f.path)
		} else {
			err = x.writeFile(reader, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) writeFile(reader *TreeReader, f exportedFile) error {
	if f.mode == fs.ModeSymlink {
		target, err := reader.Blob(f.id)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		return x.root.Symlink(string(target), f.path)
	}
	file, err := x.root.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return err
	}
	if err = reader.copyBlob(file, f.id); err != nil {
		err = fmt.Errorf("%s: %w", f.path, err)
	} else {
		err = file.Chmod(f.mode)
	}
	if cerr := file.Close(); err == nil {
		err = cerr
	}
	return err
}
