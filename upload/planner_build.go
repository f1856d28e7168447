package upload

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/history"
)

// build makes the source package, and checks it.
func (p *planner) build(ctx context.Context) (err error) {
	opts := p.opts.Built
	opts.OrigDirs, opts.Limits, opts.Progress = p.target.OrigDirs, p.opts.Limits, p.opts.Progress
	opts.DgitField = fmt.Sprintf("%s %s %s %s", p.plan.Commit, p.plan.Nominal, history.ArchiveTag(p.plan.Nominal, p.pkg.ID.Version), p.target.ReadURL)
	switch opts.Since {
	case "":
		opts.Since = p.target.Since
	case "_":
		opts.Since = ""
	}
	if p.opts.Prebuilt || p.opts.Changes != "" {
		err = p.takeBuilt(opts)
	} else {
		p.built, err = BuildSource(ctx, p.pkg, p.view.Commit, opts)
	}
	if err != nil || p.built == nil {
		return err
	}
	p.warnings = append(p.warnings, p.built.Warnings...)
	if !p.built.Proven {
		if err := Correspond(ctx, p.pkg, p.built.Dsc, p.view.Commit, CorrespondOptions{p.opts.Limits, p.opts.Progress}); err != nil {
			return err
		}
	}
	p.list.pass("correspondence")
	c, err := readUploadFiles(p.built.Dsc, p.built.Changes)
	if err != nil {
		return err
	}
	if !p.list.has("mismatch") {
		if err := p.checkDigests(c); err != nil {
			return err
		}
	}
	if err := p.checkSourceOnly(ctx, c); err != nil {
		return err
	}
	return p.fitOrigs(ctx, c)
}

