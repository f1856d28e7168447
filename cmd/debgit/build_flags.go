package main

import (
	"context"
	"fmt"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

// buildFlags are the options of the commands that build.
type buildFlags struct {
	command    string
	open       history.OpenOptions
	products   string
	limits     gitmap.Limits
	clean      cleanFlags
	programs   programFlags
	since      string
	maintainer string
	rmOld      bool
	noRmOld    bool
	dryRun     bool

	viewFlags
	dscAdd, changesAdd []string
}

// cleanFlags say what is done about files of the work tree that git does not know of.
type cleanFlags struct {
	mode, letters string
	dirty         bool
}

func (o *cleanFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.mode, "clean", "", "what is done about files that git does not know of: a `MODE` of those below (default: as configured, else dpkg-source)")
	flags.StringVarP(&o.letters, "clean-letters", "w", "", "the same by the `LETTERS` of dgit's option, such as -wgf")
	cmd.MarkFlagsMutuallyExclusive("clean", "clean-letters")
}

// chosen is the clean mode, from the options or from the configuration.
func (o *cleanFlags) chosen(access *history.Access) (mode upload.CleanMode, err error) {
	switch {
	case o.mode != "":
		mode, err = upload.ParseCleanMode(o.mode)
	case o.letters != "":
		mode, err = upload.ParseShortCleanMode(o.letters)
	default:
		return upload.ConfiguredCleanMode(access)
	}
	if err != nil {
		err = &usageError{cause: err.Error()}
	}
	return mode, err
}

const cleanModeHelp = `

The clean modes, and their letters:

  git, git-ff (g, gf)  git clean removes what git does not know of; with -ff,
                       repositories inside the work tree, too
  git,always, git-ff,always (ga, gfa)
                       the same, also where a commit is built
  check (c)            such files are refused
  check,ignores (ci)   they are refused, but for those that .gitignore names
  none (n)             nothing
  dpkg-source (d)      debian/rules clean is run; then such files are refused,
                       but for those that .gitignore names. This is the default.
  dpkg-source,no-check (dn), dpkg-source,all-check (da)
                       the same; none of them, or all of them, are refused
  dpkg-source-d, dpkg-source-d,no-check, dpkg-source-d,all-check (dd, ddn, dda)
                       the same, whatever build dependencies are missing`

func (o *buildFlags) add(cmd *cobra.Command, programs ...string) {
	o.command = cmd.Name()
	addOpenFlags(cmd, &o.open)
	addLimitFlag(cmd.Flags(), &o.limits)
	flags := cmd.Flags()
	flags.StringVar(&o.products, "build-products-dir", "", "put what is built into `DIR` (default: as configured, else beside the work tree); the upstream tarballs are looked for there, and then beside the work tree")
	flags.StringVarP(&o.since, "since-version", "v", "", "the .changes tells what is new since `VERSION`; _: in the newest entry alone (default: the newest in the suite)")
	flags.StringVarP(&o.maintainer, "maintainer", "m", "", "the .changes names `NAME <EMAIL>` as the maintainer")
	flags.BoolVar(&o.rmOld, "rm-old-changes", false, "remove what older builds of this version have left of .changes (default: as configured, else not)")
	flags.BoolVar(&o.noRmOld, "no-rm-old-changes", false, "leave them")
	cmd.MarkFlagsMutuallyExclusive("rm-old-changes", "no-rm-old-changes")
	flags.BoolVarP(&o.dryRun, "dry-run", "n", false, "build, but leave nothing of it: only say what would be there")
	flags.BoolVar(&o.clean.dirty, "include-dirty", false, "build from a copy of the work tree, with what is not committed")
	o.clean.add(cmd)
	o.viewFlags.add(cmd)
	cmd.MarkFlagsMutuallyExclusive("include-dirty", "save-dgit-view") // without a commit there is no view
	flags.StringArrayVar(&o.dscAdd, "dsc-control-add", nil, "put `FIELD=VALUE` into the .dsc; may be repeated")
	flags.StringArrayVar(&o.changesAdd, "ch-control-add", nil, "put `FIELD=VALUE` into the .changes; may be repeated")
	o.programs.add(cmd, append([]string{"dpkg-source", "dpkg-genchanges"}, programs...)...)
}

// A buildWork is a source package that is to be built.
type buildWork struct {
	packageWork
	view  upload.ViewOptions
	clean upload.CleanOptions
	opts  upload.BuildOptions

	progress *progress
}

