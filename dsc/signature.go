package dsc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Signed is a text that a key of a [Keyring] signed. Only a Keyring makes one.
type Signed struct {
	text    []byte
	signers []Signer
}

// Text returns the signed bytes and no others: of a clearsigned file, the text
// without escapes and blanks at the end of lines, each with a newline. It must
// not be changed.
func (s *Signed) Text() []byte { return s.text }

// Signers returns who signed, at least one, in the order of the signatures.
func (s *Signed) Signers() []Signer { return s.signers }

// A Signer is the maker of a signature that holds.
type Signer struct {
	Fingerprint  string    // of the primary key, hexadecimal, upper case
	KeyID        string    // of the key that signed, which may be a subkey: 16 hexadecimal digits
	UserID       string    // of the primary key, without control characters; may be ""
	Time         time.Time // of the signature, as the signer says
	ExpiredSince bool      // whether the key has expired since then
}

// A SignatureReason says why a signature does not vouch for a text.
type SignatureReason int

// The reasons of a [SignatureError], the gravest last: if no signature of several
// holds, the error has the gravest reason.
const (
	NoSignature       SignatureReason = iota + 1 // the file is not signed
	UnknownKey                                   // by a key that is not in the keyring
	UnusableSignature                            // of a kind that cannot be checked
	WeakSignature                                // holds, but digest or key is too weak to count
	ExpiredSignature                             // holds, but said itself until when it would
	FutureSignature                              // holds, but is dated in the future
	KeyNotValid                                  // holds, but the key could not sign at that time: expired, or not for signing
	RevokedKey                                   // holds, but the key was revoked
	BadSignature                                 // does not match the text
)

// A SignatureError says why the signature of a file does not vouch for it.
type SignatureError struct {
	File   string
	Reason SignatureReason
	KeyIDs []string // of the keys that it is about, 16 hexadecimal digits each
	Err    error    // details, or nil
}

func (e *SignatureError) Error() string {
	keys := "key"
	for i, id := range e.KeyIDs {
		if i > 0 {
			keys += ","
		}
		keys += " 0x" + id
	}
	var text string
	switch e.Reason {
	case NoSignature:
		text = "no signature"
	case UnknownKey:
		text = "signed by unknown " + keys
	case UnusableSignature:
		text = "signature cannot be checked"
	case WeakSignature:
		text = "signature by " + keys + " is too weak"
	case ExpiredSignature:
		text = "signature by " + keys + " has expired"
	case FutureSignature:
		text = "signature by " + keys + " is dated in the future"
	case KeyNotValid:
		text = "signed by " + keys + ", which was not valid then"
	case RevokedKey:
		text = "signed by revoked " + keys
	case BadSignature:
		text = "bad signature by " + keys
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return e.File + ": " + text
}

// Unwrap returns the details.
func (e *SignatureError) Unwrap() error { return e.Err }

// Open checks data, which must be one clearsigned block with nothing but empty
// lines around it; file is its name, for messages.
//
// At least one key of k must have signed it, with a digest better than MD5, SHA-1
// and RIPEMD-160 and, as RSA, 2048 bits; DSA does not count. A signature that
// does not match the text is an error even beside a good one; any other that does
// not count, such as one that k has no key for, is not. More than 32 are refused.
//
// Keys are judged as of the time of the signature, which must not be over an
// hour in the future: what was signed while a key was valid stays signed after the
// key has expired, see [Signer.ExpiredSince]. A revocation counts from its date on
// if its reason is that the key was superseded or retired, else from ever. What a
// certificate says about itself may be signed with SHA-1, and if the keyring has
// nothing that it said before the signature, what it said later counts: sqv(1) is
// stricter in both, gpgv(1) is not, and many keys of Debian need it.
//
// What breaks the cleartext framework is a [*SyntaxError]; a signature that is
// missing or does not hold is a [*SignatureError]; a [*KeyringError] says that
// the keyring could not be read.
func (k *Keyring) Open(file string, data []byte) (*Signed, error) {
	c, err := parseClearsigned(file, data)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, &SignatureError{File: file, Reason: NoSignature}
	}
	signers, err := k.check(file, c.hashed(), c.signature, true)
	if err != nil {
		return nil, err
	}
	return &Signed{c.text(), signers}, nil
}

