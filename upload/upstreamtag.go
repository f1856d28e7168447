package upload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
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
	Version dsc.Version
	Looked  []string // names of tags
	Found   []string // those of them that are there: none, or several
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

// upstreamTag returns the name of the tag of the upstream version. dgit looks for one with the epoch,
// git-deborig for one without; so the latter counts where the former is not there.
func upstreamTag(ctx context.Context, pkg *Package) (string, error) {
	conf, err := pkg.gbpConf(ctx)
	if err != nil {
		return "", err
	}
	upstream := pkg.ID.Version.Upstream()
	none := &UpstreamTagError{Version: upstream}
	for _, version := range slices.Compact([]dsc.Version{upstream, dsc.Version(upstream.WithoutEpoch())}) {
		c, err := upstreamTags(conf, version)
		if err != nil {
			return "", err
		}
		tag, err := c.lookUp(ctx, pkg.Repo)
		if e := (*UpstreamTagError)(nil); !errors.As(err, &e) || len(e.Found) > 0 {
			return tag, err
		}
		none.Looked = append(none.Looked, c.looked()...)
	}
	return "", none
}

// tagChoice are the tags that may be that of an upstream version.
type tagChoice struct {
	version   dsc.Version
	preferred string   // counts before the others; "" if there is none
	others    []string // of which just one must be there
}

// upstreamTags returns the choice of a version.
func upstreamTags(conf gbpConf, version dsc.Version) (tagChoice, error) {
	mangled := history.MangleVersion(version)
	c := tagChoice{version, "upstream/" + mangled, []string{mangled, "v" + mangled}}
	configured, ok, err := conf.value("export-orig", "upstream-tag", map[string]string{"version": mangled})
	if err != nil {
		return c, &GBPConfError{err}
	}
	if ok {
		c.preferred = configured
	}
	return c, nil
}

// looked returns the names of all tags that may be there.
func (c tagChoice) looked() []string {
	if c.preferred == "" {
		return c.others
	}
	return append([]string{c.preferred}, c.others...)
}

// lookUp returns the tag that it is.
func (c tagChoice) lookUp(ctx context.Context, repo *gitmap.Repo) (string, error) {
	var refs []string
	for _, name := range c.looked() {
		refs = append(refs, history.TagRef(name))
	}
	tags, err := repo.Refs(ctx, refs...)
	if err != nil {
		return "", err
	}
	return c.choose(func(name string) bool {
		_, ok := tags[history.TagRef(name)]
		return ok
	})
}

// choose returns the tag that it is; has says which ones are there.
func (c tagChoice) choose(has func(name string) bool) (string, error) {
	if c.preferred != "" && has(c.preferred) {
		return c.preferred, nil
	}
	var found []string
	for _, name := range c.others {
		if has(name) {
			found = append(found, name)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return "", &UpstreamTagError{c.version, c.looked(), found}
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
