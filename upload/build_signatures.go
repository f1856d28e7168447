package upload

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc"
)

// upstreamKey is the file with the keys that sign upstream's tarballs, dpkg-source(1).
const upstreamKey = "debian/upstream/signing-key.asc"

// mostSigned is how large a tarball is, in bytes, whose signature is looked at.
const mostSigned = 1 << 30

// noSignature is what dpkg-source says if it sees the key, but not the signatures.
const noSignature = "upstream signing key but no upstream tarball signature"

// hasSignatures says whether there are signatures of orig tarballs.
func (b *builder) hasSignatures() bool {
	for _, name := range b.origs {
		if dsc.IsSignature(name) {
			return true
		}
	}
	return false
}

// checkSignatures looks at the signatures of orig tarballs that dpkg-source did not see, and warns of what
// it would have warned of: one that does not hold is no reason to stop.
func (b *builder) checkSignatures() error {
	if !b.hasSignatures() {
		return nil
	}
	key, err := os.ReadFile(filepath.Join(b.path(b.work), upstreamKey))
	if errors.Is(err, fs.ErrNotExist) {
		b.warnf("there are signatures of upstream's tarballs, but no %s", upstreamKey)
		return nil
	}
	if err != nil {
		return err
	}
	keyring, err := dsc.OpenKeyring()
	if err == nil {
		err = keyring.Add(upstreamKey, key)
	}
	if err != nil {
		b.warnf("the signatures of upstream's tarballs cannot be checked: %v", err)
		return nil
	}
	for _, name := range b.origs {
		if !dsc.IsSignature(name) {
			continue
		}
		if err := b.checkSignature(keyring, strings.TrimSuffix(name, ".asc"), name); err != nil {
			b.warnf("the signature of upstream's tarball does not hold: %v", err)
		}
	}
	return nil
}

func (b *builder) checkSignature(keyring *dsc.Keyring, tarball, signature string) error {
	info, err := os.Stat(b.path(tarball))
	if err != nil {
		return err
	}
	if info.Size() > mostSigned {
		return fmt.Errorf("%s: too large to be looked at", tarball)
	}
	data, err := os.ReadFile(b.path(tarball))
	if err != nil {
		return err
	}
	sig, err := os.ReadFile(b.path(signature))
	if err != nil {
		return err
	}
	_, err = keyring.OpenDetached(tarball, data, sig)
	return err
}

func (b *builder) warnf(format string, args ...any) {
	b.built.Warnings = append(b.built.Warnings, fmt.Sprintf(format, args...))
}

// withoutLine returns text without the lines that have part in them.
func withoutLine(text, part string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, part) {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
