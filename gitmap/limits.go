package gitmap

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"debgit/dsc"
)

// Limits bound what a source package can make an import do, so that a hostile one
// costs a bounded amount of memory, disk and time. They do not say what a sound
// package is: the largest ones of Debian stay well below the defaults, which a zero
// field stands for. What passes a limit is refused with a [*dsc.LimitError].
//
// Sizes are in bytes. What an import holds in memory is at most 50 MiB for contents on
// their way, which are streamed whatever their size; 300 bytes for each of Entries, and
// Names; ten times Extension; and four times the largest of ten times Changelog,
// PatchSize, 16 times PatchLines, Patched, and PatchResult. By default that is less than 1 GB; linux, with 80,000
// files, takes 150 MB.
type Limits struct {
	Dsc   int64 // size of the .dsc; [dsc.OpenLocal] applies it
	Size  int64 // of all tarballs together, decompressed, the holes in sparse files counted; see DefaultSize
	File  int64 // size of one file of a tarball
	Path  int64 // length of a name in a tarball, or of the target of a link
	Depth int64 // directories in a name

	Extension int64 // size of what a tarball says of one file outside of its header: long names, extended headers, maps of sparse files

	Entries int64 // of all tarballs together; directories that no entry makes count, too
	Names   int64 // length of their names and of the targets of links, together

	Changelog int64 // size of debian/changelog
	Control   int64 // size of debian/control, and of each of the other small files that dpkg-source reads, such as debian/source/format
	Series    int64 // size of debian/patches/series

	Patches     int64 // that the series names
	PatchSize   int64 // of one patch, or of the .diff.gz, decompressed
	PatchLines  int64 // of one patch
	PatchSearch int64 // steps of applying one patch, most of them to find the places of its hunks
	Patched     int64 // size of the files that one patch changes, together, before it; a line counts as 32 bytes at least
	PatchResult int64 // size of the files that one patch makes, together
	PatchWork   int64 // size of all patches, of what they change, and of the trees made for them
	Messages    int64 // size of all commit messages of patches, together
}

// DefaultSize is the default of [Limits.Size] for tarballs that are compressed
// bytes large: 1 GiB and 200 times that, but never more than 64 GiB. Source code rarely
// shrinks to a twentieth; 1 GiB leaves room for test data, such as images of
// disks, that shrinks to almost nothing.
func DefaultSize(compressed int64) int64 {
	return min(64<<30, 1<<30+200*min(compressed, 1<<30))
}

// A LimitInfo describes one of the [Limits] to users.
type LimitInfo struct {
	Name    string // for [Limits.Set]
	Bytes   bool   // it is a size
	Default int64  // 0 for that of Size
	Help    string

	what  []string // the texts of [dsc.LimitError] that mean it
	field func(*Limits) *int64
}

var limitTable = []LimitInfo{
	{"dsc", true, 4 << 20, "size of the .dsc", []string{"bytes of .dsc"}, func(l *Limits) *int64 { return &l.Dsc }},
	{"size", true, 0, "decompressed tarballs", []string{"bytes of content"}, func(l *Limits) *int64 { return &l.Size }},
	{"file", true, 8 << 30, "size of one file", []string{"bytes in a file"}, func(l *Limits) *int64 { return &l.File }},
	{"path", true, 4095, "length of a name", []string{"bytes in a name", "bytes in the target of a link"}, func(l *Limits) *int64 { return &l.Path }},
	{"depth", false, 255, "directories in a name", []string{"directories in a name"}, func(l *Limits) *int64 { return &l.Depth }},
	{"extension", true, 1 << 20, "size of an extended header of a tarball", []string{"bytes in an extended header", "bytes in the map of a sparse file"}, func(l *Limits) *int64 { return &l.Extension }},
	{"entries", false, 1 << 20, "files and directories in all tarballs", []string{"entries", "directories to pass through"}, func(l *Limits) *int64 { return &l.Entries }},
	{"names", true, 64 << 20, "length of all names", []string{"bytes of names"}, func(l *Limits) *int64 { return &l.Names }},
	{"changelog", true, 8 << 20, "size of debian/changelog", []string{"bytes of changelog"}, func(l *Limits) *int64 { return &l.Changelog }},
	{"control", true, 8 << 20, "size of debian/control", []string{"bytes of control data"}, func(l *Limits) *int64 { return &l.Control }},
	{"series", true, 4 << 20, "size of debian/patches/series", []string{"bytes of series"}, func(l *Limits) *int64 { return &l.Series }},
	{"patches", false, 10_000, "patches in the series", []string{"patches"}, func(l *Limits) *int64 { return &l.Patches }},
	{"patch-size", true, 64 << 20, "size of one patch", []string{"bytes of patch"}, func(l *Limits) *int64 { return &l.PatchSize }},
	{"patch-lines", false, 2 << 20, "lines of one patch", []string{"lines of patch"}, func(l *Limits) *int64 { return &l.PatchLines }},
	{"patch-search", false, 1 << 28, "steps of applying one patch", []string{"steps of applying a patch"}, func(l *Limits) *int64 { return &l.PatchSearch }},
	{"patched", true, 64 << 20, "size of what one patch changes", []string{"bytes to be patched"}, func(l *Limits) *int64 { return &l.Patched }},
	{"patch-result", true, 128 << 20, "size of what one patch makes of it", []string{"bytes made by a patch"}, func(l *Limits) *int64 { return &l.PatchResult }},
	{"patch-work", true, 8 << 30, "size of all patches and of what they change", []string{"bytes of work on patches"}, func(l *Limits) *int64 { return &l.PatchWork }},
	{"messages", true, 32 << 20, "size of all messages of patches", []string{"bytes of commit messages"}, func(l *Limits) *int64 { return &l.Messages }},
}

