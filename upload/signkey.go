package upload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// A KeyReason says why a key cannot be signed with.
type KeyReason int

// The reasons of a [KeyError].
const (
	KeyUnknown   KeyReason = iota + 1 // gpg knows no such key
	KeyNotSecret                      // gpg has the certificate, but not the secret key
	KeyExpired                        // it has expired
	KeyRevoked                        // it was revoked
	KeyUnusable                       // it is disabled or not valid, or not for signing
	KeyAmbiguous                      // there are several, and nothing to choose by
)

// A KeyError says why there is no key to sign with.
type KeyError struct {
	Wanted    string // as gpg --local-user takes it
	From      string // where that comes from, such as "the option -k"
	ConfigKey string // the configuration key that could name another
	Reason    KeyReason
	Found     []SecretKey // the keys that the reason is about
}

func (e *KeyError) Error() string {
	wanted := fmt.Sprintf("key %q (from %s)", e.Wanted, e.From)
	switch e.Reason {
	case KeyNotSecret:
		return wanted + ": its secret part is not here"
	case KeyExpired:
		return fmt.Sprintf("%s: %s expired on %s", wanted, e.Found[0].Fingerprint, e.Found[0].Expires.UTC().Format(time.DateOnly))
	case KeyRevoked:
		return fmt.Sprintf("%s: %s was revoked", wanted, e.Found[0].Fingerprint)
	case KeyUnusable:
		return fmt.Sprintf("%s: %s is disabled, not valid, or not for signing", wanted, e.Found[0].Fingerprint)
	case KeyAmbiguous:
		var fingerprints []string
		for _, key := range e.Found {
			fingerprints = append(fingerprints, key.Fingerprint)
		}
		return fmt.Sprintf("%s is any of %d: %s", wanted, len(e.Found), strings.Join(fingerprints, ", "))
	default:
		return wanted + ": there is no such secret key"
	}
}

// A SecretKey is a primary key with the subkeys that gpg has for it.
type SecretKey struct {
	Fingerprint string    // of the primary key
	UserID      string    // the first one
	Expires     time.Time // zero if it does not
	fault       KeyReason // 0 if it can sign
}

// Check says early whether there is a key and whether it could sign: nobody wants to know
// that after a long build. It asks for no passphrase. The error is a [*KeyError], or that
// gpg cannot be run.
func (s *Signer) Check(ctx context.Context) error {
	if s.opts.NoSign {
		return nil
	}
	_, err := s.key(ctx)
	return err
}

// key returns what names the key to gpg, after a look whether it can sign.
func (s *Signer) key(ctx context.Context) (string, error) {
	if s.chosen != "" {
		return s.chosen, nil
	}
	key, err := s.choose(ctx)
	if err != nil {
		return "", err
	}
	s.chosen = key
	return s.chosen, nil
}

// choose returns the name that was wanted, if that is of one key: gpg notes in a signature what
// user it was asked for. Of several keys, it returns the fingerprint of the one that can sign.
func (s *Signer) choose(ctx context.Context) (string, error) {
	refuse := func(reason KeyReason, found ...SecretKey) (string, error) {
		return "", &KeyError{s.wanted, s.from, s.configKey, reason, found}
	}
	if s.wanted == "" { // which gpg would take for any key
		return refuse(KeyUnknown)
	}
	listing, err := s.list(ctx, "--list-secret-keys")
	if err != nil {
		return "", err
	}
	keys := parseSecretKeys(listing)
	if len(keys) == 0 {
		certificates, err := s.list(ctx, "--list-keys")
		if err != nil {
			return "", err
		}
		if strings.Contains("\n"+certificates, "\npub:") {
			return refuse(KeyNotSecret)
		}
		return refuse(KeyUnknown)
	}
	var usable []SecretKey
	for _, key := range keys {
		if key.fault == 0 {
			usable = append(usable, key)
		}
	}
	switch {
	case len(usable) == 0:
		return refuse(keys[len(keys)-1].fault, keys[len(keys)-1]) // most likely the newest
	case len(usable) > 1:
		return refuse(KeyAmbiguous, usable...)
	}
	s.fingerprint = usable[0].Fingerprint
	switch {
	case len(keys) > 1 && !strings.HasSuffix(s.wanted, "!"): // which asks for just that subkey
		return usable[0].Fingerprint, nil
	}
	return s.wanted, nil
}

// list returns what gpg lists for the wanted key, "" if that is nothing.
func (s *Signer) list(ctx context.Context, command string) (string, error) {
	cmd := s.command(ctx, "--batch", "--no-auto-check-trustdb", "--with-colons", "--fixed-list-mode", command, "--", s.wanted)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 2 && ctx.Err() == nil {
		return string(out), nil // there is none
	}
	if err != nil {
		return "", s.failed(ctx, err, stderr.String())
	}
	return string(out), nil
}

// parseSecretKeys reads a listing of gpg --with-colons; the format is that of doc/DETAILS
// of GnuPG.
func parseSecretKeys(listing string) []SecretKey {
	var keys []SecretKey
	dead := false // whether no subkey of the last of keys can sign
	for line := range strings.Lines(listing) {
		field := strings.Split(strings.TrimRight(line, "\n"), ":")
		for len(field) < 15 {
			field = append(field, "")
		}
		if field[0] == "sec" {
			keys = append(keys, SecretKey{Expires: unixTime(field[6])})
		}
		if len(keys) == 0 {
			continue
		}
		key := &keys[len(keys)-1]
		switch field[0] {
		case "sec":
			key.fault = keyFault(field)
			dead = key.fault == KeyRevoked || key.fault == KeyExpired || strings.Contains(field[11], "D")
		case "ssb":
			fault := keyFault(field)
			switch {
			case dead || key.fault == 0 || fault == KeyUnusable: // it changes nothing
			case fault == KeyExpired && key.fault != KeyNotSecret:
				key.fault, key.Expires = KeyExpired, unixTime(field[6])
			default:
				key.fault = fault
			}
		case "fpr":
			key.Fingerprint = cmp.Or(key.Fingerprint, field[9])
		case "uid":
			key.UserID = cmp.Or(key.UserID, strings.ReplaceAll(field[9], `\x3a`, ":"))
		}
	}
	return keys
}

// keyFault returns why the key or subkey of a line of a listing cannot sign, or 0.
func keyFault(field []string) KeyReason {
	validity, abilities, token := field[1], field[11], field[14]
	switch {
	case validity == "r":
		return KeyRevoked
	case validity == "e":
		return KeyExpired
	case validity == "i" || strings.Contains(abilities, "D") || !strings.Contains(abilities, "s"):
		return KeyUnusable
	case token == "#":
		return KeyNotSecret
	}
	return 0
}

func unixTime(seconds string) time.Time {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0)
}
