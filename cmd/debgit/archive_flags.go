package main

import (
	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
)

// archiveFlags are the options of commands that read an archive.
type archiveFlags struct {
	limits           gitmap.Limits
	open             history.OpenOptions
	productsDir      string
	requireGitServer bool
	noChase          bool

	// Of those commands that have the options.
	pkg, uploads string
	dryRun       bool
	notForward   bool // a push is meant that replaces what the git server has
	freshRepo    bool // likewise, all of it
}

func (o *archiveFlags) add(cmd *cobra.Command) {
	addOpenFlags(cmd, &o.open)
	o.addProductsDir(cmd)
	flags := cmd.Flags()
	flags.BoolVar(&o.requireGitServer, "require-git-server", false, "fail if the distro's git server cannot be asked for what maintainers pushed")
	flags.BoolVar(&o.noChase, "no-chase-dsc-distro", false, "do not ask another distro for the commit that a .dsc names")
	addLimitFlag(flags, &o.limits)
}

// addOpenFlags gives a command the options that say which archive is read, and how.
func addOpenFlags(cmd *cobra.Command, o *history.OpenOptions) {
	addDistroFlag(cmd, &o.Distro)
	flags := cmd.Flags()
	flags.StringVar(&o.Archive, "archive", "", "read the archive at `URL|DIR` (default: those that APT is configured for)")
	flags.StringArrayVar(&o.Keyrings, "keyring", nil, "trust the keys in `FILE` to sign that archive; may be repeated")
	flags.BoolVar(&o.NoMirrorFallback, "no-mirror-fallback", false, "do not read what the mirror lacks from the configured second one")
	flags.BoolVar(&o.RequireSignedIndex, "require-signed-index", false, "fail if the archive is configured to be asked in a way that knows no signed index")
}

// checkOpenFlags refuses a keyring that nothing is read for.
func checkOpenFlags(command string, o history.OpenOptions) error {
	if o.Archive == "" && len(o.Keyrings) > 0 {
		return &usageError{cause: command + ": --keyring is about the archive that --archive names, but there is no --archive"}
	}
	return nil
}

// addProductsDir adds the option --build-products-dir.
func (o *archiveFlags) addProductsDir(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.productsDir, "build-products-dir", "", "keep the files of source packages in `DIR` (default: as configured, else beside the work tree)")
}

// addPackage adds the option --package.
func (o *archiveFlags) addPackage(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.pkg, "package", "p", "", "the source package is `PACKAGE` (default: the one that debian/control names)")
}

// addDryRun adds the option --dry-run.
func (o *archiveFlags) addDryRun(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&o.dryRun, "dry-run", "n", false, "move no ref: only say what would become of the branch")
}

// fetchOptions are these options, for a suite; "" for the default one.
func (o *archiveFlags) fetchOptions(env *environment, command, suite string, progress gitmap.Progress) (history.FetchOptions, error) {
	opts := history.FetchOptions{
		ArchiveOptions: history.ArchiveOptions{
			OpenOptions: o.open,
			ProductsDir: o.productsDir,
			Getenv:      env.getenv,
			Limits:      o.limits,
			Progress:    progress,
		},
		Package:          o.pkg,
		Suite:            suite,
		RequireGitServer: o.requireGitServer,
		NoChase:          o.noChase,
		DryRun:           o.dryRun,
		AllServerRefs:    o.notForward || o.freshRepo,
	}
	if err := checkOpenFlags(command, o.open); err != nil {
		return opts, err
	}
	if o.dryRun && o.uploads != "" {
		return opts, &usageError{cause: command + ": --dry-run says nothing of --uploads; leave one of them out"}
	}
	var err error
	opts.Uploads, err = uploadSelection(o.uploads)
	return opts, err
}
