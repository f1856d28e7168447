package dsc

import (
	"bytes"
	"io/fs"
	"strings"
)

// gnuOptions says how dpkg-source runs patch.
type gnuOptions struct {
	diff     bool // for a .diff.gz
	dryRun   bool // only to see whether it applies
	reserved bool // see ApplyOptions
}

// backupSuffix is what dpkg-source lets patch add to the names of backups of DpkgDiff.
const backupSuffix = ".dpkg-orig"

// A gnuRun is one run of GNU patch. That program goes on after a failure; for
// dpkg-source any failure is one of all, so the run ends there.
type gnuRun struct {
	opts    gnuOptions
	patch   *Patch
	view    *patchView
	reader  *gnuReader
	backups map[string]viewFile
	steps   int64
	room    int // bytes that results may still have, but for those that others replaced

	// Files are deleted at the end, and until then can be read, but those that were
	// written since stay. So each write of a path makes a new version of it.
	version map[string]int
	deleted map[string]int // the version to be deleted

	// In git's format all sections are about the state before the first, so
	// changes to files that exist are put off until one is changed again.
	git    bool
	queue  []gnuOutput
	queued map[string]bool
}

type gnuOutput struct {
	path    string
	mode    fs.FileMode
	content []byte
	keep    bool // nothing is written, but a backup is made
}

// applyGNU runs GNU patch on a tree that dpkg-source has prepared.
func (p *Patch) applyGNU(tree Tree, analysis *patchAnalysis, opts gnuOptions) ([]Change, error) {
	run := &gnuRun{
		opts: opts, patch: p, view: newPatchView(tree), reader: &gnuReader{patch: p, cur: cursor{data: p.data}},
		backups: make(map[string]viewFile), steps: p.limits.Search, room: p.limits.Result,
		version: make(map[string]int), deleted: make(map[string]int), queued: make(map[string]bool),
	}
	for dir := range analysis.dirs {
		run.view.makeDirs(dir + "/")
	}
	for _, path := range analysis.patched {
		if run.view.dirs[path] {
			return nil, p.fail(PatchOwnDirectory, 0, path, "%s is to be a file, but also the directory of another one", showName(path))
		}
	}
	for {
		f, err := run.reader.nextFile()
		if err != nil {
			return nil, err
		}
		if f == nil {
			break
		}
		if err := run.section(f); err != nil {
			return nil, err
		}
	}
	if err := run.flush(); err != nil {
		return nil, err
	}
	for _, path := range sortedKeys(run.deleted) {
		if !run.doomed(path) {
			continue
		}
		delete(run.backups, path) // it is the last state that is kept
		if err := run.backup(path); err != nil {
			return nil, err
		}
		run.view.remove(path)
	}
	if opts.diff {
		if err := run.settleBackups(analysis); err != nil {
			return nil, err
		}
	}
	return run.view.changes()
}

func (run *gnuRun) fail(kind PatchErrorKind, f *gnuFile, path, format string, args ...any) error {
	return run.patch.fail(kind, f.line, path, format, args...)
}

// A gnuTarget is what a section is applied to.
type gnuTarget struct {
	in, out string // paths; they differ for a copy or rename
	there   bool   // a file exists at in
	symlink bool   // the section is about a symlink
	mode    fs.FileMode
	version int
	content []byte
}

// doomed reports whether what is at path is to be deleted.
func (run *gnuRun) doomed(path string) bool {
	version, ok := run.deleted[path]
	return ok && version == run.version[path]
}

// section applies one section.
func (run *gnuRun) section(f *gnuFile) error {
	target, err := run.choose(f)
	if err != nil {
		return err
	}
	if run.git && !f.git {
		if err := run.flush(); err != nil {
			return err
		}
		if err := run.reload(target); err != nil {
			return err
		}
	}
	if run.git = f.git; f.git {
		if err := run.requeue(target); err != nil {
			return err
		}
	}
	if err := run.checkType(f, target); err != nil {
		return err
	}
	switch f.kind {
	case gnuBinary:
		return run.fail(PatchDoesNotApply, f, target.out, "dpkg-source cannot apply the binary change of %s", showName(target.out))
	case gnuOther:
		return run.fail(PatchUnsupported, f, target.out, "what follows is a context, normal or ed diff, not a unified one")
	}
	if f.prereq != "" && !hasPrereq(target.content, f.prereq) {
		return run.fail(PatchDoesNotApply, f, target.in, "%s does not hold the word %s that the patch asks for", showName(target.in), showName(f.prereq))
	}
	return run.hunks(f, target)
}

