package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// ImportDscOptions say what to import and where to.
type ImportDscOptions struct {
	Dsc                   string        // path of the .dsc
	Branch                string        // branch or ref; "+" before it: may be overwritten; "..": merged with what is there
	SourceDir             string        // where the files of the .dsc are; default: beside it
	ProductsDir           string        // where builds look for them; default: as configured
	Distro                string        // whose configuration counts; default: the default distro
	RequireValidSignature bool          // fail if no key in Keyrings signed the .dsc
	Keyrings              []string      // default: those of Debian's uploaders that are installed
	ForceDgitField        bool          // import the files even if the .dsc names its commit
	Offline               bool          // ask no git server for the commit that the .dsc names
	NoChase               bool          // do not ask the distro that it names
	RequireGitServer      bool          // fail if the commit that the .dsc names cannot be had
	Limits                gitmap.Limits // default: those of [gitmap.Import]
	Progress              gitmap.Progress
	Getenv                func(string) string // default: os.Getenv
}

// An ImportDscResult is what ImportDsc made.
type ImportDscResult struct {
	ID        dsc.ID
	Format    string // the source format
	Ref       string // whole, such as "refs/heads/hello"
	Commit    gitmap.CommitID
	Tree      gitmap.ObjectID
	Import    *gitmap.Imported // nil if the commit that the .dsc names was used
	Signers   []dsc.Signer     // of the .dsc, if its signature was verified
	Signature error            // why it was not; or nil
	Missing   error            // a [*MissingCommitError]: why there is an import instead of the commit that the .dsc names; or nil
	Warnings  []string
}

// A BranchExistsError says that a ref is there and may not be moved.
type BranchExistsError struct {
	Ref        string
	CheckedOut string // the work tree in which it is the current branch; or ""
}

func (e *BranchExistsError) Error() string {
	if e.CheckedOut != "" {
		return fmt.Sprintf("%s is checked out in %s", e.Ref, e.CheckedOut)
	}
	return e.Ref + " is there already"
}

// A BranchNameError says that an import can be put on no branch or ref of that name, see [RefNamed].
type BranchNameError struct{ Name string }

func (e *BranchNameError) Error() string { return fmt.Sprintf("%q is no name for a branch", e.Name) }

// A NotForwardError says that a branch would lose commits.
type NotForwardError struct {
	Ref    string
	Commit gitmap.CommitID
}

func (e *NotForwardError) Error() string {
	return fmt.Sprintf("%s is not an ancestor of %s, which the .dsc names", e.Ref, e.Commit)
}

// InsideTreeError says that a .dsc lies inside the work tree, where it would be
// taken for a file of the package.
type InsideTreeError struct{ Path string }

func (e *InsideTreeError) Error() string { return e.Path + " is inside the work tree" }

// ImportDsc makes a branch of the source package that a .dsc describes. It touches no
// work tree. The network is only asked for the commit that a .dsc may name, and if
// that cannot be had the files are imported.
//
// Errors that callers may test for: [*BranchNameError], [*BranchExistsError], [*NotForwardError],
// [*InsideTreeError], [*MissingCommitError] (only with RequireGitServer), and those of [dsc.OpenLocal] and [gitmap.Import].
func ImportDsc(ctx context.Context, repo *gitmap.Repo, opts ImportDscOptions) (*ImportDscResult, error) {
	target, err := openTarget(ctx, repo, opts)
	if err != nil {
		return nil, err
	}
	result := &ImportDscResult{Ref: target.ref}
	pkg, err := openSigned(opts, result)
	if err != nil {
		return nil, err
	}
	defer pkg.Close()
	if err := target.fill(ctx, pkg, result); err != nil {
		return nil, err
	}
	if err := linkFiles(ctx, repo, opts, pkg); err != nil {
		result.Warnings = append(result.Warnings, err.Error())
	}
	err = warnOfAttributes(ctx, repo, result.Tree, func(format string, args ...any) {
		result.Warnings = append(result.Warnings, fmt.Sprintf(format, args...))
	})
	return result, err
}

// openSigned opens the source package, and says in the result what it is and who signed it.
func openSigned(opts ImportDscOptions, result *ImportDscResult) (*dsc.Package, error) {
	keyring, err := signatureKeyring(opts, result)
	if err != nil {
		return nil, err
	}
	pkg, err := dsc.OpenLocal(opts.Dsc, dsc.LocalOptions{Dir: opts.SourceDir, Keyring: keyring, DscSize: opts.Limits.Dsc})
	if sigErr := (*dsc.SignatureError)(nil); errors.As(err, &sigErr) && !opts.RequireValidSignature {
		result.Signature = err
		pkg, err = dsc.OpenLocal(opts.Dsc, dsc.LocalOptions{Dir: opts.SourceDir, DscSize: opts.Limits.Dsc})
	}
	if err != nil {
		return nil, err
	}
	if signed := pkg.Signed(); signed != nil {
		result.Signers = signed.Signers()
	}
	result.ID, result.Format = pkg.Source().ID, pkg.Source().Format
	return pkg, nil
}

