package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const verifyHelp = `Proves that an import is what its .dsc gives: verifies the files of the .dsc,
imports them once more, in a repository of its own that is removed afterwards,
and compares commit by commit. COMMIT is any commit of the import; of one on
top of it, the nearest import in its history is verified (default: HEAD's).
Nothing in the repository is changed.

The .dsc is the one in debgit's record of the import, or PACKAGE_VERSION.dsc
beside the work tree. Its files are looked for beside the work tree, too. If
any is missing, the upload is fetched again from the archive, from any suite
that has the version, into a directory that is removed afterwards.

If the commits are those of the .dsc, the exit status is 0; if they differ, it
is 6, and each difference is named. Commits that dgit 13 or older made have
other committers, and are verified as such.

That each object is what its id says is not looked at here: see git fsck.`

const verifyExample = `  debgit verify
  debgit verify --offline dgit/sid
  debgit verify --dsc ../hello_2.10-3.dsc hello
  debgit verify --archive /srv/archive --keyring /srv/archive.gpg`

func newVerifyCommand(env *environment) *cobra.Command {
	var opts history.VerifyOptions
	cmd := &cobra.Command{
		Use:     "verify [COMMIT|BRANCH]",
		Short:   "Prove that an import is what its .dsc gives",
		Long:    verifyHelp + limitHelp(),
		Example: verifyExample,
		Args:    arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.Rev = strings.Join(args, "")
			return runVerify(cmd.Context(), env, opts)
		},
		ValidArgsFunction: env.completeBranches,
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.Dsc, "dsc", "", "verify against the .dsc `FILE`, with its files beside it")
	flags.StringVar(&opts.SourceDir, "source-dir", "", "look for the files of the .dsc in `DIR`")
	flags.BoolVar(&opts.Offline, "offline", false, "fetch nothing; fail if a file is missing")
	flags.StringVar(&opts.Fetch.Suite, "suite", "", "fetch missing files from `SUITE` only (default: the suites of the repository's dgit/ branches, and all that APT is configured for)")
	flags.StringVar(&opts.Fetch.Archive, "archive", "", "fetch from the archive at `URL|DIR` (default: those that APT is configured for)")
	flags.StringArrayVar(&opts.Fetch.Keyrings, "keyring", nil, "trust the keys in `FILE` to sign that archive; may be repeated")
	addDscKeyringFlag(flags, &opts.Keyrings)
	flags.BoolVar(&opts.RequireValidSignature, "require-valid-signature", false, "fail if the signature of the .dsc cannot be verified")
	addLimitFlag(flags, &opts.Limits)
	return cmd
}

func runVerify(ctx context.Context, env *environment, opts history.VerifyOptions) error {
	if opts.Fetch.Archive == "" && len(opts.Fetch.Keyrings) > 0 {
		return &usageError{
			cause: "verify: --keyring is about the archive that --archive names, but there is no --archive",
			hint:  "name the keyring of who signed the .dsc: --dsc-keyring FILE",
		}
	}
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	opts.Progress = progress.report
	v, err := history.Verify(ctx, repo, opts)
	progress.close()
	if err != nil {
		return err
	}
	for _, w := range v.Warnings {
		env.warn(w)
	}
	var none *history.NoUploaderKeyringError
	if v.Signature != nil && !errors.As(v.Signature, &none) {
		env.warn(fmt.Sprintf("the signature of the .dsc is not verified: %v", v.Signature))
	}
	switch {
	case env.options.json:
		if err := env.resultJSON("verify", newVerifyJSON(v)); err != nil {
			return err
		}
	case !env.options.quiet:
		env.result(verificationText(env, v))
	}
	return v.Err()
}

