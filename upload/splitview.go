package upload

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"debgit/dsc"
	"debgit/gitmap"
)

// makeSplitView makes the view of a branch that has the maintainer view. All commits are in the name of
// who signed the changelog, so that the view is the same whoever makes it, and when.
func makeSplitView(ctx context.Context, m *maker) error {
	changelog, err := m.commits.File(m.pkg.Head, "debian/changelog")
	if err != nil {
		return err
	}
	s := &splitter{maker: m, tree: m.head}
	if s.signer, err = gitmap.ChangelogSigner(changelog); err != nil {
		return err
	}
	if s.origs, err = m.readOrigs(ctx); err != nil {
		return err
	}
	return s.make(ctx)
}

// A splitter makes a view in a quilt mode for which IsSplitting is true.
type splitter struct {
	*maker
	origs    *gitmap.QuiltTrees
	upstream *Upstream       // for BareDebian
	tree     gitmap.ObjectID // of view.Commit
	signer   string          // who signed the changelog, as author of a commit
}

// make makes the commits: if there is debian/ alone, a merge with what has upstream's files; one of
// each patch, if the patches are not applied; and one with a patch of what the branch changes in
// files .gitignore, of which maintainers' tools make none.
func (s *splitter) make(ctx context.Context) error {
	if err := s.check(ctx); err != nil {
		return err
	}
	pack, err := s.repo.NewPack(ctx)
	if err != nil {
		return err
	}
	defer pack.Abort()
	if s.opts.Mode == BareDebian || s.opts.Mode == BareDebianTarball {
		err = s.merge(ctx, pack)
	} else {
		err = s.dropState(pack)
	}
	if err != nil {
		return err
	}
	if err := s.commitPatches(ctx, pack); err != nil {
		return err
	}
	if err := pack.Finish(); err != nil {
		return err
	}
	if err := s.checkPackaging(); err != nil {
		return err
	}
	return s.commitIgnores(ctx)
}

// merge makes the merge of debian/ with upstream's files.
func (s *splitter) merge(ctx context.Context, pack *gitmap.Pack) error {
	version := s.pkg.ID.Version.Upstream()
	upstream, tree, how, used := gitmap.CommitID{}, s.origs.Unpatched, "", "*orig*"
	var err error
	if s.opts.Mode == BareDebianTarball {
		if upstream, err = s.commitOrigs(ctx, pack); err != nil {
			return err
		}
	} else {
		upstream = s.upstream.Commit
		how, used = "using specified upstream commitish\n", s.opts.Upstream
		if s.upstream.Tag != "" {
			how, used = "using upstream from git tag "+s.upstream.Tag+"\n", s.upstream.Tag
		}
		if tree, err = s.withDebian(ctx, pack, upstream); err != nil {
			return err
		}
	}
	message := fmt.Sprintf("Combine debian/ with upstream source for %s\n\n%s\n[dgit (%s) baredebian-merge %s %s]\n",
		version, how, dgitVersion, s.pkg.ID.Version, used)
	return s.add(pack, tree, message, "merges debian/ with upstream's files of "+string(version), upstream)
}

// withDebian writes the tree of a commit with debian/ of the branch in the place of its own.
func (s *splitter) withDebian(ctx context.Context, pack *gitmap.Pack, upstream gitmap.CommitID) (gitmap.ObjectID, error) {
	tree, err := s.repo.Tree(ctx, upstream)
	if err != nil {
		return tree, err
	}
	debian, err := s.trees.Entry(s.head, "debian")
	if err != nil {
		return tree, err
	}
	return pack.EditTree(tree, map[string]gitmap.TreeEntry{"debian": debian})
}

// commitOrigs makes the commits of the orig tarballs.
func (s *splitter) commitOrigs(ctx context.Context, pack *gitmap.Pack) (gitmap.CommitID, error) {
	origs, err := dsc.OpenOrigs(s.opts.OrigDirs, s.pkg.ID)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	defer func() {
		for _, c := range origs {
			c.Close()
		}
	}()
	upstream, n, err := pack.CommitOrigs(ctx, s.pkg.ID, origs, s.head, s.importOptions())
	if err == nil {
		what := "is the upstream tarball " + origs[0].File().Name
		if n > 1 {
			what = fmt.Sprintf("has %d upstream tarballs together, each of which is a commit, too", n-1)
		}
		s.view.Made = append(s.view.Made, Made{upstream, what})
	}
	return upstream, err
}

func (s *splitter) importOptions() gitmap.ImportOptions {
	return gitmap.ImportOptions{Limits: s.opts.Limits, Progress: s.opts.Progress, Remembered: s.origs.Memories}
}

// dropState makes a commit without the directory .pc, if the branch has one.
func (s *splitter) dropState(pack *gitmap.Pack) error {
	_, err := s.trees.Entry(s.tree, quiltState)
	if isMissing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	tree, err := pack.EditTree(s.tree, map[string]gitmap.TreeEntry{quiltState: {}})
	if err != nil {
		return err
	}
	return s.add(pack, tree, dropStateMessage, dropStateWhat)
}

