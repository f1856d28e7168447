package main

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A generated source package has so many files, the same in each run, and so many patches,
// each of which changes another file.
type generated struct{ files, patches int }

// write writes the source package into the directory dir.
func (g generated) write(dir string) (version, error) {
	const stem = "growth_1"
	orig, debian := filepath.Join(dir, stem+".orig.tar.gz"), filepath.Join(dir, stem+"-1.debian.tar.gz")
	err := writeTarball(orig, func(add func(name, content string) error) error {
		for i := range g.files {
			if err := add("growth-1/"+fileName(i), strings.Join(fileLines(i), "")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return version{}, err
	}
	err = writeTarball(debian, func(add func(name, content string) error) error {
		var series strings.Builder
		err := errors.Join(
			add("debian/changelog", "growth (1-1) unstable; urgency=medium\n\n  * Grow.\n\n -- Bench <bench@example.org>  Mon, 01 Sep 2025 09:15:00 +0000\n"),
			add("debian/control", "Source: growth\nMaintainer: Bench <bench@example.org>\n\nPackage: growth\nArchitecture: any\nDescription: grows\n"),
			add("debian/rules", "#!/usr/bin/make -f\n"),
			add("debian/source/format", "3.0 (quilt)\n"))
		for i := range g.patches {
			name := fmt.Sprintf("%04d.patch", i)
			series.WriteString(name + "\n")
			err = errors.Join(err, add("debian/patches/"+name, patchOf(i)))
		}
		return errors.Join(err, add("debian/patches/series", series.String()))
	})
	if err != nil {
		return version{}, err
	}
	return writeDsc("growth", "1-1", []string{orig, debian})
}

func fileName(i int) string { return fmt.Sprintf("%03d/%05d.c", i/100, i) }

// fileLines are the lines of file i: text that compresses as source code does.
func fileLines(i int) []string {
	random := rand.New(rand.NewPCG(1, uint64(i)))
	lines := make([]string, 40)
	for l := range lines {
		var b strings.Builder
		for range 3 + random.IntN(8) {
			fmt.Fprintf(&b, "%s_%x ", [...]string{"if", "return", "struct", "size", "buffer", "next"}[random.IntN(6)], random.IntN(500))
		}
		lines[l] = b.String() + "\n"
	}
	return lines
}

// patchOf changes a line of file i.
func patchOf(i int) string {
	lines, name := fileLines(i), fileName(i)
	return fmt.Sprintf("Description: change file %d\nAuthor: Bench <bench@example.org>\nLast-Update: 2025-09-01\n\n"+
		"--- a/%s\n+++ b/%s\n@@ -9,5 +9,5 @@\n %s %s-%s+changed\n %s %s", i, name, name, lines[8], lines[9], lines[10], lines[11], lines[12])
}

// writeTarball writes the files that fill adds, all of the same time.
func writeTarball(name string, fill func(add func(name, content string) error) error) (err error) {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := gzip.NewWriterLevel(f, gzip.BestSpeed)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = fill(func(name, content string) error {
		header := tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), ModTime: time.Unix(1756718100, 0)}
		if strings.HasSuffix(name, "/rules") {
			header.Mode = 0o755
		}
		if err := t.WriteHeader(&header); err != nil {
			return err
		}
		_, err := t.Write([]byte(content))
		return err
	})
	return errors.Join(err, t.Close(), z.Close())
}
