package dsc

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	openpgp "github.com/ProtonMail/go-crypto/openpgp/v2"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// maxKeyPacket is how long a packet with a public key may be, in bytes; RSA with
// 16384 bits needs 2 kB.
const maxKeyPacket = 1 << 20

// A Keyring holds OpenPGP certificates of which any may vouch for a text. It
// knows where each key is and parses a certificate only when a signature names a
// key of it, so that a keyring with the keys of all developers opens at once.
// It may be used by several goroutines at once.
type Keyring struct {
	certificates []certificate
	byKeyID      map[uint64][]int // of primary keys and subkeys, to certificates
	only         []string         // fingerprints; empty: all count
	now          func() time.Time
}

// A certificate is where the packets of one are.
type certificate struct {
	file         string
	offset, size int64
	data         []byte // the packets, if they are not in a file as they stand
}

// A KeyringError says that a file could not be used as a keyring.
type KeyringError struct {
	File string
	Err  error
}

func (e *KeyringError) Error() string { return fmt.Sprintf("read keyring %s: %v", e.File, e.Err) }

// Unwrap returns the error that e is put around.
func (e *KeyringError) Unwrap() error { return e.Err }

// OpenKeyring returns a keyring with the certificates of all these files, which
// may be armoured or not. Errors are a [*KeyringError]; that of a missing file
// matches [fs.ErrNotExist]. The keybox format of gpg(1) is not read.
func OpenKeyring(paths ...string) (*Keyring, error) {
	k := &Keyring{byKeyID: map[uint64][]int{}, now: time.Now}
	for _, path := range paths {
		if err := k.addFile(path); err != nil {
			return nil, &KeyringError{path, trimPath(err)}
		}
	}
	return k, nil
}

// trimPath removes what [KeyringError] says already.
func trimPath(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

// Add adds the certificates of data, which has the content of a keyring file;
// name stands for it in messages. Errors are as of [OpenKeyring]. It must not be
// called while the keyring is in use.
func (k *Keyring) Add(name string, data []byte) error {
	if err := k.addData(name, data); err != nil {
		return &KeyringError{name, err}
	}
	return nil
}

// Only returns a keyring in which only the keys with these fingerprints count, or
// k if there are none. Fingerprints are hexadecimal, in upper case. That of a
// primary key stands for its subkeys, too, unless "!" follows it.
func (k *Keyring) Only(fingerprints ...string) *Keyring {
	if len(fingerprints) == 0 {
		return k
	}
	c := *k
	c.only = fingerprints
	return &c
}

// At returns a keyring that judges as if it were now. The zero time stands for a
// clock that cannot be trusted: then no signature is too new, and nothing has
// expired since it was made.
func (k *Keyring) At(now time.Time) *Keyring {
	c := *k
	c.now = func() time.Time { return now }
	return &c
}

// Has says whether there is a certificate whose primary key has this fingerprint, hexadecimal.
func (k *Keyring) Has(fingerprint string) (bool, error) {
	want, err := hex.DecodeString(fingerprint)
	if err != nil || len(want) < sha1.Size {
		return false, nil
	}
	id := binary.BigEndian.Uint64(want[len(want)-8:])
	if len(want) == sha256.Size { // of version 6
		id = binary.BigEndian.Uint64(want)
	}
	entities, err := k.entities(id)
	return slices.ContainsFunc(entities, func(e *openpgp.Entity) bool {
		return bytes.Equal(e.PrimaryKey.Fingerprint, want)
	}), err
}

// Len returns the number of certificates.
func (k *Keyring) Len() int { return len(k.certificates) }

func (k *Keyring) addFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	start, err := r.Peek(1)
	if err == io.EOF {
		return nil // such as the keyring of keys that were removed, if none were
	}
	if err != nil {
		return err
	}
	if start[0]&0x80 != 0 {
		return k.scan(r, certificate{file: path})
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return k.addData(path, data)
}

func (k *Keyring) addData(name string, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	if data[0]&0x80 != 0 {
		return k.scan(bufio.NewReader(bytes.NewReader(data)), certificate{file: name, data: data})
	}
	if len(data) >= 12 && string(data[8:12]) == "KBXf" {
		return fmt.Errorf("it is a keybox, which only gpg can read; gpg --no-default-keyring --keyring FILE --export >NEW makes a keyring of it")
	}
	const begin, end = "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----"
	l := &lineReader{file: name, rest: string(data)}
	for found := false; ; {
		line, ok := l.next()
		switch {
		case !ok && !found:
			return errors.New("no OpenPGP public key in it")
		case !ok:
			return nil
		case line != begin:
			continue
		}
		found = true
		packets, err := l.armour(end)
		if err != nil {
			if e, ok := errors.AsType[*SyntaxError](err); ok {
				return fmt.Errorf("line %d: %s", e.Line, e.Cause)
			}
			return err
		}
		if err := k.scan(bufio.NewReader(bytes.NewReader(packets)), certificate{file: name, data: packets}); err != nil {
			return err
		}
	}
}

// Packet types, RFC 9580, section 5.
const (
	tagSignature    = 2
	tagSecretKey    = 5
	tagPublicKey    = 6
	tagSecretSubkey = 7
	tagPublicSubkey = 14
)

// scan reads packets and notes which keys are in which certificate; from says
// where the packets come from.
func (k *Keyring) scan(r *bufio.Reader, from certificate) error {
	var offset int64
	var current *certificate
	for {
		tag, header, length, err := readPacketHeader(r)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case tag == tagSecretKey || tag == tagSecretSubkey:
			return errors.New("it holds a secret key; a keyring must hold public keys only")
		case tag == tagPublicKey:
			c := from
			c.offset, c.size = offset, 0
			k.certificates = append(k.certificates, c)
			current = &k.certificates[len(k.certificates)-1]
		case current == nil:
			return fmt.Errorf("it starts with an OpenPGP packet of type %d, not with a public key", tag)
		}
		if tag == tagPublicKey || tag == tagPublicSubkey {
			if length > maxKeyPacket {
				return fmt.Errorf("a public key of %d bytes, over the limit of %d", length, maxKeyPacket)
			}
			body := make([]byte, length)
			if _, err := io.ReadFull(r, body); err != nil {
				return truncated(err)
			}
			if id, ok := keyID(body); ok {
				k.byKeyID[id] = append(k.byKeyID[id], len(k.certificates)-1)
			}
		} else if n, err := io.CopyN(io.Discard, r, length); err != nil || n < length {
			return truncated(err)
		}
		offset += header + length
		current.size = offset - current.offset
	}
}

