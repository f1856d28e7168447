package gitmap

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// An ObjectError says that an object which a repository should have cannot be read: it is
// damaged, or missing.
type ObjectError struct {
	Kind string // "blob" or "tree"
	ID   ObjectID
	Err  error
}

func (e *ObjectError) Error() string { return fmt.Sprintf("read %s %s: %v", e.Kind, e.ID, e.Err) }

func (e *ObjectError) Unwrap() error { return e.Err }

// objectStore reads the objects of a repository, while other processes may write, fetch
// and repack. It may be used by several goroutines.
type objectStore struct {
	dir string // objects are in its directory objects

	mu  sync.Mutex
	now []*filesystem.Storage // of [objectDirs], with the packs that there were when they were made; none: look
}

// read calls look with the objects there are. If that fails it is called once
// more, with those that another process has added or packed anew meanwhile.
func (s *objectStore) read(look func(*filesystem.Storage) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.now) > 0 && s.lookThrough(look) == nil {
		return nil
	}
	dirs, err := objectDirs(s.dir)
	if err != nil {
		return err
	}
	s.now = nil
	for _, dir := range dirs {
		s.now = append(s.now, filesystem.NewStorage(indexedPacks{osfs.New(dir)}, cache.NewObjectLRU(8*cache.MiByte)))
	}
	return s.lookThrough(look)
}

// lookThrough calls look with one after the other until one has the object.
func (s *objectStore) lookThrough(look func(*filesystem.Storage) error) error {
	first := look(s.now[0])
	if errors.Is(first, plumbing.ErrObjectNotFound) {
		for _, lender := range s.now[1:] {
			if err := look(lender); !errors.Is(err, plumbing.ErrObjectNotFound) {
				return err
			}
		}
	}
	return first
}

// indexedPacks is a git directory as the library may see it while others write there. Files that
// vanish while a directory is listed are not in it, which the library takes for a
// directory that is not there. Nor are packs without an index, which a process is about to
// add or did not live to add: they make the library look no further.
type indexedPacks struct{ billy.Filesystem }

func (f indexedPacks) ReadDir(path string) ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(f.Join(f.Root(), path))
	if err != nil {
		return nil, err
	}
	var infos []fs.FileInfo
	names := map[string]bool{}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
		names[info.Name()] = true
	}
	return slices.DeleteFunc(infos, func(info fs.FileInfo) bool {
		pack, isPack := strings.CutSuffix(info.Name(), ".pack")
		return isPack && !names[pack+".idx"]
	}), nil
}

// blob returns the content of a blob that is in the repository.
func (r *Repo) blob(id ObjectID) ([]byte, error) { return r.object(plumbing.BlobObject, id) }

// object returns the content of an object that is in the repository.
func (r *Repo) object(kind plumbing.ObjectType, id ObjectID) ([]byte, error) {
	var b bytes.Buffer
	err := r.objects.read(func(s *filesystem.Storage) error {
		o, err := s.EncodedObject(kind, plumbing.Hash(id))
		if err != nil {
			return err
		}
		rd, err := o.Reader()
		if err != nil {
			return err
		}
		defer rd.Close()
		b.Reset()
		_, err = b.ReadFrom(rd)
		return err
	})
	if err != nil {
		return nil, &ObjectError{kind.String(), id, err}
	}
	return b.Bytes(), nil
}

// blobSize returns the size of a blob that is in the repository.
func (r *Repo) blobSize(id ObjectID) (size int64, err error) {
	err = r.objects.read(func(s *filesystem.Storage) error {
		size, err = s.EncodedObjectSize(plumbing.Hash(id))
		return err
	})
	if err != nil {
		return 0, &ObjectError{"blob", id, err}
	}
	return size, nil
}

// tree returns the entries of a tree that is in the repository.
func (r *Repo) tree(id ObjectID) ([]gitEntry, error) {
	content, err := r.object(plumbing.TreeObject, id)
	if err != nil {
		return nil, err
	}
	return parseTree(id, content)
}
