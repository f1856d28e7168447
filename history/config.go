package history

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/gitmap"
)

// Settings is what the git configuration says of distros and suites, and what we say
// where it is silent, under the keys of dgit(1).
//
// A key is looked for in options such as -c, then in the configuration of the
// repository, of the user, and of the system, then among the built-in settings. The
// first that has it counts. Of options, the last one for a key counts; elsewhere a key
// that must have one value and has several is a [*RepeatedKeyError].
type Settings struct {
	command gitmap.Config
	files   []configFile // those that count first come first
	builtin map[string]string
	getenv  func(string) string
	series  func(suite string) string // the distro of which suite is a series, or ""
}

// A configFile is one of the places where git keeps configuration in files.
type configFile struct {
	whose  string
	values gitmap.Config
}

// NewSettings returns the settings that a configuration makes. The variables of getenv
// have a say in what is built in, see [Settings].
func NewSettings(c gitmap.ConfigScopes, getenv func(string) string) *Settings {
	return &Settings{
		command: c.Command,
		files: []configFile{
			{"this work tree's", c.Worktree},
			{"the repository's", c.Local},
			{"the user's", c.Global},
			{"the system's", c.System},
		},
		builtin: builtinSettings(getenv),
		getenv:  getenv,
		series:  archive.SeriesDistro,
	}
}

// A ConfigError says that the value of a configuration key cannot be used.
type ConfigError struct {
	Key   string
	Value string
	Want  string // what a value must be
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("configuration %s is %q, but %s is wanted", e.Key, e.Value, e.Want)
}

// A RepeatedKeyError says that a configuration key that must have one value has
// several in one place.
type RepeatedKeyError struct {
	Key    string
	Whose  string // such as "the user's"
	Values []string
}

func (e *RepeatedKeyError) Error() string {
	return fmt.Sprintf("configuration %s has %d values in %s configuration: %q", e.Key, len(e.Values), e.Whose, e.Values)
}

// A MissingKeyError says that none of some configuration keys has a value.
type MissingKeyError struct{ Keys []string }

func (e *MissingKeyError) Error() string {
	return "a value is needed for one of the configuration keys " + strings.Join(e.Keys, ", ")
}

// Value returns the value of a whole key, such as "dgit.default.distro", and whether
// there is any.
func (s *Settings) Value(key string) (value string, ok bool, err error) {
	if values := s.command.Values(key); len(values) > 0 {
		return values[len(values)-1], true, nil
	}
	for _, file := range s.files {
		switch values := file.values.Values(key); len(values) {
		case 0:
		case 1:
			return values[0], true, nil
		default:
			return "", false, &RepeatedKeyError{key, file.whose, values}
		}
	}
	value, ok = s.builtin[key]
	return value, ok, nil
}

// all returns all values of a whole key, in git's order: those of the system first.
// Of options, only the last one is among them.
func (s *Settings) all(key string) []string {
	var values []string
	for _, file := range slices.Backward(s.files) {
		values = append(values, file.values.Values(key)...)
	}
	if options := s.command.Values(key); len(options) > 0 {
		values = append(values, options[len(options)-1])
	}
	return values
}

// keys returns the whole keys that begin with prefix, sorted, by the place that
// they are in: options first, the built-in settings last.
func (s *Settings) keys(prefix string) [][]string {
	begins := func(keys []string) []string {
		return slices.DeleteFunc(keys, func(key string) bool { return !strings.HasPrefix(key, prefix) })
	}
	places := [][]string{begins(slices.Sorted(maps.Keys(s.command)))}
	for _, file := range s.files {
		places = append(places, begins(slices.Sorted(maps.Keys(file.values))))
	}
	return append(places, begins(slices.Sorted(maps.Keys(s.builtin))))
}

// distroOr returns distro or, if it is "", the default one.
func (s *Settings) distroOr(distro string) (string, error) {
	if distro != "" {
		return distro, nil
	}
	distro, _, err := s.Value("dgit.default.distro")
	return distro, err
}

// defaultSuite is the suite that a command means that names none. The distro that the
// option -d names may have one of its own; without the option, distro is "".
func (s *Settings) defaultSuite(distro string) (string, error) {
	if distro != "" {
		if suite, ok, err := s.Value("dgit-distro." + distro + ".default-suite"); ok || err != nil {
			return suite, err
		}
	}
	suite, _, err := s.Value("dgit.default.default-suite")
	return suite, err
}

// isTrue reads a boolean as dgit does: by its first letter. Git's "on" and "off" are
// no words of dgit's, but mean what they say.
func isTrue(key, value string) (bool, error) {
	switch v := strings.ToLower(value); {
	case v == "on":
		return true, nil
	case v == "off":
		return false, nil
	case v != "" && strings.Contains("ty1", v[:1]):
		return true, nil
	case v != "" && strings.Contains("fn0", v[:1]):
		return false, nil
	}
	return false, &ConfigError{key, value, "a boolean"}
}
