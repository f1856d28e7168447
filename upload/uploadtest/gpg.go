// Package uploadtest has what a push needs around it, small enough for a test or for the
// tour: a gpg with keys that protect nothing, a git server, a queue and the archive behind it.
package uploadtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"debgit/dsc/dsctest"
)

// A GPG is a directory that gpg and its agent have their keys in, apart from those of the user.
type GPG struct {
	Home string // for GNUPGHOME
}

// NewGPG makes a directory with these secret keys, which have no passphrase. Close removes it.
func NewGPG(keys ...*dsctest.Key) (*GPG, error) {
	// The path of the agent's socket has to be short, so it is not below the directory of a test.
	home, err := os.MkdirTemp("", "gpg-")
	if err != nil {
		return nil, err
	}
	g := &GPG{home}
	for _, key := range keys {
		if err := g.Import(key.Secret()); err != nil {
			g.Close()
			return nil, err
		}
	}
	return g, nil
}

// Import adds keys: what gpg --export or --export-secret-keys printed.
func (g *GPG) Import(keys []byte) error {
	_, err := g.run(keys, "--import")
	return err
}

// NewKey makes a key with a passphrase for user, which is NAME <EMAIL>.
func (g *GPG) NewKey(user, passphrase string) error {
	_, err := g.run(nil, "--pinentry-mode", "loopback", "--passphrase", passphrase, "--quick-generate-key", user, "ed25519", "sign", "never")
	return err
}

// Export returns the certificates of all keys.
func (g *GPG) Export() ([]byte, error) { return g.run(nil, "--export") }

// CancelPassphrases has the agent forget all passphrases, and find a user who gives none.
func (g *GPG) CancelPassphrases() error {
	const script = `#!/bin/sh
echo 'OK Pleased to meet you'
while read -r command rest; do
	case $command in
	GETPIN) echo 'ERR 83886179 Operation cancelled <Pinentry>' ;;
	BYE) echo 'OK closing connection'; exit ;;
	*) echo OK ;;
	esac
done
`
	pinentry := filepath.Join(g.Home, "pinentry")
	if err := os.WriteFile(pinentry, []byte(script), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(g.Home, "gpg-agent.conf"), []byte("pinentry-program "+pinentry+"\n"), 0o600); err != nil {
		return err
	}
	return g.stop()
}

// Close stops the agent and removes the directory.
func (g *GPG) Close() error {
	err := g.stop()
	if removeErr := os.RemoveAll(g.Home); err == nil {
		err = removeErr
	}
	return err
}

// stop stops the agent; it starts again when it is needed.
func (g *GPG) stop() error {
	cmd := exec.Command("gpgconf", "--homedir", g.Home, "--kill", "gpg-agent")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("gpgconf: %w: %s", err, out)
	}
	return nil
}

func (g *GPG) run(stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.Command("gpg", append([]string{"--homedir", g.Home, "--batch", "--quiet"}, args...)...)
	cmd.Stdin = bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("gpg %q: %w: %s", args, err, stderr.Bytes())
	}
	return out, nil
}
