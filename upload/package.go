package upload

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// A NotPackageError says that a commit holds no source package.
type NotPackageError struct {
	Commit gitmap.CommitID
	Err    error
}

func (e *NotPackageError) Error() string {
	return fmt.Sprintf("commit %s is no source package: %v", e.Commit, e.Err)
}

// Unwrap returns the cause.
func (e *NotPackageError) Unwrap() error { return e.Err }

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
	if err := p.readChangelog(reader); err != nil {
		return nil, err
	}
	return p, p.readFormat(reader)
}

func (p *Package) readChangelog(reader *gitmap.CommitReader) error {
	const name = "debian/changelog"
	data, err := reader.File(p.Head, name)
	if errors.Is(err, fs.ErrNotExist) {
		return &NotPackageError{p.Head, err}
	}
	if err != nil {
		return err
	}
	for e := range dsc.Changelog(data) {
		p.Changelog = append(p.Changelog, e)
	}
	if len(p.Changelog) == 0 {
		return &NotPackageError{p.Head, fmt.Errorf("%s has no entry", name)}
	}
	newest := p.Newest()
	if _, err := dsc.ParseVersion(string(newest.Version)); err != nil || newest.Header == "" {
		return &NotPackageError{p.Head, fmt.Errorf("%s: line %d names no version", name, newest.Line)}
	}
	if err := dsc.CheckPackageName(newest.Package); err != nil {
		return &NotPackageError{p.Head, fmt.Errorf("%s: line %d: %w", name, newest.Line, err)}
	}
	p.ID = dsc.ID{Package: newest.Package, Version: newest.Version}
	p.Suite = strings.Join(newest.Distributions, " ")
	return nil
}

func (p *Package) readFormat(reader *gitmap.CommitReader) error {
	const name = "debian/source/format"
	data, err := reader.File(p.Head, name)
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
