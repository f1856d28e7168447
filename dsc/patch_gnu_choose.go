package dsc

import "io/fs"

// A gnuChoice is what is known about the names of a section.
type gnuChoice struct {
	run   *gnuRun
	file  *gnuFile
	name  [3]string
	path  [3]string
	there [3]bool // exists, and is not to be deleted
	mode  [3]fs.FileMode

	content []byte // of the file taken, if it was read
}

// choose finds the file that a section is about.
func (run *gnuRun) choose(f *gnuFile) (*gnuTarget, error) {
	c := &gnuChoice{run: run, file: f, name: f.name}
	if c.name[oldSide] != "" || c.name[newSide] != "" {
		c.name[indexName] = ""
	}
	last := -1
	for i, name := range c.name {
		if name == "" || !gnuSafe(name) {
			continue
		}
		if err := c.look(i); err != nil {
			return nil, err
		}
		last = i
	}
	for i, name := range c.name { // unsafe names count, though they are never taken
		if name != "" {
			last = max(last, i)
		}
	}
	pick := c.best(func(i int) bool { return c.there[i] })
	if last >= 0 {
		if err := c.checkReversed(pick, last); err != nil {
			return nil, err
		}
	}
	if pick < 0 && f.says[oldSide] != saysContent {
		var err error
		if pick, err = c.fewestDirs(); err != nil {
			return nil, err
		}
	}
	moves := f.renames() || f.copies()
	if moves && (pick != oldSide && pick != newSide || !c.valid(oldSide) || !c.valid(newSide)) {
		return nil, run.fail(PatchDoesNotApply, f, "", "a file is to be copied or renamed, but not both names are good")
	}
	if pick < 0 {
		return nil, run.fail(PatchDoesNotApply, f, "", "there is no file %s to be patched", c.anyName())
	}
	t := &gnuTarget{in: c.path[pick], out: c.path[pick], there: c.there[pick], mode: c.mode[pick], content: c.content}
	t.version = run.version[t.in]
	if moves {
		t.out = c.path[newSide]
	}
	return t, c.checkPaths(t)
}

func (c *gnuChoice) valid(i int) bool { return c.name[i] != "" && gnuSafe(c.name[i]) }

// anyName returns a name of the section for a message.
func (c *gnuChoice) anyName() string {
	for _, name := range c.name {
		if name != "" {
			return showName(name)
		}
	}
	return "with a usable name"
}

// look finds out what is at a name.
func (c *gnuChoice) look(i int) error {
	path, err := cleanPath(c.name[i])
	if err != nil {
		return c.run.fail(PatchUnsafe, c.file, c.name[i], "the name %s %v", showName(c.name[i]), err)
	}
	c.path[i] = path
	above, mode, err := c.run.view.obstacle(path)
	if err != nil {
		return err
	}
	if above != "" && mode&fs.ModeSymlink != 0 {
		return c.run.fail(PatchUnsafe, c.file, path, "%s is to be patched through the symlink %s", showName(path), showName(above))
	}
	c.mode[i], c.there[i], err = c.run.view.lookup(path)
	c.there[i] = c.there[i] && !c.run.doomed(path)
	return err
}

// checkPaths refuses paths that belong to others, unless it is not to.
func (c *gnuChoice) checkPaths(t *gnuTarget) error {
	if c.run.opts.reserved {
		return nil
	}
	mode := modeFile
	if fileType, _ := gnuFileType(c.file); fileType == gitSymlink {
		mode = modeSymlink
	}
	for _, path := range []string{t.in, t.out} {
		if err := checkReserved(path, mode); err != nil {
			return c.run.fail(PatchUnsafe, c.file, path, "the path %s %v", showName(path), err)
		}
	}
	return nil
}

// best returns the best of the names that are eligible: the one with the fewest
// components, then the fewest bytes; -1 if there is none.
func (c *gnuChoice) best(eligible func(int) bool) int {
	best, bestKey := -1, [2]int{}
	for i, name := range c.name {
		if name == "" || !eligible(i) {
			continue
		}
		key := [2]int{countSlashes(name), len(name)}
		if best < 0 || key[0] < bestKey[0] || key[0] == bestKey[0] && key[1] < bestKey[1] {
			best, bestKey = i, key
		}
	}
	if best >= 0 && !gnuSafe(c.name[best]) {
		return -1
	}
	return best
}

