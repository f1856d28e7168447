package gitmap

import (
	"bytes"
	"fmt"
	"strings"
)

// mailInfo is what git mailinfo -k (2.39, unconfigured) finds in a mail: a few
// headers, and the text before a patch. Texts need not be UTF-8.
type mailInfo struct {
	hasFrom, hasSubject, hasDate bool

	author  person   // of From; both empty if it names nobody
	subject []string // by lines: an encoded word may hold newlines
	date    string
	body    []byte
}

// The headers that count, and their place in a mailHeaders.
var mailHeaderNames = [...]string{"From", "Subject", "Date"}

const (
	mailFrom = iota
	mailSubject
	mailDate
)

// mailHeaders are the values of mailHeaderNames; nil is none.
type mailHeaders [len(mailHeaderNames)][]byte

// maxBoundaries is how deep git lets multipart messages nest.
const maxBoundaries = 4

// mailReader reads a mail line by line. Every error is final: git would go on to
// the end and exit with a failure.
type mailReader struct {
	rest []byte // not yet read
	err  error

	headers mailHeaders
	// inBody are the headers at the start of the text, as git send-email writes
	// them for the patches of others. They count only if a patch follows.
	inBody  mailHeaders
	pending []byte // header at the start of the text, to which lines may be added
	inText  bool   // past the headers at the start of the text
	inPatch bool

	encoding   transferEncoding
	charset    string // of the text, "" if not said
	flowed     bool   // RFC 3676: a line that ends in a space goes on
	delSp      bool   // without that space
	boundaries [][]byte
	unfinished []byte // decoded or flowed text that is not yet a line

	body bytes.Buffer
}

// readMailInfo reads what git mailinfo -k makes of mail, which must not be blank.
// Where git fails there is an error: a broken RFC 2047 word in a header that
// counts, an unknown or wrong charset, a NUL in a header, too many nested parts.
func readMailInfo(mail []byte) (mailInfo, error) {
	r := mailReader{rest: bytes.TrimLeft(mail, gitBlanks)}
	first := r.readHeaders(true)
	if r.err == nil {
		r.readBody(first)
	}
	if r.err != nil {
		return mailInfo{}, r.err
	}
	return r.info()
}

// gitBlanks is what git takes for white space.
const gitBlanks = " \t\n\r"

func isGitBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func (r *mailReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// next reads a line with its newline, or what the mail ends in.
func (r *mailReader) next() ([]byte, bool) {
	if len(r.rest) == 0 {
		return nil, false
	}
	n := bytes.IndexByte(r.rest, '\n') + 1
	if n == 0 {
		n = len(r.rest)
	}
	line := r.rest[:n:n]
	r.rest = r.rest[n:]
	return line, true
}

// readHeaders reads header lines, and the first line that is none, which it
// returns without trailing blanks, but with a newline.
//
// If the mail ends before there is such a line, git returns the last header
// again, unfolded and without newline, and so does readHeaders.
func (r *mailReader) readHeaders(override bool) []byte {
	var header []byte
	for r.err == nil {
		line, ok := r.next()
		if !ok {
			return header
		}
		line = bytes.TrimRight(line, gitBlanks)
		if !isHeaderLine(line) {
			return append(bytes.Clone(line), '\n')
		}
		header = bytes.Clone(line)
		for len(r.rest) > 0 && (r.rest[0] == ' ' || r.rest[0] == '\t') {
			more, _ := r.next()
			if more = bytes.TrimRight(more[1:], gitBlanks); len(more) > 0 {
				header = append(append(header, ' '), more...)
			}
		}
		if !r.setHeader(&r.headers, header, override) {
			r.setMIME(header)
		}
	}
	return nil
}

// isHeaderLine says whether line has a field name of RFC 5322 and a colon, or is
// the line that separates mails in a mailbox.
func isHeaderLine(line []byte) bool {
	if bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From ")) {
		return true
	}
	for _, c := range line {
		if c == ':' {
			return true
		}
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return false
}

// headerValue returns what follows "NAME:" and blanks, if line has that name.
func headerValue(line []byte, name string) ([]byte, bool) {
	if len(line) <= len(name) || line[len(name)] != ':' || !strings.EqualFold(string(line[:len(name)]), name) {
		return nil, false
	}
	value := bytes.TrimLeft(line[len(name)+1:], gitBlanks)
	value, _, _ = bytes.Cut(value, []byte{0})
	return value, true
}

// setHeader sets the header that line is, if it is one that counts. One that is
// set stays, unless override is true.
func (r *mailReader) setHeader(headers *mailHeaders, line []byte, override bool) bool {
	for i, name := range mailHeaderNames {
		value, ok := headerValue(line, name)
		if !ok || headers[i] != nil && !override {
			continue
		}
		headers[i] = append([]byte{}, r.decodeWords(value)...)
		return true
	}
	return false
}

// setMIME notes what the header line says about the body.
func (r *mailReader) setMIME(line []byte) {
	if value, ok := headerValue(line, "Content-Type"); ok {
		value := string(r.decodeWords(value))
		format, _ := mimeAttribute(value, "format=")
		delSp, _ := mimeAttribute(value, "delsp=")
		r.flowed, r.delSp = asciiLower(format) == "flowed", asciiLower(delSp) == "yes"
		if boundary, ok := mimeAttribute(value, "boundary="); ok {
			if len(r.boundaries) == maxBoundaries {
				r.fail("more than %d nested parts", maxBoundaries)
				return
			}
			r.boundaries = append(r.boundaries, []byte("--"+boundary))
		}
		r.charset, _ = mimeAttribute(value, "charset=")
	} else if value, ok := headerValue(line, "Content-Transfer-Encoding"); ok {
		r.encoding = transferEncodingOf(string(r.decodeWords(value)))
	}
}

// mimeAttribute finds name, such as "charset=", anywhere in value.
func mimeAttribute(value, name string) (string, bool) {
	i := strings.Index(asciiLower(value), name)
	if i < 0 {
		return "", false
	}
	value = value[i+len(name):]
	ends := "; \t"
	if strings.HasPrefix(value, `"`) {
		value, ends = value[1:], `"`
	}
	if end := strings.IndexAny(value, ends); end >= 0 {
		value = value[:end]
	}
	return value, true
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// info returns what was found. The headers at the start of the text win over the
// others, but only if a patch follows.
func (r *mailReader) info() (mailInfo, error) {
	headers := r.headers
	for i := range headers {
		if r.inPatch && r.inBody[i] != nil {
			headers[i] = r.inBody[i]
		}
		if bytes.IndexByte(headers[i], 0) >= 0 {
			return mailInfo{}, fmt.Errorf("header %s holds a NUL", mailHeaderNames[i])
		}
	}
	info := mailInfo{body: r.body.Bytes()}
	if from := headers[mailFrom]; from != nil {
		info.hasFrom, info.author = true, fromPerson(squeezeBlanks(string(from)))
	}
	if subject := headers[mailSubject]; subject != nil {
		info.hasSubject, info.subject = true, strings.Split(string(subject), "\n")
	}
	if date := headers[mailDate]; date != nil {
		info.hasDate, info.date = true, squeezeBlanks(string(date))
	}
	return info, nil
}

// squeezeBlanks makes one space of each run of blanks.
func squeezeBlanks(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case !isGitBlank(s[i]):
			b = append(b, s[i])
		case i == 0 || !isGitBlank(s[i-1]):
			b = append(b, ' ')
		}
	}
	return string(b)
}
