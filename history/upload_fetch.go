package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// uploadOptions say what an upload history is made of.
type uploadOptions struct {
	pkg      string // the source package
	which    UploadSelection
	suites   []suiteQuestion   // where uploads are looked for
	origin   string            // of those of suites that count; "": all do
	past     *archive.Snapshot // has what suites do not hold any more; or nil
	pastKey  string            // the configuration key that would name it
	limits   gitmap.Limits
	progress gitmap.Progress
}

// An UploadHistory is what became of the upload history of a repository.
type UploadHistory struct {
	Uploads  []Upload        // all that it has now, the newest first
	Imported int             // how many uploads were imported just now
	Missing  []UploadProblem // that are wanted, but could not be had

	// Gone are versions that are wanted and that changelogs name, but that nobody has, the
	// highest first; and Branches those of the history. They are only looked at if the
	// history is another than before.
	Gone     []dsc.Version
	Branches []HistoryBranch

	// Odd are those imported just now of which git cannot hold something, or of which dgit
	// makes no commit, so that the id is debgit's own. "debgit explain" tells what it is.
	Odd []dsc.Version

	// Unverified are those imported just now of which nothing but a service says that they are
	// genuine, since the signature of the .dsc cannot be verified, and why.
	Unverified []UploadProblem

	// SnapshotKey is the configuration key that names a service for what is gone; "" if it
	// was asked.
	SnapshotKey string
	Warnings    []string
}

// An UploadProblem is what is wrong with an upload.
type UploadProblem struct {
	ID     dsc.ID
	Suites []string // that hold it
	Err    error
}

// IsGone says whether the upload is listed, but its files are not there any more.
func (p UploadProblem) IsGone() bool { return errors.Is(p.Err, fs.ErrNotExist) }

// Err returns why the first upload is missing that has no good reason to be; or nil.
func (h *UploadHistory) Err() error {
	for _, m := range h.Missing {
		if !m.IsGone() {
			return m.Err
		}
	}
	return nil
}

// An OtherHistoryError says that a repository has the upload history of another package.
type OtherHistoryError struct{ Package, Is string }

func (e *OtherHistoryError) Error() string {
	return fmt.Sprintf("get the uploads of %s: this repository has the upload history of %s", e.Package, e.Is)
}

// A BusyError says that another process is at the upload history of a repository.
type BusyError struct{ GitDir string }

func (e *BusyError) Error() string {
	return e.GitDir + ": another process is getting uploads into this repository"
}

// A NoneSelectedError says that no upload is new enough.
type NoneSelectedError struct {
	Package string
	Which   UploadSelection
	Newest  dsc.Version // of those that were found; "" if none was
}

func (e *NoneSelectedError) Error() string {
	if e.Newest == "" {
		return fmt.Sprintf("get the uploads of %s: no suite has any", e.Package)
	}
	return fmt.Sprintf("get the uploads of %s: none is as new as %s; the newest is %s", e.Package, e.Which.since, e.Newest)
}

// An uploadFetcher is what one call of fetchUploads works on.
type uploadFetcher struct {
	uploadOptions
	repo   *gitmap.Repo
	dir    string // in the git directory, for what has not been imported yet
	client *archive.Client
	refs   map[string]gitmap.ObjectID // as they are now, as far as they are of interest
	index  *uploadIndex               // of the history that there is
	found  []*foundUpload
	known  map[dsc.Version]gitmap.CommitID // imports, for uploads of which nothing but the version is known; nil: not looked for
	asked  []string                        // codenames of the suites that were asked
	wanted []*foundUpload                  // of found
	result *UploadHistory
}

// fetchUploads imports the uploads that are wanted and not there, and makes the upload
// history of all that are there then. What was imported stays if an error ends it.
//
// Errors that callers may test for: [*OtherHistoryError], [*NoneSelectedError], [*BusyError],
// and those of [archive.Client]. An upload that cannot be had for reasons of its own is no
// error, but said in the result.
func fetchUploads(ctx context.Context, repo *gitmap.Repo, client *archive.Client, opts uploadOptions) (*UploadHistory, error) {
	f := &uploadFetcher{uploadOptions: opts, repo: repo, client: client, result: &UploadHistory{}}
	if f.past == nil {
		f.result.SnapshotKey = f.pastKey
	}
	unlock, err := f.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := f.readIndex(ctx); err != nil {
		return nil, err
	}
	if err := f.find(ctx); err != nil {
		return nil, err
	}
	if err := f.findKnown(ctx); err != nil {
		return nil, err
	}
	if f.wanted = f.which.choose(f.found); len(f.wanted) == 0 {
		return nil, f.noUpload()
	}
	if err := f.importAll(ctx); err != nil {
		return nil, err
	}
	return f.result, f.join(ctx)
}

// lock has other processes wait until unlock is called: there is a [*BusyError] for them.
func (f *uploadFetcher) lock() (unlock func(), err error) {
	f.dir = filepath.Join(f.repo.CommonDir(), "debgit", "uploads")
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return nil, err
	}
	lock, err := lockDir(f.dir)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, fs.ErrNotExist) { // just taken, or just removed
		err = &BusyError{f.repo.CommonDir()}
	}
	if err != nil {
		return nil, err
	}
	return func() {
		os.Remove(f.dir) // unless something is left in it for the next try
		lock.Close()
	}, nil
}

// readIndex reads the history that there is, and what is known of imports.
func (f *uploadFetcher) readIndex(ctx context.Context) (err error) {
	if f.refs, err = f.repo.Refs(ctx, uploadIndexRef, dscPrefix, memoryPrefix, recordPrefix); err != nil {
		return err
	}
	if f.index, err = readUploadIndex(ctx, f.repo, f.refs[uploadIndexRef]); err != nil {
		return err
	}
	if f.index.Package != "" && f.index.Package != f.pkg {
		return &OtherHistoryError{f.pkg, f.index.Package}
	}
	return nil
}

// findKnown finds the imports that are here by their versions, if that is all that is known of
// an upload. That two uploads have the same version, and different files, is then not seen.
func (f *uploadFetcher) findKnown(ctx context.Context) error {
	if !slices.ContainsFunc(f.found, func(u *foundUpload) bool { return u.digest() == "" }) {
		return nil
	}
	f.known = map[dsc.Version]gitmap.CommitID{}
	reader, err := f.repo.NewCommitReader(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	for _, id := range importsOf(f.refs) {
		chain, ok, err := reader.Chain(id)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if m, _ := chain.Main.Marker(); m.Package == f.pkg {
			f.known[m.Version] = id
		}
	}
	for _, e := range f.index.Uploads { // which knows the version of the .dsc
		f.known[dsc.Version(e.Version)], _ = gitmap.ParseCommitID(e.Import)
	}
	return nil
}

// importOf returns the import of an upload, or zero.
func (f *uploadFetcher) importOf(u *foundUpload) gitmap.CommitID {
	if digest := u.digest(); digest != "" {
		return gitmap.CommitID(f.refs[dscPrefix+digest])
	}
	return f.known[u.id.Version]
}

func (f *uploadFetcher) noUpload() error {
	e := &NoneSelectedError{Package: f.pkg, Which: f.which}
	for _, u := range f.found {
		if order, err := u.id.Version.Compare(e.Newest); e.Newest == "" || err == nil && order > 0 {
			e.Newest = u.id.Version
		}
	}
	return e
}

// report says how many of the uploads are done.
func (f *uploadFetcher) report(phase string, done, total int) {
	if f.progress != nil {
		f.progress(phase, int64(done), int64(total))
	}
}
