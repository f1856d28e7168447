package history

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// defaultDistro is the key for the distro of suites that no other setting is about.
const defaultDistro = "dgit.default.distro"

// distroOf returns the distro whose suite is meant: what dgit-suite.SUITE.distro says,
// then dgit-suite.PATTERN.distro, then the distro that has SUITE among the series of
// the package distro-info-data, else dgit.default.distro. The last one is also what is
// meant by the suite "". The name may stand for another one, as
// dgit-distro.DISTRO.alias-canon says.
//
// Of several patterns in one place the longest counts, then the first in the order of bytes.
func (s *Settings) distroOf(suite string) (string, error) {
	if suite == "" {
		return s.defaultDistro()
	}
	for _, key := range []string{"dgit-suite." + suite + ".distro", s.suitePattern(suite)} {
		if distro, ok, err := s.Value(key); err != nil {
			return "", err
		} else if ok {
			return s.canonicalDistro(key, distro)
		}
	}
	if distro := s.series(suite); distro != "" {
		return s.canonicalDistro(defaultDistro, distro)
	}
	return s.defaultDistro()
}

func (s *Settings) defaultDistro() (string, error) {
	distro, _, err := s.Value(defaultDistro)
	if err != nil {
		return "", err
	}
	return s.canonicalDistro(defaultDistro, distro)
}

// saysDistroOf says whether the user's configuration tells whose suite it is.
func (s *Settings) saysDistroOf(suite string) bool {
	own := *s
	own.builtin = nil
	for _, key := range []string{"dgit-suite." + suite + ".distro", own.suitePattern(suite)} {
		if _, ok, err := own.Value(key); ok || err != nil {
			return true
		}
	}
	return false
}

// suitePattern returns the key dgit-suite.PATTERN.distro that is for suite, or "".
func (s *Settings) suitePattern(suite string) string {
	const before, after = "dgit-suite.", ".distro"
	for _, keys := range s.keys(before) {
		best := ""
		for _, key := range keys {
			pattern, ok := strings.CutSuffix(key[len(before):], after)
			if !ok || !strings.ContainsAny(pattern, "*?[") || len(key) <= len(best) {
				continue
			}
			if matched, err := path.Match(pattern, suite); err == nil && matched {
				best = key
			}
		}
		if best != "" {
			return best
		}
	}
	return ""
}

// canonicalDistro returns the name under which the settings are of a distro that key names.
func (s *Settings) canonicalDistro(key, distro string) (string, error) {
	aliasKey := "dgit-distro." + distro + ".alias-canon"
	if canonical, ok, err := s.Value(aliasKey); err != nil {
		return "", err
	} else if ok {
		return checkDistro(aliasKey, canonical)
	}
	return checkDistro(key, distro)
}

// distroName is what a distro may be called: its name goes into refs and fields.
var distroName = regexp.MustCompile(`^[0-9a-zA-Z][-+.0-9a-zA-Z]*$`)

func checkDistro(key, distro string) (string, error) {
	if !distroName.MatchString(distro) {
		return "", &ConfigError{key, distro, "the name of a distro"}
	}
	return distro, nil
}

// backportsOf returns the suite that suite is backports for, by a pattern of the key
// backports-quirk, or false if it is none. In a pattern, "%" or what is between "(" and ")" is the
// other suite, "%" stands for letters a to z, digits and "-", and "*" for any number of these, none included.
func backportsOf(key, pattern, suite string) (string, bool, error) {
	var b strings.Builder
	open, groups := 0, 0
	for _, c := range pattern {
		switch c {
		case '%':
			b.WriteString("([-0-9a-z]+)")
			groups++
		case '(':
			b.WriteString("(")
			open++
			groups++
		case ')':
			b.WriteString(")")
			open--
		case '*':
			b.WriteString("[-0-9a-z]*")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile("^" + b.String() + "$")
	if err != nil || open != 0 || groups == 0 {
		return "", false, &ConfigError{key, pattern, fmt.Sprintf("a pattern with %q or %q", "%", "( )")}
	}
	m := re.FindStringSubmatch(suite)
	if m == nil {
		return "", false, nil
	}
	return m[1], true, nil
}
