package dsc

import (
	"strings"
	"testing"
)

func TestUploadKind(t *testing.T) {
	tests := []struct {
		version, suite, changes string
		want                    UploadKind
	}{
		{"1.0-2", "unstable", "  * New upload.", Usual},
		{"1.0-2.1", "unstable", "  * Non-maintainer upload.\n  * Fix.", NonMaintainer},
		{"1.0-2.1", "unstable", "  * NMU.", NonMaintainer},
		{"1.0-2.1", "unstable", "  * NMU to fix a build failure.", NonMaintainer},
		{"1.0-2.1", "unstable", "  [ Ann ]\n  * Non-Maintainer Upload to delayed", NonMaintainer},
		{"1.0-2.1", "unstable", "  * Fix.", NonMaintainer}, // by its version
		{"1.0+nmu1", "unstable", "  * Fix.", NonMaintainer},
		{"1.0-2.1ubuntu1", "noble", "  * Fix.", Usual},
		{"1.0-2ubuntu1.1", "noble", "  * Fix.", Usual},
		{"1.0.1", "unstable", "  * A native version has dots.", Usual},
		{"1.0-3", "unstable", "  * Acknowledge NMU.\n  * Merge the non-maintainer upload of 1.0-2.1.", Usual},
		{"1.0-3", "unstable", "  * NMUs are welcome.", Usual},
		{"1.0-3", "unstable", "  * Team upload.\n  * Fix.", TeamUpload},
		{"1.0-3", "unstable", "  * Fix.\n  * Team upload", TeamUpload},
		{"1.0-3", "unstable", "  * Document what a team upload is.", Usual},
		{"1.0-3", "unstable", "  * QA upload.", QAUpload},
		{"1.0-2+deb12u1", "bookworm-security", "  * Fix CVE-2024-1.", SecurityUpload},
		{"1.0-2+deb12u1", "bookworm-security", "  * Non-maintainer upload by the Security Team.", SecurityUpload},
		{"1.0-2+deb11u1", "bullseye-security", "  * Non-maintainer upload by the LTS Team.", LTSUpload},
		{"1.0-2+deb11u1", "bullseye-security", "  * Non-maintainer upload by the LTS Security Team.", LTSUpload},
		{"1.0-2+deb11u1", "bullseye-security", "  * Non-maintainer upload by the Debian ELTS Team.", LTSUpload},
		{"1.0-2+deb6u1", "squeeze-lts", "  * Fix.", LTSUpload},
		{"1.0-2~bpo12+1", "bookworm-backports", "  * Rebuild for bookworm-backports.", Backport},
		{"1.0-2.1~bpo12+1", "bookworm-backports-sloppy", "  * Rebuild.", Backport},
	}
	for _, tt := range tests {
		e := &ChangelogEntry{Version: Version(tt.version), Distributions: []string{tt.suite}, Changes: strings.Split(tt.changes, "\n")}
		if got := e.Kind(); got != tt.want {
			t.Errorf("Kind of %s for %s, %q: %q, want %q", tt.version, tt.suite, tt.changes, got, tt.want)
		}
	}
}

func TestIsReleased(t *testing.T) {
	tests := []struct {
		changelog string
		want      bool
	}{
		{clogWhole, true},
		{strings.Replace(clogWhole, "unstable", "UNRELEASED", 1), false},
		{strings.Replace(clogWhole, "unstable", "unreleased", 1), false},
		{strings.Replace(clogWhole, clogTrail, " --\n", 1), false}, // as Emacs leaves it
		{clogItem + clogTrail, false},
	}
	for _, tt := range tests {
		if got := entries(tt.changelog)[0].IsReleased(); got != tt.want {
			t.Errorf("IsReleased of %q: %v", tt.changelog, got)
		}
	}
}
