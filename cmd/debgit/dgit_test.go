package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
	"debgit/history"
	"debgit/upload"
)

// What dgit 17.0 makes of its command line was tried with "dgit OPTIONS version".
func TestDgitOptions(t *testing.T) {
	tests := []struct {
		words string // as on the command line; a quote keeps blanks
		want  string // what was understood, and after ";" what follows; "": refused
	}{
		{"version", ";version"},
		{"", ";"},
		{"-k K fetch sid", "-k K[key=K];fetch sid"},
		{"-kK fetch -n", "-kK[key=K];fetch -n"}, // only the command may read on
		{"-d foo fetch", "-d foo[distro=foo];fetch"},
		{"-dfoo fetch", "-dfoo[distro=foo];fetch"},
		{"--distro=foo fetch", "--distro=foo[distro=foo];fetch"},
		{"--distro foo fetch", "--distro foo[distro=foo];fetch"},
		{"--distro= fetch", ""},
		{"-ca.b=c fetch", "-ca.b=c[config=a.b=c];fetch"},
		{"-ca.b fetch", "-ca.b[config=a.b];fetch"},
		{"-c a.b=c fetch", ""}, // as dgit has it: the value is joined
		{"-p hello fetch", "-p hello[package=hello];fetch"},
		{"-pHello fetch", ""},
		{"--package= fetch", ""},
		{"-k", ""},
		{"-v", ""},
		{"-v _ fetch", "-v _[since-version=_];fetch"},
		{"-v1.0 fetch", "-v1.0[since-version=1.0];fetch"},
		{"-mA fetch", "-mA[maintainer=A];fetch"},
		{"-m A fetch", "-m[maintainer=];A fetch"},
		{"-DDnd foo fetch", "-D[debug=] -D[debug=] -n[dry-run=] -d foo[distro=foo];fetch"},
		{"-Ndfoo fetch", "-N[new=] -dfoo[distro=foo];fetch"},
		{"-Dfoo fetch", ""},
		{"-n=x fetch", ""},
		{"-x fetch", ""},
		{"-wgf fetch", "-wgf[clean-letters=gf];fetch"},
		{"-nwg fetch", "-n[dry-run=] -wg[clean-letters=g];fetch"},
		{"-ngwg fetch", ""},
		{"-wdda fetch", "-wdda[clean-letters=dda];fetch"},
		{"-wgn fetch", ""},
		{"-w g fetch", ""},
		{"--clean git fetch", "--clean git[clean=git];fetch"},
		{"--clean=dpkg-source-d,no-check fetch", "--clean=dpkg-source-d,no-check[clean=dpkg-source-d,no-check];fetch"},
		{"--clean=check,no-check fetch", ""},
		{"--clean fetch", ""},
		{"--quilt=linear fetch", "--quilt=linear[quilt=linear];fetch"},
		{"--quilt=foo fetch", ""},
		{"--gbp fetch", "--gbp[quilt=gbp];fetch"},
		{"--no-quilt-fixup fetch", "--no-quilt-fixup[quilt=nocheck];fetch"},
		{"--baredebian=x fetch", ""},
		{"--baredebian+tarball fetch", "--baredebian+tarball[quilt=baredebian+tarball];fetch"},
		{"--upstream-commitish=x fetch", "--upstream-commitish=x[upstream-commitish=x];fetch"},
		{"--upstream-commitish x fetch", ""},
		{"--split-view fetch", "--split-view[split-view=always];fetch"},
		{"--split-view=auto fetch", "--split-view=auto[split-view=auto];fetch"},
		{"--split-view=x fetch", ""},
		{"--split-view= fetch", ""},
		{"--overwrite fetch", "--overwrite[overwrite=];fetch"},
		{"--overwrite=1.0 fetch", "--overwrite=1.0[overwrite=1.0];fetch"},
		{"--overwrite= fetch", ""},
		{"--overwrite 1.0 fetch", "--overwrite[overwrite=];1.0 fetch"},
		{"--dep14tag-reuse=must fetch", "--dep14tag-reuse=must[dep14tag-reuse=must];fetch"},
		{"--dep14tag-reuse=x fetch", ""},
		{"--delayed=3 fetch", "--delayed=3[delayed=3];fetch"},
		{"--delayed=x fetch", ""},
		{"--retry-schedule=10,20 fetch", "--retry-schedule=10,20[retry-schedule=10,20];fetch"},
		{"--retry-schedule=x fetch", ""},
		{"--initiator-tempdir=/x fetch", "--initiator-tempdir=/x;fetch"},
		{"--initiator-tempdir=x fetch", ""},
		{"--dsc-control-add=F=V fetch", "--dsc-control-add=F=V[dsc-control-add=F=V];fetch"},
		{"--dsc-control-add=F fetch", ""},
		{"--ch-control-add==V fetch", ""},
		{"--existing-package= fetch", "--existing-package=[existing-package=];fetch"},
		{"--dry-run=x fetch", ""},
		{"-nL fetch", "-L[damp-run=];fetch"}, // the last one counts
		{"-Ln fetch", "-n[dry-run=];fetch"},
		{"--no-mirror-fallback fetch", "--no-mirror-fallback[no-mirror-fallback=];fetch"},
		{"--no-mirror-fallback --mirror-fallback fetch", "--mirror-fallback;fetch"},
		{"--dry-ru fetch", ""}, // no abbreviations
		{"--quiet fetch", ""},  // debgit's own
		{"--deliberately-not-fast-forward fetch", "--deliberately-not-fast-forward[deliberately-not-fast-forward=];fetch"},
		{"--deliberately-TEST-x fetch", "--deliberately-TEST-x[deliberately-TEST-x=];fetch"},
		{"--deliberately-X fetch", ""},
		{"--deliberately-x=y fetch", ""},
		{"--deliberately fetch", ""},
		{"--force-unrepresentable fetch", "--force-unrepresentable[force-unrepresentable=];fetch"},
		{"--force-import-dsc-with-dgit-field x", "--force-import-dsc-with-dgit-field[force-import-dsc-with-dgit-field=];x"},
		{"--force-foo=bar fetch", "unknown --force-foo=bar;fetch"},
		{"--force fetch", ""},
		{"--ssh=x fetch", "--ssh=x[ssh=x];fetch"},
		{"--ssh:-v fetch", "--ssh:-v[ssh-option=-v];fetch"},
		{"--ssh!:-v fetch", "--ssh!:-v[ssh-without=-v];fetch"},
		{"--ssh:a=b fetch", "--ssh:a=b[ssh-option=a=b];fetch"},
		{"--ssh= fetch", ""},
		{"--ssh: fetch", ""},
		{"--ssh!: fetch", ""},
		{"--ssh!=x fetch", ""},
		{"--ssh fetch", ""},
		{"--git=x fetch", "--git=x[git=x];fetch"},
		{"--git:x fetch", ""},
		{"--gpg!:x fetch", ""},
		{"--ch:-si fetch", "--ch:-si[ch-option=-si];fetch"},
		{"--ch=x fetch", ""},
		{"--foo:x fetch", ""},
		{"--curl:x fetch", "--curl:x[curl-option=x];fetch"},
		{"- -n fetch", ";-n fetch"},
		{"-n -- -n", "-n[dry-run=];-n"},
		{"-h --foo", "-h[help=];--foo"}, // what follows does not matter
		{"--version --foo", "--version[version=];--foo"},
	}
	for _, tt := range tests {
		line := &dgitLine{}
		rest, err := line.parseOptions(strings.Fields(tt.words))
		got := ""
		if err == nil {
			var words []string
			for _, s := range line.settings {
				word := s.text
				if s.is != "" {
					word += "[" + s.is + "=" + s.value + "]"
				}
				words = append(words, word)
			}
			for _, word := range line.unknown {
				words = append(words, "unknown "+word)
			}
			got = strings.Join(words, " ") + ";" + strings.Join(rest, " ")
		}
		if got != tt.want {
			t.Errorf("dgit %s: understood %q, %v, want %q", tt.words, got, err, tt.want)
		}
	}
}

