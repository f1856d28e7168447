package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"debgit/archive"
	"debgit/dsc"
)

// mostPackaging is how large a file may be, in bytes, that is fetched for the changelog
// in it.
const mostPackaging = 4 << 20

// errNoPackagingFile says that an upload has no file of moderate size with a changelog.
var errNoPackagingFile = errors.New("the file that has debian/changelog is large")

// fetchChangelog returns the changelog of an upload, from the one file of it that has
// debian/, which is verified. Nothing is kept. src is what the .dsc says.
func fetchChangelog(ctx context.Context, client *archive.Client, u *archive.Upload) (data []byte, src *dsc.Source, err error) {
	dir, err := os.MkdirTemp("", "debgit-changelog-")
	if err != nil {
		return nil, nil, err
	}
	defer os.RemoveAll(dir)
	if src, err = client.FetchDsc(ctx, u, dir); err != nil {
		return nil, nil, err
	}
	file, ok := packagingFile(src)
	if !ok || file.Size > mostPackaging {
		return nil, src, errNoPackagingFile
	}
	if _, err := client.FetchFiles(ctx, u, src, dir, func(f dsc.File) bool { return f.Name == file.Name }); err != nil {
		return nil, src, err
	}
	content, err := dsc.OpenContent(dir, file)
	if err != nil {
		return nil, src, err
	}
	defer content.Close()
	if strings.HasSuffix(file.Name, ".diff.gz") {
		data, err = changelogInDiff(content)
	} else {
		data, err = changelogInTarball(content)
	}
	return data, src, err
}

// packagingFile returns the file of a source package that has debian/: NAME.debian.tar.*,
// NAME.diff.gz, or the only tarball of a native one.
func packagingFile(src *dsc.Source) (file dsc.File, ok bool) {
	for _, f := range src.Files {
		switch name := f.Name; {
		case strings.Contains(name, ".debian.tar."), strings.HasSuffix(name, ".diff.gz"):
			return f, true
		case strings.Contains(name, ".orig.tar."), strings.Contains(name, ".orig-"):
		case strings.Contains(name, ".tar."):
			file, ok = f, true
		}
	}
	return file, ok
}

// mostChangelog is how many bytes a changelog may have.
const mostChangelog = 64 << 20

// changelogInTarball finds debian/changelog, at the top or below one directory.
func changelogInTarball(c *dsc.Content) ([]byte, error) {
	t, err := dsc.OpenTarball(c, dsc.TarballLimits{})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	var found []byte
	for {
		e, err := t.Next()
		if err == io.EOF { // only now all of the file has been verified
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		name := e.Name()
		if _, below, ok := strings.Cut(name, "/"); name != changelogPath && (!ok || below != changelogPath) || e.Type != dsc.Regular {
			continue
		}
		if e.Size > mostChangelog {
			return nil, &dsc.LimitError{File: name, What: "bytes of changelog", Limit: mostChangelog}
		}
		if found, err = io.ReadAll(t); err != nil {
			return nil, err
		}
	}
}

// changelogInDiff finds debian/changelog in the diff of format 1.0, which makes it.
func changelogInDiff(c *dsc.Content) ([]byte, error) {
	r, err := c.Decompressed()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	diff, err := io.ReadAll(io.LimitReader(r, mostChangelog+1))
	if err == nil && len(diff) > mostChangelog {
		err = &dsc.LimitError{File: c.File().Name, What: "bytes of diff", Limit: mostChangelog}
	}
	if err != nil {
		return nil, err
	}
	var text []byte
	inside := false
	for line := range bytes.Lines(diff) {
		switch name, isName := strings.CutPrefix(string(line), "+++ "); {
		case isName && !inside:
			name, _, _ = strings.Cut(strings.TrimSpace(name), "\t") // a date may follow
			inside = strings.HasSuffix(name, "/"+changelogPath)
		case inside && line[0] == '+':
			text = append(text, line[1:]...)
		case inside && line[0] != '@':
			return text, nil
		}
	}
	if !inside {
		return nil, fmt.Errorf("%s does not make %s", c.File().Name, changelogPath)
	}
	return text, nil
}
