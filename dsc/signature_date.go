package dsc

import (
	"bytes"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// SignatureDate returns when a clearsigned text was signed, as its first signature says;
// file is its name, for messages. No signature is checked: it is a date to show, and
// nothing to rely on. It is the zero time if data is not signed, or does not say.
func SignatureDate(file string, data []byte) (time.Time, error) {
	c, err := parseClearsigned(file, data)
	if err != nil || c == nil {
		return time.Time{}, err
	}
	p, err := packet.Read(bytes.NewReader(c.signature))
	if sig, ok := p.(*packet.Signature); err == nil && ok {
		return sig.CreationTime.UTC(), nil
	}
	return time.Time{}, nil
}
