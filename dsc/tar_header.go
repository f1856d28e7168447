package dsc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// tarBlock is what headers and contents of a tarball are multiples of, in bytes.
const tarBlock = 512

// A tarHeader is what a tarball says about an entry, from all places where it does.
type tarHeader struct {
	typ    byte
	name   string
	link   string
	mode   int64
	time   time.Time // of modification; zero if the header has no number there
	size   int64     // of the file
	stored int64     // bytes of content that follow the header; rounded up to whole blocks
	parts  []tarPart
}

// The types of entries. Capital letters are those of GNU tar, but for tarSolaris.
const (
	tarOldFile    = '\x00'
	tarFile       = '0'
	tarHardLink   = '1'
	tarSymlink    = '2'
	tarChar       = '3'
	tarBlockDev   = '4'
	tarDirectory  = '5'
	tarFifo       = '6'
	tarContiguous = '7'
	tarDumpDir    = 'D'
	tarLongLink   = 'K'
	tarLongName   = 'L'
	tarMultiVol   = 'M'
	tarSparse     = 'S'
	tarVolume     = 'V'
	tarExtended   = 'x'
	tarSolaris    = 'X' // the same as tarExtended
	tarGlobal     = 'g'
)

// header reads up to the next entry, of which the whole last one has been
// skipped. At the end of the archive it returns io.EOF.
func (t *Tarball) header() (*tarHeader, error) {
	var longName, longLink *string
	var records []paxRecord
	for {
		block, err := t.block()
		if err != nil {
			return nil, err
		}
		h, err := parseHeader(block)
		if err != nil {
			return nil, err
		}
		switch h.typ {
		case tarLongName, tarLongLink:
			text, err := t.extension(h)
			if err != nil {
				return nil, err
			}
			text = tarString(text)
			if h.typ == tarLongName {
				longName = &text
			} else {
				longLink = &text
			}
			continue
		case tarExtended, tarSolaris, tarGlobal:
			text, err := t.extension(h)
			if err != nil {
				return nil, err
			}
			list, err := parsePax(text)
			if err != nil {
				return nil, err
			}
			if h.typ == tarGlobal {
				t.global = list
			} else {
				records = list
			}
			continue
		}
		if longName != nil {
			h.name = *longName
		}
		if longLink != nil {
			h.link = *longLink
		}
		return h, t.complete(h, block, records)
	}
}

// complete adds to h what extended headers say, and the map of a sparse file.
func (t *Tarball) complete(h *tarHeader, block []byte, records []paxRecord) error {
	sparse, err := h.override(t.global, records)
	if err != nil {
		return err
	}
	switch h.typ {
	case tarHardLink, tarSymlink, tarChar, tarBlockDev, tarDirectory, tarFifo:
		h.size, h.stored = 0, 0 // whatever the header says, nothing follows
		return nil
	}
	h.stored = h.size
	h.parts = []tarPart{{0, h.size}}
	switch {
	case sparse.used:
		return t.paxSparse(h, sparse)
	case h.typ == tarSparse && isOldGNU(block):
		return t.oldSparse(h, block)
	}
	return nil
}

// block reads the next header; io.EOF is the end of the archive: a block of zeros,
// or no whole block any more.
func (t *Tarball) block() ([]byte, error) {
	b := t.buffer[:]
	if _, err := io.ReadFull(t.r, b); err != nil {
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			return nil, err
		}
		if !t.started {
			return nil, errors.New("not a tar archive")
		}
		return nil, io.EOF
	}
	t.started = true
	if err := t.count(tarBlock); err != nil {
		return nil, err
	}
	if bytes.Count(b, []byte{0}) == tarBlock {
		return nil, io.EOF
	}
	return b, nil
}

// extension reads the content of h, which is about another entry.
func (t *Tarball) extension(h *tarHeader) (string, error) {
	if h.size > t.limits.Extension {
		return "", &LimitError{t.name, "bytes in an extended header", t.limits.Extension}
	}
	b := make([]byte, blocks(h.size))
	if err := t.full(b); err != nil {
		return "", err
	}
	return string(b[:h.size]), nil
}