func TestDgitTranslation(t *testing.T) {
	env, _, _ := testEnvironment()
	env.program = dgitName
	top := repositoryIn(t)
	tests := []struct {
		cwd   string // below the top of a work tree; "-": outside of any
		words string
		want  string // debgit's command line; "!" and the exit status of a refusal
		lost  string
	}{
		{"-", "clone hello", "clone --require-git-server -- hello", ""},
		{"-", "-dfoo clone --no-rm-on-error -ca.b=c hello sid ./x", "clone --require-git-server --distro=foo --no-rm-on-error --config=a.b=c -- hello sid ./x", ""},
		{"-", "-DD clone hello", "clone --require-git-server --debug --debug -- hello", ""},
		{"-", "clone -- -hello", "clone --require-git-server -- -hello", ""},
		{"-", "clone", "!8", ""},
		{"-", "clone a b c d", "!8", ""},
		{"-", "clone --foo hello", "!8", ""},
		{"-", "-p hello clone hello", "!8", ""},
		{"-", "clone -n hello", "!8", ""},
		{"-", "-kK --dput:--config=x --gbp-build:--git-notify=off --curl:x clone hello", "clone --require-git-server -- hello", "-kK --dput:--config=x --gbp-build:--git-notify=off"},
		{"-", "--batch -L clone hello", "clone --require-git-server -- hello", ""},
		{"", "-n fetch -p foo sid", "fetch --require-git-server --dry-run --package=foo -- sid", ""},
		{"", "--split-view --gbp pull", "pull --require-git-server --split-view=always --quilt=gbp --", ""},
		{"", "-n checkout sid", "!8", ""}, // which debgit would do
		{"", "import-dsc a b", "import-dsc --require-git-server -- a b", ""},
		{"", "--force-import-dsc-with-dgit-field import-dsc --require-valid-signature ../a ..b", "import-dsc --require-git-server --force-import-dsc-with-dgit-field --require-valid-signature -- ../a ..b", ""},
		{"sub", "import-dsc ../a b", "import-dsc --require-git-server -- " + filepath.Join(filepath.Dir(top), "a") + " b", ""}, // seen from the top
		{"sub", "import-dsc /a b", "import-dsc --require-git-server -- /a b", ""},
		{"", "import-dsc --foo a b", "!8", ""},
		{"", "import-dsc a", "!8", ""},
		{"", "-n import-dsc a b", "!8", ""},
		{"-", "import-dsc a b", "!255", ""}, // before the command is looked at
		{"-", "import-dsc", "!255", ""},
		{"-", "foo", "!255", ""},
		{"", "foo", "!8", ""},
		{"-", "push", "!255", ""},
		{"", "push --foo", "!8", ""},
		{"", "push -kK --batch -dfoo --overwrite --deliberately-fresh-repo --deliberately-TEST-x --dput=x --dput:-y --force-reusing-version sid",
			"push --key=K --batch --distro=foo --overwrite --deliberately-fresh-repo --deliberately=TEST-x --dput=x --dput-option=-y --force-reusing-version -- sid", ""},
		{"", "--overwrite=1.0-2 --dgit=x push-source", "push-source --overwrite=1.0-2 --", "--dgit=x"},
		{"", "-n -L push-source", "push-source --damp-run --", ""},
		{"", "push a b", "!8", ""},
		{"", "build -j4", "build -- -j4", ""},
		{"", "-wgf -v1 --ch:-si --dpkg-buildpackage!:-us git-build --git-x -S", "git-build --clean-letters=gf --since-version=1 --ch-option=-si --dpkg-buildpackage-without=-us -- --git-x -S", ""},
		{"", "-wgf --baredebian quilt-fixup", "quilt-fixup --clean-letters=gf --quilt=baredebian --", ""},
		{"", "--clean=git -wn --rm-old-changes --no-rm-old-changes --ignore-dirty build-source", "build-source --clean-letters=n --no-rm-old-changes --include-dirty --", ""},
		{"", "build-source x", "!8", ""},
		{"-", "rpush host:dir", "rpush -- host:dir", ""},
		{"-", "print-dpkg-source-ignores", "print-dpkg-source-ignores --", ""},
		{"-", "print-dpkg-source-ignores x", "!8", ""},
		{"-", "-d foo print-dgit-repos-server-source-url", "print-dgit-repos-server-source-url --distro=foo --", ""},
		{"-", "clone-dgit-repos-server x", "clone-dgit-repos-server -- x", ""},
		{"-", "clone-dgit-repos-server", "!8", ""},
	}
	for _, tt := range tests {
		env.cwd = filepath.Join(top, tt.cwd)
		if tt.cwd == "-" {
			env.cwd = t.TempDir()
		}
		var stderr strings.Builder
		env.stderr = &stderr
		line := &dgitLine{}
		rest, err := line.parseOptions(strings.Fields(tt.words))
		var args []string
		if err == nil {
			args, err = line.debgitArguments(t.Context(), env, newRootCommand(env), rest)
		}
		got := strings.Join(args, " ")
		if err != nil {
			got = map[int]string{8: "!8", 255: "!255"}[env.fail(t.Context(), nil, err)]
			stderr.Reset()
		}
		if got != tt.want {
			t.Errorf("dgit %s: debgit %s (%v), want debgit %s", tt.words, got, err, tt.want)
		}
		_, lost, _ := strings.Cut(strings.TrimSuffix(stderr.String(), "\n"), ": without meaning for debgit ")
		if _, lost, _ = strings.Cut(lost, ": "); lost != tt.lost {
			t.Errorf("dgit %s: without meaning: %q, want %q", tt.words, lost, tt.lost)
		}
	}
}

