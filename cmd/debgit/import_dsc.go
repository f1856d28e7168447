package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const importHelp = `Puts the source package of a .dsc file on BRANCH of the git repository that the
working directory is in: one commit for each tarball and each patch. Neither the
work tree nor any other branch is touched, and no network is needed.

BRANCH must not exist. +BRANCH replaces it; ..BRANCH adds a commit on top of it
that has the tree of the import. A branch that is checked out is refused.

The files that DSC lists are verified against it. Its signature is verified if a
keyring is known; that it is not only gives a warning, unless it is required.
Who may sign it is named by --dsc-keyring; --keyring, in other commands, is for
the keys of an archive.

A .dsc with the field Dgit names the commit that it was made from. That commit
is used instead of an import, if it is in the repository or the git server of
the distro that the field names has it; without a network, or with --offline,
only the former.`

const importExample = `  debgit import-dsc ../hello_2.10-3.dsc hello
  debgit import-dsc ../hello_2.10-3.dsc ..hello
  debgit import-dsc ../hello_2.10-3.dsc +refs/imports/hello`

type importOptions struct {
	limits                gitmap.Limits
	sourceDir             string
	productsDir           string
	distro                string
	keyrings              []string
	requireValidSignature bool
	forceDgitField        bool
	offline, noChase      bool
	requireGitServer      bool
	report                string
}

func newImportCommand(env *environment) *cobra.Command {
	var opts importOptions
	cmd := &cobra.Command{
		Use:     "import-dsc DSC BRANCH",
		Short:   "Turn a source package into git commits",
		Long:    importHelp + limitHelp(),
		Example: importExample,
		Args:    arguments(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runImport(cmd.Context(), env, args[0], args[1], opts)
		},
		ValidArgsFunction: completeImport,
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.sourceDir, "source-dir", "", "look for the files of DSC in `DIR` (default: beside DSC)")
	flags.StringVar(&opts.productsDir, "build-products-dir", "", "link these files into `DIR`, for later builds (default: as configured, else beside the work tree)")
	addDistroFlag(cmd, &opts.distro)
	flags.BoolVar(&opts.requireValidSignature, "require-valid-signature", false, "fail if the signature of DSC cannot be verified")
	addDscKeyringFlag(flags, &opts.keyrings)
	flags.Func("keyring", "", func(string) error {
		return errors.New("that is for the keys of an archive, and none is read here; --dsc-keyring FILE has the keys that may sign DSC")
	})
	_ = flags.MarkHidden("keyring") // fails for unknown flags only
	flags.BoolVar(&opts.forceDgitField, "force-import-dsc-with-dgit-field", false, "import the files even if DSC names a commit")
	flags.BoolVar(&opts.offline, "offline", false, "ask no git server for the commit that DSC names")
	flags.BoolVar(&opts.noChase, "no-chase-dsc-distro", false, "do not ask the distro that DSC names for it")
	flags.BoolVar(&opts.requireGitServer, "require-git-server", false, "fail if it cannot be had")
	flags.StringVar(&opts.report, "report", "", "write a report of the import into `FILE`, as JSON: what was made, how, and what git does not hold (-: to standard output, instead of the summary)")
	addLimitFlag(flags, &opts.limits)
	return cmd
}

// addDscKeyringFlag gives a command the option --dsc-keyring. In all commands --keyring
// is for the keys of an archive.
func addDscKeyringFlag(flags *pflag.FlagSet, keyrings *[]string) {
	flags.StringArrayVar(keyrings, "dsc-keyring", nil, "trust the keys in `FILE` to sign the .dsc; may be repeated (default: the distro's keyrings of uploaders)")
}

