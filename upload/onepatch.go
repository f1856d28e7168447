package upload

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"debgit/gitmap"
)

// smash makes one patch of all that no patch makes yet.
func (q *quilter) smash(ctx context.Context) error {
	series, err := q.series()
	if err != nil {
		return err
	}
	newest := q.pkg.Newest()
	log, err := q.plain.Log(ctx, q.pkg.Head, 3)
	if err != nil {
		return err
	}
	diff, err := q.diff(ctx, q.base.Patched, q.head)
	if err != nil {
		return err
	}
	_, committer, err := q.repo.Identity(ctx)
	if err != nil {
		return err
	}
	_, now, _ := gitmap.SplitIdentity(committer)
	q.addPatches(series, []patchFile{{
		name: fmt.Sprintf("auto-%s-%s-%d", newest.Version, q.pkg.Head, now),
		text: fmt.Sprintf("From: %s\nSubject: Automatically generated patch (%s)\n\nLast (up to) 3 git changes, FYI:\n\n%s---\n\n%s",
			newest.Maintainer, newest.Version, log, diff),
	}})
	return nil
}

// singleName is the only patch that there is in quilt mode single.
const singleName = "dgit-changes"

// single makes one patch of all that differs from the tarballs, in the place of any others.
func (q *quilter) single(ctx context.Context) error {
	if err := q.removeAll(); err != nil {
		return err
	}
	diff, err := q.diff(ctx, q.base.Unpatched, q.head)
	if err != nil || diff == "" {
		return err
	}
	header := strings.ReplaceAll(singleHeader, "PACKAGE", q.pkg.ID.Package)
	q.addPatches("", []patchFile{{singleName, header + diff}})
	return nil
}

// singleHeader is what dgit writes into that patch, to the byte, for whatever distro.
const singleHeader = `From: 
Subject: Debian changes

The Debian packaging of PACKAGE is maintained in git, using a workflow
similar to the one described in dgit-maint-merge(7).
The Debian delta is represented by this one combined patch; there isn't a
patch queue that can be represented as a quilt series.

A detailed breakdown of the changes is available from their canonical
representation -- git commits in the packaging repository.
For example, to see the changes made by the Debian maintainer in the first
upload of upstream version 1.2.3, you could use:

    % git clone https://git.dgit.debian.org/PACKAGE
    % cd PACKAGE
    % git log --oneline 1.2.3..debian/1.2.3-1 -- . ':!debian'

(If you have dgit, use ` + "`dgit clone PACKAGE`" + `, rather than plain ` + "`git clone`" + `.)

We don't use debian/source/options single-debian-patch because it has bugs.
Therefore, NMUs etc. may nevertheless have made additional patches.

---

`

// removeAll removes all that there is in debian/patches.
func (q *quilter) removeAll() error {
	_, err := q.trees.Entry(q.head, strings.TrimSuffix(patchesDir, "/"))
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	gone, err := q.trees.Changes(q.head, gitmap.ObjectID{}, func(path string) bool {
		return !strings.HasPrefix(path+"/", patchesDir) && path != "debian"
	})
	for _, c := range gone {
		q.edits.files[c.Path] = fileEdit{}
	}
	return err
}

// likeDpkgSource has dpkg-source make the only patch, in a private copy of the branch.
func (q *quilter) likeDpkgSource(ctx context.Context) error {
	b, err := newBuilder(q.pkg, BuildOptions{OrigDirs: q.opts.OrigDirs, Programs: q.opts.Programs, Terminal: q.opts.Terminal})
	if err != nil {
		return err
	}
	defer b.place.close()
	if err := b.findOrigs(); err != nil {
		return err
	}
	if err := b.placeOrigs(); err != nil {
		return err
	}
	unpatched, err := q.editTree(ctx, q.head, map[string]fileEdit{strings.TrimSuffix(patchesDir, "/"): {}})
	if err != nil {
		return err
	}
	if err := b.export(ctx, unpatched, gitmap.ExportOptions{}); err != nil {
		return err
	}
	if err := b.dpkgSource(ctx, q.opts.Terminal); err != nil {
		return err
	}
	if err := q.removeAll(); err != nil {
		return err
	}
	return q.takePatches(b.path(b.work))
}

// takePatches takes over debian/patches from a directory.
func (q *quilter) takePatches(work string) error {
	root, err := os.OpenRoot(work)
	if err != nil {
		return err
	}
	defer root.Close()
	top := strings.TrimSuffix(patchesDir, "/")
	return fs.WalkDir(root.FS(), top, func(name string, d fs.DirEntry, err error) error {
		if isMissing(err) && name == top {
			return fs.SkipAll
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := root.ReadFile(name)
		if err != nil {
			return err
		}
		q.edits.files[name] = fileEdit{content: data}
		patch := strings.TrimPrefix(name, patchesDir)
		if exists, err := q.exists(patch); exists || name == seriesName {
			return err
		}
		q.edits.added = append(q.edits.added, patch)
		return nil
	})
}