// OpenDetached checks data, of which signature is the detached signature, armoured
// or not; file is the name of data, for messages. Its rules and errors are those of
// [Keyring.Open].
func (k *Keyring) OpenDetached(file string, data, signature []byte) (*Signed, error) {
	if len(signature) > 0 && signature[0]&0x80 == 0 {
		l := &lineReader{file: file + " (signature)", rest: string(signature)}
		if err := l.expectBegin(beginSignature); err != nil {
			return nil, err
		}
		packets, err := l.armour(endSignature)
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(l.rest) != "" {
			return nil, l.fail("text after the signature")
		}
		signature = packets
	}
	signers, err := k.check(file, data, signature, false)
	if err != nil {
		return nil, err
	}
	return &Signed{bytes.Clone(data), signers}, nil
}

// maxSignatures is how many signatures a file may have, as the whole text is digested for
// each. A release of Debian has a handful.
const maxSignatures = 32

// check returns the makers of the good signatures among packets. canonical says
// that the line breaks of text are those that signatures of text are made over.
func (k *Keyring) check(file string, text, packets []byte, canonical bool) ([]Signer, error) {
	var signers []Signer
	worst := &SignatureError{File: file, Reason: NoSignature}
	r := bufio.NewReader(bytes.NewReader(packets))
	rest := packets
	for n := 0; ; n++ {
		tag, header, length, err := readPacketHeader(r)
		if err == io.EOF {
			break
		}
		if err == nil && header+length > int64(len(rest)) {
			err = errors.New("it ends within an OpenPGP packet")
		}
		if err != nil {
			return nil, &SignatureError{File: file, Reason: UnusableSignature, Err: err}
		}
		if tag != tagSignature {
			return nil, &SignatureError{File: file, Reason: UnusableSignature,
				Err: fmt.Errorf("an OpenPGP packet of type %d beside the signature", tag)}
		}
		if n == maxSignatures {
			return nil, &SignatureError{File: file, Reason: UnusableSignature, Err: fmt.Errorf("more than %d signatures", maxSignatures)}
		}
		r.Discard(int(length))
		one := rest[:header+length]
		rest = rest[header+length:]
		signer, fault, err := k.checkOne(text, one, canonical)
		switch {
		case err != nil:
			return nil, err
		case fault == nil:
			signers = append(signers, *signer)
		case fault.Reason == worst.Reason:
			worst.KeyIDs = append(worst.KeyIDs, fault.KeyIDs...)
		case fault.Reason > worst.Reason:
			fault.File = file
			worst = fault
		}
		if worst.Reason == BadSignature {
			return nil, worst
		}
	}
	if len(signers) == 0 {
		return nil, worst
	}
	return signers, nil
}

// checkOne checks the signature of one packet. Exactly one of its results is not nil.
func (k *Keyring) checkOne(text, one []byte, canonical bool) (*Signer, *SignatureError, error) {
	unusable := func(format string, args ...any) (*Signer, *SignatureError, error) {
		return nil, &SignatureError{Reason: UnusableSignature, Err: fmt.Errorf(format, args...)}, nil
	}
	p, err := packet.Read(bytes.NewReader(one))
	if err != nil {
		return unusable("%v", err)
	}
	sig, ok := p.(*packet.Signature)
	if !ok || sig.IssuerKeyId == nil {
		return unusable("it does not name its key")
	}
	id := fmt.Sprintf("%016X", *sig.IssuerKeyId)
	if sig.SigType != packet.SigTypeText && sig.SigType != packet.SigTypeBinary {
		return unusable("it is of type 0x%02x, not of a text", byte(sig.SigType))
	}
	entities, err := k.entities(*sig.IssuerKeyId)
	if err != nil {
		return nil, nil, err
	}
	worst := &SignatureError{Reason: UnknownKey, KeyIDs: []string{id}}
	for _, e := range entities {
		key, ok := findKey(e, sig)
		if !ok || !k.allows(fingerprint(e.PrimaryKey), fingerprint(key.public)) {
			continue
		}
		fault := key.verify(sig, text, canonical)
		if fault == nil {
			fault = key.judge(sig, k.now())
		}
		if fault == nil {
			return key.signer(sig, k.now()), nil, nil
		}
		if fault.Reason > worst.Reason {
			fault.KeyIDs = []string{id}
			worst = fault
		}
	}
	return nil, worst, nil
}