func truncated(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return errors.New("it ends within an OpenPGP packet")
	}
	return err
}

// readPacketHeader returns the type of the next packet, and how many bytes its
// header and its body have. The error is io.EOF at the end.
func readPacketHeader(r *bufio.Reader) (tag byte, header, length int64, err error) {
	first, err := r.ReadByte()
	if err != nil {
		return 0, 0, 0, err
	}
	if first&0x80 == 0 {
		return 0, 0, 0, fmt.Errorf("byte 0x%02x where an OpenPGP packet should start", first)
	}
	size := 0 // of the length, in bytes
	if first&0x40 == 0 {
		tag = first >> 2 & 0x0f
		if size = 1 << (first & 3); size == 8 {
			return 0, 0, 0, errors.New("an OpenPGP packet without length")
		}
		header = 1
	} else {
		tag = first & 0x3f
		n, err := r.ReadByte()
		if err != nil {
			return 0, 0, 0, truncated(err)
		}
		header = 2
		switch {
		case n < 192:
			return tag, header, int64(n), nil
		case n < 224:
			low, err := r.ReadByte()
			if err != nil {
				return 0, 0, 0, truncated(err)
			}
			return tag, 3, int64(n-192)<<8 + int64(low) + 192, nil
		case n < 255:
			return 0, 0, 0, errors.New("an OpenPGP packet in parts")
		}
		size = 4
	}
	for ; size > 0; size-- {
		b, err := r.ReadByte()
		if err != nil {
			return 0, 0, 0, truncated(err)
		}
		length = length<<8 | int64(b)
		header++
	}
	return tag, header, length, nil
}

// keyID returns the 64-bit id of the key in the body of its packet, RFC 9580,
// section 5.5.4, unless it is of a version that cannot be used.
func keyID(body []byte) (id uint64, ok bool) {
	if len(body) < 6 {
		return 0, false
	}
	switch body[0] {
	case 4:
		h := sha1.New()
		h.Write([]byte{0x99, byte(len(body) >> 8), byte(len(body))})
		h.Write(body)
		return binary.BigEndian.Uint64(h.Sum(nil)[12:]), true
	case 6:
		h := sha256.New()
		h.Write(binary.BigEndian.AppendUint32([]byte{0x9b}, uint32(len(body))))
		h.Write(body)
		return binary.BigEndian.Uint64(h.Sum(nil)), true
	}
	return 0, false
}

// entities parses the certificates that have a key with this id. One that cannot
// be parsed counts as unknown.
func (k *Keyring) entities(id uint64) ([]*openpgp.Entity, error) {
	var all []*openpgp.Entity
	for i, n := range k.byKeyID[id] {
		if i > 0 && n == k.byKeyID[id][i-1] {
			continue
		}
		c := k.certificates[n]
		data, err := c.read()
		if err != nil {
			return nil, &KeyringError{c.file, trimPath(err)}
		}
		e, err := openpgp.ReadEntity(packet.NewReader(bytes.NewReader(data)))
		if err == nil {
			all = append(all, e)
		}
	}
	return all, nil
}

func (c certificate) read() ([]byte, error) {
	if c.data != nil {
		return c.data[c.offset : c.offset+c.size], nil
	}
	f, err := os.Open(c.file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, c.size)
	if _, err := f.ReadAt(data, c.offset); err != nil {
		return nil, err
	}
	return data, nil
}

// allows says whether signatures by the key with this fingerprint count.
func (k *Keyring) allows(primary, key string) bool {
	if len(k.only) == 0 {
		return true
	}
	for _, f := range k.only {
		name, exact := strings.CutSuffix(f, "!")
		if name == key || !exact && name == primary {
			return true
		}
	}
	return false
}
