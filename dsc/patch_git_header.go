package dsc

import (
	"bytes"
	"sort"
	"strconv"
	"strings"
)

// A tristate is what a header says: yes, no, or nothing.
type tristate int8

const (
	unsaid tristate = iota
	no
	yes
)

// A gitFile is a section of a patch as git apply understands it. A name that is
// nil is not there.
type gitFile struct {
	line     int // of the header
	oldName  *string
	newName  *string
	isNew    tristate
	isDelete tristate
	isRename bool
	isCopy   bool
	oldMode  uint32
	newMode  uint32
	oldHash  string
	newHash  string
	space    spaceRule
	isBinary bool
	binary   *gitBinary // nil if the patch does not have the data
	hunks    []gitHunk
	result   []byte
}

// name returns the name of the section for messages.
func (f *gitFile) name() string {
	for _, name := range []*string{f.newName, f.oldName} {
		if name != nil {
			return *name
		}
	}
	return ""
}

// A gitParser reads a patch as git apply does.
type gitParser struct {
	patch *Patch
	cur   cursor
	strip int
	known bool // strip was stated, or guessed from an earlier section
	space spaceMode
	bad   int // lines with white space errors
	room  int // bytes that the data of binary sections may still have

	sections int
	hunks    int
}

func (g *gitParser) fail(kind PatchErrorKind, format string, args ...any) error {
	return g.patch.fail(kind, g.cur.line, "", format, args...)
}

// nextHeader finds the next header and reads it. It is nil if there is none.
func (g *gitParser) nextHeader() (*gitFile, error) {
	f := &gitFile{space: defaultSpaceRule}
	for {
		before := g.cur
		line := g.cur.next()
		if line == nil {
			return nil, nil
		}
		if len(line) < 6 {
			continue
		}
		if hasPrefix(line, "@@ -") {
			var h gitHunk
			if h.header(line) {
				return nil, g.fail(PatchMalformed, "hunk without a header that names its file")
			}
			continue
		}
		if len(g.cur.data)-before.off < len(line)+6 {
			return nil, nil
		}
		read := g.plainHeader
		if hasPrefix(line, "diff --git ") {
			read = g.gitHeader
		}
		if ok, err := read(f, line); err != nil || ok {
			return f, err
		}
	}
}

// plainHeader reads a header of two lines into f, if it is one. line is its
// first, and already read.
func (g *gitParser) plainHeader(f *gitFile, line []byte) (ok bool, err error) {
	after := g.cur
	second := after.next()
	if !hasPrefix(line, "--- ") || !hasPrefix(second, "+++ ") {
		return false, nil
	}
	// The shortest hunk header has 14 bytes.
	if len(g.cur.data)-g.cur.off+len(line) < len(second)+14 || !hasPrefix(after.data[after.off:], "@@ -") {
		return false, nil
	}
	g.cur = after
	f.line = after.line - 1
	first, second := line[4:], second[4:]
	g.guessStrip(second)
	var name *string
	switch {
	case isDevNull(first):
		name = g.datedName(second, nil)
		f.isNew, f.isDelete, f.newName = yes, no, name
	case isDevNull(second):
		name = g.datedName(first, nil)
		f.isNew, f.isDelete, f.oldName = no, yes, name
	default:
		name = g.datedName(second, g.datedName(first, nil))
		switch {
		case hasEpoch(first):
			f.isNew, f.isDelete, f.newName = yes, no, name
		case hasEpoch(second):
			f.isNew, f.isDelete, f.oldName = no, yes, name
		default:
			f.oldName, f.newName = name, name
		}
	}
	if name == nil {
		return false, g.fail(PatchMalformed, "neither line of the header names a file below %d directories", g.strip)
	}
	return true, nil
}

// guessStrip sets the strip level to 0 for good if it was not stated and the
// second name is without a directory. What the first is does not matter.
func (g *gitParser) guessStrip(second []byte) {
	if g.known || isDevNull(second) {
		return
	}
	if name := (&gitParser{}).datedName(second, nil); name != nil && !strings.Contains(*name, "/") {
		g.strip, g.known = 0, true
	}
}