// verificationText is what verify prints for people.
func verificationText(env *environment, v *history.Verification) string {
	var b strings.Builder
	if !v.IsPart() {
		fmt.Fprintf(&b, "Commit %s is not part of an import, and is not verified. It builds on %s.\n", short(v.Commit.ID), short(v.Part.ID))
	}
	id := harmlessLine(v.ID.String())
	if v.Err() != nil {
		fmt.Fprintf(&b, "%s: the import of %s is not what its .dsc gives\n\n", env.strong("not verified"), id)
		for _, d := range v.Differences {
			writeDifference(&b, d)
		}
	} else {
		fmt.Fprintf(&b, "%s: the import of %s is what its .dsc gives\n", env.strong("verified"), id)
		if v.Generation != gitmap.GenerationNow {
			fmt.Fprintf(&b, "%s made it: its committers are people, and the ids not those of today, but\ntrees and texts are the same\n", v.Generation)
		}
		b.WriteString("\n")
		writeVerifiedCommits(&b, v.Import.Chain)
		fmt.Fprintf(&b, "  %s  tree\n\n", v.Want.Tree)
	}
	row := func(label, text string) { fmt.Fprintf(&b, "  %-7s %s\n", label, harmlessLine(text)) }
	row(".dsc", "SHA-256 "+v.DscDigest.Hex+", from "+v.DscFrom)
	row("files", "as the .dsc lists them, from "+v.FilesFrom)
	for _, s := range v.Signers {
		row("signed", "the .dsc, by "+signerName(s))
	}
	if v.Signature != nil {
		row("note", "the signature of the .dsc is not verified: "+v.Signature.Error())
	}
	return b.String()
}

func writeVerifiedCommits(b *strings.Builder, chain *gitmap.Chain) {
	for _, c := range newPartCommitsJSON(chain) {
		what := c.Kind + " " + c.Name
		if c.Kind == "main" {
			what = "main commit"
		}
		fmt.Fprintf(b, "  %s  %s\n", c.Commit, harmlessLine(what))
	}
}

// mostPaths is how many different paths of a tree are named.
const mostPaths = 10

// writeDifference says in what a commit differs.
func writeDifference(b *strings.Builder, d gitmap.Difference) {
	part := harmlessLine(d.Part)
	switch {
	case d.Got.IsZero():
		fmt.Fprintf(b, "%s\n  is missing, should be commit %s\n\n", part, d.Want)
		return
	case d.Want.IsZero():
		fmt.Fprintf(b, "%s\n  is commit %s, should not be there\n\n", part, d.Got)
		return
	}
	fmt.Fprintf(b, "%s\n  is commit %s, should be %s\n", part, d.Got, d.Want)
	for _, f := range d.Fields {
		switch {
		case f.Field == "tree":
			fmt.Fprintf(b, "  tree: is %s, should be %s\n", f.Got, f.Want)
			writePaths(b, f.Paths)
		case strings.Contains(f.Got+f.Want, "\n"):
			writeTextDifference(b, f)
		default:
			fmt.Fprintf(b, "  %s: is %s, should be %s\n", f.Field, orNone(f.Got), orNone(f.Want))
		}
	}
	b.WriteString("\n")
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return harmlessLine(text)
}

func writePaths(b *strings.Builder, paths []gitmap.PathDifference) {
	for i, p := range paths {
		if i == mostPaths {
			fmt.Fprintf(b, "    and %d more files; --json lists all\n", len(paths)-i)
			return
		}
		fmt.Fprintf(b, "    %s: %s\n", harmlessLine(p.Path), describePath(p))
	}
}

// describePath says how a file differs. What is compared is "MODE TYPE OBJECT".
func describePath(p gitmap.PathDifference) string {
	gotMode, got, _ := strings.Cut(p.Got, " ")
	wantMode, want, _ := strings.Cut(p.Want, " ")
	mode := fmt.Sprintf("mode is %s, should be %s", gotMode, wantMode)
	switch {
	case p.Got == "":
		return "is missing"
	case p.Want == "":
		return "should not be there"
	case gotMode == wantMode:
		return "content differs"
	case got == want:
		return mode
	}
	return "content differs, " + mode
}

// writeTextDifference shows the first line in which two texts differ.
func writeTextDifference(b *strings.Builder, f gitmap.FieldDifference) {
	got, want := strings.SplitAfter(f.Got, "\n"), strings.SplitAfter(f.Want, "\n")
	n := 0
	for n < len(got) && n < len(want) && got[n] == want[n] {
		n++
	}
	line := func(lines []string) string {
		if n >= len(lines) || lines[n] == "" {
			return "not there"
		}
		return fmt.Sprintf("%q", lines[n])
	}
	fmt.Fprintf(b, "  %s: line %d is %s, should be %s\n", f.Field, n+1, line(got), line(want))
}
