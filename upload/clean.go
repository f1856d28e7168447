package upload

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"debgit/gitmap"
)

// A CleanMode says what is done about files of the work tree that git does not know of,
// in dgit's words.
type CleanMode string

// The clean modes. Where a package is built from a commit, the work tree has no say in what is
// built: then a mode only checks it, for what may have been forgotten to add, but for CleanGitAlways
// and CleanGitFFAlways.
const (
	CleanGit         CleanMode = "git"           // removed: git clean -xdf
	CleanGitFF       CleanMode = "git-ff"        // likewise, repositories among them: git clean -xdff
	CleanGitAlways   CleanMode = "git,always"    // as CleanGit, also where a commit is built
	CleanGitFFAlways CleanMode = "git-ff,always" // as CleanGitFF, likewise
	CleanCheck       CleanMode = "check"         // refused
	CleanCheckIgnore CleanMode = "check,ignores" // refused, unless git is told to ignore them
	CleanNone        CleanMode = "none"          // nothing

	// The target "clean" of debian/rules is run, and then what git is not told to ignore is refused.
	CleanDpkg         CleanMode = "dpkg-source"
	CleanDpkgNoCheck  CleanMode = "dpkg-source,no-check"  // nothing is refused
	CleanDpkgAllCheck CleanMode = "dpkg-source,all-check" // what git is told to ignore is refused, too

	// The same without a look at the build dependencies.
	CleanDpkgD         CleanMode = "dpkg-source-d"
	CleanDpkgDNoCheck  CleanMode = "dpkg-source-d,no-check"
	CleanDpkgDAllCheck CleanMode = "dpkg-source-d,all-check"
)

// cleanModes are all clean modes with their short names, the value of dgit's option -w.
var cleanModes = []struct {
	mode  CleanMode
	short string
}{
	{CleanGit, "g"}, {CleanGitFF, "gf"}, {CleanGitAlways, "ga"}, {CleanGitFFAlways, "gfa"},
	{CleanCheck, "c"}, {CleanCheckIgnore, "ci"}, {CleanNone, "n"},
	{CleanDpkg, "d"}, {CleanDpkgNoCheck, "dn"}, {CleanDpkgAllCheck, "da"},
	{CleanDpkgD, "dd"}, {CleanDpkgDNoCheck, "ddn"}, {CleanDpkgDAllCheck, "dda"},
}

// ParseCleanMode returns the clean mode that is named so.
func ParseCleanMode(name string) (CleanMode, error) {
	var names []string
	for _, m := range cleanModes {
		if string(m.mode) == name {
			return m.mode, nil
		}
		names = append(names, string(m.mode))
	}
	return "", fmt.Errorf("%q is no clean mode; those are %s", name, strings.Join(names, " "))
}

// ParseShortCleanMode returns the clean mode that has this short name, such as "dn".
func ParseShortCleanMode(short string) (CleanMode, error) {
	var names []string
	for _, m := range cleanModes {
		if m.short == short {
			return m.mode, nil
		}
		names = append(names, m.short)
	}
	return "", fmt.Errorf("%q is no short name of a clean mode; those are %s", short, strings.Join(names, " "))
}

// usesGit says whether git clean removes files in this mode.
func (m CleanMode) usesGit() bool { return strings.HasPrefix(string(m), "git") }

// nested says whether git clean removes repositories, too.
func (m CleanMode) nested() bool { return strings.HasPrefix(string(m), "git-ff") }

// always says whether the work tree is cleaned although a commit is built.
func (m CleanMode) always() bool { return strings.HasSuffix(string(m), ",always") }

// usesRules says whether the target "clean" of debian/rules is run.
func (m CleanMode) usesRules() bool { return strings.HasPrefix(string(m), "dpkg-source") }

// withoutDepends says whether that is run whatever build dependencies are missing.
func (m CleanMode) withoutDepends() bool { return strings.HasPrefix(string(m), "dpkg-source-d") }

// IsCheck says whether nothing is cleaned, but files are refused.
func (m CleanMode) IsCheck() bool { return m == CleanCheck || m == CleanCheckIgnore }

// refuses says whether files that git does not know of are refused, and whether those
// that it is told to ignore are, too.
func (m CleanMode) refuses() (any, ignored bool) {
	switch {
	case m == CleanNone || strings.HasSuffix(string(m), ",no-check"):
		return false, false
	case m == CleanCheck || strings.HasSuffix(string(m), ",all-check"):
		return true, true
	}
	return true, false
}

// A CleanQuiltError says that git clean would remove upstream's files, which git does not know of where there is
// debian/ alone in it.
type CleanQuiltError struct {
	Clean CleanMode
	Quilt QuiltMode
}

func (e *CleanQuiltError) Error() string {
	return fmt.Sprintf("quilt mode %s contradicts clean mode %s: git does not know of upstream's files, and would remove them", e.Quilt, e.Clean)
}

