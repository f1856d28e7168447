package upload

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// BuildOptions are the options of [BuildSource] and [BuildWorkTree].
type BuildOptions struct {
	OrigDir    string      // where the orig tarballs are
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

// A Built is a source package that was built, in a private directory. Nothing is signed. It must
// be closed.
type Built struct {
	ID      dsc.ID
	Dir     string   // private, gone when Built is closed
	Dsc     string   // path of the .dsc, in Dir
	Changes string   // path of the .changes, in Dir
	Files   []string // names in Dir of what was made: the .dsc and the .changes come last
	Origs   []string // names in Dir of the orig tarballs and their signatures, which were there before
	Proven  bool     // the source package was found to unpack to just the tree of the commit

	place *place
	tree  string // of the package as it is built in place: a directory
}

// Close removes the private directory.
func (b *Built) Close() error { return b.place.close() }

// sourceIgnores are options that keep git's own files out of a source package.
var sourceIgnores = []string{`-i(?:^|/)\.git(?:/|$)`, "-I.git"}

// workName is what dgit calls the directory that it builds from, which the tarball of a native
// package has inside.
const workName = "work"

// A builder makes a source package in a private directory.
type builder struct {
	pkg   *Package
	opts  BuildOptions
	place *place
	origs []string // names of orig tarballs and signatures
	work  string   // name of the directory that is built from
	dirty bool     // it is a copy of the work tree
	built *Built
}

// BuildSource makes the source package of pkg from the tree of a commit, view, with dpkg-source and
// dpkg-genchanges. All of it is done in a private directory below the git directory: nothing of
// the work tree, and nothing beside it, is changed. One builds at a time.
//
// Errors, but for that of ctx, are a [*dsc.PackageError] around the cause, which callers may test
// for being a [*BusyError], a [*ToolError], a [*dsc.NoOrigError] or a [*dsc.DuplicateOrigError].
func BuildSource(ctx context.Context, pkg *Package, view gitmap.CommitID, opts BuildOptions) (*Built, error) {
	return build(ctx, pkg, opts, workName, func(b *builder) error {
		tree, err := pkg.Repo.Tree(ctx, view)
		if err != nil {
			return err
		}
		return b.fromCommit(ctx, view, tree)
	})
}

// build has make build the source package, and then does what is left.
func build(ctx context.Context, pkg *Package, opts BuildOptions, work string, make func(*builder) error) (*Built, error) {
	b, err := newBuilder(pkg, opts, work)
	if err != nil {
		return nil, pkg.wrap(err)
	}
	if err = make(b); err == nil {
		err = b.finish(ctx)
	}
	if err == nil {
		return b.built, nil
	}
	if cerr := b.place.close(); cerr != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w (and then: %v)", err, cerr)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return nil, pkg.wrap(err)
}

func newBuilder(pkg *Package, opts BuildOptions, work string) (*builder, error) {
	b := &builder{pkg: pkg, opts: opts, work: work}
	var err error
	if b.origs, err = origNames(opts.OrigDir, pkg); err != nil {
		return nil, err
	}
	if b.place, err = openPlace(pkg.Repo); err != nil {
		return nil, err
	}
	b.built = &Built{ID: pkg.ID, Dir: b.place.dir, Origs: b.origs, place: b.place, tree: b.path(work)}
	return b, nil
}

// origNames returns the names of the orig tarballs in dir, and of their signatures, that
// dpkg-source will find for pkg.
func origNames(dir string, pkg *Package) ([]string, error) {
	switch pkg.Format {
	case FormatQuilt, "2.0":
		return dsc.OrigNames(dir, pkg.ID)
	case FormatOld:
		name := pkg.ID.Package + "_" + pkg.ID.Version.Upstream().WithoutEpoch() + ".orig.tar.gz"
		var names []string
		for _, n := range []string{name, name + ".asc"} {
			if info, err := os.Stat(filepath.Join(dir, n)); err == nil && info.Mode().IsRegular() {
				names = append(names, n)
			}
		}
		return names, nil
	}
	return nil, nil
}

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
	for _, name := range b.origs {
		if err := linkOrCopy(filepath.Join(b.opts.OrigDir, name), b.path(name)); err != nil {
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
	return terminal.in(b.place.dir).run(ctx, append(words, "--", b.work)...)
}

// finish sets fields in the .dsc, and makes the .changes.
func (b *builder) finish(ctx context.Context) error {
	stem := b.pkg.ID.Package + "_" + b.pkg.ID.Version.WithoutEpoch()
	b.built.Dsc, b.built.Changes = b.path(stem+".dsc"), b.path(stem+"_source.changes")
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

// setFields sets fields in the only paragraph of an unsigned control file.
func setFields(path string, fields []dsc.Field) error {
	if len(fields) == 0 {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	p, err := dsc.ParseParagraph(filepath.Base(path), data)
	if err != nil {
		return err
	}
	for _, f := range fields {
		i := slices.IndexFunc(p, func(old dsc.Field) bool { return strings.EqualFold(old.Name, f.Name) })
		if i < 0 {
			p = append(p, f)
		} else {
			p[i].Value = f.Value
		}
	}
	return os.WriteFile(path, []byte(p.String()), 0o666)
}
