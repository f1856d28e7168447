package history

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"debgit/gitmap"
)

// configured returns settings of "SCOPE KEY=VALUE" lines, SCOPE one of c (options), w,
// l, g and s (system).
func configured(lines ...string) *Settings {
	scopes := gitmap.ConfigScopes{Command: gitmap.Config{}, Worktree: gitmap.Config{}, Local: gitmap.Config{}, Global: gitmap.Config{}, System: gitmap.Config{}}
	by := map[string]gitmap.Config{"c": scopes.Command, "w": scopes.Worktree, "l": scopes.Local, "g": scopes.Global, "s": scopes.System}
	for _, line := range lines {
		scope, setting, _ := strings.Cut(line, " ")
		key, value, _ := strings.Cut(setting, "=")
		by[scope][key] = append(by[scope][key], value)
	}
	s := NewSettings(scopes, func(name string) string {
		return map[string]string{testDummyVariable: "/dummy"}[name]
	})
	s.series = func(suite string) string {
		return map[string]string{"sid": "debian", "jammy": "ubuntu", "experimental": "other"}[suite]
	}
	return s
}

// outcome is a value, or what kind of error there was.
func outcome(value string, err error) string {
	var wrong *ConfigError
	var repeated *RepeatedKeyError
	var missing *MissingKeyError
	var unsupported *UnsupportedError
	switch {
	case errors.As(err, &wrong):
		return "wrong: " + wrong.Key
	case errors.As(err, &repeated):
		return "repeated: " + repeated.Key + " in " + repeated.Whose
	case errors.As(err, &missing):
		return "missing: " + strings.Join(missing.Keys, " ")
	case errors.As(err, &unsupported):
		return "unsupported: " + unsupported.Text
	case err != nil:
		return "error: " + err.Error()
	}
	return value
}

func TestSettingsValue(t *testing.T) {
	tests := []struct {
		lines []string
		want  string
	}{
		{nil, "-"},
		{[]string{"s a.b=system", "g a.b=global", "l a.b=local", "w a.b=worktree", "c a.b=option"}, "option"},
		{[]string{"s a.b=system", "g a.b=global", "l a.b=local", "w a.b=worktree"}, "worktree"},
		{[]string{"s a.b=system", "g a.b=global", "l a.b=local"}, "local"},
		{[]string{"s a.b=system", "g a.b=global"}, "global"},
		{[]string{"s a.b=system"}, "system"},
		{[]string{"g a.b=", "s a.b=system"}, ""},
		{[]string{"c a.b=first", "c a.b=last"}, "last"},
		{[]string{"g a.b=first", "g a.b=last"}, "repeated: a.b in the user's"},
		{[]string{"l a.b=local", "g a.b=first", "g a.b=last"}, "local"}, // what does not count may be anything
		{[]string{"l a.b=x", "l a.b=x"}, "repeated: a.b in the repository's"},
	}
	for _, tt := range tests {
		value, ok, err := configured(tt.lines...).Value("a.b")
		if !ok && err == nil {
			value = "-"
		}
		if got := outcome(value, err); got != tt.want {
			t.Errorf("with %q: a.b is %q, want %q", tt.lines, got, tt.want)
		}
	}
}

