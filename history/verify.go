package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"debgit/dsc"
	"debgit/gitmap"
)

// VerifyOptions say which import is verified, and with what.
type VerifyOptions struct {
	Rev                   string   // any commit of the import or on top of it; default: HEAD
	Dsc                   string   // path of the .dsc; default: the one that the record has, or beside the work tree, or of the archive
	SourceDir             string   // where the files of the .dsc are; default: beside Dsc, or beside the work tree
	RequireValidSignature bool     // fail if no key in Keyrings signed the .dsc
	Keyrings              []string // default: those of Debian's uploaders that are installed
	Offline               bool     // fetch nothing: all files must be here
	Fetch                 SearchOptions
	Limits                gitmap.Limits   // on the source package; default: those of [gitmap.Import]
	Progress              gitmap.Progress // default: none
}

// A Verification is what Verify found out.
type Verification struct {
	*Found
	ID          dsc.ID // as the .dsc says
	DscFrom     string // where the .dsc was taken from: a path, the ref of the record, or suite and mirror
	FilesFrom   string // where its files were taken from: a directory, or suite and mirror
	DscDigest   dsc.Digest
	Signers     []dsc.Signer     // of the .dsc, if its signature was verified
	Signature   error            // why it was not; or nil
	Want        *gitmap.Imported // what the .dsc gives
	Generation  gitmap.Generation
	Differences []gitmap.Difference // none: the import is what the .dsc gives, or what Generation made of it
	Warnings    []string            // about the archives that were asked
}

// Err returns a [*DifferentError] if the import is not what the .dsc gives.
func (v *Verification) Err() error {
	if len(v.Differences) == 0 {
		return nil
	}
	return &DifferentError{v.ID, v.Differences}
}

// A DifferentError says that the commits of an import are not those that its .dsc gives.
type DifferentError struct {
	ID          dsc.ID
	Differences []gitmap.Difference // at least one
}

func (e *DifferentError) Error() string {
	d := e.Differences[0]
	text := fmt.Sprintf("%s: %s: ", e.ID, d.Part)
	switch {
	case d.Got.IsZero():
		text += fmt.Sprintf("there is no such commit, but the .dsc gives %s", d.Want)
	case d.Want.IsZero():
		text += fmt.Sprintf("commit %s is there, but the .dsc gives none", d.Got)
	default:
		text += fmt.Sprintf("commit %s differs from what the .dsc gives in:", d.Got)
		for i, f := range d.Fields {
			if i > 0 {
				text += ","
			}
			text += " " + f.Field
		}
	}
	if n := len(e.Differences) - 1; n > 0 {
		text += fmt.Sprintf(" (and so on, %d more)", n)
	}
	return text
}

// An OtherUploadError says that a .dsc is not the one of an import.
type OtherUploadError struct {
	Dsc  string
	Is   dsc.ID
	Want dsc.ID
}

func (e *OtherUploadError) Error() string {
	return fmt.Sprintf("%s is of %s, but the import is of %s", e.Dsc, e.Is, e.Want)
}

// A MissingFilesError says that what an import was made from is not here, and may not be
// fetched.
type MissingFilesError struct {
	ID  dsc.ID
	Err error // what was looked for last
}

func (e *MissingFilesError) Error() string {
	return fmt.Sprintf("%s: its files are not all here, and nothing is fetched: %v", e.ID, e.Err)
}

// Unwrap returns the cause.
func (e *MissingFilesError) Unwrap() error { return e.Err }

