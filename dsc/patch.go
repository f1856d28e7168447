package dsc

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// A Dialect names the program whose reading of a patch counts. The programs
// disagree about which patches are good and, rarely, about what one does.
type Dialect int

const (
	// DpkgQuilt is dpkg-source on a patch of debian/patches (3.0 (quilt)): its
	// own analysis of the text, then GNU patch 2.7.6 as
	// "patch -t -F 0 -N -p1 -u -V never -E -b". Hunks may be found at an offset,
	// never with fuzz; a file that becomes empty is deleted.
	DpkgQuilt Dialect = iota
	// DpkgDiff is dpkg-source on the .diff.gz of format 1.0. It differs from
	// DpkgQuilt in that empty files stay, and that backup files are made next
	// to the patched ones (*.dpkg-orig) and removed where the analysis expects them.
	DpkgDiff
	// GitApply is "git apply --index", and when that fails the same with
	// "--whitespace=fix", as gbp pq import calls git 2.39. The tree is the index
	// and the work tree, without local changes; whitespace rules are git's
	// defaults (core.whitespace and attributes of that name are not read).
	GitApply
)

func (d Dialect) String() string {
	switch d {
	case DpkgQuilt:
		return "dpkg-source (quilt)"
	case DpkgDiff:
		return "dpkg-source (diff)"
	case GitApply:
		return "git apply"
	}
	return "Dialect(" + strconv.Itoa(int(d)) + ")"
}

// PatchLimits bounds what a patch may cost. A zero field means its default,
// which the largest patches of Debian do not reach.
type PatchLimits struct {
	Size   int   // bytes of the patch; default 256 MiB
	Line   int   // bytes of one of its lines; default 64 MiB
	Files  int   // sections, each for one file; default 262,144
	Hunks  int   // hunks in all sections; default 2,097,152
	Result int   // bytes of all files that it makes, together; default 1 GiB
	Search int64 // steps of looking for the places of hunks, and of applying them; default 2^31, some seconds
}

func (l PatchLimits) withDefaults() PatchLimits {
	set := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	set(&l.Size, 256<<20)
	set(&l.Line, 64<<20)
	set(&l.Files, 1<<18)
	set(&l.Hunks, 1<<21)
	set(&l.Result, 1<<30)
	if l.Search == 0 {
		l.Search = 1 << 31
	}
	return l
}

// A Tree is what patches are applied to. Paths are relative and clean: no empty,
// "." or ".." component. Applying a patch asks for the paths that it names and
// for the directories above them, and never changes the tree.
type Tree interface {
	// Lookup says what is at path: a file (mode 0755 if it is executable by
	// anybody, else 0644), a symlink (fs.ModeSymlink) or, if there is anything below
	// path, a directory (fs.ModeDir). Else the error matches fs.ErrNotExist. It
	// does not follow symlinks. It is asked often, so it must be cheap.
	Lookup(path string) (fs.FileMode, error)
	// Content returns the content of the file, or the target of the symlink, at
	// path. The caller does not modify it, and may return it in a Change.
	Content(path string) ([]byte, error)
}

// A Change is what a patch does to one path.
type Change struct {
	Path    string
	Deleted bool        // the file or symlink is removed; Mode and Content are zero
	Mode    fs.FileMode // 0644, 0755 or fs.ModeSymlink|0777
	Content []byte      // of the file, or the target of the symlink
}

// A Patch is the text of a patch. It may be applied to several trees at once.
type Patch struct {
	name   string
	data   []byte
	limits PatchLimits
}

// ParsePatch takes data as a patch. The name is that used in errors, such as
// "debian/patches/fix.patch". data must stay unchanged as long as the Patch, and what
// [Patch.Apply] made of it, is in use.
//
// The dialects read the text differently, so all that is checked here are the
// limits on its size and its lines, the error being a [*LimitError]; see [Patch.Apply]
// for what each dialect refuses.
//
// dpkg-source decompresses a patch whose name ends in .gz, .bz2, .lzma or .xz, which git
// does not: give the decompressed data here for the dialects of dpkg-source.
func ParsePatch(name string, data []byte, limits PatchLimits) (*Patch, error) {
	p := &Patch{name: name, data: data, limits: limits.withDefaults()}
	if len(data) > p.limits.Size {
		return nil, p.tooMuch("bytes of patch", int64(p.limits.Size))
	}
	if len(data) > p.limits.Line {
		for cur := (cursor{data: data}); cur.off < len(data); {
			if len(cur.next()) > p.limits.Line {
				return nil, p.tooMuch("bytes in a line of a patch", int64(p.limits.Line))
			}
		}
	}
	return p, nil
}

// ApplyOptions are settings for [Patch.Apply] that most callers leave alone.
type ApplyOptions struct {
	// Strip is the strip level that the series states for the patch, for
	// GitApply, as "git apply -p" takes it; see SeriesEntry. Default: not stated. dpkg-source
	// ignores it and strips one component.
	Strip StripLevel

	// Reserved lets the patch change what git or dpkg-source keep for themselves, as far as
	// the program of the dialect does: git apply takes .pc, GNU patch also .git. The caller
	// must not write such changes into a work tree.
	Reserved bool
}