// checkListed checks that the files that are sent as they are, such as binary packages, are those that the
// .changes lists.
func (p *planner) checkListed(changes *dsc.Changes) (ok bool, err error) {
	const code = "files"
	for _, f := range changes.Files {
		if slices.Contains(p.placed(), f.Name) {
			continue
		}
		err := verifyFile(f, filepath.Join(p.plan.Products, f.Name))
		if isMissing(err) || errors.As(err, new(*dsc.MismatchError)) {
			p.list.find(Check{Code: code, Text: err.Error(), Remedy: "build the upload again"})
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	p.list.pass(code)
	return true, nil
}

// verifyFile checks that the file of that path is f.
func verifyFile(f dsc.File, path string) error {
	content, err := os.Open(path)
	if err != nil {
		return err
	}
	defer content.Close()
	return f.Verify(content)
}

// takeBuilt takes an upload that was built before. It leaves p.built nil if a check refuses that.
func (p *planner) takeBuilt(opts BuildOptions) (err error) {
	changes := p.opts.Changes
	if changes == "" {
		if changes, err = findChanges(p.target.ProductsDir, p.pkg.ID); err != nil {
			return err
		}
	} else if filepath.Base(changes) == changes {
		changes = filepath.Join(p.target.ProductsDir, changes)
	}
	text, err := readControl(changes)
	if err != nil {
		return err
	}
	listed, err := dsc.ParseChanges(filepath.Base(changes), text)
	if err != nil {
		return err
	}
	if listed.ID != p.pkg.ID {
		p.list.find(Check{Code: "changes", Text: fmt.Sprintf("%s is of %s", changes, listed.ID), Remedy: "build it again: debgit build"})
		return nil
	}
	if !p.opts.Prebuilt && !listed.IsSourceOnly() {
		p.list.find(Check{Code: "changes", Text: changes + " is not of a source package alone", Remedy: "push it with: debgit push-built"})
		return nil
	}
	if listed.Dsc() == "" {
		p.list.find(Check{Code: "changes", Text: changes + " lists no .dsc", Remedy: "build it again, with the source package: debgit build"})
		return nil
	}
	p.list.pass("changes")
	c, err := readUploadFiles(filepath.Join(filepath.Dir(changes), listed.Dsc()), changes)
	if err != nil {
		return err
	}
	if err := p.checkDigests(c); err != nil {
		return err
	}
	p.built, err = openPrebuilt(p.pkg, changes, listed, opts)
	return err
}

// uploadFiles are the control files of an upload, unsigned.
type uploadFiles struct {
	dir         string
	source      *dsc.Source
	sourceLists dsc.Paragraph // the fields of the .dsc
	dscName     string
	changes     *dsc.Changes
	changesName string
}

func readUploadFiles(dscPath, changesPath string) (*uploadFiles, error) {
	c := &uploadFiles{dir: filepath.Dir(changesPath), dscName: filepath.Base(dscPath), changesName: filepath.Base(changesPath)}
	text, err := readControl(dscPath)
	if err != nil {
		return nil, err
	}
	if c.source, err = dsc.Parse(c.dscName, text); err != nil {
		return nil, err
	}
	if c.sourceLists, err = dsc.ParseParagraph(c.dscName, text); err != nil {
		return nil, err
	}
	if text, err = readControl(changesPath); err != nil {
		return nil, err
	}
	c.changes, err = dsc.ParseChanges(c.changesName, text)
	return c, err
}

// readControl reads a control file, without a signature that it may have.
func readControl(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	text, _, err := dsc.ClearsignedText(path, data)
	return text, err
}

// checkDigests checks that the .dsc and the .changes agree on the files that both list, and the .changes
// on the .dsc.
func (p *planner) checkDigests(c *uploadFiles) error {
	ok := true
	differ := func(err error) {
		ok = false
		p.list.find(Check{Code: "mismatch", Text: err.Error(), Option: "--force-dsc-changes-mismatch"})
	}
	for _, f := range c.changes.Files {
		if f.Name == c.dscName {
			err := verifyFile(f, filepath.Join(c.dir, f.Name))
			if errors.As(err, new(*dsc.MismatchError)) {
				differ(err)
			} else if err != nil {
				return err
			}
		}
		for _, g := range c.source.Files {
			if g.Name == f.Name && (g.Size != f.Size || g.Digest != f.Digest && g.Digest.Algorithm == f.Digest.Algorithm) {
				differ(&dsc.MismatchError{File: f.Name, Property: "digest", Got: g.Digest.String() + " in " + c.dscName, Want: f.Digest.String(), ListedIn: c.changesName})
			}
		}
	}
	if ok {
		p.list.pass("mismatch")
	}
	return nil
}

// checkSourceOnly checks what the distro wants of uploads with, and without, binary packages: the key
// source-only-uploads.
func (p *planner) checkSourceOnly(ctx context.Context, c *uploadFiles) error {
	policy, _, err := p.target.Access.Value("source-only-uploads")
	if err != nil {
		return err
	}
	const code, withSource, withBinaries = "source-only", "--force-uploading-source-only", "--force-uploading-binaries"
	only, distro := c.changes.IsSourceOnly(), p.target.Access.Nominal
	switch {
	case policy == "always" && !only:
		p.list.find(Check{Code: code, Text: fmt.Sprintf("the upload has binary packages, but %s wants source alone", distro), Option: withBinaries})
		return nil
	case policy == "never" && only:
		p.list.find(Check{Code: code, Text: fmt.Sprintf("the upload has no binary packages, but %s wants them", distro), Option: withSource})
		return nil
	case policy == "not-wholly-new" && only && p.target.Fetched == nil:
		has, sure, err := p.target.HasPackage(ctx, p.pkg.ID.Package)
		if err != nil {
			return err
		}
		if !has && sure {
			p.list.find(Check{
				Code: code, Text: fmt.Sprintf("the package is new to %s, which wants its binary packages, too", distro), Option: withSource,
				Remedy: "build them, and use: debgit push-built",
			})
			return nil
		}
	case !slices.Contains([]string{"ok", "always", "never", "not-wholly-new"}, policy):
		return &history.ConfigError{Key: "source-only-uploads", Value: policy, Want: `"ok", "always", "never" or "not-wholly-new"`}
	}
	p.list.pass(code)
	return nil
}

// planRest writes down what was found out.
func (p *planner) planRest(context.Context) error {
	c, err := readUploadFiles(p.built.Dsc, p.built.Changes)
	if err != nil {
		return err
	}
	if ok, err := p.checkListed(c.changes); !ok || err != nil {
		return err
	}
	for _, name := range p.fileNames(c.changes) {
		dir := p.built.Dir
		made := slices.Contains(p.placed(), name)
		if !made {
			dir = p.plan.Products
		}
		f := PlannedFile{Name: name, Made: made, Signed: isSigned(name) && !p.plan.Signing.NoSign}
		var err error
		if f.Size, f.SHA256, err = sumOf(filepath.Join(dir, name)); err != nil {
			return err
		}
		p.plan.Files = append(p.plan.Files, f)
	}
	force := ""
	if p.opts.mayRewrite() {
		force = "+"
	}
	g := PlannedPush{URL: p.target.Server.URL, Create: !p.target.Server.Exists}
	g.Refspecs = append(g.Refspecs, force+p.plan.Commit.String()+":"+history.ServerSuiteRef(p.target.Codename))
	for _, t := range slices.Backward(p.plan.Tags) {
		g.Refspecs = append(g.Refspecs, force+t.Ref())
	}
	p.plan.Git = g
	p.plan.Tracking = PlannedMove{Ref: history.TrackingRef(p.target.Codename), New: p.plan.Commit}
	if f := p.target.Fetched; f != nil {
		p.plan.Tracking.Old = f.Commit
		if p.opts.DryRun {
			p.plan.Tracking.Old = f.Old
		}
	}
	p.plan.Queue.Changes = filepath.Base(p.built.Changes)
	p.plan.Steps = p.plan.steps()
	if p.opts.DampRun {
		p.plan.Steps = slices.DeleteFunc(p.plan.Steps, func(s PlannedStep) bool { return !slices.Contains(dampSteps, s.Step) })
	}
	return nil
}

// placed returns the names of what is to be put where the files of source packages are: what was made, and before it
// the orig tarballs that were found elsewhere.
func (p *planner) placed() []string {
	elsewhere := slices.DeleteFunc(slices.Clone(p.built.Origs), func(name string) bool {
		return fileIn([]string{p.plan.Products}, name) != ""
	})
	return append(elsewhere, p.built.Files...)
}

// fileNames returns the names of what is to be put there, and of all else that the .changes lists.
func (p *planner) fileNames(changes *dsc.Changes) []string {
	names := p.placed()
	for _, f := range changes.Files {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

// dampSteps are the steps of which nobody else learns, without those about tags.
var dampSteps = []StepName{StepSignFiles, StepBranch, StepMoves, StepFiles}

// isSigned says whether a file of an upload is one that has a signature in it.
func isSigned(name string) bool {
	return strings.HasSuffix(name, ".dsc") || strings.HasSuffix(name, ".changes") || strings.HasSuffix(name, ".buildinfo")
}

// sumOf returns the size of a file, in bytes, and its SHA-256 digest.
func sumOf(path string) (size int64, digest string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}
