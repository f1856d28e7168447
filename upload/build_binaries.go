package upload

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
	"debgit/gitmap"
)

// A BinaryTool is a program that builds binary packages, by dgit's name for it.
type BinaryTool string

// The programs that build binary packages.
const (
	DpkgBuildpackage BinaryTool = "dpkg-buildpackage" // from a directory
	Sbuild           BinaryTool = "sbuild"            // from the .dsc, in a chroot
	Pbuilder         BinaryTool = "pbuilder"          // likewise
	Cowbuilder       BinaryTool = "cowbuilder"        // likewise
	GbpBuildpackage  BinaryTool = "gbp-build"         // from the branch
)

// NeedsSource says whether the program builds from the source package.
func (t BinaryTool) NeedsSource() bool { return t == Sbuild || t == Pbuilder || t == Cowbuilder }

// Binaries say how binary packages are built.
type Binaries struct {
	Tool   BinaryTool
	Kind   string   // the option of dpkg-buildpackage for what is built: -b, -A or -B; default: -b. Sbuild knows none
	Suite  string   // whose packages they are built with: for those that have a chroot of each
	Args   []string // options of the user for the program
	LogDir string   // where logs go if the program fails; default: they are lost
}

// A NoBinariesError says that a program has built nothing, without an error.
type NoBinariesError struct{ Tool BinaryTool }

func (e *NoBinariesError) Error() string { return fmt.Sprintf("%s has made no .changes", e.Tool) }

// binariesOf builds the binary packages of a tree.
func (b *builder) binariesOf(ctx context.Context, tree gitmap.ObjectID, job Job) error {
	if job.Binaries.Tool == DpkgBuildpackage {
		// What dpkg-source was given need not be all there is.
		if err := removeAll(b.path(b.work)); err != nil {
			return err
		}
		b.work = b.pkg.ID.Package + "-" + b.pkg.ID.Version.Upstream().WithoutEpoch()
		if err := b.export(ctx, tree, gitmap.ExportOptions{}); err != nil {
			return err
		}
		if job.Clean.usesRules() {
			if err := b.rulesClean(ctx, job.Clean); err != nil {
				return err
			}
		}
	}
	return b.binaries(ctx, job)
}

// binaries builds binary packages, and puts what was made together with the source package.
func (b *builder) binaries(ctx context.Context, job Job) error {
	before, err := b.names("*")
	if err != nil {
		return err
	}
	if err := b.runBinaryTool(ctx, job); err != nil {
		b.saveLogs(job.Binaries.LogDir)
		return err
	}
	after, err := b.names("*.changes")
	if err != nil {
		return err
	}
	made := slices.DeleteFunc(after, func(name string) bool { return slices.Contains(before, name) })
	if len(made) == 0 && job.Binaries.Tool != GbpBuildpackage && (job.NoSource || job.Binaries.Tool == Sbuild) {
		return &NoBinariesError{job.Binaries.Tool}
	}
	return b.join(ctx, made)
}