// Apply applies the patch to tree as the program of that dialect does, and
// returns the changes that it makes, ordered by path: all of them, or an error. An
// empty slice means that the patch is good and changes nothing.
//
// The error is a [*PatchError] if the patch is at fault, a [*LimitError] if it passes one of
// its limits, and else one from tree.
//
// Names that lead out of the tree or through a symlink, or that name a directory, are
// refused in every dialect, and so are, but for [ApplyOptions].Reserved, anything called
// .git (or what other systems take for it) and anything in .pc, where dpkg-source keeps its
// own data. The dialects of dpkg-source also refuse the context, normal and ed diffs that
// GNU patch would take in odd places, and GitApply a submodule and a file in the
// place of a directory.
func (p *Patch) Apply(tree Tree, dialect Dialect, opts ApplyOptions) ([]Change, error) {
	switch dialect {
	case DpkgQuilt, DpkgDiff:
		analysis, err := p.analyze(tree)
		if err != nil {
			return nil, err
		}
		return p.applyGNU(tree, analysis, gnuOptions{diff: dialect == DpkgDiff, reserved: opts.Reserved})
	case GitApply:
		changes, err := p.applyGit(tree, opts, warnSpace)
		if err == nil || !isPatchError(err) {
			return changes, err
		}
		fixed, fixErr := p.applyGit(tree, opts, fixSpace)
		if fixErr == nil {
			return fixed, nil
		}
		if !isPatchError(fixErr) {
			return nil, fixErr
		}
		return nil, err
	}
	return nil, fmt.Errorf("apply %s: unknown dialect %d", p.name, int(dialect))
}

// FirstApplies says what "dpkg-source --before-build" finds when it tries the
// first patch of a series, to see whether the series is applied already. If
// it is false, dpkg-source takes the tree as it is and applies no patch at all.
//
// This try differs from Apply: any complaint of GNU patch makes it false, also one
// about malformed text; files that a section of the patch makes are unknown to the
// next one; a patch that names a file twice is an error. An error means that
// dpkg-source stops.
func (p *Patch) FirstApplies(tree Tree) (bool, error) {
	analysis, err := p.analyzeFirst(tree)
	if err != nil {
		return false, err
	}
	_, err = p.applyGNU(tree, analysis, gnuOptions{dryRun: true, reserved: true})
	if e, ok := err.(*PatchError); ok && (e.Kind == PatchDoesNotApply || e.Kind == PatchOwnDirectory || e.Kind == PatchMalformed) {
		return false, nil
	}
	return err == nil, err
}

// A PatchErrorKind says what is wrong with a patch.
type PatchErrorKind int

const (
	PatchDoesNotApply PatchErrorKind = iota + 1 // well formed, but not for this tree
	PatchOwnDirectory                           // a file of it would be where dpkg-source makes a directory for another one
	PatchMalformed                              // the text is not one that the dialect reads
	PatchUnsafe                                 // names what no patch may touch
	PatchUnsupported                            // the program crashes at it, or takes it but we do not
)

// A PatchError says why a patch was not applied.
type PatchError struct {
	Patch  string // the name given to ParsePatch
	Line   int    // in the patch, from 1; 0 if it is not about a line
	Path   string // of the file to be patched, if known
	Hunk   int    // of that file, from 1; 0 if it is not about a hunk
	Kind   PatchErrorKind
	Reason string // with the path and the hunk, where they matter
}

func (e *PatchError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", showName(e.Patch), e.Reason)
	}
	return fmt.Sprintf("%s: line %d: %s", showName(e.Patch), e.Line, e.Reason)
}

func isPatchError(err error) bool {
	_, ok := err.(*PatchError)
	return ok
}

func (p *Patch) fail(kind PatchErrorKind, line int, path, format string, args ...any) *PatchError {
	return &PatchError{Patch: p.name, Line: line, Path: path, Kind: kind, Reason: fmt.Sprintf(format, args...)}
}

// What a [LimitError] says of a patch that makes too much, or takes too long.
const (
	tooMuchMade  = "bytes made by a patch"
	tooManySteps = "steps of applying a patch"
)

// tooMuch is the error of a patch that passes a limit.
func (p *Patch) tooMuch(what string, limit int64) error {
	return &LimitError{File: showName(p.name), What: what, Limit: limit}
}

// showName returns a name from outside as it may be printed: quoted unless it is plain.
func showName(name string) string {
	plain := name != "" && strings.IndexFunc(name, func(r rune) bool {
		return r <= ' ' || r == '"' || r == '\\' || !strconv.IsPrint(r) || r == '\uFFFD'
	}) < 0
	if plain {
		return name
	}
	return strconv.Quote(name)
}

// A cursor reads a text line by line. Copying it remembers the place.
type cursor struct {
	data []byte
	off  int
	line int // lines read so far
}

// next returns the next line with its newline, which only the last can lack; nil at the end.
func (c *cursor) next() []byte {
	rest := c.data[c.off:]
	if len(rest) == 0 {
		return nil
	}
	n := bytes.IndexByte(rest, '\n') + 1
	if n == 0 {
		n = len(rest)
	}
	c.off += n
	c.line++
	return rest[:n:n]
}

// cutPrefix is bytes.CutPrefix for a constant.
func cutPrefix(line []byte, prefix string) ([]byte, bool) {
	if len(line) < len(prefix) || string(line[:len(prefix)]) != prefix {
		return nil, false
	}
	return line[len(prefix):], true
}

func hasPrefix(line []byte, prefix string) bool {
	_, ok := cutPrefix(line, prefix)
	return ok
}
