package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"debgit/dsc"
)

// OpenDsc returns the upload of which the .dsc is at place: a path, or a URL that
// [OpenMirror] would take but for the name of the .dsc at its end. The other files are
// beside it. Nothing but its own signature, which is not checked here, vouches for it.
//
// A place that can be none is a [*PlaceError]; one that is not there matches
// [fs.ErrNotExist]; what is no .dsc is a [*dsc.SyntaxError].
func (c *Client) OpenDsc(ctx context.Context, place string, opts HTTPOptions) (*Upload, error) {
	if _, err := os.Stat(place); err == nil && !filepath.IsAbs(place) {
		place = "./" + place // whatever it looks like, it is no URL
	}
	directory, name := path.Split(place)
	m, err := OpenMirror(directory, opts)
	if err != nil {
		return nil, &PlaceError{err}
	}
	if strings.Contains(directory, "://") {
		if name, err = url.PathUnescape(name); err != nil {
			return nil, &PlaceError{fmt.Errorf("open %q: %w", place, err)}
		}
	}
	if err := dsc.CheckName(name); err != nil || !strings.HasSuffix(name, ".dsc") {
		return nil, &PlaceError{fmt.Errorf("open %q: %q is no name of a .dsc", place, name)}
	}
	data, err := c.readSmall(ctx, m, name, "fetch "+name, c.dscSize())
	if err != nil {
		return nil, err
	}
	text, _, err := dsc.ClearsignedText(name, data)
	if err != nil {
		return nil, err
	}
	src, err := dsc.Parse(name, text)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	file := dsc.File{Name: name, Size: int64(len(data)), Digest: dsc.Digest{Algorithm: dsc.SHA256, Hex: hex.EncodeToString(sum[:])}, ListedIn: m.String()}
	return &Upload{id: src.ID, mirror: &readMirror{m, name, data}, dsc: file}, nil
}
