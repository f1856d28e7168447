package upload

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/dsc"
	"debgit/history"
)

// A NoChangesError says that it is not known which .changes is to be pushed.
type NoChangesError struct {
	Pattern string   // of the paths that were looked at
	Found   []string // names; none, or several
}

func (e *NoChangesError) Error() string {
	if len(e.Found) == 0 {
		return "there is no " + e.Pattern
	}
	return fmt.Sprintf("there are %d of %s: %s", len(e.Found), e.Pattern, strings.Join(e.Found, ", "))
}

// findChanges returns the path of the only .changes of an upload in a directory.
func findChanges(dir string, id dsc.ID) (string, error) {
	prefix := id.Package + "_" + id.Version.WithoutEpoch() + "_"
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) && strings.HasSuffix(e.Name(), ".changes") {
			found = append(found, e.Name())
		}
	}
	if len(found) != 1 {
		return "", &NoChangesError{filepath.Join(dir, prefix+"*.changes"), found}
	}
	return filepath.Join(dir, found[0]), nil
}

// openPrebuilt takes an upload that somebody has built for one that was built just now. changes is the path of
// its .changes, and listed what that says. The files that are changed for the push are copies, in a private
// directory, which Files names.
func openPrebuilt(pkg *Package, changes string, listed *dsc.Changes, opts BuildOptions) (_ *Built, err error) {
	place, err := openPlace(pkg.Repo)
	if err != nil {
		return nil, err
	}
	b := &Built{ID: pkg.ID, Dir: place.dir, Dsc: filepath.Join(place.dir, listed.Dsc()), Changes: filepath.Join(place.dir, filepath.Base(changes)), place: place}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	if err := b.copyControl(filepath.Dir(changes), listed, opts); err != nil {
		return nil, err
	}
	return b, b.linkSource(append([]string{filepath.Dir(changes)}, opts.OrigDirs...))
}

// copyControl copies the .dsc, each .buildinfo and the .changes, without signatures, with the fields that
// they are to have, and with each other's new digests.
func (b *Built) copyControl(dir string, changes *dsc.Changes, opts BuildOptions) error {
	var names []string
	for _, f := range changes.Files {
		if strings.HasSuffix(f.Name, ".buildinfo") {
			names = append(names, f.Name)
		}
	}
	b.Files = append([]string{filepath.Base(b.Dsc)}, append(names, filepath.Base(b.Changes))...)
	fields := map[string][]dsc.Field{
		filepath.Base(b.Dsc):     append([]dsc.Field{{Name: "Dgit", Value: opts.DgitField}}, opts.DscAdd...),
		filepath.Base(b.Changes): opts.ChangesAdd,
	}
	var done []string
	for _, name := range b.Files {
		path := filepath.Join(b.Dir, name)
		text, err := readControl(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		lists, err := dsc.ParseParagraph(name, text)
		if err != nil {
			return err
		}
		for _, earlier := range done {
			content, err := os.ReadFile(filepath.Join(b.Dir, earlier))
			if err != nil {
				return err
			}
			lists.SetFile(earlier, content)
		}
		if err := os.WriteFile(path, []byte(lists.String()), 0o666); err != nil {
			return err
		}
		if err := setFields(path, fields[name]); err != nil {
			return err
		}
		done = append(done, name)
	}
	return nil
}

// linkSource puts the files of the source package beside its .dsc; each is in one of dirs.
func (b *Built) linkSource(dirs []string) error {
	text, err := readControl(b.Dsc)
	if err != nil {
		return err
	}
	source, err := dsc.Parse(filepath.Base(b.Dsc), text)
	if err != nil {
		return err
	}
	for _, f := range source.Files {
		path := cmp.Or(fileIn(dirs, f.Name), filepath.Join(dirs[0], f.Name)) // or the error names that
		if err := linkOrCopy(path, filepath.Join(b.Dir, f.Name)); err != nil {
			return err
		}
	}
	for _, f := range history.OrigsOf(source) {
		b.Origs = append(b.Origs, f.Name)
	}
	return nil
}
