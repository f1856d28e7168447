package archive

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"debgit/dsc"
)

// benchSources returns Sources of about the size and shape of sid's.
func benchSources() string {
	const digests = "Checksums-Sha256:\n" +
		" " + emptySHA256 + " 2184 %[1]s_1.2.3-%[2]d.dsc\n" +
		" " + emptySHA256 + " 123456 %[1]s_1.2.3.orig.tar.xz\n" +
		" " + emptySHA256 + " 7890 %[1]s_1.2.3-%[2]d.debian.tar.xz\n"
	const format = "Package: %[1]s\nBinary: %[1]s, lib%[1]s1, lib%[1]s-dev,\n %[1]s-doc\nVersion: 1.2.3-%[2]d\n" +
		"Maintainer: Example Packaging Team <packages@lists.example.org>\nUploaders: A Developer <a@example.org>, Another One <b@example.org>\n" +
		"Build-Depends: debhelper-compat (= 13), dh-python, libfoo-dev (>= 1.2), libbar-dev [linux-any], pkgconf, python3-all, python3-setuptools, python3-pytest <!nocheck>\n" +
		"Architecture: any all\nStandards-Version: 4.7.2\nFormat: 3.0 (quilt)\nTestsuite: autopkgtest\nTestsuite-Triggers: build-essential, python3-pytest\n" +
		"Homepage: https://example.org/projects/%[1]s\nVcs-Browser: https://git.example.org/debian/%[1]s\nVcs-Git: https://git.example.org/debian/%[1]s.git\n" +
		"Directory: pool/main/%[1]s\nPackage-List: \n %[1]s deb utils optional arch=any\n lib%[1]s1 deb libs optional arch=any\n lib%[1]s-dev deb libdevel optional arch=any\n %[1]s-doc deb doc optional arch=all\n" +
		"Priority: optional\nSection: misc\n" + digests + "\n"
	var b strings.Builder
	for i := range 40000 {
		fmt.Fprintf(&b, format, fmt.Sprintf("package-%05d", i*7919%40000), i%9+1)
	}
	return b.String()
}

func BenchmarkScanSources(b *testing.B) {
	text := benchSources()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		n := 0
		if _, err := scanSources(b.Context(), "Sources", strings.NewReader(text), func(*stanza) { n++ }); err != nil || n != 40000 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkBuildIndex is what follows the decompression in a cold cache: with the
// digest, the tables, and the file written.
func BenchmarkBuildIndex(b *testing.B) {
	text := benchSources()
	path := filepath.Join(b.TempDir(), "index")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		err := writeFile(path, func(w io.Writer) error {
			return buildIndex(b.Context(), w, strings.NewReader(text), dsc.File{Name: "Sources", Size: 1 << 40}, false)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLookUp is what a warm cache needs for one package, opening included.
func BenchmarkLookUp(b *testing.B) {
	x, err := makeTestIndex(b, benchSources())
	if err != nil {
		b.Fatal(err)
	}
	path := x.f.Name()
	open := func() *index {
		x, err := openIndex(path)
		if err != nil {
			b.Fatal(err)
		}
		return x
	}
	b.Run("source", func(b *testing.B) {
		for b.Loop() {
			x := open()
			if u, err := x.uploads("main", "package-39999"); err != nil || len(u) != 1 {
				b.Fatal(u, err)
			}
			x.f.Close()
		}
	})
	b.Run("binary", func(b *testing.B) {
		for b.Loop() {
			x := open()
			if s, err := x.source("libpackage-39999-dev"); err != nil || s != "package-39999" {
				b.Fatal(s, err)
			}
			x.f.Close()
		}
	})
	b.Run("near", func(b *testing.B) {
		for b.Loop() {
			x := open()
			near := newNearest("pakcage-39999")
			x.names(near.add)
			if len(near.names()) != 3 {
				b.Fatal(near.names())
			}
			x.f.Close()
		}
	})
}
