package dsc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// gnuTar looks for GNU tar; without it the test is skipped.
func gnuTar(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("tar is not installed")
	}
	if out, err := exec.Command(program, "--version").Output(); err != nil || !strings.HasPrefix(string(out), "tar (GNU tar)") {
		t.Skip("tar is not GNU tar")
	}
	return program
}

// extract returns what GNU tar makes of the tarball, run as dpkg-source does.
func extract(t *testing.T, program, data string) (map[string]string, error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "x")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(program, "-xf", "-", "--no-same-permissions", "--no-same-owner")
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C.UTF-8", "PATH=" + os.Getenv("PATH")}
	cmd.Stdin = strings.NewReader(data)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %s", err, out)
	}
	tree := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch info.Mode().Type() {
		case fs.ModeDir:
			if rel != "." {
				tree[rel] = "directory"
			}
			return os.Chmod(path, info.Mode()|0o700) // or it cannot be looked into
		case fs.ModeSymlink:
			target, err := os.Readlink(path)
			tree[rel] = "link to " + target
			return err
		case 0:
			if err := os.Chmod(path, info.Mode()|0o600); err != nil {
				return err
			}
			content, err := os.ReadFile(path)
			tree[rel] = fileNode(info.Mode()&0o111 != 0, string(content))
			return err
		default:
			tree[rel] = "special"
			return nil
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree, nil
}

func fileNode(executable bool, content string) string {
	return fmt.Sprintf("file %t %s", executable, content)
}

// unpack returns what the entries of the tarball make, as [extract] does. Entries
// that a file system refuses are errors.
func unpack(data string) (map[string]string, error) {
	r := newTarball("t.tar", io.NopCloser(strings.NewReader(data)), TarballLimits{}.withDefaults(0))
	tree := map[string]string{}
	for {
		e, err := r.Next()
		if err == io.EOF {
			return tree, nil
		}
		if err == nil {
			err = unpackEntry(tree, e, r)
		}
		if err != nil {
			return nil, err
		}
	}
}

var errFileSystem = errors.New("no file system can do that")

func unpackEntry(tree map[string]string, e *Entry, r io.Reader) error {
	name := e.Name()
	for i := range e.Path[1:] {
		parent := strings.Join(e.Path[:i+1], "/")
		if old, ok := tree[parent]; ok && old != "directory" {
			return errFileSystem
		}
		tree[parent] = "directory"
	}
	var node string
	switch e.Type {
	case Directory:
		node = "directory"
	case Special:
		node = "special"
	case Symlink:
		node = "link to " + e.Link
	case HardLink:
		node = tree[strings.Join(e.Hard, "/")]
		if node == "" || node == "directory" {
			return errFileSystem
		}
	case Regular:
		content, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if int64(len(content)) != e.Size {
			return fmt.Errorf("%s has %d bytes, but its size is %d", name, len(content), e.Size)
		}
		node = fileNode(e.Mode&0o111 != 0, string(content))
	}
	for other := range tree {
		if e.Type != Directory && strings.HasPrefix(other, name+"/") {
			return errFileSystem
		}
	}
	tree[name] = node
	return nil
}

func compareWithTar(t *testing.T, program, name, data string) {
	t.Helper()
	want, tarErr := extract(t, program, data)
	got, err := unpack(data)
	if onlyTar, ok := strings.CutPrefix(name, "only "); ok {
		if byUs := strings.HasPrefix(onlyTar, "we"); byUs != (err == nil) || byUs != (tarErr != nil) {
			t.Errorf("%s: %v, %v, but tar: %v", name, got, err, tarErr)
		}
		return
	}
	if (err == nil) != (tarErr == nil) {
		t.Errorf("%s: %v, %v, but tar: %v, %v", name, got, err, want, tarErr)
	} else if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: (-tar +got)\n%s", name, diff)
	}
}

func TestTarballAsTar(t *testing.T) {
	program := gnuTar(t)
	for _, name := range slices.Sorted(maps.Keys(rawTarballs)) {
		compareWithTar(t, program, name, rawTarballs[name])
	}
}

