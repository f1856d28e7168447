package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"

	"github.com/spf13/cobra"
)

// deliberations are what dgit's servers know that may be done in spite of something. Each is an
// option --deliberately-WORD; for all others there is --deliberately WORD.
var deliberations = []struct{ word, about string }{
	{"not-fast-forward", "let the suite branch go to what does not build on it, if the git server lets that be done"},
	{"fresh-repo", "have the git server begin anew, with none of the history that it has, if it lets that be done"},
	{"include-questionable-history", "push history that the git server calls questionable, such as of an upload that was rejected"},
}

// deliberatelyFlag is the option for any other word.
const deliberatelyFlag = "deliberately"

// pushForces are the checks that a push may pass over, each by an option --force-WORD.
var pushForces = []struct {
	force upload.Force
	about string
}{
	{upload.ForceUploadingOldVersion, "push a version that is not newer than that of the suite"},
	{upload.ForceReusingVersion, "push a version of which there is a tag already, and replace that"},
	{upload.ForcePushTainted, "push history that the git server calls tainted"},
	{upload.ForceUnsupportedSourceFormat, "push a source format that is not supported"},
	{upload.ForceUnrepresentable, "push changes that no patch can make"},
	{upload.ForceDscChangesMismatch, "push a .changes that disagrees with the .dsc about a file"},
	{upload.ForceChangesOrigsExactly, "leave the orig tarballs in the .changes as they are, whatever the archive has"},
	{upload.ForceUploadingBinaries, "push binary packages to a distro that wants source alone"},
	{upload.ForceUploadingSourceOnly, "push source alone to a distro that wants binary packages"},
	{upload.ForceUnknownUploader, "sign with a key that the keyrings of the distro's uploaders do not have"},
}

// pushFlags are the options of the commands that push.
type pushFlags struct {
	archive archiveFlags

	newPackage         bool
	existing           string
	quilt              string
	split              splitFlag
	upstream           string
	overwrite          string
	trust, collab      bool
	deliberate         []string
	deliberately       map[string]*bool
	force              map[upload.Force]*bool
	key, gpg           string
	noSign             bool
	dep14, noDep14     bool
	alwaysDep14        bool
	reuse              string
	verify, noVerify   bool
	host, dput         string
	dputOptions        []string
	delayed            int
	expectSuite        string
	expectVersion      string
	since, maintainer  string
	programs           programFlags
	batch              bool
	retry              string
	saveView           string
	changes            string
	dscAdd, changesAdd []string
}

// anyVersion is what --overwrite has for a value if it was given none.
const anyVersion = "as debian/changelog names"

func (o *pushFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	addOpenFlags(cmd, &o.archive.open)
	o.archive.addPackage(cmd)
	flags.StringVar(&o.archive.productsDir, "build-products-dir", "", "put the files of the upload into `DIR` (default: as configured, else beside the work tree); the orig tarballs are looked for there, and then beside the work tree")
	flags.BoolVar(&o.archive.noChase, "no-chase-dsc-distro", false, "do not ask another distro for the commit that a .dsc names")
	addLimitFlag(flags, &o.archive.limits)
	flags.BoolVarP(&o.newPackage, "new", "N", false, "the source package may be new to the suite")
	flags.StringVar(&o.existing, "existing-package", "", "with --new, `PACKAGE` is one that the suite has for sure (default: dpkg)")
	flags.StringVar(&o.quilt, "quilt", "", "the branch is kept in this quilt `MODE` (default: as configured, else by what is in the branch)")
	addSplitFlag(flags, &o.split, "push the archive view beside the branch, which has the maintainer view: `always`, never, or auto, if the quilt mode is one of those")
	flags.StringVar(&o.upstream, "upstream-commitish", "", "upstream's files are in `COMMIT` (default: upstream's tag)")
	flags.StringVar(&o.saveView, "save-dgit-view", "", "in a split view, have `REF` name the archive view, too, whatever it named before")
	o.addHistory(cmd)
	o.addSigning(cmd)
	flags.StringVar(&o.host, "upload-host", "", "send the files to `HOST`, as dput knows it, or put them into the directory of that absolute path (default: as configured)")
	flags.StringVar(&o.dput, "dput", "", "run `PROGRAM` instead of dput")
	flags.StringArrayVar(&o.dputOptions, "dput-option", nil, "give dput `OPTION`; may be repeated")
	flags.IntVar(&o.delayed, "delayed", 0, "have the queue keep the upload for `N` days")
	flags.StringVar(&o.expectSuite, "expect-suite", "", "fail unless debian/changelog is for `SUITE`")
	flags.StringVar(&o.expectVersion, "expect-version", "", "fail unless it is of `VERSION`")
	flags.StringVarP(&o.changes, "changes", "C", "", "push the upload that was built before, whose .changes is `FILE`; where that is the orig tarballs are, too")
	flags.StringArrayVar(&o.dscAdd, "dsc-control-add", nil, "put `FIELD=VALUE` into the .dsc; may be repeated")
	flags.StringArrayVar(&o.changesAdd, "ch-control-add", nil, "put `FIELD=VALUE` into the .changes; may be repeated")
}

