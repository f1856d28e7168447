package upload

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// upstreamTagTable has rules of git-deborig(1): what debian/gbp.conf says, the tags that are there,
// and the one that is taken; "" if none can be told.
var upstreamTagTable = []struct {
	conf string // "-": no file
	tags string
	want string
}{
	{"-", "upstream/1.2 1.2 v1.2", "upstream/1.2"},
	{"-", "1.2", "1.2"},
	{"-", "v1.2", "v1.2"},
	{"-", "1.2 v1.2", ""},
	{"-", "v1.2.1 upstream/1.2/x", ""},
	{"[DEFAULT]\nupstream-tag = up/%(version)s\n", "up/1.2 upstream/1.2", "upstream/1.2"},
	{"[DEFAULT]\nupstream-tag = up/%(version)s\n[export-orig]\n", "up/1.2 upstream/1.2", "up/1.2"},
	{"[export-orig]\nupstream-tag = up/%(version)s\n", "up/1.2 upstream/1.2", "up/1.2"},
	{"[export-orig]\nUPSTREAM-tag : up/%(version)s\n", "up/1.2 v1.2", "up/1.2"},
	{"[export-orig]\nupstream-tag = up/1\n", "upstream/1.2", ""},
	{"[export-orig]\nupstream-tag = up/1\n", "upstream/1.2 v1.2", "v1.2"},
	{"[export-orig]\nfoo\nupstream-tag=up/%(version)s\n", "up/1.2 upstream/1.2", "up/1.2"},
	{"[export-orig]\nbar=up\nupstream-tag = %(bar)s/%(VERSION)s\n", "up/1.2 upstream/1.2", "up/1.2"},
	{"[export-orig]\nupstream-tag = x%%%(version)s\n", "x%1.2 upstream/1.2", "x%1.2"},
	{"[export-orig]\nupstream-tag =\n  up/%(version)s\n", "up/1.2 1.2", "1.2"},
	{"[export-orig]\nupstream-tag = up/%(version)s ; c\n", "up/1.2 1.2", "1.2"},
	{"[export-orig]\n; c\n# c\nupstream-tag = a\n[x]\n[export-orig]\nupstream-tag = up/%(version)s\n\n", "up/1.2 1.2", "up/1.2"},
	{"[export-orig]\nversion=7\nupstream-tag=up/%(version)s\n", "up/1.2 1.2", "up/1.2"},
	{" [export-orig] junk\n  upstream-tag = up/%(version)s\n a=b\n", "up/1.2 1.2", "up/1.2"},
	{"[export-orig]\n  b=1\n   upstream-tag=up/%(version)s\n", "up/1.2 upstream/1.2", "upstream/1.2"},
	{"[export-orig]\nupstream-tag\n", "upstream/1.2 1.2", "1.2"},
	{"[export-orig]\nupstream-tag=\n", "upstream/1.2 1.2", "1.2"},
	{"[Export-Orig]\nupstream-tag = up/%(version)s\n", "up/1.2 upstream/1.2", "upstream/1.2"},
	{"[export-orig]\nb=%(bad\nupstream-tag=up/1.2\n", "up/1.2 1.2", "up/1.2"},
	{"[export-orig]\nupstream-tag=%(bad)s\n", "1.2", ""},
	{"[export-orig]\nupstream-tag=%(version%~%-)s\n", "1.2", ""},
	{"[export-orig]\nupstream-tag=%(a)s\na=%(upstream-tag)s\n", "1.2", ""},
	{"upstream-tag=up/1.2\n[export-orig]\n", "up/1.2", ""},
	{"[export-orig]\n=x\n", "upstream/1.2", ""},
	{"[export-orig]\nb\n  c\n", "upstream/1.2", ""},
	{"\xff[export-orig]\n", "upstream/1.2", ""},
}

func TestUpstreamTag(t *testing.T) {
	for _, tt := range upstreamTagTable {
		got, err := chosenTag(tt.conf, strings.Fields(tt.tags))
		if tag, conf := new(*UpstreamTagError), new(*GBPConfError); err != nil && !errors.As(err, tag) && !errors.As(err, conf) {
			t.Errorf("upstream tag with %q of %s: error %v is of no type to test for", tt.conf, tt.tags, err)
		}
		if got != tt.want {
			t.Errorf("upstream tag with %q of %s = %q, %v; want %q", tt.conf, tt.tags, got, err, tt.want)
		}
	}
}

func chosenTag(conf string, tags []string) (string, error) {
	var parsed gbpConf
	if conf != "-" {
		var err error
		if parsed, err = parseGBPConf([]byte(conf)); err != nil {
			return "", &GBPConfError{err}
		}
	}
	c, err := upstreamTags(parsed, "1.2")
	if err != nil {
		return "", err
	}
	return c.choose(func(name string) bool { return slices.Contains(tags, name) })
}

func TestFindUpstream(t *testing.T) {
	ctx := context.Background()
	repo := commitFiles(t, map[string]string{"debian/changelog": testChangelog, "debian/gbp.conf": "[export-orig]\nupstream-tag = up/%(version)s\n"})
	pkg, err := OpenPackage(ctx, repo, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	var none *UpstreamTagError
	if u, err := FindUpstream(ctx, pkg, ""); !errors.As(err, &none) {
		t.Errorf("FindUpstream without tags = %v, %v; want an UpstreamTagError", u, err)
	}
	for _, tag := range []string{"v1.2", "up/1.2", "1%1.2", "up/1%1.2"} { // of 1:1.2-3; each counts before the ones before it
		git(t, repo.WorkTree(), "tag", tag)
		if u, err := FindUpstream(ctx, pkg, ""); err != nil || u.Tag != tag || u.Commit != pkg.Head {
			t.Errorf("FindUpstream with the tag %s = %v, %v", tag, u, err)
		}
	}
}

func TestFindUpstreamCommitish(t *testing.T) {
	ctx := context.Background()
	repo := commitFiles(t, map[string]string{"debian/changelog": testChangelog})
	pkg, err := OpenPackage(ctx, repo, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if u, err := FindUpstream(ctx, pkg, "main"); err != nil || u.Commit != pkg.Head || u.Tag != "" {
		t.Errorf("FindUpstream of main = %v, %v; want %s", u, err, pkg.Head)
	}
	if u, err := FindUpstream(ctx, pkg, "elsewhere"); err == nil {
		t.Errorf("FindUpstream of elsewhere = %v, want an error", u)
	}
}
