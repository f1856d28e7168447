package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"debgit/dsc"
)

// A Complaint is what a push of the work tree would complain about, as far as that can be told
// before anything is built. The rules are those of dgit push-source.
type Complaint struct {
	Code   string // names the rule, and never changes
	Text   string
	Option string // of push, with which it does not; or ""
	Remedy string // what to do, with a command if there is one; or ""
}

// A complaintRule looks for something to complain about, of which there are these codes.
type complaintRule struct {
	codes []string
	find  func(*statusReader, context.Context) (*Complaint, error) // nil: nothing
}

// complaintRules are tried in this order.
var complaintRules = []complaintRule{
	{[]string{"unsupported", "read-only"}, (*statusReader).complainUnsupported},
	{[]string{"unreleased"}, (*statusReader).complainUnreleased},
	{[]string{"unfinished"}, (*statusReader).complainUnfinished},
	{[]string{"control", "names"}, (*statusReader).complainNames},
	{[]string{"version"}, (*statusReader).complainVersion},
	{[]string{"tag"}, (*statusReader).complainTag},
	{[]string{"suite"}, (*statusReader).complainBranch},
	{[]string{"new"}, (*statusReader).complainNew},
	{[]string{"lacks", "history"}, (*statusReader).complainHistory},
	{[]string{"no-commit", "detached"}, (*statusReader).complainDetached},
	{[]string{"conflict", "dirty"}, (*statusReader).complainDirty},
	{[]string{"uncommitted"}, (*statusReader).complainUncommitted},
	{[]string{"local-files"}, (*statusReader).complainLocalFiles},
	{[]string{"tar-ignore"}, (*statusReader).complainTarIgnore},
	{[]string{"format"}, (*statusReader).complainFormat},
	{[]string{"origs"}, (*statusReader).complainOrigs},
	{[]string{"patches"}, (*statusReader).complainPatches},
}

// complain collects what a push would complain about, unless there is nothing to push.
func (r *statusReader) complain(ctx context.Context) error {
	if r.result.IsUploaded() && r.opts.Fetched == nil {
		return nil
	}
	for _, rule := range complaintRules {
		c, err := rule.find(r, ctx)
		if err != nil {
			return err
		}
		if c != nil {
			r.result.Complain = append(r.result.Complain, *c)
		}
		for _, code := range rule.codes {
			if c == nil || c.Code != code {
				r.result.Passed = append(r.result.Passed, code)
			}
		}
	}
	return nil
}

// target is the suite that a push is about.
func (r *statusReader) target() *SuiteStatus { return r.result.Suites[0] }

func (r *statusReader) newest() *dsc.ChangelogEntry { return r.result.Entries[0] }

// complainUnsupported is about distros that nobody can push to.
func (r *statusReader) complainUnsupported(context.Context) (*Complaint, error) {
	access, err := r.settings.Access(AccessOptions{Distro: r.opts.Distro, Suite: r.target().Suite, Push: true})
	var unsupported *UnsupportedError
	if errors.As(err, &unsupported) {
		return &Complaint{Code: "unsupported", Text: unsupported.Text}, nil
	}
	if err != nil {
		return nil, err
	}
	if readonly, err := access.isReadOnly(); !readonly || err != nil {
		return nil, err
	}
	return &Complaint{Code: "read-only", Text: (&ReadOnlyError{access.Base}).Error()}, nil
}

func (r *statusReader) complainUnreleased(context.Context) (*Complaint, error) {
	if !slices.ContainsFunc(r.newest().Distributions, func(s string) bool { return strings.EqualFold(s, "UNRELEASED") }) {
		return nil, nil
	}
	return &Complaint{Code: "unreleased", Text: "debian/changelog is for UNRELEASED", Remedy: "finish it with: dch --release"}, nil
}

func (r *statusReader) complainUnfinished(context.Context) (*Complaint, error) {
	if e := r.newest(); e.Maintainer != "" && e.Date != "" {
		return nil, nil
	}
	return &Complaint{Code: "unfinished", Text: "the newest entry of debian/changelog does not say who made it and when", Remedy: "finish it with: dch --release"}, nil
}

