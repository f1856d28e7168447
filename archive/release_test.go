package archive

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"debgit/dsc"
)

const emptySHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

const releaseText = `Origin: Debian
Label: Debian
Suite: unstable
Codename: sid
Date: Sat, 01 Aug 2026 08:00:00 UTC
Valid-Until: Sat, 08 Aug 2026 08:00:00 UTC
Acquire-By-Hash: yes
Components: main updates/contrib
MD5Sum:
 d41d8cd98f00b204e9800998ecf8427e 0 main/source/Sources
SHA256:
 ` + emptySHA256 + `        0 main/source/Sources
 ` + emptySHA256 + `        7 main/source/Sources.xz
 ` + emptySHA256 + `        7 main/binary-all/Packages.xz
`

func TestParseRelease(t *testing.T) {
	r, err := parseRelease("InRelease", []byte(releaseText))
	if err != nil {
		t.Fatal(err)
	}
	digest := dsc.Digest{Algorithm: dsc.SHA256, Hex: emptySHA256}
	want := &release{
		origin: "Debian", label: "Debian", suite: "unstable", codename: "sid",
		date:       time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC),
		validUntil: time.Date(2026, 8, 8, 8, 0, 0, 0, time.UTC),
		byHash:     true, strong: true,
		components: []string{"main", "contrib"},
		indexes: map[string]dsc.File{
			"main/source/Sources":    {Name: "main/source/Sources", Size: 0, Digest: digest, ListedIn: "InRelease"},
			"main/source/Sources.xz": {Name: "main/source/Sources.xz", Size: 7, Digest: digest, ListedIn: "InRelease"},
		},
	}
	if diff := cmp.Diff(want, r, cmp.AllowUnexported(release{})); diff != "" {
		t.Errorf("parseRelease (-want +got)\n%s", diff)
	}
}

func TestParseReleaseRefuses(t *testing.T) {
	tests := []struct {
		old, new string // what is changed in releaseText
		line     int    // of the error
	}{
		{"Codename: sid", "Codename: ../sid", 0},
		{"Codename: sid", "Codename: sid\x1b[2J", 0},
		{"Suite: unstable", "Suite: un stable", 0},
		{"Date: ", "X-Date: ", 0},
		{"Date: Sat, 01 Aug 2026 08:00:00 UTC", "Date: 2026-08-01", 5},
		{"Valid-Until: Sat, 08 Aug 2026 08:00:00 UTC", "Valid-Until: never", 6},
		{"08:00:00 UTC\nValid", "08:00:00 CEST\nValid", 5},
		{"Components: main", "Components: .. main", 8},
		{"        7 main/source", "       -7 main/source", 13},
		{"        7 main/source", "        x main/source", 13},
		{"        7 main/source", " main/source", 13},
		{emptySHA256 + "        7 main/source", "e3b0 7 main/source", 13},
		{"Sources.xz", "Sources", 13},
		{"Origin: Debian", "Suite: stable", 3},
		{"Origin: Debian", "Origin", 1},
	}
	for _, tt := range tests {
		text := strings.Replace(releaseText, tt.old, tt.new, 1)
		if text == releaseText {
			t.Fatalf("no %q to replace", tt.old)
		}
		r, err := parseRelease("InRelease", []byte(text))
		if e, ok := errors.AsType[*dsc.SyntaxError](err); !ok || e.Line != tt.line {
			t.Errorf("with %q: parseRelease = %v, %v, want a SyntaxError of line %d", tt.new, r, err, tt.line)
		}
	}
}

