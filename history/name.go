package history

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"debgit/archive"
	"debgit/dsc"
	"debgit/gitmap"
)

// A Name is the source package that somebody means.
type Name struct {
	Package string   // a source package, or a binary package of one; "" if there is Dsc
	Dsc     string   // path or URL of a .dsc, if that was named
	Suite   string   // the suite to take it from, see [Name.UseInstalled]; or ""
	Notes   []string // what was made of the name, for the user

	installed *archive.Installed // of this machine, that was named; or nil
}

// A NameError says that something names no source package.
type NameError struct {
	Name string
	Err  error
}

func (e *NameError) Error() string {
	return fmt.Sprintf("%q names no source package: %v", e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *NameError) Unwrap() error { return e.Err }

// ResolveName finds out which source package is meant by
//
//   - the name of a source package, or of a binary package, of any suite;
//   - the path or URL of a .dsc;
//   - the path of a file that a binary package of this machine has: a name with a "/".
//
// What cannot be any of these is a [*NameError]; a file that no installed package has matches
// [*archive.NotInstalledError] then.
func ResolveName(ctx context.Context, name string) (*Name, error) {
	switch {
	case strings.HasSuffix(name, ".dsc"):
		return &Name{Dsc: name}, nil
	case strings.Contains(name, "/"):
		return resolveFile(ctx, name)
	}
	if err := dsc.CheckPackageName(name); err != nil {
		return nil, &NameError{name, err}
	}
	return &Name{Package: name}, nil
}

// resolveFile finds the package of an installed file.
func resolveFile(ctx context.Context, name string) (*Name, error) {
	path, err := filepath.Abs(name)
	if err != nil {
		return nil, err
	}
	installed, err := archive.InstalledFile(ctx, path)
	if err != nil {
		return nil, &NameError{name, err}
	}
	n := &Name{Package: installed.Source.Package, installed: &installed}
	n.notef("%s is in the package %s; its source package is %s", path, installed.Name, n.Package)
	return n, nil
}

func (n *Name) notef(format string, args ...any) {
	n.Notes = append(n.Notes, fmt.Sprintf(format, args...))
}

// UseInstalled sets Suite, if what was named is installed on this machine: to the suite that
// has its version, of those that APT is configured for, or else to the release that the machine
// runs. The name of a binary package becomes that of its source package then, but a
// name that is one of a source package never counts as one of a binary package.
func (n *Name) UseInstalled(ctx context.Context) error {
	if n.Dsc != "" {
		return nil
	}
	if n.installed == nil {
		installed, ok, err := archive.InstalledPackage(ctx, n.Package)
		if err != nil || !ok || installed.Source.Package == n.Package {
			return err
		}
		n.notef("%s is a binary package; its source package is %s", n.Package, installed.Source.Package)
		n.Package, n.installed = installed.Source.Package, &installed
	}
	source := n.installed.Source
	suite, err := suiteOfInstalled(ctx, source)
	if err != nil || suite == "" {
		return err
	}
	n.Suite = suite
	n.notef("version %s is installed here; %s is read from %s", source.Version, n.Package, suite)
	return nil
}

// suiteOfInstalled returns the suite that an installed version is from, or "" if that is not
// known. A suite that cannot be asked is passed over: what is wrong with it shows when the
// package is looked for.
func suiteOfInstalled(ctx context.Context, source dsc.ID) (string, error) {
	config, err := gitmap.UserConfig(ctx)
	if err != nil {
		return "", err
	}
	client := archive.NewClient(archive.ClientOptions{})
	opener := newSuiteOpener(client, NewSettings(config, os.Getenv), OpenOptions{})
	questions, err := opener.configured(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range askSuites(ctx, questions, source.Package, nil) {
		for _, u := range a.uploads {
			if u.ID() == source && !u.ExtraSourceOnly() {
				return a.suite.Codename(), nil
			}
		}
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return archive.MachineSuite(), nil
}
