package history

import (
	"errors"
	"os"
	"slices"

	"debgit/dsc"
)

// A NoUploaderKeyringError says that the signature of a .dsc cannot be checked.
type NoUploaderKeyringError struct{ File string }

func (e *NoUploaderKeyringError) Error() string {
	return e.File + ": its signature cannot be checked: no keyring of uploaders is installed"
}

// The keyrings of the package debian-keyring: of those who may upload, and of all who are members.
var (
	debianUploaders = []string{"debian-keyring", "debian-maintainers"}
	debianMembers   = append([]string{"debian-nonupload"}, debianUploaders...)
)

// UploaderKeyrings returns the files with the keys that may sign uploads to the distro: those that the
// key uploader-keyring names, which may be empty; else, for Debian, those that are installed. There are
// none if nobody here could tell.
func (a *Access) UploaderKeyrings() []string {
	files := a.all("uploader-keyring")
	if len(files) == 0 && a.Base == "debian" {
		return installedKeyrings(debianUploaders)
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}

// installedKeyrings are those of the keyrings of the package debian-keyring that are there.
func installedKeyrings(names []string) []string {
	var found []string
	for _, name := range names {
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
// these files or, if there are none, in those of Debian that are installed. It is nil if no keyring is known; the error is a
// [*dsc.KeyringError].
func uploaderKeyring(paths ...string) (*dsc.Keyring, error) {
	if len(paths) == 0 {
		paths = installedKeyrings(debianMembers)
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
