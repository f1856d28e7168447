package archive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"debgit/dsc"
)

// A PoolFile is a file that an archive has.
type PoolFile struct {
	Component string
	Path      string     // from the root of the archive
	Size      int64      // in bytes; -1 if nobody told it
	Digest    dsc.Digest // SHA-256

	mirror   Mirror
	listedIn string // what says so, for messages
}

// Name returns the name of the file, without a directory.
func (f PoolFile) Name() string { return path.Base(f.Path) }

// filePattern is what [Suite.FindFiles] takes: a name of [dsc.CheckName] with "*" in it.
var filePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+.:_~*-]*$`)

func checkFilePattern(pattern string) error {
	if !filePattern.MatchString(pattern) {
		return fmt.Errorf("find files %q: not the name of a file of a source package", pattern)
	}
	return nil
}

// matchesFile says whether name matches a pattern that checkFilePattern accepts.
func matchesFile(pattern, name string) bool {
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// maxUntold is how large a file may be of which nobody but the mirror tells the size, in
// bytes. The largest of Debian have 2 GB.
const maxUntold = 8 << 30

// FetchFile downloads f into dir, which must exist, and verifies it. What is there already is
// kept if it is what it should be. Errors are those of [Download], and a [*dsc.LimitError].
func (c *Client) FetchFile(ctx context.Context, f PoolFile, dir string) error {
	if err := dsc.CheckName(f.Name()); err != nil {
		return err
	}
	dest := filepath.Join(dir, f.Name())
	file := dsc.File{Name: f.Name(), Size: f.Size, Digest: f.Digest, ListedIn: f.listedIn}
	if file.Size < 0 {
		size, err := f.findSize(ctx, dest)
		if err != nil {
			return err
		}
		file.Size = size
	}
	return Download(ctx, f.mirror, []Transfer{{Path: f.Path, File: file, Dest: dest}}, DownloadOptions{Progress: c.opts.Progress})
}

// findSize returns the size that the file at dest has or else, as the mirror says, the one that
// is to go there. If it is not the right one, neither is the digest.
func (f PoolFile) findSize(ctx context.Context, dest string) (int64, error) {
	if info, err := os.Stat(dest); err == nil {
		return info.Size(), nil
	}
	s, err := f.mirror.Open(ctx, f.Path, 0)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	if s.Size < 0 {
		return 0, &MirrorError{Mirror: f.mirror.String(), Path: f.Path, Err: errors.New("it does not tell how many bytes that has")}
	}
	if s.Size > maxUntold {
		return 0, &dsc.LimitError{File: f.Name(), What: "bytes", Limit: maxUntold}
	}
	return s.Size, nil
}
