package main

import (
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A version is one version of a source package.
type version struct {
	dsc   string   // path
	files []string // paths of the .dsc and of its files
}

// label is how tables name it.
func (v version) label() string {
	name, number, _ := strings.Cut(strings.TrimSuffix(filepath.Base(v.dsc), ".dsc"), "_")
	return name + " " + number
}

// pkg is the name of the source package.
func (v version) pkg() string {
	name, _, _ := strings.Cut(filepath.Base(v.dsc), "_")
	return name
}

// A sourcePackage is what is measured of one: a version, and another one or nil.
type sourcePackage struct {
	first  version
	second *version
}

// parsePackage reads DSC[,DSC].
func parsePackage(arg string) (p sourcePackage, err error) {
	first, second, found := strings.Cut(arg, ",")
	if p.first, err = readVersion(first); err != nil || !found {
		return p, err
	}
	v, err := readVersion(second)
	p.second = &v
	return p, err
}

func readVersion(dsc string) (version, error) {
	files, err := sourceFiles(dsc)
	return version{dsc, files}, err
}

// sourceFiles returns the paths of a .dsc and of the files in its
// Checksums-Sha256 field.
func sourceFiles(dsc string) ([]string, error) {
	content, err := os.ReadFile(dsc)
	if err != nil {
		return nil, err
	}
	_, list, found := strings.Cut(string(content), "\nChecksums-Sha256:")
	if !found {
		return nil, fmt.Errorf("%s: no Checksums-Sha256 field", dsc)
	}
	files := []string{dsc}
	for _, line := range strings.Split(list, "\n")[1:] {
		fields := strings.Fields(line)
		if !strings.HasPrefix(line, " ") || len(fields) != 3 {
			break
		}
		files = append(files, filepath.Join(filepath.Dir(dsc), filepath.Base(fields[2])))
	}
	return files, nil
}

// writeDsc writes the .dsc of a source package of format 3.0 (quilt) beside its files.
func writeDsc(pkg, number string, files []string) (version, error) {
	_, withoutEpoch, found := strings.Cut(number, ":")
	if !found {
		withoutEpoch = number
	}
	dsc := filepath.Join(filepath.Dir(files[0]), pkg+"_"+withoutEpoch+".dsc")
	var b strings.Builder
	fmt.Fprintf(&b, "Format: 3.0 (quilt)\nSource: %s\nBinary: %s\nArchitecture: any\nVersion: %s\nMaintainer: Bench <bench@example.org>\n", pkg, pkg, number)
	for _, field := range []struct {
		name string
		hash func() hash.Hash
	}{{"Checksums-Sha256", sha256.New}, {"Files", md5.New}} {
		fmt.Fprintf(&b, "%s:\n", field.name)
		for _, name := range files {
			digest, size, err := digestOf(name, field.hash())
			if err != nil {
				return version{}, err
			}
			fmt.Fprintf(&b, " %s %d %s\n", digest, size, filepath.Base(name))
		}
	}
	return version{dsc, append([]string{dsc}, files...)}, os.WriteFile(dsc, []byte(b.String()), 0o666)
}

func digestOf(name string, h hash.Hash) (digest string, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	size, err = io.Copy(h, f)
	return fmt.Sprintf("%x", h.Sum(nil)), size, err
}
