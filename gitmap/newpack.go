package gitmap

import (
	"context"
	"maps"
	"slices"
)

// A Pack is new objects on their way into a repository. They are there, complete
// and durable, when Finish has returned nil, and none of them is before. Workers compress and
// write them beside the goroutine that makes them.
//
// A Pack is for one goroutine. Who does not finish it must abort it; to abort it
// after it has been finished does nothing.
type Pack struct {
	repo     *Repo
	writer   *packWriter
	workers  *workers
	namer    namer
	contents contentCache
}

// NewPack starts a pack.
func (r *Repo) NewPack(ctx context.Context) (*Pack, error) {
	config, err := r.Config(ctx)
	if err != nil {
		return nil, err
	}
	w, err := newPackWriter(r.packDir(), config)
	if err != nil {
		return nil, err
	}
	return &Pack{repo: r, writer: w, workers: newWorkers(w), namer: newNamer()}, nil
}

// Finish puts the objects into the repository.
func (p *Pack) Finish() error {
	if err := p.workers.end(); err != nil {
		p.writer.abort()
		return err
	}
	return p.writer.finish()
}

// Abort gives all objects up.
func (p *Pack) Abort() {
	p.workers.end()
	p.writer.abort()
}

// put names an object, and has it written if it is new. The content must not be modified
// afterwards.
func (p *Pack) put(kind objectKind, content []byte) (ObjectID, error) {
	id, err := p.namer.name(kind, content)
	if err != nil || !p.writer.reserve(id, int64(len(content)), content) {
		return id, err
	}
	p.workers.claim(int64(cap(content)))
	p.workers.do(int64(cap(content)), func(d *deflater) error {
		return p.writer.store(d, id, kind, content)
	})
	return id, p.workers.failed()
}

// WriteCommit writes a commit. Author and committer are whole lines of a commit
// object without their first word, and message is written as it is.
func (p *Pack) WriteCommit(tree ObjectID, parents []CommitID, author, committer, message string) (CommitID, error) {
	return p.commit(commit{tree: tree, parents: parents, author: author, committer: committer, message: message})
}

func (p *Pack) commit(c commit) (CommitID, error) {
	id, err := p.put(commitObject, c.encode())
	return CommitID(id), err
}

// WriteFiles writes a tree of regular files, without directories, and returns its name.
func (p *Pack) WriteFiles(files map[string][]byte) (ObjectID, error) {
	dir := newDir()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file, err := p.newFile(files[name])
		if err != nil {
			return ObjectID{}, err
		}
		dir.set(name, file)
	}
	return p.writeRoot(dir)
}

// newFile writes a blob, and returns it as a regular file. The content must not be
// modified afterwards.
func (p *Pack) newFile(content []byte) (*node, error) {
	id, err := p.put(blobObject, content)
	if err == nil {
		p.contents.put(id, content)
	}
	return &node{kind: fileNode, id: id}, err
}

// blob returns the content of a blob that is in the pack or in the repository. It must
// not be modified.
func (p *Pack) blob(id ObjectID) ([]byte, error) {
	if data, ok := p.contents.get(id); ok {
		return data, nil
	}
	data, ok, err := p.writer.read(id)
	if !ok && err == nil {
		data, err = p.repo.blob(id)
	}
	if err == nil {
		p.contents.put(id, data)
	}
	return data, err
}

// blobSize returns the size of such a blob.
func (p *Pack) blobSize(id ObjectID) (int64, error) {
	if size, ok := p.writer.size(id); ok {
		return size, nil
	}
	return p.repo.blobSize(id)
}

// tree returns the entries of a tree that is in the pack or in the repository.
func (p *Pack) tree(id ObjectID) ([]gitEntry, error) {
	data, ok, err := p.writer.read(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return p.repo.tree(id)
	}
	return parseTree(id, data)
}
