package dsc

import (
	"io/fs"
	"strings"
)

// A gitRun is one run of git apply --index.
type gitRun struct {
	patch    *Patch
	tree     *patchView // the index and the work tree before the patch
	files    []*gitFile
	space    spaceMode
	reserved bool // see ApplyOptions
	bad      int
	steps    int64
	room     int // bytes that results may still have, but for those that others replaced

	done     map[string]*gitFile // by path, the last section so far that made it
	doomed   map[string]bool     // to be deleted or renamed by a section to come
	gone     map[string]bool     // deleted or renamed by a section before
	newLinks map[string]bool     // symlinks that are made or stay
	oldLinks map[string]bool     // symlinks that are deleted or renamed
}

func (p *Patch) applyGit(tree Tree, opts ApplyOptions, space spaceMode) ([]Change, error) {
	g := &gitParser{patch: p, cur: cursor{data: p.data}, strip: 1, space: space, room: p.limits.Result}
	if opts.Strip.Stated {
		g.strip, g.known = opts.Strip.Level, true
	}
	run := &gitRun{
		patch: p, tree: newPatchView(tree), space: space, reserved: opts.Reserved, steps: p.limits.Search,
		done: make(map[string]*gitFile), doomed: make(map[string]bool), gone: make(map[string]bool),
		newLinks: make(map[string]bool), oldLinks: make(map[string]bool),
	}
	var err error
	if run.files, err = g.parse(); err != nil {
		return nil, err
	}
	run.bad, run.room = g.bad, g.room
	run.prepare()
	for _, f := range run.files {
		if err := run.check(f); err != nil {
			return nil, err
		}
	}
	return run.write()
}

