package dsc

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A memTree is a Tree in memory.
type memTree map[string]memFile

type memFile struct {
	mode    fs.FileMode
	content string
}

func (t memTree) Lookup(path string) (fs.FileMode, error) {
	if f, ok := t[path]; ok {
		return f.mode, nil
	}
	for name := range t {
		if strings.HasPrefix(name, path+"/") {
			return fs.ModeDir | 0o755, nil
		}
	}
	return 0, fs.ErrNotExist
}

func (t memTree) Content(path string) ([]byte, error) {
	f, ok := t[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(f.content), nil
}

// with returns the tree after the changes.
func (t memTree) with(changes []Change) memTree {
	after := make(memTree)
	for path, f := range t {
		after[path] = f
	}
	for _, c := range changes {
		if c.Deleted {
			delete(after, c.Path)
		} else {
			after[c.Path] = memFile{c.Mode, string(c.Content)}
		}
	}
	return after
}

// write writes the tree into a directory.
func (t memTree) write(tb testing.TB, dir string) {
	tb.Helper()
	check := func(err error) {
		if err != nil {
			tb.Fatal(err)
		}
	}
	check(os.MkdirAll(dir, 0o755))
	for path, f := range t {
		name := filepath.Join(dir, path)
		check(os.MkdirAll(filepath.Dir(name), 0o755))
		if f.mode&fs.ModeSymlink != 0 {
			check(os.Symlink(f.content, name))
			continue
		}
		check(os.WriteFile(name, []byte(f.content), f.mode.Perm()))
	}
}

// readTree reads a directory, without what git and dpkg-source keep there.
func readTree(tb testing.TB, dir string) memTree {
	tb.Helper()
	t := make(memTree)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		if path == ".git" || path == ".pc" {
			return fs.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(name)
			t[path] = memFile{modeSymlink, target}
			return err
		}
		content, err := os.ReadFile(name)
		mode := modeFile
		if info.Mode()&0o111 != 0 {
			mode = modeExecutable
		}
		t[path] = memFile{mode, string(content)}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// diff describes how got differs from want, "" if it does not.
func (want memTree) diff(got memTree) string {
	var b strings.Builder
	for _, path := range sortedKeys(want) {
		if g, ok := got[path]; !ok {
			fmt.Fprintf(&b, "%q is missing\n", path)
		} else if w := want[path]; g != w {
			fmt.Fprintf(&b, "%q is %v %q, want %v %q\n", path, g.mode, g.content, w.mode, w.content)
		}
	}
	for _, path := range sortedKeys(got) {
		if _, ok := want[path]; !ok {
			fmt.Fprintf(&b, "%q should not be there\n", path)
		}
	}
	return b.String()
}

// A patchCase is a tree and a patch to be applied to it.
type patchCase struct {
	name  string
	tree  memTree
	patch string
}

// A verdict is what a program did with a patchCase.
type verdict struct {
	ok   bool
	tree memTree // if ok
	said string
}

// needPrograms skips the test if a reference program is not installed.
func needPrograms(tb testing.TB, names ...string) {
	tb.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			tb.Skipf("%s is not installed", name)
		}
	}
}

// referenceEnv makes the programs independent of who runs them.
func referenceEnv() []string {
	return append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "HOME=/nonexistent")
}

// dpkgScript runs dpkg-source's own module as dpkg-source does: for "quilt", for
// "diff", or to see whether the "first" patch applies.
const dpkgScript = `
use strict; use warnings;
use Dpkg::Source::Patch;
my ($what, $dir, $count) = @ARGV;
for my $i (0 .. $count - 1) {
	my $patch = Dpkg::Source::Patch->new(filename => "$dir/$i.patch");
	my $result = eval {
		if ($what eq "first") {
			return $patch->check_apply("$dir/$i", fatal_dupes => 1, verbose => 0) ? "yes" : "no";
		}
		my %opts = (verbose => 0, timestamp => 1000000000);
		if ($what eq "quilt") {
			mkdir "$dir/$i/.pc";
			$opts{remove_backup} = 0;
			$opts{options} = [ qw(-t -F 0 -N -p1 -u -V never -E -b -B .pc/x/ --reject-file=-) ];
		}
		open(my $saved, ">&", \*STDOUT) or die;
		open(STDOUT, ">&", \*STDERR) or die;
		my $ok = eval { $patch->apply("$dir/$i", %opts); 1 };
		my $error = $@;
		open(STDOUT, ">&", $saved) or die;
		die $error unless $ok;
		return "yes";
	};
	my $error = $@;
	$error =~ s/\s+/ /g;
	print defined $result ? "$result\n" : "error $error\n";
}
`

// A programRun is a reference program at work on the directories DIR/0, DIR/1, ... with
// patches DIR/0.patch, ...
type programRun struct {
	cmd            *exec.Cmd
	dir            string
	cases          []patchCase
	stdout, stderr bytes.Buffer
}

