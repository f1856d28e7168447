package upload

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// upstreamTags are rules of git-deborig(1): what debian/gbp.conf says, the tags that are there,
// and the one that is taken; "" if none can be told.
var upstreamTags = []struct {
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

func TestFindUpstream(t *testing.T) {
	ctx := context.Background()
	for _, tt := range upstreamTags {
		files := map[string]string{"debian/changelog": testChangelog}
		if tt.conf != "-" {
			files["debian/gbp.conf"] = tt.conf
		}
		repo := commitFiles(t, files)
		for _, tag := range strings.Fields(tt.tags) {
			git(t, repo.WorkTree(), "tag", tag)
		}
		pkg, err := OpenPackage(ctx, repo, "HEAD")
		if err != nil {
			t.Fatal(err)
		}
		u, err := FindUpstream(ctx, pkg, "")
		got := ""
		if err == nil {
			got = u.Tag
			if u.Commit != pkg.Head {
				t.Errorf("FindUpstream(%q with %s) is commit %s, want %s", tt.conf, tt.tags, u.Commit, pkg.Head)
			}
		} else if tag, conf := new(*UpstreamTagError), new(*GBPConfError); !errors.As(err, tag) && !errors.As(err, conf) {
			t.Errorf("FindUpstream(%q with %s): %v", tt.conf, tt.tags, err)
		}
		if got != tt.want {
			t.Errorf("FindUpstream(%q with %s) = %q, %v; want %q", tt.conf, tt.tags, got, err, tt.want)
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
