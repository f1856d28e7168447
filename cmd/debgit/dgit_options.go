package main

import "regexp"

// A dgitForm is how an option of dgit takes its value.
type dgitForm int

const (
	noValue      dgitForm = iota
	value                 // --x=V, --x V, -xV or -x V
	inlineValue           // --x=V
	maybeValue            // --x or --x=V
	joinedValue           // -xV, V may be empty
	joinedAlways          // -xV, V is not empty
)

// A dgitOption is an option of dgit, as dgit's own command line has it.
type dgitOption struct {
	long  string // without "--"; or ""
	short byte   // or 0
	form  dgitForm
	valid *regexp.Regexp // what the whole value must be; nil: anything but "", without one anything at all
	is    string         // the option of debgit that it is, without "--"; "": it has none
	bare  string         // the value that this option is given if there is none
	fixed string         // the value that this option is given, if it is one that takes a value
	takes string         // the option of debgit that it takes back
	quiet bool           // nothing is lost by its having none
}

func exactly(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

var (
	anyText        = exactly(`(?s).*`)
	controlField   = exactly(`[^=]+=(?s:.+)`)
	cleanModes     = exactly(`git(-ff)?(,always)?|check(,ignores)?|none|dpkg-source(-d)?(,(no|all)-check)?`)
	quiltModes     = exactly(`linear|try-linear|single|auto|smash|nofix|nocheck|gbp|dpm|unapplied|baredebian(\+git|\+tarball)?`)
	packageName    = exactly(`[0-9a-z][-+.0-9a-z]*`)
	deliberateWord = exactly(`(TEST-)?[a-z0-9][-+.a-z0-9]*`)
)

// dgitOptions are those of dgit 17.0, but for --deliberately-X, --force-X and those about
// programs.
var dgitOptions = []dgitOption{
	{long: "help", short: 'h', form: noValue, is: "help"},
	{long: "version", form: noValue, is: "version"},

	{long: "distro", short: 'd', form: value, is: "distro"},
	{short: 'c', form: joinedAlways, is: "config"},
	{long: "package", short: 'p', form: value, valid: packageName, is: "package"},
	{long: "existing-package", form: value, valid: anyText, is: "existing-package"},
	{long: "dry-run", short: 'n', form: noValue, is: "dry-run", takes: "damp-run"},
	{long: "damp-run", short: 'L', form: noValue, is: "damp-run", takes: "dry-run", quiet: true}, // what reads is not signed anyhow
	{long: "debug", short: 'D', form: noValue, is: "debug"},
	{long: "batch", form: noValue, is: "batch", quiet: true}, // debgit asks nothing
	{long: "new", short: 'N', form: noValue, is: "new"},
	{long: "for-push", form: noValue, is: "for-push"},
	{long: "build-products-dir", form: value, valid: anyText, is: "build-products-dir"},
	{long: "no-rm-on-error", form: noValue, is: "no-rm-on-error"},
	{long: "no-chase-dsc-distro", form: noValue, is: "no-chase-dsc-distro"},
	{long: "mirror-fallback", form: noValue, takes: "no-mirror-fallback", quiet: true},
	{long: "no-mirror-fallback", form: noValue, is: "no-mirror-fallback"},
	{long: "allow-unrelated-histories", form: noValue, is: "allow-unrelated-histories"},

	{short: 'k', form: value, is: "key"},
	{long: "no-sign", form: noValue, is: "no-sign"},
	{short: 'C', form: value, is: "changes"},
	{long: "since-version", short: 'v', form: value, is: "since-version"},
	{short: 'm', form: joinedValue, is: "maintainer"},
	{long: "rm-old-changes", form: noValue, is: "rm-old-changes", takes: "no-rm-old-changes"},
	{long: "no-rm-old-changes", form: noValue, is: "no-rm-old-changes", takes: "rm-old-changes"},
	{long: "include-dirty", form: noValue, is: "include-dirty"},
	{long: "ignore-dirty", form: noValue, is: "include-dirty"},
	{long: "clean", form: value, valid: cleanModes, is: "clean", takes: "clean-letters"},
	{short: 'w', form: joinedAlways, valid: exactly(`gf?a?|ci?|n|dd?[na]?`), is: "clean-letters", takes: "clean"},
	{long: "quilt", form: value, valid: quiltModes, is: "quilt"},
	{long: "gbp", form: noValue, is: "quilt", fixed: "gbp"},
	{long: "dpm", form: noValue, is: "quilt", fixed: "dpm"},
	{long: "baredebian", form: noValue, is: "quilt", fixed: "baredebian"},
	{long: "baredebian+git", form: noValue, is: "quilt", fixed: "baredebian+git"},
	{long: "baredebian+tarball", form: noValue, is: "quilt", fixed: "baredebian+tarball"},
	{long: "no-quilt-fixup", form: noValue, is: "quilt", fixed: "nocheck"},
	{long: "upstream-commitish", form: inlineValue, is: "upstream-commitish"},
	{long: "split-view", form: maybeValue, valid: exactly(`auto|always|never`), is: "split-view", bare: "always"},
	{long: "split-brain", form: maybeValue, valid: exactly(`auto|always|never`), is: "split-view", bare: "always"},
	{long: "save-dgit-view", form: inlineValue, is: "save-dgit-view"},
	{long: "dgit-view-save", form: inlineValue, is: "save-dgit-view"},
	{long: "overwrite", form: maybeValue, is: "overwrite"},
	{long: "trust-changelog", form: noValue, is: "trust-changelog"},
	{long: "collab-non-dgit", form: noValue, is: "collab-non-dgit"},
	{long: "untaint-history", form: noValue, is: "deliberately-include-questionable-history"},
	{long: "retry-schedule", form: inlineValue, valid: exactly(`\d*(,\d*)*`), is: "retry-schedule"},
	{long: "dep14tag", form: noValue, is: "dep14tag"},
	{long: "no-dep14tag", form: noValue, is: "no-dep14tag"},
	{long: "always-dep14tag", form: noValue, is: "always-dep14tag"},
	{long: "dep14tag-reuse", form: inlineValue, valid: exactly(`must|if-exists|replace-unsuitable|replace`), is: "dep14tag-reuse"},
	{long: "dep14tag-verify", form: noValue, is: "dep14tag-verify"},
	{long: "no-dep14tag-verify", form: noValue, is: "no-dep14tag-verify"},
	{long: "delayed", form: inlineValue, valid: exactly(`\d+`), is: "delayed"},
	{long: "initiator-tempdir", form: value, valid: exactly(`/(?s:.*)`)},
	{long: "expect-suite", form: value, is: "expect-suite"},
	{long: "expect-version", form: value, is: "expect-version"},
	{long: "dsc-control-add", form: value, valid: controlField, is: "dsc-control-add"},
	{long: "ch-control-add", form: value, valid: controlField, is: "ch-control-add"},
	{long: "keep-playground", form: noValue},
	{long: "no-keep-playground", form: noValue, quiet: true}, // there is none
	{long: "tag2upload-builder-mode", form: noValue},
	{long: "t2u-upstream", form: value},
	{long: "t2u-upstream-commit", form: value},
	{long: "t2u-control-add", form: value, valid: controlField},
	{long: "config-lookup-explode", form: inlineValue},
}

// dgitForces are the words of --force-X, with the option of debgit that it is, if any.
var dgitForces = map[string]string{
	"import-gitapply-absurd": "", "import-gitapply-no-absurd": "",
	"import-dsc-with-dgit-field": "force-import-dsc-with-dgit-field",

	"unrepresentable": "force-unrepresentable", "unsupported-source-format": "force-unsupported-source-format",
	"dsc-changes-mismatch": "force-dsc-changes-mismatch", "changes-origs-exactly": "force-changes-origs-exactly",
	"uploading-binaries": "force-uploading-binaries", "uploading-source-only": "force-uploading-source-only",
	"uploading-old-version": "force-uploading-old-version", "reusing-version": "force-reusing-version",
	"push-tainted": "force-push-tainted",
}

// dgitProgram is what may be said of a program that dgit runs.
type dgitProgram struct {
	replace, change bool // --PROGRAM=COMMAND; --PROGRAM:OPTION and --PROGRAM!:OPTION
	quiet           bool // dgit does not run it either
}

var dgitPrograms = map[string]dgitProgram{
	"dget": {true, true, true}, "curl": {true, true, true},
	"gpg": {true, false, false}, "git": {true, false, false}, "ch": {false, true, false},
	"dput": {true, true, false}, "debsign": {true, true, false}, "sbuild": {true, true, false}, "ssh": {true, true, false},
	"dgit": {true, true, false}, "git-debrebase": {true, true, false}, "apt-get": {true, true, false}, "apt-cache": {true, true, false},
	"dpkg-source": {true, true, false}, "dpkg-buildpackage": {true, true, false}, "dpkg-genchanges": {true, true, false},
	"dpkg-genbuildinfo": {true, true, false}, "dpkg-query": {true, true, false}, "mini-git-tag-fsck": {true, true, false},
	"gbp-build": {true, true, false}, "gbp-pq": {true, true, false}, "mergechanges": {true, true, false},
	"pbuilder": {true, true, false}, "cowbuilder": {true, true, false},
}
