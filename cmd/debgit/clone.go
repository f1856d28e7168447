package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/history"

	"github.com/spf13/cobra"
)

const cloneHelp = `Makes a git repository of the newest version of a source package in a suite, on
the branch dgit/SUITE. The files of the source package are kept beside the
directory, for building.

PACKAGE is the name of a source package or of a binary package, the path of an
installed file, such as /bin/ls, or the path or URL of a .dsc.

SUITE is a codename such as trixie, or a name such as stable; sid unless the
configuration says otherwise, or the suite that has the version that is
installed here if PACKAGE is an installed file, or an installed binary package
whose source package has another name. It may be one that this machine's APT
does not use. DIR starts with . or /, and is ./PACKAGE if it is left out; it
must not exist.

Where the distro has a git server for dgit, what maintainers pushed there for
the suite is fetched, and is the history; else the history is an import.

With --uploads=all|N|since:VERSION the clone also gets the other uploads of the
source package, from every suite of the archive, and their history; debgit help
uploads tells more.

Every byte is verified: a key in the keyring of the archive signed the index of
the suite, that lists the index of sources, that lists the files. If anything
differs, nothing is left behind but downloads that a second try can use.

For a .dsc, only its own signature vouches; it is verified if a keyring is
known. No archive is asked, and the clone is an import.`

const cloneExample = `  debgit clone hello
  debgit clone hello trixie
  debgit clone hello trixie ./hello-13
  debgit clone hello --uploads=all
  debgit clone /usr/bin/sl
  debgit clone ../hello_2.10-3.dsc
  debgit clone hello sid --archive /srv/archive --keyring /srv/archive.gpg`

type cloneOptions struct {
	archiveFlags
	dscKeyrings           []string
	requireValidSignature bool
	keepOnError           bool
}

func newCloneCommand(env *environment) *cobra.Command {
	var opts cloneOptions
	cmd := &cobra.Command{
		Use:     "clone PACKAGE [SUITE] [DIR]",
		Short:   "Get a source package as a git repository",
		Long:    cloneHelp + limitHelp(),
		Example: cloneExample,
		Args:    arguments(1, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runClone(cmd.Context(), env, args, opts)
		},
		ValidArgsFunction: completeClone,
	}
	opts.add(cmd)
	flags := cmd.Flags()
	addUploadsFlag(cmd, &opts.uploads)
	flags.BoolVar(&opts.keepOnError, "no-rm-on-error", false, "if the clone fails, leave what there is of it in DIR")
	addDscKeyringFlag(flags, &opts.dscKeyrings)
	flags.BoolVar(&opts.requireValidSignature, "require-valid-signature", false, "fail if PACKAGE is a .dsc whose signature cannot be verified")
	return cmd
}

