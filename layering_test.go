// Package debgit_test holds the rules that concern debgit as a whole.
package debgit_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists every package of debgit with the others that it may import.
// A package that is not listed is refused. Test packages, those whose name is
// that of their parent directory and "test", are for tests: see fileMayImport.
var mayImport = map[string][]string{
	"cmd/debgit":          {"upload", "history", "archive", "gitmap", "dsc"},
	"upload":              {"history", "archive", "gitmap", "dsc"},
	"upload/uploadtest":   {"archive", "archive/archivetest", "dsc", "dsc/dsctest"},
	"history":             {"archive", "gitmap", "dsc"},
	"archive":             {"dsc"},
	"archive/archivetest": {"archive", "dsc", "dsc/dsctest"},
	"gitmap":              {"dsc"},
	"dsc":                 {},
	"dsc/dsctest":         {"dsc"},
	"bench":               {},
	".":                   {}, // this file
}

// mayRunPrograms lists, as patterns of [path.Match], the files that may import
// os/exec. Tests and test packages may, too.
var mayRunPrograms = []string{
	"gitmap/repo*.go",     // git
	"history/ssh.go",      // ssh, or what the configuration has in its place
	"dsc/decompress*.go",  // xz
	"archive/apt*.go",     // apt-config, and what it names
	"archive/dpkg.go",     // dpkg-query
	"archive/madison.go",  // rmadison
	"archive/queue.go",    // dput
	"upload/*.go",         // gpg and the programs that build
	"cmd/debgit/pager.go", // the pager of the user
	"cmd/debgit/tour*.go", // git
	"bench/*.go",          // the programs that it compares
}

// goGit is the path prefix of the modules of go-git, which gitmap keeps to itself.
const goGit = "github.com/go-git/"

// noSubject lists the package names that say nothing of what a package is about.
var noSubject = []string{"util", "utils", "common", "helper", "helpers", "misc", "types"}

// A sourceFile is what the rules ask of a Go file.
type sourceFile struct {
	path    string   // from the top of the module, with slashes
	pkg     string   // the name in its package clause
	imports []string // import paths
}

// inTest reports whether the file is part of a test, the tour counted among them:
// it plays with the same small archive.
func (f sourceFile) inTest() bool {
	tour, _ := path.Match("cmd/debgit/tour*.go", f.path)
	return tour || strings.HasSuffix(f.path, "_test.go")
}

func isTestPackage(dir string) bool {
	return path.Base(dir) == path.Base(path.Dir(dir))+"test"
}

// fileMayImport reports whether f may import dir, a package of debgit. In a
// test it may import, besides what its package may, its package and the test
// packages of these.
func fileMayImport(f sourceFile, dir string) bool {
	own := path.Dir(f.path)
	if slices.Contains(mayImport[own], dir) {
		return true
	}
	if !f.inTest() {
		return false
	}
	if isTestPackage(dir) {
		dir = path.Dir(dir)
	}
	return dir == own || slices.Contains(mayImport[own], dir)
}

func fileMayRunPrograms(f sourceFile) bool {
	return f.inTest() || isTestPackage(path.Dir(f.path)) ||
		slices.ContainsFunc(mayRunPrograms, func(pattern string) bool {
			ok, _ := path.Match(pattern, f.path)
			return ok
		})
}

// refusals returns what the rules refuse in f, nothing if it keeps to them.
func refusals(module string, f sourceFile) []string {
	var found []string
	own := path.Dir(f.path)
	if _, ok := mayImport[own]; !ok {
		found = append(found, "package "+own+" is not in the list of packages")
	}
	for _, name := range []string{path.Base(own), strings.TrimSuffix(f.pkg, "_test")} {
		if slices.Contains(noSubject, name) {
			found = append(found, "package name "+name+" names no subject")
		}
	}
	for _, imported := range f.imports {
		dir, ours := strings.CutPrefix(imported, module+"/")
		switch {
		case imported == module:
			found = append(found, "imports "+module+", which is no package")
		case ours && !fileMayImport(f, dir):
			found = append(found, own+" may not import "+dir)
		case imported == "os/exec" && !fileMayRunPrograms(f):
			found = append(found, "may not import os/exec")
		case strings.HasPrefix(imported, goGit) && own != "gitmap":
			found = append(found, "may not import "+imported)
		}
	}
	return found
}

