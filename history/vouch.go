package history

import (
	"fmt"
	"os"
	"path/filepath"

	"debgit/archive"
	"debgit/dsc"
)

// A Vouching is what speaks for an upload.
type Vouching struct {
	Assurance archive.Assurance
	Where     string       // the mirror or service that told of the upload
	Signers   []dsc.Signer // of the index of the suite

	// Where neither an index nor a service vouches for the upload: who signed its .dsc,
	// or why that is not known.
	DscSigners []dsc.Signer
	Unverified error
}

// An UnsignedIndexError says that a signed index was required, but that the archive is asked
// in a way that knows none.
type UnsignedIndexError struct {
	Suite     string
	Where     string // what is asked
	Assurance archive.Assurance
}

func (e *UnsignedIndexError) Error() string {
	return fmt.Sprintf("suite %s of %s: a signed index is required, but there is none (what there is: %s)", e.Suite, e.Where, e.Assurance)
}

// vouching returns what speaks for an upload to a suite. Its .dsc is in the directory dir; the
// signature of that matters only where no index and no service vouches for it.
func vouching(suite archive.Suite, upload *archive.Upload, dir string) (Vouching, error) {
	v := Vouching{Assurance: suite.Assurance(), Where: suite.Where(), Signers: suite.Signers()}
	if upload == nil || v.Assurance != archive.NoIndex {
		return v, nil
	}
	name := upload.Dsc().Name
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return v, err
	}
	keyring, err := uploaderKeyring()
	if err != nil {
		return v, err
	}
	v.DscSigners, v.Unverified, err = dscSigners(keyring, name, data)
	return v, err
}