// prepare opens the source package, and reads the options for its build with a tool, which
// is "" for the source package alone.
func (o *buildFlags) prepare(ctx context.Context, env *environment, tool upload.BinaryTool) (*buildWork, error) {
	if err := checkOpenFlags(o.command, o.open); err != nil {
		return nil, err
	}
	flags := packageFlags{distro: o.open.Distro, productsDir: o.products, workTree: o.clean.dirty}
	opened, err := flags.open(ctx, env, history.AccessOptions{})
	if err != nil {
		return nil, err
	}
	w := &buildWork{packageWork: *opened}
	if !o.dryRun {
		if err := upload.CheckProductsDir(w.products); err != nil {
			return nil, err
		}
	}
	if w.view, err = o.viewFlags.options(env, &w.packageWork, tool); err != nil {
		return nil, err
	}
	if o.clean.dirty && w.isSplit(ctx) {
		return nil, &usageError{cause: "--include-dirty cannot be in a split view: the source package is made of the archive view, which is beside the branch", hint: "commit the changes first"}
	}
	if w.clean.Mode, err = o.clean.chosen(w.access); err != nil {
		return nil, err
	}
	if err := w.clean.Mode.CheckBranch(ctx, w.Package, w.view); err != nil {
		return nil, err
	}
	if w.opts, err = o.buildOptions(env, w); err != nil {
		return nil, err
	}
	w.clean.WorkTree, w.clean.Programs, w.clean.Terminal = o.clean.dirty, w.opts.Programs, w.opts.Terminal
	w.clean.Removing, w.clean.DryRun = env.sayRemoving, o.dryRun
	return w, nil
}

// isSplit says whether the archive view is beside the branch. Where the layout of the branch would tell
// that, and does not, nothing is known to be against it.
func (w *buildWork) isSplit(ctx context.Context) bool {
	mode := w.view.Mode
	if mode == "" {
		if found, err := upload.DetectLayout(ctx, w.Package, w.view); err == nil {
			mode = found.Mode
		}
	}
	return w.view.Split || w.Format == upload.FormatQuilt && mode.IsSplitting()
}

// sayRemoving tells what git is about to remove from the work tree.
func (env *environment) sayRemoving(lines []string) {
	for _, line := range lines {
		env.message("note", "36", line)
	}
}

func (o *buildFlags) buildOptions(env *environment, w *buildWork) (opts upload.BuildOptions, err error) {
	opts = upload.BuildOptions{OrigDirs: w.origDirs, Since: dsc.Version(o.since), Maintainer: o.maintainer, Limits: o.limits}
	opts.Terminal.Stdin = env.stdin
	if !env.options.quiet {
		opts.Terminal.Messages = env.stderr
	}
	if opts.DscAdd, err = controlFields(o.dscAdd); err != nil {
		return opts, err
	}
	if opts.ChangesAdd, err = controlFields(o.changesAdd); err != nil {
		return opts, err
	}
	opts.Programs, err = upload.NewPrograms(w.access, o.programs.programs(env))
	return opts, err
}

// controlFields reads FIELD=VALUE.
func controlFields(texts []string) ([]dsc.Field, error) {
	var fields []dsc.Field
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, &usageError{cause: fmt.Sprintf("%q is not FIELD=VALUE", text)}
		}
		fields = append(fields, dsc.Field{Name: name, Value: value})
	}
	return fields, nil
}

// findSince finds out since which version the .changes tells what is new, if that is not said.
func (o *buildFlags) findSince(ctx context.Context, env *environment, w *buildWork) error {
	switch o.since {
	case "_":
		w.opts.Since = ""
		return nil
	case "":
	default:
		if _, err := dsc.ParseVersion(o.since); err != nil {
			return &usageError{cause: "-v: " + err.Error()}
		}
		return nil
	}
	suite, _, _ := strings.Cut(w.Suite, " ")
	if suite == "UNRELEASED" {
		suite = ""
	}
	newest, err := history.NewestVersion(ctx, w.Repo, history.FetchOptions{
		ArchiveOptions: history.ArchiveOptions{OpenOptions: o.open, Getenv: env.getenv, Limits: o.limits},
		Package:        w.ID.Package, Suite: suite,
	})
	if err != nil {
		return err
	}
	if newest.NotAsked != nil {
		env.warn(fmt.Sprintf("the archive cannot be asked for its newest version: %v; the last fetch of %s found %s, so the .changes tells what is new since that", newest.NotAsked, newest.Suite, newest.Version))
	}
	w.opts.Since = newest.Version
	return nil
}

// checkClean refuses a work tree that has changes which are not committed.
func checkClean(ctx context.Context, w *buildWork) error {
	state, err := w.Repo.WorkState(ctx)
	if err != nil || state.IsClean() {
		return err
	}
	return &dirtyError{upload.DirtyError{Paths: append(state.Conflicts, state.Changed...)}}
}

// A dirtyError says that the work tree differs from the commit that is to be built.
type dirtyError struct{ upload.DirtyError }