// parse reads all sections.
func (g *gitParser) parse() ([]*gitFile, error) {
	var files []*gitFile
	for g.cur.off < len(g.cur.data) {
		if g.sections++; g.sections > g.patch.limits.Files {
			return nil, g.patch.tooMuch("sections", int64(g.patch.limits.Files))
		}
		f, err := g.nextHeader()
		if err != nil {
			return nil, err
		}
		if f == nil {
			break
		}
		if err := g.readHunks(f); err != nil {
			return nil, err
		}
		if len(f.hunks) == 0 {
			ok, err := g.readOther(f)
			if err != nil {
				return nil, err
			}
			if !ok {
				break
			}
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		g.cur.line = 0
		return nil, g.fail(PatchMalformed, "has no change in it")
	}
	return files, nil
}

// readOther reads what a section without hunks may have. If it is not ok the
// section and all that follows do not count.
func (g *gitParser) readOther(f *gitFile) (ok bool, err error) {
	before := g.cur
	switch line := g.cur.next(); {
	case string(line) == "GIT binary patch\n":
		return g.readBinary(f)
	case strings.HasSuffix(string(line), " differ\n") && (hasPrefix(line, "Binary files ") || hasPrefix(line, "Files ")):
		f.isBinary = true
		return true, nil
	}
	g.cur = before
	changesMode := f.oldMode != 0 && f.newMode != 0 && f.oldMode != f.newMode
	if !f.isRename && !f.isCopy && f.isNew != yes && f.isDelete == no && !changesMode {
		return false, g.fail(PatchMalformed, "the section for %s changes nothing", showName(f.name()))
	}
	return true, nil
}

func (run *gitRun) fail(kind PatchErrorKind, f *gitFile, format string, args ...any) error {
	return run.patch.fail(kind, f.line, f.name(), format, args...)
}

// prepare notes what sections will do to paths that other sections use.
func (run *gitRun) prepare() {
	for _, f := range run.files {
		if f.oldName != nil && f.oldMode&gitTypeMask == gitSymlink && (f.isRename || f.isDelete != no) {
			run.oldLinks[*f.oldName] = true
		}
		if f.newName != nil && f.newMode&gitTypeMask == gitSymlink {
			run.newLinks[*f.newName] = true
		}
		if f.newName == nil || f.isRename {
			run.doomed[*f.oldName] = true
		}
	}
}

// check applies a section without writing its result.
func (run *gitRun) check(f *gitFile) error {
	previous, err := run.previous(f)
	if err != nil {
		return err
	}
	mode, err := run.checkOld(f, previous)
	if err != nil {
		return err
	}
	if err := run.checkNew(f); err != nil {
		return err
	}
	if f.newName != nil && f.oldName != nil {
		if f.newMode == 0 {
			f.newMode = f.oldMode
		}
		if (f.oldMode^f.newMode)&gitTypeMask != 0 {
			return run.fail(PatchDoesNotApply, f, "the type of %s cannot be changed from %06o to %06o", showName(f.name()), f.oldMode, f.newMode)
		}
	}
	if err := run.checkPaths(f); err != nil {
		return err
	}
	if f.isDelete == no {
		if link, err := run.beyondSymlink(run.tree, *f.newName); err != nil {
			return err
		} else if link != "" {
			return run.fail(PatchUnsafe, f, "%s is to be patched through the symlink %s", showName(*f.newName), showName(link))
		}
	}
	var content []byte
	switch {
	case previous != nil:
		content = previous.result
	case f.oldName != nil && mode != 0:
		if content, err = run.tree.content(*f.oldName); err != nil {
			return err
		}
	}
	if err := run.applyTo(f, content); err != nil {
		return err
	}
	if f.isDelete == no && f.newMode&gitTypeMask == gitSymlink && len(f.result) == 0 {
		return run.fail(PatchDoesNotApply, f, "%s would be a symlink without a target", showName(*f.newName))
	}
	run.note(f)
	if f.isDelete == yes && len(f.result) > 0 {
		return run.fail(PatchDoesNotApply, f, "%s is to be deleted, but has other content than the patch says", showName(f.name()))
	}
	return nil
}

// note records what f does to its paths, for the sections after it.
func (run *gitRun) note(f *gitFile) {
	if f.newName != nil {
		if before := run.done[*f.newName]; before != nil && f.isDelete != yes { // write replaces it
			run.room += len(before.result)
			before.result = nil
		}
		run.done[*f.newName] = f
		delete(run.gone, *f.newName)
		delete(run.doomed, *f.newName)
	}
	if f.newName == nil || f.isRename {
		run.gone[*f.oldName] = true
		delete(run.doomed, *f.oldName)
		delete(run.done, *f.oldName)
	}
}

// previous returns the section before f whose result f changes, nil if it is about the tree.
func (run *gitRun) previous(f *gitFile) (*gitFile, error) {
	if f.isCopy || f.isRename || f.oldName == nil {
		return nil, nil // each of these is about the state before the patch
	}
	if run.gone[*f.oldName] {
		return nil, run.fail(PatchDoesNotApply, f, "%s was deleted or renamed by an earlier part of the patch", showName(*f.oldName))
	}
	if run.doomed[*f.oldName] {
		return nil, nil
	}
	return run.done[*f.oldName], nil
}

// checkOld checks the old side, and decides whether a file is made if the header
// does not say so. It returns the mode that the file has, 0 if it is not in the tree.
func (run *gitRun) checkOld(f *gitFile, previous *gitFile) (mode uint32, err error) {
	if f.oldName == nil {
		return 0, nil
	}
	if f.isNew == yes { // names from one header, this from the next
		return 0, run.fail(PatchUnsupported, f, "git crashes at the new file %s, which has an old name", showName(f.name()))
	}
	if previous != nil {
		mode = previous.newMode
	} else {
		clean, err := cleanPath(*f.oldName)
		var have fs.FileMode
		ok := err == nil && clean == *f.oldName
		if ok {
			if have, ok, err = run.tree.lookup(clean); err != nil {
				return 0, err
			}
		}
		if !ok || have.IsDir() {
			if f.isNew != unsaid {
				return 0, run.fail(PatchDoesNotApply, f, "there is no file %s to be patched", showName(*f.oldName))
			}
			f.isNew, f.isDelete, f.oldName = yes, no, nil
			return 0, nil
		}
		mode = gitMode(have)
	}
	if f.isNew == unsaid {
		f.isNew = no
	}
	if f.oldMode == 0 {
		f.oldMode = mode
	}
	if (mode^f.oldMode)&gitTypeMask != 0 {
		return 0, run.fail(PatchDoesNotApply, f, "%s is not of the type that the patch says", showName(*f.oldName))
	}
	if f.newMode == 0 && f.isDelete == no {
		f.newMode = mode
	}
	return mode, nil
}

// checkNew checks that nothing is in the way of a file that is made.
func (run *gitRun) checkNew(f *gitFile) error {
	if f.newName == nil || f.isNew != yes && !f.isRename && !f.isCopy {
		return nil
	}
	if clean, err := cleanPath(*f.newName); err == nil && !run.gone[clean] && !run.doomed[clean] {
		mode, ok, err := run.tree.lookup(clean)
		if err != nil {
			return err
		}
		if ok && !mode.IsDir() {
			return run.fail(PatchDoesNotApply, f, "%s is to be made, but exists already", showName(*f.newName))
		}
	}
	if f.newMode == 0 {
		f.newMode = f.oldMode
		if f.isNew == yes {
			f.newMode = gitRegular | 0o644
		}
	}
	return nil
}

// checkPaths refuses paths that git refuses and, unless it is not to, those of
// dpkg-source's own data.
func (run *gitRun) checkPaths(f *gitFile) error {
	check := func(name *string, mode uint32) error {
		if name == nil {
			return nil
		}
		fileMode := modeFile
		if mode&gitTypeMask == gitSymlink {
			fileMode = modeSymlink
		}
		err := checkReserved(*name, fileMode)
		if run.reserved && validGitPath(*name, fileMode) {
			err = nil
		}
		if err == nil {
			_, err = cleanPath(*name)
		}
		if err != nil {
			return run.fail(PatchUnsafe, f, "the path %s %v", showName(*name), err)
		}
		return nil
	}
	if err := check(f.oldName, f.oldMode); err != nil {
		return err
	}
	return check(f.newName, f.newMode)
}

// beyondSymlink returns the symlink that path leads through, "" if none.
func (run *gitRun) beyondSymlink(tree *patchView, path string) (string, error) {
	for i := strings.LastIndexByte(path, '/'); i > 0; i = strings.LastIndexByte(path[:i], '/') {
		dir := path[:i]
		if run.newLinks[dir] {
			return dir, nil
		}
		if run.oldLinks[dir] {
			continue
		}
		mode, ok, err := tree.lookup(dir)
		if err != nil {
			return "", err
		}
		if ok && mode&fs.ModeSymlink != 0 {
			return dir, nil
		}
	}
	return "", nil
}

// applyTo makes the result of a section from the old content.
func (run *gitRun) applyTo(f *gitFile, content []byte) error {
	if f.isBinary {
		result, err := f.applyBinary(content, run.room)
		if err != nil {
			return run.fail(PatchDoesNotApply, f, "%v", err)
		}
		if f.binary != nil {
			run.room += len(f.binary.data)
			f.binary = nil
		}
		return run.keep(f, result)
	}
	if len(f.hunks) == 0 {
		return run.keep(f, content)
	}
	image := newGitImage(content)
	image.steps, image.mode, image.space, image.bad = run.steps-int64(image.count()+len(content)>>6), run.space, f.space, &run.bad
	size := len(content)
	for i := range f.hunks {
		h := &f.hunks[i]
		applied := image.apply(h)
		if image.steps <= 0 {
			return run.patch.tooMuch(tooManySteps, run.patch.limits.Search)
		}
		if size += len(h.text); size > run.room {
			return run.patch.tooMuch(tooMuchMade, int64(run.patch.limits.Result))
		}
		if !applied {
			err := run.patch.fail(PatchDoesNotApply, h.line, f.name(), "hunk %d does not match %s", i+1, showName(f.name()))
			err.Hunk = i + 1
			return err
		}
	}
	run.steps = image.steps
	f.hunks = nil
	return run.keep(f, image.bytes())
}

// keep keeps the result of a section. Content that is that of another file counts, too.
func (run *gitRun) keep(f *gitFile, result []byte) error {
	if run.room -= len(result); run.room < 0 {
		return run.patch.tooMuch(tooMuchMade, int64(run.patch.limits.Result))
	}
	f.result = result
	return nil
}

// write puts the results in place: first all old files go, then the new ones come.
func (run *gitRun) write() ([]Change, error) {
	tree := newPatchView(run.tree.tree)
	for _, f := range run.files {
		if f.isDelete == yes || f.isNew != yes && !f.isCopy {
			tree.remove(*f.oldName)
		}
	}
	for _, f := range run.files {
		if f.isDelete == yes {
			continue
		}
		if err := run.writeFile(tree, f); err != nil {
			return nil, err
		}
	}
	return tree.changes()
}

// writeFile puts the result of one section in place.
func (run *gitRun) writeFile(tree *patchView, f *gitFile) error {
	path := *f.newName
	if link, err := run.beyondSymlink(tree, path); err != nil {
		return err
	} else if link != "" {
		return run.fail(PatchUnsafe, f, "%s is to be patched through the symlink %s", showName(path), showName(link))
	}
	if above, _, err := tree.obstacle(path); err != nil {
		return err
	} else if above != "" {
		return run.fail(PatchDoesNotApply, f, "%s cannot be made: %s is not a directory", showName(path), showName(above))
	}
	if mode, ok, err := tree.lookup(path); err != nil {
		return err
	} else if ok && mode.IsDir() {
		return run.fail(PatchUnsupported, f, "%s cannot be made: it is a directory", showName(path))
	}
	mode := modeFile
	switch {
	case f.newMode&gitTypeMask == gitSymlink:
		mode = modeSymlink
	case f.newMode&gitTypeMask == gitLink || f.newMode&gitTypeMask == gitDir:
		return run.fail(PatchUnsupported, f, "%s is to be a submodule, which a source package cannot hold", showName(path))
	case f.newMode&0o100 != 0:
		mode = modeExecutable
	}
	tree.write(path, mode, f.result)
	return nil
}

// gitMode returns the mode that git has for a file of that mode.
func gitMode(mode fs.FileMode) uint32 {
	switch {
	case mode&fs.ModeSymlink != 0:
		return gitSymlink
	case mode&0o111 != 0:
		return gitRegular | 0o755
	}
	return gitRegular | 0o644
}