// repositoryIn makes an empty repository with a directory sub, and returns its top.
func repositoryIn(t *testing.T) string {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	top = filepath.Join(top, "repo")
	for _, dir := range []string{".git/objects", ".git/refs", "sub"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(top, ".git/HEAD"), []byte("ref: refs/heads/main\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return top
}

func TestDgitOptionTable(t *testing.T) {
	var names []string
	for _, o := range dgitOptions {
		if o.long != "" {
			names = append(names, "--"+o.long)
		}
		if o.short != 0 {
			names = append(names, "-"+string(o.short))
		}
	}
	slices.Sort(names)
	if unique := slices.Compact(slices.Clone(names)); len(unique) != len(names) {
		t.Errorf("an option is there twice: %q", names)
	}
}

func TestDgitStatus(t *testing.T) {
	for status, want := range map[int]int{0: 0, 4: 4, 6: 6, 8: 8, 12: 12, 20: 255, 25: 255, 130: 130, 255: 255} {
		if got := dgitStatus(status); got != want {
			t.Errorf("dgitStatus(%d) = %d, want %d", status, got, want)
		}
	}
}

func TestDgitText(t *testing.T) {
	commit, bell := gitmap.CommitID{1}, dsc.ID{Package: "bell", Version: "1:2-3"}
	tests := []struct {
		err  error
		want string
	}{
		{&archive.UnknownPackageError{Package: "hello", Suite: "sid", Near: []string{"hallo"}}, "source package hello does not exist in suite sid"},
		{&dsc.PackageError{ID: dsc.ID{Package: "hello", Version: "1"}, Err: &history.UnsupportedError{Distro: "foo", Text: "gone"}}, "operation unsupported: gone"},
		{&history.BranchExistsError{Ref: "refs/heads/x"}, "Branch refs/heads/x already exists: refs/heads/x is there already"},
		{&history.BranchExistsError{Ref: "refs/heads/x", CheckedOut: "/r"}, "Branch refs/heads/x is checked out - will not update it: refs/heads/x is checked out in /r"},
		{&upload.PushRejectedError{Command: "rpush", Key: "a.b"}, `dgit rpush, but dgit.default.[r]push-subcmd set to reject: rpush does not say what is to be pushed: the configuration a.b is "reject"`},
		{&upload.NoChangesError{Pattern: "/x"}, "looked for .dsc: there is no /x"},
		{&upload.NoChangesError{Pattern: "/x", Found: []string{"a", "b"}}, "there are 2 of /x: a, b"},
		{&history.NotForwardError{Ref: "x", Commit: commit}, "Not fast forward: x is not an ancestor of " + commit.String() + ", which the .dsc names"},
		{&history.MissingKeyError{Keys: []string{"a.b", "c.d"}}, "invalid configuration: need value for one of: a.b c.d"},
		{&history.ConfigError{Key: "a.b", Value: "x", Want: "a boolean"}, `invalid configuration: configuration a.b is "x", but a boolean is wanted`},
		{&upload.RefusedError{ID: dsc.ID{Package: "hello", Version: "1"}, Checks: []upload.Check{{Code: "names", Text: "x"}, {Code: "version", Text: "y"}}},
			"You seem to be trying to push an old version.: push hello 1: x\ny"},
		{&upload.RefusedError{ID: dsc.ID{Package: "hello", Version: "1"}, Checks: []upload.Check{{Code: "names", Text: "x"}}}, "push hello 1: x"},
		{&upload.RefusedError{ID: bell, Checks: []upload.Check{{Code: "source-only", Text: "x", Option: "--force-uploading-binaries"}}}, "uploading binaries, but the distro is source only: push bell 1:2-3: x"},
		{&upload.RefusedError{ID: bell, Checks: []upload.Check{{Code: "source-only", Text: "x", Option: "--force-uploading-source-only"}}}, "source-only upload, but the distro requires .debs: push bell 1:2-3: x"},
		{&upload.RefusedError{ID: bell, Checks: []upload.Check{{Code: "source-only", Text: "x", Remedy: "y"}}}, "source-only upload, but the package is entirely NEW: push bell 1:2-3: x"},
		{&upload.RefusedError{ID: bell, Checks: []upload.Check{{Code: "lacks", Text: "x", Split: true}}},
			"Not fast forward; HEAD is not a descendant of the archive's version; that is, the maintainer view tag is not there, or not fast forward: push bell 1:2-3: x"},
		{&upload.QuiltError{Mode: upload.DPM, Problem: "x"}, "git tree differs from result of applying the patches: quilt mode dpm: x"},
		{&upload.QuiltError{Mode: upload.GBP, Problem: "x"}, "git tree differs from orig in upstream files: quilt mode gbp: x"},
		{&upload.QuiltError{Mode: upload.NoFix, Problem: "x"}, "quilt mode nofix: x"},
		{&upload.IgnorePatchesError{Mode: upload.DPM, Paths: []string{"a/.gitignore"}},
			`--quilt=dpm is for a tool without patches of .gitignores: but, such patches exist: quilt mode dpm: its tool makes no patches of files .gitignore, but the patches change "a/.gitignore"`},
		{&upload.SinglePatchError{Mode: upload.GBP}, "quilt mode gbp: debian/source/options has single-debian-patch, which makes one patch of all there is"},
		{&upload.CommaError{Name: "debian/changelog", Suites: "a,b"},
			`dgit does not support multiple (comma-separated) suites in a changelog: debian/changelog is for "a,b", but a package is for one suite`},
		{&upload.UpstreamTagError{Version: "2", Looked: []string{"v2"}}, "Could not determine appropriate upstream commitish: no tag has upstream's files of 2; looked for v2"},
		{&dsc.PackageError{ID: bell, Err: &upload.CorrespondenceError{}},
			"HEAD specifies a different tree to bell_2-3.dsc: bell 1:2-3: the source package does not unpack to what commit 000000000000 has"},
		{&upload.RefusedError{ID: bell, Checks: []upload.Check{{Code: "origs", Text: "x"}}}, "archive contains an orig with different checksum: push bell 1:2-3: x"},
		{&upload.ToolError{Program: "x", Args: []string{"--y", "a b"}, Err: errors.New("exit status 2")}, "failed command: x --y 'a b': run x: exit status 2"},
		{&dsc.DuplicateOrigError{Paths: [2]string{"a", "b"}}, "Duplicate/inconsistent orig tarballs: a and b are the same upstream tarball in two compressions"},
		{&dsc.MismatchError{File: "f", Property: "size", Got: "1", Want: "2", ListedIn: "d"}, "dpkg-source: error: checksum or size is wrong: f: size is 1, but d says 2"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, "open x: No such file or directory"},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, "open x: permission denied"},
	}
	for _, tt := range tests {
		if got := dgitText(tt.err, tt.err.Error()); got != tt.want {
			t.Errorf("dgitText(%q) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

func TestDgitHelp(t *testing.T) {
	env, _, _ := testEnvironment()
	usage := dgitUsage(newRootCommand(env))
	if !strings.Contains(usage, " clone PACKAGE") || !strings.Contains(usage, " rpush HOST") || strings.Contains(usage, "remote-push") {
		t.Errorf("dgit help lists other commands than debgit has for people:\n%s", usage)
	}
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help", "foo"}, {"help", "--foo"}, {"-Dh"}} {
		env, stdout, stderr := testEnvironment()
		env.program = dgitName
		if status := run(context.Background(), env, args); status != 0 || stdout.String() != usage || stderr.Len() > 0 {
			t.Errorf("dgit %q: exit status %d, printed %q, %q", args, status, stdout, stderr)
		}
	}
	env, stdout, _ := testEnvironment()
	env.program = dgitName
	if status := run(context.Background(), env, []string{"--version"}); status != 0 || stdout.String() != "dgit version 17.0 (debgit 1.0)\n" {
		t.Errorf("dgit --version: exit status %d, printed %q", status, stdout)
	}
	for _, line := range strings.Split(usage, "\n") {
		if len(line) > 90 {
			t.Errorf("dgit help: %d columns: %q", len(line), line)
		}
	}
}

// Every command of dgit is one of debgit's, too.
func TestDgitCommands(t *testing.T) {
	root := newRootCommand(&environment{})
	for _, c := range dgitCommands {
		if findCommand(root, c.name) == nil {
			t.Errorf("debgit has no command %s", c.name)
		}
	}
}