// full fills b, which is part of the archive and so must be there.
func (t *Tarball) full(b []byte) error {
	if err := t.count(int64(len(b))); err != nil {
		return err
	}
	_, err := io.ReadFull(t.r, b)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// blocks rounds n up to whole blocks.
func blocks(n int64) int64 { return (n + tarBlock - 1) &^ (tarBlock - 1) }

// tarString is s up to its first NUL.
func tarString[T string | []byte](s T) string {
	text, _, _ := strings.Cut(string(s), "\x00")
	return text
}

// isOldGNU says whether a header has the format that GNU tar writes by default.
func isOldGNU(block []byte) bool { return string(block[257:264]) == "ustar  " }

func parseHeader(b []byte) (*tarHeader, error) {
	want, err := tarNumber("checksum", b[148:156])
	if err != nil {
		return nil, err
	}
	var unsigned, signed int64 // old programs took bytes for signed ones
	for i, c := range b {
		if i >= 148 && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	if want != unsigned && want != signed {
		return nil, fmt.Errorf("checksum of the header is %d, but it says %d", unsigned, want)
	}
	h := &tarHeader{typ: b[156], name: tarString(b[:100]), link: tarString(b[157:257])}
	if prefix := tarString(b[345:500]); prefix != "" && string(b[257:263]) == "ustar\x00" {
		h.name = prefix + "/" + h.name
	}
	if h.size, err = tarNumber("size", b[124:136]); err != nil {
		return nil, err
	}
	if h.mode, err = tarMode(b[100:108]); err != nil {
		return nil, err
	}
	if seconds, err := tarTime(b[136:148]); err == nil {
		h.time = time.Unix(seconds, 0).UTC()
	}
	return h, nil
}

// tarTime reads a time, in seconds since 1970. It alone may be negative, in two's complement.
func tarTime(field []byte) (int64, error) {
	if low := len(field) - 8; bytes.Equal(field[:low], []byte("\xff\xff\xff\xff")) {
		return int64(binary.BigEndian.Uint64(field[low:])), nil
	}
	return tarNumber("time", field)
}

// tarMode reads the permissions.
func tarMode(field []byte) (int64, error) {
	if field[0]&0x80 != 0 {
		return int64(field[6]&1)<<8 | int64(field[7]), nil // binary; what is above the permissions does not matter
	}
	mode, err := tarNumber("mode", field)
	return mode & 0o7777, err
}

// tarNumber reads a field of a header: an octal number, with blanks before and a
// blank or NUL after it, or a binary one, marked by its first bit. No digits before
// a NUL are 0.
func tarNumber(what string, field []byte) (int64, error) {
	if field[0]&0x80 != 0 {
		var n int64
		for i, c := range field {
			if i == 0 {
				c &= 0x7f
			}
			if n > math.MaxInt64>>8 {
				return 0, fmt.Errorf("%s %q is out of range", what, field)
			}
			n = n<<8 | int64(c)
		}
		return n, nil
	}
	text := field
	if text[0] == 0 { // the field before has overflowed into this one
		text = text[1:]
	}
	text = bytes.TrimLeft(text, " \t\n\v\f\r")
	if len(text) == 0 {
		return 0, fmt.Errorf("%s is blank", what)
	}
	var n int64
	for _, c := range text {
		if c == 0 || strings.IndexByte(" \t\n\v\f\r", c) >= 0 {
			break
		}
		if c < '0' || c > '7' {
			return 0, fmt.Errorf("%s %q is no octal number", what, tarString(field))
		}
		n = n<<3 | int64(c-'0')
	}
	return n, nil
}

// A paxRecord is one "key=value" of an extended header. Both end at a NUL.
type paxRecord struct{ key, value string }

// parsePax reads the records of an extended header: a decimal length, of the whole
// record, a blank, "key=value" and a newline.
func parsePax(text string) ([]paxRecord, error) {
	var list []paxRecord
	for text != "" {
		digits := strings.TrimLeft(text, " \t")
		if digits == "" || digits[0] == 0 {
			break
		}
		i := 0
		for i < len(digits) && digits[i] >= '0' && digits[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(digits[:i])
		start := len(text) - len(digits) + i
		if err != nil || n <= start || n > len(text) {
			return nil, fmt.Errorf("extended header: record of length %q", digits[:i])
		}
		record := text[start:n]
		text = text[n:]
		key, value, ok := strings.Cut(strings.TrimLeft(record, " \t"), "=")
		if !ok || record[0] != ' ' && record[0] != '\t' || !strings.HasSuffix(value, "\n") {
			return nil, fmt.Errorf("extended header: record %q", record)
		}
		list = append(list, paxRecord{tarString(key), tarString(strings.TrimSuffix(value, "\n"))})
	}
	return list, nil
}

// paxNumber reads the value of a record that is a size or an offset.
func paxNumber(key, value string) (int64, error) {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("extended header: %s is %q", key, value)
	}
	return int64(n), nil
}

// override changes h as the records of extended headers say, the later the
// stronger. Times and owners do not matter here, so neither does what is wrong
// with them.
func (h *tarHeader) override(lists ...[]paxRecord) (*paxSparse, error) {
	s := new(paxSparse)
	for _, list := range lists {
		for _, r := range list {
			var err error
			switch r.key {
			case "path":
				if s.name == nil {
					h.name = r.value
				}
			case "linkpath":
				h.link = r.value
			case "size":
				h.size, err = paxNumber(r.key, r.value)
			case "mtime":
				whole, _, _ := strings.Cut(r.value, ".")
				if seconds, err := strconv.ParseInt(whole, 10, 64); err == nil {
					h.time = time.Unix(seconds, 0).UTC()
				}
			default:
				err = s.record(r)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if s.name != nil {
		h.name = *s.name
	}
	return s, nil
}