// start writes the cases and starts the program, with the directory and the
// number of cases as further arguments. It prints a line for each case.
func start(tb testing.TB, cases []patchCase, arg ...string) *programRun {
	tb.Helper()
	r := &programRun{dir: tb.TempDir(), cases: cases}
	for i, c := range cases {
		c.tree.write(tb, filepath.Join(r.dir, fmt.Sprint(i)))
		if err := os.WriteFile(filepath.Join(r.dir, fmt.Sprint(i)+".patch"), []byte(c.patch), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	r.cmd = exec.Command(arg[0], append(arg[1:], r.dir, fmt.Sprint(len(cases)))...)
	r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = referenceEnv(), &r.stdout, &r.stderr
	if err := r.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	return r
}

// verdicts waits for the program.
func (r *programRun) verdicts(tb testing.TB) []verdict {
	tb.Helper()
	if err := r.cmd.Wait(); err != nil {
		tb.Fatalf("run %v: %v\n%s", r.cmd.Args[0], err, r.stderr.String())
	}
	lines := strings.Split(strings.TrimSuffix(r.stdout.String(), "\n"), "\n")
	if len(lines) != len(r.cases) {
		tb.Fatalf("got %d lines for %d cases\n%s%s", len(lines), len(r.cases), r.stdout.String(), r.stderr.String())
	}
	verdicts := make([]verdict, len(lines))
	for i, line := range lines {
		verdicts[i] = verdict{ok: line == "yes", said: line}
		if verdicts[i].ok {
			verdicts[i].tree = readTree(tb, filepath.Join(r.dir, fmt.Sprint(i)))
		}
	}
	return verdicts
}

// gitScript applies DIR/N.patch in the directory DIR/N for each N, as gbp pq does.
const gitScript = `
umask 022
for n in $(seq 0 $(($2 - 1))); do
	cd "$1/$n"
	git init -q --template= . && mkdir .git/info
	echo '* -text -eol -crlf -ident -filter -working-tree-encoding' >.git/info/attributes
	git add -Af . || { echo error add; continue; }
	if git apply --index "$1/$n.patch" 2>"$1/$n.log"; then echo yes
	elif git apply --index --whitespace=fix "$1/$n.patch" 2>>"$1/$n.log"; then echo yes
	else echo no $(cat "$1/$n.log"); fi
done
`

// compareAll holds Apply and FirstApplies against the programs themselves, and
// returns how many of the cases each dialect took.
func compareAll(t *testing.T, cases []patchCase) map[string]int {
	t.Helper()
	taken := make(map[string]int)
	first := start(t, cases, "perl", "-e", dpkgScript, "first")
	for _, d := range []struct {
		name    string
		dialect Dialect
		run     *programRun
	}{
		{"quilt", DpkgQuilt, start(t, cases, "perl", "-e", dpkgScript, "quilt")},
		{"diff", DpkgDiff, start(t, cases, "perl", "-e", dpkgScript, "diff")},
		{"git", GitApply, start(t, cases, "sh", "-c", gitScript, "sh")},
	} {
		wants := d.run.verdicts(t)
		for i, c := range cases {
			p, err := ParsePatch(c.name, []byte(c.patch), PatchLimits{})
			if err != nil {
				t.Errorf("%s: ParsePatch: %v", c.name, err)
				continue
			}
			changes, err := p.Apply(c.tree, d.dialect, ApplyOptions{Reserved: true})
			want := wants[i]
			switch {
			case (err == nil) != want.ok:
				t.Errorf("%s: %s: got %v, but %s said %q\n%s", c.name, d.dialect, err, d.name, want.said, c.patch)
			case err == nil:
				taken[d.name]++
				if diff := want.tree.diff(c.tree.with(changes)); diff != "" {
					t.Errorf("%s: %s: %s\n%s", c.name, d.dialect, diff, c.patch)
				}
			}
		}
	}
	for i, want := range first.verdicts(t) {
		c := cases[i]
		p, err := ParsePatch(c.name, []byte(c.patch), PatchLimits{})
		if err != nil {
			continue
		}
		got := "no"
		switch applies, err := p.FirstApplies(c.tree); {
		case err != nil:
			got = "error"
		case applies:
			got = "yes"
			taken["first"]++
		}
		if word, _, _ := strings.Cut(want.said, " "); got != word {
			t.Errorf("%s: FirstApplies: got %s, dpkg-source says %q\n%s", c.name, got, want.said, c.patch)
		}
	}
	return taken
}

func isLimitError(err error) bool {
	_, ok := errors.AsType[*LimitError](err)
	return ok
}

// errorKind returns the kind of a PatchError, 0 for another error.
func errorKind(err error) PatchErrorKind {
	var e *PatchError
	if errors.As(err, &e) {
		return e.Kind
	}
	return 0
}
