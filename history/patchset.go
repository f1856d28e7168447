package history

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// patchesDir is where the patches of a source package are.
const patchesDir = "debian/patches"

// A seriesError says that dpkg-source refuses a series of patches.
type seriesError struct {
	Path string
	Err  error
}

func (e *seriesError) Error() string { return fmt.Sprintf("read %s: %v", e.Path, e.Err) }

// Unwrap returns the cause.
func (e *seriesError) Unwrap() error { return e.Err }

// readSeries returns the patches that the files have, in the order of the series. Debian's own
// series counts before the one for all distros, as for dpkg-source(1). Without a
// series there are none, and name is "".
func readSeries(files packageFiles) (name string, series []dsc.SeriesEntry, err error) {
	for _, name := range []string{"debian.series", "series"} {
		data, err := readFile(files, patchesDir+"/"+name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return name, nil, err
		}
		s, err := dsc.ParseSeries(data)
		if err == nil {
			err = s.DpkgErr
		}
		if err != nil {
			return name, nil, &seriesError{patchesDir + "/" + name, err}
		}
		return name, s.Dpkg, nil
	}
	return "", nil, nil
}

// A PatchNames says which patches differ between two uploads, by their names in the
// series: in its order, but those that were dropped in the order of the old one.
type PatchNames struct {
	Added, Dropped, Changed []string
	Total                   int // patches of the new upload
}

// patchIDs are the patches of a commit by name, with the objects that they are.
type patchIDs struct {
	names []string
	ids   map[string]gitmap.ObjectID
}

func readPatchIDs(files *gitmap.TreeFiles) (*patchIDs, error) {
	_, series, err := readSeries(files)
	if err != nil {
		return nil, err
	}
	p := &patchIDs{ids: map[string]gitmap.ObjectID{}}
	for _, e := range series {
		id, err := files.ID(strings.TrimSuffix(patchesDir+"/"+e.Name, "/"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		p.names = append(p.names, e.Name)
		p.ids[e.Name] = id
	}
	return p, nil
}

// since says in which patches p differs from old.
func (p *patchIDs) since(old *patchIDs) *PatchNames {
	n := &PatchNames{Total: len(p.names)}
	for _, name := range p.names {
		was, ok := old.ids[name]
		switch {
		case !ok:
			n.Added = append(n.Added, name)
		case was != p.ids[name]:
			n.Changed = append(n.Changed, name)
		}
	}
	for _, name := range old.names {
		if _, ok := p.ids[name]; !ok {
			n.Dropped = append(n.Dropped, name)
		}
	}
	return n
}
