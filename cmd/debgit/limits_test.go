package main

import (
	"fmt"
	"strings"
	"testing"

	"debgit/dsc"
	"debgit/gitmap"
)

func TestLimitFlag(t *testing.T) {
	tests := []struct {
		setting string
		want    gitmap.Limits
		err     string
	}{
		{"entries=8000000", gitmap.Limits{Entries: 8_000_000}, ""},
		{"size=3G", gitmap.Limits{Size: 3 << 30}, ""},
		{"changelog=12M", gitmap.Limits{Changelog: 12 << 20}, ""},
		{"path=5K", gitmap.Limits{Path: 5 << 10}, ""},
		{"dsc=123", gitmap.Limits{Dsc: 123}, ""},
		{"entries=8M", gitmap.Limits{}, `"8M" is no number`},
		{"size=8T", gitmap.Limits{}, `"8T" is no size such as 500M`},
		{"size=-1", gitmap.Limits{}, `"-1" is no size such as 500M`},
		{"size=9999999999G", gitmap.Limits{}, `"9999999999G" is no size such as 500M`},
		{"size=9999999G", gitmap.Limits{}, "limit size is 10737417166258176, more than any package can need"},
		{"entries=0", gitmap.Limits{}, "limit entries is 0, but at least 1 is wanted"},
		{"entries", gitmap.Limits{}, "not of the form NAME=VALUE"},
		{"files=1", gitmap.Limits{}, `there is no limit "files"; the limits are dsc, size, file, path, depth, extension, entries, names, changelog, control, series, patches, patch-size, patch-lines, patch-search, patched, patch-result, patch-work, messages`},
	}
	for _, tt := range tests {
		var got gitmap.Limits
		text := ""
		if err := (limitFlag{&got}).Set(tt.setting); err != nil {
			text = err.Error()
		}
		if got != tt.want || text != tt.err {
			t.Errorf("--limit %s = %+v, error %q, want %+v, error %q", tt.setting, got, text, tt.want, tt.err)
		}
	}
}

func TestLimitHint(t *testing.T) {
	const hint = "if the package is meant to be so large: "
	tests := []struct {
		err     error
		command string
		want    string
		ok      bool
	}{
		{&dsc.LimitError{File: "a.tar", What: "entries", Limit: 1_000_000}, "clone", hint + "--limit entries=8000000", true},
		{&dsc.LimitError{File: "a.tar", What: "bytes of content", Limit: 1 << 30}, "import-dsc", hint + "--limit size=8G", true},
		{&dsc.LimitError{File: "a.tar", What: "bytes in an extended header", Limit: 1 << 20}, "clone", hint + "--limit extension=8M", true},
		{&dsc.LimitError{File: "a.tar", What: "bytes", Limit: 1 << 20}, "clone", "", true},
		{&dsc.LimitError{File: "a.tar", What: "entries", Limit: 1}, "verify", hint + "--limit entries=8", true},
		{&dsc.LimitError{File: "a.tar", What: "entries", Limit: 1}, "build-source", hint + "--limit entries=8", true},
		{&dsc.LimitError{File: "a.tar", What: "entries", Limit: 1}, "explain", "", true},
		{&dsc.LimitError{File: "a.patch", What: "steps of applying a patch", Limit: 1 << 28}, "clone", hint + "--limit patch-search=2147483648", true},
		{&dsc.LimitError{File: "a.patch", What: "bytes made by a patch", Limit: 1 << 26}, "clone", hint + "--limit patch-result=512M", true},
		{&dsc.PatchError{Kind: dsc.PatchMalformed}, "clone", "", false},
		{fmt.Errorf("other"), "clone", "", false},
	}
	root := newRootCommand(&environment{})
	for _, tt := range tests {
		command, _, err := root.Find(strings.Fields(tt.command))
		if err != nil {
			t.Fatal(err)
		}
		if hint, ok := limitRule(command).match(tt.err); hint != tt.want || ok != tt.ok {
			t.Errorf("hint of %s for %v = %q, %v, want %q, %v", tt.command, tt.err, hint, ok, tt.want, tt.ok)
		}
	}
}

// Every limit can be set to what is shown as its default.
func TestLimitDefaults(t *testing.T) {
	for _, info := range gitmap.LimitInfos() {
		var l gitmap.Limits
		text := showLimit(info.Default, info.Bytes)
		got, err := parseLimit(text, info.Bytes)
		if err != nil || got != info.Default {
			t.Errorf("%s: parseLimit(%q) = %d, %v, want %d", info.Name, text, got, err, info.Default)
		}
		if err := l.Set(info.Name, max(got, 1)); err != nil || l == (gitmap.Limits{}) {
			t.Errorf("%s: Set(%d) = %v, %+v", info.Name, max(got, 1), err, l)
		}
	}
}
