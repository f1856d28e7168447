package history

import (
	"context"

	"debgit/archive"
)

// openSuite opens a suite of the archive at where, which a key in the files keyrings
// signed; or, if where is "", of one that APT is configured for.
func openSuite(ctx context.Context, client *archive.Client, suite, where string, keyrings []string) (archive.Suite, error) {
	var places []archive.Place
	var err error
	if where != "" {
		places, err = archive.PlacesAt(where, suite, keyrings)
	} else {
		places, err = archive.APTPlaces(ctx, suite, archive.APTOptions{})
	}
	if err != nil {
		return nil, err
	}
	s, err := client.OpenSuite(ctx, suite, places)
	if err != nil {
		return nil, err
	}
	return s, nil
}
