package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// ListOptions say of what versions are listed, and where they are looked for.
type ListOptions struct {
	OpenOptions
	Package  string   // a source package, or a binary package of one
	Suites   []string // default: all that are known, see List
	Kept     bool     // list what suites only keep because of binary packages, even if there is more
	Snapshot bool     // list what only the snapshot service of the default distro has, too
	CacheDir string   // default: debgit in the user's cache directory
	Progress gitmap.Progress
}

// A Listing is the versions of a source package that an archive has.
type Listing struct {
	Package  string
	Versions []ListedVersion // the highest first
	Warnings []string
}

// A ListedVersion is an upload, with all suites that have it.
type ListedVersion struct {
	ID     dsc.ID
	Suites []ListedSuite

	// Date is when the .dsc was signed, as the signature says, or when the snapshot
	// service first saw it; zero if that is not known.
	Date   time.Time
	Dgit   string // the commit that the .dsc names in its field Dgit, or ""
	VcsGit string // the maintainers' repository, as the .dsc says, or ""
}

// A ListedSuite is a suite that has an upload.
type ListedSuite struct {
	Codename  string // "" for a snapshot service
	Component string
	Where     string // the mirror or service that said so
	Assurance archive.Assurance
	Kept      bool // the suite has it only because binary packages built with it are still there
}

// A NotListedError says that none of the suites that were asked has a source package.
type NotListedError struct {
	Package string
	Suites  []string // their codenames
	Near    []string // source packages with a similar name
}

func (e *NotListedError) Error() string {
	return fmt.Sprintf("find source package %q: not in %s", e.Package, strings.Join(e.Suites, ", "))
}

// List finds the versions of a source package.
//
// The suites are those that mirrors of the distro have under the usual names and, unless
// that was named, those that APT is configured for; of Archive, if it is a directory of this machine,
// all that it has. A suite that cannot be asked is left out with a warning, but if no
// suite can be asked, the first such error is returned.
//
// Errors that callers may test for: [*NotListedError], [*NoSnapshotError], [*ConfigError], and
// those of [archive.Client].
func List(ctx context.Context, opts ListOptions) (*Listing, error) {
	l := &lister{opts: opts, result: &Listing{Package: opts.Package}}
	l.client = archive.NewClient(archive.ClientOptions{CacheDir: opts.CacheDir, Warn: keepWarnings(&l.result.Warnings)})
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return nil, err
	}
	l.settings = NewSettings(config, os.Getenv)
	distro, err := l.settings.distroOr(opts.Distro)
	if err != nil {
		return nil, err
	}
	var past *archive.Snapshot
	if opts.Snapshot { // whatever is wrong with that shows before anything is asked
		if past, err = openSnapshot(l.settings, distro, l.client); err != nil {
			return nil, err
		}
	}
	opener := newSuiteOpener(l.client, l.settings, opts.OpenOptions)
	questions := opener.questions(opts.Package, opts.Suites...)
	if len(opts.Suites) == 0 {
		if questions, err = opener.known(ctx, opts.Package); err != nil {
			return nil, err
		}
	}
	missing := l.ask(ctx, questions)
	if missing != nil && !errors.As(missing, new(*NotListedError)) {
		return nil, missing
	}
	l.leaveOutKept()
	if err := l.describe(ctx); err != nil {
		return nil, err
	}
	if past != nil {
		if err := l.addPast(ctx, past); err != nil {
			return nil, err
		}
	}
	if len(l.found) == 0 {
		return nil, missing
	}
	if err := l.sort(); err != nil {
		return nil, err
	}
	for _, f := range l.found {
		l.result.Versions = append(l.result.Versions, f.ListedVersion)
	}
	return l.result, nil
}

// lister is what one call of List works on.
type lister struct {
	opts     ListOptions
	settings *Settings
	client   *archive.Client
	result   *Listing
	found    []*listedUpload
}

type listedUpload struct {
	ListedVersion
	upload *archive.Upload
}

