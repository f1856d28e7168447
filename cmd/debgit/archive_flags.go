package main

import (
	"debgit/gitmap"
	"debgit/history"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// archiveFlags are the options of commands that read an archive.
type archiveFlags struct {
	limits           gitmap.Limits
	archive          string
	keyrings         []string
	requireGitServer bool
	requireIndex     bool
	noChase          bool
	uploads          string // of those commands that have the option
}

func (o *archiveFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	o.addArchive(flags)
	flags.BoolVar(&o.requireGitServer, "require-git-server", false, "fail if the distro's git server cannot be asked for what maintainers pushed")
	flags.BoolVar(&o.requireIndex, "require-signed-index", false, "fail if the archive is configured to be asked in a way that knows no signed index")
	flags.BoolVar(&o.noChase, "no-chase-dsc-distro", false, "do not ask another distro for the commit that a .dsc names")
	addLimitFlag(flags, &o.limits)
}

// addArchive adds the options that say which archive is read.
func (o *archiveFlags) addArchive(flags *pflag.FlagSet) {
	flags.StringVar(&o.archive, "archive", "", "read the archive at `URL|DIR` (default: those that APT is configured for)")
	flags.StringArrayVar(&o.keyrings, "keyring", nil, "trust the keys in `FILE` to sign that archive; may be repeated")
}

// fetchOptions are these options, for a package and suite; "" for the default ones.
func (o *archiveFlags) fetchOptions(env *environment, command, pkg, suite string, progress gitmap.Progress) (history.FetchOptions, error) {
	opts := history.FetchOptions{
		ArchiveOptions: history.ArchiveOptions{
			OpenOptions: history.OpenOptions{Archive: o.archive, Keyrings: o.keyrings, RequireSignedIndex: o.requireIndex},
			Getenv:      env.getenv,
			Limits:      o.limits,
			Progress:    progress,
		},
		Package:          pkg,
		Suite:            suite,
		RequireGitServer: o.requireGitServer,
		NoChase:          o.noChase,
	}
	if o.archive == "" && len(o.keyrings) > 0 {
		return opts, &usageError{cause: command + ": --keyring is about the archive that --archive names, but there is no --archive"}
	}
	var err error
	opts.Uploads, err = uploadSelection(o.uploads)
	return opts, err
}
