package upload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
)

// An Upstream is the commit that has upstream's files of a branch with debian/ alone.
type Upstream struct {
	Commit gitmap.CommitID
	Tag    string // that names it, without refs/tags/; "" if it was given otherwise
}

// An UpstreamTagError says that it cannot be told which tag is that of the upstream version.
type UpstreamTagError struct {
	Version dsc.Version // without epoch
	Looked  []string    // names of tags; the first one counts before the others
	Found   []string    // those of them that are there: none, or several
}

func (e *UpstreamTagError) Error() string {
	if len(e.Found) == 0 {
		return fmt.Sprintf("no tag has upstream's files of %s; looked for %s", e.Version, strings.Join(e.Looked, ", "))
	}
	return fmt.Sprintf("several tags may have upstream's files of %s: %s", e.Version, strings.Join(e.Found, ", "))
}

// A GBPConfError says that debian/gbp.conf cannot be read.
type GBPConfError struct{ Err error }

func (e *GBPConfError) Error() string { return fmt.Sprintf("read %s: %v", gbpConfName, e.Err) }

// Unwrap returns the cause.
func (e *GBPConfError) Unwrap() error { return e.Err }

const gbpConfName = "debian/gbp.conf"

// FindUpstream returns the commit that has upstream's files of the version that pkg is of: the one
// that commitish names; or if that is "", the one of the tag by the rules of git-deborig(1). The tag that
// debian/gbp.conf names (section export-orig, upstream-tag), by default upstream/VERSION, counts before
// the tags VERSION and vVERSION, of which just one must be there.
//
// Errors that callers may test for: [*UpstreamTagError], [*GBPConfError].
func FindUpstream(ctx context.Context, pkg *Package, commitish string) (*Upstream, error) {
	u := &Upstream{}
	rev := commitish
	if commitish == "" {
		tag, err := upstreamTag(ctx, pkg)
		if err != nil {
			return nil, err
		}
		u.Tag, rev = tag, history.TagRef(tag)
	}
	var ok bool
	var err error
	if u.Commit, ok, err = pkg.Repo.Commit(ctx, rev); err == nil && !ok {
		err = fmt.Errorf("upstream's files: %s names no commit", rev)
	}
	return u, err
}

// upstreamTag returns the name of the tag of the upstream version.
func upstreamTag(ctx context.Context, pkg *Package) (string, error) {
	version := pkg.ID.Version.Upstream().WithoutEpoch()
	mangled := history.MangleVersion(dsc.Version(version))
	conf, err := pkg.gbpConf(ctx)
	if err != nil {
		return "", err
	}
	e := &UpstreamTagError{Version: dsc.Version(version), Looked: []string{"upstream/" + mangled, mangled, "v" + mangled}}
	if configured, ok, err := conf.value("export-orig", "upstream-tag", map[string]string{"version": mangled}); err != nil {
		return "", &GBPConfError{err}
	} else if ok {
		e.Looked[0] = configured
	}
	preferred := e.Looked[0]
	if preferred == "" {
		e.Looked = e.Looked[1:]
	}
	patterns := make([]string, len(e.Looked))
	for i, name := range e.Looked {
		patterns[i] = history.TagRef(name)
	}
	tags, err := pkg.Repo.Refs(ctx, patterns...)
	if err != nil {
		return "", err
	}
	for i, name := range e.Looked {
		if _, ok := tags[patterns[i]]; !ok {
			continue
		}
		if name == preferred {
			return name, nil
		}
		e.Found = append(e.Found, name)
	}
	if len(e.Found) == 1 {
		return e.Found[0], nil
	}
	return "", e
}

// gbpConf reads debian/gbp.conf; without one it says nothing.
func (p *Package) gbpConf(ctx context.Context) (gbpConf, error) {
	reader, err := p.Repo.NewCommitReader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	data, err := reader.File(p.Head, gbpConfName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	conf, err := parseGBPConf(data)
	if err != nil {
		return nil, &GBPConfError{err}
	}
	return conf, nil
}
