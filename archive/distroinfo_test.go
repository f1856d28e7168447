package archive

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// distroInfoRoot returns a root directory with these lists of releases.
func distroInfoRoot(t *testing.T, lists map[string]string) string {
	t.Helper()
	root := t.TempDir()
	dir := filepath.Join(root, "usr/share/distro-info")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range lists {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestSeriesDistro(t *testing.T) {
	root := distroInfoRoot(t, map[string]string{
		"debian.csv": "version,codename,series,created\n13,Trixie,trixie,2023-06-10\n,Sid,sid,1993-08-16\n",
		"zebra.csv":  "version,codename,series\n1,Sid,sid\n2,Savanna,savanna\r\n3,None,\nbroken\n",
		"notes.txt":  "1,X,other\n",
	})
	for suite, want := range map[string]string{"trixie": "debian", "sid": "debian", "savanna": "zebra", "Trixie": "", "series": "", "other": "", "": ""} {
		if got := seriesDistro(root, suite); got != want {
			t.Errorf("seriesDistro(%q) = %q, want %q", suite, got, want)
		}
	}
	if got := seriesDistro(t.TempDir(), "sid"); got != "" {
		t.Errorf("seriesDistro without lists = %q", got)
	}
}

func TestUsualSuites(t *testing.T) {
	root := distroInfoRoot(t, map[string]string{"ubuntu.csv": `version,codename,series,created,release,eol,eol-server
20.04 LTS,Focal Fossa,focal,2019-10-17,2020-04-23,2025-05-29,2025-05-29
24.04 LTS,Noble Numbat,noble,2023-10-26,2024-04-25,2029-05-31,2029-05-31
25.10,Questing Quokka,questing,2025-04-17,2025-10-09,2026-07-09
26.04 LTS,Resolute Raccoon,resolute,2025-10-16,2026-04-23,2031-05-29
26.10,Stonking Stingray,stonking,2026-05-01,2026-10-15,2027-07-15
no date,At All,undated
`})
	now := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for distro, want := range map[string][]string{
		"ubuntu": {
			"resolute", "resolute-security", "resolute-updates", "resolute-proposed", "resolute-backports",
			"questing", "questing-security", "questing-updates", "questing-proposed", "questing-backports",
			"noble", "noble-security", "noble-updates", "noble-proposed", "noble-backports",
		},
		"ubuntucloud": nil,
	} {
		if got := usualSuites(root, distro, now); !slices.Equal(got, want) {
			t.Errorf("usual suites of %s are %q, want %q", distro, got, want)
		}
	}
	if got := usualSuites(root, "debian", now); !slices.Contains(got, "stable-security") || slices.Contains(got, "noble") {
		t.Errorf("usual suites of debian are %q", got)
	}
}