// addBuild adds the options about how the source package is built.
func (o *pushFlags) addBuild(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&o.since, "since-version", "v", "", "the .changes tells what is new since `VERSION`; _: in this version alone (default: the newest in the suite)")
	flags.StringVarP(&o.maintainer, "maintainer", "m", "", "the .changes names `NAME <EMAIL>` as the maintainer")
	o.programs.add(cmd, "dpkg-source", "dpkg-genchanges")
}

// addRetry adds the options about a queue that does not answer.
func (o *pushFlags) addRetry(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&o.batch, "batch", false, "nobody is there to try again: if the queue fails, wait and retry, like --retry-schedule="+batchSchedule)
	flags.StringVar(&o.retry, "retry-schedule", "", "if the queue fails, try again after so many `SECONDS,...` each")
}

// batchSchedule is when dput is tried again with --batch, in seconds.
const batchSchedule = "10,20,50,125,400"

// retries are the waits before each further try to send the upload.
func (o *pushFlags) retries() (waits []time.Duration, err error) {
	schedule := o.retry
	if schedule == "" && o.batch {
		schedule = batchSchedule
	}
	for word := range strings.FieldsFuncSeq(schedule, func(r rune) bool { return r == ',' }) {
		seconds, err := strconv.ParseUint(word, 10, 24)
		if err != nil {
			return nil, &usageError{cause: fmt.Sprintf("--retry-schedule=%s: %q is no number of seconds", schedule, word)}
		}
		waits = append(waits, time.Duration(seconds)*time.Second)
	}
	return waits, nil
}

// addHistory adds the options about what is lifted of the checks.
func (o *pushFlags) addHistory(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&o.trust, "trust-changelog", false, "what debian/changelog names is part of the branch, also where git does not know that; the suite branch gets a commit that says so")
	flags.StringVar(&o.overwrite, "overwrite", "", "likewise, if `VERSION` is what the suite has; without a version the same as --trust-changelog")
	flags.Lookup("overwrite").NoOptDefVal = anyVersion
	flags.BoolVar(&o.collab, "collab-non-dgit", false, "work with people who do not use dgit: --split-view=always --trust-changelog")
	flags.StringArrayVar(&o.deliberate, deliberatelyFlag, nil, "tell the git server that `WORD` is meant; may be repeated")
	o.deliberately = map[string]*bool{}
	for _, d := range deliberations {
		o.deliberately[d.word] = flags.Bool(deliberatelyFlag+"-"+d.word, false, d.about)
	}
	o.force = map[upload.Force]*bool{}
	for _, f := range pushForces {
		o.force[f.force] = flags.Bool("force-"+string(f.force), false, f.about)
	}
}

// addSigning adds the options about signatures and tags.
func (o *pushFlags) addSigning(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVarP(&o.key, "key", "k", "", "sign with `KEY`, as gpg knows it (default: as configured, else that of who made the newest entry of debian/changelog)")
	flags.StringVar(&o.gpg, "gpg", "", "run `PROGRAM` instead of gpg")
	flags.BoolVar(&o.noSign, "no-sign", false, "sign nothing; few servers take that")
	flags.BoolVar(&o.dep14, "dep14tag", false, "make the tag DISTRO/VERSION, too (the default, unless configured otherwise)")
	flags.BoolVar(&o.noDep14, "no-dep14tag", false, "do not make it, unless in a split view")
	flags.BoolVar(&o.alwaysDep14, "always-dep14tag", false, "make it whatever is configured")
	flags.StringVar(&o.reuse, "dep14tag-reuse", "", "if it is there already: `if-exists`: use it; must: it has to be; replace-unsuitable: make it again if it is of another commit; replace: make it again (default: as configured, else if-exists)")
	flags.BoolVar(&o.verify, "dep14tag-verify", false, "use it only if git can verify its signature")
	flags.BoolVar(&o.noVerify, "no-dep14tag-verify", false, "use it whoever signed it")
	cmd.MarkFlagsMutuallyExclusive("dep14tag", "no-dep14tag", "always-dep14tag")
	cmd.MarkFlagsMutuallyExclusive("dep14tag-verify", "no-dep14tag-verify")
}

