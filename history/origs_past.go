package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"debgit/archive"
	"debgit/dsc"
)

// inPast returns the origs of the newest upload with the upstream version that the snapshot
// service has; nil if it has none, or if none is configured.
func (f *origFinder) inPast(ctx context.Context) (*Origs, error) {
	if f.opts.RequireSignedIndex { // no index of the service is signed
		return nil, nil
	}
	past, err := openSnapshot(f.settings, f.access.Base, f.client)
	if errors.As(err, new(*NoSnapshotError)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	versions, err := past.Versions(ctx, f.pkg)
	if errors.As(err, new(*archive.UnknownPackageError)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(versions, f.sameUpstream)
	if i < 0 {
		return nil, nil
	}
	u, err := past.Find(ctx, dsc.ID{Package: f.pkg, Version: versions[i]})
	if errors.As(err, new(*archive.NoDscError)) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	src, err := f.vouchedDsc(ctx, u)
	if err != nil {
		return nil, err
	}
	origs := f.listed(u, src, past.Where())
	if len(origs) == 0 {
		return nil, f.none(dscOf(u, past.Where()))
	}
	return &Origs{Files: origs}, nil
}

// vouchedDsc reads the .dsc of an upload for which nothing but its own signature vouches. One
// that does not match is refused; that it cannot be verified is said.
func (f *origFinder) vouchedDsc(ctx context.Context, u *archive.Upload) (*dsc.Source, error) {
	dir, err := os.MkdirTemp("", "debgit-dsc-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	src, err := f.client.FetchDsc(ctx, u, dir)
	if err != nil {
		return nil, err
	}
	name := u.Dsc().Name
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	keyring, err := uploaderKeyring()
	if err != nil {
		return nil, err
	}
	unverified, err := checkPastSignature(keyring, name, data)
	if err != nil {
		return nil, err
	}
	if unverified != nil {
		f.session.warnings = append(f.session.warnings, fmt.Sprintf("nothing but the snapshot service vouches for %s: %v", u.ID(), unverified))
	}
	return src, nil
}