// LimitInfos describes all limits, in the order of the fields of [Limits].
func LimitInfos() []LimitInfo { return slices.Clone(limitTable) }

// Set sets the limit of that name, which must be one of [LimitInfos].
func (l *Limits) Set(name string, value int64) error {
	for _, info := range limitTable {
		if info.Name != name {
			continue
		}
		if value <= 0 {
			return fmt.Errorf("limit %s is %d, but at least 1 is wanted", name, value)
		}
		if value > 1<<50 { // so that a few times as much is a number, too
			return fmt.Errorf("limit %s is %d, more than any package can need", name, value)
		}
		*info.field(l) = value
		return nil
	}
	return fmt.Errorf("there is no limit %q", name)
}

// ReachedLimits returns the limits that could be raised to let pass what err
// refuses: none, if err is not about one of [Limits]. value is the limit that was reached.
func ReachedLimits(err error) (infos []LimitInfo, value int64) {
	limit, ok := errors.AsType[*dsc.LimitError](err)
	if !ok {
		return nil, 0
	}
	for _, info := range limitTable {
		if slices.Contains(info.what, limit.What) {
			infos = append(infos, info)
		}
	}
	return infos, limit.Limit
}

// withDefaults returns l for tarballs of the given compressed size.
func (l Limits) withDefaults(compressed int64) Limits {
	for _, info := range limitTable {
		if field := info.field(&l); *field == 0 {
			*field = info.Default
		}
	}
	if l.Size == 0 {
		l.Size = DefaultSize(compressed)
	}
	return l
}

// control is the bound on files of control data.
func (l Limits) control() bound { return bound{"bytes of control data", l.Control} }

func (l Limits) changelog() bound { return bound{"bytes of changelog", l.Changelog} }

// onePatch is the bound on one patch.
func (l Limits) onePatch() bound { return bound{"bytes of patch", l.PatchSize} }

// patch returns the limits of one patch. Lines, sections and hunks are no more than
// PatchLines, which is checked before.
func (l Limits) patch() dsc.PatchLimits {
	return dsc.PatchLimits{
		Size:   int(l.PatchSize),
		Line:   int(l.PatchSize),
		Files:  int(l.PatchLines),
		Hunks:  int(l.PatchLines),
		Result: int(l.PatchResult),
		Search: l.PatchSearch,
	}
}

// An unpackBudget is what is left of the limits on all tarballs together.
type unpackBudget struct {
	limits               Limits
	entries, names, size int64
	steps                int64 // directories looked up on the way to entries
}

// stepsPerEntry is far more than deep trees need, however many symbolic links they have.
const stepsPerEntry = 64

func newUnpackBudget(l Limits) *unpackBudget {
	return &unpackBudget{limits: l, entries: l.Entries, names: l.Names, size: l.Size, steps: stepsPerEntry * l.Entries}
}

// tarball returns the limits of the next tarball.
func (b *unpackBudget) tarball() dsc.TarballLimits {
	return dsc.TarballLimits{
		Entries: int(b.limits.Entries),
		Size:    max(b.size, 1),
		Path:    int(b.limits.Path),
		Depth:   int(b.limits.Depth),

		Extension: b.limits.Extension,
	}
}

// take takes n of what is left; what and limit are for the refusal.
func take(left *int64, n int64, file, what string, limit int64) error {
	if *left -= n; *left < 0 {
		return &dsc.LimitError{File: file, What: what, Limit: limit}
	}
	return nil
}

// A patchBudget is what is left of the limits on a series of patches, gone through once.
type patchBudget struct {
	limits         Limits
	work, messages int64
}

func newPatchBudget(l Limits) *patchBudget {
	return &patchBudget{limits: l, work: l.PatchWork, messages: l.Messages}
}

// worked notes n bytes of work on the patch of that name.
func (b *patchBudget) worked(name string, n int64) error {
	return take(&b.work, n, name, "bytes of work on patches", b.limits.PatchWork)
}

// checkPatch refuses a patch that is too large to be parsed.
func (l Limits) checkPatch(name string, data []byte) error {
	if int64(len(data)) > l.PatchSize {
		return &dsc.LimitError{File: name, What: "bytes of patch", Limit: l.PatchSize}
	}
	if int64(bytes.Count(data, []byte("\n"))) > l.PatchLines {
		return &dsc.LimitError{File: name, What: "lines of patch", Limit: l.PatchLines}
	}
	return nil
}
