package history

import (
	"fmt"
	"strings"

	"debgit/gitmap"
)

// builtin has the settings of the distros that we know, under the same keys as
// the git configuration that overrides them. A distro that says nothing of a git
// server has none.
var builtin = map[string]string{
	"dgit.default.distro":                 "debian",
	"dgit.default.default-suite":          "unstable",
	"dgit-distro.debian.git-check":        "url",
	"dgit-distro.debian.git-check-suffix": "/info/refs",
	"dgit-distro.debian.git-url":          "https://git.dgit.debian.org",
	"dgit-distro.debian.git-url-suffix":   "",
	"dgit-distro.ubuntu.git-check":        "false",
}

// A ConfigError says that the value of a configuration key cannot be used.
type ConfigError struct {
	Key   string
	Value string
	Want  string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("configuration %s is %q, but %s is wanted", e.Key, e.Value, e.Want)
}

// settings looks up what git configuration, or else we, say of distros.
type settings struct{ config gitmap.Config }

// lookup returns the value of a whole key, and whether there is any.
func (s settings) lookup(key string) (string, bool) {
	if values := s.config[key]; len(values) > 0 {
		return values[len(values)-1], true
	}
	v, ok := builtin[key]
	return v, ok
}

// distro returns the value of an access key of a distro, else its default.
func (s settings) distro(distro, key, fallback string) string {
	for _, k := range []string{"dgit-distro." + distro + "." + key, "dgit.default." + key} {
		if v, ok := s.lookup(k); ok {
			return v
		}
	}
	return fallback
}

// distroBool is distro for a boolean, in any of git's spellings.
func (s settings) distroBool(distro, key string, fallback bool) (bool, error) {
	v := s.distro(distro, key, "")
	switch strings.ToLower(v) {
	case "":
		return fallback, nil
	case "true", "yes", "on", "1", "t", "y":
		return true, nil
	case "false", "no", "off", "0", "f", "n":
		return false, nil
	}
	return false, &ConfigError{"dgit-distro." + distro + "." + key, v, "a boolean"}
}

// defaultSuite is the suite that a command means that names none.
func (s settings) defaultSuite(distro string) string {
	return s.distro(distro, "default-suite", "sid")
}