func (r *statusReader) complainNames(context.Context) (*Complaint, error) {
	control, err := r.work.control()
	if err != nil {
		return &Complaint{Code: "control", Text: "debian/control cannot be read"}, nil
	}
	if name := control.Value("Source"); name != r.result.Package {
		return &Complaint{Code: "names", Text: fmt.Sprintf("debian/control is of source package %q, debian/changelog of %q", name, r.result.Package)}, nil
	}
	return nil, nil
}

const forceOldVersion = "--force-uploading-old-version"

func (r *statusReader) complainVersion(context.Context) (*Complaint, error) {
	s := r.target()
	if s.Version == "" {
		return nil, nil
	}
	order, err := r.newest().Version.Compare(s.Version)
	switch {
	case err != nil:
		return nil, err
	case order == 0:
		return &Complaint{Code: "version", Text: fmt.Sprintf("%s has this version already", s.Suite), Option: forceOldVersion, Remedy: "start the next one with: dch"}, nil
	case order < 0 && !s.LacksUpload(): // else that is what it is about
		return &Complaint{Code: "version", Text: fmt.Sprintf("%s has %s, which is newer than %s", s.Suite, s.Version, r.newest().Version), Option: forceOldVersion, Remedy: "start a newer one with: dch"}, nil
	}
	return nil, nil
}

func (r *statusReader) complainTag(ctx context.Context) (*Complaint, error) {
	name := ArchiveTag(r.target().access.Nominal, r.newest().Version)
	refs, err := r.repo.Refs(ctx, tagPrefix+name)
	if err != nil || len(refs) == 0 || r.newest().Version == r.target().Version {
		return nil, err
	}
	return &Complaint{Code: "tag", Text: fmt.Sprintf("the tag %s is there already, as of a push that came to its end", name), Option: "--force-reusing-version"}, nil
}

func (r *statusReader) complainBranch(context.Context) (*Complaint, error) {
	e := r.newest()
	branch := suiteOfBranch(r.branch)
	if branch == "" || !e.IsReleased() {
		return nil, nil
	}
	for _, s := range r.result.Suites {
		for _, d := range e.Distributions {
			if d == branch || d == s.Suite || fixedNames[d] == s.Suite {
				return nil, nil
			}
		}
	}
	return &Complaint{Code: "suite", Text: fmt.Sprintf("debian/changelog is for %s, but the branch is for %s", strings.Join(e.Distributions, " "), branch)}, nil
}

func (r *statusReader) complainNew(context.Context) (*Complaint, error) {
	s := r.target()
	if s.Version != "" || s.Where == "" {
		return nil, nil
	}
	return &Complaint{Code: "new", Text: fmt.Sprintf("%s does not have the package", s.Suite), Option: "--new"}, nil
}

// complainHistory is about a branch that does not build on what it is to replace.
func (r *statusReader) complainHistory(context.Context) (*Complaint, error) {
	s := r.target()
	if s.Version == "" || s.InHistory || s.Version == r.newest().Version {
		return nil, nil
	}
	if !s.Named {
		return &Complaint{Code: "lacks", Text: fmt.Sprintf("the branch lacks %s, which %s has", s.Version, s.Suite)}, nil
	}
	return &Complaint{Code: "history", Text: fmt.Sprintf("the branch does not build on the commit of %s", s.Version), Option: "--trust-changelog"}, nil
}

func (r *statusReader) complainDetached(context.Context) (*Complaint, error) {
	switch {
	case r.result.Head.IsZero():
		return &Complaint{Code: "no-commit", Text: "there is no commit yet"}, nil
	case r.result.Branch == "":
		return &Complaint{Code: "detached", Text: "HEAD is detached: commits that a push makes would be on no branch", Remedy: "make one with: git switch -c BRANCH"}, nil
	}
	return nil, nil
}

func (r *statusReader) complainDirty(context.Context) (*Complaint, error) {
	w := r.result.Work
	if w.IsClean() {
		return nil, nil
	}
	if n := len(w.Conflicts); n > 0 {
		return &Complaint{Code: "conflict", Text: "a merge is not finished", Remedy: "see: git status"}, nil
	}
	return &Complaint{Code: "dirty", Text: "the work tree has changes that are not committed", Remedy: "see: git status"}, nil
}

