package dsctest

import (
	"bytes"
	"cmp"
	"crypto"
	// DSA is out of use: it is here to show that its keys do not count.
	"crypto/dsa" //lint:ignore SA1019 its keys have to be refused
	"crypto/rand"
	_ "crypto/sha1" // for signatures that are too weak
	_ "crypto/sha256"
	_ "crypto/sha512"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// A Key is a throw-away OpenPGP key, with its certificate. It protects nothing.
type Key struct {
	entity *openpgp.Entity
}

// A KeyKind is a public key algorithm and a size.
type KeyKind string

// The kinds of keys. Ed25519 is the default and the fastest to make.
const (
	Ed25519 KeyKind = ""
	RSA1024 KeyKind = "rsa1024"
	RSA2048 KeyKind = "rsa2048"
	DSA1024 KeyKind = "dsa1024"
)

// KeyOptions are the options of [NewKey].
type KeyOptions struct {
	Kind     KeyKind
	Created  time.Time     // default: the start of 2015
	Lifetime time.Duration // default: it does not expire
	Subkey   bool          // sign with a subkey
}

// NewKey makes a key for the user NAME <EMAIL>.
func NewKey(name, email string, opts KeyOptions) (*Key, error) {
	if opts.Created.IsZero() {
		opts.Created = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	config := &packet.Config{
		Time:            func() time.Time { return opts.Created },
		KeyLifetimeSecs: uint32(opts.Lifetime / time.Second),
		Algorithm:       packet.PubKeyAlgoEdDSA,
	}
	var e *openpgp.Entity
	var err error
	switch opts.Kind {
	case Ed25519:
		e, err = openpgp.NewEntity(name, "", email, config)
	case RSA1024, RSA2048:
		config.Algorithm = packet.PubKeyAlgoRSA
		config.RSABits = map[KeyKind]int{RSA1024: 1024, RSA2048: 2048}[opts.Kind]
		e, err = openpgp.NewEntity(name, "", email, config)
	case DSA1024:
		e, err = newDSA(name, email, config)
	default:
		err = fmt.Errorf("no such kind of key")
	}
	if err == nil && opts.Subkey {
		err = e.AddSigningSubkey(config)
	}
	if err != nil {
		return nil, fmt.Errorf("make a key %q for %s: %w", opts.Kind, name, err)
	}
	return &Key{e}, nil
}

func newDSA(name, email string, config *packet.Config) (*openpgp.Entity, error) {
	key := new(dsa.PrivateKey)
	if err := dsa.GenerateParameters(&key.Parameters, rand.Reader, dsa.L1024N160); err != nil {
		return nil, err
	}
	if err := dsa.GenerateKey(key, rand.Reader); err != nil {
		return nil, err
	}
	private := packet.NewDSAPrivateKey(config.Now(), key)
	e := &openpgp.Entity{
		PrimaryKey: &private.PublicKey,
		PrivateKey: private,
		Identities: map[string]*openpgp.Identity{},
	}
	return e, e.AddUserId(name, "", email, config)
}

// signer returns the private key that signs.
func (k *Key) signer() *packet.PrivateKey {
	for _, s := range k.entity.Subkeys {
		if s.Bindings[0].Packet.FlagSign {
			return s.PrivateKey
		}
	}
	return k.entity.PrivateKey
}

// ID returns the id of the key that signs: 16 hexadecimal digits, in upper case.
func (k *Key) ID() string { return fmt.Sprintf("%016X", k.signer().KeyId) }

// Fingerprint returns that of the primary key, in upper case.
func (k *Key) Fingerprint() string { return fmt.Sprintf("%X", k.entity.PrimaryKey.Fingerprint) }

// SignerFingerprint returns that of the key that signs, in upper case.
func (k *Key) SignerFingerprint() string { return fmt.Sprintf("%X", k.signer().Fingerprint) }

// Public returns the certificate, as a keyring file has it.
func (k *Key) Public() []byte {
	var b bytes.Buffer
	if err := k.entity.Serialize(&b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// Armoured returns the certificate in ASCII armour.
func (k *Key) Armoured() []byte { return enarmour("PGP PUBLIC KEY BLOCK", k.Public()) }

// Secret returns the private key, not protected, for gpg --import.
func (k *Key) Secret() []byte {
	var b bytes.Buffer
	if err := k.entity.SerializePrivateWithoutSigning(&b, nil); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// Revoke adds a revocation of the whole key, of that time.
func (k *Key) Revoke(reason packet.ReasonForRevocation, at time.Time) error {
	return k.entity.Revoke(reason, "for a test", &packet.Config{Time: func() time.Time { return at }})
}

// A Signing says how to sign.
type Signing struct {
	Key      *Key
	Time     time.Time     // default: time.Now
	Hash     crypto.Hash   // default: SHA-256
	Lifetime time.Duration // of the signature; default: for ever
	Binary   bool          // a signature of bytes, not of text; only for DetachSign
}

// packet returns the packet of a signature of what is hashed.
func (s Signing) packet(hashed []byte) ([]byte, error) {
	if s.Time.IsZero() {
		s.Time = time.Now()
	}
	s.Hash = cmp.Or(s.Hash, crypto.SHA256)
	private := s.Key.signer()
	lifetime := uint32(s.Lifetime / time.Second)
	sig := &packet.Signature{
		Version:         private.Version,
		SigType:         packet.SigTypeText,
		PubKeyAlgo:      private.PubKeyAlgo,
		Hash:            s.Hash,
		CreationTime:    s.Time,
		IssuerKeyId:     &private.KeyId,
		SigLifetimeSecs: &lifetime,
	}
	if s.Binary {
		sig.SigType = packet.SigTypeBinary
	}
	h := s.Hash.New()
	h.Write(hashed)
	plain := false // a salt, which SHA-1 cannot have
	if err := sig.Sign(h, private, &packet.Config{NonDeterministicSignaturesViaNotation: &plain}); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := sig.Serialize(&b)
	return b.Bytes(), err
}

// Clearsign returns text, which must end in a newline, with signatures, as gpg
// --clearsign does.
func Clearsign(text []byte, signings ...Signing) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("-----BEGIN PGP SIGNED MESSAGE-----\n")
	for _, s := range signings {
		b.WriteString("Hash: " + strings.ReplaceAll(cmp.Or(s.Hash, crypto.SHA256).String(), "-", "") + "\n")
	}
	b.WriteString("\n")
	var hashed []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \t\r\n")
		hashed = append(hashed, line)
		if strings.HasPrefix(line, "-") {
			line = "- " + line
		}
		b.WriteString(line + "\n")
	}
	var packets []byte
	for _, s := range signings {
		p, err := s.packet([]byte(strings.Join(hashed, "\r\n")))
		if err != nil {
			return nil, err
		}
		packets = append(packets, p...)
	}
	b.Write(enarmour("PGP SIGNATURE", packets))
	return b.Bytes(), nil
}

// DetachSign returns signatures of data, in ASCII armour.
func DetachSign(data []byte, signings ...Signing) ([]byte, error) {
	var packets []byte
	for _, s := range signings {
		hashed := data
		if !s.Binary {
			hashed = bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
		}
		p, err := s.packet(hashed)
		if err != nil {
			return nil, err
		}
		packets = append(packets, p...)
	}
	return enarmour("PGP SIGNATURE", packets), nil
}

// enarmour returns data in ASCII armour, with a newline at the end.
func enarmour(kind string, data []byte) []byte {
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, nil)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		_, err = io.WriteString(&b, "\n")
	}
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}
