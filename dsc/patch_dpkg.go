package dsc

import (
	"bytes"
	"io/fs"
	"strings"
)

// A patchAnalysis is what dpkg-source knows of a patch before it runs patch: it
// reads the text itself, less generously, and refuses what it finds unsafe. What it
// does not see - a section without the lines ---, +++ and @@ at the start of
// a line - GNU patch may still apply.
type patchAnalysis struct {
	patched []string        // paths of the files, in order of the text, each once
	dirs    map[string]bool // directories that it makes before patch runs
}

type analyzer struct {
	patch    *Patch
	view     *patchView
	cur      cursor
	first    bool // refuse a file that is patched twice
	sections int
	hunks    int
	seen     map[string]bool
	result   *patchAnalysis
}

// analyze does dpkg-source's check of the patch.
func (p *Patch) analyze(tree Tree) (*patchAnalysis, error) { return newAnalyzer(p, tree).run() }

// analyzeFirst does the stricter check that the first patch of a series gets before a build.
func (p *Patch) analyzeFirst(tree Tree) (*patchAnalysis, error) {
	a := newAnalyzer(p, tree)
	a.first = true
	return a.run()
}

func newAnalyzer(p *Patch, tree Tree) *analyzer {
	return &analyzer{
		patch: p, view: newPatchView(tree), cur: cursor{data: p.data},
		seen: make(map[string]bool), result: &patchAnalysis{dirs: make(map[string]bool)},
	}
}

func (a *analyzer) run() (*patchAnalysis, error) {
	line := a.next()
	for {
		for line != nil && !hasPrefix(line, "--- ") && !hasPrefix(line, "+++ ") && !hasPrefix(line, "@@ -") {
			line = a.next()
		}
		if line == nil {
			return a.result, nil
		}
		var err error
		if line, err = a.section(line); err != nil {
			return nil, err
		}
	}
}

// next returns the next line without its end, LF or CR LF; nil at the end of the text.
func (a *analyzer) next() []byte {
	line := a.cur.next()
	if line == nil {
		return nil
	}
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
}

func (a *analyzer) fail(kind PatchErrorKind, path, format string, args ...any) error {
	return a.patch.fail(kind, a.cur.line, path, format, args...)
}

// section reads the part of the patch that starts with line and is about one
// file. It returns the line after it.
func (a *analyzer) section(line []byte) ([]byte, error) {
	if a.sections++; a.sections > a.patch.limits.Files {
		return nil, a.patch.tooMuch("sections", int64(a.patch.limits.Files))
	}
	rest, ok := cutPrefix(line, "--- ")
	if !ok {
		return nil, a.fail(PatchMalformed, "", "no line --- before the line %.3s", line)
	}
	old, err := a.name(rest)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(old, ".dpkg-orig") {
		return nil, a.fail(PatchUnsafe, old, "patches %s, a name that dpkg-source keeps for itself", showName(old))
	}
	if line = a.next(); line == nil {
		return nil, a.fail(PatchMalformed, "", "ends between --- and +++")
	}
	if rest, ok = cutPrefix(line, "+++ "); !ok {
		return nil, a.fail(PatchMalformed, "", "the line after --- does not start with +++")
	}
	name, err := a.name(rest)
	if err != nil {
		return nil, err
	}
	if err := a.names(old, name); err != nil {
		return nil, err
	}
	return a.readHunks()
}

// name takes the name from what follows --- or +++.
func (a *analyzer) name(rest []byte) (string, error) {
	rest = bytes.TrimLeft(rest, asciiSpace)
	if hasPrefix(rest, `"`) {
		return "", a.fail(PatchUnsafe, "", "the name of the file is quoted, which dpkg-source refuses")
	}
	if i := bytes.IndexByte(rest, '\t'); i >= 0 {
		rest = rest[:i]
	} else if i := bytes.IndexAny(rest, asciiSpace); i >= 0 {
		rest = rest[:i]
	}
	return string(rest), nil
}

// names checks the two names of a section, and notes the file that they stand for.
func (a *analyzer) names(old, new string) error {
	oldFile, hasOld := stripOne(old)
	newFile, hasNew := stripOne(new)
	if !hasOld && !hasNew {
		if old == "/dev/null" && new == "/dev/null" {
			return a.fail(PatchMalformed, "", "both names are /dev/null")
		}
		return a.fail(PatchMalformed, "", "neither %s nor %s names a file below a directory", showName(old), showName(new))
	}
	if new == "/dev/null" && !hasOld {
		return a.fail(PatchMalformed, "", "removes a file without naming it")
	}
	var oldPath, newPath string
	var err error
	if hasOld {
		if oldPath, err = a.path(old, oldFile); err != nil {
			return err
		}
	}
	if hasNew {
		if newPath, err = a.path(new, newFile); err != nil {
			return err
		}
	}
	useNew := !hasOld
	if hasOld && hasNew {
		if useNew, err = a.prefersNew(oldPath, newPath, oldFile, newFile); err != nil {
			return err
		}
	}
	if useNew {
		return a.note(newFile, newPath)
	}
	return a.note(oldFile, oldPath)
}

// stripOne removes the first component. The name may start with a slash, which
// counts as an empty first component.
func stripOne(name string) (string, bool) {
	if name == "/dev/null" {
		return "", false
	}
	_, rest, ok := strings.Cut(name, "/")
	return strings.TrimLeft(rest, "/"), ok
}