// ask asks all suites, and once more if the name is that of a binary package.
func (l *lister) ask(ctx context.Context, questions []suiteQuestion) error {
	answers := askSuites(ctx, questions, l.opts.Package, l.opts.Progress)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	missing := &NotListedError{Package: l.opts.Package}
	source := ""
	for _, a := range answers {
		if a.unknown != nil && source == "" {
			source = a.unknown.Source
		}
	}
	if source != "" && !slices.ContainsFunc(answers, func(a suiteAnswer) bool { return len(a.uploads) > 0 }) {
		l.warnf("%s is a binary package; its source package is %s", l.opts.Package, source)
		l.result.Package = source
		for i := range answers {
			if answers[i].err == nil {
				answers[i].ask(ctx, source)
			}
		}
	}
	var failed error
	for _, a := range answers {
		if isAbsent(a.err) && len(l.opts.Suites) == 0 {
			continue
		}
		if a.err != nil {
			l.warnf("suite %s is left out: %v", a.name, a.err)
			if failed == nil {
				failed = a.err
			}
			continue
		}
		missing.Suites = append(missing.Suites, a.suite.Codename())
		if a.unknown != nil {
			missing.addNear(a.unknown.Near)
		}
		for _, u := range a.uploads {
			l.add(u, a.suite)
		}
	}
	switch {
	case len(l.found) > 0:
		return nil
	case len(missing.Suites) > 0:
		return missing
	case failed != nil:
		return failed
	}
	return &archive.NoMirrorError{Suite: "any"}
}

func (e *NotListedError) addNear(names []string) {
	for _, n := range names {
		if !slices.Contains(e.Near, n) && len(e.Near) < 3 {
			e.Near = append(e.Near, n)
		}
	}
}

// add adds an upload that a suite has. Two suites have the same if its .dsc is the same,
// as far as is known.
func (l *lister) add(u *archive.Upload, s archive.Suite) {
	where := ListedSuite{s.Codename(), u.Component(), s.Where(), s.Assurance(), u.ExtraSourceOnly()}
	for _, f := range l.found {
		if f.ID == u.ID() && f.upload.Dsc().Digest == u.Dsc().Digest {
			f.Suites = append(f.Suites, where)
			return
		}
	}
	f := &listedUpload{ListedVersion{ID: u.ID(), Suites: []ListedSuite{where}}, u}
	f.setGit(u.Fields().Value("Dgit"), u.Fields().Value("Vcs-Git"))
	l.found = append(l.found, f)
}

// dscsAtOnce is how many .dsc files are read at a time.
const dscsAtOnce = 8

// describe adds what the .dsc files tell. One that cannot be read leaves a gap.
func (l *lister) describe(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "debgit-list-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	errs := make([]error, len(l.found))
	err = inParallel(ctx, dscsAtOnce, len(l.found), func(i int) error {
		errs[i] = l.found[i].describe(ctx, l.client, filepath.Join(dir, fmt.Sprint(i)))
		return nil
	})
	if err != nil {
		return err
	}
	var missing []string
	for i, err := range errs {
		switch {
		case errors.As(err, new(*archive.NoDscError)):
			missing = append(missing, string(l.found[i].ID.Version))
		case err != nil:
			l.warnf("the date of a version is not known: %v", err)
		}
	}
	if missing != nil {
		l.warnf("the mirror does not have the .dsc of %s, so the dates are not known", strings.Join(missing, ", "))
	}
	return nil
}

func (f *listedUpload) describe(ctx context.Context, client *archive.Client, dir string) error {
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	src, err := client.FetchDsc(ctx, f.upload, dir)
	if err != nil {
		return err
	}
	name := f.upload.Dsc().Name
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	f.setGit(src.DgitRef, src.VcsGit)
	f.Date, err = dsc.SignatureDate(name, data)
	return err
}

func (f *listedUpload) setGit(dgit, vcsGit string) {
	f.Dgit, _, _ = strings.Cut(dgit, " ")
	f.VcsGit = vcsGit
}

// leaveOutKept leaves out what suites only keep, if there is anything else.
func (l *lister) leaveOutKept() {
	holds := func(s ListedSuite) bool { return !s.Kept }
	held := func(f *listedUpload) bool { return slices.ContainsFunc(f.Suites, holds) }
	if l.opts.Kept || !slices.ContainsFunc(l.found, held) {
		return
	}
	l.found = slices.DeleteFunc(l.found, func(f *listedUpload) bool { return !held(f) })
	for _, f := range l.found {
		f.Suites = slices.DeleteFunc(f.Suites, func(s ListedSuite) bool { return s.Kept })
	}
}

// sort puts the highest version first.
func (l *lister) sort() (err error) {
	slices.SortStableFunc(l.found, func(a, b *listedUpload) int {
		order, failed := b.ID.Version.Compare(a.ID.Version)
		if failed != nil {
			err = failed
		}
		return order
	})
	return err
}

func (l *lister) warnf(format string, args ...any) {
	l.result.Warnings = append(l.result.Warnings, fmt.Sprintf(format, args...))
}
