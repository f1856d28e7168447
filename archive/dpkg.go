package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"debgit/dsc"
)

// An Installed is a binary package of this machine.
type Installed struct {
	Name   string
	Source dsc.ID // what it was built from
}

// A NotInstalledError says that no binary package of this machine has a file.
type NotInstalledError struct{ File string }

func (e *NotInstalledError) Error() string {
	return fmt.Sprintf("no installed package has the file %s", e.File)
}

// InstalledPackage returns the binary package called name, and false if there is none on
// this machine.
func InstalledPackage(ctx context.Context, name string) (Installed, bool, error) {
	if dsc.CheckPackageName(name) != nil {
		return Installed{}, false, nil
	}
	out, ok, err := runDpkgQuery(ctx, "--show", "--showformat=${db:Status-Status} ${source:Package} ${source:Version}\n", "--", name)
	if !ok || err != nil {
		return Installed{}, false, err
	}
	for line := range strings.Lines(out) { // one for each architecture
		words := strings.Fields(line)
		if len(words) != 3 || words[0] != "installed" {
			continue
		}
		version, err := dsc.ParseVersion(words[2])
		if err != nil {
			return Installed{}, false, fmt.Errorf("ask dpkg for %s: %w", name, err)
		}
		return Installed{name, dsc.ID{Package: words[1], Version: version}}, true, nil
	}
	return Installed{}, false, nil
}

// InstalledFile returns the binary package that has the file at path, which is absolute. If
// none has it, the error is a [*NotInstalledError].
//
// Where /bin and the like are links to directories below /usr, a package may have the file
// under either name.
func InstalledFile(ctx context.Context, path string) (Installed, error) {
	names := []string{path}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		names = append(names, target)
	}
	for _, n := range slices.Clone(names) {
		if rest, ok := strings.CutPrefix(n, "/usr/"); ok {
			names = append(names, "/"+rest)
		} else {
			names = append(names, "/usr"+n)
		}
	}
	for _, n := range names {
		owner, err := ownerOf(ctx, n)
		if err != nil {
			return Installed{}, err
		}
		if owner == "" {
			continue
		}
		if p, ok, err := InstalledPackage(ctx, owner); ok || err != nil {
			return p, err
		}
	}
	return Installed{}, &NotInstalledError{path}
}

// globQuoter quotes what dpkg-query would take for a pattern.
var globQuoter = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// ownerOf returns the name of a package that has the file at path, or "".
func ownerOf(ctx context.Context, path string) (string, error) {
	out, ok, err := runDpkgQuery(ctx, "--search", "--", globQuoter.Replace(path))
	if !ok || err != nil {
		return "", err
	}
	for line := range strings.Lines(out) { // PACKAGE[:ARCH], PACKAGE...: PATH
		owners, file, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		if !ok || file != path || strings.HasPrefix(owners, "diversion by ") {
			continue
		}
		first, _, _ := strings.Cut(owners, ", ")
		name, _, _ := strings.Cut(first, ":")
		return name, nil
	}
	return "", nil
}

// runDpkgQuery runs dpkg-query(1). It returns false if that found nothing, or is not there.
func runDpkgQuery(ctx context.Context, args ...string) (out string, ok bool, err error) {
	cmd := exec.CommandContext(ctx, "dpkg-query", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	data, err := cmd.Output()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return "", false, ctx.Err()
	case err == nil:
		return string(data), true, nil
	case errors.Is(err, exec.ErrNotFound), errors.As(err, &exit) && exit.ExitCode() == 1:
		return "", false, nil
	}
	return "", false, fmt.Errorf("run dpkg-query: %w: %s", err, bytes.TrimSpace(stderr.Bytes()))
}

// MachineSuite returns the codename of the release that this machine runs, as os-release(5)
// tells it, or "".
func MachineSuite() string { return osRelease("", "VERSION_CODENAME") }