func completeClone(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 2 || len(args) == 1 && isDir(toComplete) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// cloneArguments tells PACKAGE, SUITE and DIR apart.
func cloneArguments(args []string) (pkg, suite, dir string, err error) {
	pkg = args[0]
	switch {
	case len(args) == 3:
		suite, dir = args[1], args[2]
	case len(args) == 2 && isDir(args[1]):
		dir = args[1]
	case len(args) == 2:
		suite = args[1]
	}
	if short := strings.TrimRight(dir, "/"); short != "" { // completion adds slashes
		dir = short
	}
	for i, arg := range args {
		if arg == "" {
			return "", "", "", &usageError{cause: fmt.Sprintf("clone: argument %d is empty", i+1)}
		}
	}
	if len(args) == 3 && isDir(suite) {
		return "", "", "", &usageError{cause: fmt.Sprintf("clone: %q stands where the suite should, but is a directory", suite)}
	}
	return pkg, suite, dir, nil
}

func isDir(arg string) bool { return strings.HasPrefix(arg, ".") || strings.HasPrefix(arg, "/") }

func runClone(ctx context.Context, env *environment, args []string, opts cloneOptions) error {
	pkg, suite, dir, err := cloneArguments(args)
	if err != nil {
		return err
	}
	name, err := history.ResolveName(ctx, pkg)
	if err == nil && suite == "" && opts.open.Archive == "" && opts.open.Distro == "" && env.program != dgitName {
		err = name.UseInstalled(ctx)
		suite = name.Suite
	}
	if err != nil {
		return err
	}
	if name.Dsc != "" {
		return runCloneDsc(ctx, env, name.Dsc, suite, dir, opts)
	}
	for _, note := range name.Notes {
		env.warn(note)
	}
	progress := env.progress()
	defer progress.close()
	opts.pkg = name.Package
	fetchOptions, err := opts.fetchOptions(env, "clone", suite, progress.report)
	if err != nil {
		return err
	}
	result, err := history.Clone(ctx, history.CloneOptions{FetchOptions: fetchOptions, Dir: dir, KeepOnError: opts.keepOnError})
	progress.close()
	if err != nil {
		return err
	}
	warnings := fetchWarnings(env, &result.FetchResult)
	for _, w := range warnings {
		env.warn(w)
	}
	if env.options.json {
		err = env.resultJSON("clone", newCloneJSON(result, append(name.Notes, warnings...)))
	} else if !env.options.quiet {
		env.result(cloneSummary(env, result))
	}
	if err == nil && result.Uploads != nil {
		err = result.Uploads.Err()
	}
	return err
}

// cloneSummary says what was made, and three things to do with it.
func cloneSummary(env *environment, r *history.CloneResult) string {
	if env.program == dgitName {
		return dgitOK("ready for work in " + filepath.Clean(r.Dir))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s is in %s\n\n", env.strong(harmlessLine(r.ID.Package+" "+string(r.Version))), harmlessLine(r.Suite), quote(filepath.Clean(r.Dir)))
	row := func(label, text string) { fmt.Fprintf(&b, "  %-7s %s\n", label, harmlessLine(text)) }
	row("branch", r.Branch)
	row("commit", short(r.Commit)+", "+madeFrom(r.Import))
	if len(r.Files) > 0 {
		row("files", "beside it: "+strings.Join(baseNames(r.Files), ", "))
	}
	if lost := lossSummary(r.Import); lost != "" {
		row("note", lost)
	}
	for _, s := range r.Signers {
		row("signed", "the archive's index, by "+signerName(s))
	}
	for _, s := range r.DscSigners {
		row("signed", "the .dsc, by "+signerName(s))
	}
	if r.Assurance == archive.ServiceDigest {
		row("digest", "of the .dsc, as "+r.Where+" told it")
	}
	if r.Uploads != nil {
		b.WriteString("\n" + uploadSummary(r.Uploads))
	}
	b.WriteString("\nWhat you can do now:\n\n")
	for _, n := range nextSteps(r) {
		fmt.Fprintf(&b, "  %s\n      %s\n", env.strong(n.command), n.purpose)
	}
	return b.String()
}

// A step is a command to type next, and what for.
type step struct{ command, purpose string }

// nextSteps are three things to do with a clone: look at the history, see what
// Debian changed, build. They differ with what the package is made of.
func nextSteps(r *history.CloneResult) []step {
	changes := step{"git show --stat", "see what the last commit changed"}
	switch imp := r.Import; {
	case imp == nil: // the maintainers' own commits
	case imp.Patches > 0:
		changes = step{"git log --patch --reverse " + short(imp.Main) + "..", "see what Debian changed in the upstream code, one commit for each patch"}
	case imp.Tarballs > 0:
		changes = step{"git diff --stat HEAD^ HEAD", "see what Debian added to the upstream code"}
	default:
		changes = step{"head -n 20 debian/changelog", "see what changed last; this package is Debian's own, so there are no patches"}
	}
	look := step{"git log --graph --oneline", "look at the history"}
	if r.Uploads != nil {
		look = step{"git log --first-parent debgit/uploads/" + r.Suite, "look at the uploads; debgit help uploads tells what else there is"}
	}
	return []step{
		{"cd " + quote(filepath.Clean(r.Dir)) + " && " + look.command, look.purpose},
		changes,
		{"dpkg-buildpackage -us -uc -b", "build it, with what you changed; sudo apt-get build-dep ./ gets what that needs"},
	}
}

func baseNames(paths []string) []string {
	var names []string
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}
