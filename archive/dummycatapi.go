package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
)

// findBelow answers what an API of files cannot (dgit's access method dummycatapi): which
// files match pattern below pool/ of m. Only directories can be searched; all says whether m
// is nothing else.
func findBelow(ctx context.Context, m Mirror, pattern string) (files []PoolFile, all bool, err error) {
	switch m := m.(type) {
	case *fallback:
		files, all, err = findBelow(ctx, m.first, pattern)
		if err != nil {
			return nil, false, err
		}
		more, also, err := findBelow(ctx, m.second, pattern)
		for _, f := range more {
			if !slices.ContainsFunc(files, func(first PoolFile) bool { return first.Path == f.Path }) {
				files = append(files, f)
			}
		}
		return files, all && also, err
	case *Directory:
		err = m.walk(ctx, "pool", nil, func(path string) error {
			if !matchesFile(pattern, filepath.Base(path)) {
				return nil
			}
			file, err := m.poolFile(ctx, path)
			files = append(files, file)
			return err
		})
		return files, true, err
	}
	return nil, false, nil
}

// walk calls visit with the path of each regular file below dir, in order. Symbolic links are
// followed, as [Directory.Open] follows them, but not to the directories above, through which
// the way went.
func (d *Directory) walk(ctx context.Context, dir string, above []fs.FileInfo, visit func(path string) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	place := filepath.Join(d.dir, filepath.FromSlash(dir))
	info, err := os.Stat(place)
	if isMissing(err) { // or a link that leads nowhere
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		return visit(dir)
	}
	if !info.IsDir() || slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		return nil
	}
	entries, err := os.ReadDir(place)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := d.walk(ctx, path.Join(dir, e.Name()), append(slices.Clip(above), info), visit); err != nil {
			return err
		}
	}
	return nil
}

// poolFile describes the file at path, which is below pool/.
func (d *Directory) poolFile(ctx context.Context, path string) (PoolFile, error) {
	stream, err := d.Open(ctx, path, 0)
	if err != nil {
		return PoolFile{}, err
	}
	defer stream.Close()
	h := sha256.New()
	if _, err := io.Copy(h, stream); err != nil {
		return PoolFile{}, err
	}
	component, _, _ := strings.Cut(strings.TrimPrefix(path, "pool/"), "/")
	digest := dsc.Digest{Algorithm: dsc.SHA256, Hex: hex.EncodeToString(h.Sum(nil))}
	return PoolFile{Component: component, Path: path, Size: stream.Size, Digest: digest, mirror: d, listedIn: d.String()}, nil
}
