package dsc_test

import (
	"bytes"
	"crypto"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/google/go-cmp/cmp"

	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// signedText has what the cleartext framework must take care of.
const signedText = "Source: hello\n- dash\n-----BEGIN\n\n\ttab\nFrom me\n"

// keys are those of all tests, made once: RSA and DSA keys take time.
var keys = sync.OnceValue(func() map[string]*dsctest.Key {
	year := func(y int) time.Time { return time.Date(y, 6, 1, 0, 0, 0, 0, time.UTC) }
	all := map[string]*dsctest.Key{}
	for name, opts := range map[string]dsctest.KeyOptions{
		"good":     {},
		"subkey":   {Subkey: true},
		"other":    {},
		"rsa2048":  {Kind: dsctest.RSA2048},
		"rsa1024":  {Kind: dsctest.RSA1024},
		"dsa":      {Kind: dsctest.DSA1024},
		"expired":  {Created: year(2016), Lifetime: 5 * 365 * 24 * time.Hour},
		"lost":     {},
		"retired":  {},
		"unlisted": {},
		"young":    {Created: year(2020)},
	} {
		k, err := dsctest.NewKey(name, name+"@example.org", opts)
		if err != nil {
			panic(err)
		}
		all[name] = k
	}
	for name, reason := range map[string]packet.ReasonForRevocation{
		"lost": packet.KeyCompromised, "retired": packet.KeyRetired,
	} {
		if err := all[name].Revoke(reason, year(2019)); err != nil {
			panic(err)
		}
	}
	return all
})

// keyringOf writes a keyring of all keys but those that no keyring has.
func keyringOf(t testing.TB) string {
	t.Helper()
	var data []byte
	for name, k := range keys() {
		if name != "unlisted" {
			data = append(data, k.Public()...)
		}
	}
	path := filepath.Join(t.TempDir(), "keyring.gpg")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func openKeyring(t testing.TB, paths ...string) *dsc.Keyring {
	t.Helper()
	k, err := dsc.OpenKeyring(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func clearsign(t testing.TB, text string, signings ...dsctest.Signing) string {
	t.Helper()
	data, err := dsctest.Clearsign([]byte(text), signings...)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// by is a signature of the named key in the middle of that year.
func by(key string, year int) dsctest.Signing {
	s := dsctest.Signing{Key: keys()[key]}
	if year != 0 {
		s.Time = time.Date(year, 7, 1, 0, 0, 0, 0, time.UTC)
	}
	return s
}

func with(s dsctest.Signing, change func(*dsctest.Signing)) dsctest.Signing {
	change(&s)
	return s
}

// An opinion is what another program makes of a signature.
type opinion int

const (
	same    opinion = iota // as we do
	accepts                // it accepts what we refuse
	unasked                // its exit status does not tell
)

// A signatureTest is a file with signatures, and why they do not count.
type signatureTest struct {
	name      string
	signings  []dsctest.Signing
	tamper    bool
	want      dsc.SignatureReason // 0: it counts
	wantKeys  []string            // of the signers, or in the error
	gpgv, sqv opinion
}

func signatureTests() []signatureTest {
	return []signatureTest{
		{name: "Ed25519", signings: []dsctest.Signing{by("good", 2022)}, wantKeys: []string{"good"}},
		{name: "RSA 2048", signings: []dsctest.Signing{by("rsa2048", 2022)}, wantKeys: []string{"rsa2048"}},
		{name: "subkey", signings: []dsctest.Signing{by("subkey", 2022)}, wantKeys: []string{"subkey"}},
		{name: "SHA-512", signings: []dsctest.Signing{with(by("good", 0), func(s *dsctest.Signing) { s.Hash = crypto.SHA512 })}, wantKeys: []string{"good"}},
		{name: "key expired since", signings: []dsctest.Signing{by("expired", 2018)}, wantKeys: []string{"expired"}},
		{name: "retired since", signings: []dsctest.Signing{by("retired", 2018)}, wantKeys: []string{"retired"}, gpgv: unasked}, // REVKEYSIG, status 0
		{name: "two keys", signings: []dsctest.Signing{by("good", 2022), by("subkey", 2022)}, wantKeys: []string{"good", "subkey"}},
		{name: "a second, unknown key", signings: []dsctest.Signing{by("unlisted", 2022), by("good", 2022)}, wantKeys: []string{"good"}, gpgv: unasked},
		{name: "a second, weak digest", signings: []dsctest.Signing{with(by("other", 2022), sha1), by("good", 2022)}, wantKeys: []string{"good"}},

		{name: "tampered", signings: []dsctest.Signing{by("good", 2022)}, tamper: true, want: dsc.BadSignature, wantKeys: []string{"good"}},
		{name: "unknown key", signings: []dsctest.Signing{by("unlisted", 2022)}, want: dsc.UnknownKey, wantKeys: []string{"unlisted"}},
		{name: "two unknown keys", signings: []dsctest.Signing{by("unlisted", 2022), by("unlisted", 2021)}, want: dsc.UnknownKey, wantKeys: []string{"unlisted", "unlisted"}},
		{name: "SHA-1", signings: []dsctest.Signing{with(by("good", 2022), sha1)}, want: dsc.WeakSignature, wantKeys: []string{"good"}, gpgv: accepts},
		{name: "RSA 1024", signings: []dsctest.Signing{by("rsa1024", 2022)}, want: dsc.WeakSignature, wantKeys: []string{"rsa1024"}, gpgv: accepts},
		{name: "DSA", signings: []dsctest.Signing{by("dsa", 2022)}, want: dsc.WeakSignature, wantKeys: []string{"dsa"}, gpgv: accepts},
		{name: "after the key expired", signings: []dsctest.Signing{by("expired", 2022)}, want: dsc.KeyNotValid, wantKeys: []string{"expired"}, gpgv: accepts},
		{name: "before the key was made", signings: []dsctest.Signing{by("young", 2018)}, want: dsc.KeyNotValid, wantKeys: []string{"young"}},
		{name: "future", signings: []dsctest.Signing{by("good", 2100)}, want: dsc.FutureSignature, wantKeys: []string{"good"}, gpgv: accepts},
		{name: "compromised key", signings: []dsctest.Signing{by("lost", 2018)}, want: dsc.RevokedKey, wantKeys: []string{"lost"}, gpgv: unasked},
		{name: "after the key was retired", signings: []dsctest.Signing{by("retired", 2022)}, want: dsc.RevokedKey, wantKeys: []string{"retired"}, gpgv: unasked},
		{name: "expired signature", signings: []dsctest.Signing{with(by("good", 2022), func(s *dsctest.Signing) { s.Lifetime = time.Hour })}, want: dsc.ExpiredSignature, wantKeys: []string{"good"}},
	}
}

func sha1(s *dsctest.Signing) { s.Hash = crypto.SHA1 }

func TestKeyringOpen(t *testing.T) {
	path := keyringOf(t)
	k := openKeyring(t, path)
	for _, tt := range signatureTests() {
		t.Run(tt.name, func(t *testing.T) {
			data := clearsign(t, signedText, tt.signings...)
			if tt.tamper {
				data = strings.Replace(data, "hello", "hallo", 1)
			}
			var wantIDs []string
			for _, name := range tt.wantKeys {
				wantIDs = append(wantIDs, keys()[name].ID())
			}
			signed, err := k.Open("hello.dsc", []byte(data))
			if tt.want == 0 {
				if err != nil {
					t.Fatal(err)
				}
				if got := string(signed.Text()); got != signedText {
					t.Errorf("Text() = %q, want %q", got, signedText)
				}
				var ids []string
				for _, s := range signed.Signers() {
					ids = append(ids, s.KeyID)
				}
				if diff := cmp.Diff(wantIDs, ids); diff != "" {
					t.Errorf("Signers (-want +got)\n%s", diff)
				}
			} else {
				e, ok := errors.AsType[*dsc.SignatureError](err)
				if !ok || e.Reason != tt.want {
					t.Fatalf("error is %v, want a SignatureError of reason %d", err, tt.want)
				}
				if diff := cmp.Diff(wantIDs, e.KeyIDs); diff != "" {
					t.Errorf("KeyIDs (-want +got)\n%s", diff)
				}
			}
			askGPGV(t, path, data, tt.gpgv, tt.want == 0)
			askSQV(t, path, data, tt.sqv, tt.want == 0)
		})
	}
}

// askGPGV compares with gpgv(1), if it is there.
func askGPGV(t *testing.T, keyring, data string, want opinion, good bool) {
	t.Helper()
	program, err := exec.LookPath("gpgv")
	if err != nil || want == unasked {
		return
	}
	cmd := exec.Command(program, "--keyring", keyring)
	cmd.Stdin = strings.NewReader(data)
	out, err := cmd.CombinedOutput()
	if got := err == nil; got != (good || want == accepts) {
		t.Errorf("gpgv accepts: %v, want %v\n%s", got, !got, out)
	}
}

// askSQV compares with sqv(1), if it is there. It takes detached signatures only.
func askSQV(t *testing.T, keyring, data string, want opinion, good bool) {
	t.Helper()
	program, err := exec.LookPath("sqv")
	if err != nil || want == unasked {
		return
	}
	const begin = "-----BEGIN PGP SIGNATURE-----"
	i := strings.Index(data, begin)
	text, _, err := dsc.ClearsignedText("hello.dsc", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.ReplaceAll(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"), []byte("\r\n"))
	dir := t.TempDir()
	for name, content := range map[string][]byte{"text": text, "signature": []byte(data[i:])} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(program, "--keyring", keyring, filepath.Join(dir, "signature"), filepath.Join(dir, "text")).CombinedOutput()
	if got := err == nil; got != (good || want == accepts) {
		t.Errorf("sqv accepts: %v, want %v\n%s", got, !got, out)
	}
}

// packetsOf returns the signatures of a clearsigned file, without armour.
func packetsOf(t testing.TB, clearsigned string) []byte {
	t.Helper()
	block, err := armor.Decode(strings.NewReader(clearsigned[strings.Index(clearsigned, "-----BEGIN PGP SIGNATURE"):]))
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(block.Body)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A signature that does not match is an error even beside one that does, in
// whatever order.
func TestOpenBadBesideGood(t *testing.T) {
	k := openKeyring(t, keyringOf(t))
	good := packetsOf(t, clearsign(t, signedText, by("good", 2022)))
	bad := packetsOf(t, clearsign(t, "another text\n", by("other", 2022)))
	text := []byte(strings.ReplaceAll(strings.TrimSuffix(signedText, "\n"), "\n", "\r\n"))
	tests := []struct {
		name      string
		signature []byte
		want      dsc.SignatureReason // 0: it counts
	}{
		{"good", good, 0},
		{"good twice", slices.Concat(good, good), 0},
		{"good, bad", slices.Concat(good, bad), dsc.BadSignature},
		{"bad, good", slices.Concat(bad, good), dsc.BadSignature},
		{"bad", bad, dsc.BadSignature},
		{"none", nil, dsc.NoSignature},
		{"as many as may be", bytes.Repeat(good, 32), 0},
		{"more than may be", bytes.Repeat(good, 33), dsc.UnusableSignature},
		{"bad, more than may be", slices.Concat(bad, bytes.Repeat(good, 33)), dsc.BadSignature},
		{"cut", good[:len(good)-1], dsc.UnusableSignature},
		{"followed by a user id", slices.Concat(good, []byte{0xcd, 1, 'x'}), dsc.UnusableSignature},
	}
	for _, tt := range tests {
		_, err := k.OpenDetached("Release", text, tt.signature)
		if tt.want == 0 && err == nil {
			continue
		}
		if e, ok := errors.AsType[*dsc.SignatureError](err); !ok || e.Reason != tt.want {
			t.Errorf("%s: error is %v, want reason %d", tt.name, err, tt.want)
		}
	}
}

func TestOpenDetached(t *testing.T) {
	k := openKeyring(t, keyringOf(t))
	sign := func(data string, s ...dsctest.Signing) string {
		t.Helper()
		sig, err := dsctest.DetachSign([]byte(data), s...)
		if err != nil {
			t.Fatal(err)
		}
		return string(sig)
	}
	bytesOnly := func(s *dsctest.Signing) { s.Binary = true }
	const data = "Suite: sid\ntrailing \n"
	tests := []struct {
		name      string
		data      string
		signature string
		want      dsc.SignatureReason
	}{
		{"bytes", data, sign(data, with(by("good", 2022), bytesOnly)), 0},
		{"text", data, sign(data, by("good", 2022)), 0},
		{"two", data, sign(data, by("good", 2022), by("unlisted", 2022)), 0},
		{"blank removed", "Suite: sid\ntrailing\n", sign(data, by("good", 2022)), dsc.BadSignature},
		{"appended", data + "x", sign(data, with(by("good", 2022), bytesOnly)), dsc.BadSignature},
		{"empty signature", data, "", dsc.NoSignature},
	}
	for _, tt := range tests {
		signed, err := k.OpenDetached("Release", []byte(tt.data), []byte(tt.signature))
		if tt.want == 0 {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			} else if string(signed.Text()) != tt.data {
				t.Errorf("%s: Text() = %q, want %q", tt.name, signed.Text(), tt.data)
			}
			continue
		}
		if e, ok := errors.AsType[*dsc.SignatureError](err); !ok || e.Reason != tt.want {
			t.Errorf("%s: error is %v, want reason %d", tt.name, err, tt.want)
		}
	}
}

// The clock of the machine decides what is in the future or has expired, unless it
// is not to be trusted.
func TestKeyringAt(t *testing.T) {
	k := openKeyring(t, keyringOf(t))
	signed := time.Date(2018, 7, 1, 0, 0, 0, 0, time.UTC)
	data := []byte(clearsign(t, signedText, by("expired", 2018)))
	brief := []byte(clearsign(t, signedText, with(by("expired", 2018), func(s *dsctest.Signing) { s.Lifetime = time.Hour })))
	tests := []struct {
		name         string
		data         []byte
		now          time.Time
		want         dsc.SignatureReason
		expiredSince bool
	}{
		{"then", data, signed, 0, false},
		{"clock an hour slow", data, signed.Add(-time.Hour), 0, false},
		{"clock over an hour slow", data, signed.Add(-time.Hour - time.Second), dsc.FutureSignature, false},
		{"today", data, time.Now(), 0, true},
		{"no clock", data, time.Time{}, 0, false},
		{"brief, then", brief, signed.Add(time.Minute), 0, false},
		{"brief, clock slow", brief, signed.Add(-time.Minute), 0, false},
		{"brief, later", brief, signed.Add(2 * time.Hour), dsc.ExpiredSignature, false},
		{"brief, no clock", brief, time.Time{}, 0, false},
	}
	for _, tt := range tests {
		s, err := k.At(tt.now).Open("x", tt.data)
		if tt.want == 0 && err == nil {
			if got := s.Signers()[0].ExpiredSince; got != tt.expiredSince {
				t.Errorf("%s: ExpiredSince = %v, want %v", tt.name, got, tt.expiredSince)
			}
			continue
		}
		if e, ok := errors.AsType[*dsc.SignatureError](err); !ok || e.Reason != tt.want {
			t.Errorf("%s: error is %v, want reason %d", tt.name, err, tt.want)
		}
	}
}

func TestSignatureErrorText(t *testing.T) {
	k := openKeyring(t, keyringOf(t))
	id := func(name string) string { return "0x" + keys()[name].ID() }
	tests := []struct {
		data string
		want string
	}{
		{"Source: hello\n", "hello.dsc: no signature"},
		{clearsign(t, signedText, by("unlisted", 2022)), "hello.dsc: signed by unknown key " + id("unlisted")},
		{clearsign(t, signedText, with(by("good", 2022), sha1)), "hello.dsc: signature by key " + id("good") + " is too weak: its digest is SHA-1"},
		{clearsign(t, signedText, by("rsa1024", 2022)), "hello.dsc: signature by key " + id("rsa1024") + " is too weak: it has an RSA key of 1024 bits, and 2048 are wanted"},
		{clearsign(t, signedText, by("expired", 2022)), "hello.dsc: signed by key " + id("expired") + ", which was not valid then: it signed on 2022-07-01 00:00 UTC, but expired on 2021-05-31 00:00 UTC"},
		{clearsign(t, signedText, by("lost", 2018)), "hello.dsc: signed by revoked key " + id("lost")},
	}
	for _, tt := range tests {
		_, err := k.Open("hello.dsc", []byte(tt.data))
		if err == nil || err.Error() != tt.want {
			t.Errorf("Open: %v, want %s", err, tt.want)
		}
	}
}

func TestSigner(t *testing.T) {
	k := openKeyring(t, keyringOf(t))
	signed, err := k.Open("hello.dsc", []byte(clearsign(t, signedText, by("expired", 2018), by("subkey", 2022))))
	if err != nil {
		t.Fatal(err)
	}
	want := []dsc.Signer{{
		Fingerprint:  keys()["expired"].Fingerprint(),
		KeyID:        keys()["expired"].ID(),
		UserID:       "expired <expired@example.org>",
		Time:         time.Date(2018, 7, 1, 0, 0, 0, 0, time.UTC),
		ExpiredSince: true,
	}, {
		Fingerprint: keys()["subkey"].Fingerprint(),
		KeyID:       keys()["subkey"].ID(),
		UserID:      "subkey <subkey@example.org>",
		Time:        time.Date(2022, 7, 1, 0, 0, 0, 0, time.UTC),
	}}
	if diff := cmp.Diff(want, signed.Signers()); diff != "" {
		t.Errorf("Signers() (-want +got)\n%s", diff)
	}
}
