package main

import (
	"context"
	"fmt"
	"strings"

	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

const quiltFixupHelp = `Puts commits on top of the branch that is checked out, as far as the source
package needs them: what the branch changes of upstream's files becomes patches
in debian/patches, and a directory .pc goes. The result is what debgit
push-source would upload; it does the same by itself.

Only packages of the source format 3.0 (quilt) have patches. The tarballs of the
upstream version in debian/changelog must be there, and nothing that git knows
of may be changed in the work tree. What is committed counts, not what is there
beside it. The commits are made in your name, as git commit would make them.

The quilt mode says what the branch has, and how changes become patches. If
neither an option nor the configuration has one, the layout of the branch tells
it: debgit help layouts. These are the modes of a branch with all patches
applied:

  linear      each commit becomes one, or it fails
  try-linear  likewise, but where that cannot be, all become one patch
  smash       all changes that are no patch yet become one patch
  single      all changes, also those that are patches, become the only patch
  nofix       it fails if there is a change that is no patch
  nocheck     nothing is looked at, and nothing done

With single-debian-patch in debian/source/options, dpkg-source(1) makes one
patch of all changes, whatever of these the mode is. On a branch that
git-debrebase(1) keeps, that program makes the patches in the mode linear.

In the other modes the branch has the maintainer view. It stays as it is, and
the archive view is made beside it, of commits that are the same whoever makes
them, and when.

Commits become one patch each if they lead in a straight line from one whose
files are those of the tarballs, with the patches that there are, to HEAD. A
line "Gbp-Pq: Name NAME" in a commit's message names its patch.`

const quiltFixupExample = `  debgit quilt-fixup --dry-run
  debgit quilt-fixup --quilt=smash`

type quiltFixupOptions struct {
	packageFlags
	viewFlags
	limits gitmap.Limits
	dryRun bool
	clean  cleanFlags // for dgit's command line alone: nothing is cleaned
}

// viewFlags are the options that say how the archive view of a branch is made.
type viewFlags struct {
	quilt, upstream string
	split           splitFlag
	unrepresentable bool
	save            string
}

func (o *viewFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.quilt, "quilt", "", "the branch is kept in this quilt `MODE` (default: as configured, else by what is in the branch)")
	flags.StringVar(&o.upstream, "upstream-commitish", "", "in quilt mode baredebian, upstream's files are in `COMMIT` (default: the tag of the upstream version)")
	addSplitFlag(flags, &o.split, "make the archive view beside the branch, which stays as it is: `always`, never, or auto, if the quilt mode needs that")
	flags.BoolVar(&o.unrepresentable, "force-unrepresentable", false, "make patches even of changes that no patch can make")
	flags.StringVar(&o.save, "save-dgit-view", "", "have `REF` name the archive view: a branch, unless it begins with refs/")
}

// saveView lets a ref name a view, if that is wanted. It returns what to say of that, or "".
func (o *viewFlags) saveView(ctx context.Context, work *packageWork, view *upload.View) (string, error) {
	if o.save == "" {
		return "", nil
	}
	ref, err := upload.SaveView(ctx, work.Repo, o.save, view)
	if err != nil {
		return "", err
	}
	return harmlessLine(ref) + " names the archive view", nil
}

// options returns the options for the archive view of a package, which is to be built with a tool, if any.
func (o *viewFlags) options(env *environment, work *packageWork, tool upload.BinaryTool) (upload.ViewOptions, error) {
	opts := upload.ViewOptions{OrigDirs: work.origDirs, Upstream: o.upstream}
	var err error
	if opts.Split, opts.NoSplit, err = work.access.SplitView(string(o.split)); err != nil {
		return opts, err
	}
	_, err = upload.ParseQuiltMode(o.quilt)
	if o.quilt != "" && err != nil {
		return opts, &usageError{cause: err.Error()}
	}
	if opts.Mode, err = upload.ConfiguredQuiltMode(work.access, o.quilt, tool, env.defaultMode()); err != nil {
		return opts, err
	}
	if o.unrepresentable {
		opts.Forces = opts.Forces.With(upload.ForceUnrepresentable)
	}
	return opts, nil
}

