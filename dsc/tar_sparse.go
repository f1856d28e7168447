package dsc

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// A tarPart is a piece of a file that a tarball stores; what lies between the parts
// of a sparse file reads as zeros.
type tarPart struct{ offset, size int64 }

// A paxSparse is what the extended headers of one entry say about a sparse file, in
// any of the formats 0.0, 0.1 and 1.0 of GNU tar.
type paxSparse struct {
	used         bool
	name         *string
	size         int64 // of the whole file; -1 if it was not said
	major, minor int64
	numbers      []int64 // offset, size, offset, size...
}

// record takes a record whose key starts with "GNU.sparse.".
func (s *paxSparse) record(r paxRecord) error {
	key, ok := strings.CutPrefix(r.key, "GNU.sparse.")
	if !ok {
		return nil
	}
	if !s.used {
		s.used, s.size = true, -1
	}
	switch key {
	case "name":
		s.name = &r.value
		return nil
	case "map":
		s.numbers = nil
		for text := range strings.SplitSeq(r.value, ",") {
			n, err := paxNumber(r.key, text)
			if err != nil {
				return err
			}
			s.numbers = append(s.numbers, n)
		}
		return nil
	}
	n, err := paxNumber(r.key, r.value)
	switch key {
	case "size", "realsize":
		s.size = n
	case "major":
		s.major = n
	case "minor":
		s.minor = n
	case "offset":
		if len(s.numbers)%2 != 0 {
			return fmt.Errorf("extended header: %s twice", r.key)
		}
		s.numbers = append(s.numbers, n)
	case "numbytes":
		if len(s.numbers)%2 != 1 {
			return fmt.Errorf("extended header: %s without an offset", r.key)
		}
		s.numbers = append(s.numbers, n)
	}
	return err
}

// paxSparse makes h the sparse file that s describes.
func (t *Tarball) paxSparse(h *tarHeader, s *paxSparse) error {
	switch {
	case s.major == 1 && s.minor == 0:
		numbers, length, err := t.sparseMap(h.stored)
		if err != nil {
			return err
		}
		h.stored -= length
		s.numbers = numbers
	case s.major != 0:
		return fmt.Errorf("sparse file of format %d.%d", s.major, s.minor)
	}
	h.parts = nil
	for i := 0; i+1 < len(s.numbers); i += 2 {
		h.parts = append(h.parts, tarPart{s.numbers[i], s.numbers[i+1]})
	}
	if len(s.numbers)%2 != 0 {
		return fmt.Errorf("sparse file: odd map")
	}
	return h.setSparse(s.size)
}

// maxDigits is how many digits a line of sparseMap may have; GNU tar takes no more.
const maxDigits = 20

// sparseMap reads the map of format 1.0, which stands before the content and has
// its length: decimal numbers in lines, the first one says how many parts there
// are. It returns the numbers after that and the length of the map.
func (t *Tarball) sparseMap(stored int64) (numbers []int64, length int64, err error) {
	var block [tarBlock]byte
	rest := ""
	for count := int64(1); int64(len(numbers)) < count; {
		line, after, ok := strings.Cut(rest, "\n")
		if !ok {
			if len(rest) > maxDigits {
				return nil, 0, fmt.Errorf("sparse file: %q in its map is no number", rest[:maxDigits])
			}
			if length+tarBlock > t.limits.Extension {
				return nil, 0, t.sparseLimit()
			}
			if length += tarBlock; length > blocks(stored) {
				return nil, 0, fmt.Errorf("sparse file: its map is longer than its content")
			}
			if err := t.full(block[:]); err != nil {
				return nil, 0, err
			}
			rest += string(block[:])
			continue
		}
		n, err := paxNumber("map of a sparse file", line)
		if err != nil {
			return nil, 0, err
		}
		if len(numbers) == 0 {
			if n > t.limits.Extension { // each part takes some bytes
				return nil, 0, t.sparseLimit()
			}
			count = 1 + 2*n
		}
		numbers, rest = append(numbers, n), after
	}
	return numbers[1:], length, nil
}

func (t *Tarball) sparseLimit() error {
	return &LimitError{t.name, "bytes in the map of a sparse file", t.limits.Extension}
}

// oldSparse makes h the sparse file that its header in the format of GNU tar
// describes. More of the map may follow the header, in blocks of their own.
func (t *Tarball) oldSparse(h *tarHeader, header []byte) error {
	size, err := tarNumber("size of the sparse file", header[483:495])
	if err != nil {
		return err
	}
	h.parts = nil
	table, more := bytes.Clone(header[386:482]), header[482] != 0
	for {
		for ; len(table) >= 24 && table[12] != 0; table = table[24:] {
			offset, err := tarNumber("offset in the sparse file", table[:12])
			if err != nil {
				return err
			}
			n, err := tarNumber("size in the sparse file", table[12:24])
			if err != nil {
				return err
			}
			h.parts = append(h.parts, tarPart{offset, n})
		}
		if len(table) >= 24 || !more {
			return h.setSparse(size)
		}
		if int64(len(h.parts)) > t.limits.Extension/24 {
			return t.sparseLimit()
		}
		var block [tarBlock]byte
		if err := t.full(block[:]); err != nil {
			return err
		}
		table, more = block[:504], block[504] != 0
	}
}

// setSparse gives h the size of the sparse file, and checks its parts, which must lie
// within the given size. GNU tar starts every part at a block, so that all but the
// last fill blocks, and ends the file with the last part, which may be empty.
func (h *tarHeader) setSparse(size int64) error {
	var end, stored int64
	for _, p := range h.parts {
		switch {
		case p.offset < end || p.size > size-p.offset:
			return fmt.Errorf("sparse file: %d bytes at %d do not fit in", p.size, p.offset)
		case p.size > 0 && stored%tarBlock != 0:
			return fmt.Errorf("sparse file: the bytes at %d do not start a block", p.offset)
		}
		end = p.offset + p.size
		stored += p.size
	}
	if stored != h.stored {
		return fmt.Errorf("sparse file: its parts have %d bytes, but %d are stored", stored, h.stored)
	}
	h.size = end
	return nil
}

// start makes h the entry that Read reads.
func (t *Tarball) start(h *tarHeader) {
	t.position, t.end = 0, h.size
	t.parts = h.parts
	t.rest = blocks(h.stored)
}

// Read reads the content of the entry that Next returned last.
func (t *Tarball) Read(p []byte) (int, error) {
	for len(t.parts) > 0 && t.position >= t.parts[0].offset+t.parts[0].size {
		t.parts = t.parts[1:]
	}
	if t.position == t.end {
		return 0, io.EOF
	}
	next := t.end // where the hole ends
	if len(t.parts) > 0 {
		if next = t.parts[0].offset; next <= t.position {
			return t.readPart(p)
		}
	}
	n := int(min(int64(len(p)), next-t.position))
	clear(p[:n])
	t.position += int64(n)
	return n, nil
}

// readPart reads from the part that starts at or before the position.
func (t *Tarball) readPart(p []byte) (int, error) {
	left := t.parts[0].offset + t.parts[0].size - t.position
	n, err := t.r.Read(p[:min(int64(len(p)), left)])
	t.position += int64(n)
	t.rest -= int64(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		err = fmt.Errorf("read %s: entry %d: %w", t.name, t.entries, err)
	}
	return n, err
}

// skip passes over what is left of the current entry.
func (t *Tarball) skip() error {
	if t.rest == 0 {
		t.parts = nil
		return nil
	}
	_, err := io.CopyN(io.Discard, t.r, t.rest)
	t.rest, t.end, t.position, t.parts = 0, 0, 0, nil
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return err
}
