package upload

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/history"
)

// fitOrigs compares the orig tarballs with those of the archive, and has the .changes list just
// those that the archive lacks.
func (p *planner) fitOrigs(ctx context.Context, c *uploadFiles) error {
	lists, edited := c.changes.Fields, false
	result := Passed
	for _, f := range history.OrigsOf(c.source) {
		found, all, err := p.target.FindFiles(ctx, f.Name)
		if err != nil {
			return err
		}
		listed := lists.Lists(f.Name)
		switch same := hasDigest(found, f.Digest); {
		case same && listed && !p.opts.Forces.Has(ForceChangesOrigsExactly):
			lists.RemoveFile(f.Name)
			edited = true
		case same:
		case len(found) > 0:
			p.list.find(Check{
				Code: "origs", Text: fmt.Sprintf("%s differs from the one that the archive has, %s", f.Name, found[0].Path),
				Remedy: "move it away, and get the other with: " + history.GetOrigsCommand,
			})
			return nil
		case !all:
			result = Unknown
		case !listed && !p.opts.Forces.Has(ForceChangesOrigsExactly):
			lists.AddFile(f.Name, c.sourceLists, c.changes.Places[0])
			edited = true
		}
	}
	p.list.find(Check{Code: "archive-origs", Result: result})
	if !edited {
		return nil
	}
	return os.WriteFile(filepath.Join(c.dir, c.changesName), []byte(lists.String()), 0o666)
}

// hasDigest says whether one of the files has that digest.
func hasDigest(files []archive.PoolFile, d dsc.Digest) bool {
	for _, f := range files {
		if strings.EqualFold(f.Digest.Hex, d.Hex) {
			return true
		}
	}
	return false
}
