package upload

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A remoteUpload is what the build host says of an upload. Before check, it is only said.
type remoteUpload struct {
	files      map[string][]byte // parsed-changelog, dsc, changes
	params     map[string]string // the last word counts
	sealed     bool              // something of it was signed: it must stay as it is
	infoNames  []string          // of the .buildinfo files, in their order
	infos      [][]byte
	previously map[string]gitmap.ObjectID

	id         dsc.ID
	suite      string // as the changelog has it
	maintainer string
	tagger     string
	head       gitmap.CommitID // that goes to the suite branch
	maintView  gitmap.CommitID // in a split view: what the maintainers have; else head
	source     *dsc.Source
	changes    *dsc.Changes
}

// A RemoteUploadError says why an upload of another host is not signed.
type RemoteUploadError struct{ Cause string }

func (e *RemoteUploadError) Error() string { return "nothing more is signed: " + e.Cause }

func notSigned(format string, args ...any) error {
	return &RemoteUploadError{fmt.Sprintf(format, args...)}
}

const maxBuildinfos = 50 // of one upload

// errSealed is the error of what changes an upload of which something was signed.
func errSealed(what string) error {
	return wireErrorf("it sends %s after something was signed", what)
}

func (u *remoteUpload) addFile(name string, content []byte) error {
	if u.sealed {
		return errSealed("a file")
	}
	switch name {
	case "parsed-changelog", "dsc", "changes":
		if u.files == nil {
			u.files = map[string][]byte{}
		}
		if _, twice := u.files[name]; twice {
			return wireErrorf("it sends a second %s", name)
		}
		u.files[name] = content
		return nil
	case "buildinfo":
		if len(u.infos) >= len(u.infoNames) {
			return wireErrorf("it sends a .buildinfo without its name")
		}
		u.infos = append(u.infos, content)
		return nil
	}
	return wireErrorf("it sends a file %q", name)
}

func (u *remoteUpload) addParam(name, value string) error {
	if u.sealed {
		return errSealed("a parameter")
	}
	switch name {
	case "head", "csuite", "isuite", "tagformat", "splitbrain", "maint-view", "dep14tag":
		if u.params == nil {
			u.params = map[string]string{}
		}
		u.params[name] = value
		return nil
	case "buildinfo-filename":
		if err := dsc.CheckName(value); err != nil || !strings.HasSuffix(value, ".buildinfo") {
			return wireErrorf("%q is no name of a .buildinfo file", value)
		}
		if slices.Contains(u.infoNames, value) || len(u.infoNames) == maxBuildinfos {
			return wireErrorf("it names %s again, or too many of its kind", value)
		}
		u.infoNames = append(u.infoNames, value)
		return nil
	}
	return wireErrorf("it sends a parameter %q", name)
}

// previousRef is what may be named of what a push replaces.
var previousRef = regexp.MustCompile(`^[0-9A-Za-z][-+.,_~%#/0-9A-Za-z]*$`)

func (u *remoteUpload) addPrevious(text string) error {
	if u.sealed {
		return errSealed("a ref")
	}
	ref, object, _ := strings.Cut(text, "=")
	id, err := gitmap.ParseCommitID(object)
	if err != nil || !previousRef.MatchString(ref) || len(u.previously) == 10_000 {
		return wireErrorf("%q is no ref with its object", text)
	}
	if u.previously == nil {
		u.previously = map[string]gitmap.ObjectID{}
	}
	u.previously[ref] = gitmap.ObjectID(id)
	return nil
}

// suiteName is the form of the name of a suite.
var suiteName = regexp.MustCompile(`^[0-9A-Za-z][-+._/0-9A-Za-z]*$`)

// check refuses what is not one upload, consistent in itself.
func (u *remoteUpload) check(sourceOnly bool) (err error) {
	for _, name := range []string{"parsed-changelog", "dsc", "changes"} {
		if u.files[name] == nil {
			return wireErrorf("it wants something signed without having sent the %s", name)
		}
	}
	if len(u.infos) != len(u.infoNames) {
		return wireErrorf("it names %d .buildinfo files, and sends %d", len(u.infoNames), len(u.infos))
	}
	if err := u.readChangelog(); err != nil {
		return err
	}
	if u.source, err = dsc.Parse("the .dsc", u.files["dsc"]); err != nil {
		return err
	}
	if u.changes, err = dsc.ParseChanges("the .changes", u.files["changes"]); err != nil {
		return err
	}
	if err := u.checkCommits(); err != nil {
		return err
	}
	switch {
	case u.source.ID != u.id:
		return notSigned("the .dsc is of %s, but the changelog of %s", u.source.ID, u.id)
	case u.changes.ID != u.id:
		return notSigned("the .changes is of %s, but the changelog of %s", u.changes.ID, u.id)
	case u.changes.Distribution != u.suite:
		return notSigned("the .changes is for %q, but the changelog for %s", u.changes.Distribution, u.suite)
	case u.params["isuite"] != u.suite:
		return notSigned("the push is to %q, but the changelog is for %s", u.params["isuite"], u.suite)
	case !suiteName.MatchString(u.params["csuite"]):
		return notSigned("%q is no codename of a suite", u.params["csuite"])
	case u.params["tagformat"] != "new":
		return notSigned("the tags are to have the format %q", u.params["tagformat"])
	case sourceOnly && !u.changes.IsSourceOnly():
		return notSigned("the .changes is for %s, but the upload is to be of source alone", strings.Join(u.changes.Architectures, " "))
	}
	return u.checkFiles(sourceOnly)
}

