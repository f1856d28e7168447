package upload

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// BuildOptions are the options of [Build].
type BuildOptions struct {
	OrigDirs   []string    // where the orig tarballs are looked for, in this order
	Since      dsc.Version // the .changes has what is new since this version; default: the newest entry alone
	Maintainer string      // NAME <EMAIL> to write into the .changes; default: that of debian/control
	DgitField  string      // value of the field Dgit of the .dsc; default: there is no such field
	DscAdd     []dsc.Field // set in the .dsc
	ChangesAdd []dsc.Field // set in the .changes
	Programs   Programs
	Terminal   Terminal
	Limits     gitmap.Limits
	Progress   gitmap.Progress
}

// A Job says what is built.
type Job struct {
	View     gitmap.CommitID // from the tree of this commit; default: from the work tree as it is
	Clean    CleanMode       // how the private copy is cleaned, where the program for the binary packages does not do that itself
	NoSource bool            // the source package is left out
	Binaries *Binaries       // the binary packages; default: none
}

// A Built is what was built, in a private directory. Nothing is signed. It must be closed.
type Built struct {
	ID      dsc.ID
	Dir     string   // private, gone when Built is closed
	Dsc     string   // path of the .dsc, in Dir; "" if there is no source package
	Changes string   // path of the .changes, in Dir
	Files   []string // names in Dir of what was made, the .changes last
	Origs   []string // names in Dir of the orig tarballs and their signatures, which were there before
	Proven  bool     // the source package was found to unpack to just the tree of the commit

	Warnings []string

	place *place
}

// Close removes the private directory.
func (b *Built) Close() error { return b.place.close() }

// sourceIgnores are options that keep git's own files out of a source package.
var sourceIgnores = []string{`-i(?:^|/)\.git(?:/|$)`, "-I.git"}

// workName is what dgit calls the directory that it builds from, which the tarball of a native
// package has inside.
const workName = "work"

// A builder builds in a private directory.
type builder struct {
	pkg   *Package
	opts  BuildOptions
	place *place
	origs []string // names of orig tarballs and signatures
	from  []string // where these are: paths
	work  string   // name of the directory that is built from
	built *Built
}

// BuildSource is [Build] of the source package of pkg from the tree of a commit.
func BuildSource(ctx context.Context, pkg *Package, view gitmap.CommitID, opts BuildOptions) (*Built, error) {
	return Build(ctx, pkg, Job{View: view}, opts)
}

// Build makes a source package with dpkg-source and dpkg-genchanges, and binary packages with what
// the job names. All of it is done in a private directory below the git directory: nothing
// of the work tree, and nothing beside it, is changed. One builds at a time.
//
// Errors, but for that of ctx, are a [*dsc.PackageError] around the cause, which callers may test
// for being a [*BusyError], a [*ToolError], a [*LocalFileError], a [*dsc.NoOrigError], a [*dsc.DuplicateOrigError], and
// for the work tree an [*UntrackedError] or a [*SparseError].
func Build(ctx context.Context, pkg *Package, job Job, opts BuildOptions) (*Built, error) {
	return build(pkg, opts, func(b *builder) error {
		if job.View.IsZero() {
			return b.fromWorkTree(ctx, job)
		}
		return b.fromView(ctx, job)
	})
}

// fromView builds from the commit of a job.
func (b *builder) fromView(ctx context.Context, job Job) error {
	tree, err := b.pkg.Repo.Tree(ctx, job.View)
	if err != nil {
		return err
	}
	if err := refuseLocalFiles(ctx, b.pkg.Repo, job.View); err != nil {
		return err
	}
	if !job.NoSource {
		if err := b.findOrigs(); err != nil {
			return err
		}
		if err := b.fromCommit(ctx, job.View, tree); err != nil {
			return err
		}
		if err := b.finish(ctx); err != nil {
			return err
		}
	}
	if job.Binaries == nil {
		return nil
	}
	return b.binariesOf(ctx, tree, job)
}

// A LocalFileError says that a commit has a file that dpkg-source(1) obeys, but leaves out of the source
// package.
type LocalFileError struct{ Path string }

func (e *LocalFileError) Error() string {
	return e.Path + " is committed, but is for one machine only: no source package has it"
}

