package upload

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"debgit/dsc"
)

// A remoteSigner gets signatures from the other side of a remote push, which is sent the upload and makes by
// itself what it signs. A nil one stands for a connection that is gone.
type remoteSigner struct {
	wire    *wire
	version string // of the protocol
	pkg     *Package
	journal *Journal

	tags map[string][]byte // signed, by name; nil before they were asked for
}

// errGone says that there is nobody to sign.
var errGone = errors.New("the host that asked for this push, and signs, is no longer connected")

// Tag returns the tag object of that name that the other side made. Its header and its first line
// have to be those of text; the rest is for git servers, and signed for by the user.
func (r *remoteSigner) Tag(ctx context.Context, text []byte) ([]byte, error) {
	if r == nil {
		return nil, errGone
	}
	if r.tags == nil {
		if err := r.askForTags(); err != nil {
			return nil, err
		}
	}
	name := tagName(text)
	tag, ok := r.tags[name]
	if !ok {
		return nil, wireErrorf("it made no tag %s; the configuration there may have dep14tag=no", name)
	}
	if got, want := tagStart(tag), tagStart(text); got != want || !bytes.Contains(tag, []byte("\n-----BEGIN PGP SIGNATURE-----\n")) {
		return nil, wireErrorf("it made the tag %s of something else, or without a signature: %q, not %q", name, got, want)
	}
	return tag, nil
}

// tagName returns the name in a tag object.
func tagName(object []byte) string {
	for line := range strings.Lines(string(object)) {
		if name, ok := strings.CutPrefix(line, "tag "); ok {
			return strings.TrimSuffix(name, "\n")
		}
	}
	return ""
}

// tagStart returns the header of a tag object and the first line of its text, without the time zone: an older
// dgit writes that of its own host (10.7 does, 17.0 does not).
func tagStart(object []byte) string {
	header, text, _ := strings.Cut(string(object), "\n\n")
	first, _, _ := strings.Cut(text, "\n")
	return taggerZone.ReplaceAllString(header, "$1") + "\n\n" + first
}

// taggerZone is the line of a tag object that says who made it and when, with the time zone.
var taggerZone = regexp.MustCompile(`(?m)^(tagger .* [0-9]+) [-+][0-9]{4}$`)

// askForTags sends what the other side has to know of the upload, and reads the tags.
func (r *remoteSigner) askForTags() error {
	if err := r.sendFiles(); err != nil {
		return err
	}
	p := r.journal.Plan
	for _, param := range r.params() {
		if err := r.wire.sendLine("param", param[0], param[1]); err != nil {
			return err
		}
	}
	for _, f := range r.buildinfos() {
		content, err := os.ReadFile(r.journal.path("unsigned", f.Name))
		if err == nil {
			err = r.wire.sendLine("param", "buildinfo-filename", f.Name)
		}
		if err == nil {
			err = r.sendFile("buildinfo", content)
		}
		if err != nil {
			return err
		}
	}
	for _, m := range previouslyLine.FindAllStringSubmatch(p.Tags[len(p.Tags)-1].Text, -1) {
		if err := r.wire.sendLine("previously", m[1]); err != nil {
			return err
		}
	}
	if err := r.wire.sendLine("want", "signed-tag"); err != nil {
		return err
	}
	tags, err := r.wire.files(2)
	if err != nil {
		return err
	}
	r.tags = map[string][]byte{}
	for _, tag := range tags {
		r.tags[tagName(tag)] = tag
	}
	return nil
}

// previouslyLine is a line of a tag that names what it replaces.
var previouslyLine = regexp.MustCompile(`(?m)^\[dgit previously:([^ \]]+)\]$`)

// params are what the other side has to know besides the files.
func (r *remoteSigner) params() [][2]string {
	p := r.journal.Plan
	params := [][2]string{{"head", p.Commit.String()}, {"csuite", p.Codename}, {"isuite", p.Suite}, {"tagformat", "new"}}
	if p.Split {
		params = append(params, [2]string{"splitbrain", "1"}, [2]string{"maint-view", p.Head.String()})
	} else {
		params = append(params, [2]string{"splitbrain", "0"})
	}
	made := 0
	for _, t := range p.Tags {
		if t.Reused.IsZero() {
			made++
		}
	}
	if made == 1 && r.version >= "7" {
		params = append(params, [2]string{"dep14tag", "0"})
	}
	return params
}

func (r *remoteSigner) buildinfos() (files []PlannedFile) {
	for _, f := range r.journal.Plan.Files {
		if strings.HasSuffix(f.Name, ".buildinfo") {
			files = append(files, f)
		}
	}
	return files
}