// Verify makes the import of a .dsc again, in a repository of its own that is removed
// afterwards, and compares it with the one that repo has. It changes nothing in repo.
//
// A difference is no error here: see [Verification.Err]. Errors that callers may
// test for: those of [FindImport], [dsc.OpenLocal] and [gitmap.Import], [*NoImportError],
// [*OtherUploadError], [*MissingFilesError], [*NotInArchiveError],
// [*OtherDscError], and those of
// [archive.Client] where files are fetched.
func Verify(ctx context.Context, repo *gitmap.Repo, opts VerifyOptions) (*Verification, error) {
	found, err := FindImport(ctx, repo, opts.Rev)
	if err != nil {
		return nil, err
	}
	if found.Import == nil {
		return nil, &NoImportError{opts.Rev, found.Commit.ID}
	}
	dir, err := os.MkdirTemp("", "debgit-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	v := &verifier{repo: repo, opts: opts, dir: dir, result: &Verification{Found: found, ID: found.Import.ID()}}
	pkg, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	defer pkg.Close()
	if err := v.checkSource(pkg); err != nil {
		return nil, err
	}
	if err := v.compare(ctx, pkg); err != nil {
		return nil, err
	}
	return v.result, nil
}

// verifier is what one call of Verify works on.
type verifier struct {
	repo      *gitmap.Repo
	opts      VerifyOptions
	dir       string // for all that is made on the way
	dscDigest string // SHA-256 of the .dsc, if one is here; or ""
	result    *Verification
}

// open returns the source package: from files that are here, or else from an archive.
func (v *verifier) open(ctx context.Context) (*dsc.Package, error) {
	path, err := v.findDsc()
	if err != nil {
		return nil, err
	}
	pkg, err := dsc.OpenLocal(path, dsc.LocalOptions{Dir: v.result.FilesFrom, DscSize: v.opts.Limits.Dsc})
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		return pkg, err
	case v.opts.Offline:
		return nil, &MissingFilesError{v.result.ID, err}
	}
	return v.fetch(ctx)
}

// findDsc returns the path of the .dsc, and notes where it and its files are from.
// The file need not be there, unless the caller named it.
func (v *verifier) findDsc() (string, error) {
	name, err := v.dscName()
	if err != nil {
		return "", err
	}
	products := filepath.Dir(v.repo.GitDir())
	if tree := v.repo.WorkTree(); tree != "" {
		products = filepath.Dir(tree)
	}
	path := filepath.Join(products, name)
	v.result.DscFrom, v.result.FilesFrom = path, products
	record := v.result.Import.Record
	switch {
	case v.opts.Dsc != "":
		path = v.opts.Dsc
		v.result.DscFrom, v.result.FilesFrom = path, filepath.Dir(path)
	case record != nil:
		path = filepath.Join(v.dir, name)
		v.result.DscFrom = recordRef(v.result.Import.Tip().ID)
		if err := os.WriteFile(path, record.Dsc, 0o666); err != nil {
			return "", err
		}
	}
	if v.opts.SourceDir != "" {
		v.result.FilesFrom = v.opts.SourceDir
	}
	v.dscDigest, err = digestOf(path)
	if errors.Is(err, fs.ErrNotExist) && v.opts.Dsc == "" {
		err = nil
	}
	return path, err
}

// digestOf returns the SHA-256 digest of a file.
func digestOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// dscName returns the usual name of the .dsc.
func (v *verifier) dscName() (string, error) {
	id := v.result.ID
	name := id.Package + "_" + id.Version.WithoutEpoch() + ".dsc"
	return name, dsc.CheckName(name)
}

// checkSource checks that the .dsc is that of the import, and who signed it.
func (v *verifier) checkSource(pkg *dsc.Package) error {
	id, want := pkg.Source().ID, v.result.ID
	if id.Package != want.Package || v.result.Import.Record != nil && id.Version != want.Version {
		return &OtherUploadError{v.result.DscFrom, id, want}
	}
	v.result.ID, v.result.DscDigest = id, pkg.DscDigest()
	name, err := v.dscName()
	if err != nil {
		return err
	}
	keyring, err := uploaderKeyring(v.opts.Keyrings...)
	if err != nil {
		return err
	}
	v.result.Signers, v.result.Signature, err = dscSigners(keyring, name, pkg.Dsc())
	if err == nil && v.opts.RequireValidSignature {
		err = v.result.Signature
	}
	return err
}

// compare makes the import anew and compares it with the one that is here.
func (v *verifier) compare(ctx context.Context, pkg *dsc.Package) error {
	again, err := gitmap.InitBare(ctx, filepath.Join(v.dir, "repository"))
	if err != nil {
		return err
	}
	if v.result.Want, err = gitmap.Import(ctx, again, pkg, gitmap.ImportOptions{Limits: v.opts.Limits, Progress: v.opts.Progress}); err != nil {
		return err
	}
	reader, err := again.NewCommitReader(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	want, err := v.result.Want.Chain(reader)
	if err != nil {
		return err
	}
	c, err := gitmap.Compare(ctx, again, want, v.repo, v.result.Import.Chain)
	if err != nil {
		return err
	}
	v.result.Generation, v.result.Differences = c.Generation, c.Differences
	return nil
}
