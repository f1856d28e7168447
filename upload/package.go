package upload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// The source formats that are not like all others, dpkg-source(1).
const (
	FormatOld    = "1.0"
	FormatNative = "3.0 (native)"
	FormatQuilt  = "3.0 (quilt)"
)

// A Package is a source package as a commit has it.
type Package struct {
	Repo      *gitmap.Repo
	Head      gitmap.CommitID
	ID        dsc.ID                // by the newest entry of the changelog
	Changelog []*dsc.ChangelogEntry // newest first; at least one
	Suite     string                // that the newest entry is for, as it says; "" if it says none
	Format    string                // the source format, as debian/source/format says; 1.0 if it does not
}

// A NotPackageError says that a commit, or a work tree, holds no source package.
type NotPackageError struct {
	Commit   gitmap.CommitID
	WorkTree string // if it is about that; or ""
	Err      error
}

func (e *NotPackageError) Error() string {
	if e.WorkTree != "" {
		return fmt.Sprintf("%s is no source package: %v", e.WorkTree, e.Err)
	}
	return fmt.Sprintf("commit %s is no source package: %v", e.Commit, e.Err)
}

// Unwrap returns the cause.
func (e *NotPackageError) Unwrap() error { return e.Err }

// A CommaError says that the first line of a changelog separates suites by commas, as those are that a
// clone joins: dpkg-parsechangelog(1) has blanks between them, and a build is for one suite.
type CommaError struct {
	Name   string // of the changelog
	Suites string
}

func (e *CommaError) Error() string {
	return fmt.Sprintf("%s is for %q, but a package is for one suite", e.Name, e.Suites)
}

// commaSuites is a changelog whose first line has suites with a comma between them.
var commaSuites = regexp.MustCompile(`^\S+ \([^() \t]+\)[ \t]+([-+0-9A-Za-z.]+(?:,[-+0-9A-Za-z.]+)+);`)

// OpenPackage reads what the commit that rev names says of itself. The error is a
// [*NotPackageError] if that is nothing that could be built.
func OpenPackage(ctx context.Context, repo *gitmap.Repo, rev string) (*Package, error) {
	head, ok, err := repo.Commit(ctx, rev)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s: there is no such commit", rev)
	}
	reader, err := repo.NewCommitReader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	p := &Package{Repo: repo, Head: head}
	return p, p.read("", func(name string) ([]byte, error) { return reader.File(head, name) })
}

// OpenWorkTree is [OpenPackage] for the work tree of repo as it is, with HEAD for its commit.
func OpenWorkTree(ctx context.Context, repo *gitmap.Repo) (*Package, error) {
	if repo.WorkTree() == "" {
		return nil, &NotPackageError{WorkTree: repo.GitDir(), Err: errors.New("the repository has no work tree")}
	}
	head, ok, err := repo.Commit(ctx, "HEAD")
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("HEAD: there is no commit yet")
	}
	files, err := repo.OpenWorkFiles()
	if err != nil {
		return nil, err
	}
	defer files.Close()
	p := &Package{Repo: repo, Head: head}
	return p, p.read(repo.WorkTree(), files.Content)
}

// read reads what the files of the package say of it; workTree is for messages.
func (p *Package) read(workTree string, file func(name string) ([]byte, error)) error {
	if err := p.readChangelog(workTree, file); err != nil {
		return err
	}
	return p.readFormat(file)
}

func (p *Package) readChangelog(workTree string, file func(name string) ([]byte, error)) error {
	const name = "debian/changelog"
	none := func(err error) error { return &NotPackageError{p.Head, workTree, err} }
	data, err := file(name)
	if errors.Is(err, fs.ErrNotExist) {
		return none(fmt.Errorf("%s: %w", name, fs.ErrNotExist)) // the commit is named already
	}
	if err != nil {
		return err
	}
	for e := range dsc.Changelog(data) {
		p.Changelog = append(p.Changelog, e)
	}
	if suites := commaSuites.FindSubmatch(data); suites != nil {
		return none(&CommaError{Name: name, Suites: string(suites[1])})
	}
	if len(p.Changelog) == 0 {
		return none(fmt.Errorf("%s has no entry", name))
	}
	newest := p.Newest()
	if _, err := dsc.ParseVersion(string(newest.Version)); err != nil || newest.Header == "" {
		return none(fmt.Errorf("%s: line %d names no version", name, newest.Line))
	}
	if err := dsc.CheckPackageName(newest.Package); err != nil {
		return none(fmt.Errorf("%s: line %d: %w", name, newest.Line, err))
	}
	p.ID = dsc.ID{Package: newest.Package, Version: newest.Version}
	p.Suite = strings.Join(newest.Distributions, " ")
	return nil
}

func (p *Package) readFormat(file func(name string) ([]byte, error)) error {
	const name = "debian/source/format"
	data, err := file(name)
	if errors.Is(err, fs.ErrNotExist) {
		p.Format = FormatOld
		return nil
	}
	line, _, _ := strings.Cut(string(data), "\n")
	p.Format = strings.TrimSpace(line)
	return err
}

// Newest is the entry of the changelog that the upload will be of.
func (p *Package) Newest() *dsc.ChangelogEntry { return p.Changelog[0] }

// isMissing tells what is not there from other errors.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
