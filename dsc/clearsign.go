package dsc

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

// The lines of the cleartext signature framework, RFC 9580, section 7.
const (
	beginSigned    = "-----BEGIN PGP SIGNED MESSAGE-----"
	beginSignature = "-----BEGIN PGP SIGNATURE-----"
	endSignature   = "-----END PGP SIGNATURE-----"
)

// A clearsigned is a text in the cleartext signature framework, not checked.
type clearsigned struct {
	lines     []string // without dash-escapes, blanks at the end and line breaks
	signature []byte   // without armour
}

// text returns the lines, each with a newline.
func (c *clearsigned) text() []byte {
	var b bytes.Buffer
	for _, l := range c.lines {
		b.WriteString(l)
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// hashed returns what a signature covers: the line break before the signature is
// no part of it.
func (c *clearsigned) hashed() []byte { return []byte(strings.Join(c.lines, "\r\n")) }

// parseClearsigned reads the one clearsigned block that data must consist of but
// for empty lines around it. If there is no line of OpenPGP armour at all, data
// is not signed and the result is nil.
//
// A reader that looked for the block could be made to see another text than one
// that reads from the start, so anything around the block, and anything inside
// it that RFC 9580 does not have there, is a [*SyntaxError].
func parseClearsigned(file string, data []byte) (*clearsigned, error) {
	const armour = "-----BEGIN PGP "
	if !bytes.HasPrefix(data, []byte(armour)) && !bytes.Contains(data, []byte("\n"+armour)) {
		return nil, nil
	}
	l := &lineReader{file: file, rest: string(data)}
	if err := l.expectBegin(beginSigned); err != nil {
		return nil, err
	}
	if err := l.skipHashHeaders(); err != nil {
		return nil, err
	}
	c := new(clearsigned)
	for {
		line, ok := l.next()
		if !ok {
			return nil, l.fail("the file ends within the signed text")
		}
		if line == beginSignature {
			break
		}
		if rest, escaped := strings.CutPrefix(line, "- "); escaped {
			line = rest
		} else if line == "-" { // an escaped empty line
			line = ""
		} else if strings.HasPrefix(line, "-") {
			return nil, l.fail("a line of the signed text starts with an unescaped \"-\"")
		}
		c.lines = append(c.lines, line)
	}
	var err error
	if c.signature, err = l.armour(endSignature); err != nil {
		return nil, err
	}
	for {
		line, ok := l.next()
		if !ok {
			return c, nil
		}
		if line == beginSigned {
			return nil, l.fail("a second signed text")
		}
		if line != "" {
			return nil, l.fail("text after the signature")
		}
	}
}

// ClearsignedText returns the text of the one clearsigned block of data, without
// checking the signature; file is its name, for messages. Data without any
// OpenPGP armour is returned as it is, with signed false. Anything but empty
// lines around the block is a [*SyntaxError].
func ClearsignedText(file string, data []byte) (text []byte, signed bool, err error) {
	c, err := parseClearsigned(file, data)
	if err != nil {
		return nil, false, err
	}
	if c == nil {
		return data, false, nil
	}
	return c.text(), true, nil
}

// A lineReader reads lines and counts them.
type lineReader struct {
	file string
	rest string
	n    int
}

// next returns the next line, without blanks and carriage returns at its end:
// RFC 9580 strips blanks there, and has lines end with CR LF.
func (l *lineReader) next() (line string, ok bool) {
	if l.rest == "" {
		return "", false
	}
	l.n++
	line, l.rest, _ = strings.Cut(l.rest, "\n")
	return strings.TrimRight(line, " \t\r"), true
}

func (l *lineReader) fail(format string, args ...any) error {
	return &SyntaxError{l.file, l.n, fmt.Sprintf(format, args...)}
}

func (l *lineReader) expectBegin(begin string) error {
	for {
		line, ok := l.next()
		switch {
		case !ok:
			return l.fail("no line %q", begin)
		case line == begin:
			return nil
		case line != "":
			return l.fail("text before the line %q", begin)
		}
	}
}

func (l *lineReader) skipHashHeaders() error {
	for {
		line, ok := l.next()
		if !ok {
			return l.fail("the file ends within the headers of the signed text")
		}
		if line == "" {
			return nil
		}
		if !strings.HasPrefix(line, "Hash: ") {
			return l.fail("%q is no header of a signed text", line)
		}
	}
}

// armour reads the rest of an armoured block up to the line end. The checksum is
// not looked at, as RFC 9580, section 6.1 wants it.
func (l *lineReader) armour(end string) ([]byte, error) {
	for { // headers, such as Version and Comment
		line, ok := l.next()
		if !ok || line == end {
			return nil, l.fail("the armour has no content")
		}
		if line == "" {
			break
		}
		if !strings.Contains(line, ": ") && !strings.HasSuffix(line, ":") {
			return nil, l.fail("%q is no header of armour", line)
		}
	}
	var code strings.Builder
	for checksum := false; ; {
		line, ok := l.next()
		switch {
		case !ok:
			return nil, l.fail("no line %q", end)
		case line == end:
			data, err := base64.StdEncoding.DecodeString(code.String())
			if err != nil {
				return nil, l.fail("armour: %v", err)
			}
			return data, nil
		case checksum && line != "":
			return nil, l.fail("text after the checksum of the armour")
		case strings.HasPrefix(line, "="):
			checksum = true
		default:
			code.WriteString(line)
		}
	}
}
