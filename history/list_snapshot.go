package history

import (
	"context"
	"errors"
	"slices"

	"debgit/archive"
)

// snapshotKey is the access key with the URL of the service that keeps all versions.
const snapshotKey = "snapshot-url"

// A NoSnapshotError says that no snapshot service is configured for a distro.
type NoSnapshotError struct{ Key string }

func (e *NoSnapshotError) Error() string {
	return "no snapshot service is configured: " + e.Key + " is not set"
}

// openSnapshot opens the snapshot service of a distro.
func openSnapshot(s *Settings, distro string, client *archive.Client) (*archive.Snapshot, error) {
	access, err := s.Access(AccessOptions{Distro: distro})
	if err != nil {
		return nil, err
	}
	key, url, ok, err := access.find(snapshotKey)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &NoSnapshotError{access.baseKey(snapshotKey)}
	}
	service, err := archive.NewHTTP(url, archive.HTTPOptions{})
	if err != nil {
		return nil, &ConfigError{key, url, "the URL of a snapshot service"}
	}
	return client.OpenSnapshot(service), nil
}

// addPast adds the versions that only a snapshot service has.
func (l *lister) addPast(ctx context.Context, s *archive.Snapshot) error {
	versions, err := s.Versions(ctx, l.result.Package)
	if errors.As(err, new(*archive.UnknownPackageError)) {
		return nil
	}
	if err != nil {
		return err
	}
	var past []*listedUpload
	for _, v := range versions {
		if !slices.ContainsFunc(l.found, func(f *listedUpload) bool { return f.ID.Version == v }) {
			f := &listedUpload{}
			f.ID.Package, f.ID.Version = l.result.Package, v
			past = append(past, f)
		}
	}
	l.found = append(l.found, past...)
	return inParallel(ctx, suitesAtOnce, len(past), func(i int) error {
		u, err := s.Find(ctx, past[i].ID)
		if errors.As(err, new(*archive.NoDscError)) {
			return nil // it has the version, but not its files
		}
		if err != nil {
			return err
		}
		past[i].Date = u.Date()
		past[i].Suites = []ListedSuite{{Component: u.Component(), Where: s.Where(), Assurance: archive.NoIndex}}
		return nil
	})
}
