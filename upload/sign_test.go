package upload

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"debgit/dsc"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload/uploadtest"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/google/go-cmp/cmp"
)

// newGPG has gpg see these secret keys, and no others.
func newGPG(t *testing.T, keys ...*dsctest.Key) *uploadtest.GPG {
	t.Helper()
	g, err := uploadtest.NewGPG(keys...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("GNUPGHOME", g.Home)
	return g
}

func newKey(t *testing.T, name, email string, opts dsctest.KeyOptions) *dsctest.Key {
	t.Helper()
	key, err := dsctest.NewKey(name, email, opts)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newSigner returns a Signer where this is all that is configured.
func newSigner(t *testing.T, config gitmap.Config, opts SignOptions) *Signer {
	t.Helper()
	settings := history.NewSettings(gitmap.ConfigScopes{Local: config}, func(string) string { return "" })
	access, err := settings.Access(history.AccessOptions{Distro: "debian", Push: true})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSigner(access, opts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSignerCheck(t *testing.T) {
	ann := newKey(t, "Ann Author", "ann@example.org", dsctest.KeyOptions{Subkey: true})
	old := newKey(t, "Olga Old", "olga@example.org", dsctest.KeyOptions{Lifetime: 1000 * time.Hour})
	new := newKey(t, "Olga Old", "olga@example.org", dsctest.KeyOptions{})
	expired := newKey(t, "Ernst Ex", "ernst@example.org", dsctest.KeyOptions{Lifetime: 1000 * time.Hour})
	revoked := newKey(t, "Rita Re", "rita@example.org", dsctest.KeyOptions{})
	if err := revoked.Revoke(packet.KeyRetired, time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	twin1 := newKey(t, "Tim Twin", "tim@example.org", dsctest.KeyOptions{})
	twin2 := newKey(t, "Tim Twin", "tim@example.org", dsctest.KeyOptions{})
	public := newKey(t, "Paul Public", "paul@example.org", dsctest.KeyOptions{})
	g := newGPG(t, ann, old, new, expired, revoked, twin1, twin2)
	if err := g.Import(public.Public()); err != nil {
		t.Fatal(err)
	}
	if err := g.Import(revoked.Public()); err != nil { // the revocation
		t.Fatal(err)
	}

	tests := []struct {
		config gitmap.Config
		opts   SignOptions
		want   string    // what gpg is asked for
		reason KeyReason // of the error
	}{
		{opts: SignOptions{Maintainer: "Ann Author <ann@example.org>"}, want: "Ann Author <ann@example.org>"},
		{opts: SignOptions{Maintainer: "Ann Author <ann@example.com>"}, reason: KeyUnknown},
		{opts: SignOptions{}, reason: KeyUnknown},
		{opts: SignOptions{Key: ann.ID(), Maintainer: "Nobody <no@example.org>"}, want: ann.ID()},
		{opts: SignOptions{Key: ann.SignerFingerprint() + "!"}, want: ann.SignerFingerprint() + "!"},
		{opts: SignOptions{Key: "-rf"}, reason: KeyUnknown},
		{
			config: gitmap.Config{"dgit-distro.debian.keyid": {ann.ID()}},
			opts:   SignOptions{Maintainer: "Olga Old <olga@example.org>"}, want: ann.ID(),
		},
		{
			config: gitmap.Config{"dgit-distro.debian.keyid": {ann.ID()}},
			opts:   SignOptions{Key: "olga@example.org"}, want: new.Fingerprint(), // the other one has expired
		},
		{opts: SignOptions{Key: "ernst@example.org"}, reason: KeyExpired},
		{opts: SignOptions{Key: "rita@example.org"}, reason: KeyRevoked},
		{opts: SignOptions{Key: "paul@example.org"}, reason: KeyNotSecret},
		{opts: SignOptions{Key: "tim@example.org"}, reason: KeyAmbiguous},
		{opts: SignOptions{Key: twin2.Fingerprint()}, want: twin2.Fingerprint()},
	}
	for _, tt := range tests {
		s := newSigner(t, tt.config, tt.opts)
		err := s.Check(context.Background())
		var keyError *KeyError
		errors.As(err, &keyError)
		var reason KeyReason
		if keyError != nil {
			reason = keyError.Reason
		}
		if reason != tt.reason || (err != nil) != (tt.reason != 0) || s.chosen != tt.want {
			t.Errorf("Check with %v, %+v: key %q, error %v; want %q, reason %d", tt.config, tt.opts, s.chosen, err, tt.want, tt.reason)
		}
	}
}

func TestSignerWithoutGPG(t *testing.T) {
	for _, program := range []string{filepath.Join(t.TempDir(), "gpg"), "no-such-gpg"} {
		s := newSigner(t, nil, SignOptions{Program: program, Maintainer: "Ann Author <ann@example.org>"})
		var gpgError *GPGError
		if err := s.Check(context.Background()); !errors.As(err, &gpgError) || !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Check with program %s = %v, want a GPGError that says it is not there", program, err)
		}
	}
	s := newSigner(t, nil, SignOptions{NoSign: true})
	if err := s.Check(context.Background()); err != nil {
		t.Errorf("Check without signing = %v", err)
	}
}

func TestParseSecretKeys(t *testing.T) {
	// What no throw-away key of the other tests is: on a card, with the primary key elsewhere, or only for certifying.
	tests := []struct {
		name, listing string
		want          KeyReason
	}{
		{"on a card", "sec:u:255:22:AA:1:::u:::scESC:::D276000124:::23::0:\n", 0},
		{"primary key elsewhere", "sec:u:255:22:AA:1:::u:::scESC:::#:::23::0:\n", KeyNotSecret},
		{"primary key elsewhere, subkey here", "sec:u:255:22:AA:1:::u:::scESC:::#:::23::0:\nssb:u:255:22:BB:1::::::s:::+:::23:\n", 0},
		{"certifies, subkey encrypts", "sec:u:255:22:AA:1:::u:::cEC:::+:::23::0:\nssb:u:255:18:BB:1::::::e:::+:::23:\n", KeyUnusable},
		{"certifies, subkey has expired", "sec:u:255:22:AA:1:::u:::cEC:::+:::23::0:\nssb:e:255:22:BB:1:2:::::s:::+:::23:\n", KeyExpired},
		{"certifies, one subkey has expired", "sec:u:255:22:AA:1:::u:::cEC:::+:::23::0:\nssb:e:255:22:BB:1:2:::::s:::+:::23:\nssb:u:255:22:BB:1::::::s:::+:::23:\n", 0},
		{"expired, subkey has not", "sec:e:255:22:AA:1:2::u:::sc:::+:::23::0:\nssb:u:255:22:BB:1::::::s:::+:::23:\n", KeyExpired},
		{"disabled", "sec:u:255:22:AA:1:::u:::scESCD:::+:::23::0:\n", KeyUnusable},
	}
	for _, tt := range tests {
		keys := parseSecretKeys(tt.listing)
		if len(keys) != 1 || keys[0].fault != tt.want {
			t.Errorf("%s: parseSecretKeys = %+v, want one key with fault %d", tt.name, keys, tt.want)
		}
	}
}

func TestSignerTag(t *testing.T) {
	ann := newKey(t, "Ann Author", "ann@example.org", dsctest.KeyOptions{})
	newGPG(t, ann)
	const text = "object 1234567890123456789012345678901234567890\ntype commit\ntag archive/debian/1\n\n- hello\n"
	got, err := newSigner(t, nil, SignOptions{Maintainer: "Ann Author <ann@example.org>"}).Tag(context.Background(), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	signature, ok := strings.CutPrefix(string(got), text)
	if !ok || !strings.HasPrefix(signature, "-----BEGIN PGP SIGNATURE-----\n") {
		t.Fatalf("Tag = %q", got)
	}
	if _, err := keyringOf(t, ann).OpenDetached("tag", []byte(text), []byte(signature)); err != nil {
		t.Error(err)
	}
	got, err = newSigner(t, nil, SignOptions{NoSign: true}).Tag(context.Background(), []byte(text))
	if string(got) != text || err != nil {
		t.Errorf("Tag without signing = %q, %v", got, err)
	}
}

func keyringOf(t *testing.T, key *dsctest.Key) *dsc.Keyring {
	t.Helper()
	keyring, err := dsc.OpenKeyring()
	if err == nil {
		err = keyring.Add("keyring", key.Public())
	}
	if err != nil {
		t.Fatal(err)
	}
	return keyring
}

const (
	unsignedDsc = `Format: 3.0 (native)
Source: doorbell
Version: 1
Files:
 d41d8cd98f00b204e9800998ecf8427e 0 doorbell_1.tar.xz
`
	unsignedBuildinfo = `Format: 1.0
Source: doorbell
Checksums-Md5:
 %x %d doorbell_1.dsc
Checksums-Sha256:
 %x %d doorbell_1.dsc
Environment:
 LANG="C"
`
	unsignedChanges = `Format: 1.8
Source: doorbell
Version: 1
Checksums-Sha256:
 %x %d doorbell_1.dsc
 %x %d doorbell_1_source.buildinfo
 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0 doorbell_1.tar.xz
Files:
 %x %d misc optional doorbell_1.dsc
 %x %d misc optional doorbell_1_source.buildinfo
 d41d8cd98f00b204e9800998ecf8427e 0 misc optional doorbell_1.tar.xz
Changes:
 doorbell (1) unstable; urgency=medium
 .
   * Ring.
`
)

// writeUpload writes an upload without signatures and returns the path of its .changes.
func writeUpload(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	info := buildinfoOf(unsignedDsc)
	for name, content := range map[string]string{
		"doorbell_1.dsc":               unsignedDsc,
		"doorbell_1_source.buildinfo":  info,
		"doorbell_1_source.changes":    changesOf(unsignedDsc, info),
		"doorbell_1_source.changes.md": "not of the upload\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "doorbell_1_source.changes")
}

func buildinfoOf(dsc string) string {
	return fmt.Sprintf(unsignedBuildinfo, md5.Sum([]byte(dsc)), len(dsc), sha256.Sum256([]byte(dsc)), len(dsc))
}

func changesOf(dsc, info string) string {
	return fmt.Sprintf(unsignedChanges, sha256.Sum256([]byte(dsc)), len(dsc), sha256.Sum256([]byte(info)), len(info),
		md5.Sum([]byte(dsc)), len(dsc), md5.Sum([]byte(info)), len(info))
}

func readDir(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

func TestClearsign(t *testing.T) {
	ann := newKey(t, "Ann Author", "ann@example.org", dsctest.KeyOptions{})
	newGPG(t, ann)
	changes := writeUpload(t)
	s := newSigner(t, nil, SignOptions{Maintainer: "Ann Author <ann@example.org>"})
	for _, round := range []string{"first", "with signatures that are there"} {
		if err := s.Clearsign(context.Background(), changes); err != nil {
			t.Fatal(err)
		}
		files := readDir(t, filepath.Dir(changes))
		if len(files) != 4 {
			t.Errorf("%s: %d files, want 4", round, len(files))
		}
		for name, want := range map[string]string{
			"doorbell_1.dsc":              unsignedDsc,
			"doorbell_1_source.buildinfo": buildinfoOf(files["doorbell_1.dsc"]),
			"doorbell_1_source.changes":   changesOf(files["doorbell_1.dsc"], files["doorbell_1_source.buildinfo"]),
		} {
			signed, err := keyringOf(t, ann).Open(name, []byte(files[name]))
			if err != nil {
				t.Fatalf("%s: %v", round, err)
			}
			got := string(signed.Text())
			if before, ok := strings.CutSuffix(got, "\n\n"); ok { // the empty line
				got = before + "\n"
			} else {
				t.Errorf("%s: %s does not end with an empty line", round, name)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", round, name, diff)
			}
			if info, err := os.Stat(filepath.Join(filepath.Dir(changes), name)); err != nil || info.Mode().Perm() != 0o640 {
				t.Errorf("%s: mode of %s is %v, want 0640 as before", round, name, info.Mode())
			}
		}
	}
}

// A passphrase that is not given leaves the files of the upload as they are, even those
// that were signed by another key, without a passphrase, before.
func TestClearsignCancelled(t *testing.T) {
	g := newGPG(t)
	if err := g.NewKey("Carla Careful <carla@example.org>", "secret"); err != nil {
		t.Fatal(err)
	}
	if err := g.CancelPassphrases(); err != nil {
		t.Fatal(err)
	}
	changes := writeUpload(t)
	before := readDir(t, filepath.Dir(changes))
	s := newSigner(t, nil, SignOptions{Maintainer: "Carla Careful <carla@example.org>"})
	if err := s.Check(context.Background()); err != nil {
		t.Errorf("Check = %v, want nil without being asked for the passphrase", err)
	}
	err := s.Clearsign(context.Background(), changes)
	var signError *SignError
	if !errors.As(err, &signError) || !signError.Cancelled || signError.Subject != "doorbell_1.dsc" {
		t.Errorf("Clearsign = %v, want a SignError of doorbell_1.dsc that says so", err)
	}
	if diff := cmp.Diff(before, readDir(t, filepath.Dir(changes))); diff != "" {
		t.Errorf("files after a cancelled signature (-before +after):\n%s", diff)
	}
	if _, err := s.Tag(context.Background(), []byte("object 1\ntag x\n\n")); !errors.As(err, &signError) || signError.Subject != "tag x" {
		t.Errorf("Tag = %v, want a SignError of tag x", err)
	}
}

// A .changes may name only files beside it.
func TestClearsignRefuses(t *testing.T) {
	ann := newKey(t, "Ann Author", "ann@example.org", dsctest.KeyOptions{})
	newGPG(t, ann)
	changes := writeUpload(t)
	if err := os.WriteFile(changes, []byte("Source: doorbell\nVersion: 1\nFiles:\n d41d8cd98f00b204e9800998ecf8427e 0 misc optional ../doorbell_1.dsc\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	before := readDir(t, filepath.Dir(changes))
	s := newSigner(t, nil, SignOptions{Maintainer: "Ann Author <ann@example.org>"})
	if err := s.Clearsign(context.Background(), changes); err == nil {
		t.Error("Clearsign of a .changes that lists ../doorbell_1.dsc = nil, want an error")
	}
	if diff := cmp.Diff(before, readDir(t, filepath.Dir(changes))); diff != "" {
		t.Errorf("files afterwards (-before +after):\n%s", diff)
	}
}
