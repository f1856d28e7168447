package history

import (
	"regexp"
	"strings"
)

// aptgetSuite returns the suite as its mirror has it below dists/, by the key aptget-suite-map.
func (a *Access) aptgetSuite(suite string) (string, error) {
	return a.mapSuite("aptget-suite-map", suite)
}

// aptgetCodename returns the codename of a suite whose Release file says so, by the key
// aptget-suite-rmap.
func (a *Access) aptgetCodename(says string) (string, error) {
	return a.mapSuite("aptget-suite-rmap", says)
}

func (a *Access) mapSuite(key, suite string) (string, error) {
	whole, value, ok, err := a.find(key)
	if err != nil || !ok {
		return suite, err
	}
	substitutions, ok := parseSubstitutions(value)
	if !ok {
		return "", &ConfigError{whole, value, "a sequence of s#PATTERN#REPLACEMENT#, with ; between them,"}
	}
	for _, s := range substitutions {
		suite = s.apply(suite)
	}
	return suite, nil
}

// A substitution is the form of Perl's s/// that maps of suites are written in: dgit
// runs them as programs, we only take these.
type substitution struct {
	pattern     *regexp.Regexp
	replacement string // for [regexp.Regexp.Expand]
	all         bool
}

func (s substitution) apply(suite string) string {
	if s.all {
		return s.pattern.ReplaceAllString(suite, s.replacement)
	}
	m := s.pattern.FindStringSubmatchIndex(suite)
	if m == nil {
		return suite
	}
	return suite[:m[0]] + string(s.pattern.ExpandString(nil, s.replacement, suite, m)) + suite[m[1]:]
}

// replacementReference is how a replacement names a group.
var replacementReference = regexp.MustCompile(`\$\{?(\d+)\}?|\\(\d)`)

// parseSubstitutions reads s#PATTERN#REPLACEMENT#FLAGS; ..., where "#" may be any other of #/,!|~,
// and FLAGS may hold "g" and "i". Not everything that Perl understands is: false then.
func parseSubstitutions(text string) ([]substitution, bool) {
	var all []substitution
	for text = strings.TrimLeft(text, " \t\n;"); text != ""; text = strings.TrimLeft(text, " \t\n;") {
		if len(text) < 2 || text[0] != 's' || !strings.ContainsRune("#/,!|~", rune(text[1])) {
			return nil, false
		}
		parts := strings.SplitN(text[2:], text[1:2], 3)
		if len(parts) < 3 || strings.Contains(parts[0]+parts[1], `\`+text[1:2]) {
			return nil, false
		}
		flags, rest, _ := strings.Cut(parts[2], ";")
		s, ok := newSubstitution(parts[0], parts[1], strings.TrimSpace(flags))
		if !ok {
			return nil, false
		}
		all, text = append(all, s), rest
	}
	return all, true
}

func newSubstitution(pattern, replacement, flags string) (substitution, bool) {
	if strings.Trim(flags, "gi") != "" || strings.Contains(pattern, "$") && !strings.HasSuffix(pattern, "$") {
		return substitution{}, false
	}
	if strings.Contains(flags, "i") {
		pattern = "(?i)" + pattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return substitution{}, false
	}
	plain := replacementReference.ReplaceAllString(replacement, "")
	if strings.ContainsAny(plain, `$@\`) {
		return substitution{}, false
	}
	return substitution{re, replacementReference.ReplaceAllString(replacement, "$${$1$2}"), strings.Contains(flags, "g")}, true
}
