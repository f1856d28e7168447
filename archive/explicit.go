package archive

import (
	"fmt"
	"os"
	"path/filepath"

	"debgit/dsc"
)

// A NoKeyringError says that an archive was named without a keyring. Nothing but
// its keys tells whether what it serves is genuine.
type NoKeyringError struct{ Archive string }

func (e *NoKeyringError) Error() string {
	return fmt.Sprintf("open archive %s: no keyring says whose signatures to trust", e.Archive)
}

// A PlaceError says that there is no archive where one was said to be.
type PlaceError struct{ Err error }

func (e *PlaceError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PlaceError) Unwrap() error { return e.Err }

// PlacesAt returns where suite is in the one archive at where, which is a directory
// or a URL with a scheme that [OpenMirror] takes. The keys in the files keyrings may
// sign it. Without any the error is a [*NoKeyringError], and if one cannot be read a
// [*dsc.KeyringError]. Proxies for HTTP come from the environment.
func PlacesAt(where, suite string, keyrings []string) ([]Place, error) {
	if err := checkSuiteName(suite); err != nil {
		return nil, err
	}
	if len(keyrings) == 0 {
		return nil, &NoKeyringError{where}
	}
	for _, k := range keyrings {
		if _, err := os.Stat(k); err != nil {
			return nil, &dsc.KeyringError{File: k, Err: err}
		}
	}
	m, err := OpenMirror(where, HTTPOptions{})
	if err != nil {
		return nil, &PlaceError{err}
	}
	return []Place{{
		Mirror:          m,
		URI:             m.String(),
		Suite:           suite,
		Keyrings:        keyrings,
		CheckValidUntil: true,
		CheckDate:       true,
		Configured:      true,
	}}, nil
}

// SuitesAt returns the names of the suites that the one archive at where, see [PlacesAt],
// has or may have. Only those in a directory of this machine are known.
func SuitesAt(where string) ([]string, error) {
	m, err := OpenMirror(where, HTTPOptions{})
	if err != nil {
		return nil, &PlaceError{err}
	}
	d, ok := m.(*Directory)
	if !ok {
		return UsualSuites("debian"), nil
	}
	names, err := d.suites()
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("open archive: %w", err)}
	}
	return names, nil
}

// suites returns the names of the suites that d has or may have.
func (d *Directory) suites() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(d.dir, "dists"))
	var names []string
	for _, e := range entries {
		if checkSuiteName(e.Name()) == nil {
			names = append(names, e.Name())
		}
	}
	return names, err
}