// Tarballs that GNU tar has made come out as what went in, in all its formats.
func TestTarballFromTar(t *testing.T) {
	program := gnuTar(t)
	dir := t.TempDir()
	long := strings.Repeat("long name/", 15)
	for name, content := range map[string]string{
		"empty":                  "",
		"file":                   "content\n",
		"exactly a block":        strings.Repeat("x", 512),
		"caf\xe9 \u00e9\n":       "odd name\n",
		"dir/" + long + "end":    "deep\n",
		strings.Repeat("n", 100): "100 bytes\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range []error{
		os.Mkdir(filepath.Join(dir, "none here"), 0o755),
		os.Chmod(filepath.Join(dir, "file"), 0o755),
		os.Symlink("../"+strings.Repeat("target/", 20), filepath.Join(dir, "link")),
		os.Link(filepath.Join(dir, "dir/"+long+"end"), filepath.Join(dir, "hard")),
		writeSparse(filepath.Join(dir, "sparse"), 12),
		writeSparse(filepath.Join(dir, "hole"), 0),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, options := range [][]string{
		{"--format=v7"}, {"--format=ustar"}, {"--format=oldgnu", "-S"}, {"--format=gnu", "-S"}, {"--format=pax"},
		{"--format=pax", "-S", "--sparse-version=0.0"}, {"--format=pax", "-S", "--sparse-version=0.1"}, {"--format=pax", "-S", "--sparse-version=1.0"},
		{"--format=gnu", "-S", "--label=volume", "-g/dev/null"},
	} {
		cmd := exec.Command(program, append(options, "-b1", "-cf", "-", "-C", dir, ".")...)
		data, err := cmd.Output()
		if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() != 2 { // v7 and ustar leave long names out
			t.Fatalf("%v: %v: %s", options, err, exit.Stderr)
		}
		if len(data) == 0 {
			t.Fatalf("%v: nothing", options)
		}
		compareWithTar(t, program, strings.Join(options, " "), string(data))
	}
}

// writeSparse writes a file with so many pieces of data among holes.
func writeSparse(path string, pieces int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for i := range pieces {
		if _, err := f.WriteAt([]byte("data"), int64(i*2+1)<<16); err != nil {
			return err
		}
	}
	if err := f.Truncate(int64(pieces*2+3) << 16); err != nil {
		return err
	}
	return f.Close()
}

// tarPieces are what tarballs are made of.
var tarPieces = []struct{ name, data string }{
	{"a", tarA},
	{"b", tarB},
	{"c/d", rawHeader{name: "./c/d"}.with(strings.Repeat("long", 300))},
	{"c/", rawHeader{name: "c/", typ: "5"}.block()},
	{"link e", rawHeader{name: "e", typ: "2", link: "a"}.block()},
	{"hard link f", rawHeader{name: "f", typ: "1", link: "a"}.block()},
	{"fifo", rawHeader{name: "g", typ: "6"}.block()},
	{"prefix", rawHeader{name: "h", typ: "\x00", rest: "pre"}.with("H")},
	{"volume", rawHeader{name: "v", typ: "V", magic: gnuMagic}.block()},
	{"L", gnuLong("L", "long/name")},
	{"L dir/", gnuLong("L", "dir/")},
	{"K", gnuLong("K", "long/link")},
	{"path", pax("x", "path=p")},
	{"path dir/", pax("x", "path=dir/")},
	{"linkpath", pax("x", "linkpath=b")},
	{"unimportant", pax("x", "mtime=1.5", "uid=7")},
	{"size", pax("x", "size=2") + rawHeader{name: "s", size: octal(1)}.with("ss")},
	{"Solaris", pax("X", "path=solaris")},
	{"global", pax("g", "comment=c")},
	{"global path", pax("g", "path=global")},
	{"global linkpath", pax("g", "linkpath=b")},
	{"old sparse", oldSparse(2000, []int{512, 512, 1536, 3}, strings.Repeat("s", 515))},
	{"pax sparse", paxSparseFile(3000, "1\n0\n600\n", strings.Repeat("s", 600))},
	{"zeros", tarEnd[:512]},
	{"end", tarEnd},
	{"garbage", pad(garbage)},
	{"cut", tarA[:700]},
	{"cut header", tarB[:100]},
}

// Pieces in any order: either both refuse the whole, or both make the same of it.
func TestTarballAsTarGenerated(t *testing.T) {
	program := gnuTar(t)
	r := rand.New(rand.NewPCG(9, 10))
	sound := 0
	for range 150 {
		var names, data string
		for range 1 + r.IntN(6) {
			n := len(tarPieces)
			if r.IntN(8) > 0 {
				n -= 5 // those that end it
			}
			p := tarPieces[r.IntN(n)]
			names += "[" + p.name + "]"
			data += p.data
		}
		compareWithTar(t, program, names, data+tarEnd)
		if _, err := unpack(data + tarEnd); err == nil {
			sound++
		}
	}
	if sound < 50 {
		t.Errorf("only %d tarballs are sound", sound)
	}
}