func completeImport(cmd *cobra.Command, args []string, toComplete string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return []string{"dsc"}, cobra.ShellCompDirectiveFilterFileExt
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func runImport(ctx context.Context, env *environment, dsc, branch string, opts importOptions) error {
	if strings.Trim(branch, "+.") == "" {
		return &usageError{cause: fmt.Sprintf("import-dsc: %q names no branch", branch)}
	}
	if opts.report == "-" && env.options.json {
		return &usageError{cause: "import-dsc: --report=- and --json both want standard output", hint: "the object that --json prints has the report: \"import\""}
	}
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	var report *outputFile
	if opts.report != "" {
		if report, err = newOutputFile(opts.report); err != nil {
			return err
		}
		defer report.close()
	}
	progress := env.progress()
	defer progress.close()
	result, err := history.ImportDsc(ctx, repo, history.ImportDscOptions{
		Dsc:                   dsc,
		Branch:                branch,
		SourceDir:             opts.sourceDir,
		ProductsDir:           opts.productsDir,
		Distro:                opts.distro,
		RequireValidSignature: opts.requireValidSignature,
		Keyrings:              opts.keyrings,
		ForceDgitField:        opts.forceDgitField,
		Offline:               opts.offline,
		NoChase:               opts.noChase,
		RequireGitServer:      opts.requireGitServer,
		Getenv:                env.getenv,
		Limits:                opts.limits,
		Progress:              progress.report,
	})
	progress.close()
	if err != nil {
		return err
	}
	return printImport(env, result, report)
}

// printImport prints what was made and writes the report, if there is to be one.
func printImport(env *environment, result *history.ImportDscResult, report *outputFile) error {
	warnings := importDscWarnings(result)
	if report != nil && result.Import == nil {
		warnings = append(warnings, "no report is written, as the commit is the one that the .dsc names; nothing was imported")
	}
	for _, w := range warnings {
		env.warn(w)
	}
	if report != nil && result.Import != nil {
		data, err := history.EncodeReport(result.Import.Report())
		if err == nil {
			err = report.write(env, data)
		}
		if err != nil {
			return &reportError{strings.TrimPrefix(result.Ref, "refs/heads/"), err}
		}
	}
	switch {
	case env.options.json:
		return env.resultJSON("import-dsc", newImportDscJSON(result, warnings))
	case !env.options.quiet && (report == nil || report.path != "-"):
		env.result(importSummary(env, result))
	}
	return nil
}

// A reportError says that the report of an import which is on a branch cannot be written.
type reportError struct {
	branch string
	err    error
}

func (e *reportError) Error() string { return e.err.Error() }

func (e *reportError) Unwrap() error { return e.err }

// importDscWarnings are what the user should know of an import that was made.
func importDscWarnings(r *history.ImportDscResult) []string {
	warnings := append(append([]string(nil), r.Warnings...), importWarnings(r.Import)...)
	if r.Missing != nil {
		warnings = append(warnings, fmt.Sprintf("%v\nIts files were imported instead.", r.Missing))
	}
	if r.Signature != nil {
		warnings = append(warnings, fmt.Sprintf("the signature of the .dsc is not verified: %v", r.Signature))
	}
	return warnings
}

// importSummary says what was made, and how to look at it.
func importSummary(env *environment, r *history.ImportDscResult) string {
	if env.program == dgitName {
		return dgitOK("results are in git ref " + r.Ref)
	}
	var b strings.Builder
	made := madeFrom(r.Import)
	if r.Import == nil {
		made = "the one that the .dsc names"
	}
	name := strings.TrimPrefix(r.Ref, "refs/heads/")
	fmt.Fprintf(&b, "%s is on %s: commit %s, %s\n", env.strong(harmlessLine(r.ID.String())), harmlessLine(name), short(r.Commit), made)
	if lost := lossSummary(r.Import); lost != "" {
		b.WriteString(lost + "\n")
	}
	for _, s := range r.Signers {
		fmt.Fprintf(&b, "signed by %s\n", harmlessLine(signerName(s)))
	}
	fmt.Fprintf(&b, "\nLook at it: %s\n", env.strong("git log --graph --oneline "+quote(name)))
	return b.String()
}