// readChangelog reads what the build host says of the newest entry of the changelog.
func (u *remoteUpload) readChangelog() error {
	p, err := dsc.ParseParagraph("the changelog", u.files["parsed-changelog"])
	if err != nil {
		return err
	}
	u.id = dsc.ID{Package: p.Value("Source")}
	if err := dsc.CheckPackageName(u.id.Package); err != nil {
		return notSigned("the changelog: %v", err)
	}
	if u.id.Version, err = dsc.ParseVersion(p.Value("Version")); err != nil {
		return notSigned("the changelog: %v", err)
	}
	u.suite, u.maintainer = p.Value("Distribution"), p.Value("Maintainer")
	if !suiteName.MatchString(u.suite) || strings.EqualFold(u.suite, "UNRELEASED") {
		return notSigned("the changelog is for %q", u.suite)
	}
	// As it stands in debian/changelog, of which commits take people and times.
	stanza := fmt.Sprintf("%s (%s) %s; urgency=low\n\n  * x\n\n -- %s  %s\n", u.id.Package, u.id.Version, u.suite, u.maintainer, p.Value("Date"))
	if u.tagger, _, _, err = gitmap.ChangelogStamp([]byte(stanza)); err != nil {
		return notSigned("the changelog: %v", err)
	}
	return nil
}

func (u *remoteUpload) checkCommits() (err error) {
	if u.head, err = gitmap.ParseCommitID(u.params["head"]); err != nil {
		return notSigned("the head: %v", err)
	}
	switch u.params["splitbrain"] {
	case "0":
		u.maintView = u.head
	case "1":
		if u.maintView, err = gitmap.ParseCommitID(u.params["maint-view"]); err != nil {
			return notSigned("the maintainer view: %v", err)
		}
	default:
		return notSigned("whether the view is split is %q", u.params["splitbrain"])
	}
	return nil
}

// checkFiles checks that the .changes lists the .dsc that was sent, and of source nothing else than that lists.
func (u *remoteUpload) checkFiles(sourceOnly bool) error {
	content := map[string][]byte{u.dscName(): u.files["dsc"]}
	for i, name := range u.infoNames {
		if !strings.HasPrefix(name, u.id.Package+"_"+u.id.Version.WithoutEpoch()+"_") {
			return notSigned("%s is of another upload than of %s", name, u.id)
		}
		if err := u.checkBuildinfo(name, u.infos[i]); err != nil {
			return err
		}
		content[name] = u.infos[i]
	}
	listed := map[string]dsc.File{}
	for _, f := range u.source.Files {
		listed[f.Name] = f
	}
	seen := map[string]bool{}
	for _, f := range u.changes.Files {
		seen[f.Name] = true
		if data, ok := content[f.Name]; ok {
			if err := f.Verify(strings.NewReader(string(data))); err != nil {
				return err
			}
			continue
		}
		of, ok := listed[f.Name]
		switch {
		case ok && (of.Size != f.Size || of.Digest.Algorithm == f.Digest.Algorithm && of.Digest != f.Digest):
			return notSigned(".dsc and .changes do not agree on %s", f.Name)
		case !ok && (sourceOnly || strings.HasSuffix(f.Name, ".dsc")):
			return notSigned("the .changes lists %s, which is not of the source package", f.Name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(content)) {
		if !seen[name] {
			return notSigned("the .changes does not list %s", name)
		}
	}
	return nil
}

// dscName is what the .dsc must be called.
func (u *remoteUpload) dscName() string {
	return u.id.Package + "_" + u.id.Version.WithoutEpoch() + ".dsc"
}

func (u *remoteUpload) checkBuildinfo(name string, data []byte) error {
	p, err := dsc.ParseParagraph(name, data)
	if err != nil {
		return err
	}
	source, _, _ := strings.Cut(p.Value("Source"), " ")
	if source != u.id.Package || p.Value("Version") != string(u.id.Version) {
		return notSigned("%s is of %s %s, not of %s", name, source, p.Value("Version"), u.id)
	}
	return nil
}