// sendFiles sends the changelog, the .dsc as it is without the field Dgit, which the other side puts there, and
// the .changes, which lists it so.
func (r *remoteSigner) sendFiles() error {
	source, err := r.read(".dsc")
	if err != nil {
		return err
	}
	changes, err := r.read(".changes")
	if err != nil {
		return err
	}
	plain := []byte(withoutField(source.fields, "Dgit").String())
	changes.fields.SetFile(source.name, plain)
	for _, f := range []struct {
		name    string
		content []byte
	}{
		{"parsed-changelog", []byte(parsedChangelog(r.pkg.Newest()).String())},
		{"dsc", plain},
		{"changes", []byte(changes.fields.String())},
	} {
		if err := r.sendFile(f.name, f.content); err != nil {
			return err
		}
	}
	return nil
}

func (r *remoteSigner) sendFile(name string, content []byte) error {
	if err := r.wire.sendLine("file", name); err != nil {
		return err
	}
	return r.wire.sendFile(content)
}

// read reads the control file of the upload with that ending.
func (r *remoteSigner) read(suffix string) (*document, error) {
	files := r.journal.Plan.Files
	i := slices.IndexFunc(files, func(f PlannedFile) bool { return strings.HasSuffix(f.Name, suffix) })
	if i < 0 {
		return nil, fmt.Errorf("the upload has no %s", suffix)
	}
	path := r.journal.path("unsigned", files[i].Name)
	return (&batch{dir: filepath.Dir(path)}).read(files[i].Name)
}

// changelogUrgency is where the first line of a stanza has its urgency.
var changelogUrgency = regexp.MustCompile(`(?i)\burgency=([a-z]+)`)

// parsedChangelog is a stanza as dpkg-parsechangelog(1) prints it.
func parsedChangelog(e *dsc.ChangelogEntry) dsc.Paragraph {
	urgency := "unknown"
	if m := changelogUrgency.FindStringSubmatch(e.Header); m != nil {
		urgency = strings.ToLower(m[1])
	}
	changes := "\n " + e.Header + "\n ."
	for _, line := range e.Changes {
		if line = strings.TrimRight(line, " \t"); line == "" {
			line = "."
		}
		changes += "\n " + line
	}
	return dsc.Paragraph{
		{Name: "Source", Value: e.Package},
		{Name: "Version", Value: string(e.Version)},
		{Name: "Distribution", Value: strings.Join(e.Distributions, " ")},
		{Name: "Urgency", Value: urgency},
		{Name: "Maintainer", Value: e.Maintainer},
		{Name: "Date", Value: e.Date},
		{Name: "Changes", Value: changes},
	}
}

// Clearsign gives the files of the upload the content that the other side has signed. It has to be of the same
// upload, with the same files.
func (r *remoteSigner) Clearsign(ctx context.Context, path string) error {
	if r == nil {
		return errGone
	}
	source, err := r.read(".dsc")
	if err != nil {
		return err
	}
	names := []string{source.name, filepath.Base(path)}
	for _, f := range r.buildinfos() {
		names = append(names, f.Name)
	}
	if err := r.wire.sendLine("want", "signed-dsc-changes"); err != nil {
		return err
	}
	files, err := r.wire.files(len(names))
	if err != nil {
		return err
	}
	if len(files) != len(names) {
		return wireErrorf("it signed %d files of %d", len(files), len(names))
	}
	if err := r.checkSigned(names, files); err != nil {
		return err
	}
	for i, name := range names {
		if err := replaceFile(filepath.Join(filepath.Dir(path), name), files[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkSigned checks that the signed files are those of the upload.
func (r *remoteSigner) checkSigned(names []string, files [][]byte) error {
	var texts [][]byte
	for i, name := range names {
		text, signed, err := dsc.ClearsignedText(name, files[i])
		if err != nil {
			return err
		}
		if !signed {
			return wireErrorf("it sends %s back without a signature", name)
		}
		texts = append(texts, text)
	}
	source, err := dsc.Parse(names[0], texts[0])
	if err != nil {
		return err
	}
	changes, err := dsc.ParseChanges(names[1], texts[1])
	if err != nil {
		return err
	}
	sent, err := r.read(".dsc")
	if err != nil {
		return err
	}
	fields := func(p dsc.Paragraph) string { return withoutField(p, "Dgit").String() }
	commit, _, _ := strings.Cut(source.DgitRef, " ")
	if fields(source.Fields) != fields(sent.fields) || commit != r.journal.Plan.Commit.String() {
		return wireErrorf("it sends another %s back", names[0])
	}
	unsigned, err := r.read(".changes")
	if err != nil {
		return err
	}
	planned, err := dsc.ParseChanges(names[1], []byte(unsigned.fields.String()))
	if err != nil {
		return err
	}
	for _, f := range changes.Files {
		i := slices.Index(names, f.Name)
		switch {
		case !unsigned.fields.Lists(f.Name):
			return wireErrorf("its %s lists %s, which is not of the upload", names[1], f.Name)
		case i >= 0:
			if err := f.Verify(bytes.NewReader(files[i])); err != nil {
				return err
			}
		}
	}
	if changes.ID != r.journal.Plan.ID() || len(changes.Files) != len(planned.Files) {
		return wireErrorf("it sends another %s back", names[1])
	}
	return nil
}