func TestParseDate(t *testing.T) {
	want := time.Date(2026, 8, 1, 8, 0, 0, 0, time.UTC)
	for _, s := range []string{
		"Sat, 01 Aug 2026 08:00:00 UTC", "Sat,  1 Aug 2026 08:00:00 GMT", "Sat, 1 Aug 2026 08:00:00 Z",
		"Sat, 01 Aug 2026 08:00:00 +0000", "Sat, 01 Aug 2026 10:00:00 +0200",
	} {
		if got, err := parseDate(s); err != nil || !got.Equal(want) {
			t.Errorf("parseDate(%q) = %v, %v, want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "Sat, 01 Aug 2026 08:00:00", "Sat, 01 Aug 2026 08:00:00 EST", "Sat, 32 Aug 2026 08:00:00 UTC"} {
		if got, err := parseDate(s); err == nil {
			t.Errorf("parseDate(%q) = %v, want an error", s, got)
		}
	}
}

func TestReleaseNames(t *testing.T) {
	tests := []struct {
		dir, suite, codename, version string
		label                         string
		want                          string // the canonical name; "" if it is another suite
	}{
		{"sid", "unstable", "sid", "", "", "sid"},
		{"unstable", "unstable", "sid", "", "", "sid"},
		{"stable", "unstable", "sid", "", "", ""},
		{"experimental", "experimental", "rc-buggy", "", "", "rc-buggy"},
		{"bookworm-security", "oldstable-security", "bookworm-security", "12", "", "bookworm-security"},
		{"bookworm", "oldstable-security", "bookworm-security", "12", "", ""},
		{"bookworm-security", "oldstable", "bookworm", "12.1", "", ""},
		{"stretch/updates", "oldoldstable", "stretch", "9", "Debian-Security", "stretch-security"},
		{"stretch/updates", "oldoldstable-security", "stretch-security", "9", "Debian-Security", "stretch-security"},
		{"stretch/updates", "oldoldstable", "stretch/updates", "9", "Debian-Security", "stretch-security"},
		{"stable/updates", "stable", "buster", "10", "Debian-Security", "buster-security"},
		{"bookworm/updates", "oldstable", "bookworm", "12.1", "Debian", ""}, // that of dists/bookworm, without the updates
		{"bookworm/updates", "oldstable", "bookworm", "12.1", "", ""},
		{"buster/updates", "oldoldstable", "stretch", "9", "Debian-Security", ""},
		{"proposed-updates", "stable-proposed-updates", "trixie-proposed-updates", "13", "", "trixie-proposed-updates"},
		{"proposed-updates", "oldstable-proposed-updates", "bookworm-proposed-updates", "12", "", ""},
		{"Debian12.5", "stable", "bookworm", "12.5", "", "bookworm"},
		{"Debian12.6", "stable", "bookworm", "12.5", "", ""},
		{"nodistro", "nodistro", "", "", "", "nodistro"},
		{"sid", "", "", "", "", ""},
	}
	for _, tt := range tests {
		r := &release{suite: tt.suite, codename: tt.codename, version: tt.version, label: tt.label}
		got := ""
		if r.isAbout(tt.dir) {
			got = r.canonical(tt.dir)
		}
		if got != tt.want {
			t.Errorf("suite %q, codename %q in dists/%s: %q, want %q", tt.suite, tt.codename, tt.dir, got, tt.want)
		}
	}
}

func TestSuiteDirs(t *testing.T) {
	for suite, want := range map[string][]string{
		"sid":              {"sid"},
		"stretch-security": {"stretch-security", "stretch/updates"},
		"-security":        {"-security"},
		"stretch/updates":  {"stretch/updates"},
	} {
		if got := suiteDirs(suite); !slices.Equal(got, want) {
			t.Errorf("suiteDirs(%q) = %q, want %q", suite, got, want)
		}
	}
}

// FuzzRelease checks that what is read from a Release file can be acted upon.
func FuzzRelease(f *testing.F) {
	f.Add(releaseText)
	f.Add(strings.ReplaceAll(releaseText, "\n", "\r\n"))
	f.Add("Date: Sat, 01 Aug 2026 08:00:00 UTC\nSHA256:\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRelease("InRelease", []byte(text))
		if err != nil {
			return
		}
		if strings.ContainsAny(r.codename+r.suite, " \n\x00") || strings.Contains(r.codename, "..") {
			t.Errorf("suite %q, codename %q", r.suite, r.codename)
		}
		for name, file := range r.indexes {
			if file.Name != name || file.Size < 0 || len(file.Digest.Hex) != 64 {
				t.Errorf("%q: %v", name, file)
			}
		}
		for _, c := range r.components {
			if strings.ContainsAny(c, "/_ ") || strings.HasPrefix(c, ".") {
				t.Errorf("component %q", c)
			}
		}
	})
}
