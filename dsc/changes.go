package dsc

import (
	"fmt"
	"regexp"
	"strings"
)

// Changes is what a .changes file says, deb-changes(5).
type Changes struct {
	ID                      // the version is that of the upload
	Distribution  string    // the suite that it is for
	Architectures []string  // "source" among them if the source package is
	Files         []File    // in the order of the strongest list of checksums; at least one
	Places        []Section // by the file that they are of, in the order of the field Files
	Fields        Paragraph
}

// A Section is what the field Files of a .changes says of a file besides its digest.
type Section struct {
	Name     string // of the file
	Section  string
	Priority string
}

// IsSourceOnly says whether there is nothing but a source package in the upload.
func (c *Changes) IsSourceOnly() bool {
	return len(c.Architectures) == 1 && c.Architectures[0] == "source"
}

// Dsc returns the name of the .dsc in the upload, or "".
func (c *Changes) Dsc() string {
	for _, f := range c.Files {
		if strings.HasSuffix(f.Name, ".dsc") {
			return f.Name
		}
	}
	return ""
}

// changesSource is the form of the field Source of a .changes: a version after the name is that of
// the source package where the upload is of binaries with another version.
var changesSource = regexp.MustCompile(`^(\S+)(?: \([^()\s]+\))?$`)

// changesLine is the form of a line of the field Files of a .changes.
var changesLine = regexp.MustCompile(`^[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)[ \t]+(\S+)$`)

// ParseChanges reads the control fields of a .changes, without any signature around them;
// file is its name, for messages. What breaks the format is a [*SyntaxError].
//
// The lists of files are read as by [Parse]; all three that are there must agree. One is
// the field Files, which deb-changes(5) requires: only it has [Changes.Places].
func ParseChanges(file string, text []byte) (*Changes, error) {
	p, err := ParseParagraph(file, text)
	if err != nil {
		return nil, err
	}
	c := &Changes{Fields: p, Distribution: p.Value("Distribution"), Architectures: strings.Fields(p.Value("Architecture"))}
	plain := append(Paragraph(nil), p...) // as a .dsc has it
	for i, f := range plain {
		switch {
		case strings.EqualFold(f.Name, "Source"):
			if m := changesSource.FindStringSubmatch(f.Value); m != nil {
				plain[i].Value = m[1]
			}
		case strings.EqualFold(f.Name, "Files"):
			if plain[i].Value, c.Places, err = splitPlaces(file, f); err != nil {
				return nil, err
			}
		}
	}
	if _, ok := p.Field("Files"); !ok {
		return nil, &SyntaxError{file, 0, "no field Files"}
	}
	if err := parseID(file, plain, &c.ID); err != nil {
		return nil, err
	}
	if c.Files, err = parseFiles(file, plain); err != nil {
		return nil, err
	}
	return c, nil
}

// splitPlaces takes sections and priorities out of the field Files of a .changes.
func splitPlaces(file string, files Field) (rest string, places []Section, err error) {
	lines := strings.Split(files.Value, "\n")
	for i, line := range lines[1:] {
		m := changesLine.FindStringSubmatch(line)
		if m == nil {
			return "", nil, &SyntaxError{file, files.Line + 1 + i, fmt.Sprintf("%q is not of the form \"DIGEST SIZE SECTION PRIORITY NAME\"", line)}
		}
		places = append(places, Section{Name: m[5], Section: m[3], Priority: m[4]})
		lines[1+i] = " " + m[1] + " " + m[2] + " " + m[5]
	}
	return strings.Join(lines, "\n"), places, nil
}
