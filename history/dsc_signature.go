package history

import (
	"errors"
	"os"

	"debgit/dsc"
)

// A NoUploaderKeyringError says that the signature of a .dsc cannot be checked.
type NoUploaderKeyringError struct{ File string }

func (e *NoUploaderKeyringError) Error() string {
	return e.File + ": its signature cannot be checked: no keyring of uploaders is installed"
}

// uploaderKeyrings are the keyrings of the package debian-keyring that are there.
func uploaderKeyrings() []string {
	var found []string
	for _, name := range []string{"debian-keyring", "debian-maintainers", "debian-nonupload"} {
		for _, ext := range []string{".pgp", ".gpg"} {
			path := "/usr/share/keyrings/" + name + ext
			if _, err := os.Stat(path); err == nil {
				found = append(found, path)
				break
			}
		}
	}
	return found
}

// uploaderKeyring returns what the signatures of .dsc files are checked with: the keys in
// these files or, if there are none, in uploaderKeyrings. It is nil if no keyring is known; the error is a
// [*dsc.KeyringError].
func uploaderKeyring(paths ...string) (*dsc.Keyring, error) {
	if len(paths) == 0 {
		paths = uploaderKeyrings()
	}
	if len(paths) == 0 {
		return nil, nil
	}
	return dsc.OpenKeyring(paths...)
}

// dscSigners returns who signed a .dsc, or why that is not known.
func dscSigners(keyring *dsc.Keyring, name string, data []byte) (signers []dsc.Signer, unverified, err error) {
	if keyring == nil {
		return nil, &NoUploaderKeyringError{name}, nil
	}
	signed, err := keyring.Open(name, data)
	var refused *dsc.SignatureError
	if errors.As(err, &refused) {
		return nil, refused, nil
	}
	if err != nil {
		return nil, nil, err
	}
	return signed.Signers(), nil, nil
}

// checkPastSignature refuses a .dsc of a snapshot service whose signature does not match its text.
// That it cannot be verified for another reason is no error: keys of long ago are in no keyring any
// more, and some signatures were made in ways that do not count today. Such an upload has
// the assurance of the service alone, as those of any access method without a signed index
// have: it is only asked because it is configured, the result tells of which uploads this is
// so, and [OpenOptions.RequireSignedIndex] is for those who want none.
func checkPastSignature(keyring *dsc.Keyring, name string, data []byte) (unverified, err error) {
	_, unverified, err = dscSigners(keyring, name, data)
	if refused, ok := errors.AsType[*dsc.SignatureError](unverified); ok && refused.Reason == dsc.BadSignature {
		return nil, refused
	}
	return unverified, err
}