// sourceFiles reads the Go files below the current directory, with the
// directories left out that the go command leaves out.
func sourceFiles(t *testing.T) []sourceFile {
	t.Helper()
	var files []sourceFile
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file := sourceFile{path: filepath.ToSlash(name), pkg: parsed.Name.Name}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			file.imports = append(file.imports, imported)
		}
		files = append(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestLayering(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range sourceFiles(t) {
		seen[path.Dir(f.path)] = true
		for _, refusal := range refusals("debgit", f) {
			t.Errorf("%s: %s", f.path, refusal)
		}
	}
	for _, dir := range []string{"cmd/debgit", "history", "archive", "gitmap", "dsc"} {
		if !seen[dir] {
			t.Errorf("no Go file seen in %s", dir)
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		path     string
		imported string
		want     string // "": may be imported
	}{
		{"cmd/debgit/push.go", "debgit/upload", ""},
		{"upload/plan.go", "debgit/history", ""},
		{"history/fetch.go", "debgit/archive", ""},
		{"archive/sources.go", "debgit/dsc", ""},
		{"gitmap/importer.go", "debgit/dsc", ""},
		{"gitmap/importer.go", "fmt", ""},

		{"dsc/dsc.go", "debgit/gitmap", "dsc may not import gitmap"},
		{"archive/client.go", "debgit/gitmap", "archive may not import gitmap"},
		{"gitmap/view.go", "debgit/archive", "gitmap may not import archive"},
		{"gitmap/view_test.go", "debgit/archive", "gitmap may not import archive"},
		{"history/fetch.go", "debgit/upload", "history may not import upload"},
		{"upload/plan.go", "debgit/cmd/debgit", "upload may not import cmd/debgit"},
		{"bench/main.go", "debgit/dsc", "bench may not import dsc"},
		{"dsc/dsc.go", "debgit", "imports debgit, which is no package"},
		{"dsc/dsc.go", "debgit/wire", "dsc may not import wire"},

		// An external test imports the package that it tests.
		{"dsc/dsc_test.go", "debgit/dsc", ""},
		{"dsc/dsc.go", "debgit/dsc", "dsc may not import dsc"},

		// Test packages are for tests and the tour.
		{"dsc/dsc_test.go", "debgit/dsc/dsctest", ""},
		{"gitmap/importer_test.go", "debgit/dsc/dsctest", ""},
		{"history/fetch_test.go", "debgit/archive/archivetest", ""},
		{"archive/archivetest/archive.go", "debgit/dsc/dsctest", ""},
		{"cmd/debgit/tour.go", "debgit/archive/archivetest", ""},
		{"cmd/debgit/tour_archive.go", "debgit/dsc/dsctest", ""},
		{"cmd/debgit/clone.go", "debgit/archive/archivetest", "cmd/debgit may not import archive/archivetest"},
		{"gitmap/importer.go", "debgit/dsc/dsctest", "gitmap may not import dsc/dsctest"},
		{"gitmap/importer_test.go", "debgit/archive/archivetest", "gitmap may not import archive/archivetest"},
		{"dsc/dsctest/build.go", "debgit/archive", "dsc/dsctest may not import archive"},

		{"gitmap/repo.go", "os/exec", ""},
		{"gitmap/repo_fetch.go", "os/exec", ""},
		{"dsc/decompress.go", "os/exec", ""},
		{"archive/apt.go", "os/exec", ""},
		{"upload/journal.go", "os/exec", ""},
		{"bench/main.go", "os/exec", ""},
		{"cmd/debgit/tour.go", "os/exec", ""},
		{"dsc/dsctest/build.go", "os/exec", ""},
		{"history/fetch_test.go", "os/exec", ""},
		{"gitmap/importer.go", "os/exec", "may not import os/exec"},
		{"archive/http.go", "os/exec", "may not import os/exec"},
		{"history/fetch.go", "os/exec", "may not import os/exec"},
		{"cmd/debgit/clone.go", "os/exec", "may not import os/exec"},

		{"gitmap/repo.go", "github.com/go-git/go-git/v5", ""},
		{"gitmap/tree_test.go", "github.com/go-git/go-billy/v5/memfs", ""},
		{"history/refs.go", "github.com/go-git/go-git/v5/plumbing", "may not import github.com/go-git/go-git/v5/plumbing"},
		{"history/refs_test.go", "github.com/go-git/go-git/v5", "may not import github.com/go-git/go-git/v5"},
		{"gitmap/gitmaptest/repo.go", "github.com/go-git/go-git/v5", "package gitmap/gitmaptest is not in the list of packages; may not import github.com/go-git/go-git/v5"},

		{"wire/wire.go", "fmt", "package wire is not in the list of packages"},
		{"dsc/util/strings.go", "fmt", "package dsc/util is not in the list of packages; package name util names no subject"},
	}
	for _, tt := range tests {
		f := sourceFile{path: tt.path, pkg: "p", imports: []string{"strings", tt.imported}}
		if got := strings.Join(refusals("debgit", f), "; "); got != tt.want {
			t.Errorf("refusals(%s imports %s) = %q, want %q", tt.path, tt.imported, got, tt.want)
		}
	}
}

func TestRefusalOfPackageNames(t *testing.T) {
	tests := []struct {
		pkg  string
		want string
	}{
		{"dsc", ""},
		{"dsc_test", ""},
		{"types", "package name types names no subject"},
		{"common_test", "package name common names no subject"},
	}
	for _, tt := range tests {
		f := sourceFile{path: "dsc/dsc.go", pkg: tt.pkg}
		if got := strings.Join(refusals("debgit", f), "; "); got != tt.want {
			t.Errorf("refusals(dsc/dsc.go of package %s) = %q, want %q", tt.pkg, got, tt.want)
		}
	}
}
