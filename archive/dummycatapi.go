package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"debgit/dsc"
)

// findBelow answers what an API of files cannot (dgit's access method dummycatapi): which
// files match pattern below pool/ of m. Only a directory can be searched.
func findBelow(ctx context.Context, m Mirror, pattern string) (files []PoolFile, all bool, err error) {
	if f, ok := m.(*fallback); ok {
		m = f.first
	}
	d, ok := m.(*Directory)
	if !ok {
		return nil, false, nil
	}
	err = filepath.WalkDir(filepath.Join(d.dir, "pool"), func(name string, e fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || e.IsDir() || !matchesFile(pattern, e.Name()) {
			return err
		}
		where, err := filepath.Rel(d.dir, name)
		if err != nil {
			return err
		}
		file, err := d.poolFile(ctx, filepath.ToSlash(where))
		files = append(files, file)
		return err
	})
	if isMissing(err) { // there is no pool
		err = nil
	}
	return files, true, err
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
	return PoolFile{component, path, dsc.Digest{Algorithm: dsc.SHA256, Hex: hex.EncodeToString(h.Sum(nil))}}, nil
}