func TestBuiltinSettings(t *testing.T) {
	tests := []struct{ distro, suite, key, want string }{
		{"debian", "", "archive-query", "aptget:"},
		{"debian", "", "archive-query-url", "https://api.ftp-master.debian.org/"},
		{"debian", "", "git-check", "url"},
		{"debian", "", "backports-quirk", "(squeeze)-backports*"},
		{"debian", "", "experimental-quirk-rc-buggy", "sid"},
		{"debian", "", "aptget-suite-map", "-"},
		{"debian-security", "", "archive-query", "aptget:"},
		{"debian-security", "", "git-url", "https://git.dgit.debian.org"}, // of its nominal distro
		{"ubuntu", "", "git-check", "false"},
		{"ubuntu", "", "archive-query", "aptget:"},
		{"ubuntucloud", "", "archive-query", "aptget:"},
		{"test-dummy", "", "archive-query-url", "file:///dummy/aq/"},
		{"test-dummy", "", "mirror", "file:///dummy/mirror/"},
		{"test-dummy", "", "git-check", "ssh-cmd"},
		{"unheard-of", "", "git-url", "-"},
		{"unheard-of", "", "git-url-suffix", ".git"},
	}
	for _, tt := range tests {
		a, err := configured().Access(AccessOptions{Distro: tt.distro, Suite: tt.suite})
		if err != nil {
			t.Errorf("Access(%s): %v", tt.distro, err)
			continue
		}
		value, ok, err := a.Value(tt.key)
		if !ok && err == nil {
			value = "-"
		}
		if got := outcome(value, err); got != tt.want {
			t.Errorf("%s of %s is %q, want %q", tt.key, tt.distro, got, tt.want)
		}
	}
}

func TestDefaultSuite(t *testing.T) {
	lines := []string{"g dgit.default.default-suite=stable", "g dgit-distro.foo.default-suite=bar"}
	for _, tt := range []struct {
		distro, want string
		lines        []string
	}{
		{"", "unstable", nil},
		{"", "stable", lines},
		{"foo", "bar", lines},
		{"other", "stable", lines},
	} {
		if got := outcome(configured(tt.lines...).defaultSuite(tt.distro)); got != tt.want {
			t.Errorf("defaultSuite(%q) with %q = %q, want %q", tt.distro, tt.lines, got, tt.want)
		}
	}
}

func TestIsTrue(t *testing.T) {
	for value, want := range map[string]string{
		"t": "true", "true": "true", "yes": "true", "y": "true", "1": "true", "on": "true", "True": "true",
		"f": "false", "false": "false", "no": "false", "n": "false", "0": "false", "off": "false",
		"": "wrong", "x": "wrong", "2": "wrong", "o": "wrong", " true": "wrong",
	} {
		got, err := isTrue("a.b", value)
		text := map[bool]string{true: "true", false: "false"}[got]
		if err != nil {
			text = "wrong"
		}
		if text != want {
			t.Errorf("isTrue(%q) = %s, %v, want %s", value, text, err, want)
		}
	}
}

func TestDistroOf(t *testing.T) {
	tests := []struct {
		suite string
		want  string
		lines []string
	}{
		{"sid", "debian", nil},
		{"jammy", "ubuntu", nil},
		{"anything", "debian", nil},
		{"", "mine", []string{"g dgit.default.distro=mine", "g dgit-suite.*.distro=pattern"}},
		{"experimental", "debian", nil}, // built in, whatever the csv files say
		{"bookworm-security", "debian-security", nil},
		{"anything", "mine", []string{"g dgit.default.distro=mine"}},
		{"sid", "debian", []string{"g dgit.default.distro=mine"}},
		{"foo", "exact", []string{"g dgit-suite.foo.distro=exact", "c dgit-suite.*.distro=pattern"}},
		{"foo", "pattern", []string{"g dgit-suite.f?o.distro=pattern"}},
		{"foo", "pattern", []string{"g dgit-suite.[fg]oo.distro=pattern"}},
		{"sid", "pattern", []string{"g dgit-suite.*.distro=pattern"}},
		{"experimental", "debian", []string{"g dgit-suite.*.distro=pattern"}},
		{"bookworm-security", "pattern", []string{"g dgit-suite.*.distro=pattern"}},
		{"foo", "long", []string{"g dgit-suite.*.distro=short", "g dgit-suite.fo*.distro=long"}},
		{"foo", "first", []string{"g dgit-suite.fo*.distro=second", "g dgit-suite.f*o.distro=first"}},
		{"foo", "short", []string{"l dgit-suite.*.distro=short", "g dgit-suite.fo*.distro=long"}},
		{"foo", "repeated: dgit-suite.fo*.distro in the user's", []string{"g dgit-suite.fo*.distro=a", "g dgit-suite.fo*.distro=b"}},
		{"foo", "canon", []string{"g dgit-suite.foo.distro=alias", "g dgit-distro.alias.alias-canon=canon", "g dgit-distro.canon.alias-canon=not-twice"}},
		{"foo", "wrong: dgit-suite.foo.distro", []string{"g dgit-suite.foo.distro="}},
		{"foo", "wrong: dgit-suite.f*.distro", []string{"g dgit-suite.f*.distro=a/b"}},
		{"foo", "wrong: dgit.default.distro", []string{"g dgit.default.distro=a b"}},
	}
	for _, tt := range tests {
		if got := outcome(configured(tt.lines...).distroOf(tt.suite)); got != tt.want {
			t.Errorf("distroOf(%q) with %q = %q, want %q", tt.suite, tt.lines, got, tt.want)
		}
	}
}

