package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// uploadOptions say what an upload history is made of.
type uploadOptions struct {
	pkg      string // the source package
	which    UploadSelection
	suites   []suiteQuestion // where uploads are looked for
	origin   string          // of those of suites that count; "": all do
	limits   gitmap.Limits
	progress gitmap.Progress
}

// An UploadHistory is what became of the upload history of a repository.
type UploadHistory struct {
	Uploads  []Upload        // all that it has now, the newest first
	Imported int             // how many uploads were imported just now
	Missing  []MissingUpload // that are wanted, but could not be had
	Gone     []dsc.Version   // that are wanted and changelogs name, but no suite has; the highest first
	Branches []HistoryBranch // that there are now
	Warnings []string
}

// A MissingUpload is an upload that a suite lists but that could not be imported.
type MissingUpload struct {
	ID     dsc.ID
	Suites []string
	Err    error // a [*dsc.PackageError]
}

// IsGone says whether the upload is listed, but its files are not there any more.
func (m MissingUpload) IsGone() bool { return errors.Is(m.Err, fs.ErrNotExist) }

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
	client *archive.Client
	refs   map[string]gitmap.ObjectID // as they are now, as far as they are of interest
	index  *uploadIndex               // of the history that there is
	found  []*foundUpload
	asked  []string       // codenames of the suites that were asked
	wanted []*foundUpload // of found
	result *UploadHistory
}

// fetchUploads imports the uploads that are wanted and not there, and makes the upload
// history of all that are there then. What was imported stays if an error ends it.
//
// Errors that callers may test for: [*OtherHistoryError], [*NoneSelectedError], [*BusyError], and those of
// [archive.Client]. An upload that cannot be had for reasons of its own is
// no error, but said in the result.
func fetchUploads(ctx context.Context, repo *gitmap.Repo, client *archive.Client, opts uploadOptions) (*UploadHistory, error) {
	f := &uploadFetcher{uploadOptions: opts, repo: repo, client: client, result: &UploadHistory{}}
	if err := f.readIndex(ctx); err != nil {
		return nil, err
	}
	if err := f.find(ctx); err != nil {
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

func (f *uploadFetcher) noUpload() error {
	e := &NoneSelectedError{Package: f.pkg, Which: f.which}
	for _, u := range f.found {
		if order, err := u.ID().Version.Compare(e.Newest); e.Newest == "" || err == nil && order > 0 {
			e.Newest = u.ID().Version
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