// gitHeader reads a header in git's format into f. line is its first, and already
// read. If no other line of a header follows it does not count, but the names that it gave
// to f stay until a header says otherwise.
func (g *gitParser) gitHeader(f *gitFile, line []byte) (ok bool, err error) {
	f.line, f.isNew, f.isDelete = g.cur.line, no, no
	defName := g.commonName(line)
	for {
		before := g.cur
		line := g.cur.next()
		if len(line) == 0 || line[len(line)-1] != '\n' {
			g.cur = before
			break
		}
		known, err := g.gitHeaderLine(f, line, defName)
		if err != nil {
			return false, err
		}
		extensions := 0
		for _, set := range []bool{f.isDelete == yes, f.isNew == yes, f.isRename, f.isCopy} {
			if set {
				extensions++
			}
		}
		if extensions > 1 {
			return false, g.fail(PatchMalformed, "the header is not consistent with the lines before")
		}
		if !known {
			g.cur = before
			break
		}
		ok = true
	}
	if f.oldName == nil && f.newName == nil {
		if defName == nil {
			return false, g.fail(PatchMalformed, "the header does not name a file below %d directories", g.strip)
		}
		f.oldName, f.newName = defName, defName
	}
	if f.newName == nil && f.isDelete != yes || f.oldName == nil && f.isNew != yes {
		return false, g.fail(PatchMalformed, "the header does not name both files")
	}
	return ok, nil
}

// gitHeaderLine reads one further line. It is not known if it ends the header.
func (g *gitParser) gitHeaderLine(f *gitFile, line []byte, defName *string) (known bool, err error) {
	names := []struct {
		prefix string
		name   **string
		flag   *bool
	}{
		{"copy from ", &f.oldName, &f.isCopy}, {"copy to ", &f.newName, &f.isCopy},
		{"rename old ", &f.oldName, &f.isRename}, {"rename new ", &f.newName, &f.isRename},
		{"rename from ", &f.oldName, &f.isRename}, {"rename to ", &f.newName, &f.isRename},
	}
	for _, n := range names {
		if rest, ok := cutPrefix(line, n.prefix); ok {
			*n.flag = true
			*n.name = findName(rest, nil, max(g.strip-1, 0), "\n\r")
			return true, nil
		}
	}
	for _, prefix := range []string{"similarity index ", "dissimilarity index "} {
		if hasPrefix(line, prefix) {
			return true, nil
		}
	}
	if rest, ok := cutPrefix(line, "--- "); ok {
		return true, g.headerName(rest, f.isNew, &f.oldName)
	}
	if rest, ok := cutPrefix(line, "+++ "); ok {
		return true, g.headerName(rest, f.isDelete, &f.newName)
	}
	if rest, ok := cutPrefix(line, "old mode "); ok {
		return true, g.mode(rest, &f.oldMode)
	}
	if rest, ok := cutPrefix(line, "new mode "); ok {
		return true, g.mode(rest, &f.newMode)
	}
	if rest, ok := cutPrefix(line, "deleted file mode "); ok {
		f.isDelete, f.oldName = yes, defName
		return true, g.mode(rest, &f.oldMode)
	}
	if rest, ok := cutPrefix(line, "new file mode "); ok {
		f.isNew, f.newName = yes, defName
		return true, g.mode(rest, &f.newMode)
	}
	if rest, ok := cutPrefix(line, "index "); ok {
		return true, g.hashes(f, rest)
	}
	return false, nil
}