func TestBackportsOf(t *testing.T) {
	tests := []struct{ pattern, suite, want string }{
		{"(a)-backports*", "a-backports", "a"},
		{"(a)-backports*", "a-backports-sloppy", "a"},
		{"(a)-backports*", "b-backports", "-"},
		{"(%)-bpo", "x-y-bpo", "x-y"},
		{"%-bpo", "x-bpo", "x"},
		{"(%)-bpo", "a.b-bpo", "-"}, // the dot is no letter of a suite
		{"(%)-bpo", "-bpo", "-"},
		{"(a*)bpo", "abbpo", "ab"},
		{"(*)-backports", "zz-backports", "zz"},
		{"(%)+b", "a+b", "a"}, // all else stands for itself
		{"(a.)b", "axb", "-"},
		{"(a)|b", "b", "-"},
		{"(a?)", "a", "-"},
		{"(a)(b)", "ab", "a"},
		{"backports", "backports", "wrong: k"},
		{"(a", "a", "wrong: k"},
		{"a)", "a", "wrong: k"},
	}
	for _, tt := range tests {
		suite, ok, err := backportsOf("k", tt.pattern, tt.suite)
		if !ok && err == nil {
			suite = "-"
		}
		if got := outcome(suite, err); got != tt.want {
			t.Errorf("backportsOf(%q, %q) = %q, want %q", tt.pattern, tt.suite, got, tt.want)
		}
	}
}

