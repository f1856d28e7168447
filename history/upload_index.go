package history

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"debgit/gitmap"
)

// An uploadIndex is what is known of an upload history beside its commits. It is the file
// "uploads.json" of the tree at [uploadIndexRef].
type uploadIndex struct {
	Schema  int             `json:"schema"` // uploadIndexSchema
	Package string          `json:"package"`
	Uploads []indexedUpload `json:"uploads"` // each after all that it was made from
}

type indexedUpload struct {
	Version string   `json:"version"`
	Import  string   `json:"import"`
	Commit  string   `json:"commit"`
	Name    string   `json:"name"`
	Suites  []string `json:"suites"`
}

const (
	uploadIndexSchema = 1
	uploadIndexFile   = "uploads.json"
)

// readUploadIndex reads the index at a tree; zero gives an empty one.
func readUploadIndex(ctx context.Context, repo *gitmap.Repo, tree gitmap.ObjectID) (*uploadIndex, error) {
	x := &uploadIndex{Schema: uploadIndexSchema}
	if tree.IsZero() {
		return x, nil
	}
	files, err := repo.ReadFiles(ctx, tree)
	if err != nil {
		return nil, &RecordError{uploadIndexRef, err}
	}
	d := json.NewDecoder(bytes.NewReader(files[uploadIndexFile]))
	d.DisallowUnknownFields()
	err = d.Decode(x)
	if err == nil {
		err = x.check()
	}
	if err != nil {
		return nil, &RecordError{uploadIndexRef, fmt.Errorf("%s: %w", uploadIndexFile, err)}
	}
	return x, nil
}

// check refuses what no index of ours has.
func (x *uploadIndex) check() error {
	if x.Schema != uploadIndexSchema {
		return fmt.Errorf("schema is %d, want %d", x.Schema, uploadIndexSchema)
	}
	var ids []string
	for _, u := range x.Uploads {
		ids = append(ids, u.Import, u.Commit)
	}
	for _, id := range ids {
		if _, err := gitmap.ParseCommitID(id); err != nil {
			return err
		}
	}
	return nil
}

func (x *uploadIndex) encode() ([]byte, error) {
	data, err := json.MarshalIndent(x, "", " ")
	return append(data, '\n'), err
}