func newQuiltFixupCommand(env *environment) *cobra.Command {
	var opts quiltFixupOptions
	cmd := &cobra.Command{
		Use:     "quilt-fixup",
		Short:   "Make patches of the commits that are none yet",
		Long:    quiltFixupHelp + limitHelp(),
		Example: quiltFixupExample,
		Args:    arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runQuiltFixup(cmd.Context(), env, opts)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	opts.packageFlags.add(cmd)
	opts.viewFlags.add(cmd)
	addLimitFlag(cmd.Flags(), &opts.limits)
	if env.program == dgitName {
		opts.clean.add(cmd)
	}
	cmd.Flags().BoolVarP(&opts.dryRun, "dry-run", "n", false, "change nothing: show the commits that would be made, and their patches")
	return cmd
}

func runQuiltFixup(ctx context.Context, env *environment, opts quiltFixupOptions) error {
	work, err := opts.open(ctx, env, history.AccessOptions{})
	if err != nil {
		return err
	}
	viewOptions, err := opts.viewFlags.options(env, work, "")
	if err != nil {
		return err
	}
	if env.program == dgitName { // which refuses a contradiction even where it cleans nothing
		clean, err := opts.clean.chosen(work.access)
		if err == nil {
			err = clean.Check(viewOptions.Mode)
		}
		if err != nil {
			return err
		}
	}
	progress := env.progress()
	defer progress.close()
	viewOptions.Limits, viewOptions.Progress = opts.limits, progress.report
	fixup, err := upload.PlanFixup(ctx, work.Package, viewOptions)
	progress.close()
	if err != nil {
		return err
	}
	if opts.dryRun {
		return showFixup(ctx, env, fixup, true)
	}
	if err := fixup.Check(ctx); err != nil {
		return err
	}
	if !env.options.json { // which is printed when it is done
		if err := showFixup(ctx, env, fixup, false); err != nil {
			return err
		}
	}
	if err := fixup.Apply(ctx); err != nil {
		return err
	}
	saved, err := opts.saveView(ctx, work, fixup.View)
	if err != nil {
		return err
	}
	if env.options.json {
		return showFixup(ctx, env, fixup, false)
	}
	if saved != "" && !env.options.quiet {
		env.result(fmt.Sprintf("%s: %s\n", harmlessLine(work.ID.String()), saved))
	}
	return nil
}

type quiltFixupJSON struct {
	Package   string           `json:"package"`
	Version   string           `json:"version"`
	Format    string           `json:"format"`
	QuiltMode string           `json:"quilt_mode"` // "" if the format has none
	Split     bool             `json:"split_view"` // the commits are beside the branch
	Head      string           `json:"head"`       // before
	Commit    string           `json:"commit"`     // the last one that was made, or head
	Made      []madeCommitJSON `json:"made"`       // oldest first
	Applied   bool             `json:"applied"`    // the branch is at commit now
}

type madeCommitJSON struct {
	Commit string `json:"commit"`
	What   string `json:"what"`
}

// showFixup tells what a fixup does; with the patches, if it is not to be done.
func showFixup(ctx context.Context, env *environment, f *upload.Fixup, dryRun bool) error {
	p, v := f.Package, f.View
	if env.options.json {
		j := quiltFixupJSON{p.ID.Package, string(p.ID.Version), p.Format, string(v.Mode), v.Split, p.Head.String(), v.Commit.String(), []madeCommitJSON{}, !dryRun && !v.Split}
		for _, made := range v.Made {
			j.Made = append(j.Made, madeCommitJSON{made.Commit.String(), made.What})
		}
		return env.resultJSON("quilt-fixup", j)
	}
	if !env.options.quiet {
		env.result(fixupSummary(f))
	}
	if !dryRun {
		return nil
	}
	text, err := f.Patches(ctx)
	if err == nil {
		env.result(harmless(text))
	}
	return err
}

func fixupSummary(f *upload.Fixup) string {
	p, v := f.Package, f.View
	id := harmlessLine(p.ID.String())
	switch {
	case v.Mode == "":
		return fmt.Sprintf("%s: the source format is %s, which has no patches beside upstream's files: nothing to do\n", id, harmlessLine(p.Format))
	case v.Mode == upload.NoCheck:
		return fmt.Sprintf("%s: nothing is done in quilt mode %s\n", id, v.Mode)
	}
	var b strings.Builder
	if v.Layout != nil {
		fmt.Fprintf(&b, "%s: the layout of the branch: %s\n", id, harmlessLine(layoutText(v.Layout)))
	}
	switch {
	case v.Split:
		fmt.Fprintf(&b, "%s: in quilt mode %s the branch stays as it is; the archive view is commit %.12s\n", id, v.Mode, v.Commit)
		for _, made := range v.Made {
			fmt.Fprintf(&b, "%s: commit %.12s beside the branch %s\n", id, made.Commit, harmlessLine(made.What))
		}
		return b.String()
	case len(v.Made) == 0:
		fmt.Fprintf(&b, "%s: every change to upstream's files is a patch: nothing to do\n", id)
	}
	for _, made := range v.Made {
		fmt.Fprintf(&b, "%s: commit %.12s on top of the branch %s\n", id, made.Commit, harmlessLine(made.What))
	}
	return b.String()
}
