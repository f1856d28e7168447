package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// A session is what the fetches of several suites have in common.
type session struct {
	opts     FetchOptions
	settings *Settings
	client   *archive.Client
	opener   *suiteOpener
	move     func(ctx context.Context, m refMoves) error // moveRefs, but for a dry run
	warnings []string                                    // of the client
}

// openSession starts a session for repo or, if that is nil, for one that is yet to be made.
func openSession(ctx context.Context, repo *gitmap.Repo, opts FetchOptions) (*session, error) {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	if opts.Package != "" { // it becomes part of paths, URLs and commands
		if err := dsc.CheckPackageName(opts.Package); err != nil {
			return nil, err
		}
	}
	var config gitmap.ConfigScopes
	var err error
	if repo != nil {
		config, err = repo.ConfigScopes(ctx)
	} else {
		config, err = gitmap.UserConfig(ctx)
	}
	if err != nil {
		return nil, err
	}
	s := &session{opts: opts, settings: NewSettings(config, opts.Getenv)}
	s.client = archive.NewClient(archive.ClientOptions{
		CacheDir: opts.CacheDir,
		DscSize:  opts.Limits.Dsc,
		Progress: opts.Progress,
		Warn:     keepWarnings(&s.warnings),
	})
	s.move = moveRefs
	if opts.DryRun {
		s.move = func(context.Context, refMoves) error { return nil }
	}
	s.opener = newSuiteOpener(s.client, s.settings, opts.OpenOptions)
	return s, nil
}

// keepWarnings returns what adds to warnings what a client has to say, such as of a keyring.
func keepWarnings(warnings *[]string) func(error) {
	return func(err error) { *warnings = append(*warnings, fmt.Sprintf("%v; it is passed over", err)) }
}

// products returns the directory for the files of source packages, where a work tree
// has or will have its top at dir.
func (s *session) products(access *Access, dir string) (string, error) {
	if s.opts.ProductsDir != "" {
		return s.opts.ProductsDir, nil
	}
	return access.ProductsDir(dir)
}

// ProductsDir returns the directory for the files of source packages that is configured for
// a work tree with its top at dir.
func (a *Access) ProductsDir(dir string) (string, error) {
	products, _, err := a.Value("build-products-dir")
	if err != nil || filepath.IsAbs(products) {
		return products, err
	}
	return filepath.Join(dir, products), nil
}

// OrigDirs returns where the orig tarballs of a work tree with its top at dir are looked for, in this
// order, as dgit does it: in the directory for the files of source packages, and beside the work tree.
func OrigDirs(products, dir string) []string {
	if dir == "" {
		return []string{products}
	}
	beside := filepath.Dir(dir)
	a, err := os.Stat(products)
	b, besideErr := os.Stat(beside)
	if err == nil && besideErr == nil && os.SameFile(a, b) {
		return []string{products}
	}
	return []string{products, beside}
}

// A SuitesError says that a combination of suites cannot be.
type SuitesError struct{ Suites, Cause string }

func (e *SuitesError) Error() string { return fmt.Sprintf("suites %q: %s", e.Suites, e.Cause) }

// A lookup is what a session found out about the suites before it fetches anything.
type lookup struct {
	codenames []string   // of all suites
	fetchers  []*fetcher // for those that have the package, the first always among them
}

// suite is the name of the suite, or of the combination of suites.
func (l *lookup) suite() string {
	names := slices.Clone(l.codenames)
	for i, name := range names {
		if rest, ok := strings.CutPrefix(name, names[0]+"-"); ok {
			names[i] = "-" + rest
		}
	}
	return strings.Join(names, ",")
}

// find opens the suites and looks for the package in each.
func (s *session) find(ctx context.Context) (*lookup, error) {
	l := &lookup{}
	for i, name := range strings.Split(s.opts.Suite, ",") {
		if strings.HasPrefix(name, "-") && i > 0 {
			name = l.codenames[0] + name
		}
		if name == "" || strings.HasPrefix(name, "-") {
			return nil, &SuitesError{s.opts.Suite, fmt.Sprintf("%q names no suite", name)}
		}
		f, err := s.openSuite(ctx, name)
		if err != nil {
			return nil, err
		}
		codename := f.suite.Codename()
		if slices.Contains(l.codenames, codename) {
			return nil, &SuitesError{s.opts.Suite, codename + " is there twice"}
		}
		l.codenames = append(l.codenames, codename)
		err = f.find(ctx)
		var absent *archive.UnknownPackageError
		if errors.As(err, &absent) && i > 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		s.opts.Package = f.pkg // of a binary package the source package
		l.fetchers = append(l.fetchers, f)
	}
	return l, nil
}

// fetch fetches the suites that have the package, and combines them if there are
// several.
func (s *session) fetch(ctx context.Context, repo *gitmap.Repo, products string, l *lookup) (*FetchResult, error) {
	var parts []*FetchResult
	for _, f := range l.fetchers {
		if err := f.fetch(ctx, repo, products); err != nil {
			return nil, f.about(err)
		}
		parts = append(parts, f.result)
	}
	parts[0].Warnings = append(s.warnings, parts[0].Warnings...)
	if len(l.codenames) == 1 {
		return parts[0], nil
	}
	return s.combine(ctx, repo, l, parts)
}