func TestAccessOrder(t *testing.T) {
	const base = "g dgit-distro.foo."
	backports := base + "backports-quirk=(x)-bpo"
	nominal := base + "nominal-distro=bar"
	tests := []struct {
		name  string
		opts  AccessOptions
		lines []string
		want  string // the distros whose settings count, in order
	}{
		{"base", AccessOptions{Distro: "foo"}, nil, "foo"},
		{"nominal", AccessOptions{Distro: "foo"}, []string{nominal, "g dgit-distro.bar.nominal-distro=not-twice"}, "foo bar"},
		{"nominal of push", AccessOptions{Distro: "foo", Push: true}, []string{"g dgit-distro.foo/push.nominal-distro=bar"}, "foo/push foo"},
		{"no default nominal", AccessOptions{Distro: "foo"}, []string{"g dgit.default.nominal-distro=bar"}, "foo"},
		{"alias", AccessOptions{Distro: "alias"}, []string{"g dgit-distro.alias.alias-canon=foo"}, "foo"},
		{"backports", AccessOptions{Distro: "foo", Suite: "x-bpo"}, []string{backports, nominal}, "foo-backports foo bar"},
		{"no backports", AccessOptions{Distro: "foo", Suite: "y-bpo"}, []string{backports}, "foo"},
		{"backports of nominal", AccessOptions{Distro: "other", Suite: "x-bpo"}, []string{"g dgit-distro.other.nominal-distro=foo", backports}, "other foo"},
		{"debian", AccessOptions{Suite: "squeeze-backports-sloppy"}, nil, "debian-backports debian"},
		{"push", AccessOptions{Distro: "foo", Suite: "x-bpo", Push: true}, []string{backports, nominal}, "foo-backports/push foo-backports foo/push foo bar/push bar"},

		{"readonly false", AccessOptions{Distro: "foo"}, []string{base + "readonly=f"}, "foo/push foo"},
		{"readonly true", AccessOptions{Distro: "foo"}, []string{base + "readonly=yes"}, "foo"},
		{"readonly auto", AccessOptions{Distro: "foo"}, []string{base + "readonly=auto"}, "foo"},
		{"readonly, push", AccessOptions{Distro: "foo", Push: true}, []string{base + "readonly=t"}, "foo/push foo"},
		{"readonly of push", AccessOptions{Distro: "foo"}, []string{"g dgit-distro.foo/push.readonly=f"}, "foo"},
		{"readonly of all", AccessOptions{Distro: "foo"}, []string{"g dgit.default.readonly=f"}, "foo"},
		{"readonly wrong", AccessOptions{Distro: "foo"}, []string{base + "readonly=maybe"}, "wrong: dgit-distro.foo.readonly"},
		{"readonly empty", AccessOptions{Distro: "foo"}, []string{base + "readonly="}, "wrong: dgit-distro.foo.readonly"},
		{"new", AccessOptions{Distro: "foo", New: true}, nil, "foo"},
		{"new, private", AccessOptions{Distro: "foo", New: true}, []string{base + "new-private-pushers=t", base + "readonly=t"}, "foo/push foo"},
		{"not new, private", AccessOptions{Distro: "foo"}, []string{base + "new-private-pushers=t"}, "foo"},

		{"bad name", AccessOptions{Distro: "a/b"}, nil, "wrong: dgit.default.distro"},
		{"bad nominal", AccessOptions{Distro: "foo"}, []string{base + "nominal-distro=-x"}, "wrong: dgit-distro.foo.nominal-distro"},
		{"unsupported", AccessOptions{Distro: "foo"}, []string{base + "unsupported-error=gone"}, "unsupported: gone"},
		{"unsupported suite", AccessOptions{Suite: "x"}, []string{"g dgit-suite.x.distro=foo", nominal, "g dgit-distro.bar.unsupported-error=gone"}, "unsupported: gone"},
		{"security", AccessOptions{Suite: "trixie-security"}, nil, "debian-security debian"},
		{"push to security", AccessOptions{Suite: "trixie-security", Push: true}, nil, "unsupported: " + builtinDefaults["dgit-distro.debian-security/push.unsupported-error"]},
	}
	for _, tt := range tests {
		a, err := configured(tt.lines...).Access(tt.opts)
		got := ""
		if err == nil {
			got = strings.Join(a.distros(), " ")
		}
		if got := outcome(got, err); got != tt.want {
			t.Errorf("%s: settings of %q count, want %q", tt.name, got, tt.want)
		}
	}
}