// signatureKeyring returns what the signature is checked with. Without any keyring
// that is said in the result, or an error if the caller insists.
func signatureKeyring(opts ImportDscOptions, result *ImportDscResult) (*dsc.Keyring, error) {
	keyring, err := uploaderKeyring(opts.Keyrings...)
	if keyring != nil || err != nil {
		return keyring, err
	}
	none := &NoUploaderKeyringError{File: filepath.Base(opts.Dsc)}
	if opts.RequireValidSignature {
		return nil, none
	}
	result.Signature = none
	return nil, nil
}

// An importTarget is the ref that an import goes to.
type importTarget struct {
	repo   *gitmap.Repo
	opts   ImportDscOptions
	ref    string
	moved  string                     // ref, or what it stands for if it is symbolic
	how    string                     // "", "+" or ".."
	refs   map[string]gitmap.ObjectID // that are of interest to the import
	exists bool                       // there is something of that name
	old    gitmap.CommitID
	isOld  bool // it is a commit, which is old
}

// openTarget refuses what cannot or may not become the target, before anything is
// unpacked.
func openTarget(ctx context.Context, repo *gitmap.Repo, opts ImportDscOptions) (*importTarget, error) {
	t := &importTarget{repo: repo, opts: opts, ref: opts.Branch}
	for _, how := range []string{"..", "+"} {
		if rest, ok := strings.CutPrefix(t.ref, how); ok {
			t.how, t.ref = how, rest
			break
		}
	}
	var ok bool
	if t.ref, ok = RefNamed(t.ref); !ok {
		return nil, &BranchNameError{opts.Branch}
	}
	if err := checkOutside(repo, opts.Dsc); err != nil {
		return nil, err
	}
	var err error
	if t.refs, err = repo.Refs(ctx, t.ref, memoryPrefix); err != nil {
		return nil, err
	}
	t.moved = t.ref
	if _, t.isOld = t.refs[t.ref]; t.isOld {
		if t.moved, err = repo.SymbolicTarget(ctx, t.ref); err != nil {
			return nil, err
		}
	}
	if dir, err := repo.CheckedOut(ctx, t.moved); err != nil {
		return nil, err
	} else if dir != "" {
		return nil, &BranchExistsError{Ref: t.ref, CheckedOut: dir}
	}
	if t.exists = t.isOld; t.exists {
		t.old, t.isOld, err = repo.Commit(ctx, t.ref)
	}
	return t, err
}

// checkNew refuses a ref that is there and that the user did not say what to do with.
func (t *importTarget) checkNew() error {
	if t.exists && t.how == "" {
		return &BranchExistsError{Ref: t.ref}
	}
	return nil
}

// checkOutside refuses a .dsc inside the work tree. An absolute path, or one that
// starts with "../", is meant as it is, as dgit takes it.
func checkOutside(repo *gitmap.Repo, path string) error {
	if repo.WorkTree() == "" || filepath.IsAbs(path) || strings.HasPrefix(path, "../") {
		return nil
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // git names the work tree without links
		return nil // opening the .dsc tells what is wrong
	}
	if rel, err := filepath.Rel(repo.WorkTree(), dir); err == nil && filepath.IsLocal(rel) {
		return &InsideTreeError{path}
	}
	return nil
}

// fill makes the commit and moves the ref to it.
func (t *importTarget) fill(ctx context.Context, pkg *dsc.Package, result *ImportDscResult) error {
	used, err := t.useNamedCommit(ctx, pkg, result)
	if err != nil {
		return err
	}
	var imported *recordedImport
	if used {
		result.Tree, err = t.repo.Tree(ctx, result.Commit)
	} else {
		imported, err = t.importDsc(ctx, pkg, result)
	}
	if err != nil {
		return err
	}
	message := "dgit import-dsc: " + t.opts.Dsc
	if t.how != "" {
		message += " " + t.how
	}
	err = publish(ctx, t.repo, message, t.refs, importList(imported), gitmap.RefUpdate{Ref: t.moved, New: result.Commit, Old: t.old})
	if err != nil && !t.isOld {
		if _, isNow, _ := t.repo.Commit(ctx, t.ref); isNow { // made while we worked
			return &BranchExistsError{Ref: t.ref}
		}
	}
	return err
}