// hunks applies the hunks of a section and puts its result in place.
func (run *gnuRun) hunks(f *gnuFile, target *gnuTarget) error {
	edit := newGNUEdit(target.content, run.room, run.steps)
	count := 0
	for {
		h, err := run.reader.nextHunk()
		if err != nil {
			return err
		}
		if h == nil {
			break
		}
		count++
		where := edit.locate(h)
		taken := where == 1 && f.says[oldSide] == saysAbsent && len(target.content) > 0
		applied := where > 0 && !taken && edit.apply(h, where)
		if edit.steps <= 0 {
			return run.patch.tooMuch(tooManySteps, run.patch.limits.Search)
		}
		if edit.tooLarge {
			return run.patch.tooMuch(tooMuchMade, int64(run.patch.limits.Result))
		}
		if edit.crashed {
			return run.fail(PatchUnsupported, f, target.in, "patch crashes at hunk %d, which follows one for the end of %s", count, showName(target.in))
		}
		if !applied {
			err := run.patch.fail(PatchDoesNotApply, h.line, target.in, "hunk %d does not match %s", count, showName(target.in))
			err.Hunk = count
			return err
		}
	}
	run.steps = edit.steps
	if !edit.copyTill(max(edit.frozen, edit.lines())) || edit.tooLarge {
		return run.patch.tooMuch(tooMuchMade, int64(run.patch.limits.Result))
	}
	return run.finish(f, target, edit.out, count)
}

// finish puts the result of a section in place, which had that many hunks.
func (run *gnuRun) finish(f *gnuFile, target *gnuTarget, content []byte, hunks int) error {
	absent := f.says[newSide] == saysAbsent
	if len(content) > 0 && absent {
		return run.fail(PatchDoesNotApply, f, target.out, "%s is to be deleted, but has other content than the patch says", showName(target.out))
	}
	if run.opts.dryRun {
		return nil
	}
	if len(content) == 0 && (!run.opts.diff || absent || target.symlink) {
		return run.drop(f, target, hunks)
	}
	old, new := f.mode[oldSide], f.mode[newSide]
	setMode := new != 0 && old != new
	if hunks == 0 && !setMode && !f.copies() && !f.renames() {
		return run.output(f, gnuOutput{path: target.out, keep: true})
	}
	run.room -= len(content)
	mode := modeFile
	switch {
	case target.symlink:
		mode = modeSymlink
	case setMode && new&0o111 != 0, !setMode && target.mode&0o111 != 0:
		mode = modeExecutable
	}
	if err := run.output(f, gnuOutput{path: target.out, mode: mode, content: content}); err != nil {
		return err
	}
	if f.renames() {
		run.deleted[target.in] = target.version
	}
	return nil
}

// drop deletes a file that became empty.
func (run *gnuRun) drop(f *gnuFile, target *gnuTarget, hunks int) error {
	_, there, err := run.view.lookup(target.out)
	if err != nil {
		return err
	}
	if !there && target.out != target.in {
		return run.fail(PatchDoesNotApply, f, target.out, "%s would be made and, being empty, deleted", showName(target.out))
	}
	if !there && hunks == 0 && (f.renames() || f.copies()) {
		return run.fail(PatchDoesNotApply, f, target.out, "there is no file %s to be patched", showName(target.out))
	}
	if !there { // which patch keeps a backup of all the same
		return run.backup(target.out)
	}
	run.deleted[target.out] = run.version[target.out]
	return nil
}

// output writes a file, or puts that off.
func (run *gnuRun) output(f *gnuFile, o gnuOutput) error {
	if !f.git || f.says[oldSide] == saysAbsent {
		return run.outputNow(o)
	}
	_, there, err := run.view.lookup(o.path)
	if there {
		run.queued[o.path] = true
	}
	run.queue = append(run.queue, o)
	return err
}

