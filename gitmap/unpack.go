package gitmap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"debgit/dsc"
)

// unpacker makes the file tree of one tarball, as GNU tar would make it in an
// empty directory: a later entry replaces an earlier one of the same name, and an
// entry may lie behind a symbolic link of the same tarball only where tar would
// go through it.
type unpacker struct {
	file   string
	pool   *blobPool
	root   *node
	links  map[*node]string // where links point; without those that tar makes last, so that nothing can go through them
	losses *Losses
	budget *unpackBudget
}

// unpack reads a whole tarball. What it returns has no view yet. progress is called after
// each entry.
func unpack(ctx context.Context, pool *blobPool, c *dsc.Content, budget *unpackBudget, progress func()) (*unpacked, error) {
	t, err := dsc.OpenTarball(c, budget.tarball())
	if err != nil {
		return nil, err
	}
	defer t.Close()
	content := &cancelableReader{ctx, t}
	all := &unpacked{root: newDir()}
	u := &unpacker{file: c.File().Name, pool: pool, root: all.root, losses: &all.losses, budget: budget, links: map[*node]string{}}
	for {
		e, err := t.Next()
		if err == io.EOF {
			all.losses.addEmptyDirs(u.file, u.root, "")
			return all, nil
		}
		if limit, ok := errors.AsType[*dsc.LimitError](err); ok && limit.What == "bytes of content" {
			limit.Limit = budget.limits.Size // of all tarballs, of which this one had the rest
		}
		if err == nil {
			err = u.add(e, content)
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		all.keepsState = all.keepsState || e.Dotted && len(e.Path) > 1 && e.Path[1] == ".pc"
		progress()
	}
}

func (u *unpacker) add(e *dsc.Entry, content io.Reader) error {
	if err := u.spend(e); err != nil {
		return u.errorf(e, "%w", err)
	}
	u.loseMetadata(e)
	n, err := u.node(e, content)
	if err != nil {
		return u.errorf(e, "%w", err)
	}
	dir, err := u.parent(u.root, e.Path[:len(e.Path)-1], true)
	if err != nil {
		return u.errorf(e, "%w", err)
	}
	name := e.Path[len(e.Path)-1]
	if old := dir.child(name); old.isDir() {
		if e.Type == dsc.Directory {
			return nil
		}
		if old.len() > 0 {
			return u.errorf(e, "a directory that is not empty is there already")
		}
	}
	dir.set(strings.Clone(name), n) // the name is a part of the whole path
	return nil
}

// cancelableReader ends when its context does, within a large file, too.
type cancelableReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *cancelableReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

// spend takes from the budget what e costs, but for the directories above it.
func (u *unpacker) spend(e *dsc.Entry) error {
	l := &u.budget.limits
	if e.Size > l.File {
		return &dsc.LimitError{File: u.file, What: "bytes in a file", Limit: l.File}
	}
	name := e.Path[len(e.Path)-1]
	const header = 512
	if err := take(&u.budget.size, header+e.Size, u.file, "bytes of content", l.Size); err != nil {
		return err
	}
	return u.spendNode(name, e.Link)
}

// spendNode takes a file or directory from the budget.
func (u *unpacker) spendNode(name, target string) error {
	l := &u.budget.limits
	if len(name) > maxName {
		return fmt.Errorf("a name of %d bytes, but no file has one of more than %d", len(name), maxName)
	}
	if err := take(&u.budget.entries, 1, u.file, "entries", l.Entries); err != nil {
		return err
	}
	return take(&u.budget.names, int64(len(name)+len(target)), u.file, "bytes of names", l.Names)
}

// spendSteps takes n from what the ways to entries may cost.
func (u *unpacker) spendSteps(n int64) error {
	return take(&u.budget.steps, n, u.file, "directories to pass through", stepsPerEntry*u.budget.limits.Entries)
}

// maxName is how long the name of a file may be on Linux (NAME_MAX).
const maxName = 255

func (u *unpacker) node(e *dsc.Entry, content io.Reader) (*node, error) {
	switch e.Type {
	case dsc.Directory:
		return newDir(), nil
	case dsc.Special:
		u.lose(e, LossSpecial, e.Special)
		return &node{kind: specialNode}, nil
	case dsc.HardLink:
		u.lose(e, LossHardLink, strings.Join(e.Hard, "/"))
		return u.linked(e.Hard)
	case dsc.Symlink:
		n := &node{kind: linkNode}
		if !strings.HasPrefix(e.Link, "/") && !slices.Contains(strings.Split(e.Link, "/"), "..") {
			u.links[n] = strings.Clone(e.Link)
		}
		return n, u.pool.add(strings.NewReader(e.Link), int64(len(e.Link)), &n.id)
	}
	n := &node{kind: fileNode}
	if e.Mode&0o111 != 0 {
		n.kind = execNode
	}
	return n, u.pool.add(content, e.Size, &n.id)
}

func (u *unpacker) lose(e *dsc.Entry, kind LossKind, detail string) {
	u.losses.add(Loss{kind, u.file, e.Name(), detail})
}

// firstUsualTime is before anything that was packed for Debian. Earlier times, such as
// zero, are those of a wrong clock, or were set to have the same tarball each time.
var firstUsualTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// loseMetadata notes a mode or a time that is worth a word. A mode that differs only
// by the umask of whoever made the tarball is not.
func (u *unpacker) loseMetadata(e *dsc.Entry) {
	usual := e.Mode&0o7000 == 0
	if e.Type == dsc.Regular {
		usual = usual && e.Mode&0o444 == 0o444
	}
	if !usual && e.Type != dsc.Symlink && e.Type != dsc.HardLink {
		u.lose(e, LossMode, fmt.Sprintf("%04o", e.Mode&0o7777))
	}
	if !e.Time.IsZero() && e.Time.Before(firstUsualTime) {
		u.lose(e, LossTime, e.Time.Format(time.DateTime))
	}
}

// linked returns what a hard link to path makes: git keeps it as one more file.
func (u *unpacker) linked(path []string) (*node, error) {
	name := strings.Join(path, "/")
	if len(path) == 0 {
		return nil, fmt.Errorf("hard link to the top directory")
	}
	dir, err := u.parent(u.root, path[:len(path)-1], false)
	if err != nil {
		return nil, fmt.Errorf("hard link to %q: %w", name, err)
	}
	n := dir.child(path[len(path)-1])
	if n == nil {
		return nil, fmt.Errorf("hard link to %q, which no earlier entry made", name)
	}
	if n.isDir() {
		return nil, fmt.Errorf("hard link to the directory %q", name)
	}
	return n, nil
}

// maxLinks is how many links a path may go through, as on Linux.
const maxLinks = 40

// parent returns the directory at path below dir; links in path are followed as
// the operating system would while tar unpacks. Missing directories are made if
// create is set.
func (u *unpacker) parent(dir *node, path []string, create bool) (*node, error) {
	links := 0
	for len(path) > 0 {
		name := path[0]
		path = path[1:]
		next := dir.child(name)
		target, through := u.links[next]
		if err := u.spendSteps(1); err != nil {
			return nil, err
		}
		switch {
		case next == nil && create:
			if err := u.spendNode(name, ""); err != nil {
				return nil, err
			}
			next = newDir()
			dir.set(strings.Clone(name), next)
		case next == nil:
			return nil, fmt.Errorf("there is no directory %q", name)
		case through:
			// The target is relative and stays below: it goes in front of the rest.
			if links++; links > maxLinks {
				return nil, fmt.Errorf("too many symbolic links at %q", name)
			}
			var parts []string
			for part := range strings.SplitSeq(target, "/") {
				if part != "" && part != "." {
					parts = append(parts, part)
				}
			}
			if err := u.spendSteps(int64(len(target) / 16)); err != nil {
				return nil, err
			}
			path = append(parts, path...)
			create = false // a link that dangles leads nowhere
			continue
		case !next.isDir():
			return nil, fmt.Errorf("%q is not a directory", name)
		}
		dir = next
	}
	return dir, nil
}

func (u *unpacker) errorf(e *dsc.Entry, format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	if limit, ok := errors.AsType[*dsc.LimitError](err); ok {
		return limit // which names the tarball; the entry only happened to be the next one
	}
	return fmt.Errorf("unpack %s: %q: %w", u.file, e.Name(), err)
}
