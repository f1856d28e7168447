package archive

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"

	"debgit/dsc"
)

// maxStanzaSize is how large a stanza of Sources may be, in bytes. That of the
// kernel has a third of a megabyte.
const maxStanzaSize = 16 << 20

// A stanza is what an index has to know of one paragraph of Sources. It is only
// valid until add returns.
type stanza struct {
	offset, size int64
	crc          uint32
	pkg, version []byte
	binary       []byte // the field Binary: names, and blanks, commas and newlines between them
	extra        bool   // whether it is only kept as an extra source
}

// scanSources reads Sources from r to its end and calls add for each stanza. It
// returns how many bytes it read. It looks at the few fields that an index has to
// know and at nothing else; what is looked up is then parsed strictly. file is the
// name of r, for messages.
func scanSources(ctx context.Context, file string, r io.Reader, add func(*stanza)) (int64, error) {
	s := &scanner{file: file, r: r, buf: make([]byte, 1<<20), add: add}
	for {
		line, err := s.line()
		switch {
		case err == io.EOF:
			return s.read, s.finish()
		case err != nil:
		case len(line) == 0:
			err = s.finish()
		default:
			err = s.field(line)
		}
		if err == nil && s.lines&0xfff == 0 && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return s.read, err
		}
	}
}

// A fieldKind is what may follow a field.
type fieldKind int

const (
	anyField    fieldKind = iota
	wordField             // has one line
	binaryField           // has lines to keep
)

// A scanner keeps the stanza that it is in as a whole in its buffer.
type scanner struct {
	file string
	r    io.Reader
	add  func(*stanza)

	buf     []byte
	start   int   // of the stanza, in buf
	next    int   // of the next line, in buf
	end     int   // of what was read, in buf
	read    int64 // bytes read in all
	eof     bool
	lines   int
	last    fieldKind
	current stanza
}

func (s *scanner) fail(format string, args ...any) error {
	return &dsc.SyntaxError{File: s.file, Line: s.lines, Cause: fmt.Sprintf(format, args...)}
}

// line returns the next line, without its newline. It is valid until the next call.
func (s *scanner) line() ([]byte, error) {
	for searched := 0; ; {
		if i := bytes.IndexByte(s.buf[s.next+searched:s.end], '\n'); i >= 0 {
			return s.take(searched+i, 1), nil
		}
		searched = s.end - s.next
		if s.eof {
			if searched == 0 {
				return nil, io.EOF
			}
			return s.take(searched, 0), nil
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}

// take goes past a line of n bytes and its newline.
func (s *scanner) take(n, newline int) []byte {
	line := s.buf[s.next : s.next+n]
	s.next += n + newline
	s.lines++
	return line
}

// fill reads more, after the stanza. It may move the stanza to the start of the buffer.
func (s *scanner) fill() error {
	if s.end == len(s.buf) {
		switch {
		case s.start > 0:
			copy(s.buf, s.buf[s.start:s.end])
			s.next, s.end, s.start = s.next-s.start, s.end-s.start, 0
		case len(s.buf) >= maxStanzaSize:
			return s.fail("a stanza larger than the limit of %d bytes", maxStanzaSize)
		default:
			s.buf = append(s.buf, make([]byte, len(s.buf))...)
		}
	}
	n, err := s.r.Read(s.buf[s.end:])
	s.end += n
	s.read += int64(n)
	if err == io.EOF {
		s.eof = true
		return nil
	}
	return err
}

// field looks at a line that is not empty.
func (s *scanner) field(line []byte) error {
	c := &s.current
	first := line[0]
	if first == ' ' || first == '\t' {
		if len(bytes.TrimRight(line, " \t\r")) == 0 {
			return s.fail("a line of blanks")
		}
		switch s.last {
		case wordField:
			return s.fail("a second line of Package or Version")
		case binaryField:
			c.binary = append(append(c.binary, ' '), line...)
		}
		return nil
	}
	if first == '\r' {
		return s.fail("a carriage return at the start of a line")
	}
	s.last = anyField
	switch first | 0x20 { // in lower case
	case 'p':
		if v, ok := fieldValue(line, "package"); ok {
			return s.set(&c.pkg, v, "Package")
		}
	case 'v':
		if v, ok := fieldValue(line, "version"); ok {
			return s.set(&c.version, v, "Version")
		}
	case 'b':
		if v, ok := fieldValue(line, "binary"); ok {
			s.last = binaryField
			c.binary = append(append(c.binary, ' '), v...)
		}
	case 'e':
		if v, ok := fieldValue(line, "extra-source-only"); ok {
			c.extra = string(v) == "yes"
		}
	}
	return nil
}

// fieldValue returns the value of line if it is the field name, in lower case.
func fieldValue(line []byte, name string) ([]byte, bool) {
	n := len(name)
	if len(line) <= n || line[n] != ':' || !bytes.EqualFold(line[:n], []byte(name)) {
		return nil, false
	}
	return bytes.Trim(line[n+1:], " \t\r"), true
}

// set sets a field that may be there once and is one word.
func (s *scanner) set(to *[]byte, value []byte, name string) error {
	if len(*to) > 0 {
		return s.fail("a second field %s", name)
	}
	if len(value) == 0 || bytes.IndexFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0 {
		return s.fail("%s is %q", name, value)
	}
	*to = append(*to, value...)
	s.last = wordField
	return nil
}

// finish ends the stanza.
func (s *scanner) finish() error {
	c := &s.current
	text := s.buf[s.start:s.next]
	if len(bytes.Trim(text, "\n")) > 0 {
		if len(c.pkg) == 0 || len(c.version) == 0 {
			return s.fail("a stanza without Package or Version ends here")
		}
		c.offset = s.read - int64(s.end-s.start)
		c.size = int64(len(text))
		c.crc = crc32.Checksum(text, castagnoli)
		s.add(c)
	}
	*c = stanza{pkg: c.pkg[:0], version: c.version[:0], binary: c.binary[:0]}
	s.start = s.next
	s.last = anyField
	return nil
}