// importDsc makes the import, and the commit that the ref moves to.
func (t *importTarget) importDsc(ctx context.Context, pkg *dsc.Package, result *ImportDscResult) (*recordedImport, error) {
	pack, err := t.repo.NewPack(ctx)
	if err != nil {
		return nil, err
	}
	defer pack.Abort()
	imported, err := importRecorded(ctx, pack, pkg, t.refs, gitmap.ImportOptions{Limits: t.opts.Limits, Progress: t.opts.Progress})
	if err != nil {
		return nil, err
	}
	result.Import, result.Tree = imported.Imported, imported.Tree // which is that of a merge, too
	if result.Commit, err = t.mergeOld(pack, result); err != nil {
		return nil, err
	}
	if err := pack.Finish(); err != nil {
		return nil, &dsc.PackageError{ID: result.ID, Err: err}
	}
	return imported, nil
}

// useNamedCommit uses the commit that the .dsc names in its field Dgit, if it does
// and the commit can be had.
func (t *importTarget) useNamedCommit(ctx context.Context, pkg *dsc.Package, result *ImportDscResult) (bool, error) {
	if pkg.Source().DgitRef == "" || t.opts.ForceDgitField {
		return false, t.checkNew()
	}
	id, err := t.seek(ctx, pkg, result)
	var missing *MissingCommitError
	if errors.As(err, &missing) && !t.opts.RequireGitServer {
		result.Missing = missing
		return false, t.checkNew()
	}
	if err != nil {
		return false, err
	}
	result.Commit = id
	if t.isOld && t.how != "+" {
		forward, err := t.repo.IsAncestor(ctx, t.old, id)
		if err != nil {
			return false, err
		}
		if !forward {
			return false, &NotForwardError{t.ref, id}
		}
	}
	return true, nil
}

// seek looks for the commit that the .dsc names, here and then where the distro that it
// names has it. A server that does not answer soon is done without.
func (t *importTarget) seek(ctx context.Context, pkg *dsc.Package, result *ImportDscResult) (gitmap.CommitID, error) {
	s, err := openSession(ctx, t.repo, FetchOptions{ArchiveOptions: ArchiveOptions{Getenv: t.opts.Getenv}})
	if err != nil {
		return gitmap.CommitID{}, err
	}
	access, err := s.settings.Access(AccessOptions{Distro: t.opts.Distro})
	if err != nil {
		return gitmap.CommitID{}, err
	}
	have, err := openInventory(ctx, t.repo)
	if err != nil {
		return gitmap.CommitID{}, err
	}
	defer have.close()
	have.patience = gitServerCheckTime
	seeker := &commitSeeker{
		have: have, settings: s.settings, access: access, noChase: t.opts.NoChase, offline: t.opts.Offline, required: t.opts.RequireGitServer,
		warnf: func(format string, args ...any) {
			result.Warnings = append(result.Warnings, fmt.Sprintf(format, args...))
		},
	}
	return seeker.seek(ctx, filepath.Base(t.opts.Dsc), pkg.Source())
}

// mergeOld puts the import on top of what the branch has, if that is wanted.
func (t *importTarget) mergeOld(pack *gitmap.Pack, result *ImportDscResult) (gitmap.CommitID, error) {
	imp := result.Import
	if !t.isOld || t.how != ".." {
		return imp.Commit, nil
	}
	message := fmt.Sprintf("Merge %s (%s) import into %s\n", result.ID.Package, result.ID.Version, t.ref)
	return writeMerge(pack, *importInput(imp), []gitmap.CommitID{imp.Commit, t.old}, message)
}

// linkFiles makes the files of the package available where builds look for them.
func linkFiles(ctx context.Context, repo *gitmap.Repo, opts ImportDscOptions, pkg *dsc.Package) error {
	if repo.WorkTree() == "" {
		return nil
	}
	from := opts.SourceDir
	if from == "" {
		from = filepath.Dir(opts.Dsc)
	}
	from, err := filepath.Abs(from)
	if err != nil {
		return err
	}
	products, err := productsOf(ctx, repo, opts)
	if err != nil {
		return err
	}
	for _, c := range pkg.Contents() {
		name := c.File().Name
		err := os.Symlink(filepath.Join(from, name), filepath.Join(products, name))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("link %s into %s, for later builds: %w", name, products, err)
		}
	}
	return nil
}

// productsOf returns the directory for the files of source packages.
func productsOf(ctx context.Context, repo *gitmap.Repo, opts ImportDscOptions) (string, error) {
	s, err := openSession(ctx, repo, FetchOptions{ArchiveOptions: ArchiveOptions{ProductsDir: opts.ProductsDir, Getenv: opts.Getenv}})
	if err != nil {
		return "", err
	}
	access, err := s.settings.Access(AccessOptions{Distro: opts.Distro})
	if err != nil {
		return "", err
	}
	return s.products(access, repo.WorkTree())
}