// refuseLocalFiles refuses a commit with such a file, as dgit does.
func refuseLocalFiles(ctx context.Context, repo *gitmap.Repo, c gitmap.CommitID) error {
	commits, err := repo.NewCommitReader(ctx)
	if err != nil {
		return err
	}
	defer commits.Close()
	for _, path := range []string{"debian/source/local-options", "debian/source/local-patch-header"} {
		switch _, err := commits.File(c, path); {
		case err == nil:
			return &LocalFileError{path}
		case !isMissing(err):
			return err
		}
	}
	return nil
}

// build has make do its work in a private directory, which is removed if it fails.
func build(pkg *Package, opts BuildOptions, make func(*builder) error) (*Built, error) {
	b, err := newBuilder(pkg, opts)
	if err != nil {
		return nil, pkg.wrap(err)
	}
	if err = make(b); err == nil {
		return b.built, nil
	}
	if cerr := b.place.close(); cerr != nil {
		err = fmt.Errorf("%w (and then: %v)", err, cerr)
	}
	if errors.Is(err, context.Canceled) {
		return nil, err
	}
	return nil, pkg.wrap(err)
}

func newBuilder(pkg *Package, opts BuildOptions) (*builder, error) {
	place, err := openPlace(pkg.Repo)
	if err != nil {
		return nil, err
	}
	return &builder{pkg: pkg, opts: opts, work: workName, place: place, built: &Built{ID: pkg.ID, Dir: place.dir, place: place}}, nil
}

// findOrigs finds the orig tarballs, and their signatures, that dpkg-source is to use.
func (b *builder) findOrigs() (err error) {
	switch id := b.pkg.ID; b.pkg.Format {
	case FormatQuilt, "2.0":
		b.from, err = dsc.OrigPaths(b.opts.OrigDirs, id)
	case FormatOld:
		name := id.Package + "_" + id.Version.Upstream().WithoutEpoch() + ".orig.tar.gz"
		for _, n := range []string{name, name + ".asc"} {
			if path := fileIn(b.opts.OrigDirs, n); path != "" {
				b.from = append(b.from, path)
			}
		}
	}
	for _, path := range b.from {
		b.origs = append(b.origs, filepath.Base(path))
	}
	b.built.Origs = b.origs
	return err
}

