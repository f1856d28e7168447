package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

const downloadOrigsHelp = `Gets the upstream tarballs (orig), and their signatures, that the upstream
version in debian/changelog needs, into the directory for files of source
packages: beside the work tree, if it is not configured or --build-products-dir
does not name another. The directory must be there. A file that is there
already is checked, and never replaced.

What is needed is what the newest upload to the suite lists, if that is of the
same upstream version. Else the whole archive is searched: there must be one
tarball of each component, with one signature at most. What the archive does not
have any more comes from the snapshot service, if the configuration names one
(dgit-distro.DISTRO.snapshot-url).

The suite is the one of the branch dgit/SUITE that is checked out, else that of
debian/changelog.

Exit statuses that only this command has: 3 if a file is on no mirror (all
others were fetched), 4 if the archive has no orig of the version, 5 if it has
several that could be meant.`

const downloadOrigsExample = `  debgit download-unfetched-origs
  debgit download-unfetched-origs --write-sha256sums=origs
  (cd .. && sha256sum -c) <origs`

type downloadOrigsOptions struct {
	archiveFlags
	sums string
}

func newDownloadOrigsCommand(env *environment) *cobra.Command {
	var opts downloadOrigsOptions
	cmd := &cobra.Command{
		Use:     "download-unfetched-origs",
		Short:   "Get the upstream tarballs that are missing",
		Long:    downloadOrigsHelp,
		Example: downloadOrigsExample,
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDownloadOrigs(cmd.Context(), env, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	addOpenFlags(cmd, &opts.open)
	opts.addProductsDir(cmd)
	opts.addPackage(cmd)
	flags := cmd.Flags()
	flags.StringVar(&opts.sums, "write-sha256sums", "", "write the digests of all that is needed to `FILE`, in the form of sha256sum(1), whether it can be fetched or not")
	flags.BoolVarP(&opts.dryRun, "dry-run", "n", false, "fetch nothing: only say what is needed")
	return cmd
}

func runDownloadOrigs(ctx context.Context, env *environment, opts downloadOrigsOptions) error {
	repo, err := gitmap.Open(ctx, env.cwd)
	if err != nil {
		return err
	}
	progress := env.progress()
	defer progress.close()
	fetchOptions, err := opts.fetchOptions(env, "download-unfetched-origs", "", progress.report)
	if err != nil {
		return err
	}
	origs, err := history.FindOrigs(ctx, repo, fetchOptions)
	if opts.sums != "" {
		if err := writeSums(env, below(env.cwd, opts.sums), origs, err); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	for _, w := range origs.Warnings {
		env.warn(w)
	}
	if !opts.dryRun {
		err = origs.Fetch(ctx)
	}
	progress.close()
	if env.options.json {
		err = errors.Join(env.resultJSON("download-unfetched-origs", newNeededOrigsJSON(origs)), err)
	} else if !env.options.quiet {
		env.result(origsText(env, origs))
	}
	return err
}

// writeSums writes the digests of origs, one a line. Nothing is needed if failed says that none, or
// none that is certain, was found; if it is another error, nothing is known.
func writeSums(env *environment, path string, origs *history.Origs, failed error) error {
	var b strings.Builder
	if origs != nil {
		for _, f := range origs.Files {
			if f.Digest.Algorithm != dsc.SHA256 {
				return fmt.Errorf("%s has no SHA-256 digest of %s", f.From, f.Name)
			}
			fmt.Fprintf(&b, "%s  %s\n", f.Digest.Hex, f.Name)
		}
	} else if !errors.As(failed, new(*history.NoOrigsError)) && !errors.As(failed, new(*history.AmbiguousOrigsError)) {
		return nil
	}
	file, err := newOutputFile(path)
	if err != nil {
		return err
	}
	defer file.close()
	return file.write(env, []byte(b.String()))
}

type neededOrigsJSON struct {
	Package   string           `json:"package"`
	Version   string           `json:"upstream_version"`
	Directory string           `json:"directory"`
	Files     []neededOrigJSON `json:"files"`
	Warnings  []string         `json:"warnings"`
}

type neededOrigJSON struct {
	Name   string `json:"name"`
	Digest string `json:"digest"` // "sha256:..."
	From   string `json:"listed_in"`
	State  string `json:"state"` // "needed" (not tried), "had", "fetched" or "missing"
}

func newNeededOrigsJSON(o *history.Origs) neededOrigsJSON {
	j := neededOrigsJSON{o.Package, string(o.Version), o.Dir, []neededOrigJSON{}, append([]string{}, o.Warnings...)}
	for _, f := range o.Files {
		j.Files = append(j.Files, neededOrigJSON{f.Name, f.Digest.String(), f.From, origWord(f)})
	}
	return j
}

// origWord says what became of an orig.
func origWord(f history.Orig) string {
	switch {
	case f.State == history.OrigMissing:
		return "missing"
	case f.State == "":
		return "needed"
	case f.Had:
		return "had"
	}
	return "fetched"
}

// origText says what became of an orig.
func origText(f history.Orig) string {
	switch origWord(f) {
	case "missing":
		return "is not on the mirror"
	case "had":
		return "is there already, as " + f.From + " has it"
	case "fetched":
		return "fetched, as " + f.From + " has it"
	}
	return "is needed, as " + f.From + " has it"
}

func origsText(env *environment, o *history.Origs) string {
	dir := o.Dir
	if rel, err := filepath.Rel(env.cwd, dir); err == nil {
		dir = rel
	}
	var b strings.Builder
	for _, f := range o.Files {
		fmt.Fprintf(&b, "%s: %s\n", harmlessLine(filepath.Join(dir, f.Name)), harmlessLine(origText(f)))
	}
	return b.String()
}