// All distros are asked for the first key before any is asked for the second.
func TestAccessValue(t *testing.T) {
	a, err := configured(
		"g dgit-distro.foo.nominal-distro=bar",
		"g dgit-distro.foo.second=2", "g dgit-distro.bar.first=1", "g dgit.default.third=3", "g dgit-distro.foo.empty=",
		"g dgit-distro.foo.twice=a", "g dgit-distro.foo.twice=b", "g dgit.default.bad=maybe",
		"g dgit-distro.foo.cmd-ssh=ssh2",
	).Access(AccessOptions{Distro: "foo"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		keys []string
		want string
	}{
		{[]string{"second", "first"}, "2"},
		{[]string{"first", "second"}, "1"},
		{[]string{"none", "third"}, "3"},
		{[]string{"empty", "third"}, ""},
		{[]string{"twice"}, "repeated: dgit-distro.foo.twice in the user's"},
		{[]string{"none", "neither"}, "missing: dgit-distro.foo.none dgit-distro.bar.none dgit.default.none dgit-distro.foo.neither dgit-distro.bar.neither dgit.default.neither"},
	}
	for _, tt := range tests {
		if got := outcome(a.need(tt.keys...)); got != tt.want {
			t.Errorf("need(%q) = %q, want %q", tt.keys, got, tt.want)
		}
	}
	if got, err := a.Bool("none"); got || err != nil {
		t.Errorf("Bool of an unknown key = %v, %v, want false", got, err)
	}
	if _, err := a.Bool("bad"); outcome("", err) != "wrong: dgit.default.bad" {
		t.Errorf("Bool(bad): %v", err)
	}
	if got, err := a.Bool("setup-useremail"); !got || err != nil {
		t.Errorf("Bool(setup-useremail) = %v, %v, want true", got, err)
	}
}

func TestAccessProgram(t *testing.T) {
	a, err := configured(
		"s dgit.default.opts-ssh=default1", "g dgit.default.opts-ssh=default2", "g dgit.default.opts-ssh=default3",
		"g dgit-distro.foo.opts-ssh=base", "g dgit-distro.bar.opts-ssh=nominal", "g dgit-distro.foo.nominal-distro=bar",
		"c dgit-distro.foo/push.opts-ssh=replaced", "c dgit-distro.foo/push.opts-ssh=push",
		"g dgit-distro.foo.cmd-ssh=ssh2",
	).Access(AccessOptions{Distro: "foo", Push: true})
	if err != nil {
		t.Fatal(err)
	}
	command, options, err := a.Program("ssh")
	want := []string{"push", "base", "nominal", "default1", "default2", "default3"}
	if err != nil || command != "ssh2" || !slices.Equal(options, want) {
		t.Errorf("Program(ssh) = %q, %q, %v, want ssh2 and %q", command, options, err, want)
	}
	if command, options, err := a.Program("gpg"); command != "gpg" || options != nil || err != nil {
		t.Errorf("Program(gpg) = %q, %q, %v, want gpg", command, options, err)
	}
}

func TestDivert(t *testing.T) {
	a, err := configured("g dgit-distro.foo.diverts.drs=/drs", "g dgit-distro.foo.diverts.other=bar", "g dgit-distro.foo.diverts.empty=",
		"g dgit-distro.foo/drs.git-url=there", "g dgit-distro.foo.git-url=here").Access(AccessOptions{Distro: "foo"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"drs": "foo/drs foo", "other": "bar foo",
		"unknown": "missing: dgit-distro.foo.diverts.unknown dgit.default.diverts.unknown",
		"empty":   "missing: dgit-distro.foo.diverts.empty dgit.default.diverts.empty",
	} {
		got := ""
		diverted, err := a.divertTo(name)
		if err == nil {
			got = strings.Join(diverted.distros(), " ")
		}
		if got := outcome(got, err); got != want {
			t.Errorf("divertTo(%q): settings of %q count, want %q", name, got, want)
		}
	}
	if got := outcome(a.need("git-url")); got != "here" {
		t.Errorf("divertTo changed its receiver: git-url is %q", got)
	}
}

func TestAccessTo(t *testing.T) {
	tests := []struct{ suite, origin, want string }{
		{"sid", "Debian", "debian"},
		{"bookworm-backports", "Debian Backports", "debian"},
		{"bookworm-security", "Debian", "debian-security"},
		{"sid", "Example", "example"},
		{"sid", "An Example", "private"},
		{"sid", "", "private"},
		{"sid", "test-dummy", "private"}, // its settings would run a program
		{"jammy", "Ubuntu", "ubuntu"},
	}
	for _, tt := range tests {
		a, err := configured().accessTo(AccessOptions{Suite: tt.suite}, tt.origin)
		if err != nil || a.Base != tt.want {
			t.Errorf("accessTo(%q, %q) = %+v, %v, want %s", tt.suite, tt.origin, a, err, tt.want)
		}
	}
}
