package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"debgit/archive/archivetest"
	"debgit/dsc/dsctest"
	"debgit/upload/uploadtest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"debgit": main, "dgit": main})
}

// TestScripts runs testdata/script. The commands that scripts have beside those of
// testscript are below, each with its usage.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		Setup:               isolate,
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Getuid() == 0, nil
			case "mounts": // for a script's own processes, without root
				return exec.Command("unshare", "--map-root-user", "--mount", "true").Run() == nil, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"accept":       accept,
			"fault":        fault,
			"flip":         flip,
			"mkarchive":    mkarchive,
			"mkdsc":        mkdsc,
			"nopassphrase": nopassphrase,
			"requests":     requests,
			"serve":        serve,
			"services":     services,
			"sign":         sign,
			"snapshot":     snapshot,
			"status":       status,
			"unchanged":    unchanged,
			"until":        until,
			"world":        world,
		},
	})
}

// isolate keeps the user's configuration away from a script, and has no network:
// the only git server that debgit knows cannot be reached through this proxy.
func isolate(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.Mkdir(home, 0o777); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(home, ".gitconfig"))
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(env.WorkDir))
	env.Setenv("LC_ALL", "C.UTF-8")
	env.Setenv("https_proxy", "http://127.0.0.1:9")
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		return err
	}
	env.Setenv("TESTDATA", testdata)
	env.Values[serverKey{}] = new(*archivetest.Server)
	env.Values[savedKey{}] = new(string)
	env.Values[worldKey{}] = new(*uploadtest.World)
	env.Values[archivesKey{}] = map[string]*archivetest.Archive{}
	return os.WriteFile(filepath.Join(home, ".gitconfig"), []byte("[user]\n\tname = Ann Author\n\temail = ann@example.org\n[init]\n\tdefaultBranch = main\n"), 0o666)
}

// status NUMBER PROGRAM ARG...
//
// runs a program that must end with that exit status.
func status(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want || neg {
		ts.Fatalf("exit status is %d, want %d", got, want)
	}
}

// sourcePackage returns a package of the tour ("doorbell_1.2-2"), or one of
// testdata/import by the name of its file.
func sourcePackage(ts *testscript.TestScript, name string) *dsctest.Package {
	suites, err := tourPackages()
	ts.Check(err)
	for _, packages := range suites {
		for _, p := range packages {
			if p.Source+"_"+p.Version == name {
				return p
			}
		}
	}
	if name == "large_1.0" {
		return largePackage()
	}
	path := filepath.Join(ts.Getenv("TESTDATA"), "import", name+".txtar")
	data, err := os.ReadFile(path)
	ts.Check(err)
	p, err := dsctest.Parse(path, data)
	ts.Check(err)
	return p
}

// largePackage is a native one of which the tarball is larger than 64 kB.
func largePackage() *dsctest.Package {
	random := make([]byte, 64<<10)
	rand.NewChaCha8([32]byte{}).Read(random)
	return &dsctest.Package{Format: "3.0 (native)", Source: "large", Version: "1.0", Files: []dsctest.File{
		{Name: "large_1.0.tar.gz", Entries: []dsctest.Entry{
			{Name: "large-1.0/"},
			{Name: "large-1.0/random", Content: string(random)},
			{Name: "large-1.0/debian/"},
			{Name: "large-1.0/debian/changelog", Content: "large (1.0) unstable; urgency=medium\n\n  * Grow.\n\n -- A B <a@example.org>  Mon, 01 Sep 2025 09:15:00 +0200\n"},
		}},
	}}
}

// mkdsc [-dgit FILE] NAME DIR
//
// writes the files of a source package into DIR and sets DSC to the path of the
// .dsc, and COMMIT and TREE to the ids that its import must have, if they are
// known. FILE holds a commit id that the field Dgit then names.
func mkdsc(ts *testscript.TestScript, neg bool, args []string) {
	dgit := ""
	if args[0] == "-dgit" {
		dgit, args = strings.TrimSpace(ts.ReadFile(args[1])), args[2:]
	}
	p := sourcePackage(ts, args[0])
	if dgit != "" {
		p.Fields = append(p.Fields, dsctest.Field{Name: "Dgit", Value: dgit + " debian archive/debian/" + p.Version + " https://git.example.org/" + p.Source})
	}
	path, err := p.Write(ts.MkAbs(args[1]))
	ts.Check(err)
	ts.Setenv("DSC", path)
	ts.Setenv("COMMIT", p.Want.Commit)
	ts.Setenv("TREE", p.Want.Tree)
}

// mkarchive [-date AGO] [-valid-until AGO] [-defect DEFECT] [-vcs-git VALUE] DIR SUITE[/NAME]=PACKAGE,PACKAGE...
//
// makes a signed archive, or publishes suites again in one that it has made. AGO is
// a duration before now, VALUE the field Vcs-Git of each .dsc. The key of the archive is in
// DIR/keyring.gpg.
func mkarchive(ts *testscript.TestScript, neg bool, args []string) {
	var template archivetest.Suite
	var fields []dsctest.Field
	for strings.HasPrefix(args[0], "-") {
		value := args[1]
		switch args[0] {
		case "-date", "-valid-until":
			ago, err := time.ParseDuration(value)
			ts.Check(err)
			when := time.Now().Add(-ago)
			if args[0] == "-date" {
				template.Date = when
			} else {
				template.ValidUntil = when
			}
		case "-defect":
			template.Defects = append(template.Defects, defect(ts, value))
		case "-vcs-git":
			fields = append(fields, dsctest.Field{Name: "Vcs-Git", Value: value})
		default:
			ts.Fatalf("unknown option %s", args[0])
		}
		args = args[2:]
	}
	archives := ts.Value(archivesKey{}).(map[string]*archivetest.Archive)
	dir := ts.MkAbs(args[0])
	if archives[dir] == nil {
		a, err := archivetest.Build(dir, archivetest.Options{})
		ts.Check(err)
		archives[dir] = a
	}
	for _, arg := range args[1:] {
		names, packages, ok := strings.Cut(arg, "=")
		if !ok {
			ts.Fatalf("%q is not SUITE=PACKAGE", arg)
		}
		suite := template
		suite.Codename, suite.Name, _ = strings.Cut(names, "/")
		for _, name := range strings.Split(packages, ",") {
			p := sourcePackage(ts, name)
			p.Fields = append(p.Fields, fields...)
			path, err := p.Write(filepath.Join(ts.Getenv("WORK"), ".incoming", name))
			ts.Check(err)
			suite.Uploads = append(suite.Uploads, archivetest.Upload{Dsc: path})
		}
		ts.Check(archives[dir].Publish(suite))
	}
}

