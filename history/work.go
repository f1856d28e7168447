package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// work is what a work tree says of itself, changed files included.
type work struct {
	repo  *gitmap.Repo
	files *gitmap.WorkFiles
}

// A NotPackageError says that a work tree is none of a source package.
type NotPackageError struct {
	Dir    string
	Err    error
	Inside []string // directories below Dir that are some, but not what the repository is of
}

func (e *NotPackageError) Error() string {
	text := fmt.Sprintf("%s is no source package: %v", e.Dir, e.Err)
	if len(e.Inside) > 0 {
		text += fmt.Sprintf("; there is one in %s, but debian/ must be at the top of the repository", strings.Join(e.Inside, ", "))
	}
	return text
}

// Unwrap returns the cause.
func (e *NotPackageError) Unwrap() error { return e.Err }

// openWork opens the work tree of a repository. It must be closed.
func openWork(repo *gitmap.Repo) (*work, error) {
	if repo.WorkTree() == "" {
		return nil, &NotPackageError{Dir: repo.GitDir(), Err: errors.New("the repository has no work tree")}
	}
	files, err := repo.OpenWorkFiles()
	if err != nil {
		return nil, err
	}
	return &work{repo, files}, nil
}

func (w *work) close() { w.files.Close() }

func (w *work) fail(err error) error {
	return &NotPackageError{w.repo.WorkTree(), err, w.packagesInside()}
}

// mostInside is how many source packages below the top are named.
const mostInside = 3

// packagesInside returns the directories, one or two levels below the top, that have a
// debian/changelog, if there is none at the top.
func (w *work) packagesInside() (dirs []string) {
	top := os.DirFS(w.repo.WorkTree())
	if _, err := fs.Stat(top, changelogPath); err == nil {
		return nil
	}
	for _, pattern := range []string{"*/" + changelogPath, "*/*/" + changelogPath} {
		found, err := fs.Glob(top, pattern)
		if err != nil {
			return nil
		}
		for _, name := range found {
			dirs = append(dirs, strings.TrimSuffix(name, "/"+changelogPath))
		}
	}
	return dirs[:min(len(dirs), mostInside)]
}

// sourcePackage returns the name of the source package: by debian/control or, if that is
// yet to be made, by debian/changelog.
func (w *work) sourcePackage() (string, error) {
	name := ""
	control, err := w.control()
	switch {
	case err == nil:
		name = control.Value("Source")
	case errors.Is(err, fs.ErrNotExist):
		e, clogErr := w.changelog()
		if clogErr != nil {
			return "", err
		}
		name = e.Package
	default:
		return "", err
	}
	if err := dsc.CheckPackageName(name); err != nil {
		return "", w.fail(err)
	}
	return name, nil
}

// control returns the first paragraph of debian/control.
func (w *work) control() (dsc.Paragraph, error) {
	const name = "debian/control"
	data, err := w.files.Content(name)
	if err != nil {
		return nil, w.fail(err)
	}
	p, err := dsc.ParseParagraph(name, firstParagraph(data))
	if err != nil {
		return nil, w.fail(err)
	}
	return p, nil
}

// sourceFormat returns the source format, "1.0" if debian/source/format is not there.
func (w *work) sourceFormat() (string, error) {
	data, err := w.files.Content("debian/source/format")
	if errors.Is(err, fs.ErrNotExist) {
		return "1.0", nil
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return strings.TrimSpace(line), err
}

// firstParagraph returns the lines of a control file up to the second paragraph, without
// comments, deb-src-control(5).
func firstParagraph(data []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(data) {
		switch {
		case bytes.HasPrefix(line, []byte("#")):
		case len(bytes.TrimSpace(line)) > 0:
			b.Write(line)
		case b.Len() > 0:
			return b.Bytes()
		}
	}
	return b.Bytes()
}

// changelog returns the newest stanza of debian/changelog.
func (w *work) changelog() (*dsc.ChangelogEntry, error) {
	data, err := w.files.Content("debian/changelog")
	if err != nil {
		return nil, w.fail(err)
	}
	for e := range dsc.Changelog(data) {
		return e, nil
	}
	return nil, w.fail(errors.New("debian/changelog has no stanza"))
}

// suite returns the suite that the work is for: that of the current branch, if it is
// dgit/SUITE, else the one that the changelog is for, else the default.
func (w *work) suite(ctx context.Context, s *session) (string, error) {
	branch, err := w.repo.CurrentBranch(ctx)
	if err != nil {
		return "", err
	}
	if suite := suiteOfBranch(branch); suite != "" {
		return suite, nil
	}
	e, err := w.changelog()
	if err == nil && len(e.Distributions) > 0 && e.Distributions[0] != "UNRELEASED" {
		return e.Distributions[0], nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return s.settings.defaultSuite(s.opts.Distro)
}

// suiteOfBranch returns the suite that a branch is named after, or "". The suites of names
// with a dot or a slash are not known by their branches, which people name dgit/sid.fix.
func suiteOfBranch(ref string) string {
	suite, ok := strings.CutPrefix(ref, branchRef(""))
	if !ok || strings.ContainsAny(suite, "/.") {
		return ""
	}
	return suite
}
