package dsc_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"debgit/dsc"
)

func writeKeyring(t testing.TB, data ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keyring")
	if err := os.WriteFile(path, slices.Concat(data...), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenKeyring(t *testing.T) {
	good, other := keys()["good"], keys()["other"]
	file := []byte(clearsign(t, signedText, by("other", 2022)))
	tests := []struct {
		name string
		data []byte
		want int // certificates
	}{
		{"empty", nil, 0},
		{"one", other.Public(), 1},
		{"two", slices.Concat(good.Public(), other.Public()), 2},
		{"armoured", other.Armoured(), 1},
		{"two blocks, text around", slices.Concat([]byte("keys\n"), good.Armoured(), []byte("and\n"), other.Armoured()), 2},
		{"trust packet of gpg", slices.Concat([]byte{}, other.Public(), []byte{0xb0, 2, 0, 0}), 1},
	}
	for _, tt := range tests {
		k, err := dsc.OpenKeyring(writeKeyring(t, tt.data))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if k.Len() != tt.want {
			t.Errorf("%s: Len() = %d, want %d", tt.name, k.Len(), tt.want)
		}
		if _, err := k.Open("x", file); (err == nil) != (tt.want > 0) {
			t.Errorf("%s: Open: %v", tt.name, err)
		}
	}
}

func TestOpenKeyringRefuses(t *testing.T) {
	good := keys()["good"]
	keybox := append([]byte{0, 0, 0, 32, 1, 1, 0, 2}, "KBXf0123456789abcdefghij"...)
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"text", []byte("hello\n"), "no OpenPGP public key in it"},
		{"signature first", packetsOf(t, clearsign(t, "x\n", by("good", 2022))), "it starts with an OpenPGP packet of type 2, not with a public key"},
		{"secret", good.Secret(), "it holds a secret key; a keyring must hold public keys only"},
		{"cut", good.Public()[:100], "it ends within an OpenPGP packet"},
		{"garbage at the end", append(good.Public(), "hello"...), "byte 0x68 where an OpenPGP packet should start"},
		{"keybox", keybox, "it is a keybox, which only gpg can read; gpg --no-default-keyring --keyring FILE --export >NEW makes a keyring of it"},
		{"huge key", []byte{0xc6, 0xff, 0x7f, 0xff, 0xff, 0xff, 4}, "a public key of 2147483647 bytes, over the limit of 1048576"},
		{"in parts", []byte{0xc6, 0xe1, 4, 4}, "an OpenPGP packet in parts"},
		{"without length", []byte{0x9b, 4, 4}, "an OpenPGP packet without length"},
		{"damaged armour", bytes.Replace(good.Armoured(), []byte("\n\nx"), []byte("\n\n?"), 1)[:60], "line 3: no line \"-----END PGP PUBLIC KEY BLOCK-----\""},
	}
	for _, tt := range tests {
		path := writeKeyring(t, tt.data)
		want := "read keyring " + path + ": " + tt.want
		_, err := dsc.OpenKeyring(path)
		if _, ok := errors.AsType[*dsc.KeyringError](err); !ok || err.Error() != want {
			t.Errorf("%s: OpenKeyring: %v, want %s", tt.name, err, want)
		}
	}
	if _, err := dsc.OpenKeyring(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenKeyring of a missing file: %v, want fs.ErrNotExist", err)
	}
}

func TestKeyringOnly(t *testing.T) {
	subkey, good := keys()["subkey"], keys()["good"]
	k := openKeyring(t, keyringOf(t))
	bySubkey := []byte(clearsign(t, signedText, by("subkey", 2022)))
	tests := []struct {
		name         string
		fingerprints []string
		want         bool
	}{
		{"all", nil, true},
		{"primary", []string{subkey.Fingerprint()}, true},
		{"primary without its subkeys", []string{subkey.Fingerprint() + "!"}, false},
		{"subkey", []string{subkey.SignerFingerprint()}, true},
		{"subkey alone", []string{subkey.SignerFingerprint() + "!"}, true},
		{"another", []string{good.Fingerprint()}, false},
		{"another, then it", []string{good.Fingerprint(), subkey.Fingerprint()}, true},
		{"key id", []string{subkey.ID()}, false},
	}
	for _, tt := range tests {
		_, err := k.Only(tt.fingerprints...).Open("x", bySubkey)
		if tt.want && err == nil {
			continue
		}
		if e, ok := errors.AsType[*dsc.SignatureError](err); tt.want || !ok || e.Reason != dsc.UnknownKey {
			t.Errorf("%s: Open: %v, want good: %v", tt.name, err, tt.want)
		}
	}
}

// FuzzKeyring checks that no keyring makes an opening hang or panic, nor vouches
// for a text that it has no key for.
func FuzzKeyring(f *testing.F) {
	file := []byte(clearsign(f, signedText, by("good", 2022), by("subkey", 2022)))
	tampered := bytes.Replace(file, []byte("hello"), []byte("hallo"), 1)
	f.Add(slices.Concat(keys()["good"].Public(), keys()["subkey"].Public()))
	f.Add(keys()["good"].Armoured())
	f.Add(keys()["lost"].Public())
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := dsc.OpenKeyring()
		if err == nil {
			err = k.Add("x", data)
		}
		if err != nil {
			return
		}
		k.Open("x", file)
		if s, err := k.Open("x", tampered); err == nil {
			t.Fatalf("%v vouch for a text that nobody signed", s.Signers())
		}
	})
}

// FuzzSignature checks that no signature makes Open panic, nor another text count.
func FuzzSignature(f *testing.F) {
	k := openKeyring(f, keyringOf(f))
	for _, name := range []string{"good", "subkey", "rsa2048", "dsa", "unlisted"} {
		f.Add(packetsOf(f, clearsign(f, "x\n", by(name, 2022))))
	}
	f.Fuzz(func(t *testing.T, signature []byte) {
		if s, err := k.OpenDetached("x", []byte("y"), signature); err == nil {
			t.Fatalf("%v vouch for a text that nobody signed", s.Signers())
		}
	})
}

func TestKeyringHas(t *testing.T) {
	subkey, good, other := keys()["subkey"], keys()["good"], keys()["other"]
	k := openKeyring(t, writeKeyring(t, subkey.Public(), good.Public()))
	for name, tt := range map[string]struct {
		fingerprint string
		want        bool
	}{
		"primary":     {subkey.Fingerprint(), true},
		"lower case":  {strings.ToLower(good.Fingerprint()), true},
		"subkey":      {subkey.SignerFingerprint(), false},
		"another":     {other.Fingerprint(), false},
		"key id":      {good.ID(), false},
		"not digits":  {"good", false},
		"same key id": {strings.Repeat("0", 24) + good.ID(), false},
		"none":        {"", false},
	} {
		if got, err := k.Has(tt.fingerprint); got != tt.want || err != nil {
			t.Errorf("%s: Has(%q) = %v, %v, want %v", name, tt.fingerprint, got, err, tt.want)
		}
	}
}
