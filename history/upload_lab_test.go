package history

import (
	"archive/tar"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc/dsctest"
	"debgit/gitmap"
)

// A chime is an upload of a package with two patches. Its upstream program has a line for each
// word, and so has the patch for each of its words.
type chime struct {
	version string
	before  []string // versions that its changelog names, the newest first
	day     int
	program string
	patch   string
	text    string // of its changelog stanza; default: "Change."
	odd     bool   // the upstream tarball has a fifo
}

// chimes are the uploads that most tests use, the earliest first.
var chimes = []chime{
	{"1.0-1", nil, 1, "ding dong", "softly", "", false},
	{"1.0-2", []string{"1.0-1"}, 2, "ding dong", "softly please", "", false},
	{"1.0-1+deb1u1", []string{"1.0-1"}, 3, "ding dong", "softly now", "", false},
	{"1.1-1", []string{"1.0-2", "1.0-1"}, 4, "ding dong dang", "softly please", "", false},
	{"1.1-1~bpo1", []string{"1.1-1", "1.0-2", "1.0-1"}, 5, "ding dong dang", "softly please", "Backport.", false},
	{"1.2-1", []string{"1.1-1", "1.0-2", "1.0-1"}, 6, "ding dong dang dung", "softly please", "", false},
}

func (c chime) stanza(version string) string {
	text := c.text
	if text == "" || version != c.version {
		text = "Change."
	}
	day := c.day
	for _, other := range chimes {
		if other.version == version {
			day = other.day
		}
	}
	return fmt.Sprintf("chime (%s) unstable; urgency=medium\n\n  * %s\n\n -- Chi Mer <chi@example.org>  %s\n", version, text,
		time.Date(2025, 3, day, 12, 0, 0, 0, time.UTC).Format("Mon, 02 Jan 2006 15:04:05 -0700"))
}

// source describes the source package of a chime.
func (c chime) source() *dsctest.Package {
	upstream, _, _ := strings.Cut(c.version, "-")
	stanzas := []string{c.stanza(c.version)}
	for _, v := range c.before {
		stanzas = append(stanzas, c.stanza(v))
	}
	lines := strings.Fields(c.patch)
	patch := fmt.Sprintf("Description: more manners\n\n--- a/manners\n+++ b/manners\n@@ -1 +1,%d @@\n ring\n+%s\n", len(lines)+1, strings.Join(lines, "\n+"))
	orig, debian := "chime_"+upstream+".orig.tar.gz", "chime_"+c.version+".debian.tar.gz"
	p := &dsctest.Package{Format: "3.0 (quilt)", Source: "chime", Version: c.version, Files: []dsctest.File{
		{Name: orig, Entries: []dsctest.Entry{
			{Name: "chime-" + upstream + "/program", Content: strings.Join(strings.Fields(c.program), "\n") + "\n"},
			{Name: "chime-" + upstream + "/manners", Content: "ring\n"},
		}},
		{Name: debian, Entries: []dsctest.Entry{
			{Name: "debian/changelog", Content: strings.Join(stanzas, "\n")},
			{Name: "debian/control", Content: "Source: chime\nMaintainer: Chi Mer <chi@example.org>\n\nPackage: chime\nArchitecture: all\nDescription: bells\n"},
			{Name: "debian/source/format", Content: "3.0 (quilt)\n"},
			{Name: "debian/patches/series", Content: "manners.patch\n"},
			{Name: "debian/patches/manners.patch", Content: patch},
		}},
	}}
	if c.odd {
		p.Files[0].Entries = append(p.Files[0].Entries, dsctest.Entry{Name: "chime-" + upstream + "/pipe", Type: tar.TypeFifo})
	}
	return p
}

// An uploadLab has an archive and a repository.
type uploadLab struct {
	t       *testing.T
	archive *archivetest.Archive
	repo    *gitmap.Repo
	cache   string
	mirror  string // the directory of the archive, or a URL

	past string // the URL of a snapshot service, or ""

	ctx      context.Context
	progress gitmap.Progress
}

func newUploadLab(t *testing.T) *uploadLab {
	t.Helper()
	a, err := archivetest.Build(filepath.Join(t.TempDir(), "archive"), archivetest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &uploadLab{t: t, archive: a, repo: newRepo(t), cache: t.TempDir(), mirror: a.Dir, ctx: t.Context()}
}

// publish makes these uploads those that a suite has.
func (l *uploadLab) publish(suite string, uploads ...chime) {
	l.t.Helper()
	s := archivetest.Suite{Codename: suite}
	for _, c := range uploads {
		path, err := c.source().Write(l.t.TempDir())
		if err != nil {
			l.t.Fatal(err)
		}
		s.Uploads = append(s.Uploads, archivetest.Upload{Dsc: path})
	}
	if err := l.archive.Publish(s); err != nil {
		l.t.Fatal(err)
	}
}

// fetch gets uploads from these suites.
func (l *uploadLab) fetch(which string, suites ...string) (*UploadHistory, error) {
	l.t.Helper()
	selection, err := ParseUploadSelection(which)
	if err != nil {
		l.t.Fatal(err)
	}
	client := archive.NewClient(archive.ClientOptions{CacheDir: l.cache})
	opener := newSuiteOpener(client, NewSettings(gitmap.ConfigScopes{}, os.Getenv), OpenOptions{Archive: l.mirror, Keyrings: []string{l.archive.Keyring}})
	opts := uploadOptions{pkg: "chime", which: selection, suites: opener.questions("chime", suites...), progress: l.progress}
	if l.past != "" {
		service, err := archive.NewHTTP(l.past, archive.HTTPOptions{})
		if err != nil {
			l.t.Fatal(err)
		}
		opts.past = client.OpenSnapshot(service)
	}
	return fetchUploads(l.ctx, l.repo, client, opts)
}

// mustFetch is fetch that has to get all.
func (l *uploadLab) mustFetch(which string, suites ...string) *UploadHistory {
	l.t.Helper()
	h, err := l.fetch(which, suites...)
	if err != nil {
		l.t.Fatal(err)
	}
	if len(h.Missing) > 0 {
		l.t.Fatalf("fetch %s from %v: %v is missing: %v", which, suites, h.Missing[0].ID, h.Missing[0].Err)
	}
	return h
}

// git runs git in the repository and returns the lines of its output.
func (l *uploadLab) git(args ...string) []string {
	l.t.Helper()
	out, err := l.repo.Git(l.t.Context(), args...)
	if err != nil {
		l.t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	if out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
}