// names returns the names in the private directory that match a pattern.
func (b *builder) names(pattern string) ([]string, error) {
	entries, err := os.ReadDir(b.place.dir)
	var names []string
	for _, e := range entries {
		if ok, _ := filepath.Match(pattern, e.Name()); ok {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// saveLogs keeps the logs of a build that failed.
func (b *builder) saveLogs(dir string) {
	logs, _ := b.names("*.build")
	for _, name := range logs {
		if info, err := os.Lstat(b.path(name)); dir != "" && err == nil && info.Mode().IsRegular() {
			moveFiles(b.place.dir, dir, []string{name})
		}
	}
}

// runBinaryTool runs the program.
func (b *builder) runBinaryTool(ctx context.Context, job Job) error {
	switch t := job.Binaries.Tool; t {
	case Sbuild:
		return b.runSbuild(ctx, job.Binaries)
	case Pbuilder, Cowbuilder:
		return b.runPbuilder(ctx, job.Binaries)
	case GbpBuildpackage:
		return b.runGbp(ctx, job)
	}
	words := b.program(string(DpkgBuildpackage), append(sourceIgnores, "-us", "-uc"), string(DpkgBuildpackage))
	words = append(append(words, b.changesOptions()...), job.Binaries.Args...)
	return b.inPlace(b.work).run(ctx, append(words, "-nc", job.Binaries.kind())...)
}

func (t *Binaries) kind() string {
	if t.Kind == "" {
		return "-b"
	}
	return t.Kind
}

// program returns the words that start a program with the options that it always has.
func (b *builder) program(name string, always []string, usual ...string) []string {
	words := slices.Clone(b.opts.Programs.command(name, usual...))
	return append(words, b.opts.Programs.options(name, always...)...)
}

// inPlace returns what runs programs in a directory of the private one. If they ask git there, it
// is not to find the repository that the private directory is in.
func (b *builder) inPlace(dir string) tool {
	t := b.opts.Terminal.in(b.path(dir))
	t.env = append(slices.Clone(t.env), "GIT_CEILING_DIRECTORIES="+b.place.dir)
	return t
}

func (b *builder) runSbuild(ctx context.Context, opts *Binaries) error {
	words := b.program("sbuild", []string{"--no-source", "--no-source-only-changes"}, "sbuild")
	words = append(words, "-d", opts.Suite, "--build-dir", b.place.dir)
	return b.inPlace(".").run(ctx, append(append(words, opts.Args...), filepath.Base(b.built.Dsc))...)
}

func (b *builder) runPbuilder(ctx context.Context, opts *Binaries) error {
	name := string(opts.Tool)
	build := append([]string{"-us", "-uc"}, b.changesOptions()...)
	build = append(append(build, opts.Args...), "-nc", opts.kind())
	for i, word := range build {
		build[i] = shellWord(word)
	}
	words := slices.Clone(b.opts.Programs.command(name, "sudo", "-E", name))
	words = append(words, "build", "--no-source-only-changes")
	words = append(words, b.opts.Programs.options(name)...)
	words = append(words, "--debbuildopts", strings.Join(build, " "), "--buildresult", b.place.dir, "--distribution", opts.Suite)
	return b.inPlace(".").run(ctx, append(words, filepath.Base(b.built.Dsc))...)
}

// runGbp has gbp build from the branch, or from the work tree, in a directory of ours.
func (b *builder) runGbp(ctx context.Context, job Job) error {
	builder := b.program(string(DpkgBuildpackage), sourceIgnores, string(DpkgBuildpackage))
	builder = append(builder, "-nc", job.Binaries.kind())
	for i, word := range builder {
		builder[i] = shellWord(word)
	}
	usual := []string{"gbp", "buildpackage"}
	words := b.program(string(GbpBuildpackage), []string{"-us", "-uc", "--git-no-sign-tags"}, usual...)
	words = append(words, "--git-builder="+strings.Join(builder, " "), "--git-cleaner=true",
		"--git-export-dir="+b.place.dir, "--git-tarball-dir="+b.tarballDir())
	if job.View.IsZero() {
		words = append(words, "--git-ignore-new", "--git-export=WC")
	} else {
		words = append(words, "--git-ignore-branch", "--git-export=HEAD")
	}
	words = append(append(words, job.Binaries.Args...), b.changesOptions()...)
	return b.opts.Terminal.in(b.pkg.Repo.WorkTree()).run(ctx, words...)
}

// tarballDir returns the directory that has the orig tarball that is no component; any, if none has.
func (b *builder) tarballDir() string {
	paths, _ := dsc.OrigPaths(b.opts.OrigDirs, b.pkg.ID)
	for _, path := range paths {
		if strings.Contains(filepath.Base(path), ".orig.tar.") {
			return filepath.Dir(path)
		}
	}
	return b.opts.OrigDirs[0]
}

// shellWord returns a word as sh(1) reads it.
func shellWord(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-") == "" && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// join puts the files that .changes list together with those of the source package. Of several
// .changes one is made: then each of the others gets another name, so that nobody takes it for the whole.
func (b *builder) join(ctx context.Context, made []string) error {
	all := slices.Clone(made)
	if b.built.Changes != "" {
		all = append([]string{filepath.Base(b.built.Changes)}, made...)
		b.built.Files = slices.DeleteFunc(b.built.Files, func(name string) bool { return name == all[0] })
	}
	if len(all) == 0 {
		return nil
	}
	files := map[string]bool{}
	for _, name := range made {
		data, err := os.ReadFile(b.path(name))
		if err != nil {
			return err
		}
		changes, err := dsc.ParseChanges(name, data)
		if err != nil {
			return err
		}
		for _, f := range changes.Files {
			files[f.Name] = !slices.Contains(b.built.Files, f.Name) && !slices.Contains(b.origs, f.Name)
		}
	}
	logs, err := b.names("*.build")
	if err != nil {
		return err
	}
	for _, name := range append(slices.Sorted(maps.Keys(files)), logs...) {
		info, err := os.Lstat(b.path(name))
		if err != nil {
			return err
		}
		if wanted, listed := files[name]; (wanted || !listed) && info.Mode().IsRegular() {
			b.built.Files = append(b.built.Files, name)
		}
	}
	last := all[0]
	if len(all) > 1 {
		if last, err = b.merge(ctx, all); err != nil {
			return err
		}
	}
	b.built.Files = append(b.built.Files, last)
	b.built.Changes = b.path(last)
	return nil
}

// inMulti is what is added to the name of a .changes that is part of another one.
const inMulti = ".inmulti"

// merge makes one .changes of several, and returns its name.
func (b *builder) merge(ctx context.Context, names []string) (string, error) {
	words := append(b.program("mergechanges", []string{"-f"}, "mergechanges"), names...)
	if err := b.inPlace(".").run(ctx, words...); err != nil {
		return "", err
	}
	for _, name := range names {
		if err := os.Rename(b.path(name), b.path(name+inMulti)); err != nil {
			return "", err
		}
		b.built.Files = append(b.built.Files, name+inMulti)
	}
	merged := b.stem() + "_multi.changes"
	_, err := os.Stat(b.path(merged))
	return merged, err
}
