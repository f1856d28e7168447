package dsc

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A gitBinary is the new content of a file in git's binary format.
type gitBinary struct {
	delta bool // data is a delta to the old content, else the content
	data  []byte
}

// readBinary reads what follows the line "GIT binary patch": a block that
// makes the new content, and perhaps one that makes the old. It is not ok if
// the text is malformed; git then ignores the rest of the patch.
func (g *gitParser) readBinary(f *gitFile) (ok bool, err error) {
	forward, ok, err := g.binaryBlock()
	if forward == nil || !ok || err != nil {
		return false, err
	}
	if _, ok, err := g.binaryBlock(); !ok || err != nil {
		return false, err
	}
	f.binary, f.isBinary = forward, true
	g.room -= len(forward.data)
	return true, nil
}

// binaryBlock reads one block: a line with its kind and size, and lines that hold
// deflated data in base 85, up to an empty line. It is nil if there is no block.
func (g *gitParser) binaryBlock() (b *gitBinary, ok bool, err error) {
	before := g.cur
	line := g.cur.next()
	b = &gitBinary{}
	rest, isLiteral := cutPrefix(line, "literal ")
	if !isLiteral {
		if rest, b.delta = cutPrefix(line, "delta "); !b.delta {
			g.cur = before
			return nil, true, nil
		}
	}
	size, _, _ := leadingNumber(bytes.TrimLeft(rest, asciiSpace))
	if size > g.room {
		return nil, false, g.patch.tooMuch(tooMuchMade, int64(g.patch.limits.Result))
	}
	var deflated []byte
	for {
		line := g.cur.next()
		if len(line) == 1 {
			break
		}
		if deflated, ok = appendBase85(deflated, line); !ok {
			return nil, false, nil
		}
	}
	b.data, ok = inflate(deflated, size)
	return b, ok, nil
}

// inflate decompresses data, which must give exactly size bytes.
func inflate(data []byte, size int) ([]byte, bool) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, false
	}
	out := make([]byte, size)
	if _, err := io.ReadFull(z, out); err != nil {
		return nil, false
	}
	more, err := io.Copy(io.Discard, io.LimitReader(z, 1)) // finds a wrong checksum, too
	return out, err == nil && more == 0
}

const base85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"

// appendBase85 decodes a line: a letter for the number of bytes, then five
// characters for every four of them.
func appendBase85(out, line []byte) ([]byte, bool) {
	if len(line) < 7 || (len(line)-2)%5 != 0 {
		return out, false
	}
	most, size := (len(line)-2)/5*4, 0
	switch c := line[0]; {
	case 'A' <= c && c <= 'Z':
		size = int(c-'A') + 1
	case 'a' <= c && c <= 'z':
		size = int(c-'a') + 27
	}
	if size == 0 || most < size || size <= most-4 {
		return out, false
	}
	for text := line[1 : len(line)-1]; size > 0; text, size = text[5:], size-4 {
		var word uint64
		for _, c := range text[:5] {
			digit := strings.IndexByte(base85, c)
			if digit < 0 {
				return out, false
			}
			word = word*85 + uint64(digit)
		}
		if word > 0xffffffff {
			return out, false
		}
		quad := []byte{byte(word >> 24), byte(word >> 16), byte(word >> 8), byte(word)}
		out = append(out, quad[:min(4, size)]...)
	}
	return out, true
}

// applyBinary returns the new content of a file. The header must have whole
// hashes of the old and new content, and both must be right.
func (f *gitFile) applyBinary(old []byte, limit int) ([]byte, error) {
	for _, hash := range []string{f.oldHash, f.newHash} {
		if raw, err := hex.DecodeString(hash); err != nil || len(raw) != sha1.Size {
			return nil, fmt.Errorf("has a binary change of %s without whole hashes", showName(f.name()))
		}
	}
	if f.oldName != nil && blobHash(old) != strings.ToLower(f.oldHash) {
		return nil, fmt.Errorf("has a binary change of %s for other content", showName(f.name()))
	}
	if f.oldName == nil && len(old) > 0 {
		return nil, fmt.Errorf("makes the binary file %s, which is not empty", showName(f.name()))
	}
	if strings.Trim(f.newHash, "0") == "" {
		return nil, nil
	}
	if f.binary == nil {
		return nil, fmt.Errorf("says that the binary file %s changes, but not how", showName(f.name()))
	}
	content := f.binary.data
	if f.binary.delta {
		var ok bool
		if content, ok = applyDelta(old, f.binary.data, limit); !ok {
			return nil, fmt.Errorf("has a malformed binary change of %s", showName(f.name()))
		}
	}
	if blobHash(content) != strings.ToLower(f.newHash) {
		return nil, fmt.Errorf("has a binary change of %s that gives other content than it says", showName(f.name()))
	}
	return content, nil
}

// blobHash returns the hash that git has for the content of a file. It is only
// compared with what the patch says; the patch is trusted no less than its content.
func blobHash(content []byte) string {
	h := sha1.New()
	h.Write([]byte("blob " + strconv.Itoa(len(content)) + "\x00"))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// applyDelta applies a delta in the format of git's packs (gitformat-pack(5)).
func applyDelta(old, delta []byte, limit int) ([]byte, bool) {
	oldSize, delta, ok := deltaSize(delta)
	if !ok || oldSize != uint64(len(old)) {
		return nil, false
	}
	newSize, delta, ok := deltaSize(delta)
	if !ok || newSize > uint64(limit) {
		return nil, false
	}
	var out []byte
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		var piece []byte
		switch {
		case op == 0:
			return nil, false
		case op&0x80 == 0:
			if int(op) > len(delta) {
				return nil, false
			}
			piece, delta = delta[:op], delta[op:]
		default:
			if piece, delta, ok = deltaCopy(old, op, delta); !ok {
				return nil, false
			}
		}
		if uint64(len(out)+len(piece)) > newSize {
			return nil, false
		}
		out = append(out, piece...)
	}
	return out, uint64(len(out)) == newSize
}

// deltaSize reads a size: seven bits a byte, the lowest first.
func deltaSize(s []byte) (size uint64, rest []byte, ok bool) {
	for i, c := range s {
		if i == 9 {
			return 0, nil, false
		}
		size |= uint64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return size, s[i+1:], true
		}
	}
	return 0, nil, false
}

// deltaCopy reads the operands of a copy from the old content: those of four bytes of
// an offset and three of a size that op says are there.
func deltaCopy(old []byte, op byte, delta []byte) (piece, rest []byte, ok bool) {
	var operand [7]int
	for i := range operand {
		if op>>i&1 == 0 {
			continue
		}
		if len(delta) == 0 {
			return nil, nil, false
		}
		operand[i], delta = int(delta[0]), delta[1:]
	}
	offset := operand[0] | operand[1]<<8 | operand[2]<<16 | operand[3]<<24
	size := operand[4] | operand[5]<<8 | operand[6]<<16
	if size == 0 {
		size = 0x10000
	}
	if offset+size > len(old) {
		return nil, nil, false
	}
	return old[offset : offset+size], delta, true
}
