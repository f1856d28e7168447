package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// archiveRules are those about archives, and who signs for what they have.
func archiveRules(cmd *cobra.Command, command string) []rule {
	return []rule{
		on(statusUsage, func(e *archive.PlaceError) string { return "name a directory or a URL: --archive URL|DIR" }),
		on(statusUsage, func(e *archive.NoKeyringError) string { return "name the keyring of that archive: --keyring FILE" }),
		on(statusNoPackage, func(e *archive.UnknownPackageError) string { return hintPackage(cmd, command, e) }),
		on(statusNoPackage, func(e *history.NotListedError) string { return hintNotListed(cmd, e) }),
		on(statusNoPackage, func(e *archive.NoDscError) string {
			return "the mirror is being updated, or broken; try again later, or use another one"
		}),
		on(statusNoSuite, func(e *archive.UnknownSuiteError) string { return hintSuite(cmd, command, e) }),
		on(statusNoSuite, func(e *archive.NoMirrorError) string {
			return "name the archive and its keys: --archive URL --keyring FILE"
		}),
		on(statusSignature, func(e *history.UnsignedIndexError) string {
			return "remove archive-query from the configuration to read signed indexes, or --require-signed-index"
		}),
		on(statusSignature, hintSignature),
		on(statusSignature, hintRelease),
		on(statusSignature, func(e *history.NoUploaderKeyringError) string {
			return "install the package debian-keyring, or name a keyring: --dsc-keyring FILE"
		}),
		on(statusSignature, hintSigningKey),
		on(statusSignature, hintSigning),
		on(statusSignature, func(e *upload.GPGError) string {
			if errors.Is(e, fs.ErrNotExist) {
				return "install it: sudo apt-get install gpg gpg-agent; or name another one: --gpg=PROGRAM"
			}
			return ""
		}),
	}
}

// hintPackage says what may have been meant, and where else the package may be.
func hintPackage(cmd *cobra.Command, command string, e *archive.UnknownPackageError) string {
	elsewhere := "debgit list " + quote(e.Package) + archiveWords(cmd)
	switch {
	case e.Source != "":
		return fmt.Sprintf("%s is a binary package; its source package is %s: debgit clone %s", e.Package, e.Source, e.Source)
	case len(e.Near) > 0 && command == " clone":
		return "did you mean " + oneOf(e.Near) + ": debgit clone " + quote(e.Near[0]) + " " + quote(e.Suite) + archiveWords(cmd) +
			"\nif not, see whether another suite has " + e.Package + ": " + elsewhere
	case len(e.Near) > 0:
		return "did you mean " + oneOf(e.Near)
	}
	return "see whether another suite has it: " + elsewhere
}

func hintNotListed(cmd *cobra.Command, e *history.NotListedError) string {
	options := archiveWords(cmd)
	switch {
	case len(e.Near) > 0:
		return "did you mean " + oneOf(e.Near) + ": debgit list " + e.Near[0] + options
	case cmd != nil && cmd.Flags().Changed("suite"):
		return "see whether another suite has it: debgit list " + e.Package + options
	case options == "":
		return "look for its name: apt-cache search " + e.Package
	}
	return ""
}

// archiveWords are the options that say which archive a command reads, as they were given.
func archiveWords(cmd *cobra.Command) string {
	if cmd == nil {
		return ""
	}
	var b strings.Builder
	cmd.Flags().Visit(func(f *pflag.Flag) {
		var values []string
		switch f.Name {
		case "archive", "distro":
			values = []string{f.Value.String()}
		case "keyring":
			values, _ = cmd.Flags().GetStringArray(f.Name)
		}
		for _, v := range values {
			b.WriteString(" --" + f.Name + " " + quote(v))
		}
	})
	return b.String()
}

// hintSuite says what may have been meant in the place of a suite.
func hintSuite(cmd *cobra.Command, command string, e *archive.UnknownSuiteError) string {
	pkg, list := "PACKAGE", "debgit list PACKAGE"
	if cmd != nil && command == " clone" && cmd.Flags().NArg() > 0 {
		pkg = quote(cmd.Flags().Arg(0))
		list = "debgit list " + pkg + archiveWords(cmd)
	}
	_, notVersion := dsc.ParseVersion(e.Suite)
	switch {
	case len(e.Tried) == 0:
		return "APT is configured for no archive here; name one: --archive URL --keyring FILE"
	case isSuiteName(pkg):
		return "the source package comes first: debgit clone " + quote(e.Suite) + " " + pkg + archiveWords(cmd)
	case len(e.Near) > 0:
		return "did you mean " + oneOf(e.Near)
	case notVersion == nil && strings.Trim(e.Suite[:1], "0123456789") == "":
		return "name a suite that has the version, as this shows: " + list
	case command == " clone":
		return "see which suites have it: " + list + "; a directory starts with . or /"
	}
	return "see which suites have a package: " + list
}

// isSuiteName says whether some distro has a suite that is called so.
func isSuiteName(name string) bool {
	return archive.UsualCodename(name) != name || slices.Contains(archive.UsualSuites("debian"), name) || archive.SeriesDistro(name) != ""
}

// hintName says how what names no source package may have been meant.
func hintName(e *history.NameError) string {
	if pkg, _, ok := strings.Cut(e.Name, "="); ok && dsc.CheckPackageName(pkg) == nil {
		return "name a suite that has the version, as this shows: debgit list " + pkg
	}
	if lower := strings.ToLower(e.Name); dsc.CheckPackageName(lower) == nil {
		return "did you mean " + lower
	}
	return "name a source or binary package, an installed file, or a .dsc"
}

func hintNotInstalled(e *archive.NotInstalledError) string {
	if pkg, suite := filepath.Base(filepath.Dir(e.File)), filepath.Base(e.File); isSuiteName(suite) && dsc.CheckPackageName(pkg) == nil {
		return "the suite is a word of its own: " + pkg + " " + suite
	}
	return "name the package; apt-file search " + quote(e.File) + " finds those that are not installed"
}

func hintRelease(e *archive.ReleaseError) string {
	switch e.Reason {
	case archive.ReleaseExpired, archive.ReleaseReplayed:
		return "the mirror is out of date; try again later, or use another one"
	case archive.ReleaseKeyExpired:
		return "install the newest package of the archive's keyring; if the archive is one of the past, its keys may be gone for good"
	case archive.ReleaseFromFuture:
		return "is the clock of this machine right?"
	case archive.ReleaseNoKeyring:
		return "name the keyring of that archive: --keyring FILE"
	}
	return ""
}
