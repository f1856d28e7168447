package history

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"debgit/dsc"
	"debgit/gitmap"
)

// An Upload is an upload that a repository has, as an import.
type Upload struct {
	ID      dsc.ID
	Import  gitmap.CommitID   // the import: the same on every machine, for ever
	Commit  gitmap.CommitID   // its commit in the upload history; zero if it is not in that
	Parents []gitmap.CommitID // of Commit: the uploads that it was made from, the nearest first
	Name    string            // its version as refs have it: of the tag upload/NAME; "" without Commit
	Suites  []string          // codenames of those that hold it, as far as was seen
	Author  string            // of its newest changelog stanza: "NAME <EMAIL>"
	Date    time.Time         // of that stanza, in the time zone that it names

	tree gitmap.ObjectID // of Import
}

// Uploads returns the uploads that repo has, the newest first: those of the upload history, each
// before all that it was made from, and those that were imported otherwise, by date
// among them. The order depends on what is in the repository alone. An index of the
// upload history that cannot be read is a [*RecordError].
func Uploads(ctx context.Context, repo *gitmap.Repo) ([]Upload, error) {
	refs, err := repo.Refs(ctx, uploadIndexRef, dscPrefix, trackingPrefix)
	if err != nil {
		return nil, err
	}
	index, err := readUploadIndex(ctx, repo, refs[uploadIndexRef])
	if err != nil {
		return nil, err
	}
	reader, err := repo.NewCommitReader(ctx)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	uploads, err := indexedUploads(reader, index)
	if err != nil {
		return nil, err
	}
	if uploads, err = addImported(reader, uploads, importsOf(refs)); err != nil {
		return nil, err
	}
	return uploads, noteSuites(reader, uploads, refs)
}

// indexedUploads returns the uploads of the upload history, the newest first.
func indexedUploads(reader *gitmap.CommitReader, index *uploadIndex) ([]Upload, error) {
	var uploads []Upload
	for _, e := range slices.Backward(index.Uploads) {
		u := Upload{ID: dsc.ID{Package: index.Package, Version: dsc.Version(e.Version)}, Name: e.Name, Suites: slices.Clone(e.Suites)}
		u.Import, _ = gitmap.ParseCommitID(e.Import)
		u.Commit, _ = gitmap.ParseCommitID(e.Commit)
		c, err := reader.Read(u.Commit)
		if err != nil {
			return nil, &RecordError{uploadIndexRef, err}
		}
		u.Parents, u.tree = c.Parents, c.Tree
		u.Author, u.Date = signature(c)
		uploads = append(uploads, u)
	}
	return uploads, nil
}

// importsOf returns the imports that are known by their .dsc, each once.
func importsOf(refs map[string]gitmap.ObjectID) []gitmap.CommitID {
	var imports []gitmap.CommitID
	for ref, id := range refs {
		if strings.HasPrefix(ref, dscPrefix) {
			imports = append(imports, gitmap.CommitID(id))
		}
	}
	slices.SortFunc(imports, func(a, b gitmap.CommitID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(imports)
}

// addImported returns uploads with those of imports that are not among them, each before
// the first that is older.
func addImported(reader *gitmap.CommitReader, uploads []Upload, imports []gitmap.CommitID) ([]Upload, error) {
	for _, id := range imports {
		if slices.ContainsFunc(uploads, func(u Upload) bool { return u.Import == id }) {
			continue
		}
		chain, ok, err := reader.Chain(id)
		if err != nil {
			return nil, err
		}
		if !ok { // the ref was made by somebody else
			continue
		}
		m, _ := chain.Main.Marker()
		u := Upload{ID: dsc.ID{Package: m.Package, Version: m.Version}, Import: id, tree: chain.Tip().Tree}
		u.Author, u.Date = signature(chain.Main)
		at := slices.IndexFunc(uploads, func(other Upload) bool { return other.Date.Before(u.Date) })
		if at < 0 {
			at = len(uploads)
		}
		uploads = slices.Insert(uploads, at, u)
	}
	return uploads, nil
}

// noteSuites corrects what is known of suites by tracking branches, which may have moved since
// the upload history was made: of two uploads to a suite it holds the newer one.
func noteSuites(reader *gitmap.CommitReader, uploads []Upload, refs map[string]gitmap.ObjectID) error {
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		suite, ok := strings.CutPrefix(ref, trackingPrefix)
		if !ok {
			continue
		}
		tip, err := reader.Read(gitmap.CommitID(refs[ref]))
		if err != nil {
			return err
		}
		at := slices.IndexFunc(uploads, func(u Upload) bool { return u.tree == tip.Tree })
		if at < 0 {
			continue
		}
		holds := &uploads[at]
		for i := range uploads {
			u := &uploads[i]
			if n := slices.Index(u.Suites, suite); n >= 0 && u != holds {
				if order, err := u.ID.Version.Compare(holds.ID.Version); err == nil && order > 0 {
					holds = u
				} else {
					u.Suites = slices.Delete(u.Suites, n, n+1)
				}
			}
		}
		if !slices.Contains(holds.Suites, suite) {
			holds.Suites = append(holds.Suites, suite)
			slices.Sort(holds.Suites)
		}
	}
	return nil
}

// signature returns who made a commit, and when.
func signature(c *gitmap.Commit) (author string, date time.Time) {
	author, seconds, zone := gitmap.SplitIdentity(c.Author)
	n, err := strconv.Atoi(zone)
	if err != nil {
		n = 0
	}
	return author, time.Unix(seconds, 0).In(time.FixedZone(zone, n/100*3600+n%100*60))
}