// archivesKey is where a script keeps its archives, by directory.
type archivesKey struct{}

// defect is what a script calls a defect of a suite.
func defect(ts *testscript.TestScript, name string) archivetest.Defect {
	defects := map[string]archivetest.Defect{
		"unsigned":      archivetest.Unsigned,
		"stranger":      archivetest.SignedByStranger,
		"tampered":      archivetest.Tampered,
		"damaged-index": archivetest.DamagedIndex,
		"other-suite":   archivetest.OtherSuite,
		"other-files":   archivetest.OtherFiles,
	}
	d, ok := defects[name]
	if !ok {
		ts.Fatalf("unknown defect %q", name)
	}
	return d
}

// sign [-keyring FILE] FILE
//
// puts a clearsigned text in the place of FILE. The key is made for it; its
// certificate is written to signer.gpg in the work directory, or to FILE.
func sign(ts *testscript.TestScript, neg bool, args []string) {
	keyring := filepath.Join(ts.Getenv("WORK"), "signer.gpg")
	if args[0] == "-keyring" {
		keyring, args = ts.MkAbs(args[1]), args[2:]
	}
	key, err := dsctest.NewKey("Tess Tester", "tess@example.org", dsctest.KeyOptions{})
	ts.Check(err)
	ts.Check(os.WriteFile(keyring, key.Public(), 0o666))
	signed, err := dsctest.Clearsign([]byte(ts.ReadFile(args[0])), dsctest.Signing{Key: key})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), signed, 0o666))
}

// flip FILE OFFSET
//
// changes one byte of a file.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	data[offset] ^= 1
	ts.Check(os.WriteFile(path, data, 0o666))
}

// serve DIR
//
// serves a directory over HTTP, and sets URL.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	s, err := archivetest.Serve(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(s.Close)
	ts.Setenv("URL", s.URL)
	*ts.Value(serverKey{}).(**archivetest.Server) = s
}

// serverKey is where a script keeps its server.
type serverKey struct{}

func server(ts *testscript.TestScript) *archivetest.Server {
	s := *ts.Value(serverKey{}).(**archivetest.Server)
	if s == nil {
		ts.Fatalf("nothing is served")
	}
	return s
}

// fault PATH TIMES cut|stall|status|html [NUMBER]
//
// makes so many requests for a path fail, all if TIMES is -1: the connection breaks
// or stalls after NUMBER bytes, or the status is NUMBER, or a page is sent.
func fault(ts *testscript.TestScript, neg bool, args []string) {
	times, err := strconv.Atoi(args[1])
	ts.Check(err)
	n := 0
	if len(args) > 3 {
		n, err = strconv.Atoi(args[3])
		ts.Check(err)
	}
	faults := map[string]archivetest.Fault{
		"cut":    archivetest.Cut(int64(n)),
		"stall":  archivetest.Stall(int64(n)),
		"status": archivetest.Status(n),
		"html":   archivetest.HTML(),
	}
	f, ok := faults[args[2]]
	if !ok {
		ts.Fatalf("unknown fault %q", args[2])
	}
	server(ts).Fail(args[0], times, f)
}

// requests NUMBER PATH [RANGE]
//
// checks how often a path was asked for, and the range of the last request.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := server(ts).Requests(args[1])
	if len(got) != want {
		ts.Fatalf("%d requests for %s, want %d: %+v", len(got), args[1], want, got)
	}
	if len(args) > 2 && got[len(got)-1].Range != args[2] {
		ts.Fatalf("last request for %s is for %q, want %q", args[1], got[len(got)-1].Range, args[2])
	}
}

// until size FILE NUMBER
//
// waits until a file has that many bytes. FILE may be a pattern that matches one file.
func until(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[2])
	ts.Check(err)
	for range 1000 {
		files, err := filepath.Glob(ts.MkAbs(args[1]))
		ts.Check(err)
		if len(files) == 1 {
			if info, err := os.Stat(files[0]); err == nil && info.Size() == int64(want) {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s has never had %d bytes", args[1], want)
}

// savedKey is where a script keeps what unchanged remembers.
type savedKey struct{}

// unchanged save|same [DIR]
//
// remembers what is in a directory (default: the current one), names, types and
// contents, and later checks that nothing of it is different.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	dir := ts.MkAbs(".")
	if len(args) > 1 {
		dir = ts.MkAbs(args[1])
	}
	var b strings.Builder
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s", path, d.Type())
		if d.Type().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, " %x", sha256.Sum256(data))
		}
		b.WriteByte('\n')
		return nil
	}))
	saved := ts.Value(savedKey{}).(*string)
	if args[0] == "save" {
		*saved = b.String()
		return
	}
	if diff := cmp.Diff(*saved, b.String()); diff != "" {
		ts.Fatalf("%s has changed, -was +is:\n%s", dir, diff)
	}
}
