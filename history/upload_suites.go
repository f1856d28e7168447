package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/dsc"
)

// find looks for uploads in all suites. One that cannot be asked is left out, unless that
// leaves none. One of another origin, such as of an archive of somebody else's, is not
// looked at.
func (f *uploadFetcher) find(ctx context.Context) error {
	answers := askSuites(ctx, f.suites, f.pkg, f.progress)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	byKey := map[string]*foundUpload{}
	var failed error
	for _, a := range answers {
		if isAbsent(a.err) {
			continue
		}
		if a.err != nil {
			f.result.Warnings = append(f.result.Warnings, fmt.Sprintf("suite %s is left out: %v", a.name, a.err))
			if failed == nil {
				failed = a.err
			}
			continue
		}
		suite := a.suite.Codename()
		if slices.Contains(f.asked, suite) || f.origin != "" && originName(a.suite.Origin()) != originName(f.origin) {
			continue
		}
		f.asked = append(f.asked, suite)
		for _, u := range a.uploads {
			one := &foundUpload{id: u.ID(), upload: u}
			if there := byKey[one.key()]; there != nil {
				one = there
			} else {
				byKey[one.key()] = one
				f.found = append(f.found, one)
			}
			if !u.ExtraSourceOnly() {
				one.suites = append(one.suites, suite)
			}
		}
	}
	if len(f.asked) == 0 && failed != nil {
		return failed
	}
	return f.findPast(ctx)
}

// findPast adds the uploads that only the snapshot service has.
func (f *uploadFetcher) findPast(ctx context.Context) error {
	if f.past == nil {
		return nil
	}
	versions, err := f.past.Versions(ctx, f.pkg)
	switch {
	case errors.As(err, new(*archive.UnknownPackageError)):
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		f.result.Warnings = append(f.result.Warnings, fmt.Sprintf("the snapshot service is left out: %v", err))
		return nil
	}
	held := map[dsc.Version]bool{}
	for _, u := range f.found {
		held[u.id.Version] = true
	}
	for _, v := range versions {
		if !held[v] {
			f.found = append(f.found, &foundUpload{id: dsc.ID{Package: f.pkg, Version: v}})
		}
	}
	return nil
}

// originName is the same for all suites of one distro: those of backports once had an
// origin of their own.
func originName(origin string) string {
	return strings.TrimSuffix(strings.ToLower(origin), " backports")
}
