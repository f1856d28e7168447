package dsc

import (
	"fmt"
	"strings"
)

// Limits of control data. The largest real field, the Package-List of a
// kernel's .dsc, has less than a tenth of these.
const (
	maxControlSize = 16 << 20 // bytes of a paragraph
	maxFields      = 1000
)

// A SyntaxError says where a text breaks the rules of its format.
type SyntaxError struct {
	File  string
	Line  int // from 1; 0 if it is about the whole file
	Cause string
}

func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, e.Cause)
	}
	return fmt.Sprintf("%s: line %d: %s", e.File, e.Line, e.Cause)
}

// A Field is one field of a paragraph of control data.
type Field struct {
	Name  string // as written; names are compared without case
	Value string // lines joined by "\n", without the newline at the end; blanks around each line removed, but not the leading ones of continuation lines
	Line  int    // where it starts, from 1
}

// A Paragraph is a block of fields, deb822(5), in the order in which they stand.
type Paragraph []Field

// Value returns the value of the field called name, whatever its case, or "".
func (p Paragraph) Value(name string) string {
	f, _ := p.Field(name)
	return f.Value
}

// Field returns the field called name, whatever its case.
func (p Paragraph) Field(name string) (f Field, ok bool) {
	for _, f := range p {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return Field{}, false
}

// ParseParagraph reads the only paragraph of text; file is its name, for messages.
// Empty lines may surround it. It is strict where lax readers disagree with each
// other, and so could be played off against each other: a field that occurs
// twice, a line without colon, a continuation line before the first field, a NUL
// or a second paragraph is a [*SyntaxError]. Comments are not allowed (Debian
// Policy 5.1 allows them in debian/control only).
func ParseParagraph(file string, text []byte) (Paragraph, error) {
	ps, err := parseParagraphs(file, text, 1)
	if err != nil {
		return nil, err
	}
	if len(ps) == 0 {
		return nil, &SyntaxError{file, 0, "no control fields in it"}
	}
	return ps[0], nil
}

// ParseParagraphs reads all paragraphs of text, as strictly as [ParseParagraph].
func ParseParagraphs(file string, text []byte) ([]Paragraph, error) {
	return parseParagraphs(file, text, 1<<20)
}

func parseParagraphs(file string, text []byte, most int) ([]Paragraph, error) {
	if len(text) > maxControlSize {
		return nil, &SyntaxError{file, 0, fmt.Sprintf("%d bytes of control data, over the limit of %d", len(text), maxControlSize)}
	}
	var all []Paragraph
	var p Paragraph
	var value []string // the lines of the last field of p
	flush := func() {
		if p != nil {
			p[len(p)-1].Value = strings.Join(value, "\n")
		}
	}
	for n, line := range strings.Split(string(text), "\n") {
		fail := func(format string, args ...any) ([]Paragraph, error) {
			return nil, &SyntaxError{file, n + 1, fmt.Sprintf(format, args...)}
		}
		line := strings.TrimRight(line, " \t\r")
		switch {
		case line == "":
			if flush(); p != nil {
				all = append(all, p)
				p = nil
			}
			continue
		case strings.IndexByte(line, 0) >= 0:
			return fail("NUL character")
		case line[0] == ' ' || line[0] == '\t':
			if p == nil {
				return fail("continuation line before the first field")
			}
			value = append(value, line)
			continue
		}
		name, first, ok := strings.Cut(line, ":")
		if !ok {
			return fail("no colon")
		}
		if err := checkFieldName(name); err != nil {
			return fail("%v", err)
		}
		if p == nil && len(all) == most {
			if most > 1 {
				return fail("more than %d paragraphs", most)
			}
			return fail("a second paragraph")
		}
		if old, twice := p.Field(name); twice {
			return fail("field %s is already in line %d", name, old.Line)
		}
		if len(p) == maxFields {
			return fail("more than %d fields", maxFields)
		}
		flush()
		p = append(p, Field{Name: name, Line: n + 1})
		value = []string{strings.TrimLeft(first, " \t")}
	}
	if flush(); p != nil {
		all = append(all, p)
	}
	return all, nil
}

// checkFieldName applies Debian Policy 5.1: printable ASCII without blank and
// colon, and not starting with "#" or "-".
func checkFieldName(name string) error {
	if name == "" || name[0] == '#' || name[0] == '-' {
		return fmt.Errorf("field name %q", name)
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' {
			return fmt.Errorf("field name %q", name)
		}
	}
	return nil
}

// String returns p as text, with a newline at the end, in the form that
// [ParseParagraph] reads.
func (p Paragraph) String() string {
	var b strings.Builder
	for _, f := range p {
		b.WriteString(f.Name + ":")
		if f.Value != "" && f.Value[0] != '\n' {
			b.WriteByte(' ')
		}
		b.WriteString(f.Value + "\n")
	}
	return b.String()
}
