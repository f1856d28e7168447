package history

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"debgit/archive"
	"debgit/archive/archivetest"
	"debgit/dsc"
	"debgit/dsc/dsctest"
)

// openLab is an archive with all services, for distro corp.
type openLab struct {
	archive      *archivetest.Archive
	api, madison string
}

func newOpenLab(t *testing.T) openLab {
	t.Helper()
	p := &dsctest.Package{
		Format: "3.0 (native)", Source: "hello", Version: "1.0",
		Files: []dsctest.File{{Name: "hello_1.0.tar.xz", Entries: []dsctest.Entry{{Name: "hello/"}}}},
	}
	path, err := p.Write(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := archivetest.Build(t.TempDir(), archivetest.Options{Suites: []archivetest.Suite{
		{Codename: "sid", Name: "unstable", Uploads: []archivetest.Upload{{Dsc: path}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	api, madison := httptest.NewServer(a.API()), httptest.NewServer(a.Madison())
	t.Cleanup(api.Close)
	t.Cleanup(madison.Close)
	if err := errors.Join(a.WriteAPI(filepath.Join(a.Dir, "api")), a.WriteDummycat(filepath.Join(a.Dir, "cat"))); err != nil {
		t.Fatal(err)
	}
	return openLab{a, api.URL, madison.URL}
}

// TestSuiteOpener opens unstable of distro corp as the configuration says.
func TestSuiteOpener(t *testing.T) {
	lab := newOpenLab(t)
	const c = "g dgit-distro.corp."
	of := "g dgit-suite.unstable.distro=corp"
	mirror := c + "mirror=file://" + lab.archive.Dir + "/"
	keyring := c + "archive-keyring=" + lab.archive.Keyring
	at := OpenOptions{Archive: lab.archive.Dir, Keyrings: []string{lab.archive.Keyring}}
	for name, tt := range map[string]struct {
		opts  OpenOptions
		lines []string
		want  string // codename, assurance, distro; or the kind of error
	}{
		"archive":                       {at, nil, "sid, signed index, example"},
		"archive, distro in options":    {OpenOptions{Archive: at.Archive, Keyrings: at.Keyrings, Distro: "corp"}, nil, "sid, signed index, corp"},
		"archive, distro in config":     {at, []string{of}, "sid, signed index, corp"},
		"aptget":                        {OpenOptions{}, []string{of, mirror, keyring}, "sid, signed index, corp"},
		"aptget, distro in options":     {OpenOptions{Distro: "corp"}, []string{mirror, keyring, "g dgit-distro.corp.archive-query=aptget:"}, "sid, signed index, corp"},
		"aptget, maps":                  {OpenOptions{}, []string{of, mirror, keyring, c + "aptget-suite-map=s#^un#un#", c + "aptget-suite-rmap=s#sid#corp-sid#"}, "corp-sid, signed index, corp"},
		"aptget, suite mapped away":     {OpenOptions{}, []string{of, mirror, keyring, c + "aptget-suite-map=s#unstable#trixie#"}, "no suite"},
		"aptget, no mirror there":       {OpenOptions{}, []string{of, c + "mirror=file:///nonexistent"}, "wrong: dgit-distro.corp.mirror"},
		"aptget, map that is a program": {OpenOptions{}, []string{of, mirror, c + "aptget-suite-map=print 1"}, "wrong: dgit-distro.corp.aptget-suite-map"},
		"ftpmasterapi":                  {OpenOptions{}, []string{of, mirror, c + "archive-query=ftpmasterapi:", c + "archive-query-url=" + lab.api}, "sid, unsigned list, corp"},
		"ftpmasterapi without URL":      {OpenOptions{}, []string{of, mirror, c + "archive-query=ftpmasterapi:"}, "missing: dgit-distro.corp.archive-query-url dgit.default.archive-query-url"},
		"ftpmasterapi, URL that is none": {OpenOptions{}, []string{of, mirror, c + "archive-query=ftpmasterapi:", c + "archive-query-url=ftp://x.example.org"},
			"wrong: dgit-distro.corp.archive-query-url"},
		"dummycatapi":             {OpenOptions{}, []string{of, mirror, c + "archive-query=dummycatapi:", c + "archive-query-url=file://" + lab.archive.Dir + "/api"}, "sid, digest from a service, corp"},
		"dummycat":                {OpenOptions{}, []string{of, mirror, c + "archive-query=dummycat:" + lab.archive.Dir + "/cat"}, "sid, unsigned list, corp"},
		"dummycat, no mirror":     {OpenOptions{}, []string{of, c + "mirror=ftp://x", c + "archive-query=dummycat:" + lab.archive.Dir + "/cat"}, "wrong: dgit-distro.corp.mirror"},
		"madison":                 {OpenOptions{}, []string{of, mirror, c + "archive-query=madison:" + lab.madison}, "unstable, unsigned list, corp"},
		"madison, URL configured": {OpenOptions{}, []string{of, mirror, c + "archive-query=madison:", c + "madison-distro=" + lab.madison}, "unstable, unsigned list, corp"},
		"madison, URL that is none": {OpenOptions{}, []string{of, mirror, c + "archive-query=madison:", c + "madison-distro=http://"},
			"wrong: dgit-distro.corp.madison-distro"},
		"index required, and there": {OpenOptions{RequireSignedIndex: true}, []string{of, mirror, keyring}, "sid, signed index, corp"},
		"index required, digest there": {OpenOptions{RequireSignedIndex: true}, []string{of, mirror, c + "archive-query=dummycatapi:", c + "archive-query-url=file://" + lab.archive.Dir + "/api"},
			"unsigned: digest from a service"},
		"index required, nothing there": {OpenOptions{RequireSignedIndex: true}, []string{of, mirror, c + "archive-query=dummycat:" + lab.archive.Dir + "/cat"},
			"unsigned: unsigned list"},
		"no such method": {OpenOptions{}, []string{of, mirror, c + "archive-query=sshpsql:host"}, "wrong: dgit-distro.corp.archive-query"},
	} {
		client := archive.NewClient(archive.ClientOptions{CacheDir: t.TempDir()})
		s, access, err := newSuiteOpener(client, configured(tt.lines...), tt.opts).open(t.Context(), "unstable", "hello")
		got := ""
		var unsigned *UnsignedIndexError
		switch {
		case errors.As(err, new(*archive.UnknownSuiteError)):
			got = "no suite"
		case errors.As(err, &unsigned):
			got = "unsigned: " + unsigned.Assurance.String()
		case err != nil:
			got = outcome("", err)
		default:
			got = fmt.Sprintf("%s, %v, %s", s.Codename(), s.Assurance(), access.Base)
			if names := s.Names(); names[0] != s.Codename() {
				t.Errorf("%s: Names() = %q, want the codename first", name, names)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestMirrorFallback reads from the second mirror what the first does not have.
func TestMirrorFallback(t *testing.T) {
	lab := newOpenLab(t)
	second := t.TempDir()
	if err := os.CopyFS(second, os.DirFS(lab.archive.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(lab.archive.Dir, "pool/main/h/hello/hello_1.0.dsc")); err != nil {
		t.Fatal(err)
	}
	const c = "g dgit-distro.corp."
	lines := []string{
		"g dgit-suite.unstable.distro=corp", c + "mirror=file://" + lab.archive.Dir, c + "mirror-fallback=" + second,
		c + "archive-keyring=" + lab.archive.Keyring, c + "archive-query-url=" + lab.api,
	}
	for _, method := range []string{"aptget:", "ftpmasterapi:", "dummycat:" + lab.archive.Dir + "/cat", "madison:" + lab.madison} {
		for _, off := range []bool{false, true} {
			client := archive.NewClient(archive.ClientOptions{CacheDir: t.TempDir()})
			settings := configured(append(lines, c+"archive-query="+method)...)
			s, _, err := newSuiteOpener(client, settings, OpenOptions{NoMirrorFallback: off}).open(t.Context(), "unstable", "hello")
			if err != nil {
				t.Fatal(err)
			}
			u, err := s.Find(t.Context(), "hello")
			if err != nil {
				t.Fatal(err)
			}
			p, err := client.Fetch(t.Context(), u, t.TempDir())
			if off {
				if !errors.As(err, new(*archive.NoDscError)) {
					t.Errorf("%s without the second mirror: %v, want a NoDscError", method, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", method, err)
				continue
			}
			if want := (dsc.ID{Package: "hello", Version: "1.0"}); p.Source().ID != want {
				t.Errorf("%s: fetched %v, want %v", method, p.Source().ID, want)
			}
			p.Close()
		}
	}
}
