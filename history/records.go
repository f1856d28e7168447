package history

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A Record is what is kept of an import beside its commits: under [RecordRef], a
// tree of two files. It depends on the import alone, and is of use for telling and
// proving what the commits are; nothing breaks if its ref is deleted.
type Record struct {
	Dsc    []byte        // file "dsc": the .dsc, byte for byte
	Report gitmap.Report // file "report.json"
}

// ID returns the upload that was imported.
func (r *Record) ID() dsc.ID {
	return dsc.ID{Package: r.Report.Package, Version: dsc.Version(r.Report.Version)}
}

// The files of a record.
const (
	recordDsc    = "dsc"
	recordReport = "report.json"
)

// A RecordError says that a record is damaged, or was made for another commit.
type RecordError struct {
	Ref string
	Err error
}

func (e *RecordError) Error() string { return fmt.Sprintf("read %s: %v", e.Ref, e.Err) }

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }

// EncodeReport returns a report in the form in which records and files have it.
func EncodeReport(r gitmap.Report) ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	return append(data, '\n'), err
}

// publish moves a ref to an import, or to what was made of it, together with what is
// kept beside it; imp is nil if there was no import. Another import into the same
// repository may keep the same things meanwhile, which is no conflict.
func publish(ctx context.Context, repo *gitmap.Repo, message string, pkg *dsc.Package, imp *gitmap.Imported, move gitmap.RefUpdate) error {
	beside, err := recordUpdates(ctx, repo, pkg, imp)
	for err == nil {
		refused := repo.UpdateRefs(ctx, message, append(beside, move)...)
		if refused == nil {
			return nil
		}
		before := beside
		if beside, err = recordUpdates(ctx, repo, pkg, imp); err == nil && slices.Equal(beside, before) {
			return refused
		}
	}
	return err
}

// recordUpdates writes the record of an import, and returns the updates that put
// it under its ref, and those that keep what the import remembers of its tarballs, for the same
// transaction as that of the branch. There are none if imp is nil, or if the same is there.
func recordUpdates(ctx context.Context, repo *gitmap.Repo, pkg *dsc.Package, imp *gitmap.Imported) ([]gitmap.RefUpdate, error) {
	if imp == nil {
		return nil, nil
	}
	report, err := EncodeReport(imp.Report())
	if err != nil {
		return nil, err
	}
	tree, err := repo.WriteFiles(ctx, map[string][]byte{recordDsc: pkg.Dsc(), recordReport: report})
	if err != nil {
		return nil, err
	}
	ref := RecordRef(imp.Commit)
	refs, err := repo.Refs(ctx, ref, memoryPrefix)
	if err != nil {
		return nil, err
	}
	updates := memoryUpdates(refs, imp)
	if refs[ref] != tree {
		updates = append(updates, gitmap.RefUpdate{Ref: ref, New: gitmap.CommitID(tree), Old: gitmap.CommitID(refs[ref]), NoReflog: true})
	}
	return updates, nil
}

// ReadRecord returns the record of the import whose last commit is c; ok is false
// if there is none. The error is a [*RecordError] if it cannot be used.
func ReadRecord(ctx context.Context, repo *gitmap.Repo, c gitmap.CommitID) (r *Record, ok bool, err error) {
	ref := RecordRef(c)
	refs, err := repo.Refs(ctx, ref)
	if err != nil {
		return nil, false, err
	}
	tree, ok := refs[ref]
	if !ok {
		return nil, false, nil
	}
	files, err := repo.ReadFiles(ctx, tree)
	if err != nil {
		return nil, false, &RecordError{ref, err}
	}
	if r, err = parseRecord(files, c); err != nil {
		return nil, false, &RecordError{ref, err}
	}
	return r, true, nil
}

// parseRecord reads the files of a record and checks that they belong together.
func parseRecord(files map[string][]byte, c gitmap.CommitID) (*Record, error) {
	for _, name := range []string{recordDsc, recordReport} {
		if _, ok := files[name]; !ok {
			return nil, fmt.Errorf("no file %s", name)
		}
	}
	r := &Record{Dsc: files[recordDsc]}
	if err := json.Unmarshal(files[recordReport], &r.Report); err != nil {
		return nil, fmt.Errorf("%s: %w", recordReport, err)
	}
	sum := sha256.Sum256(r.Dsc)
	for _, check := range []struct{ what, got, want string }{
		{"schema", fmt.Sprint(r.Report.Schema), "1"},
		{"commit", r.Report.Commit, c.String()},
		{"dsc_sha256", r.Report.Dsc, hex.EncodeToString(sum[:])},
	} {
		if check.got != check.want {
			return nil, fmt.Errorf("%s: %s is %q, want %q", recordReport, check.what, check.got, check.want)
		}
	}
	return r, nil
}

// recordedCommits returns the last commits of all imports with a record that are
// in the repository: a record does not keep the commit that it is about.
func recordedCommits(ctx context.Context, repo *gitmap.Repo, reader *gitmap.CommitReader) ([]gitmap.CommitID, error) {
	refs, err := repo.Refs(ctx, recordPrefix)
	if err != nil {
		return nil, err
	}
	var ids []gitmap.CommitID
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		id, err := gitmap.ParseCommitID(strings.TrimPrefix(ref, recordPrefix))
		if err != nil {
			continue // not one of ours
		}
		if _, err := reader.Read(id); err == nil {
			ids = append(ids, id)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return ids, nil
}
