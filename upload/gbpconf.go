package upload

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gbpConf is debian/gbp.conf, gbp.conf(5): a configuration file as Python's configparser
// reads it if keys without a value are allowed, and sections and keys may occur again.
type gbpConf map[string]map[string]*gbpValue // by section and by key in lower case

type gbpValue struct {
	lines []string
	known bool // no: the key stands alone
}

// defaultSection has what all sections have.
const defaultSection = "DEFAULT"

var (
	gbpSection = regexp.MustCompile(`^\[(.+)\]`)
	gbpOption  = regexp.MustCompile(`^(.*?)\s*(?:([=:])\s*(.*))?$`)
)

// parseGBPConf reads a configuration file. An error says why git-buildpackage refuses it.
func parseGBPConf(data []byte) (gbpConf, error) {
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("it is not UTF-8")
	}
	conf := gbpConf{}
	var section map[string]*gbpValue
	var last *gbpValue // which lines with a larger indent than its own continue
	indent, number := 0, 0
	for raw := range bytes.Lines(data) {
		number++
		line := strings.TrimRightFunc(string(raw), unicode.IsSpace)
		text := strings.TrimLeftFunc(line, unicode.IsSpace)
		switch {
		case text == "":
			if last == nil || !last.known {
				indent = math.MaxInt
			}
			continue
		case text[0] == '#' || text[0] == ';':
			continue
		case last != nil && len(line)-len(text) > indent:
			if !last.known {
				return nil, fmt.Errorf("line %d continues a key without a value", number)
			}
			last.lines = append(last.lines, text)
			continue
		}
		indent = len(line) - len(text)
		if m := gbpSection.FindStringSubmatch(text); m != nil {
			if section = conf[m[1]]; section == nil {
				section = map[string]*gbpValue{}
				conf[m[1]] = section
			}
			last = nil
			continue
		}
		m := gbpOption.FindStringSubmatch(text)
		switch {
		case section == nil:
			return nil, fmt.Errorf("line %d is in no section", number)
		case m[1] == "":
			return nil, fmt.Errorf("line %d has no key", number)
		}
		last = &gbpValue{[]string{m[3]}, m[2] != ""}
		section[strings.ToLower(m[1])] = last
	}
	return conf, nil
}

// value returns what a section says of a key, with each "%(NAME)s" replaced: by what vars has
// of it, else by what the section, or the default section, says. ok is false if the section is not
// there, or says nothing of the key.
func (c gbpConf) value(section, key string, vars map[string]string) (value string, ok bool, err error) {
	if c[section] == nil {
		return "", false, nil
	}
	value, ok = c.raw(section, key)
	if ok {
		value, err = c.interpolate(section, value, vars, 0)
	}
	if err != nil {
		err = fmt.Errorf("%s in section %s: %w", key, section, err)
	}
	return value, ok, err
}

func (c gbpConf) raw(section, key string) (string, bool) {
	v := c[section][key]
	if v == nil {
		v = c[defaultSection][key]
	}
	if v == nil {
		return "", false
	}
	return strings.TrimRightFunc(strings.Join(v.lines, "\n"), unicode.IsSpace), true
}

// maxInterpolation is how deep configparser goes.
const maxInterpolation = 10

func (c gbpConf) interpolate(section, value string, vars map[string]string, depth int) (string, error) {
	var b strings.Builder
	if depth > maxInterpolation {
		return "", fmt.Errorf("values name each other without an end")
	}
	for {
		before, rest, found := strings.Cut(value, "%")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		if after, ok := strings.CutPrefix(rest, "%"); ok {
			b.WriteString("%")
			value = after
			continue
		}
		name, after, ok := strings.Cut(rest, ")s")
		if !ok || !strings.HasPrefix(name, "(") || strings.Contains(name, ")") {
			return "", fmt.Errorf("%q: %% is followed by neither %% nor (NAME)s", "%"+rest)
		}
		value = after
		name = strings.ToLower(name[1:])
		text, known := vars[name]
		if !known {
			if text, known = c.raw(section, name); !known {
				return "", fmt.Errorf("%%(%s)s has no value", name)
			}
			var err error
			if text, err = c.interpolate(section, text, vars, depth+1); err != nil {
				return "", err
			}
		}
		b.WriteString(text)
	}
}