// commitPatches makes a commit of each patch, unless they are applied or change nothing.
func (s *splitter) commitPatches(ctx context.Context, pack *gitmap.Pack) error {
	if s.opts.Mode == DPM || s.origs.Unpatched == s.origs.Patched {
		return nil
	}
	if s.opts.Mode == GBP { // where the only ones are of files .gitignore, they may be applied
		if left, err := s.between(s.head, s.origs.Patched); err != nil || len(left) == 0 {
			return err
		}
	}
	made, err := pack.CommitPatches(ctx, s.pkg.ID, s.view.Commit, s.tree, s.importOptions())
	if err != nil {
		return err
	}
	if made.Unpatched != nil {
		return &gitmap.PatchesError{Err: made.Unpatched}
	}
	for _, c := range made.Commits {
		s.made(c.ID, "applies the patch "+c.Name)
	}
	s.tree = made.Tree
	return nil
}

// checkPackaging refuses patches that change the packaging: the source package would have it with them
// applied, so that they would not apply to it.
func (s *splitter) checkPackaging() error {
	had, err := s.trees.Entry(s.head, "debian")
	if err != nil {
		return err
	}
	has, err := s.trees.Entry(s.tree, "debian")
	if err != nil || has.ID == had.ID {
		return err
	}
	changes, err := s.trees.Changes(had.ID, has.ID, nil)
	if err != nil {
		return err
	}
	return &gitmap.PatchesError{Err: fmt.Errorf("a patch changes debian/%s, which is in git with that change or without it", changes[0].Path)}
}

// What dgit writes about files .gitignore, to the byte.
const (
	ignorePatchName = "auto-gitignore"
	ignorePatchText = `Subject: Update .gitignore from Debian packaging branch

The Debian packaging git branch contains these updates to the upstream
.gitignore file(s).  This patch is autogenerated, to provide these
updates to users of the official Debian archive view of the package.

[dgit (` + dgitVersion + `) update-gitignore]
---
`
	ignoreMessage = "Commit patch to update .gitignore\n\n[dgit (" + dgitVersion + ") update-gitignore-quilt-fixup]\n"
)

// commitIgnores adds a patch that makes the files .gitignore those of the branch. Nothing else may
// differ between the view and what the source package would unpack to.
func (s *splitter) commitIgnores(ctx context.Context) error {
	changes, err := s.between(s.origs.Patched, s.tree)
	if err != nil || len(changes) == 0 {
		return err
	}
	if files, _ := differs(changes); files {
		return s.refuse("the commits of the patches do not end with what the source package would unpack to", changes)
	}
	if err := s.checkRepresentable(changes); err != nil {
		return err
	}
	plain, err := s.repo.NewPlainGit(ctx, s.tree)
	if err != nil {
		return err
	}
	defer plain.Close()
	diff, err := plain.Patch(ctx, s.origs.Patched, s.tree, "debian")
	if err != nil {
		return err
	}
	pack, err := s.repo.NewPack(ctx)
	if err != nil {
		return err
	}
	defer pack.Abort()
	name, tree, err := s.addPatch(pack, ignorePatchText+diff)
	if err != nil {
		return err
	}
	if err := s.add(pack, tree, ignoreMessage, "adds the patch "+name+" of files .gitignore"); err != nil {
		return err
	}
	if err := pack.Finish(); err != nil {
		return err
	}
	return s.checkPatched(ctx, tree)
}

// addPatch writes the tree with a patch more at the end of the series.
func (s *splitter) addPatch(pack *gitmap.Pack, text string) (name string, tree gitmap.ObjectID, err error) {
	series, err := s.trees.Files(s.tree).Content(seriesName)
	if err != nil && !isMissing(err) {
		return "", tree, err
	}
	if !bytes.HasSuffix(series, []byte("\n")) { // also where there is none, as dgit does
		series = append(series, '\n')
	}
	parsed, err := dsc.ParseSeries(series)
	if err != nil {
		return "", tree, err
	}
	name = ignorePatchName
	for n := 1; slices.ContainsFunc(parsed.Dpkg, func(e dsc.SeriesEntry) bool { return e.Name == name }); n++ {
		name = fmt.Sprint(ignorePatchName, n)
	}
	edits := map[string]gitmap.TreeEntry{patchesDir + name: {Mode: 0o644}, seriesName: {Mode: seriesMode(s.trees, s.tree)}}
	for path, content := range map[string][]byte{patchesDir + name: []byte(text), seriesName: append(series, name+"\n"...)} {
		id, err := pack.WriteBlob(content)
		if err != nil {
			return "", tree, err
		}
		edits[path] = gitmap.TreeEntry{Mode: edits[path].Mode, ID: id}
	}
	tree, err = pack.EditTree(s.tree, edits)
	return name, tree, err
}

// add makes a commit on top of the view, and of others that it merges.
func (s *splitter) add(pack *gitmap.Pack, tree gitmap.ObjectID, message, what string, merged ...gitmap.CommitID) error {
	id, err := pack.WriteCommit(tree, append([]gitmap.CommitID{s.view.Commit}, merged...), s.signer, s.signer, message)
	if err != nil {
		return err
	}
	s.made(id, what)
	s.tree = tree
	return nil
}
