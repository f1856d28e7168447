package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
)

// An OrigStatus says which upstream tarballs are there.
type OrigStatus struct {
	Dirs    []string // where they are looked for: see [OrigDirs]
	Version dsc.Version
	Files   []OrigFile // by name
	Listed  string     // whose .dsc lists the origs of this upstream version, such as "sid" or "the import of 1.0-1"; "" if none is known
}

// An OrigFile is an upstream tarball or its signature, or a pattern if no name is known.
type OrigFile struct {
	Name  string
	Dir   string // that has it, or should
	State OrigState
}

// GetOrigsCommand gets the orig tarballs that are missing.
const GetOrigsCommand = "debgit download-unfetched-origs"

// An OrigState says what is known of an orig.
type OrigState string

const (
	OrigSame     OrigState = "same"     // as the .dsc lists it
	OrigOther    OrigState = "other"    // with another content than the .dsc lists
	OrigMissing  OrigState = "missing"  // not there
	OrigUnlisted OrigState = "unlisted" // there, but no .dsc is known that lists it
)

// isGood says whether the upstream tarballs for an upload are there.
func (o *OrigStatus) isGood() bool {
	return !slices.ContainsFunc(o.Files, func(f OrigFile) bool { return f.State == OrigOther || f.State == OrigMissing })
}

// readOrigs looks for the upstream tarballs of the version that the work tree is of.
func (r *statusReader) readOrigs(ctx context.Context) error {
	s := r.result
	version := s.Version()
	if s.Format == "3.0 (native)" || version.IsNative() {
		return nil
	}
	dir, err := r.products(s.Suites[0].access, r.repo.WorkTree())
	if err != nil {
		return err
	}
	o := &OrigStatus{Dirs: OrigDirs(dir, r.repo.WorkTree()), Version: version.Upstream()}
	s.Origs = o
	listed, from, err := r.listedOrigs(ctx)
	if err != nil {
		return err
	}
	if from != "" {
		o.Listed = from
		return o.compare(listed)
	}
	if err := o.list(s.Package, version); err != nil {
		return err
	}
	if len(o.Files) == 0 && s.Format == "1.0" { // which is native then, whatever the version; dpkg-source(1)
		s.Origs = nil
	} else if len(o.Files) == 0 {
		o.Files = []OrigFile{{origPrefix(s.Package, version) + ".tar.*", dir, OrigMissing}}
	}
	return nil
}

// compare looks at the files that a .dsc lists.
func (o *OrigStatus) compare(listed []dsc.File) error {
	for _, f := range listed {
		state, dir := OrigSame, o.dirOf(f.Name)
		content, err := os.Open(filepath.Join(dir, f.Name))
		if err == nil {
			err = f.Verify(content)
			content.Close()
		}
		var differs *dsc.MismatchError
		switch {
		case os.IsNotExist(err):
			state = OrigMissing
		case errors.As(err, &differs):
			state = OrigOther
		case err != nil:
			return err
		}
		o.Files = append(o.Files, OrigFile{f.Name, dir, state})
	}
	return nil
}

// dirOf returns the directory that has a file: the first one, or the first of all if none has.
func (o *OrigStatus) dirOf(name string) string {
	for _, dir := range o.Dirs {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir
		}
	}
	return o.Dirs[0]
}

// listedOrigs returns the origs of the upstream version as a .dsc lists them: that of what a suite
// holds, or of an import that is recorded. from is whose .dsc it is; "" if none is known.
func (r *statusReader) listedOrigs(ctx context.Context) (origs []dsc.File, from string, err error) {
	upstream := r.result.Version().Upstream()
	for _, s := range r.result.Suites {
		if s.Version.Upstream() != upstream || s.upload == nil {
			continue
		}
		src, err := r.dscOf(ctx, s)
		if err != nil {
			return nil, "", err
		}
		if src != nil {
			return OrigsOf(src), s.Suite, nil
		}
	}
	var versions []dsc.Version
	for _, s := range r.result.Suites {
		versions = append(versions, s.Version)
	}
	for _, e := range r.result.Entries {
		versions = append(versions, e.Version)
	}
	for _, v := range versions {
		if v.Upstream() != upstream {
			continue
		}
		src, err := r.recordedDsc(ctx, v)
		if err != nil {
			return nil, "", err
		}
		if src != nil {
			return OrigsOf(src), "the import of " + string(v), nil
		}
	}
	return nil, "", nil
}

// recordedDsc returns what the .dsc says that an import of a version was made from; nil if there is
// no such record.
func (r *statusReader) recordedDsc(ctx context.Context, v dsc.Version) (*dsc.Source, error) {
	for _, id := range r.h.imports[v] {
		record, ok, err := readRecord(ctx, r.repo, id)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		name := fmt.Sprintf("%s_%s.dsc", r.result.Package, v.WithoutEpoch())
		text, _, err := dsc.ClearsignedText(name, record.Dsc)
		if err != nil {
			return nil, err
		}
		return dsc.Parse(name, text)
	}
	return nil, nil
}

// OrigsOf returns the upstream tarballs, and their signatures, of a .dsc.
func OrigsOf(src *dsc.Source) []dsc.File {
	return slices.DeleteFunc(slices.Clone(src.Files), func(f dsc.File) bool { return !origName.MatchString(f.Name) })
}

// origPrefix is how the names of the origs of an upstream version begin.
func origPrefix(pkg string, v dsc.Version) string {
	return pkg + "_" + v.Upstream().WithoutEpoch() + ".orig"
}

// list lists the origs of an upstream version that there are.
func (o *OrigStatus) list(pkg string, v dsc.Version) error {
	prefix := origPrefix(pkg, v)
	for _, dir := range o.Dirs {
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, e := range entries {
			rest, ok := strings.CutPrefix(e.Name(), prefix)
			if ok && strings.IndexAny(rest, ".-") == 0 && origName.MatchString(e.Name()) && o.dirOf(e.Name()) == dir {
				o.Files = append(o.Files, OrigFile{e.Name(), dir, OrigUnlisted})
			}
		}
	}
	slices.SortStableFunc(o.Files, func(a, b OrigFile) int { return strings.Compare(a.Name, b.Name) })
	return nil
}
