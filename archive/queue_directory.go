package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc"
)

// A queueDirectory is a queue that is a directory of this machine. The .changes appears
// last, when all else is there: what takes uploads from there looks for that. Uploads that
// are to wait are in directories below it, named as in Debian's queue.
type queueDirectory struct {
	dir     string
	delayed int
}

func (q *queueDirectory) String() string {
	if q.delayed > 0 {
		return filepath.Join(q.dir, "DELAYED", fmt.Sprintf("%d-day", q.delayed))
	}
	return q.dir
}

func (q *queueDirectory) Check() error {
	if err := q.find(); err != nil {
		return &QueueError{Queue: q.String(), Err: err}
	}
	return nil
}

// find fails unless the directory is there.
func (q *queueDirectory) find() error {
	info, err := os.Stat(q.String())
	if err == nil && !info.IsDir() {
		err = errors.New("it is no directory")
	}
	return err
}

func (q *queueDirectory) Send(ctx context.Context, changes string) error {
	if err := q.send(ctx, changes); err != nil {
		return &QueueError{Queue: q.String(), Changes: changes, Err: err}
	}
	return nil
}

func (q *queueDirectory) send(ctx context.Context, changes string) (err error) {
	if err := q.find(); err != nil {
		return err
	}
	files, err := filesOfChanges(changes)
	if err != nil {
		return err
	}
	from, err := NewDirectory(filepath.Dir(changes))
	if err != nil {
		return err
	}
	var placed []string // that were not there before
	defer func() {
		if err != nil {
			for _, path := range placed {
				os.Remove(path)
			}
		}
	}()
	for _, f := range files {
		dest := filepath.Join(q.String(), f.Name)
		if _, statErr := os.Lstat(dest); errors.Is(statErr, fs.ErrNotExist) {
			placed = append(placed, dest, dest+".tmp")
		}
		if err := Download(ctx, from, []Transfer{{Path: f.Name, File: f, Dest: dest}}, DownloadOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// maxChanges is how many bytes a .changes may have. Very many binaries take a tenth of that.
const maxChanges = 16 << 20

// filesOfChanges returns the files of an upload, the .changes last.
func filesOfChanges(changes string) ([]dsc.File, error) {
	data, err := readLimited(changes, maxChanges)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(changes)
	text, signed, err := dsc.ClearsignedText(name, data)
	if err != nil {
		return nil, err
	}
	if !signed {
		return nil, &dsc.SignatureError{File: name, Reason: dsc.NoSignature}
	}
	parsed, err := dsc.ParseChanges(name, text)
	if err != nil {
		return nil, err
	}
	if err := dsc.CheckName(name); err != nil || !strings.HasSuffix(name, ".changes") {
		return nil, fmt.Errorf("%q is no name of a .changes file", name)
	}
	digest := sha256.Sum256(data)
	own := dsc.File{Name: name, Size: int64(len(data)), Digest: dsc.Digest{Algorithm: dsc.SHA256, Hex: hex.EncodeToString(digest[:])}, ListedIn: name}
	return append(parsed.Files, own), nil
}