func (run *gnuRun) outputNow(o gnuOutput) error {
	if o.keep {
		switch _, ok, err := run.view.lookup(o.path); {
		case err != nil:
			return err
		case !ok:
			return run.patch.fail(PatchDoesNotApply, 0, o.path, "there is no file %s to be patched", showName(o.path))
		}
	}
	if err := run.backup(o.path); err != nil || o.keep {
		return err
	}
	dir, _, err := run.view.obstacle(o.path)
	if err != nil {
		return err
	}
	if dir != "" {
		return run.patch.fail(PatchDoesNotApply, 0, o.path, "%s cannot be made: %s is not a directory", showName(o.path), showName(dir))
	}
	switch mode, ok, err := run.view.lookup(o.path); {
	case err != nil:
		return err
	case ok && mode.IsDir():
		return run.patch.fail(PatchDoesNotApply, 0, o.path, "%s cannot be made: it is a directory", showName(o.path))
	}
	run.version[o.path]++
	run.room += len(run.view.files[o.path].content)
	run.view.write(o.path, o.mode, o.content)
	return nil
}

// flush writes what was put off.
func (run *gnuRun) flush() error {
	for _, o := range run.queue {
		if err := run.outputNow(o); err != nil {
			return err
		}
	}
	run.queue = nil
	clear(run.queued)
	return nil
}

// requeue writes what was put off if a section in git's format changes a file of it again.
func (run *gnuRun) requeue(target *gnuTarget) error {
	if !run.queued[target.out] {
		return nil
	}
	if err := run.flush(); err != nil {
		return err
	}
	return run.reload(target)
}

// reload looks at the file of a section again, after others were written. One
// that is to be deleted is there until then.
func (run *gnuRun) reload(target *gnuTarget) (err error) {
	target.version, target.content = run.version[target.in], nil
	if target.mode, target.there, err = run.view.lookup(target.in); err != nil || !target.there || target.mode.IsDir() {
		return err
	}
	target.content, err = run.view.content(target.in)
	return err
}

// backup keeps the first state of a file, for DpkgDiff.
func (run *gnuRun) backup(path string) error {
	if _, done := run.backups[path]; done || !run.opts.diff {
		return nil
	}
	mode, there, err := run.view.lookup(path)
	if err != nil {
		return err
	}
	kept := viewFile{mode: modeFile}
	if there && !mode.IsDir() {
		kept.mode = mode
		if kept.content, err = run.view.content(path); err != nil {
			return err
		}
	}
	run.backups[path] = kept
	return nil
}

// settleBackups does what dpkg-source does with the backup files: it removes
// those of the files that it knows to be patched, and fails if one is missing.
func (run *gnuRun) settleBackups(analysis *patchAnalysis) error {
	for path, kept := range run.backups {
		run.view.write(path+backupSuffix, kept.mode, kept.content)
	}
	for _, path := range analysis.patched {
		if _, ok := run.backups[path]; !ok {
			return run.patch.fail(PatchDoesNotApply, 0, path, "patch took another file than %s, which dpkg-source expects to be patched", showName(path))
		}
		run.view.remove(path + backupSuffix)
	}
	return nil
}

// hasPrereq reports whether the word stands in the file between white space. It is as
// inexact about the end of the file as GNU patch.
func hasPrereq(content []byte, word string) bool {
	for len(content) > 0 {
		content = bytes.TrimLeft(content, asciiSpace)
		end := bytes.IndexAny(content, asciiSpace)
		if end < 0 { // the last byte of the file may be any
			return len(content) == len(word)+1 && string(content[:len(word)]) == word
		}
		if string(content[:end]) == word {
			return true
		}
		content = content[end:]
	}
	return false
}

// countSlashes returns how many runs of slashes a name has after its first byte.
func countSlashes(name string) int {
	n := 0
	for i := 1; i < len(name); i++ {
		if name[i] == '/' && name[i-1] != '/' {
			n++
		}
	}
	return n
}

// gnuSafe reports whether GNU patch takes the name for one inside the tree.
func gnuSafe(name string) bool {
	return !strings.HasPrefix(name, "/") && !strings.Contains("/"+name+"/", "/../")
}
