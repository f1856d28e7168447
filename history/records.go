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

// A Record is what is kept of an import beside its commits: under [recordRef], a
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

// A recordedImport is an import whose record is in the same pack.
type recordedImport struct {
	*gitmap.Imported
	record gitmap.ObjectID
}

// importList is imp as a list, empty if it is nil.
func importList(imp *recordedImport) []*recordedImport {
	if imp == nil {
		return nil
	}
	return []*recordedImport{imp}
}

// importRecorded is [gitmap.Pack.Import] with the tarballs that earlier imports into the
// same repository remembered, and writes the record of the import. refs are those of
// the repository, as far as they are under memoryPrefix.
func importRecorded(ctx context.Context, pack *gitmap.Pack, pkg *dsc.Package, refs map[string]gitmap.ObjectID, opts gitmap.ImportOptions) (*recordedImport, error) {
	opts.Remembered = remembered(refs)
	imp, err := pack.Import(ctx, pkg, opts)
	if err != nil {
		return nil, err
	}
	report, err := EncodeReport(imp.Report())
	if err != nil {
		return nil, err
	}
	record, err := pack.WriteFiles(map[string][]byte{recordDsc: pkg.Dsc(), recordReport: report})
	return &recordedImport{imp, record}, err
}

// publish moves refs to imports, or to what was made of them, together with what is
// kept beside them. refs are those that there were before, as far as they are under
// memoryPrefix. Another import into the same repository may keep the same things
// meanwhile, which is no conflict.
func publish(ctx context.Context, repo *gitmap.Repo, message string, refs map[string]gitmap.ObjectID, imports []*recordedImport, moves ...gitmap.RefUpdate) error {
	beside := recordUpdates(refs, imports)
	for {
		refused := repo.UpdateRefs(ctx, message, append(beside, moves...)...)
		if refused == nil || len(imports) == 0 {
			return refused
		}
		now, err := repo.Refs(ctx, recordPrefix, dscPrefix, memoryPrefix)
		if err != nil {
			return err
		}
		before := beside
		if beside = recordUpdates(now, imports); slices.Equal(beside, before) {
			return refused
		}
	}
}

// recordUpdates returns the updates that put the records of imports under their refs, and
// those that keep the imports and what they remember of their tarballs, for the same
// transaction as that of the branch. There are none for what refs have already.
func recordUpdates(refs map[string]gitmap.ObjectID, imports []*recordedImport) []gitmap.RefUpdate {
	want := map[string]gitmap.ObjectID{}
	for _, imp := range imports {
		want[recordRef(imp.Commit)] = imp.record
		want[dscPrefix+imp.Dsc.Hex] = gitmap.ObjectID(imp.Commit)
		for digest, id := range imp.Memories {
			want[memoryPrefix+digest] = id
		}
	}
	var updates []gitmap.RefUpdate
	for _, ref := range slices.Sorted(maps.Keys(want)) {
		if id := want[ref]; refs[ref] != id {
			updates = append(updates, gitmap.RefUpdate{Ref: ref, New: gitmap.CommitID(id), Old: gitmap.CommitID(refs[ref]), NoReflog: true})
		}
	}
	return updates
}

// readRecord returns the record of the import whose last commit is c; ok is false
// if there is none. The error is a [*RecordError] if it cannot be used.
func readRecord(ctx context.Context, repo *gitmap.Repo, c gitmap.CommitID) (r *Record, ok bool, err error) {
	ref := recordRef(c)
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