// headerName takes or checks the name of one side, which is perhaps absent.
func (g *gitParser) headerName(rest []byte, absent tristate, name **string) error {
	isNull := absent == yes
	if *name == nil && !isNull {
		*name = findName(rest, nil, g.strip, "\t\n\r")
		return nil
	}
	if *name == nil {
		if !isDevNull(rest) {
			return g.fail(PatchMalformed, "the header names a file where it must say /dev/null")
		}
		return nil
	}
	if isNull {
		return g.fail(PatchMalformed, "the header names the file %s where it must say /dev/null", showName(**name))
	}
	if another := findName(rest, nil, g.strip, "\t\n\r"); another == nil || *another != **name {
		return g.fail(PatchMalformed, "the header has two names for one side of the change")
	}
	return nil
}

// mode reads an octal number.
func (g *gitParser) mode(s []byte, mode *uint32) error {
	s = bytes.TrimLeft(s, asciiSpace)
	end := 0
	for end < len(s) && isOctal(s[end]) {
		end++
	}
	n, err := strconv.ParseUint(string(s[:end]), 8, 32)
	if err != nil || end == len(s) || !isGitSpace(s[end]) {
		return g.fail(PatchMalformed, "the mode of the file is not an octal number")
	}
	*mode = uint32(n)
	return nil
}

// hashes reads "OLD..NEW[ MODE]". What it cannot read it ignores.
func (g *gitParser) hashes(f *gitFile, rest []byte) error {
	const hexSize = 40
	dot := bytes.IndexByte(rest, '.')
	if dot < 0 || dot > hexSize || !hasPrefix(rest[dot:], "..") {
		return nil
	}
	old, rest := rest[:dot], rest[dot+2:]
	end := bytes.IndexAny(rest, " \n")
	f.oldHash = string(old)
	if end < 0 || end > hexSize {
		return nil
	}
	f.newHash = string(rest[:end])
	if rest[end] == ' ' {
		return g.mode(rest[end+1:], &f.oldMode)
	}
	return nil
}

// commonName returns the name that both sides of a line "diff --git" have, if they do.
func (g *gitParser) commonName(line []byte) *string {
	rest := bytes.TrimSuffix(line[len("diff --git "):], []byte("\n"))
	if hasPrefix(rest, `"`) {
		first, after, ok := unquoteGit(rest)
		if !ok {
			return nil
		}
		name, ok := g.treeName(first)
		after = bytes.TrimLeft(after, gitSpace)
		if !ok || len(after) == 0 {
			return nil
		}
		if after[0] != '"' {
			return nil // the same name would be quoted too
		}
		second, _, ok := unquoteGit(after)
		if !ok {
			return nil
		}
		if other, ok := g.treeName(second); ok && other == name {
			return &name
		}
		return nil
	}
	name, ok := g.treeName(string(rest))
	if !ok {
		return nil
	}
	if quote := strings.IndexByte(name, '"'); quote >= 0 {
		second, _, ok := unquoteGit([]byte(name[quote:]))
		if !ok {
			return nil
		}
		other, ok := g.treeName(second)
		if ok && len(other) < quote && strings.HasPrefix(name, other) && isGitSpace(name[len(other)]) {
			return &other
		}
		return nil
	}
	// The later the second name begins, the shorter it is, so there is one place at most where both are of
	// the same length.
	i := sort.Search(len(name), func(i int) bool {
		second, ok := g.withoutComponents(name[i+1:])
		return !ok || len(second) <= i
	})
	if i == len(name) || name[i] != '\t' && name[i] != ' ' {
		return nil
	}
	first := name[:i]
	if second, ok := g.treeName(name[i+1:]); !ok || second != first {
		return nil
	}
	return &first
}

// treeName removes the leading components of a name in a line "diff --git".
func (g *gitParser) treeName(name string) (string, bool) {
	rest, ok := g.withoutComponents(name)
	return rest, ok && (g.strip > 1 || !strings.HasPrefix(name, "/"))
}

// withoutComponents removes as many leading components of a name as there are to be removed. ok is
// false if there are fewer.
func (g *gitParser) withoutComponents(name string) (rest string, ok bool) {
	for range g.strip {
		if _, name, ok = strings.Cut(name, "/"); !ok {
			return "", false
		}
	}
	return name, true
}