// fewestDirs returns the best name of those that need the fewest directories to be made.
func (c *gnuChoice) fewestDirs() (int, error) {
	var missing [3]int
	least := 1 << 30
	for i, name := range c.name {
		if name == "" {
			continue
		}
		missing[i] = countSlashes(name)
		if gnuSafe(name) {
			n, err := c.missingDirs(c.path[i])
			if err != nil {
				return -1, err
			}
			missing[i] = n
		}
		least = min(least, missing[i])
	}
	return c.best(func(i int) bool { return missing[i] == least }), nil
}

// missingDirs counts the directories above path that do not exist.
func (c *gnuChoice) missingDirs(path string) (int, error) {
	missing := 0
	for i := range path {
		if path[i] != '/' {
			continue
		}
		if missing == 0 {
			mode, ok, err := c.run.view.lookup(path[:i])
			if err != nil {
				return 0, err
			}
			if ok && mode.IsDir() {
				continue
			}
		}
		missing++
	}
	return missing, nil
}

// checkReversed refuses a section that looks as if it was applied already.
// pick is the name taken so far, -1 if no file exists; last is the last name there is.
func (c *gnuChoice) checkReversed(pick, last int) error {
	f := c.file
	if pick < 0 {
		// With no file there is none to be emptied or deleted; but an empty one may be made.
		if f.says[newSide] == saysContent || f.says[newSide] == saysEmpty && f.says[oldSide] == saysAbsent {
			return nil
		}
		name := c.name[last]
		return c.run.fail(PatchDoesNotApply, f, name, "%s is to be deleted, but does not exist", showName(name))
	}
	if fileType, ok := gnuFileType(f); !ok || !sameType(c.mode[pick], fileType) {
		return nil
	}
	var err error
	if c.content, err = c.run.view.content(c.path[pick]); err != nil {
		return err
	}
	name := showName(c.path[pick])
	if len(c.content) > 0 {
		if f.says[oldSide] == saysAbsent {
			return c.run.fail(PatchDoesNotApply, f, c.path[pick], "%s is to be made, but exists already", name)
		}
		return nil
	}
	if f.says[newSide] == saysContent || f.says[oldSide] == saysEmpty && f.says[newSide] == saysAbsent {
		return nil
	}
	return c.run.fail(PatchDoesNotApply, f, c.path[pick], "%s is to be emptied, but is empty already", name)
}

// The file types in git's modes.
const (
	gitTypeMask uint32 = 0o170000
	gitRegular  uint32 = 0o100000
	gitSymlink  uint32 = 0o120000
	gitLink     uint32 = 0o160000
	gitDir      uint32 = 0o040000
)

// gnuFileType returns the type that a header states, a regular file if it says
// nothing. It is not ok if the header wants to change the type.
func gnuFileType(f *gnuFile) (fileType uint32, ok bool) {
	old, new := f.mode[oldSide]&gitTypeMask, f.mode[newSide]&gitTypeMask
	switch {
	case old == 0 && new == 0:
		return gitRegular, true
	case old == 0:
		return new, true
	case new == 0:
		return old, true
	}
	return old, old == new
}

func sameType(mode fs.FileMode, fileType uint32) bool {
	switch fileType {
	case gitRegular:
		return mode.IsRegular()
	case gitSymlink:
		return mode&fs.ModeSymlink != 0
	}
	return false
}

// checkType refuses the section if the file in place is of another type, and
// notes whether it is about a symlink.
func (run *gnuRun) checkType(f *gnuFile, t *gnuTarget) error {
	fileType, ok := gnuFileType(f)
	switch {
	case !ok:
		return run.fail(PatchDoesNotApply, f, t.in, "the type of %s cannot be changed", showName(t.in))
	case t.there && !sameType(t.mode, fileType):
		return run.fail(PatchDoesNotApply, f, t.in, "%s is not of the type that the patch says", showName(t.in))
	}
	t.symlink = fileType == gitSymlink
	return nil
}
