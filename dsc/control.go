package dsc

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// A controlStanza is a paragraph of debian/control or debian/tests/control.
type controlStanza struct {
	line   int // of its last line, from 1
	values map[string]string
}

// readControlStanzas reads a control file of the packaging as dpkg-source(1) does: more
// laxly than [ParseParagraphs], which reads what an archive signs. Comments are
// left out, and a word alone in a line is a field without a value.
func readControlStanzas(file string, data []byte) ([]controlStanza, error) {
	var all []controlStanza
	var stanza controlStanza
	field := ""
	var value []string // the lines of field
	flush := func() {
		if field == "" {
			return
		}
		if stanza.values == nil {
			stanza.values = map[string]string{}
		}
		stanza.values[field] = strings.Join(value, "\n")
	}
	for n := 1; len(data) > 0; n++ {
		var raw []byte
		raw, data, _ = bytes.Cut(data, []byte("\n"))
		line := strings.TrimRight(string(raw), asciiSpace)
		fail := func(cause string) ([]controlStanza, error) {
			return nil, &SyntaxError{file, n, cause}
		}
		if line == "" {
			if flush(); stanza.values != nil {
				all = append(all, stanza)
			}
			stanza, field = controlStanza{}, ""
			continue
		}
		if line[0] == '#' {
			continue
		}
		name, first, _ := strings.Cut(line, ":")
		name = strings.TrimRight(name, asciiSpace)
		switch {
		case name != "" && !strings.ContainsAny(name, asciiSpace):
			if name[0] == '-' {
				return fail("a field cannot start with a hyphen")
			}
			flush()
			field = strings.ToLower(name)
			if _, twice := stanza.values[field]; twice {
				return fail(fmt.Sprintf("the field %s is there already", name))
			}
			value = []string{strings.TrimLeft(first, asciiSpace)}
		case strings.IndexByte(asciiSpace, line[0]) < 0:
			return fail("neither a field nor the continuation of one")
		case field == "":
			return fail("continues no field")
		default:
			value = append(value, line[1:])
		}
		stanza.line = n
	}
	if flush(); stanza.values != nil {
		all = append(all, stanza)
	}
	return all, nil
}

// CheckControl refuses a debian/control with which dpkg-source(1) would not work, as when
// it prepares a tree for a build: its fields, those of the dependencies for a build, and the
// architectures must be well formed. It returns the name of the source package. What
// breaks the format is a [*SyntaxError].
func CheckControl(file string, data []byte) (source string, err error) {
	stanzas, err := readControlStanzas(file, data)
	if err != nil {
		return "", err
	}
	if len(stanzas) == 0 {
		return "", &SyntaxError{file, 0, "has no fields"}
	}
	first := stanzas[0]
	source, ok := first.values["source"]
	if !ok {
		return "", &SyntaxError{file, first.line, "the first stanza has no field Source"}
	}
	if !dpkgPackageName.MatchString(source) {
		return "", &SyntaxError{file, 0, fmt.Sprintf("%q is no name of a source package", source)}
	}
	if len(stanzas) == 1 {
		return "", &SyntaxError{file, 0, "has no binary package"}
	}
	for _, s := range stanzas[1:] {
		for _, name := range []string{"Package", "Architecture"} {
			if _, ok := s.values[strings.ToLower(name)]; !ok {
				return "", &SyntaxError{file, s.line, "a stanza without a field " + name}
			}
		}
	}
	for _, kind := range []string{"Depends", "Conflicts"} {
		for _, suffix := range []string{"", "-Arch", "-Indep"} {
			name := "Build-" + kind + suffix
			if err := checkBuildRelations(first.values[strings.ToLower(name)], kind == "Conflicts"); err != nil {
				return "", &SyntaxError{file, 0, fmt.Sprintf("%s: %v", name, err)}
			}
		}
	}
	for _, s := range stanzas[1:] {
		if err := checkArchitectures(s.values["architecture"]); err != nil {
			return "", &SyntaxError{file, s.line, err.Error()}
		}
	}
	return source, nil
}

// dpkgPackageName is laxer than Debian Policy 5.6.1 on the length.
var dpkgPackageName = regexp.MustCompile(`^[0-9a-z][-+.0-9a-z]*$`)

// CheckTests refuses a debian/tests/control with which dpkg-source(1) would not work. What
// breaks the format is a [*SyntaxError].
func CheckTests(file string, data []byte) error {
	stanzas, err := readControlStanzas(file, data)
	if err != nil {
		return err
	}
	for _, s := range stanzas {
		_, tests := s.values["tests"]
		_, command := s.values["test-command"]
		if !tests && !command {
			return &SyntaxError{file, s.line, "a stanza with neither Tests nor Test-Command"}
		}
	}
	return nil
}

const architectureName = `!?[a-zA-Z0-9][a-zA-Z0-9-]*`

var (
	architecture = regexp.MustCompile(`^` + architectureName + `$`)
	// buildRelation is deb-src-control(5)'s, with the names of architectures apart.
	buildRelation = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9+.-]*(?::[a-zA-Z0-9][a-zA-Z0-9-]*)?` +
		`(?:[\s\v]*\([\s\v]*(?:<<|<=|=|>=|>>|[<>])[\s\v]*[^)\s\v]+[\s\v]*\))?` +
		`(?:[\s\v]*\[[\s\v]*([^\]]+)[\s\v]*\])?` +
		`(?:[\s\v]*<[\s\v]*[^>]+[\s\v]*>)*$`)
)

// checkBuildRelations checks a list of packages that a build needs, or that it must not
// meet: the latter knows no alternatives.
func checkBuildRelations(value string, conflicts bool) error {
	value = strings.Trim(value, asciiSpace)
	// Perl's split drops what is empty at the end, and gives nothing for nothing.
	for _, alternatives := range trimEmpty(strings.Split(value, ",")) {
		relations := trimEmpty(strings.Split(alternatives, "|"))
		if conflicts && len(relations) > 1 {
			return fmt.Errorf("%q has alternatives", alternatives)
		}
		for _, r := range relations {
			r = strings.Trim(r, asciiSpace)
			m := buildRelation.FindStringSubmatch(r)
			if m == nil {
				return fmt.Errorf("%q is no relation to a package", r)
			}
			for _, name := range strings.FieldsFunc(m[1], isAsciiSpace) {
				if !architecture.MatchString(name) {
					return fmt.Errorf("%q is no architecture", name)
				}
			}
		}
	}
	return nil
}

func trimEmpty(list []string) []string {
	for len(list) > 0 && strings.Trim(list[len(list)-1], asciiSpace) == "" {
		list = list[:len(list)-1]
	}
	return list
}

func isAsciiSpace(r rune) bool { return r < 0x80 && strings.IndexByte(asciiSpace, byte(r)) >= 0 }

// checkArchitectures checks the field Architecture of a binary package.
func checkArchitectures(value string) error {
	if value == "any" || value == "all" {
		return nil
	}
	for _, name := range strings.FieldsFunc(value, isAsciiSpace) {
		switch {
		case !architecture.MatchString(name):
			return fmt.Errorf("%q is no architecture", name)
		case name == "any" || name == "all":
			return fmt.Errorf("the architecture %q beside others", name)
		}
	}
	return nil
}
