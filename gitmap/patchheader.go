package gitmap

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"debgit/dsc"
)

// patchHeader is what the text before the first hunk of a patch says about it.
// Its texts are UTF-8.
type patchHeader struct {
	entry   dsc.SeriesEntry
	subject string
	long    string // the message below the subject
	author  person // a part that is not known is empty
	date    string // as written, empty if not known
}

// PatchHeaderError is the refusal of a patch because no commit can say what its
// header says.
type PatchHeaderError struct {
	Patch   string // as the series has it
	Problem string
}

func (e *PatchHeaderError) Error() string {
	return fmt.Sprintf("header of patch %q: %s", e.Patch, e.Problem)
}

// readPatchHeader reads the header of the patch of e. It reads it twice, and the
// second reading completes the first:
//
//  1. What precedes the first line "---" as mail, by readMailInfo. Author, address,
//     subject and date are known from then on if the mail has the header, even if
//     that is empty. The text of the mail is the long text.
//  2. The whole file as DEP-3, by addDEP3.
//
// Without any subject the name of the patch is the subject, less ".patch" or
// ".diff" and the digits and hyphens that it starts with.
//
// An error is a *PatchHeaderError.
func readPatchHeader(e dsc.SeriesEntry, patch []byte) (patchHeader, error) {
	var f headerFields
	if mail := mailPart(patch); len(bytes.Trim(mail, asciiBlanks)) > 0 {
		info, err := readMailInfo(mail)
		if err == nil {
			err = f.addMail(info)
		}
		if err != nil {
			return patchHeader{}, &PatchHeaderError{e.Name, err.Error()}
		}
	}
	f.addDEP3(patch)
	if !f.subject.known {
		f.subject.set(subjectOfName(e.Base()))
	}
	if strings.IndexByte(f.subject.text+f.long, 0) >= 0 {
		return patchHeader{}, &PatchHeaderError{e.Name, "the description holds a NUL byte, which a commit message cannot"}
	}
	return patchHeader{
		entry:   e,
		subject: f.subject.text,
		long:    f.long,
		author:  person{f.author.text, f.email.text},
		date:    f.date.text,
	}, nil
}

const asciiBlanks = " \t\n\r\v\f"

// mailPart returns what precedes the first line "---".
func mailPart(patch []byte) []byte {
	const mark = "---\n"
	if bytes.HasPrefix(patch, []byte(mark)) {
		return nil
	}
	if i := bytes.Index(patch, []byte("\n"+mark)); i >= 0 {
		return patch[:i+1]
	}
	return patch
}

// subjectOfName makes a subject of the name of a patch that has none.
func subjectOfName(base string) string {
	for _, suffix := range []string{".diff", ".patch"} {
		if s, ok := strings.CutSuffix(base, suffix); ok {
			base = s
			break
		}
	}
	if s := strings.TrimLeft(base, "0123456789-"); s != "" {
		return s
	}
	return base
}

// message is the message of the commit of the patch.
func (h patchHeader) message() string {
	var b strings.Builder
	b.WriteString(h.subject + "\n\n" + h.long)
	if topic := h.entry.Topic; topic != "" {
		b.WriteString("\nGbp-Pq: Topic " + topic)
	}
	if base := h.entry.Base(); base != "" {
		b.WriteString("\nGbp-Pq: Name " + base)
	}
	return commitText(b.String())
}

// rebasedMessage is the message of the same commit in the fallback, where git
// rebase drops blank lines at the start.
func (h patchHeader) rebasedMessage() string {
	message := h.message()
	for {
		line, rest, ok := strings.Cut(message, "\n")
		if !ok || strings.Trim(line, gitBlanks) != "" {
			return message
		}
		message = rest
	}
}

// unusableAuthorError says that git would refuse to make a commit by the author of
// a patch. The series is then imported by the fallback, where the importer is the
// author of the patch.
type unusableAuthorError struct {
	patch string
	cause error // *identError or *dateError
}

func (e *unusableAuthorError) Error() string {
	return fmt.Sprintf("author of patch %q: %v", e.patch, e.cause)
}

func (e *unusableAuthorError) Unwrap() error { return e.cause }

// authorLine is the author line of the commit of the patch. The author is, in this
// order: who the header names, with an address, and the header's date, if any;
// control, the maintainer in debian/control, unless the name is empty; the signer of
// the newest changelog stanza, for each part that is still missing. The date of
// that stanza, "SECONDS ZONE", is used where there is no other.
//
// An error is an *unusableAuthorError or a *PatchHeaderError.
func (h patchHeader) authorLine(control, newest person, newestDate string) (string, error) {
	p, date := h.author, h.date
	if (p.name == "" || p.email == "") && control.name != "" {
		p, date = control, ""
	}
	if strings.IndexByte(p.name+p.email+date, 0) >= 0 {
		return "", &PatchHeaderError{h.entry.Name, "the author or date holds a NUL byte"}
	}
	if p.name == "" {
		p.name = newest.name
	}
	if p.email == "" {
		p.email = newest.email
	}
	if date == "" {
		date = newestDate
	}
	line, err := identLine(p, date)
	if err != nil {
		return "", &unusableAuthorError{h.entry.Name, err}
	}
	return line, nil
}

// maintainerField is found in debian/control, of which gbp pq reads CR as the end
// of a line, too. The name is greedy: it reaches to the last "<" of the line.
var maintainerField = regexp.MustCompile(`(?:^|[\r\n])Maintainer: +([^\r\n]*[^ \r\n]) *<([^\r\n]*)>`)

// controlMaintainer is the first maintainer that debian/control names, of any
// paragraph; an empty person if it names none. An error says that dgit cannot read
// that far, as control is not UTF-8; the bytes are kept.
func controlMaintainer(control []byte) (person, error) {
	read := control
	var p person
	if m := maintainerField.FindSubmatchIndex(control); m != nil {
		p = person{string(control[m[2]:m[3]]), string(control[m[4]:m[5]])}
		// gbp reads line by line, but Python decodes in chunks.
		const chunk = 8192
		if end := bytes.IndexAny(control[m[1]:], "\r\n"); end >= 0 {
			read = control[:min(len(control), ((m[1]+end)/chunk+1)*chunk)]
		}
	}
	for i := len(read) - 1; len(read) < len(control) && i >= len(read)-utf8.UTFMax; i-- {
		if utf8.RuneStart(read[i]) && !utf8.FullRune(read[i:]) {
			read = read[:i] // its end is in the next chunk
		}
	}
	if !utf8.Valid(read) {
		return p, fmt.Errorf("%s is not UTF-8", controlName)
	}
	return p, nil
}