// path returns the path that a name stands for, if it is safe.
func (a *analyzer) path(name, stripped string) (string, error) {
	if strings.Contains(name, "/../") {
		return "", a.fail(PatchUnsafe, name, "the name %s leads out of the tree", showName(name))
	}
	path, err := cleanPath(stripped)
	if err != nil {
		return "", a.fail(PatchUnsafe, name, "the name %s %v", showName(name), err)
	}
	above, mode, err := a.view.obstacle(path)
	if err != nil {
		return "", err
	}
	if above != "" && mode&fs.ModeSymlink != 0 {
		return "", a.fail(PatchUnsafe, path, "%s is to be patched through the symlink %s", showName(path), showName(above))
	}
	mode, ok, err := a.view.lookup(path)
	if err != nil {
		return "", err
	}
	if ok && mode&fs.ModeSymlink != 0 {
		return "", a.fail(PatchUnsafe, path, "%s is a symlink", showName(path))
	}
	return path, nil
}

// prefersNew says which of two names dpkg-source expects patch to take: the one
// that exists, else the one with fewer components, shorter base name, fewer bytes.
func (a *analyzer) prefersNew(oldPath, newPath, oldFile, newFile string) (bool, error) {
	_, oldThere, err := a.view.lookup(oldPath)
	if err != nil {
		return false, err
	}
	_, newThere, err := a.view.lookup(newPath)
	if err != nil {
		return false, err
	}
	if oldThere != newThere {
		return newThere, nil
	}
	measure := func(file string) [3]int {
		last := strings.LastIndexAny(file, `/\`) + 1
		return [3]int{strings.Count(oldStyleSlashes(file), "/"), len(file) - last, len(file)}
	}
	o, n := measure(oldFile), measure(newFile)
	for i := range o {
		if o[i] != n[i] {
			return n[i] < o[i], nil
		}
	}
	return false, nil
}

// oldStyleSlashes makes each run of slashes and backslashes one slash.
func oldStyleSlashes(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		slash := name[i] == '/' || name[i] == '\\'
		switch {
		case !slash:
			b.WriteByte(name[i])
		case i == 0 || name[i-1] != '/' && name[i-1] != '\\':
			b.WriteByte('/')
		}
	}
	return b.String()
}

// note records that a section patches the file.
func (a *analyzer) note(file, path string) error {
	mode, ok, err := a.view.lookup(path)
	if err != nil {
		return err
	}
	if ok && !mode.IsRegular() {
		return a.fail(PatchUnsafe, path, "%s is not a plain file", showName(path))
	}
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		if dir, _, err := a.view.obstacle(path); err != nil {
			return err
		} else if dir != "" {
			return a.fail(PatchDoesNotApply, path, "%s cannot be made: %s is not a directory", showName(path), showName(dir))
		}
		a.result.dirs[path[:i]] = true
	}
	switch {
	case !a.seen[file]:
		a.seen[file] = true
		a.result.patched = append(a.result.patched, path)
	case a.first:
		return a.fail(PatchMalformed, path, "patches %s more than once", showName(path))
	}
	return nil
}

// readHunks reads the hunks of a section, and returns the line after them.
func (a *analyzer) readHunks() ([]byte, error) {
	for hunks := 0; ; {
		line := a.next()
		if line != nil && hasPrefix(line, `\ `) {
			continue
		}
		old, new, ok := analyzedHunkHeader(line)
		if !ok {
			if hunks == 0 {
				return nil, a.fail(PatchMalformed, "", "no hunk after the names of the file")
			}
			return line, nil
		}
		if a.hunks++; a.hunks > a.patch.limits.Hunks {
			return nil, a.patch.tooMuch("hunks", int64(a.patch.limits.Hunks))
		}
		if err := a.hunkBody(old, new); err != nil {
			return nil, err
		}
		hunks++
	}
}

// hunkBody reads as many lines as the header of a hunk says.
func (a *analyzer) hunkBody(old, new int) error {
	for old != 0 || new != 0 {
		line := a.next()
		if line == nil {
			if old == new && old < 3 {
				return nil // blank lines at the end got lost
			}
			return a.fail(PatchMalformed, "", "ends within a hunk")
		}
		switch {
		case hasPrefix(line, `\ `):
		case len(line) == 0 || line[0] == ' ':
			old--
			new--
		case line[0] == '-':
			old--
		case line[0] == '+':
			new--
		default:
			return a.fail(PatchMalformed, "", "a line of a hunk starts with %q", line[:1])
		}
	}
	return nil
}

// analyzedHunkHeader reads "@@ -N[,COUNT] +N[,COUNT] @@[ TEXT]".
func analyzedHunkHeader(line []byte) (old, new int, ok bool) {
	rest, ok := cutPrefix(line, "@@ -")
	if !ok {
		return 0, 0, false
	}
	if old, rest, ok = analyzedRange(rest); !ok {
		return 0, 0, false
	}
	if rest, ok = cutPrefix(rest, " +"); !ok {
		return 0, 0, false
	}
	if new, rest, ok = analyzedRange(rest); !ok {
		return 0, 0, false
	}
	rest, ok = cutPrefix(rest, " @@")
	return old, new, ok && (len(rest) == 0 || rest[0] == ' ')
}

// analyzedRange reads "N[,COUNT]" and returns COUNT.
func analyzedRange(s []byte) (count int, rest []byte, ok bool) {
	if _, s, ok = leadingNumber(s); !ok {
		return 0, s, false
	}
	if !hasPrefix(s, ",") {
		return 1, s, true
	}
	return leadingNumber(s[1:])
}

// leadingNumber reads a decimal number. One too large for any hunk becomes
// hugeNumber, which is.
func leadingNumber(s []byte) (n int, rest []byte, ok bool) {
	i := 0
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if n = n*10 + int(s[i]-'0'); n > hugeNumber {
			n = hugeNumber
		}
	}
	return n, s[i:], i > 0
}

const hugeNumber = 1 << 50
