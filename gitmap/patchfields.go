package gitmap

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// headerField is what a header says on something. It may be known to be empty.
type headerField struct {
	text  string
	known bool
}

func (f *headerField) set(text string) { *f = headerField{text, true} }

// headerFields is a header while it is read.
type headerFields struct {
	author, email, subject, date headerField

	long string
}

// addMail takes over what git found in the header, as a mail. All must be UTF-8,
// except for the body, where other bytes become "\xNN".
func (f *headerFields) addMail(info mailInfo) error {
	if info.hasFrom {
		f.author.set(trimSpace(info.author.name))
		f.email.set(trimSpace(info.author.email))
	}
	for _, line := range info.subject { // the last line is the subject
		if !utf8.ValidString(line) {
			return fmt.Errorf("subject %q is not UTF-8", line)
		}
		f.subject.set(trimSpace(line))
	}
	if info.hasDate {
		f.date.set(trimSpace(info.date))
	}
	for _, field := range []headerField{f.author, f.email, f.date} {
		if !utf8.ValidString(field.text) {
			return fmt.Errorf("%q is not UTF-8", field.text)
		}
	}
	f.long = escapeInvalid(info.body)
	return nil
}

// addDEP3 adds the fields of the header as DEP-3 has them, one after the other:
//
//   - Author and From: name and address, unless both are known. Without "<...>"
//     all is name.
//   - Subject and Description: the first line is the subject, the others go before
//     the long text. If a subject is known, this field counts for nothing, and
//     nor do those before it count as something new.
//   - Date: the date, unless one is known.
//   - Content-Type and other fields of MIME are nothing.
//   - Any other field goes unchanged to the top of the long text.
//
// If no field counted as new, the long text stays as it was. (Names, subjects and
// dates stay changed.)
func (f *headerFields) addDEP3(patch []byte) {
	fields := dep3Fields(patch)
	changes := 0
	more := ""
	var other strings.Builder
	for _, field := range fields {
		if field.key == leadingText {
			more = field.value()
		}
	}
	for _, field := range fields {
		switch field.key {
		case "author", "from":
			if !f.author.known || !f.email.known {
				f.setAuthor(trimSpace(field.value()))
				changes++
			}
		case "subject", "description":
			if f.subject.known {
				changes = 0
				continue
			}
			subject, rest, _ := strings.Cut(trimSpaceLeft(field.value()), "\n")
			f.subject.set(subject)
			more = rest + more
			changes++
		case "date":
			if !f.date.known {
				f.date.set(trimSpace(field.value()))
				changes++
			}
		case leadingText, "content-transfer-encoding", "content-type", "mime-version":
		default:
			for _, line := range field.lines {
				other.WriteString(line)
			}
			changes++
		}
	}
	if changes == 0 {
		return
	}
	if other.Len() > 0 {
		other.WriteByte('\n')
	}
	f.long = other.String() + more + f.long
}

var authorWithEmail = regexp.MustCompile(`^(.*)<([^<>]+)>`)

func (f *headerFields) setAuthor(value string) {
	if m := authorWithEmail.FindStringSubmatch(value); m != nil {
		value = trimSpace(m[1])
		f.email.set(m[2])
	}
	f.author.set(value)
}

// dep3Field is a field of a DEP-3 header: all lines of that name, with their
// continuation lines, wherever they are.
type dep3Field struct {
	key   string   // in lower case
	lines []string // each with its newline, if it has one
}

// leadingText is the key of what precedes the first field. (A field of that name
// is taken for leading text, too, as gbp pq takes it.)
const leadingText = "long_desc"

// endOfDEP3 is found in the first line that is no longer header.
var endOfDEP3 = regexp.MustCompile(`(?s)(?:---|\*\*\*|Index:)[ \t][^ \t]|^diff -|^---`)

// dep3Fields reads the header of a patch in the order of the first appearance of
// each field. The header ends before a patch, or before a line that has no colon
// and does not continue another.
func dep3Fields(patch []byte) []*dep3Field {
	var fields []*dep3Field
	byKey := map[string]*dep3Field{}
	key := leadingText
	for lines := (textLines{rest: patch}); ; {
		line, ok := lines.next()
		if !ok || endOfDEP3.MatchString(line) {
			return fields
		}
		if !strings.HasPrefix(line, " ") {
			name, _, ok := strings.Cut(line, ":")
			if !ok {
				return fields
			}
			key = strings.ToLower(strings.ReplaceAll(name, "\u0130", "i\u0307")) // as Python does
		}
		field := byKey[key]
		if field == nil {
			field = &dep3Field{key: key}
			byKey[key] = field
			fields = append(fields, field)
		}
		field.lines = append(field.lines, line)
	}
}

// value is the text of the field: without names, and without what continuation
// lines start with, a space or, for an empty line, a space and a dot.
func (f *dep3Field) value() string {
	var b strings.Builder
	for _, line := range f.lines {
		if text, ok := strings.CutPrefix(line, " "); ok {
			if text == ".\n" {
				text = "\n"
			}
			b.WriteString(text)
			continue
		}
		_, text, _ := strings.Cut(line, ":")
		b.WriteString(trimSpaceLeft(text))
	}
	return b.String()
}
