package history

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/dsc"
)

// SearchOptions say where an upload is looked for whose files are not here.
type SearchOptions struct {
	Suite    string   // default: those that the repository follows, and all that APT is configured for
	Archive  string   // URL or directory of an archive; default: those of APT's configuration
	Keyrings []string // files with the keys that may sign Archive
	CacheDir string   // default: debgit in the user's cache directory
}

// A NotInArchiveError says that an upload is in no suite where it was looked for.
type NotInArchiveError struct {
	ID    dsc.ID
	Tried []string // suites, with their mirrors
}

func (e *NotInArchiveError) Error() string {
	if len(e.Tried) == 0 {
		return fmt.Sprintf("%s: its files are not all here, and no archive is configured", e.ID)
	}
	return fmt.Sprintf("%s: its files are not all here, and it is not in %s", e.ID, strings.Join(e.Tried, ", "))
}

// An OtherDscError says that an archive has a version of a source package, but not
// with the .dsc of the import.
type OtherDscError struct {
	ID        dsc.ID
	Suite     string
	Got, Want string // SHA-256 digests
	WantedBy  string // where the other .dsc is
}

func (e *OtherDscError) Error() string {
	return fmt.Sprintf("%s: SHA-256 of the .dsc in suite %s is %s, but that of %s is %s", e.ID, e.Suite, e.Got, e.WantedBy, e.Want)
}

// fetch gets the upload again from an archive that still has it.
func (v *verifier) fetch(ctx context.Context) (*dsc.Package, error) {
	client := archive.NewClient(archive.ClientOptions{
		CacheDir: v.opts.Fetch.CacheDir, DscSize: v.opts.Limits.Dsc, Progress: v.opts.Progress, Warn: keepWarnings(&v.result.Warnings),
	})
	searches, err := v.searches(ctx, client)
	if err != nil {
		return nil, err
	}
	missing := &NotInArchiveError{ID: v.result.ID}
	seen := map[string]bool{}
	var first error // that lets another suite be tried
	for _, s := range searches {
		suite, err := s.open(ctx)
		var unknown *archive.UnknownSuiteError
		if errors.As(err, &unknown) {
			for _, mirror := range unknown.Tried {
				missing.Tried = append(missing.Tried, fmt.Sprintf("%s of %s", s.name, mirror))
			}
			continue
		}
		if errors.As(err, new(*archive.NoMirrorError)) && v.opts.Fetch.Suite == "" {
			continue
		}
		var upload *archive.Upload
		where := ""
		if err == nil {
			where = fmt.Sprintf("%s of %s", suite.Codename(), suite.Where())
			if seen[where] {
				continue
			}
			seen[where] = true
			upload, err = v.findUpload(ctx, suite)
		}
		if err != nil {
			var silent *archive.MirrorError
			var other *OtherDscError
			if ctx.Err() != nil || !errors.As(err, &silent) && !errors.As(err, &other) {
				return nil, err
			}
			if first == nil {
				first = err
			}
			continue
		}
		if upload == nil {
			missing.Tried = append(missing.Tried, where)
			continue
		}
		return v.download(ctx, client, suite, upload, where)
	}
	if first != nil {
		return nil, first
	}
	return nil, missing
}

// searches returns where the upload may be, the likeliest first.
func (v *verifier) searches(ctx context.Context, client *archive.Client) (all []suiteQuestion, err error) {
	opts := v.opts.Fetch
	config, err := v.repo.ConfigScopes(ctx)
	if err != nil {
		return nil, err
	}
	settings := NewSettings(config, os.Getenv)
	opener := newSuiteOpener(client, settings, OpenOptions{Archive: opts.Archive, Keyrings: opts.Keyrings})
	if opts.Suite != "" {
		return opener.questions(v.result.ID.Package, opts.Suite), nil
	}
	suites, err := v.followedSuites(ctx, settings)
	if err != nil {
		return nil, err
	}
	all = opener.questions(v.result.ID.Package, suites...)
	if opts.Archive != "" {
		return all, nil
	}
	configured, err := opener.configured(ctx)
	return append(all, configured...), err
}

// followedSuites returns the suites that the repository has a branch for, and the
// default one.
func (v *verifier) followedSuites(ctx context.Context, settings *Settings) ([]string, error) {
	prefixes := []string{TrackingRef(""), branchRef("")}
	refs, err := v.repo.Refs(ctx, prefixes...)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for ref := range refs {
		for _, prefix := range prefixes {
			if suite, ok := strings.CutPrefix(ref, prefix); ok {
				names[suite] = true
			}
		}
	}
	suites := slices.Sorted(maps.Keys(names))
	suite, err := settings.defaultSuite("")
	if err == nil && !names[suite] {
		suites = append(suites, suite)
	}
	return suites, err
}

// findUpload returns the upload of the import, or nil if the suite has another
// version or none. That it has the version, but not the .dsc that is here, is an
// [*OtherDscError].
func (v *verifier) findUpload(ctx context.Context, suite archive.Suite) (*archive.Upload, error) {
	uploads, err := suite.FindAll(ctx, v.result.ID.Package)
	var unknown *archive.UnknownPackageError
	if errors.As(err, &unknown) {
		return nil, nil
	}
	for _, u := range uploads {
		if u.ID().Version != v.result.ID.Version {
			continue
		}
		if got := u.Dsc().Digest; v.dscDigest != "" && got.Algorithm == dsc.SHA256 && got.Hex != v.dscDigest {
			return nil, &OtherDscError{u.ID(), suite.Codename(), got.Hex, v.dscDigest, v.result.DscFrom}
		}
		return u, nil
	}
	return nil, err
}

// download fetches an upload into the directory of the verifier.
func (v *verifier) download(ctx context.Context, client *archive.Client, suite archive.Suite, upload *archive.Upload, where string) (*dsc.Package, error) {
	dir := filepath.Join(v.dir, "files")
	if err := os.Mkdir(dir, 0o777); err != nil {
		return nil, err
	}
	v.result.FilesFrom = where
	if v.dscDigest == "" {
		v.result.DscFrom = where
	}
	p, err := client.Fetch(ctx, upload, dir)
	if err != nil {
		return nil, err
	}
	if got := p.DscDigest(); v.dscDigest != "" && got.Hex != v.dscDigest { // not every suite told it before
		p.Close()
		return nil, &OtherDscError{upload.ID(), suite.Codename(), got.Hex, v.dscDigest, v.result.DscFrom}
	}
	return p, nil
}