// Check refuses a mode that contradicts the quilt mode of a branch, with a [*CleanQuiltError].
func (m CleanMode) Check(quilt QuiltMode) error {
	if m.usesGit() && (quilt == BareDebian || quilt == BareDebianTarball) {
		return &CleanQuiltError{m, quilt}
	}
	return nil
}

// CheckBranch is Check for a branch whose quilt mode, unless opts say it, is that of its layout.
func (m CleanMode) CheckBranch(ctx context.Context, pkg *Package, opts ViewOptions) error {
	if m.usesGit() && opts.Mode == "" {
		if found, err := DetectLayout(ctx, pkg, opts); err == nil {
			opts.Mode = found.Mode
		}
	}
	return m.Check(opts.Mode)
}

// An UntrackedError says that there are files in the work tree that git does not know of.
type UntrackedError struct {
	Mode    CleanMode
	Cleaned bool     // the target "clean" of debian/rules has left them
	Files   []string // or directories, which end in a slash
}

func (e *UntrackedError) Error() string {
	text := "the work tree has files that are not in git"
	if e.Cleaned {
		text += ", also after debian/rules clean"
	}
	const most = 5
	if len(e.Files) > most {
		return fmt.Sprintf("%s: %s and %d more", text, strings.Join(e.Files[:most], " "), len(e.Files)-most)
	}
	return text + ": " + strings.Join(e.Files, " ")
}

// CleanOptions are the options of [Clean] and [CleanForBuild].
type CleanOptions struct {
	Mode     CleanMode
	WorkTree bool // the build is of the work tree as it is
	DryRun   bool // remove nothing, and run nothing; files are refused all the same
	Programs Programs
	Terminal Terminal
	Removing func(lines []string) // is told what will be removed, in git's words, before that; default: nobody
}

// Clean cleans a work tree as a mode says, which may be to only check it. The error is an
// [*UntrackedError] if that refuses files, and a [*ToolError] if debian/rules clean fails.
func Clean(ctx context.Context, repo *gitmap.Repo, opts CleanOptions) error {
	mode := opts.Mode
	switch {
	case mode.usesGit():
		return gitClean(ctx, repo, opts)
	case mode.usesRules() && !opts.DryRun:
		if err := rulesClean(ctx, opts.Terminal.in(repo.WorkTree()), mode, opts.Programs); err != nil {
			return err
		}
	}
	return refuseUntracked(ctx, repo, "", mode, mode.usesRules() && !opts.DryRun)
}

// CleanForBuild does what a mode says about the work tree itself before a build: of a commit, or with
// WorkTree of a copy of the work tree, which is cleaned instead.
func CleanForBuild(ctx context.Context, repo *gitmap.Repo, opts CleanOptions) error {
	switch {
	case opts.Mode.always():
		return gitClean(ctx, repo, opts)
	case opts.WorkTree:
		return nil
	}
	return refuseUntracked(ctx, repo, "", opts.Mode, false)
}

// gitClean says what it will remove, and then removes it.
func gitClean(ctx context.Context, repo *gitmap.Repo, opts CleanOptions) error {
	clean := gitmap.CleanOptions{Ignored: true, Nested: opts.Mode.nested(), DryRun: true}
	lines, err := repo.Clean(ctx, clean)
	if err != nil || len(lines) == 0 {
		return err
	}
	if opts.Removing != nil {
		opts.Removing(lines)
	}
	if clean.DryRun = opts.DryRun; opts.DryRun {
		return nil
	}
	_, err = repo.Clean(ctx, clean)
	return err
}

// rulesClean runs the target "clean" of debian/rules, in the way of dpkg-buildpackage(1).
func rulesClean(ctx context.Context, t tool, mode CleanMode, programs Programs) error {
	words := slices.Clone(programs.command("dpkg-buildpackage", "dpkg-buildpackage"))
	words = append(words, programs.options("dpkg-buildpackage", sourceIgnores...)...)
	if mode.withoutDepends() {
		words = append(words, "-d")
	}
	return t.run(ctx, append(words, "-T", "clean")...)
}

// refuseUntracked refuses what a mode does not want to see in the work tree, or in a copy of it.
func refuseUntracked(ctx context.Context, repo *gitmap.Repo, copied string, mode CleanMode, cleaned bool) error {
	any, ignored := mode.refuses()
	if !any {
		return nil
	}
	lines, err := repo.Clean(ctx, gitmap.CleanOptions{WorkTree: copied, Ignored: ignored, DryRun: true})
	if err != nil || len(lines) == 0 {
		return err
	}
	e := &UntrackedError{Mode: mode, Cleaned: cleaned}
	for _, line := range lines {
		for _, does := range []string{"Would remove ", "Would skip repository "} {
			line = strings.TrimPrefix(line, does)
		}
		e.Files = append(e.Files, line)
	}
	return e
}
