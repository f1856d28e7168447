package dsc

import (
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// maxClockSkew is how far in the future a signature may have been made: the
// clocks of two machines differ.
const maxClockSkew = time.Hour

// policy is what keys and digests must be like; see [Keyring.Open]. Signatures
// within a certificate may have SHA-1: its owner chose what is signed there, so an
// attacker would need a second preimage, not a collision.
var policy = &packet.Config{
	MinRSABits: 2048,
	RejectPublicKeyAlgorithms: map[packet.PublicKeyAlgorithm]bool{
		packet.PubKeyAlgoDSA:     true,
		packet.PubKeyAlgoElGamal: true,
	},
	RejectHashAlgorithms: map[crypto.Hash]bool{
		crypto.MD5:       true,
		crypto.RIPEMD160: true,
	},
	RejectMessageHashAlgorithms: map[crypto.Hash]bool{
		crypto.MD5:       true,
		crypto.SHA1:      true,
		crypto.RIPEMD160: true,
	},
}

// A signingKey is a key of a certificate.
type signingKey struct {
	entity *openpgp.Entity
	public *packet.PublicKey
	subkey *openpgp.Subkey // nil for the primary key
}

// findKey returns the key of e that sig names.
func findKey(e *openpgp.Entity, sig *packet.Signature) (signingKey, bool) {
	if sig.CheckKeyIdOrFingerprint(e.PrimaryKey) {
		return signingKey{e, e.PrimaryKey, nil}, true
	}
	for i := range e.Subkeys {
		s := &e.Subkeys[i]
		if sig.CheckKeyIdOrFingerprint(s.PublicKey) {
			return signingKey{e, s.PublicKey, s}, true
		}
	}
	return signingKey{}, false
}

// verify finds out whether sig is one of text by the key, whatever it is worth.
func (key signingKey) verify(sig *packet.Signature, text []byte, canonical bool) *SignatureError {
	if policy.RejectMessageHashAlgorithm(sig.Hash) || policy.RejectHashAlgorithm(sig.Hash) {
		return &SignatureError{Reason: WeakSignature, Err: fmt.Errorf("its digest is %v", sig.Hash)}
	}
	h, err := sig.PrepareVerify()
	if err != nil {
		return &SignatureError{Reason: UnusableSignature, Err: err}
	}
	var w hash.Hash = h
	if sig.SigType == packet.SigTypeText && !canonical {
		w = openpgp.NewCanonicalTextHash(h)
	}
	w.Write(text)
	if err := key.public.VerifySignature(h, sig); err != nil {
		return &SignatureError{Reason: BadSignature}
	}
	return nil
}

// judge finds out whether a signature that holds counts at the time now.
func (key signingKey) judge(sig *packet.Signature, now time.Time) *SignatureError {
	t := sig.CreationTime
	for _, n := range sig.Notations {
		if n.IsCritical {
			return &SignatureError{Reason: UnusableSignature, Err: fmt.Errorf("critical notation %q in it", n.Name)}
		}
	}
	for _, p := range []*packet.PublicKey{key.entity.PrimaryKey, key.public} {
		if err := weakness(p); err != nil {
			return &SignatureError{Reason: WeakSignature, Err: err}
		}
	}
	if !now.IsZero() {
		if t.After(now.Add(maxClockSkew)) {
			return &SignatureError{Reason: FutureSignature, Err: fmt.Errorf("%s, and now is %s", date(t), date(now))}
		}
		if t.Before(now) && sig.SigExpired(now) {
			return &SignatureError{Reason: ExpiredSignature}
		}
	}
	primary, own, err := key.bindings(t)
	if err != nil {
		return &SignatureError{Reason: KeyNotValid, Err: err}
	}
	if key.entity.Revoked(t) || key.subkey != nil && key.subkey.Revoked(own, t) {
		return &SignatureError{Reason: RevokedKey}
	}
	if key.public.CreationTime.After(t) {
		return &SignatureError{Reason: KeyNotValid, Err: fmt.Errorf("it signed on %s, but was made on %s", date(t), date(key.public.CreationTime))}
	}
	if end := key.expiry(primary, own, t); !end.IsZero() && t.After(end) {
		return &SignatureError{Reason: KeyNotValid, Err: fmt.Errorf("it signed on %s, but expired on %s", date(t), date(end))}
	}
	if !own.FlagsValid || !own.FlagSign {
		return &SignatureError{Reason: KeyNotValid, Err: errors.New("it is not meant for signing")}
	}
	return nil
}

// weakness returns why a key is too weak for anything, or nil.
func weakness(p *packet.PublicKey) error {
	if policy.RejectPublicKeyAlgorithm(p.PubKeyAlgo) {
		return errors.New("it has a DSA key")
	}
	bits, err := p.BitLength()
	rsa := p.PubKeyAlgo == packet.PubKeyAlgoRSA || p.PubKeyAlgo == packet.PubKeyAlgoRSASignOnly
	if rsa && err == nil && bits < policy.MinimumRSABits() {
		return fmt.Errorf("it has an RSA key of %d bits, and %d are wanted", bits, policy.MinimumRSABits())
	}
	if p.PubKeyAlgo == packet.PubKeyAlgoECDSA || p.PubKeyAlgo == packet.PubKeyAlgoEdDSA {
		if curve, err := p.Curve(); err == nil && policy.RejectCurve(curve) {
			return fmt.Errorf("it has a key on the curve %s", curve)
		}
	}
	return nil
}

// bindings returns the signatures that tell how long the primary key and the key
// itself are valid and what for: the last ones before t, else those of today,
// because many keyrings only keep the last.
func (key signingKey) bindings(t time.Time) (primary, own *packet.Signature, err error) {
	if primary, err = key.entity.PrimarySelfSignature(t, policy); err != nil {
		primary, err = key.entity.PrimarySelfSignature(time.Time{}, policy)
	}
	if err != nil {
		return nil, nil, plain(err)
	}
	if key.subkey == nil {
		return primary, primary, nil
	}
	if own, err = key.subkey.LatestValidBindingSignature(t, policy); err != nil {
		own, err = key.subkey.LatestValidBindingSignature(time.Time{}, policy)
	}
	return primary, own, plain(err)
}

// plain returns err without the words that its package puts before each.
func plain(err error) error {
	if e, ok := err.(pgperrors.StructuralError); ok {
		return errors.New(string(e))
	}
	return err
}

// expiry returns when the key expires, given these bindings and what else was
// known at t, or the zero time if it does not.
func (key signingKey) expiry(primary, own *packet.Signature, t time.Time) (end time.Time) {
	consider := func(p *packet.PublicKey, sig *packet.Signature) {
		if sig.KeyLifetimeSecs == nil || *sig.KeyLifetimeSecs == 0 {
			return
		}
		e := p.CreationTime.Add(time.Duration(*sig.KeyLifetimeSecs) * time.Second)
		if end.IsZero() || e.Before(end) {
			end = e
		}
	}
	consider(key.entity.PrimaryKey, primary)
	consider(key.public, own)
	if direct, err := key.entity.LatestValidDirectSignature(t, policy); err == nil {
		consider(key.entity.PrimaryKey, direct)
	}
	return end
}

func (key signingKey) signer(sig *packet.Signature, now time.Time) *Signer {
	s := &Signer{
		Fingerprint: fingerprint(key.entity.PrimaryKey),
		KeyID:       fmt.Sprintf("%016X", key.public.KeyId),
		UserID:      userID(key.entity),
		Time:        sig.CreationTime.UTC(),
	}
	if !now.IsZero() && now.After(s.Time) {
		primary, own, err := key.bindings(now)
		if err == nil {
			end := key.expiry(primary, own, now)
			s.ExpiredSince = !end.IsZero() && now.After(end)
		}
	}
	return s
}

// userID returns the user id that e's owner marked as the primary one, else the
// one certified last.
func userID(e *openpgp.Entity) string {
	var best string
	var bestSig *packet.Signature
	for _, name := range slices.Sorted(maps.Keys(e.Identities)) {
		sig, err := e.Identities[name].Verify(time.Time{}, policy)
		if err != nil {
			continue
		}
		if bestSig != nil {
			primary, was := isPrimary(sig), isPrimary(bestSig)
			if was && !primary || was == primary && !sig.CreationTime.After(bestSig.CreationTime) {
				continue
			}
		}
		best, bestSig = name, sig
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, best)
}

func isPrimary(sig *packet.Signature) bool { return sig.IsPrimaryId != nil && *sig.IsPrimaryId }

// date formats t for messages.
func date(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

func fingerprint(p *packet.PublicKey) string {
	return strings.ToUpper(hex.EncodeToString(p.Fingerprint))
}
