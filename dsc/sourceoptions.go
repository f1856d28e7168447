package dsc

import (
	"regexp"
	"strings"
)

// SourceOptions returns the options in a debian/source/options or local-options, in
// the form in which dpkg-source(1) takes them on its command line. Lines that it
// passes over are left out; nothing is an error.
func SourceOptions(data []byte) []string {
	var options []string
	for line := range strings.SplitSeq(string(data), "\n") {
		line = strings.Trim(line, asciiSpace)
		if m := optionEquals.FindStringIndex(line); m != nil {
			line = line[:m[0]] + "=" + line[m[1]:]
		} else if !strings.Contains(line, "=") {
			name, value := cutWord(line)
			if value != "" {
				line = name + "=" + value
			}
		}
		if line == "" || line[0] == '#' || line[0] == '=' || line[0] == '-' && len(line) > 1 && line[1] != '-' {
			continue
		}
		name, value, valued := strings.Cut(line, "=")
		if line[0] != '-' {
			name = "--" + name
		}
		if !valued {
			options = append(options, name)
			continue
		}
		for _, quote := range []string{`"`, `'`} {
			if len(value) > 1 && strings.HasPrefix(value, quote) && strings.HasSuffix(value, quote) {
				value = value[1 : len(value)-1]
				break
			}
		}
		options = append(options, name+"="+value)
	}
	return options
}

var optionEquals = regexp.MustCompile(`[\s\v]+=[\s\v]+`)

// cutWord cuts s at its first white space.
func cutWord(s string) (word, rest string) {
	i := strings.IndexAny(s, asciiSpace)
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimLeft(s[i:], asciiSpace)
}