// complainUncommitted is about files that dpkg-source(1) would obey, but git does not have.
func (r *statusReader) complainUncommitted(ctx context.Context) (*Complaint, error) {
	for _, name := range []string{"debian/source/format", "debian/source/options"} {
		if _, err := r.work.files.Lookup(name); err != nil || r.result.Head.IsZero() {
			continue
		}
		if _, err := r.h.commits.File(r.result.Head, name); errors.Is(err, fs.ErrNotExist) {
			return &Complaint{Code: "uncommitted", Text: name + " is not committed", Remedy: "add it with: git add " + name}, nil
		}
	}
	return nil, nil
}

func (r *statusReader) complainLocalFiles(context.Context) (*Complaint, error) {
	for _, name := range []string{"debian/source/local-options", "debian/source/local-patch-header"} {
		if _, err := r.work.files.Lookup(name); err == nil {
			return &Complaint{Code: "local-files", Text: name + " is there, which would count on this machine only", Remedy: "remove it"}, nil
		}
	}
	return nil, nil
}

// complainTarIgnore is about an option with which dpkg-source(1) leaves .gitignore out, #908747.
func (r *statusReader) complainTarIgnore(context.Context) (*Complaint, error) {
	const name = "debian/source/options"
	data, err := readFile(r.work.files, name)
	if err != nil {
		return nil, nil
	}
	for line := range bytes.Lines(data) {
		word, _, _ := bytes.Cut(line, []byte("#"))
		if string(bytes.TrimSpace(word)) == "tar-ignore" {
			return &Complaint{Code: "tar-ignore", Text: name + " has tar-ignore without a pattern, so that files such as .gitignore would not be uploaded", Remedy: "remove that line"}, nil
		}
	}
	return nil, nil
}

func (r *statusReader) complainFormat(context.Context) (*Complaint, error) {
	format, native := r.result.Format, r.newest().Version.IsNative()
	switch {
	case format != "1.0" && format != "3.0 (quilt)" && format != "3.0 (native)":
		return &Complaint{Code: "format", Text: fmt.Sprintf("the source format is %q", format), Option: "--force-unsupported-source-format"}, nil
	case format == "3.0 (quilt)" && native:
		return &Complaint{Code: "format", Text: fmt.Sprintf("the source format is 3.0 (quilt), but the version %s has no revision", r.newest().Version)}, nil
	case format == "3.0 (native)" && !native:
		return &Complaint{Code: "format", Text: fmt.Sprintf("the source format is 3.0 (native), but the version %s has a revision", r.newest().Version)}, nil
	}
	return nil, nil
}

func (r *statusReader) complainOrigs(context.Context) (*Complaint, error) {
	o := r.result.Origs
	if o == nil || o.isGood() {
		return nil, nil
	}
	for _, f := range o.Files {
		if f.State == OrigOther {
			return &Complaint{Code: "origs", Text: fmt.Sprintf("%s in %s is not the one that %s lists", f.Name, f.Dir, o.Listed), Remedy: "move it away, and get the other with: " + GetOrigsCommand}, nil
		}
	}
	return &Complaint{Code: "origs", Text: "an orig tarball is missing", Remedy: "get it with: " + GetOrigsCommand}, nil
}

// complainPatches is about quilt modes in which patches have to be applied, if one of those is
// configured; else the mode is found by the layout of the branch, if the patches allow to tell.
func (r *statusReader) complainPatches(context.Context) (*Complaint, error) {
	if r.result.Format != "3.0 (quilt)" {
		return nil, nil
	}
	mode, err := r.target().access.QuiltMode("")
	if err != nil || mode != "" && mode != "linear" && mode != "try-linear" && mode != "auto" {
		return nil, err
	}
	switch p := r.result.Patches; {
	case mode != "" && p.State == PatchesUnapplied:
		return &Complaint{Code: "patches", Text: "the patches are not applied, but the quilt mode is configured to be " + mode, Option: "--quilt=gbp"}, nil
	case mode != "" && p.State == PackagingOnly:
		return &Complaint{Code: "patches", Text: "there is only debian/ in git, but the quilt mode is configured to be " + mode, Option: "--quilt=baredebian"}, nil
	case p.State == PatchesMixed:
		return &Complaint{Code: "patches", Text: fmt.Sprintf("the patches are neither all applied nor all unapplied: %v", p.Why)}, nil
	}
	return nil, nil
}