// pushOptions are these options, for a suite; "" for that of debian/changelog.
func (o *pushFlags) pushOptions(env *environment, command, suite string, progress gitmap.Progress) (upload.PushOptions, error) {
	opts := upload.PushOptions{
		ArchiveOptions: history.ArchiveOptions{
			OpenOptions: o.archive.open, ProductsDir: o.archive.productsDir, Getenv: env.getenv, Limits: o.archive.limits, Progress: progress,
		},
		Package: o.archive.pkg, Suite: suite, ExistingPackage: o.existing, NoChase: o.archive.noChase,
		Mode: o.quilt, SplitView: string(o.split), Upstream: o.upstream, DefaultMode: env.defaultMode(), SaveView: o.saveView,
		Overwrite:   upload.Overwrite{TrustChangelog: o.trust || o.collab},
		Sign:        upload.SignOptions{Key: o.key, Program: o.gpg, NoSign: o.noSign, Stdin: stdinFile(env)},
		DEP14:       upload.DEP14Options{Reuse: o.reuse},
		Upload:      upload.PlannedUpload{Host: o.host, Program: o.dput, Options: o.dputOptions, Delayed: o.delayed},
		ExpectSuite: o.expectSuite, ExpectVersion: dsc.Version(o.expectVersion),
	}
	opts.New = o.newPackage
	if err := checkOpenFlags(command, o.archive.open); err != nil {
		return opts, err
	}
	if o.delayed < 0 {
		return opts, &usageError{cause: fmt.Sprintf("--delayed=%d: days are counted from 0", o.delayed)}
	}
	if o.changes != "" {
		opts.Changes = o.changes
		if dir := filepath.Dir(o.changes); filepath.Base(o.changes) != o.changes {
			opts.ProductsDir = dir
		}
	}
	if o.collab {
		opts.SplitView = "always"
	}
	switch o.overwrite {
	case "":
	case anyVersion:
		opts.Overwrite.TrustChangelog = true
	default:
		opts.Overwrite.Version = dsc.Version(o.overwrite)
	}
	opts.Deliberate, opts.Forces = o.lifted()
	if env.program == dgitName { // which has no such check
		opts.Forces = opts.Forces.With(upload.ForceUnknownUploader)
	}
	switch {
	case o.noDep14:
		opts.DEP14.Make = "no"
	case o.dep14:
		opts.DEP14.Make = "want"
	case o.alwaysDep14:
		opts.DEP14.Make = "always"
	}
	if o.verify || o.noVerify {
		opts.DEP14.Verify = fmt.Sprint(o.verify)
	}
	var err error
	opts.Built, err = o.buildOptions(env)
	return opts, err
}

// lifted are what is deliberate, and the checks that are passed over.
func (o *pushFlags) lifted() ([]string, upload.Forces) {
	deliberate := slices.Clone(o.deliberate)
	for _, d := range deliberations {
		if *o.deliberately[d.word] {
			deliberate = append(deliberate, d.word)
		}
	}
	var forces upload.Forces
	for _, f := range pushForces {
		if *o.force[f.force] {
			forces = forces.With(f.force)
		}
	}
	return deliberate, forces
}

// buildOptions are the options about the files of the upload.
func (o *pushFlags) buildOptions(env *environment) (upload.BuildOptions, error) {
	opts := upload.BuildOptions{Since: dsc.Version(o.since), Maintainer: o.maintainer}
	if !env.options.quiet && !env.options.json {
		opts.Terminal.Messages = env.stderr
	}
	opts.Programs = o.programs.programs(env)
	var err error
	if opts.DscAdd, err = controlFields(o.dscAdd); err != nil {
		return opts, err
	}
	opts.ChangesAdd, err = controlFields(o.changesAdd)
	return opts, err
}

// stdinFile is the terminal or file that programs may read from, or nil.
func stdinFile(env *environment) *os.File {
	f, _ := io.Reader(env.stdin).(*os.File)
	return f
}