// fileIn returns the path of a file, in the first of some directories that has it; "" if none has.
func fileIn(dirs []string, name string) string {
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// stem is what the names of the files of the upload begin with.
func (b *builder) stem() string { return b.pkg.ID.Package + "_" + b.pkg.ID.Version.WithoutEpoch() }

// path returns the path of something in the private directory.
func (b *builder) path(name string) string { return filepath.Join(b.place.dir, name) }

// fromCommit builds from a commit, which has that tree.
func (b *builder) fromCommit(ctx context.Context, view gitmap.CommitID, tree gitmap.ObjectID) error {
	done, err := b.fromChanges(ctx, view, tree)
	if done || err != nil {
		return err
	}
	return b.fromWhole(ctx, tree)
}

// fromWhole has dpkg-source build from all files of a tree.
func (b *builder) fromWhole(ctx context.Context, tree gitmap.ObjectID) error {
	if err := b.placeOrigs(); err != nil {
		return err
	}
	if err := b.export(ctx, tree, gitmap.ExportOptions{}); err != nil {
		return err
	}
	return b.dpkgSource(ctx, b.opts.Terminal, "--no-preparation")
}

// export writes a tree out as the directory that is built from.
func (b *builder) export(ctx context.Context, tree gitmap.ObjectID, opts gitmap.ExportOptions) error {
	if err := os.Mkdir(b.path(b.work), 0o755); err != nil {
		return err
	}
	if err := os.Chmod(b.path(b.work), 0o755); err != nil {
		return err
	}
	return b.pkg.Repo.Export(ctx, tree, b.path(b.work), opts)
}

// placeOrigs puts the orig tarballs beside the directory that is built from.
func (b *builder) placeOrigs() error {
	for _, path := range b.from {
		if err := linkOrCopy(path, b.path(filepath.Base(path))); err != nil {
			return err
		}
	}
	return nil
}

// dpkgSource makes the .dsc and what it lists.
func (b *builder) dpkgSource(ctx context.Context, terminal Terminal, options ...string) error {
	words := slices.Clone(b.opts.Programs.command("dpkg-source", "dpkg-source"))
	words = append(words, b.opts.Programs.options("dpkg-source", sourceIgnores...)...)
	words = append(words, "-b")
	if b.pkg.Format == FormatQuilt || b.pkg.Format == "2.0" { // others know no such options
		words = append(append(words, "--include-removal"), options...)
	}
	terminal.env = append(terminal.env, "TMPDIR="+b.place.dir) // so that nothing is left elsewhere if it is killed
	return terminal.in(b.place.dir).run(ctx, append(words, "--", b.work)...)
}

// finish sets fields in the .dsc, and makes the .changes.
func (b *builder) finish(ctx context.Context) error {
	b.built.Dsc, b.built.Changes = b.path(b.stem()+".dsc"), b.path(b.stem()+"_source.changes")
	add := b.opts.DscAdd
	if b.opts.DgitField != "" {
		add = append([]dsc.Field{{Name: "Dgit", Value: b.opts.DgitField}}, add...)
	}
	if err := setFields(b.built.Dsc, add); err != nil {
		return err
	}
	if err := b.genChanges(ctx); err != nil {
		return err
	}
	if err := setFields(b.built.Changes, b.opts.ChangesAdd); err != nil {
		return err
	}
	return b.listFiles()
}

// genChanges runs dpkg-genchanges.
func (b *builder) genChanges(ctx context.Context) error {
	out, err := os.Create(b.built.Changes)
	if err != nil {
		return err
	}
	words := slices.Clone(b.opts.Programs.command("dpkg-genchanges", "dpkg-genchanges"))
	words = append(words, b.opts.Programs.options("dpkg-genchanges")...)
	words = append(words, b.changesOptions()...)
	t := b.opts.Terminal.in(b.path(b.work))
	t.stdout = out
	err = t.run(ctx, append(words, "-S")...)
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return err
}

// changesOptions are the options of dpkg-genchanges that it shares with what runs it.
func (b *builder) changesOptions() []string {
	options := b.opts.Programs.options("ch")
	if b.opts.Maintainer != "" {
		options = append(options, "-m"+b.opts.Maintainer)
	}
	if b.opts.Since != "" {
		options = append(options, "-v"+string(b.opts.Since))
	}
	return options
}

// listFiles finds out what was made.
func (b *builder) listFiles() error {
	data, err := os.ReadFile(b.built.Dsc)
	if err != nil {
		return err
	}
	source, err := dsc.Parse(filepath.Base(b.built.Dsc), data)
	if err != nil {
		return err
	}
	for _, f := range source.Files {
		if !slices.Contains(b.origs, f.Name) {
			b.built.Files = append(b.built.Files, f.Name)
		}
	}
	b.built.Files = append(b.built.Files, filepath.Base(b.built.Dsc), filepath.Base(b.built.Changes))
	return nil
}

// A FieldExistsError says that a field that was to be added to a control file is there already.
type FieldExistsError struct {
	File  string // its name
	Field string
}

func (e *FieldExistsError) Error() string {
	return fmt.Sprintf("%s has a field %s already", e.File, e.Field)
}

// setFields adds fields to the only paragraph of an unsigned control file, at its end, and leaves all else in it
// as it is, byte for byte. Only the field Dgit takes the place of one that is there: any
// other is a [*FieldExistsError].
func setFields(path string, fields []dsc.Field) error {
	if len(fields) == 0 {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text := string(data)
	there, err := dsc.ParseParagraph(path, data)
	if err != nil {
		return err
	}
	for _, f := range fields {
		f.Name = capitalField(f.Name)
		if old, ok := there.Field(f.Name); ok && f.Name != "Dgit" {
			return &FieldExistsError{filepath.Base(path), old.Name}
		}
		text = setField(text, f)
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// capitalField writes the name of a field as dpkg does: each word of it with a capital letter.
func capitalField(name string) string {
	words := strings.Split(strings.ToLower(name), "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "-")
}

func setField(text string, f dsc.Field) string {
	var b strings.Builder
	is, done := false, false // in the field, and whether it was set
	for line := range strings.Lines(text) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := strings.Cut(line, ":")
			if is = strings.EqualFold(name, f.Name); is {
				b.WriteString(dsc.Paragraph{f}.String())
				done = true
			}
		}
		if !is {
			b.WriteString(line)
		}
	}
	if !done {
		b.WriteString(dsc.Paragraph{f}.String())
	}
	return b.String()
}
