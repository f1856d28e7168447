package upload

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A BesideDebianError says that a branch for debian/ alone has other files, too, which no upload
// would have.
type BesideDebianError struct {
	Mode  QuiltMode
	Paths []string
}

func (e *BesideDebianError) Error() string {
	const most = 3
	text := fmt.Sprintf("quilt mode %s: the upload would lack what the branch has beside debian/: %s",
		e.Mode, strings.Join(quoted(e.Paths[:min(len(e.Paths), most)]), ", "))
	if n := len(e.Paths) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf("%q", name)
	}
	return out
}

// A SinglePatchError says that debian/source/options has dpkg-source make one patch of all changes,
// which contradicts a quilt mode.
type SinglePatchError struct{ Mode QuiltMode }

func (e *SinglePatchError) Error() string {
	return fmt.Sprintf("quilt mode %s: debian/source/options has single-debian-patch, which makes one patch of all there is", e.Mode)
}

// check refuses a branch that does not have what the mode needs, and finds upstream's files.
func (s *splitter) check(ctx context.Context) error {
	options, err := s.file("debian/source/options")
	if err != nil {
		return err
	}
	if slices.Contains(dsc.SourceOptions([]byte(options)), "--single-debian-patch") {
		return &SinglePatchError{s.opts.Mode}
	}
	switch {
	case s.origs.Refusal != nil:
		return s.origs.Refusal
	case s.origs.Unapplied != nil: // dpkg-source would not even unpack what it built
		return &gitmap.PatchesError{Err: s.origs.Unapplied}
	}
	switch s.opts.Mode {
	case BareDebian:
		return s.checkUpstream(ctx)
	case BareDebianTarball:
		return s.checkAlone()
	case DPM:
		if err := s.checkFiles(s.origs.Patched, s.head, "its files are not those of the tarballs with the patches applied"); err != nil {
			return err
		}
		return s.checkIgnorePatches()
	}
	return s.checkFiles(s.origs.Unpatched, s.head, "its files are not those of the tarballs, without patches")
}

// checkUpstream finds the commit with upstream's files, and refuses it if the tarballs have others.
func (s *splitter) checkUpstream(ctx context.Context) (err error) {
	if s.upstream, err = FindUpstream(ctx, s.pkg, s.opts.Upstream); err != nil {
		return err
	}
	tree, err := s.repo.Tree(ctx, s.upstream.Commit)
	if err != nil {
		return err
	}
	name := "the tag " + s.upstream.Tag
	if s.upstream.Tag == "" {
		name = "the commit " + s.opts.Upstream
	}
	if err := s.checkFiles(s.origs.Unpatched, tree, "the files of "+name+" are not those of the tarballs"); err != nil {
		return err
	}
	return s.checkAlone()
}

// checkFiles refuses differences other than in files .gitignore, where no tool makes patches of
// these; of those, what no patch can make.
func (s *splitter) checkFiles(want, have gitmap.ObjectID, problem string) error {
	changes, err := s.between(want, have)
	if err != nil {
		return err
	}
	files, ignores := differs(changes)
	if files || ignores && s.opts.Mode == Unapplied {
		return s.refuse(problem, changes)
	}
	return s.checkRepresentable(changes)
}

// An IgnorePatchesError says that a branch has patches of files .gitignore, but a quilt mode is for a tool that makes
// none.
type IgnorePatchesError struct {
	Mode  QuiltMode
	Paths []string // of the files
}

func (e *IgnorePatchesError) Error() string {
	return fmt.Sprintf("quilt mode %s: its tool makes no patches of files .gitignore, but the patches change %s", e.Mode, strings.Join(quoted(e.Paths), ", "))
}

// checkIgnorePatches refuses patches of files .gitignore.
func (s *splitter) checkIgnorePatches() error {
	changes, err := s.between(s.origs.Unpatched, s.origs.Patched)
	if err != nil {
		return err
	}
	var paths []string
	for _, c := range changes {
		if isIgnore(c.Path) {
			paths = append(paths, c.Path)
		}
	}
	if paths == nil {
		return nil
	}
	return &IgnorePatchesError{s.opts.Mode, paths}
}

// checkAlone refuses files of the branch that are neither packaging nor upstream's. Those that are for
// git, and not for the upload, are no harm.
func (s *splitter) checkAlone() error {
	changes, err := s.trees.Changes(s.origs.Unpatched, s.head, func(path string) bool {
		return isOurs(path) || strings.HasPrefix(path, ".git")
	})
	if err != nil || s.opts.Forces.Has(ForceUnrepresentable) {
		return err
	}
	var paths []string
	for _, c := range changes {
		if !c.New.ID.IsZero() && !isIgnore(c.Path) {
			paths = append(paths, c.Path)
		}
	}
	if paths == nil {
		return nil
	}
	return &BesideDebianError{s.opts.Mode, paths}
}
