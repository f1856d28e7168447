package upload

import (
	"context"
	"os"
	"path/filepath"

	"debgit/archive"
	"debgit/dsc"
)

// signFiles signs copies of the files, and keeps them once all are signed.
func (p *performer) signFiles(ctx context.Context) error {
	return p.fillOnce("signed", func(dir string) error {
		for _, f := range p.Plan.Files {
			if !f.Made {
				continue
			}
			if err := stage(p.path("unsigned", f.Name), filepath.Join(dir, f.Name), f.Signed); err != nil {
				return err
			}
		}
		return p.signer.Clearsign(ctx, filepath.Join(dir, p.Plan.Queue.Changes))
	})
}

// fillOnce makes a directory of the journal that is there as a whole or not at all, and has fill
// put into it what belongs there. It does nothing if it is there.
func (p *performer) fillOnce(name string, fill func(dir string) error) error {
	if _, err := os.Stat(p.path(name)); err == nil {
		return nil
	}
	dir := p.path(name + ".new")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	if err := fill(dir); err != nil {
		return err
	}
	if err := syncFile(dir); err != nil {
		return err
	}
	if err := os.Rename(dir, p.path(name)); err != nil {
		return err
	}
	return syncFile(p.dir)
}

// stage makes to the same file as from or, if that may not change or cannot be linked, a copy.
func stage(from, to string, changes bool) error {
	if !changes && os.Link(from, to) == nil {
		return nil
	}
	return copyDurably(from, to)
}

// placeFiles gives the files their final names. What had these names is kept until the end.
func (p *performer) placeFiles(context.Context) error {
	if err := p.keepReplaced(); err != nil {
		return err
	}
	for _, f := range p.Plan.Files {
		if !f.Made { // it has its name already
			continue
		}
		from, to := p.path("signed", f.Name), filepath.Join(p.Plan.Products, f.Name)
		same, err := sameContent(from, to)
		if err != nil {
			return err
		}
		if same {
			continue
		}
		if err := copyDurably(from, to); err != nil {
			return err
		}
	}
	return nil
}

// keepReplaced keeps what has the names of files of the upload, before any of these gets its name: later nobody
// could tell what was there before.
func (p *performer) keepReplaced() error {
	return p.fillOnce("replaced", func(dir string) error {
		for _, f := range p.Plan.Files {
			if !f.Made {
				continue
			}
			path := filepath.Join(p.Plan.Products, f.Name)
			if info, err := os.Lstat(path); err == nil && info.IsDir() { // it stays, and the file does not get its name
				continue
			}
			if err := ignoreMissing(sameFile(path, filepath.Join(dir, f.Name))); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkSent checks, before anything is public, that the files that are sent as they are have not changed since the
// push was planned. The error is a [*dsc.MismatchError], or that one is missing.
func (p *performer) checkSent() error {
	for _, f := range p.Plan.Files {
		if f.Made {
			continue
		}
		planned := dsc.File{Name: f.Name, Size: f.Size, Digest: dsc.Digest{Algorithm: dsc.SHA256, Hex: f.SHA256}, ListedIn: "the plan of the push"}
		if err := verifyFile(planned, filepath.Join(p.Plan.Products, f.Name)); err != nil {
			return err
		}
	}
	return nil
}

// sendUpload sends the upload to the queue: the files as they were signed, whatever has been done to
// them since.
func (p *performer) sendUpload(ctx context.Context) error {
	if err := p.placeFiles(ctx); err != nil {
		return err
	}
	q := p.Plan.Queue
	return archive.NewQueue(archive.QueueOptions{
		Host: q.Host, Delayed: q.Delayed, Program: q.Program, Options: q.Options,
		Retry: p.opts.Retry, Waiting: p.opts.Waiting, Stdin: p.opts.Stdin, Output: p.opts.Output,
	}).Send(ctx, filepath.Join(p.Plan.Products, q.Changes))
}
