package history

import (
	"fmt"
	"slices"
	"strings"
)

// AccessOptions say whose services are meant, and what for.
type AccessOptions struct {
	Distro string // default: that of Suite
	Suite  string // the name that was asked for; "" if no suite matters
	Push   bool   // for a push
	New    bool   // packages that are new to the distro may be pushed: the option --new
}

// An Access answers for the services of one distro, in the way that dgit calls access
// configuration. The settings of several distros may have a say: of that to which the
// git server diverts a package, of the distro of backports, of the distro itself, and of its nominal distro, in
// this order, then dgit.default. When pushing, NAME/push comes before each NAME.
type Access struct {
	Suite   string // as in AccessOptions
	Base    string // the distro
	Nominal string // whose name stands in tags and fields
	Push    bool   // the settings for pushing count

	settings *Settings
	divert   string // distro to which the git server diverts; or ""
	quirk    string // distro of backports; or ""
	backport string // the suite that Suite is backports for; or ""
}

// UnsupportedError says that the configuration forbids any use of a distro.
type UnsupportedError struct{ Distro, Text string }

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("distro %s cannot be used so: %s", e.Distro, e.Text)
}

// Access returns the access to a distro. Errors that callers may test for: [*ConfigError],
// [*RepeatedKeyError], and [*UnsupportedError] if the distro has the key unsupported-error.
func (s *Settings) Access(opts AccessOptions) (*Access, error) {
	a := &Access{settings: s, Suite: opts.Suite}
	var err error
	if opts.Distro != "" {
		a.Base, err = s.canonicalDistro("dgit.default.distro", opts.Distro)
	} else {
		a.Base, err = s.distroOf(opts.Suite)
	}
	if err != nil {
		return nil, err
	}
	a.Nominal = a.Base
	key := a.baseKey("nominal-distro")
	if nominal, ok, err := s.Value(key); err != nil {
		return nil, err
	} else if ok {
		if a.Nominal, err = checkDistro(key, nominal); err != nil {
			return nil, err
		}
	}
	if a.Push, err = a.pushes(opts); err != nil {
		return nil, err
	}
	if err := a.findBackports(); err != nil {
		return nil, err
	}
	text, ok, err := a.Value("unsupported-error")
	if err == nil && ok {
		err = &UnsupportedError{a.Base, text}
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

// accessTo returns the access to the distro that publishes a suite, of which the Release
// file says origin. Whatever a suite is called, a private archive is not Debian's.
func (s *Settings) accessTo(opts AccessOptions, origin string) (*Access, error) {
	a, err := s.Access(opts)
	if err != nil {
		return nil, err
	}
	publisher := strings.ToLower(origin)
	if publisher == "debian backports" { // which once was an archive of its own
		publisher = "debian"
	}
	if publisher == a.Nominal {
		return a, nil
	}
	if !distroName.MatchString(publisher) || publisher == "test-dummy" { // whose settings name a program to run
		publisher = "private"
	}
	opts.Distro = publisher
	return s.Access(opts)
}

func (a *Access) baseKey(key string) string { return "dgit-distro." + a.Base + "." + key }

// pushes says whether the settings for pushing count. The key readonly has them count
// always or, without a push, never.
func (a *Access) pushes(opts AccessOptions) (bool, error) {
	if opts.Push {
		return true, nil
	}
	if opts.New {
		if private, err := a.Bool("new-private-pushers"); private || err != nil {
			return private, err
		}
	}
	key := a.baseKey("readonly")
	value, ok, err := a.settings.Value(key)
	if err != nil || !ok {
		return false, err
	}
	if strings.HasPrefix(strings.ToLower(value), "a") {
		return false, nil
	}
	readonly, err := isTrue(key, value)
	if err != nil {
		return false, &ConfigError{key, value, `a boolean or "auto"`}
	}
	return !readonly, nil
}

// findBackports looks whether the suite is one of backports, which have settings of
// their own.
func (a *Access) findBackports() error {
	key := a.baseKey("backports-quirk")
	pattern, ok, err := a.settings.Value(key)
	if err != nil || !ok {
		return err
	}
	suite, matched, err := backportsOf(key, pattern, a.Suite)
	if err == nil && matched {
		a.quirk, a.backport = a.Base+"-backports", suite
	}
	return err
}

// divertTo returns the access to what the git server of a's distro answers with NAME when it is
// asked for a package that is kept elsewhere. What that is the key diverts.NAME says: "/x" is
// the distro whose settings are those of "DISTRO/x".
func (a *Access) divertTo(name string) (*Access, error) {
	to, ok, err := a.Value("diverts." + name)
	if err != nil {
		return nil, err
	}
	if !ok || to == "" {
		return nil, &MissingKeyError{a.keys("diverts." + name)}
	}
	diverted := *a
	if diverted.divert = to; strings.HasPrefix(to, "/") {
		diverted.divert = a.Base + to
	}
	return &diverted, nil
}

// distros returns the names whose settings count, the first to count first.
func (a *Access) distros() []string {
	var names []string
	for _, name := range []string{a.divert, a.quirk, a.Base, a.Nominal} {
		if name == "" || slices.Contains(names, name) {
			continue
		}
		if a.Push {
			names = append(names, name+"/push")
		}
		names = append(names, name)
	}
	return names
}

// keys returns the whole keys of an access key, the first to count first.
func (a *Access) keys(key string) []string {
	var keys []string
	for _, distro := range a.distros() {
		keys = append(keys, "dgit-distro."+distro+"."+key)
	}
	return append(keys, "dgit.default."+key)
}

// find returns the whole key that has a value for the first of keys that any distro
// has a value for.
func (a *Access) find(keys ...string) (wholeKey, value string, ok bool, err error) {
	for _, key := range keys {
		for _, whole := range a.keys(key) {
			if value, ok, err := a.settings.Value(whole); ok || err != nil {
				return whole, value, ok, err
			}
		}
	}
	return "", "", false, nil
}

// Value returns the value of an access key such as "mirror", and whether any of the
// distros has one. Of several keys, all distros are asked for the first one first.
func (a *Access) Value(keys ...string) (value string, ok bool, err error) {
	_, value, ok, err = a.find(keys...)
	return value, ok, err
}

// need is Value, but it is a [*MissingKeyError] if there is none.
func (a *Access) need(keys ...string) (string, error) {
	value, ok, err := a.Value(keys...)
	if err == nil && !ok {
		missing := &MissingKeyError{}
		for _, key := range keys {
			missing.Keys = append(missing.Keys, a.keys(key)...)
		}
		err = missing
	}
	return value, err
}

// Bool returns the boolean that an access key has. It is false if there is none, but
// most have a built-in default.
func (a *Access) Bool(key string) (bool, error) {
	whole, value, ok, err := a.find(key)
	if err != nil || !ok {
		return false, err
	}
	return isTrue(whole, value)
}

// all returns the values of an access key that may have many, from all distros that
// count and everywhere that they are configured, the first to count first.
func (a *Access) all(key string) []string {
	var values []string
	for _, whole := range a.keys(key) {
		values = append(values, a.settings.all(whole)...)
	}
	return values
}

// Program returns what is to be run for a program that dgit runs, such as "ssh": its
// name or what the key cmd-PROGRAM says, and the options of the key opts-PROGRAM.
func (a *Access) Program(name string) (command string, options []string, err error) {
	command, ok, err := a.Value("cmd-" + name)
	if !ok {
		command = name
	}
	return command, a.all("opts-" + name), err
}
